"""The Softmax bench: its charts hold the numbers, and its bars can be dragged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QSizeF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.session import Session
from actviz.ui.board import Bars, Board, Chart, Dots, Line, Pick, Picture, Table
from actviz.ui.board_figure import BoardFigure
from actviz.ui.board_table import table_height
from actviz.ui.lenses.softmax import DRAWING
from actviz.ui.look import Look
from actviz.ui.theme import LIGHT
from actviz.ui.window import Window


def session_with(**settings: Any) -> Session:
    session = document.set_lens(Session(), "softmax")
    for name, value in settings.items():
        session = document.set_lens_value(session, name, value)
    return session


def board_of(session: Session) -> Board:
    *_, last = DRAWING.work(DRAWING.key(session))
    assert last.done == 1.0
    return DRAWING.board(last.found, session, Look(LIGHT))


def part(board: Board, key: str) -> Any:
    return next(each for row in board.rows for each in row if each.key == key)


def marks(board: Board, key: str, kind: type) -> list[Any]:
    chart = part(board, key)
    assert isinstance(chart, Chart)
    return [each for each in chart.marks if isinstance(each, kind)]


def test_the_charts_hold_torchs_numbers(qapp: object) -> None:
    board = board_of(session_with(logits=(1.0, 2.0, 3.0), temperature=2.0))
    x = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    p = torch.softmax(x / 2.0, 0)
    bars, again = marks(board, "probabilities", Bars)
    assert bars.y == pytest.approx(p.numpy(), rel=1e-14)
    assert again.y == pytest.approx(torch.softmax(p, 0).numpy(), rel=1e-14)
    (logits,) = marks(board, "logits", Bars)
    assert logits.y.tolist() == [1.0, 2.0, 3.0]
    (picture,) = marks(board, "jacobian", Picture)
    judge = torch.autograd.functional.jacobian(lambda z: torch.softmax(z / 2.0, 0), x)
    assert picture.values[::-1] == pytest.approx(judge.numpy(), rel=1e-12)
    assert picture.high == -picture.low == pytest.approx(np.abs(judge.numpy()).max())
    table = part(board, "numbers")
    assert isinstance(table, Table)
    assert [line[2] for line in table.rows] == ["0.1863237", "0.3071959", "0.5064804"]
    said = {each.caption: each.value for each in board.readings}
    assert said["entropy"] == "1.02019 of 1.1"
    assert said["… never below"] == "0.5514447"


def test_sigmoid_and_softmax_of_two_lie_on_each_other(qapp: object) -> None:
    board = board_of(session_with(logits=(3.0, 1.0), temperature=0.5))
    sigmoid, pairs = marks(board, "sigmoid", Line)
    assert pairs.y == pytest.approx(sigmoid.y, rel=1e-14)
    (dot,) = marks(board, "sigmoid", Dots)
    judge = torch.sigmoid(torch.tensor(4.0, dtype=torch.float64))
    assert (dot.x[0], dot.y[0]) == (4.0, pytest.approx(float(judge), rel=1e-14))
    one = board_of(session_with(logits=(3.0,)))
    assert marks(one, "sigmoid", Dots) == []


def test_a_table_of_logits_has_its_axis(qapp: object) -> None:
    logits = (1.0, 2.0, 3.0, 0.0, -1.0, 5.0)
    table = torch.tensor(logits, dtype=torch.float64).reshape(2, 3)
    for axis, count in (("rows", 3), ("columns", 2)):
        session = session_with(logits=logits, table_rows=2, axis=axis, vector=2)
        board = board_of(session)
        (picture,) = marks(board, "shares", Picture)
        assert part(board, "logits").x.words[3:5] == ((4.0, "2,1"), (5.0, "2,2"))
        judge = torch.softmax(table, 1 if axis == "rows" else 0)
        assert picture.values[::-1] == pytest.approx(judge.numpy(), rel=1e-14)
        (jacobian,) = marks(board, "jacobian", Picture)
        assert jacobian.values.shape == (count, count)
        others, chosen, again = marks(board, "probabilities", Bars)
        own = judge[1] if axis == "rows" else judge[:, 1]
        assert chosen.y == pytest.approx(own.numpy(), rel=1e-14)
        assert len(others.y) + len(chosen.y) == 6
        assert again.x.tolist() == chosen.x.tolist()
    at = Pick("shares", 2.5, 0.5, (2.5, 0.5))  # the last column, the last row from the top
    assert DRAWING.pick is not None
    assert DRAWING.pick(session, at).settings["vector"] == 3
    rows = document.set_lens_value(session, "axis", "rows")
    assert DRAWING.pick(rows, at).settings["vector"] == 2


def test_logits_that_fill_no_table_are_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="3 logits do not make a table of 2 rows"):
        board_of(session_with(table_rows=2))


def test_extreme_logits_are_drawn_or_refused_with_a_sentence(qapp: object) -> None:
    for logits in ((5e4, 1.0, -5e4), (0.0,) * 32, (1e-300, 0.0), (1e6, -1e6)):
        for temperature in (1e-300, 1e300):
            board = board_of(session_with(logits=logits, temperature=temperature))
            (dots,) = marks(board, "sigmoid", Dots) or [None]
            assert dots is None or abs(dots.x[0]) <= 1e4
    with pytest.raises(ValueError, match="too large to be drawn"):
        board_of(session_with(logits=(1e308, -1e308)))


def test_a_drag_sets_the_bar_where_it_began(qapp: object) -> None:
    assert DRAWING.pick is not None
    session = session_with()
    moved = DRAWING.pick(session, Pick("logits", 1.1, -2.3461, (2.2, 2.0)))
    assert moved.settings["logits"] == (1.0, -2.35, 3.0)
    beyond = DRAWING.pick(session, Pick("logits", 3.0, 99.0, (9.0, 0.0)))
    assert beyond.settings["logits"] == (1.0, 2.0, 6.0)
    assert DRAWING.pick(session, Pick("jacobian", 1.0, 1.0, (1.0, 1.0))) == session


def test_the_window_drags_bars_and_turns_controls(qtbot: QtBot, window: Window) -> None:
    with qtbot.waitSignal(window.board.drawn):
        QTest.mouseClick(window.bar.tabs["softmax"], Qt.MouseButton.LeftButton)
    canvas = window.board.canvas
    placed = next(each for each in canvas.figure.placed if each.chart.key == "logits")
    at = [QPoint(int(placed.plot.x.pixel(1.0)), int(placed.plot.y.pixel(y))) for y in (1.0, 4.0)]
    with qtbot.waitSignal(window.board.drawn):
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at[0])
        QTest.mouseMove(canvas, at[1])
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at[1])
    assert window.store.session.settings["logits"][0] == pytest.approx(4.0, abs=0.2)
    window.store.undo()
    assert window.store.session.settings["logits"] == (1.0, 2.0, 3.0)
    before = window.board.readings.texts()["entropy"]
    field = window.board.controls.rows["temperature"].editor.focus
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "5")
    with qtbot.waitSignal(window.board.drawn):
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.store.session.settings["temperature"] == 5.0
    assert window.board.readings.texts()["entropy"] != before


def test_the_table_takes_no_more_height_than_its_lines(qapp: object) -> None:
    look, board = Look(LIGHT), board_of(session_with())
    heights = []
    for size in (QSizeF(600, 500), QSizeF(1200, 1500)):
        figure = BoardFigure(look)
        figure.show(board, size, 1.0)
        placed = {each.chart.key: each.outer for each in figure.placed}
        heights.append(placed["numbers"].height())
        assert placed["numbers"].bottom() == pytest.approx(size.height(), abs=1.0)
        assert placed["logits"].height() > placed["numbers"].height()
    assert heights[1] < table_height(part(board, "numbers"), look) + 40.0 < 0.1 * 1500.0 + 40.0
