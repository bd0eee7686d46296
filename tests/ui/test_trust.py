"""What would make an expert distrust a lens: docs/trust.md names each of these tests."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtWidgets import QApplication

from actviz import session as document
from actviz.activations import ROWS
from actviz.files import read_session, write_session
from actviz.session import Session
from actviz.ui.board import Area, Board, Chart, Line, charts
from actviz.ui.lenses import drawing
from actviz.ui.lenses.shared import normal_name
from actviz.ui.look import Look
from actviz.ui.render import BoardPage
from actviz.ui.theme import LIGHT


def seen(
    lens: str, activation: str, values: dict[str, Any] | None = None, **settings: Any
) -> tuple[Board, Session]:
    """Give the board of a lens for an activation."""
    session = document.choose_activation(Session(), activation)
    for name, value in (values or {}).items():
        session = document.set_value(session, name, value)
    return of_session(document.set_lens(session, lens), **settings)


def of_session(session: Session, **settings: Any) -> tuple[Board, Session]:
    for name, value in settings.items():
        session = document.set_lens_value(session, name, value)
    way = drawing(session.lens)
    *_, part = way.work(way.key(session))
    return way.board(part.found, session, Look(LIGHT)), session


def chart(board: Board, key: str) -> Chart:
    (found,) = (each for each in charts(board) if each.key == key)
    assert isinstance(found, Chart)
    return found


def reading(board: Board, caption: str) -> str:
    return next(each.value for each in board.readings if each.caption == caption)


@pytest.mark.parametrize("name", ["gelu", "swish", "mish"])
def test_the_slope_at_a_turning_point_goes_down_to_0(qapp: QApplication, name: str) -> None:
    slope = chart(seen("saturation", name)[0], "slope")
    (line,) = (each for each in slope.marks if isinstance(each, Line))
    assert np.all(np.diff(line.x[np.isfinite(line.y)]) >= 0.0)
    inner = (line.x > -2.5) & (line.x < 0.0)
    assert np.nanmin(line.y[inner]) < 1e-12
    assert reading(seen("saturation", name)[0], "left side") == "soft"


def test_a_narrow_input_is_drawn_with_its_true_height(qapp: QApplication) -> None:
    for lens in ("saturation", "signal"):
        board, _ = seen(lens, "relu", std=1e-3)
        area = next(each for each in chart(board, "input").marks if isinstance(each, Area))
        assert area.y.max() == pytest.approx(1e3 / math.sqrt(2 * math.pi), rel=1e-12)
        assert np.trapezoid(area.y, area.x) == pytest.approx(1.0, rel=1e-3)


def test_a_power_of_ten_keeps_the_square_outside() -> None:
    assert normal_name(2.0, 1e-6) == "N(2, (1·10⁻⁶)²)"
    assert normal_name(0.0, 0.5) == "N(0, 0.5²)"
    assert normal_name(0.0, 10.0) == "N(0, 10²)"


def test_a_pinned_curve_keeps_its_own_mass_in_the_picture(qapp: QApplication) -> None:
    session = document.pin(document.choose_activation(Session(), "elu"))
    session = document.set_lens(document.choose_activation(session, "relu"), "signal")
    output = chart(of_session(session)[0], "output")
    below = {
        each.stroke.color.name(): float(np.sum(each.y[each.x < 0.0] * np.diff(each.x)[0]))
        for each in output.marks
        if isinstance(each, Line)
    }
    assert len(below) == 2
    assert max(below.values()) == pytest.approx(0.5, abs=0.02)


def test_random_figures_carry_seeds_and_come_again(qapp: QApplication) -> None:
    small = {"width": 8, "batch": 4, "depth": 3, "networks": 3, "seed": 7}
    boards = [seen("depth", "tanh", **small)[0] for _ in range(2)]
    assert "3 networks" in boards[0].sentence
    assert "seeds 7 to 9" in boards[0].sentence
    assert "lowest to highest" in boards[0].sentence
    assert "infinite width" in boards[0].sentence
    assert boards[0].readings == boards[1].readings
    other, _ = seen("depth", "tanh", **{**small, "seed": 8})
    assert other.readings != boards[0].readings


@pytest.mark.parametrize("name", [row.name for row in ROWS])
def test_a_jump_is_never_joined(qapp: QApplication, name: str) -> None:
    board, _ = seen("saturation", name)
    for key in ("f", "slope"):
        for line in (each for each in chart(board, key).marks if isinstance(each, Line)):
            x, y = line.x, line.y
            steep = (np.diff(x) == 0.0) & (np.abs(np.diff(y)) > 1e-9)
            assert not steep.any()


@pytest.mark.parametrize(
    ("name", "values", "whose"),
    [
        ("hard_sigmoid", {}, ("Keras 3", "PyTorch")),
        ("hard_sigmoid", {"alpha": 0.2}, ("Keras 2", "ONNX")),
        ("leaky_relu", {"negative_slope": 0.01}, ("PyTorch", "ONNX")),
        ("hard_sigmoid", {"alpha": 0.3}, ("no dialect's bare word",)),
        ("relu", {}, None),
    ],
)
def test_a_picture_says_whose_default_it_shows(
    qapp: QApplication, name: str, values: dict[str, Any], whose: tuple[str, ...] | None
) -> None:
    _, session = seen("saturation", name, values)
    sheet = BoardPage(session, Look(LIGHT), QSizeF(900.0, 600.0), 1.0)
    assert ("(" in sheet.name) == (whose is not None)
    assert all(each in sheet.name for each in whose or ())


def test_the_whole_picture_comes_again_from_a_shared_file(
    qapp: QApplication, tmp_path: Path
) -> None:
    small = {"width": 8, "batch": 4, "depth": 3, "networks": 2, "seed": 11}
    board, session = seen("depth", "elu", {"alpha": 0.7}, **small)
    path = tmp_path / "shared.actviz"
    write_session(path, session)
    again, _ = of_session(read_session(path))
    assert again.readings == board.readings
    assert again.sentence == board.sentence
