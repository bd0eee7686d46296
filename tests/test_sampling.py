"""Where points go: pieces never cross a jump, steps are level, simplification keeps its promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from actviz.activations import row
from actviz.ui.sampling import (
    Cut,
    Piece,
    clipped,
    pieces,
    sample_grid,
    simplified,
    stairs,
    steps_seen,
)

heights = st.floats(allow_nan=True, allow_infinity=True)
curves = st.lists(heights, min_size=2, max_size=60)


def distance(point: tuple[float, float], line: Piece) -> float:
    """Distance of a point from a line of straight parts."""
    a, b = np.stack(line, axis=1)[:-1], np.stack(line, axis=1)[1:]
    along = b - a
    share = ((np.array(point) - a) * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-300)
    nearest = a + np.clip(share, 0, 1)[:, None] * along
    return float(np.hypot(*(nearest - point).T).min())


def test_one_sample_in_each_pixel() -> None:
    grid = sample_grid(-8.0, 4.0, 600)
    assert (grid.count, grid.step) == (601, 0.02)
    assert sample_grid(0.0, 1.0, 0).count == 2


def test_a_jump_is_never_joined() -> None:
    x = np.linspace(-1.0, 3.0, 9)
    y = np.where(x > 1.0, x, 0.0)
    left, right = pieces(x, y, [Cut(1.0, left=0.0, right=1.0, taken=0.0)])
    assert left[0].tolist() == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert left[1].tolist() == [0.0] * 5
    assert (right[0][0], right[1][0]) == (1.0, 1.0)


def test_a_jump_between_two_samples_has_exact_ends() -> None:
    (x0, y0), (x1, y1) = pieces([0.0, 1.0], [0.0, 5.0], [Cut(0.3, 2.0, 4.0, 2.0)])
    assert (x0.tolist(), y0.tolist()) == ([0.0, 0.3], [0.0, 2.0])
    assert (x1.tolist(), y1.tolist()) == ([0.3, 1.0], [4.0, 5.0])


def test_a_corner_is_a_vertex() -> None:
    ((x, y),) = pieces([-1.0, 0.5], [0.0, 0.5], [Cut(0.0, 0.0, 0.0, 0.0)])
    assert (x.tolist(), y.tolist()) == ([-1.0, 0.0, 0.5], [0.0, 0.0, 0.5])


def test_kinks_out_of_view_are_left_out() -> None:
    ((x, _),) = pieces([0.0, 1.0], [0.0, 1.0], [Cut(-2.0, 0, 1, 0), Cut(7.0, 0, 1, 0)])
    assert x.tolist() == [0.0, 1.0]


def test_what_is_not_finite_is_a_gap() -> None:
    y = [0.0, 1.0, np.nan, 2.0, 3.0, np.inf, 4.0]
    found = pieces(np.arange(7.0), y)
    assert [each[1].tolist() for each in found] == [[0.0, 1.0], [2.0, 3.0]]


@given(curves, st.lists(st.tuples(st.floats(-5, 65), heights, heights), max_size=4))
def test_pieces_are_finite_ascending_and_cross_no_jump(
    y: list[float], kinks: list[tuple[float, float, float]]
) -> None:
    cuts = sorted((Cut(x, left, right, left) for x, left, right in kinks), key=lambda cut: cut.x)
    for piece_x, piece_y in pieces(np.arange(float(len(y))), y, cuts):
        assert np.isfinite(piece_x).all()
        assert np.isfinite(piece_y).all()
        assert (np.diff(piece_x) >= 0).all()
        assert len(piece_x) >= 2
        for cut in cuts:
            assert not (cut.jump and piece_x[0] < cut.x < piece_x[-1])


def test_steps_are_seen_below_the_spacing() -> None:
    assert not steps_seen("float32", -8.0, 4.0, 700)
    assert steps_seen("float32", 1.0, 1.0 + 1e-6, 700)
    assert not steps_seen("float64", 1.0, 1.0 + 1e-6, 700)


def float32_stairs(low: float, high: float, name: str) -> tuple[list[Piece], NDArray[np.float32]]:
    asked = sample_grid(low, high, 400).points()
    rounded = asked.astype(np.float32)
    y = row(name).evaluate(rounded.astype(np.float64))[0].astype(np.float32)
    return stairs(asked, rounded, y), rounded


def test_treads_are_level_risers_upright_and_between_the_numbers() -> None:
    ((x, y),), rounded = float32_stairs(1.0, 1.0 + 1e-6, "sigmoid")
    level, upright = np.diff(y) == 0, np.diff(x) == 0
    assert (level | upright).all()
    risers = np.unique(x[1:][upright])
    numbers = np.unique(rounded).astype(np.float64)
    between = (numbers[:-1] + numbers[1:]) / 2
    assert len(risers) >= 3
    assert np.isin(risers, between).all()


def test_every_tread_is_a_value_of_the_dtype() -> None:
    ((_, y),), rounded = float32_stairs(2.0, 2.0 + 3e-6, "sigmoid")
    exact = row("sigmoid").evaluate(np.unique(rounded).astype(np.float64))[0].astype(np.float32)
    assert set(y.tolist()) == set(exact.astype(np.float64).tolist())


def test_a_jump_among_steps_has_no_riser() -> None:
    asked = np.linspace(1 - 3e-7, 1 + 3e-7, 400)
    rounded = asked.astype(np.float32).astype(np.float64)
    y = np.where(rounded > 1.0, rounded, 0.0)
    left, right = stairs(asked, rounded, y, [Cut(1.0, 0.0, 1.0, 0.0)])
    assert set(left[1]) == {0.0}
    assert left[0][-1] == right[0][0] == 1.0 + 2.0**-24
    assert right[1].min() > 1.0


def test_clipping_leaves_the_band_where_the_line_does() -> None:
    x, y = clipped(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1e300, 0.0]), -10.0, 10.0)
    assert y.max() == 10.0
    assert y.min() == 0.0
    assert x[np.argmax(y)] == pytest.approx(1e-299)
    np.testing.assert_allclose(np.interp(0.0, x, y), 0.0)


@given(st.lists(st.floats(-1e15, 1e15), min_size=2, max_size=50))
def test_clipping_keeps_order_and_bounds(y: list[float]) -> None:
    x = np.arange(float(len(y)))
    cut_x, cut_y = clipped(x, np.array(y), -3.0, 5.0)
    assert (np.diff(cut_x) >= 0).all()
    assert cut_y.min() >= -3.0
    assert cut_y.max() <= 5.0
    inside = [(a, b) for a, b in zip(x, y, strict=True) if -3.0 < b < 5.0]
    assert set(inside) <= set(zip(cut_x.tolist(), cut_y.tolist(), strict=True))


@given(st.lists(st.floats(-300, 300), min_size=2, max_size=400), st.floats(0.05, 5.0))
def test_what_is_left_out_lies_near_the_line(y: list[float], tolerance: float) -> None:
    x = np.arange(float(len(y)))
    line = simplified(x, np.array(y), tolerance)
    assert (line[0][0], line[0][-1]) == (x[0], x[-1])
    for point in zip(x, y, strict=True):
        assert distance(point, line) <= tolerance * 1.4143 + 1e-9


@pytest.mark.parametrize("name", ["sigmoid", "gelu", "relu"])
def test_a_curve_on_the_screen_takes_a_tenth_of_the_points(name: str) -> None:
    x = np.linspace(0.0, 700.0, 701)
    y = 300.0 - 60.0 * row(name).evaluate(np.linspace(-8.0, 4.0, 701))[0]
    kept_x, kept_y = simplified(x, y)
    assert len(kept_x) < 100
    np.testing.assert_allclose(np.interp(x, kept_x, kept_y), y, atol=0.25)
