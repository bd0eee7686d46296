"""What the widgets look like, in the colours of a theme, and larger where they are presented."""

from __future__ import annotations

import re
from dataclasses import fields
from string import Template

from actviz.ui.icons import icon_path
from actviz.ui.theme import MONO_FAMILY, SMALL_SIZE, TEXT_SIZE, Theme

_CHROME = "#b4bec9"
"""What Qt's own icons can be seen on in both looks: they are black, white and coloured."""

_SHEET = Template("""
QMainWindow, QDialog, QMessageBox { background: $ground; }
QWidget { color: $text; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QToolTip { background: $field; color: $text; border: 1px solid $border; padding: 4px 6px; }

QFrame[look="panel"] { background: $panel; border: 1px solid $border; border-radius: 8px; }
QFrame[look="banner"] { background: $field; border: 1px solid $f; border-radius: 8px; }
QFrame[look="chip"] { background: $field; border: 1px solid $border; border-radius: 6px; }

QLabel { background: transparent; }
QLabel[look="heading"] { color: $dim; font-size: ${small}px; font-weight: 600; }
QLabel[look="dim"] { color: $dim; }
QLabel[look="note"] { color: $dim; font-size: ${small}px; }
QLabel[look="wrong"] { color: $danger; font-size: ${small}px; }
QLabel[look="fault"] { color: $danger; font-family: "$mono"; font-size: ${small}px; }
QLabel[look="name"] { font-size: 20px; font-weight: 600; }

QLineEdit, QComboBox, QPlainTextEdit {
    background: $field; border: 1px solid $border; border-radius: 6px;
    selection-background-color: $f; selection-color: $on_f;
}
QLineEdit { padding: 3px 7px; }
QLineEdit[look="code"] { font-family: "$mono"; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus { border: 1px solid $f; }
QLineEdit[wrong="true"], QLineEdit[wrong="true"]:focus { border: 1px solid $danger; }
QPlainTextEdit[wrong="true"] { color: $danger; }
QPlainTextEdit { font-family: "$mono"; font-size: ${small}px; }

QComboBox { padding: 3px 4px 3px 8px; }
QComboBox:hover { border-color: $dim; }
QComboBox::drop-down { border: none; width: 22px; subcontrol-position: center right; }
QComboBox::down-arrow { image: url("$down"); width: 14px; height: 14px; }
QComboBox QAbstractItemView {
    background: $panel; border: 1px solid $border; outline: none; padding: 4px;
    selection-background-color: $hover; selection-color: $text;
}
QComboBox QAbstractItemView::item { min-height: 24px; padding: 0 6px; }
QComboBox QAbstractItemView::item:selected { background: $hover; color: $text; }
QComboBox QAbstractItemView::item:disabled { color: $dim; }

QPushButton, QToolButton {
    background: transparent; border: 1px solid transparent; border-radius: 6px;
    padding: 4px 10px; color: $text;
}
QPushButton[look="plain"], QDialogButtonBox QPushButton {
    background: $field; border: 1px solid $border; min-height: 18px;
}
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed { background: $border; }
QPushButton:focus, QToolButton:focus { border: 1px solid $f; }
QPushButton:disabled, QToolButton:disabled { color: $faint; }
QPushButton[look="main"], QDialogButtonBox QPushButton:default {
    background: $f; color: $on_f; border: 1px solid $f; font-weight: 600;
}
QPushButton[look="main"]:hover, QDialogButtonBox QPushButton:default:hover { background: $bright; }
QPushButton[look="main"]:focus { border: 2px solid $text; padding: 3px 9px; }
QPushButton[look="main"]:disabled {
    background: $field; color: $faint; border: 1px solid $border;
}
QPushButton[look="tool"], QToolButton[look="tool"] { padding: 3px; }
QFileDialog QToolButton { padding: 3px; background: $chrome; }
QFileDialog QToolButton:focus { border: 2px solid $f; padding: 2px; }
QPushButton[look="segment"] {
    background: $field; border: 1px solid $border; padding: 3px 8px; color: $dim;
}
QPushButton[look="segment"]:checked { background: $hover; color: $text; border-color: $f; }
QPushButton[look="fold"] {
    text-align: left; padding: 3px 2px; color: $dim; font-size: ${small}px; font-weight: 600;
}
QPushButton[look="slot"] {
    text-align: left; padding: 5px 10px; background: $field; border: 1px solid $border;
}
QPushButton[look="slot"]:hover { background: $hover; }
QPushButton[look="slot"]:checked { border: 1px solid $f; border-left: 4px solid $f; }
QToolButton[popupMode="2"] { padding-right: 22px; }
QToolButton::menu-indicator { image: url("$down"); subcontrol-position: center right; right: 4px; }
QToolButton[look="tab"] { padding: 6px 7px; font-weight: 600; color: $dim; }
QToolButton[look="tab"]:checked { background: $field; color: $text; }

QCheckBox { spacing: 6px; background: transparent; }
QCheckBox::indicator, QListWidget::indicator {
    width: 15px; height: 15px; border: 1px solid $dim; border-radius: 4px; background: $field;
}
QCheckBox::indicator:checked { background: $f; border-color: $f; image: url("$check"); }
QCheckBox:focus { color: $f; }
QCheckBox::indicator:focus, QCheckBox::indicator:hover { border-color: $f; }

QListView { background: $panel; border: 1px solid $border; outline: none; }
QListView::item { min-height: 22px; padding: 0 6px; }
QListView::item:selected { background: $hover; color: $text; }
QTreeView { background: $panel; border: 1px solid $border; outline: none; }
QTreeView::item { min-height: 24px; padding: 0 6px; }
QTreeView::item:selected { background: $hover; color: $text; }
QTreeView::item:disabled { color: $faint; }
QListView[look="picker"] { background: transparent; border: 1px solid transparent; }
QListView[look="picker"]::item {
    border-left: 3px solid transparent; border-radius: 6px; padding: 0 6px;
}
QListView[look="picker"]::item:hover { background: $hover; }
QListView[look="picker"]::item:selected {
    background: $field; color: $text; border-left: 3px solid $f;
}
QListView[look="picker"]:focus { border: 1px solid $f; border-radius: 6px; }
QTableView {
    background: $panel; border: 1px solid $border; border-radius: 6px; gridline-color: $border;
    outline: none;
}
QTableView::item { padding: 3px 8px; border: none; border-bottom: 1px solid $border; }
QTableView::item:selected { background: $hover; color: $text; }
QTableView:focus { border: 1px solid $f; }
QHeaderView { background: $panel; }
QHeaderView::section {
    background: $panel; color: $dim; border: none; border-bottom: 1px solid $border;
    padding: 5px 10px; font-size: ${small}px; font-weight: 600;
}

QMenu { background: $panel; border: 1px solid $border; padding: 5px; }
QMenu::item { padding: 5px 26px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $border; margin: 4px 6px; }
QMenu::indicator { width: 14px; height: 14px; left: 6px; }

QScrollArea, QScrollArea > QWidget > QWidget[look="page"] { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar::handle:vertical { background: $border; border-radius: 3px; min-height: 28px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle:horizontal { background: $border; border-radius: 3px; min-width: 28px; }
QScrollBar::handle:hover { background: $dim; }
QAbstractScrollArea::corner { background: transparent; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $border; }
""")


def stylesheet(theme: Theme, zoom: float = 1.0) -> str:
    """Write the stylesheet of the whole program in a theme's colours.

    With a `zoom`, all text and all lengths but those of one pixel are so many times as large.
    """
    colours = {
        field.name: value
        for field in fields(theme)
        if isinstance(value := getattr(theme, field.name), str)
    }
    sheet = _SHEET.substitute(
        colours,
        small=SMALL_SIZE,
        mono=MONO_FAMILY,
        faint=mixed(theme.dim, theme.panel, 0.35),
        bright=mixed(theme.f, theme.text, 0.2),
        chrome=_CHROME,
        down=icon_path("chevron-down"),
        check=icon_path(f"check-{theme.name}"),
    )
    if zoom == 1.0:
        return sheet
    text = f"QWidget {{ font-size: {TEXT_SIZE}px; }}\n{sheet}"
    return re.sub(r"\b(\d+)px", lambda found: f"{_enlarged(int(found[1]), zoom)}px", text)


def _enlarged(length: int, zoom: float) -> int:
    return length if length <= 1 else round(length * zoom)


def mixed(one: str, other: str, share: float) -> str:
    """Mix two colours "#rrggbb"; `share` of the second."""
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
