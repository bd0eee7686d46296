"""Everything that can be done by a key: one table makes the actions, the menus and F1's list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from actviz.ui.icons import icon
from actviz.ui.scroll import FittingScroll


@dataclass(frozen=True, slots=True)
class Command:
    """Something the window can do: its name, words, keys, the menu it stands in, its icon."""

    name: str
    words: str
    keys: tuple[str, ...]
    menu: str
    icon: str = ""


COMMANDS: tuple[Command, ...] = (
    Command("new", "New", ("Ctrl+N",), "File"),
    Command("open", "Open…", ("Ctrl+O",), "File"),
    Command("save", "Save", ("Ctrl+S",), "File"),
    Command("save_as", "Save as…", ("Ctrl+Shift+S",), "File"),
    Command("copy_layer", "Copy layer JSON", ("Ctrl+Shift+C",), "File"),
    Command("save_layer", "Save layer JSON…", ("Ctrl+E",), "File"),
    Command("quit", "Quit", ("Ctrl+Q",), "File"),
    Command("undo", "Undo", ("Ctrl+Z",), "Edit", "undo"),
    Command("redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Edit", "redo"),
    Command("pin", "Pin", ("Ctrl+P",), "Edit", "pin"),
    Command("clear_pins", "Unpin all curves", ("Ctrl+Shift+P",), "Edit"),
    Command("reset_values", "Reset parameters", ("Ctrl+R",), "Edit"),
    Command("reset_fields", "Reset layer fields", ("Ctrl+Shift+R",), "Edit"),
    Command("next_slot", "Edit the next activation of the layer", ("Ctrl+J",), "Edit"),
    Command("filter", "Filter activations", ("Ctrl+K",), "Go"),
    Command("parameters", "Go to the first parameter", ("Ctrl+I",), "Go"),
    Command("layer", "Choose the target layer", ("Ctrl+L",), "Go"),
    Command("plots", "Go to the plots", ("Ctrl+G",), "Go"),
    Command("device", "Choose the device", ("Ctrl+D",), "Go"),
    Command("precision", "Choose the precision", ("Ctrl+Shift+D",), "Go"),
    Command("fit", "Fit the view to the curve", ("Ctrl+0",), "View"),
    Command("view_1", "First view of the list", ("Ctrl+1",), "View"),
    Command("view_2", "Second view of the list", ("Ctrl+2",), "View"),
    Command("view_3", "Third view of the list", ("Ctrl+3",), "View"),
    Command("view_4", "Fourth view of the list", ("Ctrl+4",), "View"),
    Command("present", "Present the lens alone, large", ("F11",), "View", "present"),
    Command("next_lens", "Next lens", ("Ctrl+PgDown",), "View"),
    Command("last_lens", "Previous lens", ("Ctrl+PgUp",), "View"),
    Command("theme", "Dark, light or as the system", ("Ctrl+T",), "View"),
    Command("help", "Keyboard shortcuts", ("F1",), "Help", "help"),
)

HABITS: tuple[tuple[str, str], ...] = (
    ("Arrows", "In the plots: pan. On a slider: move it. In a list: choose"),
    ("+  −", "In the plots: zoom"),
    ("0  Home", "In the plots: fit to the curve, first view"),
    ("Shift + arrows", "In the plots: move the crosshair; with Ctrl to the next notable point"),
    ("Wheel", "Over a plot: zoom x; with Ctrl or over an axis: zoom the height; with Shift: pan"),
    ("Shift + drag", "In the plots: zoom into a box, also with the right button"),
    ("Double click", "In the plots: fit to the curve"),
    ("Enter  Esc", "In a field: take over what was typed, or bring the value back"),
)
"""What keys and mouse do inside a part of the window."""


class Actions:
    """The QActions of a window, by the names of their commands."""

    def __init__(self, window: QWidget, handlers: Mapping[str, Callable[[], object]]) -> None:
        self._made: dict[str, QAction] = {}
        self._said: dict[str, str] = {}
        for command in COMMANDS:
            action = QAction(command.words, window)
            action.setShortcuts([QKeySequence(keys) for keys in command.keys])
            if command.icon:
                action.setIcon(icon(command.icon))
            action.setToolTip(f"{command.words} ({key_text(action)})")
            action.triggered.connect(_without_argument(handlers[command.name]))
            window.addAction(action)
            self._made[command.name] = action

    def __getitem__(self, name: str) -> QAction:
        return self._made[name]

    def of(self, menu: str) -> list[QAction]:
        """Give the actions of a menu, in the order of the table."""
        return [self._made[command.name] for command in COMMANDS if command.menu == menu]

    def say(self, name: str, what: str) -> None:
        """Let an action's tip tell what it would act on, as in "Undo alpha"."""
        if self._said.get(name) != what:
            self._said[name] = what
            action = self._made[name]
            action.setToolTip(f"{action.text()} {what}".strip() + f" ({key_text(action)})")


def key_text(action: QAction) -> str:
    """Write an action's keys as this system calls them."""
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(keys.toString(native) for keys in action.shortcuts())


def _without_argument(handler: Callable[[], object]) -> Callable[[bool], None]:
    def act(_: bool) -> None:
        handler()

    return act


class ShortcutList(QDialog):
    """The list under F1, made from the actions themselves."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        content = QWidget()
        page = QVBoxLayout(content)
        page.setContentsMargins(0, 0, 12, 0)
        page.setSpacing(12)
        self.lines = [
            (key_text(actions[command.name]), command.words.rstrip("…")) for command in COMMANDS
        ]
        half = (len(self.lines) + 1) // 2
        _add_columns(page, self.lines[:half], self.lines[half:])
        _add_columns(page, HABITS)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 12, 12)
        layout.addWidget(FittingScroll(content, 300))
        layout.addWidget(buttons)


def _add_columns(page: QVBoxLayout, *columns: Sequence[tuple[str, str]]) -> None:
    """Lay out keys and words, in columns side by side."""
    grid = QGridLayout()
    page.addLayout(grid)
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(3)
    for number, lines in enumerate(columns):
        for at, (keys, words) in enumerate(lines):
            left = QLabel(keys)
            left.setProperty("look", "dim")
            grid.addWidget(left, at, 2 * number)
            grid.addWidget(QLabel(words), at, 2 * number + 1)
        grid.setColumnStretch(2 * number + 1, 1)


def show_shortcuts(actions: Actions, parent: QWidget) -> None:
    """Show the list until it is closed."""
    dialog = ShortcutList(actions, parent)
    dialog.exec()
    dialog.deleteLater()
