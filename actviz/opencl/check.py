"""Whether a device's numbers are right: hard points, compared with the NumPy engine's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from actviz.activations import ROWS, Row
from actviz.evaluation import Array, Engine, Grid, Request
from actviz.expression import FUNCTIONS, Formula
from actviz.expression.nodes import Binary, Call, Negative, walk
from actviz.opencl.source import missing
from actviz.param import Choice, Value

CLOSE = {"float32": 1, "float64": 16}
"""Steps between a device's number and NumPy's, for functions of the prelude: NumPy may be 8 off."""
_ROUGH = 1e-3
_FLUSHES = "it makes subnormal numbers 0"
_GRID = Grid(-8.1, 4.3, 301)
_SIZES = np.geomspace(1e-37, 3e38, 1000)
_COARSE: Array = np.concatenate([-_SIZES[::-1], _SIZES])
_HALVINGS = 40  # of a bracket of 19 %: far below a unit in the last place of float32


def hard_points(
    row: Row, values: Mapping[str, Value] | None = None, precision: str = "float32"
) -> Array:
    """Give x where wrong arithmetic shows: tails, subnormals, ∞, roots of f′, kinks.

    The last ones are the row's own at these values, each between its two neighbours.
    """
    near = [0.0, 1e-45, 1e-40, 3e-39, 1e-30, 1e-8, 1e-3, 0.3, 0.70710677, 0.75]
    far = [1.0, 2.5, 5.0, 8.3, 11.0, 14.2, 17.0, 40.0, 87.5, 95.0, 103.0, 2e4, 3e38]
    if precision == "float64":
        near += [5e-324, 1e-310, 1e-160]
        far += [27.5, 36.9, 38.4, 708.5, 744.9, 1e160, 1.7e308]
    real = np.dtype(precision).type
    half = np.array([*near, *far, np.inf], real)
    given = tuple((values or {}).items())
    with np.errstate(over="ignore", under="ignore"):
        own = np.array([*_roots(row, given), *(each.x for each in row.breaks(values))], real)
        below, above = (np.nextafter(own, real(end)) for end in (-np.inf, np.inf))
    return np.concatenate([half, -half, [real(np.nan)], below, own, above])


@cache
def _roots(row: Row, values: tuple[tuple[str, Value], ...]) -> tuple[float, ...]:
    """Find where f′ changes its sign: a coarse look at all magnitudes, then halving."""

    def sign(x: Array) -> Array:
        return np.asarray(np.sign(row.evaluate(x, dict(values))[1]))

    signs = sign(_COARSE)
    found = np.flatnonzero(signs[:-1] * signs[1:] < 0.0)
    low, high, goal = _COARSE[found], _COARSE[found + 1], signs[found + 1]
    for _ in range(_HALVINGS if found.size else 0):
        middle = 0.5 * low + 0.5 * high
        beyond = sign(middle) == goal
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return tuple(high.tolist())


def fault(engine: Engine, precision: str = "float32") -> str:
    """Say in one sentence what is wrong with an engine's numbers in a precision, or nothing.

    Flushed subnormal numbers are the smallest fault: any other is said instead.
    """
    flushes = ""
    for row in ROWS:
        if missing(row, precision):
            continue
        for values in _variants(row):
            said = _fault_at_points(engine, row, values, precision)
            if said not in ("", _FLUSHES):
                return said
            flushes = flushes or said
    grid = engine.run(Request.of("linear", {}, _GRID, precision))
    if not np.array_equal(grid.x, _GRID.points().astype(precision)):
        return "its double arithmetic is not rounded as it must be"
    return flushes


def _variants(row: Row) -> list[dict[str, Value]]:
    """Give the defaults, and every other option of a choice: another formula each."""
    others: list[dict[str, Value]] = [
        {each.name: option}
        for each in row.params
        if isinstance(each.domain, Choice)
        for option in each.domain.options
        if option != each.default
    ]
    return [{}, *others]


def _fault_at_points(engine: Engine, row: Row, values: dict[str, Value], precision: str) -> str:
    """Compare one row; where it acts on vectors, its slice on a grid through the same points."""
    x = Grid(-104.0, 104.0, 417) if row.vector else hard_points(row, values, precision)
    result = engine.run(Request.of(row.name, values, x, precision))
    right = row.evaluate(result.x.astype(np.float64), values)
    names, formulas = ("f", "f′"), row.kernel_pair
    for name, formula, got, want in zip(names, formulas, (result.y, result.dy), right, strict=True):
        with np.errstate(over="ignore", under="ignore"):
            wrong = _wrong(got, want.astype(precision), formula, result.x)
        if wrong.any():
            where = int(np.argmax(wrong))
            return _sentence(f"{row.title} {name}", result.x[where], got[where], want[where])
    return ""


def _wrong(got: Array, want: Array, formula: Formula, x: Array) -> NDArray[np.bool_]:
    """Tell where numbers are too far off; formulas over built-ins promise little in their tails."""
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    if is_exact(formula):
        close = _steps(got, want) <= CLOSE[got.dtype.name]
        far = np.isnan(got) | np.isnan(want) | ~close
    else:
        far = (np.abs(x) < 4.0) & ~(np.abs(got - want) <= _ROUGH * (1.0 + np.abs(want)))
    return np.asarray(far & ~same)


def is_exact(formula: Formula) -> bool:
    """Tell whether a formula only calls the prelude: then its bound holds for the whole."""
    return not any(
        isinstance(node, (Binary, Negative))
        or (isinstance(node, Call) and not FUNCTIONS[node.function].prelude)
        for node in walk(formula.tree)
    )


def _steps(a: Array, b: Array) -> NDArray[np.uint64]:
    """Count the floats from one to the other, both zeros being the same."""
    (a_size, a_negative), (b_size, b_negative) = _from_zero(a), _from_zero(b)
    apart = np.where(a_size > b_size, a_size - b_size, b_size - a_size)
    return np.asarray(np.where(a_negative == b_negative, apart, a_size + b_size))


def _from_zero(a: Array) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Count the floats between 0 and each number, and tell which are negative."""
    bits = np.ascontiguousarray(a).view(f"u{a.dtype.itemsize}").astype(np.uint64)
    sign = np.uint64(1 << (8 * a.dtype.itemsize - 1))
    return bits & ~sign, bits >= sign


def _sentence(what: str, x: float, got: float, want: float) -> str:
    real = type(got)
    if got == 0.0 and abs(want) < np.finfo(real).tiny:
        return _FLUSHES
    digits = np.finfo(real).precision + 3
    return (
        f"it computes wrong numbers: {what}({x:.{digits}g}) is {real(want):.{digits}g}, "
        f"not {got:.{digits}g}"
    )
