"""The Layer lens: bars, densities and words hold what the analysis found, for every layer type."""

from __future__ import annotations

import os
import random
from typing import Any

import numpy as np
import pytest
from layer_cases import random_config
from PySide6.QtCore import QSizeF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.activations import LISTED, Row
from actviz.layers import ROWS, LayerRow
from actviz.session import Session
from actviz.ui.board import Bars, Board, Chart, Line, Rule, Table
from actviz.ui.board_figure import BoardFigure
from actviz.ui.lenses.layer import DRAWING
from actviz.ui.look import Look
from actviz.ui.theme import LIGHT
from actviz.ui.window import Window

MANY = 500 if os.environ.get("ACTVIZ_CAMPAIGN") else 3
EXTREMES = {
    "mean": (0.0, -1e6, 1e3),
    "std": (1.0, 1e-6, 1e6),
    "state_std": (0.0, 1.0, 1e6),
}


def session_with(layer: str, slot: str = "activation", **fields: Any) -> Session:
    session = document.set_lens(document.choose_layer(Session(), layer), "layer")
    for name, value in fields.items():
        session = document.set_field(session, name, value)
    return document.choose_slot(session, slot)


def board_of(session: Session) -> Board:
    *_, last = DRAWING.work(DRAWING.key(session))
    return DRAWING.board(last.found, session, Look(LIGHT))


def chart(board: Board, key: str) -> Any:
    return next(each for row in board.rows for each in row if each.key == key)


def bars(board: Board) -> dict[str, list[float]]:
    return {
        mark.name: mark.y.tolist()
        for mark in chart(board, "variance").marks
        if isinstance(mark, Bars)
    }


def board_or_sentence(session: Session) -> Board | str:
    try:
        return board_of(session)
    except ValueError as error:
        return str(error)


def said(board: Board) -> dict[str, str]:
    return {each.caption: each.value for each in board.readings}


def test_a_depthwise_kernel_gets_less_than_it_is_believed_to(qapp: object) -> None:
    session = session_with("DepthwiseConv2D", depthwise_initializer="he_normal")
    board = board_of(document.set_input_shape(session, (9, 9, 64)))
    assert bars(board) == {
        "believed": pytest.approx([2.0]),
        "true": pytest.approx([1 / 32]),
    }
    assert chart(board, "variance").y.log
    assert said(board)["W fan-in"] == "576; true 9"
    assert said(board)["z mean; variance"] == "0; 0.03125"
    assert "64 channels" in board.sentence


def test_an_lstm_is_shown_gate_by_gate(qapp: object) -> None:
    session = document.set_input_shape(session_with("LSTM", "recurrent_activation"), (5, 32))
    board = board_of(session)
    found = bars(board)
    assert found["true"] == pytest.approx([0.4, 0.25])
    assert found["unfused"] == pytest.approx([1.0, 1.0])
    words = [word for _, word in chart(board, "variance").x.words]
    assert words == ["i, f, c, o: W", "i, f, c, o: U"]
    lines = [mark for mark in chart(board, "density").marks if isinstance(mark, Line)]
    tops = [float(line.x[np.argmax(line.y)]) for line in lines]
    assert tops == pytest.approx([0.0, 1.0])
    for line in lines:
        assert float(np.trapezoid(line.y, line.x)) == pytest.approx(1.0, abs=1e-3)
    assert said(board)["z f mean; variance"] == "1; 0.4"
    low, high = said(board)["singular values, i: U"].split(" … ")
    assert float(low) < 0.1
    assert 0.7 < float(high) < 1.0


def test_an_identity_gives_all_to_one_gate(qapp: object) -> None:
    board = board_of(session_with("LSTM", recurrent_initializer="identity"))
    assert bars(board)["true"][1:] == [1.0, 0.0]
    words = [word for _, word in chart(board, "variance").x.words]
    assert words == ["i, f, c, o: W", "i: U", "f, c, o: U"]


def test_every_curve_is_weighed_under_what_arrives(qapp: object) -> None:
    session = document.choose_activation(session_with("Dense"), "relu")
    session = document.choose_activation(document.pin(session), "linear")
    table = chart(board_of(session), "output")
    assert isinstance(table, Table)
    assert [row[2] for row in table.rows] == ["1", "0.341"]  # the identity, then ReLU
    assert table.rows[1][1] == "+0.399"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_layer_type_has_its_board(qapp: object, row: LayerRow) -> None:
    for slot in row.slots:
        board = board_of(session_with(row.name, slot.name))
        assert board.sentence
        assert len(bars(board)["true"]) == len(bars(board)["believed"])
        for each in (chart(board, "f"), chart(board, "density")):
            assert isinstance(each, Chart)
            assert each.marks


@pytest.mark.campaign
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_random_layers_and_extreme_inputs_are_drawn(qapp: object, row: LayerRow) -> None:
    for seed in range(MANY):
        config = random_config(row, seed)
        draw = random.Random(f"{row.name} {seed}")
        session = document.set_lens(document.open_layer(Session(), config), "layer")
        session = document.choose_slot(session, draw.choice(list(config.activations)))
        for name, values in EXTREMES.items():
            session = document.set_lens_value(session, name, draw.choice(values))
        found = board_or_sentence(session)
        if isinstance(found, str):
            assert found.startswith(f"{row.name}.")
            continue
        figure = BoardFigure(Look(LIGHT))
        figure.show(found, QSizeF(800.0, 600.0), 1.0)
        assert len(figure.placed) == 4


@pytest.mark.parametrize("each", LISTED, ids=lambda each: each.name)
def test_every_activation_fits(qapp: object, each: Row) -> None:
    board = board_of(document.choose_activation(session_with("Dense"), each.name))
    assert chart(board, "output").rows
    assert board.sentence.startswith("The curve is a slice") == each.vector


def test_weights_of_zero_put_all_mass_in_one_place(qapp: object) -> None:
    board = board_of(session_with("Dense", kernel_initializer="zeros"))
    (rule,) = chart(board, "density").marks
    assert isinstance(rule, Rule)
    assert (rule.at, rule.words) == (0.0, "all mass here")
    assert bars(board)["true"] == [0.0]


def test_what_a_softmax_of_gates_lets_through_is_said_to_be_unknown(qapp: object) -> None:
    session = document.choose_activation(session_with("GRU", "recurrent_activation"), "softmax")
    session = document.set_lens_value(session, "state_std", 1.0)
    board = board_of(document.choose_slot(session, "activation"))
    assert said(board)["z h mean; variance"] == "not defined; not defined"
    assert chart(board, "density").marks == ()
    assert "unknown" in chart(board, "density").title


def test_a_layer_that_does_not_fit_its_input_is_refused(qapp: object) -> None:
    session = document.set_input_shape(session_with("Conv1D"), (2, 8))
    with pytest.raises(ValueError, match=r"Conv1D\.kernel_size"):
        list(DRAWING.work(DRAWING.key(session)))


def test_the_input_is_turned_by_hand(qtbot: QtBot, window: Window) -> None:
    with qtbot.waitSignal(window.board.drawn):
        window.store.apply(document.choose_layer, "Dense")
        QTest.mouseClick(window.bar.tabs["layer"], Qt.MouseButton.LeftButton)
    field = window.board.controls.rows["std"].editor.focus
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "2")
    with qtbot.waitSignal(window.board.drawn):
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.store.session.settings["std"] == 2.0
    shown = {each.caption: each.value for each in window.board.readings._shown}
    assert shown["z mean; variance"] == "0; 4"
