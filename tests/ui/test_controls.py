from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from actviz.ui.controls import Combo, Field, FloatSlider, Segments, nice_step

Place = Callable[..., QWidget]


def turn_wheel(widget: QWidget, notches: int) -> bool:
    """Turn the mouse's wheel over the middle of a widget; says whether it took the event."""
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def test_a_field_tells_its_text_once_on_enter(qtbot: QtBot, place: Place) -> None:
    field = Field()
    place(field)
    field.show_text("1")
    told: list[str] = []
    field.committed.connect(told.append)
    field.selectAll()
    qtbot.keyClicks(field, "0.7")
    assert told == []
    qtbot.keyClick(field, Qt.Key.Key_Return)
    field.show_text("0.7")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert told == ["0.7"]


def test_a_field_tells_its_text_when_the_focus_leaves(qtbot: QtBot, place: Place) -> None:
    field, other = Field(), QLineEdit()
    place(field, other)
    field.show_text("1")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "bad")
    with qtbot.waitSignal(field.committed) as told:
        other.setFocus()
    assert told.args == ["bad"]
    assert field.text() == "1"


def test_escape_brings_the_value_back(qtbot: QtBot, place: Place) -> None:
    field = Field()
    place(field)
    field.show_text("1")
    qtbot.keyClicks(field, "23")
    with qtbot.assertNotEmitted(field.committed):
        qtbot.keyClick(field, Qt.Key.Key_Escape)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == "1"


def test_typing_survives_the_same_value_but_not_another(qtbot: QtBot, place: Place) -> None:
    field = Field()
    place(field)
    field.show_text("1")
    field.selectAll()
    qtbot.keyClicks(field, "12")
    field.show_text("1")
    assert field.text() == "12"
    field.show_text("5")
    assert field.text() == "5"


@pytest.mark.parametrize(
    ("low", "high", "step"), [(0, 5, 0.01), (0, 1, 0.001), (0, 10, 0.01), (-2, 2, 0.01)]
)
def test_steps_are_powers_of_ten(low: float, high: float, step: float) -> None:
    assert nice_step(low, high) == pytest.approx(step)


def test_the_numbers_of_a_slider_have_no_binary_dust(qtbot: QtBot) -> None:
    slider = FloatSlider(0.0, 5.0)
    qtbot.addWidget(slider)
    numbers = [slider.number(position) for position in range(slider.maximum() + 1)]
    assert numbers == [round(n / 100, 2) for n in range(501)]
    assert all(slider.position(number) == at for at, number in enumerate(numbers))


@pytest.mark.parametrize(("number", "position"), [(-7.0, 0), (1e300, 500), (None, 500)])
def test_numbers_outside_put_the_handle_to_the_end(
    qtbot: QtBot, number: float | None, position: int
) -> None:
    slider = FloatSlider(0.0, 5.0)
    qtbot.addWidget(slider)
    slider.show_number(2.0)
    with qtbot.assertNotEmitted(slider.moved):
        slider.show_number(number)
    assert slider.value() == position


def test_a_press_takes_the_handle_along(qtbot: QtBot, place: Place) -> None:
    slider = FloatSlider(0.0, 5.0)
    place(slider)
    told: list[float] = []
    slider.moved.connect(told.append)
    right = QPoint(slider.width() - 3, slider.height() // 2)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=right)
    assert told[-1] == pytest.approx(5.0, abs=0.1)
    qtbot.mouseMove(slider, QPoint(slider.width() // 2, slider.height() // 2))
    assert told[-1] == pytest.approx(2.5, abs=0.15)
    with qtbot.waitSignal(slider.finished):
        qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton)


def test_keys_and_wheel_move_a_slider_and_end(qtbot: QtBot, place: Place) -> None:
    slider = FloatSlider(0.0, 5.0)
    place(slider)
    slider.show_number(1.0)
    with qtbot.waitSignals([slider.moved, slider.finished]):
        qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert slider.number(slider.value()) == 1.05
    with qtbot.waitSignal(slider.finished):
        assert turn_wheel(slider, -1)
    assert slider.number(slider.value()) < 1.05


def test_a_combo_without_focus_lets_the_wheel_pass(qtbot: QtBot, place: Place) -> None:
    combo, other = Combo(), QLineEdit()
    combo.addItems(["one", "two", "three"])
    place(combo, other)
    other.setFocus()
    assert not turn_wheel(combo, -1)
    assert combo.currentText() == "one"
    combo.setFocus()
    turn_wheel(combo, -1)
    assert combo.currentText() == "two"


def test_segments_tell_only_what_the_user_chose(qtbot: QtBot, place: Place) -> None:
    segments = Segments(("none", "tanh"))
    place(segments)
    with qtbot.assertNotEmitted(segments.chosen):
        segments.show_choice("tanh")
    assert segments.buttons()["tanh"].isChecked()
    with qtbot.waitSignal(segments.chosen) as told:
        qtbot.mouseClick(segments.buttons()["none"], Qt.MouseButton.LeftButton)
    assert told.args == ["none"]
    assert not segments.buttons()["tanh"].isChecked()
