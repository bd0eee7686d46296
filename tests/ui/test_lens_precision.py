"""The Precision lens: what is lost where, by which way, for every activation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.activations import LISTED, Row
from actviz.session import Session
from actviz.ui.board import Board, Chart, Line, Span, Table
from actviz.ui.editors import ChoiceEditor
from actviz.ui.lenses.precision import DRAWING
from actviz.ui.look import Look
from actviz.ui.theme import LIGHT
from actviz.ui.window import Window


def session_with(activation: str, **settings: Any) -> Session:
    session = document.set_lens(document.choose_activation(Session(), activation), "precision")
    for name, value in settings.items():
        session = document.set_lens_value(session, name, value)
    return session


def board_of(session: Session) -> Board:
    *_, last = DRAWING.work(DRAWING.key(session))
    return DRAWING.board(last.found, session, Look(LIGHT))


def part(board: Board, key: str) -> Any:
    return next(each for row in board.rows for each in row if each.key == key)


def lines(board: Board, key: str = "slope") -> dict[str, Line]:
    chart = part(board, key)
    assert isinstance(chart, Chart)
    return {each.name: each for each in chart.marks if isinstance(each, Line)}


def test_the_sigmoid_loses_its_slope_where_it_rounds_to_1(qapp: object) -> None:
    board = board_of(session_with("sigmoid", number_format="float32"))
    spans = [each for each in part(board, "slope").marks if isinstance(each, Span)]
    lost = [each for each in spans if each.words == "false zero"]
    assert len(lost) == 1
    assert lost[0].low == pytest.approx(25 * math.log(2), abs=1e-3)  # s rounds to 1
    assert lost[0].high == pytest.approx(150 * math.log(2), abs=1e-3)  # half the smallest number
    assert [each.words for each in spans].count("too small") == 2
    usual = lines(board)["autograd"]
    beyond = (usual.x > 20.0) & (usual.x < 100.0)
    assert np.isnan(usual.y[beyond]).all()
    ours, truth = lines(board)["ours"], lines(board)["truth"]
    assert ours.y[beyond] == pytest.approx(truth.y[beyond], rel=1e-6, abs=1e-44)
    assert 0.0 < np.nanmin(ours.y) < 1e-43
    assert part(board, "slope").y.low <= 1e-45
    table = part(board, "zones")
    assert isinstance(table, Table)
    assert [line[2] for line in table.rows] == ["x ≥ 103.972", "x ≥ 103.972", "x ≥ 17.3287"]


def test_where_over_both_branches_is_marked_as_nan(qapp: object) -> None:
    board = board_of(session_with("elu", number_format="float32", usual_way="autograd"))
    words = [each.words for each in part(board, "slope").marks if isinstance(each, Span)]
    assert "NaN" in words
    assert part(board, "zones").rows[2][3] == "88.723 … ∞"
    textbook = board_of(session_with("elu", number_format="float32", usual_way="textbook"))
    words = [each.words for each in part(textbook, "slope").marks if isinstance(each, Span)]
    assert "NaN" not in words


@pytest.mark.parametrize("number_format", ["float16", "bfloat16"])
@pytest.mark.parametrize("each", LISTED, ids=lambda each: each.name)
def test_every_activation_is_drawn(qapp: object, each: Row, number_format: str) -> None:
    board = board_of(session_with(each.name, number_format=number_format))
    for key in ("slope", "value"):
        assert {"truth", "ours", "autograd"} <= set(lines(board, key))
    assert len(part(board, "zones").rows) == 3
    assert number_format in part(board, "slope").title
    if each.vector:
        assert board.sentence.startswith("A slice of softmax")


def test_a_jump_of_the_slope_is_not_joined(qapp: object) -> None:
    board = board_of(session_with("selu"))
    for line in lines(board).values():
        beside = np.flatnonzero(line.x == 0.0)
        assert np.isnan(line.y[beside]).any()
        assert np.isfinite(line.y[beside]).any()


def test_reach_is_as_far_as_something_is_lost_or_as_chosen(qapp: object) -> None:
    assert part(board_of(session_with("relu")), "slope").x.high == 8.0
    assert part(board_of(session_with("sigmoid")), "slope").x.high == pytest.approx(1.15 * 17.34375)
    assert part(board_of(session_with("sigmoid", reach=3.0)), "slope").x.high == 3.0
    far = board_of(session_with("sigmoid", reach=1e30))
    assert part(far, "slope").x.high == 65504.0


def test_pinned_curves_have_their_lines(qapp: object) -> None:
    session = document.choose_activation(document.pin(session_with("tanh")), "sigmoid")
    board = board_of(session)
    assert len(part(board, "zones").rows) == 6
    drawn = [each for each in part(board, "slope").marks if isinstance(each, Line)]
    assert len(drawn) == 4
    assert drawn[1].stroke == Look(LIGHT).pin(session.pins[0].style)


def test_the_window_turns_its_controls(qtbot: QtBot, window: Window) -> None:
    with qtbot.waitSignal(window.board.drawn):
        QTest.mouseClick(window.bar.tabs["precision"], Qt.MouseButton.LeftButton)
    assert window.board.readings.texts()["significant bits"] == "11"
    editor = window.board.controls.rows["number_format"].editor
    assert isinstance(editor, ChoiceEditor)
    assert editor.segments is not None
    button = editor.segments.buttons()["bfloat16"]
    with qtbot.waitSignal(window.board.drawn):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.store.session.settings["number_format"] == "bfloat16"
    assert window.board.readings.texts()["significant bits"] == "8"
