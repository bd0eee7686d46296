"""The Signal lens: its board holds the moments and gains that are published."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.session import Session
from actviz.ui.board import Board, Chart, Rule, Table, charts
from actviz.ui.lenses import drawing
from actviz.ui.look import Look
from actviz.ui.theme import DARK
from actviz.ui.window import Window


def test_a_persons_own_numbers_take_the_gaussians_place(qapp: object, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    np.save(tmp_path / "z.npy", 0.5 + 2.0 * rng.standard_normal(50_000))
    session = document.choose_activation(Session(), "relu")
    session = document.set_lens_value(session, "data", str(tmp_path / "z.npy"))
    board = board_of(session)
    assert board.sentence.startswith("z.npy: all 50,000 numbers")
    figures = {each.caption: each.value for each in board.readings}
    value, error = (float(part) for part in figures["E f"].split(" ± "))
    exact = 0.5 * 0.598706326 + 2.0 * 0.386668117  # μΦ(μ/σ) + σφ(μ/σ) at 0.25
    assert 0.001 < error < 0.01
    assert abs(value - exact) < 4 * error
    dead, _ = (float(part) for part in figures["dead, P(f′ = 0)"].split(" ± "))
    assert dead == pytest.approx(0.4012936743, abs=0.01)
    found = {each.key: each for each in charts(board)}
    assert found["input"].title == "the input: z.npy"
    output = found["output"]
    assert isinstance(output, Chart)
    masses = [mark for mark in output.marks if isinstance(mark, Rule) and mark.words]
    assert [mark.at for mark in masses] == [0.0]
    assert float(masses[0].words.removeprefix("P = ").removesuffix(" %")) == pytest.approx(
        40.13, abs=1.0
    )


def test_a_file_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    session = document.set_lens_value(Session(), "data", str(tmp_path / "none.npy"))
    drawn = drawing("signal")
    wanted = drawn.key(session)
    assert not drawn.is_live(wanted)
    with pytest.raises(ValueError, match="cannot be read"):
        list(drawn.work(wanted))


def test_a_file_is_read_in_the_thread_and_then_follows(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    np.save(tmp_path / "z.npy", np.linspace(-3.0, 3.0, 1001))
    window.store.apply(document.set_lens, "signal")
    qtbot.waitUntil(lambda: window.board.complete)
    field = window.board.controls.rows["data"].editor.focus
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, str(tmp_path / "z.npy"))
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "z.npy" in window.board.sentence.text())
    assert window.board.readings.texts()["n"] == "1001"
    before = window.board.readings.texts()["E f"]
    with qtbot.waitSignal(window.board.drawn):
        window.store.apply(document.set_value, "alpha", 3.0)
    assert window.board.complete
    assert window.board.readings.texts()["E f"] != before


def board_of(session: Session) -> Board:
    drawn = drawing("signal")
    *_, part = drawn.work(drawn.key(session))
    return drawn.board(part.found, session, Look(DARK))


def test_relus_half_is_a_point_mass_and_its_gain_root_two(qapp: object) -> None:
    board = board_of(document.choose_activation(Session(), "relu"))
    found = {each.key: each for each in charts(board)}
    output = found["output"]
    assert isinstance(output, Chart)
    masses = [mark for mark in output.marks if isinstance(mark, Rule) and mark.words]
    assert [(mark.at, mark.words) for mark in masses] == [(0.0, "P = 50 %")]
    table = found["gains"]
    assert isinstance(table, Table)
    shown = {line[0]: line[1] for line in table.rows}
    assert shown["1/√E f²"] == shown["He"] == "1.41421"
    figures = {each.caption: each.value for each in board.readings}
    assert figures["E f"] == "+0.399"
    assert figures["E f′²"] == "0.5"


def test_a_pinned_curve_has_its_column(qapp: object) -> None:
    session = document.pin(document.choose_activation(Session(), "selu"))
    session = document.choose_activation(session, "sigmoid")
    table = next(each for each in charts(board_of(session)) if isinstance(each, Table))
    assert table.columns[1:3] == ("Sigmoid", "SELU")
    lines = {line[0]: line[1:3] for line in table.rows}
    assert float(lines["1/√Var f"][0]) == pytest.approx(4.801, abs=1e-3)
    assert float(lines["1/√Var f"][1]) == pytest.approx(1.0, abs=1e-6)
    assert lines["torch"][1] == "0.75"


def test_another_input_moves_all_figures(qapp: object) -> None:
    session = document.set_lens_value(document.choose_activation(Session(), "relu"), "std", 2.0)
    figures = {each.caption: each.value for each in board_of(session).readings}
    assert float(figures["E f²"]) == pytest.approx(2.0)
    assert float(figures["Var f"]) == pytest.approx(2.0 - 4.0 / (2.0 * math.pi), abs=1e-6)
