"""The SELU flow lens: field, orbit and fixed point as found, and orbits begun by a click."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.activations import LISTED, Row
from actviz.analysis.flow import step
from actviz.analysis.saturation import scalar_curve
from actviz.session import Session
from actviz.ui.board import Arrows, Board, Chart, Dots, Line, Pick, Words
from actviz.ui.lenses.flow import DRAWING
from actviz.ui.look import Look
from actviz.ui.theme import LIGHT
from actviz.ui.window import Window


def session_with(activation: str, **settings: Any) -> Session:
    session = document.set_lens(document.choose_activation(Session(), activation), "flow")
    for name, value in settings.items():
        session = document.set_lens_value(session, name, value)
    return session


def board_of(session: Session) -> Board:
    *_, last = DRAWING.work(DRAWING.key(session))
    return DRAWING.board(last.found, session, Look(LIGHT))


def marks(board: Board, key: str, kind: type) -> list[Any]:
    found = next(each for row in board.rows for each in row if each.key == key)
    assert isinstance(found, Chart)
    return [each for each in found.marks if isinstance(each, kind)]


def said(board: Board) -> dict[str, str]:
    return {each.caption: each.value for each in board.readings}


def test_selu_with_its_box_and_klambauers_numbers(qapp: object) -> None:
    board = board_of(session_with("selu", start_mean=0.1, start_variance=1.5))
    assert said(board)["fixed point"] == "a fixed point"
    assert said(board)["μ*; ν*"] == "0; 1"
    assert said(board)["spectral norm"] == "0.78767"
    assert said(board)["theorem 1"] == "holds"
    box, path = marks(board, "map", Line)
    assert (box.name, box.x.min(), box.x.max(), box.y.min(), box.y.max()) == (
        "proven for SELU",
        -0.1,
        0.1,
        0.8,
        1.5,
    )
    assert (path.x[0], path.y[0]) == (0.1, 1.5)
    assert path.y[-1] == pytest.approx(1.0, abs=1e-3)
    (words,) = marks(board, "map", Words)
    assert words.text == "fixed point (0, 1)"


def test_weights_of_one_sign_break_it(qapp: object) -> None:
    board = board_of(session_with("selu", omega=1.0))
    assert float(said(board)["largest |eigenvalue|"]) > 1.0
    assert said(board)["theorem 1"] == "does not cover this"


def test_arrows_point_to_the_next_layer(qapp: object) -> None:
    (arrows,) = marks(board_of(session_with("selu")), "map", Arrows)
    curve = scalar_curve("selu", {})
    for index in (0, 77, 150):
        mean, variance = arrows.x[index : index + 1], arrows.y[index : index + 1]
        after = np.concatenate(step(curve, mean, variance)) - np.concatenate([mean, variance])
        drawn = np.array([arrows.dx[index], arrows.dy[index]])
        short, whole = np.linalg.norm(drawn), np.linalg.norm(after)
        assert drawn / short == pytest.approx(after / whole, abs=1e-4)
        assert short <= whole * (1 + 1e-4)


@pytest.mark.parametrize("each", LISTED, ids=lambda each: each.name)
def test_every_activation_has_its_flow(qapp: object, each: Row) -> None:
    board = board_of(session_with(each.name))
    assert said(board)["fixed point"]
    for chart in (chart for row in board.rows for chart in row):
        assert isinstance(chart, Chart)
        assert chart.marks
    assert "proven for SELU" not in [line.name for line in marks(board, "map", Line)] or (
        each.name == "selu"
    )
    if each.vector:
        assert board.sentence.startswith("A slice of softmax")


def test_what_dies_out_stays_visible(qapp: object) -> None:
    board = board_of(session_with("relu"))
    assert said(board)["fixed point"] == "none: the variance dies out"
    (chart,) = (each for row in board.rows for each in row if each.key == "variance")
    assert isinstance(chart, Chart)
    assert chart.y.log
    (line,) = marks(board, "variance", Line)
    assert 0.0 < line.y[-1] < 1e-10


def test_pinned_curves_have_orbits_of_their_own(qapp: object) -> None:
    session = document.pin(session_with("selu"))
    session = document.choose_activation(session, "gelu")
    board = board_of(session)
    pinned, live = marks(board, "variance", Line)
    assert pinned.y[-1] == pytest.approx(1.0, abs=0.01)
    assert live.y[-1] < 0.01
    assert [each for each in marks(board, "map", Dots) if not each.filled]


def test_a_click_starts_an_orbit(qtbot: QtBot, window: Window) -> None:
    with qtbot.waitSignal(window.board.drawn):
        QTest.mouseClick(window.bar.tabs["flow"], Qt.MouseButton.LeftButton)
    canvas = window.board.canvas
    placed = next(each for each in canvas.figure.placed if each.chart.key == "map")
    at = QPoint(int(placed.plot.x.pixel(0.5)), int(placed.plot.y.pixel(0.5)))
    with qtbot.waitSignal(window.board.drawn):
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    settings = window.store.session.settings
    assert settings["start_mean"] == pytest.approx(0.5, abs=0.02)
    assert settings["start_variance"] == pytest.approx(0.5, abs=0.02)
    assert DRAWING.pick is not None
    below = DRAWING.pick(window.store.session, Pick("map", 0.0, -1.0, (0.0, 0.0)))
    assert below.settings["start_variance"] > 0.0
    field = window.board.controls.rows["tau"].editor.focus
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "0.5")
    with qtbot.waitSignal(window.board.drawn):
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.store.session.settings["tau"] == 0.5
