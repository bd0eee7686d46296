"""The Depth lens: its numbers on the board, its words, its refusals, its controls."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.analysis.meanfield import mean_field
from actviz.session import Session
from actviz.ui.board import Board, Chart, Dots, Line, Picture, Rule, charts
from actviz.ui.lenses import drawing
from actviz.ui.lenses.depth_words import q_words, scale_words, size_words
from actviz.ui.look import Look
from actviz.ui.readings import Reading
from actviz.ui.theme import DARK
from actviz.ui.window import Window

SMALL = {"width": 24, "depth": 8, "batch": 6, "networks": 2}


def session(activation: str, **settings: Any) -> Session:
    made = document.set_lens(document.choose_activation(Session(), activation), "depth")
    for name, value in {**SMALL, **settings}.items():
        made = document.set_lens_value(made, name, value)
    return made


def boards(of: Session) -> list[Board]:
    """Draw what comes in, from the first part to the last."""
    drawn = drawing("depth")
    look = Look(DARK)
    return [drawn.board(part.found, of, look) for part in drawn.work(drawn.key(of))]


def chart(board: Board, key: str) -> Chart:
    found = next(each for each in charts(board) if each.key == key)
    assert isinstance(found, Chart)
    return found


def marks(board: Board, key: str, kind: type) -> list[Any]:
    return [mark for mark in chart(board, key).marks if isinstance(mark, kind)]


def reading(board: Board, caption: str) -> Reading:
    return next(each for each in board.readings if each.caption == caption)


def test_lines_are_the_mean_field_and_dots_the_networks(qapp: object) -> None:
    first, *_, last = boards(session("relu", sigma_w=math.sqrt(2.0)))
    assert marks(first, "signal", Dots) == []
    for board in (first, last):
        (line,) = marks(board, "signal", Line)
        assert line.y == pytest.approx([2.0] * 8, rel=1e-12)
    (dots,) = marks(last, "signal", Dots)
    assert dots.x.tolist() == list(range(1, 9))
    assert np.all((dots.low <= dots.y * 1.000001) & (dots.y <= dots.high * 1.000001))
    (gradient,) = marks(last, "gradient", Dots)
    assert gradient.y[-1] == pytest.approx(1.0, rel=1e-5)
    assert gradient.x[0] == 0.0
    (picture,) = marks(last, "density", Picture)
    assert picture.values.shape[1] == 8
    assert reading(last, "χ₁ (mean field)").value == "1"
    assert reading(last, "depth scale ξ").value == "∞"
    assert reading(last, "networks").value == "2 of 2"
    assert reading(first, "gradient, layer 1/8").value == "…"


def test_pinned_curves_stand_beside_the_live_one(qapp: object) -> None:
    both = document.choose_activation(document.pin(session("sigmoid")), "selu")
    last = boards(both)[-1]
    assert len(marks(last, "signal", Line)) == 2
    selu = marks(last, "gradient", Line)[-1]
    assert selu.y[0] == pytest.approx(1.0715749924 ** (8 / 2), rel=1e-6)
    lines = marks(last, "correlation", Line)
    assert len(lines) == 3  # the diagonal too


def test_overflow_is_drawn_and_said(qapp: object) -> None:
    last = boards(session("relu", sigma_w=1e6))[-1]
    (rule,) = marks(last, "signal", Rule)
    assert rule.words == "float32 overflows"
    assert 2 <= rule.at <= 8
    assert reading(last, "networks").value == "2 of 2, 2 overflow"
    assert reading(last, "q* (mean field)").value == "none"
    assert reading(last, "gradient, layer 1/8").value == "none"


def test_an_initialiser_with_a_name_sets_sigma_w(qapp: object) -> None:
    last = boards(session("relu", sigma_w=9.0, initializer="he_normal"))[-1]
    assert reading(last, "initialiser").value == "He normal, σw² = 2"
    assert "He normal sets σw itself" in last.sentence
    assert "infinite width, independent weights" in last.sentence


def test_fixed_points_in_words() -> None:
    def found(name: str, weight: float, bias: float = 0.0) -> Any:
        return mean_field(name, weight_variance=weight, bias_variance=bias)

    assert q_words(found("elu", 2.0))[0] == "none"
    assert q_words(found("tanh", 1.0))[0] == "0, not converged"
    assert q_words(found("selu", 1.0))[0] == "1"
    assert scale_words(found("selu", 1.0))[0] == "−14.5 layers"
    assert scale_words(found("tanh", 1.69, 0.09))[0] == "16.1 layers"
    assert size_words(-451.5) == "3.2·10⁻⁴⁵²"
    assert size_words(-math.inf) == "0"


@pytest.mark.parametrize("layer", ["LSTM", "GRUCell", "SimpleRNN", "ConvLSTM2DCell"])
def test_recurrent_layers_are_sent_to_time(layer: str) -> None:
    said = drawing("depth").refusal(document.choose_layer(Session(), layer))
    assert layer in said
    assert "Time" in said


def test_softmax_is_refused_and_a_pinned_one_left_out() -> None:
    drawn = drawing("depth")
    soft = document.choose_activation(Session(), "softmax")
    assert "whole vectors" in drawn.refusal(soft)
    elu = document.choose_activation(document.pin(soft), "elu")
    assert drawn.refusal(elu) == ""
    key: Any = drawn.key(elu)
    assert [each.activation for each in key.curves] == ["elu"]


def test_a_control_starts_the_study_anew(qtbot: QtBot, window: Window) -> None:
    for name, value in SMALL.items():
        window.store.apply(document.set_lens_value, name, value)
    QTest.mouseClick(window.bar.tabs["depth"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.board.complete, timeout=30000)
    before = window.board.readings.texts()["gradient, layer 1/8"]
    field = window.board.controls.rows["sigma_w"].editor.focus
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.store.session.settings["sigma_w"] == 2.0
    texts = window.board.readings.texts
    qtbot.waitUntil(lambda: texts()["gradient, layer 1/8"] not in (before, "…"), timeout=30000)
    width = window.board.controls.rows["width"]
    width.edited.emit("width", 10**9)
    assert "from 1 to 2048" in width.sentence.text()
