"""The Time lens: lines and words hold what the run found; it streams, stops and refuses."""

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
from actviz.analysis.recurrence import trace
from actviz.analysis.recurrent_drive import INPUTS
from actviz.layers import ROWS, LayerRow
from actviz.session import Session
from actviz.ui.board import Board, Chart, Line, Part, Rule, Words
from actviz.ui.board_figure import BoardFigure
from actviz.ui.lenses.time import DRAWING
from actviz.ui.look import Look
from actviz.ui.theme import DARK
from actviz.ui.window import Window

MANY = 500 if os.environ.get("ACTVIZ_CAMPAIGN") else 3
EXTREMES = {
    "time_input": INPUTS,
    "time_steps": (1, 2, 7),
    "amplitude": (1.0, 0.0, 1e308),
}
RECURRENT = [row for row in ROWS if len(row.slots) > 1 or "RNN" in row.name]


def session_with(layer: str, slot: str = "activation", **settings: Any) -> Session:
    session = document.set_lens(document.choose_layer(Session(), layer), "time")
    session = document.choose_slot(session, slot)
    session = document.choose_activation(session, "tanh" if slot == "activation" else "sigmoid")
    for name, value in {"time_steps": 12, **settings}.items():
        session = document.set_lens_value(session, name, value)
    return session


def parts_of(session: Session) -> list[Part]:
    return list(DRAWING.work(DRAWING.key(session)))


def board_of(session: Session) -> Board:
    return DRAWING.board(parts_of(session)[-1].found, session, Look(DARK))


def chart(board: Board, key: str) -> Chart:
    found = next(each for row in board.rows for each in row if each.key == key)
    assert isinstance(found, Chart)
    return found


def lines(board: Board, key: str) -> dict[str, Any]:
    return {m.name: m for m in chart(board, key).marks if isinstance(m, Line) and m.name}


def board_or_sentence(session: Session) -> Board | str:
    try:
        return board_of(session)
    except ValueError as error:
        return str(error)


def said(board: Board) -> dict[str, str]:
    return {each.caption: each.value for each in board.readings}


def test_paths_gates_and_memory_of_an_lstm(qapp: object) -> None:
    session = session_with("LSTM", "recurrent_activation", time_steps=30)
    board, wanted = board_of(session), DRAWING.key(session)
    found = trace(session.config, wanted.drive)  # type: ignore[attr-defined]
    drawn = lines(board, "gradient")
    assert set(drawn) == {"total", "to h", "recurrent kernel", "cell path"}
    for name, line in drawn.items():
        np.testing.assert_array_equal(line.y, found.paths[name])
    assert chart(board, "gradient").y.log
    assert set(lines(board, "gates")) == {"input", "forget", "output"}
    np.testing.assert_array_equal(
        lines(board, "gates")["forget"].y, found.gates["forget gate"].mean(axis=1)
    )
    assert said(board)["gate at its bias; τ"] == "0.73106; 3.1922"
    assert said(board)["half-life"] == "2.21268"
    assert "product of the forget gates" in board.sentence


def test_pinned_dialects_remember_for_other_times(qapp: object) -> None:
    session = session_with("LSTM", "recurrent_activation")
    for alpha in (1 / 6, 0.2):
        session = document.choose_activation(session, "hard_sigmoid")
        session = document.pin(document.set_value(session, "alpha", alpha), f"slope {alpha:.3g}")
    board = board_of(document.choose_activation(session, "sigmoid"))
    assert said(board)["τ, slope 0.167"] == "0.66667; 2.4663"
    assert said(board)["τ, slope 0.2"] == "0.7; 2.8037"
    unnamed = [m for m in chart(board, "gradient").marks if isinstance(m, Line) and not m.name]
    assert len(unnamed) == 4


def test_what_the_same_word_means_elsewhere_is_told(qapp: object) -> None:
    session = session_with("LSTM", "recurrent_activation")
    told = said(board_of(document.choose_activation(session, "hard_sigmoid")))
    assert told["gate at its bias; τ"] == "0.66667; 2.4663"
    assert told["τ of Keras 2's word"] == "0.7; 2.8037"
    assert not [caption for caption in said(board_of(session)) if "word" in caption]
    session = document.set_field(session_with("ConvLSTM1DCell", time_steps=3), "filters", 4)
    assert said(board_of(session))["τ of Keras 2's default"] == "0.7; 2.8037"


def test_a_gru_says_which_way_round_it_is(qapp: object) -> None:
    session = session_with("GRU")
    board = board_of(session)
    assert said(board)["Keras's GRU"] == "z keeps h₋₁"
    assert "h = z·h₋₁ + (1 − z)·h̃" in board.sentence
    hints = {each.caption: each.hint for each in board.readings}
    assert "after the product" in hints["Keras's GRU"]
    before = board_of(document.set_field(session, "reset_after", False))
    assert "before the product" in {e.caption: e.hint for e in before.readings}["Keras's GRU"]


@pytest.mark.parametrize("row", RECURRENT, ids=lambda row: row.name)
def test_every_recurrent_layer_has_its_board(qapp: object, row: LayerRow) -> None:
    session = session_with(row.name, time_steps=3)
    if "Conv" in row.name:
        session = document.set_field(session, "filters", 4)
        session = document.set_input_shape(session, (*(5 for _ in row.input_shape[1:]), 2))
    assert DRAWING.refusal(session) == ""
    board = board_of(session)
    assert lines(board, "gradient")["recurrent kernel"].y.shape == (3,)
    assert "left after 3 steps" in said(board)


@pytest.mark.campaign
@pytest.mark.parametrize("row", RECURRENT, ids=lambda row: row.name)
def test_random_layers_and_extreme_inputs_are_drawn(qapp: object, row: LayerRow) -> None:
    for seed in range(MANY):
        draw = random.Random(f"{row.name} {seed}")
        config = random_config(row, seed)
        session = document.set_lens(document.open_layer(Session(), config), "time")
        session = document.choose_slot(session, draw.choice(list(config.activations)))
        for name, values in EXTREMES.items():
            session = document.set_lens_value(session, name, draw.choice(values))
        found = board_or_sentence(session)
        if isinstance(found, str):
            assert found.startswith((f"{row.name}.", "time."))
            continue
        figure = BoardFigure(Look(DARK))
        figure.show(found, QSizeF(800.0, 600.0), 1.0)
        assert len(figure.placed) == len(found.rows[0]) + 1


@pytest.mark.parametrize("slot", ["activation", "recurrent_activation"])
@pytest.mark.parametrize("each", LISTED, ids=lambda each: each.name)
def test_every_activation_fits_either_slot(qapp: object, each: Row, slot: str) -> None:
    board = board_of(document.choose_activation(session_with("GRU", slot, time_steps=3), each.name))
    assert board.readings


def test_what_ends_in_float64_is_said(qapp: object) -> None:
    session = session_with("SimpleRNN", time_steps=900)
    session = document.set_field(session, "recurrent_initializer", "orthogonal(gain=0.2)")
    board = board_of(document.choose_activation(session, "linear"))
    (words,) = [each for each in chart(board, "gradient").marks if isinstance(each, Words)]
    assert "0 in float64" in words.text
    assert 0.0 < words.y <= 1e-300
    assert said(board)["gradient per step"] == "0.2"
    assert said(board)["left after 900 steps"] == "0 in float64"


def test_overflow_is_drawn_and_said(qapp: object) -> None:
    session = session_with("SimpleRNN", time_steps=60)
    session = document.set_field(session, "recurrent_initializer", "orthogonal(gain=1e9)")
    board = board_of(document.choose_activation(session, "linear"))
    (rule,) = [each for each in chart(board, "state").marks if isinstance(each, Rule)]
    assert rule.words == "overflow"
    assert said(board)["overflow"] == f"at step {int(rule.at)}"


def test_long_runs_say_how_far_they_are(qapp: object) -> None:
    session = session_with("LSTM", time_steps=520)
    parts = parts_of(session)
    assert len(parts) > 15
    assert [each.done for each in parts] == sorted(each.done for each in parts)
    assert parts[-1].done == 1.0
    early = DRAWING.board(parts[0].found, session, Look(DARK))
    assert early.readings == ()
    assert len(parts_of(session_with("LSTM"))) == 1


def test_layers_without_time_are_pointed_elsewhere(qtbot: QtBot, window: Window) -> None:
    assert "choose a recurrent layer" in DRAWING.refusal(Session())
    with qtbot.waitSignal(window.board.drawn):
        QTest.mouseClick(window.bar.tabs["time"], Qt.MouseButton.LeftButton)
    assert "Conv2D has no state" in window.board.refusal.text()
    with qtbot.waitSignal(window.board.drawn, timeout=20_000):
        window.store.apply(document.choose_layer, "LSTM")
    assert window.board.refusal.isHidden()


def test_a_larger_layer_than_can_be_followed_is_refused(qapp: object) -> None:
    session = session_with("ConvLSTM3DCell", time_steps=100)
    with pytest.raises(ValueError, match=r"time\.time_steps: 100 .* at most \d+"):
        parts_of(session)


def test_steps_are_set_by_hand(qtbot: QtBot, window: Window) -> None:
    window.store.apply(document.choose_layer, "SimpleRNN")
    with qtbot.waitSignal(window.board.drawn, timeout=20_000):
        QTest.mouseClick(window.bar.tabs["time"], Qt.MouseButton.LeftButton)
    field = window.board.controls.rows["time_steps"].editor.focus
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "25")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.store.session.settings["time_steps"] == 25

    def told() -> None:
        shown = {each.caption for each in window.board.readings._shown}
        assert "left after 25 steps" in shown

    qtbot.waitUntil(told, timeout=20_000)
