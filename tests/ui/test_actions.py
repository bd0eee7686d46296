from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMessageBox, QToolButton
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.ui.actions import COMMANDS, HABITS, ShortcutList, key_text
from actviz.ui.lenses.curve_view import presets
from actviz.ui.scroll import FittingScroll
from actviz.ui.window import Window

CONTROL = Qt.KeyboardModifier.ControlModifier


def test_no_two_commands_share_a_key() -> None:
    keys = [QKeySequence(key).toString() for command in COMMANDS for key in command.keys]
    assert all(keys)
    assert len(set(keys)) == len(keys)


def test_f1_lists_exactly_the_actions(qtbot: QtBot, window: Window) -> None:
    seen: list[tuple[list[tuple[str, str]], set[str]]] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, ShortcutList):
            QTimer.singleShot(5, look)
            return
        seen.append((dialog.lines, {label.text() for label in dialog.findChildren(QLabel)}))
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)

    QTimer.singleShot(0, look)
    qtbot.keyClick(window, Qt.Key.Key_F1)
    (lines, labels), *_ = seen
    actions = [action for action in window.actions() if action.shortcuts()]
    assert sorted(lines) == sorted(
        (key_text(action), action.text().rstrip("…")) for action in actions
    )
    assert {words for _, words in (*lines, *HABITS)} <= labels


def test_f1_shows_all_lines_whole_and_fits_a_small_screen(qtbot: QtBot, window: Window) -> None:
    dialog = ShortcutList(window.commands, window)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    area = dialog.findChild(FittingScroll)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() == 0)
    shown = dialog.rect()
    for label in dialog.findChildren(QLabel):
        assert label.width() >= label.sizeHint().width()
        assert shown.contains(QRect(label.mapTo(dialog, QPoint()), label.size()))
    assert dialog.width() <= 940
    assert dialog.height() <= 520


def test_the_buttons_of_dialogs_have_no_icons_and_tools_have_room_for_theirs(
    qtbot: QtBot, window: Window
) -> None:
    box = QMessageBox(window)
    box.setStandardButtons(QMessageBox.StandardButton.Save | QMessageBox.StandardButton.Cancel)
    assert all(button.icon().isNull() for button in box.buttons())
    files = QFileDialog(window)
    files.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(files)
    with qtbot.waitExposed(files):
        files.show()
    for button in files.findChildren(QToolButton):
        if button.objectName() in ("toParentButton", "newFolderButton", "listModeButton"):
            picture = button.grab().toImage()
            ground = picture.pixel(4, picture.height() // 2)
            inside = QRect(0, 0, 16, 16).translated(picture.rect().center() - QPoint(8, 8))
            places = ((x, y) for x in range(inside.left(), inside.right()) for y in range(5, 21))
            assert sum(picture.pixel(x, y) != ground for x, y in places) > 40


def test_every_action_stands_in_a_menu_or_on_the_bar(qtbot: QtBot, window: Window) -> None:
    reachable = set()
    for button in window.bar.findChildren(QToolButton):
        if button.defaultAction():
            reachable.add(button.defaultAction())
        if button.menu():
            reachable |= set(button.menu().actions())
    assert {window.commands[command.name] for command in COMMANDS} <= reachable


@pytest.mark.parametrize(
    ("key", "widget"),
    [
        (Qt.Key.Key_K, "picker.filter"),
        (Qt.Key.Key_G, "lens.canvas"),
        (Qt.Key.Key_D, "status.device"),
    ],
)
def test_keys_go_to_the_parts(qtbot: QtBot, window: Window, key: Qt.Key, widget: str) -> None:
    window.activateWindow()
    qtbot.keyClick(window, key, CONTROL)
    part, name = widget.split(".")
    assert getattr(getattr(window, part), name).hasFocus()


def test_views_by_key(qtbot: QtBot, window: Window) -> None:
    named = presets("elu", {"alpha": 1.0})
    for index, (_, view) in enumerate(named[:4]):
        qtbot.keyClick(window, Qt.Key(Qt.Key.Key_1.value + index), CONTROL)
        assert window.store.session.view == view
    qtbot.keyClick(window, Qt.Key.Key_0, CONTROL)
    assert window.store.session.view.low <= -8
    assert not window.store.history.modified


def test_resets_by_key(qtbot: QtBot, window: Window) -> None:
    store = window.store
    store.apply(document.set_value, "alpha", 3.0)
    store.apply(document.set_field, "filters", 7)
    qtbot.keyClick(window, Qt.Key.Key_R, CONTROL)
    assert store.session.values == {"alpha": 1.0}
    qtbot.keyClick(window, Qt.Key.Key_R, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert store.session.config.fields["filters"] == 32


def test_undo_in_a_field_takes_back_typing_first(qtbot: QtBot, window: Window) -> None:
    window.activateWindow()
    window.store.apply(document.set_value, "alpha", 3.0)
    row = window.parameters.form.rows["alpha"]
    field = row.editor.focus
    field.setFocus()
    qtbot.keyClicks(field, "9")
    qtbot.keyClick(field, Qt.Key.Key_Z, CONTROL)
    assert window.store.session.values == {"alpha": 3.0}
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    qtbot.keyClick(field, Qt.Key.Key_Z, CONTROL)
    assert window.store.session.values == {"alpha": 1.0}


def test_tips_tell_the_keys(window: Window) -> None:
    for command in COMMANDS:
        action = window.commands[command.name]
        assert re.search(re.escape(key_text(action)), action.toolTip())
