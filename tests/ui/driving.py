"""A driver that does to a window, at random but by real events, what people do to it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QMessageBox, QWidget

from actviz.files import session_text
from actviz.session import Session
from actviz.ui.controls import Field, FloatSlider
from actviz.ui.window import Window

Kind = TypeVar("Kind", bound=QWidget)
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
KEY = Qt.Key
TEXTS = (
    *("0", "0.7", "-1.3", "1/6", "3", "2, 2", "5", "1e3", "none", "name", "64", "-2", "1e-3"),
    *("", "abc", "nan", "1e999", "0x1", "3, 3, 3, 3", "--", "9" * 60, "a/b", "1;2;3"),
)
FORMULAS = (
    *("x", "a * x + b", "1 / x", "tan(k * x)", "log(x)", "sqrt(4 - x ** 2)", "abs(sin(x))"),
    *("x if x > a else 0", "sin(1 / x)", "exp(exp(x))", "0 / 0", "max(x, 1e8)", "x ** x"),
    *("sign(sin(50 * x))", "elu(x, alpha)", "1e300 * x * x", "sin(x) * " * 8 + "x", "1 / (x - x)"),
    *("", "x +", "tanx", "x.real", "__import__(x)", "(" * 90, "2x", "e ** x", "x²", "f(x)"),
    *("sign(" * 20 + "x" + ")" * 20 + " * x", "a*b*c*d*k*m*n*p*q", "lambda x: x", "x" * 2001),
)
SIZES = ((1280, 800), (1024, 640), (1440, 900), (1920, 1080))
BAD_FILES = ("", "{", '{"actviz": 99}', "[NaN]", '{"actviz": 1, "x": 1}', "\x00\x01")


class Driver:
    """Acts on a window; the same seed does the same again."""

    def __init__(self, window: Window, folder: Path, seed: int) -> None:
        self.window = window
        self.folder = folder
        self.random = random.Random(seed)
        self.done: list[str] = []
        self.chosen_file: Path | None = None
        self._acts: list[tuple[Callable[[], None], int]] = [
            (self.drag_slider, 10),
            (self.turn_slider, 4),
            (self.key_slider, 4),
            (self.pick_by_mouse, 6),
            (self.pick_by_key, 6),
            (self.filter_list, 3),
            (self.type_into_field, 10),
            (self.type_formula, 6),
            (self.press_button, 6),
            (self.choose_in_combo, 6),
            (self.wheel_plot, 8),
            (self.drag_plot, 8),
            (self.key_plot, 8),
            (self.hover_plot, 4),
            (self.command, 14),
            (self.save, 2),
            (self.open, 3),
            (self.resize, 1),
            (self.tab, 4),
        ]

    def act(self) -> None:
        """Do one thing, and let the window answer."""
        acts, weights = zip(*self._acts, strict=True)
        chosen: Callable[[], None] = self.random.choices(acts, weights)[0]
        self.done.append(chosen.__name__)
        del self.done[:-30]
        QTimer.singleShot(0, self._answer_box)
        chosen()
        QApplication.processEvents()
        # Without an event loop of its own this would wait for ever.
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def _answer_box(self) -> None:
        """Press a button of the box that is open, if one is."""
        box = QApplication.activeModalWidget()
        if box is None:
            return
        if isinstance(box, QMessageBox):
            QTest.mouseClick(self.random.choice(box.buttons()), LEFT)
        else:
            QTest.keyClick(box, KEY.Key_Escape)
        QTimer.singleShot(0, self._answer_box)

    def _some(self, kind: type[Kind], within: QWidget | None = None) -> Kind | None:
        """Give one of the widgets of a kind that can be seen and used."""
        found = [
            widget
            for widget in (within or self.window).findChildren(kind)
            if widget.isVisible() and widget.isEnabled() and not widget.visibleRegion().isEmpty()
        ]
        return self.random.choice(found) if found else None

    def _place(self, widget: QWidget) -> QPoint:
        area = widget.rect()
        return QPoint(
            self.random.randint(1, max(area.width() - 2, 1)),
            self.random.randint(1, max(area.height() - 2, 1)),
        )

    def _key(self, widget: QWidget, keys: Sequence[Qt.Key]) -> None:
        QTest.keyClick(widget, self.random.choice(keys), self.random.choice((NONE, NONE, SHIFT)))

    def _drag(self, widget: QWidget, modifier: Qt.KeyboardModifier = NONE) -> None:
        QTest.mousePress(widget, LEFT, modifier, self._place(widget))
        for _ in range(self.random.randint(1, 4)):
            QTest.mouseMove(widget, self._place(widget))
            QApplication.processEvents()
        QTest.mouseRelease(widget, LEFT, modifier, self._place(widget))

    def _wheel(self, widget: QWidget, modifier: Qt.KeyboardModifier) -> None:
        at = QPointF(self._place(widget))
        turn = QPoint(0, 120 * self.random.choice((-3, -1, 1, 3)))
        event = QWheelEvent(
            at,
            widget.mapToGlobal(at),
            QPoint(),
            turn,
            Qt.MouseButton.NoButton,
            modifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, event)

    # The left column

    def drag_slider(self) -> None:
        slider = self._some(FloatSlider)
        if slider is not None:
            self._drag(slider)

    def turn_slider(self) -> None:
        slider = self._some(FloatSlider)
        if slider is not None:
            self._wheel(slider, NONE)

    def key_slider(self) -> None:
        slider = self._some(FloatSlider)
        if slider is not None:
            self._key(slider, (KEY.Key_Left, KEY.Key_Right, KEY.Key_PageUp, KEY.Key_Home))

    def pick_by_mouse(self) -> None:
        view = self.window.picker.list.viewport()
        QTest.mouseClick(view, LEFT, NONE, self._place(view))

    def pick_by_key(self) -> None:
        keys = (KEY.Key_Up, KEY.Key_Down, KEY.Key_End, KEY.Key_Home, KEY.Key_S, KEY.Key_R)
        self._key(self.window.picker.list, keys)

    def filter_list(self) -> None:
        field = self.window.picker.filter
        QTest.keyClicks(field, self.random.choice(("relu", "sig", "x", "e", "zz")))
        self._key(field, (KEY.Key_Return, KEY.Key_Down, KEY.Key_Escape))
        QTest.keyClick(field, KEY.Key_Escape)

    # Everywhere

    def type_into_field(self) -> None:
        field = self._some(Field)
        if field is not None:
            field.setFocus()
            field.selectAll()
            QTest.keyClick(field, KEY.Key_Delete)
            QTest.keyClicks(field, self.random.choice(TEXTS))
            self._key(field, (KEY.Key_Return, KEY.Key_Return, KEY.Key_Tab, KEY.Key_Escape))

    def type_formula(self) -> None:
        """Type a formula, good or bad; choose the row for it where another is chosen."""
        picker, field = self.window.picker, self.window.parameters.own.editor.focus
        if not field.isVisible():
            picker.list.setFocus()
            QTest.keyClick(picker.list, KEY.Key_Home)
            return
        assert isinstance(field, Field)
        field.setFocus()
        field.selectAll()
        QTest.keyClick(field, KEY.Key_Delete)
        QTest.keyClicks(field, self.random.choice(FORMULAS))
        self._key(field, (KEY.Key_Return, KEY.Key_Return, KEY.Key_Tab, KEY.Key_Escape))

    def press_button(self) -> None:
        within = self.random.choice((self.window.layer, self.window.parameters, self.window.lens))
        button = self._some(QAbstractButton, within)
        if button is not None and getattr(button, "menu", lambda: None)() is None:
            QTest.mouseClick(button, LEFT)

    def choose_in_combo(self) -> None:
        combo = self._some(QComboBox)
        if combo is self.window.status.device:
            return
        if combo is not None:
            combo.setFocus()
            self._key(combo, (KEY.Key_Up, KEY.Key_Down, KEY.Key_Home, KEY.Key_End))

    def tab(self) -> None:
        focused = QApplication.focusWidget()
        if focused is not None:
            self._key(focused, (KEY.Key_Tab,))

    def command(self) -> None:
        names = ("undo", "redo", "pin", "clear_pins", "reset_values", "reset_fields", "next_slot")
        names += ("fit", "view_1", "view_2", "view_3", "view_4", "theme", "copy_layer", "help")
        weights = (8, 4, 4, 1, 1, 1, 3, 3, 2, 2, 2, 2, 0.4, 1, 0.4)
        action = self.window.commands[self.random.choices(names, weights)[0]]
        keys = action.shortcut()[0]
        QTest.keyClick(self.window, keys.key(), keys.keyboardModifiers())

    def resize(self) -> None:
        self.window.resize(*self.random.choice(SIZES))

    # The plots

    def wheel_plot(self) -> None:
        self._wheel(self.window.lens.canvas, self.random.choice((NONE, NONE, CONTROL, SHIFT)))

    def drag_plot(self) -> None:
        self._drag(self.window.lens.canvas, self.random.choice((NONE, NONE, SHIFT)))

    def key_plot(self) -> None:
        keys = (KEY.Key_Left, KEY.Key_Right, KEY.Key_Up, KEY.Key_Down, KEY.Key_Plus)
        self._key(self.window.lens.canvas, (*keys, KEY.Key_Minus, KEY.Key_0, KEY.Key_Home))

    def hover_plot(self) -> None:
        QTest.mouseMove(self.window.lens.canvas, self._place(self.window.lens.canvas))

    # Files

    def save(self) -> None:
        self.chosen_file = self.folder / self.random.choice(("a.actviz", "b.actviz", "c.json"))
        layer = self.chosen_file.suffix == ".json"
        QTest.keyClick(self.window, KEY.Key_E if layer else KEY.Key_S, CONTROL)

    def open(self) -> None:
        path = self.folder / "given.actviz"
        good = session_text(Session())
        path.write_text(self.random.choice((good, good, *BAD_FILES)), encoding="utf-8")
        self.chosen_file = self.random.choice((path, *self.folder.glob("*.json")))
        QTest.keyClick(self.window, KEY.Key_O, CONTROL)
