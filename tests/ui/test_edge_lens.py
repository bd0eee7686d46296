"""The Edge of chaos lens: its map, its lines, its live point, and a click that moves it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.session import Session
from actviz.ui.board import Board, Chart, Dots, Line, Pick, Picture, Words, charts
from actviz.ui.lenses import drawing
from actviz.ui.look import Look
from actviz.ui.theme import DARK
from actviz.ui.window import Window


def session(activation: str, **settings: Any) -> Session:
    made = document.set_lens(document.choose_activation(Session(), activation), "edge")
    for name, value in settings.items():
        made = document.set_lens_value(made, name, value)
    return made


def boards(of: Session) -> list[Board]:
    drawn = drawing("edge")
    look = Look(DARK)
    return [drawn.board(part.found, of, look) for part in drawn.work(drawn.key(of))]


def marks(board: Board, key: str, kind: type) -> list[Any]:
    (chart,) = (each for each in charts(board) if each.key == key)
    assert isinstance(chart, Chart)
    return [mark for mark in chart.marks if isinstance(mark, kind)]


def reading(board: Board, caption: str) -> str:
    return next(each.value for each in board.readings if each.caption == caption)


def test_tanh_at_the_published_points(qapp: object) -> None:
    first, *_, last = boards(session("tanh", sigma_w=1.3, sigma_b=0.3))
    assert marks(first, "map", Picture) == []
    assert reading(first, "phase") == reading(last, "phase") == "ordered"
    (picture,) = marks(last, "map", Picture)
    assert picture.values[0, -1] > 0.0 > picture.values[0, 1]
    (line,) = marks(last, "map", Line)
    assert (line.x[0], line.y[0]) == (1.0, 0.0)
    live = marks(last, "map", Dots)[-1]
    assert (live.x[0], live.y[0]) == (1.3, 0.3)
    assert reading(boards(session("tanh", sigma_w=2.5, sigma_b=0.3))[-1], "phase") == "chaotic"


def test_relu_is_critical_at_a_point_and_has_no_fixed_point_beyond(qapp: object) -> None:
    last = boards(session("relu", initializer="he_normal"))[-1]
    assert reading(last, "phase") == "critical"
    critical, live = marks(last, "map", Dots)
    assert critical.x[0] == live.x[0] == pytest.approx(math.sqrt(2.0))
    assert critical.y[0] == live.y[0] == 0.0
    assert [each.text for each in marks(last, "map", Words)] == ["no finite fixed point"]
    beyond = boards(session("relu", sigma_w=1.5))[-1]
    assert reading(beyond, "phase") == "no fixed point"
    assert reading(beyond, "q*") == "none"


def test_gelus_half_stable_point_is_marked(qapp: object) -> None:
    last = boards(session("gelu", map_of="xi"))[-1]
    assert reading(last, "half-stable q") == "3.561553"
    assert "half-stable" in [each.text for each in marks(last, "map", Words)]
    (picture,) = marks(last, "map", Picture)
    assert picture.name == "log₁₀ |ξ|"
    assert np.nanmax(picture.values) <= 3.0


def test_pinned_curves_have_their_lines(qapp: object) -> None:
    both = document.choose_activation(document.pin(session("tanh")), "elu")
    last = boards(both)[-1]
    assert len(marks(last, "map", Line)) == 2


def test_the_stairs_lead_to_the_fixed_point(qapp: object) -> None:
    last = boards(session("tanh", sigma_w=1.2, sigma_b=0.4))[-1]
    stairs = marks(last, "variance", Line)[-1]
    (fixed,) = marks(last, "variance", Dots)
    assert stairs.x[0] == pytest.approx(1.2**2 + 0.4**2)
    assert stairs.x[-1] == pytest.approx(fixed.x[0], rel=1e-2)


def test_a_click_chooses_and_takes_a_named_initialiser_away() -> None:
    picked = drawing("edge").pick
    assert picked is not None
    he = session("relu", initializer="he_normal")
    moved = picked(he, Pick("map", 1.25, -0.01, (1.25, -0.01)))
    settings = moved.settings
    assert (settings["sigma_w"], settings["sigma_b"]) == (1.25, 0.0)
    assert settings["initializer"] == "gaussian"
    assert picked(he, Pick("variance", 1.0, 1.0, (1.0, 1.0))) == he
    turned = picked(session("tanh", initializer="orthogonal"), Pick("map", 1.0, 0.5, (1.0, 0.5)))
    assert turned.settings["initializer"] == "orthogonal"


def test_a_point_far_out_is_on_the_map(qapp: object) -> None:
    last = boards(session("tanh", sigma_w=7.3, sigma_b=4.0))[-1]
    (chart,) = (each for each in charts(last) if each.key == "map")
    assert isinstance(chart, Chart)
    assert (chart.x.high, chart.y.high) == (8.0, 5.0)


def test_softmax_and_recurrent_layers_are_refused() -> None:
    drawn = drawing("edge")
    assert "vectors" in drawn.refusal(session("softmax"))
    assert "Time" in drawn.refusal(document.choose_layer(Session(), "LSTM"))


def test_clicking_the_map_moves_the_point(qtbot: QtBot, window: Window) -> None:
    window.store.apply(document.choose_activation, "tanh")
    window.store.apply(document.set_lens, "edge")
    qtbot.waitUntil(lambda: window.board.complete, timeout=30000)
    canvas = window.board.canvas
    plot = next(each for each in canvas.figure.placed if each.chart.key == "map").plot
    at = QPoint(int(plot.x.pixel(2.0)), int(plot.y.pixel(0.5)))
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    settings = window.store.session.settings
    assert settings["sigma_w"] == pytest.approx(2.0, abs=0.02)
    assert settings["sigma_b"] == pytest.approx(0.5, abs=0.02)
    texts = window.board.readings.texts
    qtbot.waitUntil(lambda: texts()["phase"] == "chaotic", timeout=30000)


@pytest.mark.parametrize("formula", ["1 / x", "log(x)", "0 / 0", "exp(exp(x))", "1e300 * x * x"])
@pytest.mark.parametrize("sigma", [0.0, 1.0, 1e6])
@pytest.mark.parametrize("lens", ["edge", "depth"])
def test_formulas_without_moments_are_drawn_all_the_same(
    qapp: object, formula: str, sigma: float, lens: str
) -> None:
    made = document.set_lens(document.choose_activation(Session(), "formula"), lens)
    made = document.set_value(made, "formula", formula)
    sizes = {"width": 8, "depth": 4, "batch": 3, "networks": 1}
    for name, value in {**sizes, "sigma_w": sigma, "sigma_b": sigma}.items():
        made = document.set_lens_value(made, name, value)
    drawn = drawing(lens)
    *_, last = drawn.work(drawn.key(made))
    assert last.done == 1.0
    board = drawn.board(last.found, made, Look(DARK))
    assert len(charts(board)) >= 2
    if formula == "0 / 0" and sigma:
        assert {"none"} <= {each.value for each in board.readings}
