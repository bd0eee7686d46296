"""The difference to a pinned curve: a pane of its own, its maximum marked and said."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.files import read_session, write_session
from actviz.ui.plot import Pane
from actviz.ui.window import Window


def difference(window: Window) -> Pane | None:
    panes = window.lens.picture.figure.panes
    return panes[2] if len(panes) == 3 else None


def said(window: Window) -> str:
    pane = difference(window)
    return "" if pane is None else " ".join(label.text for label in pane.labels)


def compare_hard_sigmoids(qtbot: QtBot, window: Window) -> None:
    """Ask the panel to compare with what Keras 2 means by its word."""
    window.store.apply(document.choose_activation, "hard_sigmoid")
    window.store.apply(document.set_dialect, "keras2")
    meaning = window.layer.meaning
    qtbot.waitUntil(lambda: window.layer.complete and meaning.isVisible())
    qtbot.mouseClick(meaning.pin, Qt.MouseButton.LeftButton)


def test_the_difference_to_what_keras_2_means_is_drawn_with_its_maximum(
    qtbot: QtBot, window: Window
) -> None:
    assert difference(window) is None
    compare_hard_sigmoids(qtbot, window)
    (pin,) = window.store.session.pins
    assert pin.compared
    qtbot.waitUntil(lambda: "1/12" in said(window))
    assert said(window).endswith("at x = −2.5 and 2.5")
    pane = difference(window)
    assert pane is not None
    assert sorted(dot.x for dot in pane.dots) == [-2.5, 2.5]
    assert sorted(dot.y for dot in pane.dots) == pytest.approx([-1 / 12, 1 / 12], rel=1e-6)
    (_, y), *more = pane.curves[0].pieces
    assert not more
    assert abs(y).max() == pytest.approx(1 / 12, rel=1e-5)
    assert pane.rect.bottom() <= window.lens.canvas.height()
    window.store.undo()
    qtbot.waitUntil(lambda: difference(window) is None)


def test_a_moved_slider_tells_what_is_in_view_and_then_the_whole(
    qtbot: QtBot, window: Window
) -> None:
    window.store.apply(document.choose_activation, "leaky_relu")
    window.store.apply(document.pin)
    window.store.apply(document.compare_pin, 0, True)
    qtbot.waitUntil(lambda: said(window) == "no difference")
    window.store.apply(document.set_value, "negative_slope", 0.0, key="drag")
    qtbot.waitUntil(lambda: said(window).startswith("no bound as x → −∞"))
    slope = window.store.session.pins[0].values["negative_slope"]
    assert f"{8 * slope:.4g} at x = −8 in view" in said(window)


def test_the_menu_of_a_pinned_curve_compares_with_it(qtbot: QtBot, window: Window) -> None:
    store, legend = window.store, window.lens.legend
    for alpha in (0.5, 0.7):
        store.apply(document.set_value, "alpha", alpha)
        store.apply(document.pin)
    for index in (0, 1):
        action = legend.menu_of(index).actions()[-1]
        assert not action.isChecked()
        action.trigger()
        assert [pin.compared for pin in store.session.pins] == [index == 0, index == 1]
    qtbot.waitUntil(lambda: said(window) == "no difference")
    legend.menu_of(1).actions()[-1].trigger()
    assert not any(pin.compared for pin in store.session.pins)
    qtbot.waitUntil(lambda: difference(window) is None)


def test_a_hidden_curve_has_no_difference_pane_and_compared_ones_are_shown(
    qtbot: QtBot, window: Window
) -> None:
    compare_hard_sigmoids(qtbot, window)
    qtbot.waitUntil(lambda: "1/12" in said(window))
    window.store.apply(document.show_pin, 0, False)
    assert difference(window) is None
    window.store.apply(document.compare_pin, 0, True)
    assert window.store.session.pins[0].visible
    assert difference(window) is not None


def test_wheel_keys_and_crosshair_know_the_third_pane(qtbot: QtBot, window: Window) -> None:
    compare_hard_sigmoids(qtbot, window)
    qtbot.waitUntil(lambda: "1/12" in said(window))
    pane, canvas = difference(window), window.lens.canvas
    assert pane is not None
    before = window.store.session
    middle = pane.rect.center()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=middle.toPoint())
    qtbot.keyClick(canvas, Qt.Key.Key_Up)
    turn = middle.toPoint() - middle.toPoint()
    turn.setY(120)
    control, phase = Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase
    none, at = Qt.MouseButton.NoButton, QPointF(canvas.mapToGlobal(middle))
    event = QWheelEvent(middle, at, turn * 0, turn, none, control, phase, False)
    QApplication.sendEvent(canvas, event)
    assert window.store.session.view == before.view
    qtbot.mouseMove(canvas, middle.toPoint())
    qtbot.waitUntil(lambda: canvas.crosshair is not None)
    assert canvas.crosshair is not None
    assert canvas.crosshair.readings[2].text.startswith("difference(")
    window.store.undo()
    qtbot.keyClick(canvas, Qt.Key.Key_Up)  # the pane that was pressed last has gone
    assert window.store.session.view.df_low is not None


def test_what_is_compared_is_kept_in_the_session_file(window: Window, tmp_path: Path) -> None:
    window.store.apply(document.pin)
    window.store.apply(document.compare_pin, 0, True)
    write_session(tmp_path / "a.actviz", window.store.session)
    assert read_session(tmp_path / "a.actviz").pins[0].compared
