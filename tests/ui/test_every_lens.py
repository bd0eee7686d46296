"""Every lens for every activation: usual ones, odd formulas, extreme values; all of it ends."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.activations import FORMULA, ROWS, Row
from actviz.analysis.curve import Curve
from actviz.lenses import LENSES, Lens
from actviz.lenses import lens as lens_named
from actviz.param import Choice, Flag, Integer, Param, Real, Vector
from actviz.session import Session
from actviz.ui.board import Board
from actviz.ui.board_figure import BoardFigure
from actviz.ui.board_text import board_text
from actviz.ui.lenses import DRAWN, drawing
from actviz.ui.look import Look
from actviz.ui.render import CurvePage
from actviz.ui.theme import DARK

FULL = bool(os.environ.get("ACTVIZ_CAMPAIGN"))
ODD = (
    *("x if x > 1 else -2", "1/x", "log(x)", "3", "tan(x)", "sin(1/x)", "exp(exp(x))"),
    *("0/0", "x**3", "sqrt(x) - sqrt(-x)", "1e300*x*x", "sign(sin(50*x))"),
)
NAMES = (*(row.name for row in ROWS), *ODD)
SMALL = {"width": 8, "batch": 8, "depth": 3, "networks": 2, "time_steps": 12}
ENDS = (0.0, 1e300, -1e300, 1e-300, -1e-300, 1e6, -1e6, 1.0)
SLOW = ("depth", "edge", "verify")
"""Lenses that work in a thread for more than a moment: of them fewer are drawn every day."""
MOST_NUMBERS = 1_000_000_000
"""How often f or f′ may be computed for a picture; the critical line of sin(1/x) takes 1.4·10⁸."""
SIZE = QSizeF(900.0, 600.0)


def holding(name: str, session: Session) -> Session:
    """Put an activation, or a formula, into a session."""
    if name in {row.name for row in ROWS}:
        return document.choose_activation(session, name)
    session = document.choose_activation(session, FORMULA.name)
    return document.set_value(session, FORMULA.name, name)


def through(lens: Lens, session: Session) -> Session:
    """Look at a session through a lens whose runs are small."""
    session = document.set_lens(session, lens.name)
    for param in lens.params:
        if param.name in SMALL:
            session = document.set_lens_value(session, param.name, SMALL[param.name])
    return session


def starting(lens: Lens) -> Session:
    """Give a session that a lens has something to show for."""
    session = Session()
    return document.choose_layer(session, "LSTM") if lens.name == "time" else session


def extremes(param: Param) -> Iterator[Any]:
    """List the values at the ends of what a parameter may be."""
    domain = param.domain
    match domain:
        case Real():
            wanted: tuple[Any, ...] = (*ENDS, domain.low, domain.high)
        case Vector():
            wanted = ((1e300, -1e300), (0.0,), (1e6, 1e6, -1e6))
        case Integer():
            wanted = (domain.low, min(domain.high, 8))
        case Choice():
            wanted = domain.options
        case Flag():
            wanted = (True, False)
        case _:
            wanted = ()
    for each in wanted:
        with suppress(ValueError):
            yield domain.check(each, param.name)


class Effort:
    """Counts the numbers that f and f′ are computed for, and stops what has no end."""

    spent = 0

    def counting(self, method: Callable[[Curve, Any], Any]) -> Callable[[Curve, Any], Any]:
        """Give the method with its numbers counted."""

        def counted(curve: Curve, x: Any) -> Any:
            self.spent += np.size(x) + 1
            assert self.spent < MOST_NUMBERS, "the work has no end"
            return method(curve, x)

        return counted


@pytest.fixture
def bounded(monkeypatch: pytest.MonkeyPatch) -> Effort:
    """Let no picture cost endless work."""
    effort = Effort()
    for name in ("f", "df"):
        monkeypatch.setattr(Curve, name, effort.counting(getattr(Curve, name)))
    return effort


def drawn(session: Session) -> Board | None:
    """Work a lens out to its end and paint it; None where it says why it has nothing to show."""
    look = Look(DARK)
    image = QImage(900, 600, QImage.Format.Format_RGB32)
    if session.lens not in DRAWN:
        painter = QPainter(image)
        CurvePage(session, look, SIZE, 1.0).paint(painter)
        painter.end()
        return None
    way = drawing(session.lens)
    refused = way.refusal(session)
    if refused:
        assert refused.endswith(".")
        return None
    *_, part = way.work(way.key(session))
    assert part.done == 1.0
    board = way.board(part.found, session, look)
    figure = BoardFigure(look)
    figure.show(board, SIZE, 1.0)
    painter = QPainter(image)
    figure.paint(painter)
    painter.end()
    assert not [each for each in board.readings if "nan" in each.value.lower().split()]
    return board


def different(given: Iterable[Session], lens: Lens) -> list[Session]:
    """Leave out what a lens would work out and draw again: some do not look at the activation."""
    if lens.name not in DRAWN:
        return list(given)
    way, seen = drawing(lens.name), set()
    found = []
    for session in given:
        key = way.refusal(session) or way.key(session)
        if key not in seen:
            seen.add(key)
            found.append(session)
    return found


def some(sessions: Iterable[Session], lens: Lens, count: int) -> list[Session]:
    """Choose some of what is to be drawn, the same each time; everything at full size."""
    given = different(sessions, lens)
    if FULL or len(given) <= count:
        return given
    chosen = np.random.default_rng(len(lens.name)).choice(len(given), count, replace=False)
    return [given[each] for each in sorted(chosen)]


@pytest.mark.campaign
def test_each_activation(qtbot: QtBot, bounded: Effort, lens: Lens) -> None:
    given = [through(lens, holding(name, starting(lens))) for name in NAMES]
    for session in some(given, lens, 4 if lens.name in SLOW else 24):
        bounded.spent = 0
        drawn(session)


@pytest.mark.campaign
def test_extreme_parameters_of_activations(qtbot: QtBot, bounded: Effort, lens: Lens) -> None:
    for session in some(odd_values(lens), lens, 3 if lens.name in SLOW else 12):
        bounded.spent = 0
        drawn(session)


def odd_values(lens: Lens) -> Iterator[Session]:
    rows: tuple[Row, ...] = ROWS
    for row in rows:
        session = through(lens, holding(row.name, starting(lens)))
        for param in row.params:
            if isinstance(param.domain, Integer):  # an axis: which there are is the layer's affair
                continue
            for value in extremes(param):
                yield document.set_value(session, param.name, value)


@pytest.mark.campaign
def test_extreme_settings(qtbot: QtBot, bounded: Effort, lens: Lens) -> None:
    for session in some(odd_settings(lens), lens, 3 if lens.name in SLOW else 16):
        bounded.spent = 0
        with suppress(ValueError):  # the sentence for what cannot be shown
            drawn(session)


def odd_settings(lens: Lens) -> Iterator[Session]:
    for at, name in enumerate(NAMES):
        session = through(lens, holding(name, starting(lens)))
        for param in lens.params:
            for value in list(extremes(param))[at % 3 :: 3]:
                yield document.set_lens_value(session, param.name, value)


def test_pinned_curves_side_by_side(qtbot: QtBot, bounded: Effort, lens: Lens) -> None:
    session = starting(lens)
    for name in ("relu", "tanh", "log(x)", "exponential"):
        session = document.pin(holding(name, session))
    session = through(lens, holding("elu", session))
    alone = document.clear_pins(session)
    board = drawn(session)
    for name in ("softmax", "hard_sigmoid"):
        if board is not None and lens.name not in SLOW:
            drawn(holding(name, session))
    if board is not None and lens.name not in ("softmax", "verify"):
        assert board_text(board) != board_text(drawn(alone) or board)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("std", value) for value in (0.0, -1.0, 1e300, 1e-300, float("nan"), "wide", True)),
        *(("mean", value) for value in (1e300, -1e300, float("inf"))),
        *(("state_std", value) for value in (-1.0, 1e300)),
        *((name, value) for name in ("sigma_w", "sigma_b") for value in (-1.0, 1e300)),
        *((name, value) for name in ("width", "depth", "batch") for value in (0, -1, 10**9, 1.5)),
        *(("time_steps", value) for value in (0, 10**9)),
        *(("networks", value) for value in (0, 10**9)),
        *(("temperature", value) for value in (0.0, -1.0, float("nan"))),
        ("epsilon", 0.0),
    ],
)
def test_bad_settings_have_a_sentence_each(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=rf"{name}: .+ is not allowed; it must be "):
        document.set_lens_value(Session(), name, value)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask for every lens there is."""
    if "lens" in metafunc.fixturenames:
        lenses = [lens_named(each.name) for each in LENSES]
        metafunc.parametrize("lens", lenses, ids=[each.name for each in lenses])
