"""The Signal lens: its board holds the moments and gains that are published."""

from __future__ import annotations

import math

import pytest

from actviz import session as document
from actviz.session import Session
from actviz.ui.board import Board, Chart, Rule, Table, charts
from actviz.ui.lenses import drawing
from actviz.ui.look import Look
from actviz.ui.theme import DARK


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
