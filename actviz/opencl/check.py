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
from actviz.param import Choice, Value

CLOSE = 1
"""Steps of float32 between a device's number and NumPy's, for functions of the prelude."""
_ROUGH = 1e-3
_GRID = Grid(-8.1, 4.3, 301)
_SIZES = np.geomspace(1e-37, 3e38, 1000)
_COARSE: Array = np.concatenate([-_SIZES[::-1], _SIZES])
_HALVINGS = 40  # of a bracket of 19 %: far below a unit in the last place of float32


def hard_points(row: Row, values: Mapping[str, Value] | None = None) -> Array:
    """Give x in float32 where wrong arithmetic shows: tails, subnormals, ∞, roots of f′, kinks.

    The last ones are the row's own at these values, each between its two neighbours.
    """
    near = [0.0, 1e-45, 1e-40, 3e-39, 1e-30, 1e-8, 1e-3, 0.3, 0.70710677, 0.75]
    far = [1.0, 2.5, 5.0, 8.3, 11.0, 14.2, 17.0, 40.0, 87.5, 95.0, 103.0, 2e4, 3e38]
    half = np.array([*near, *far, np.inf], np.float32)
    given = tuple((values or {}).items())
    with np.errstate(over="ignore", under="ignore"):
        own = np.array([*_roots(row, given), *(each.x for each in row.breaks(values))], np.float32)
        below, above = (np.nextafter(own, np.float32(end)) for end in (-np.inf, np.inf))
    return np.concatenate([half, -half, [np.float32(np.nan)], below, own, above])


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


def fault(engine: Engine) -> str:
    """Say in one sentence what is wrong with an engine's float32 numbers, or nothing."""
    for row in ROWS:
        for values in _variants(row):
            said = _fault_at_points(engine, row, values)
            if said:
                return said
    grid = engine.run(Request.of("linear", {}, _GRID))
    if not np.array_equal(grid.x, _GRID.points().astype(np.float32)):
        return "its double arithmetic is not rounded as it must be"
    return ""


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


def _fault_at_points(engine: Engine, row: Row, values: dict[str, Value]) -> str:
    """Compare one row; where it acts on vectors, its slice on a grid through the same points."""
    x = Grid(-104.0, 104.0, 417) if row.vector else hard_points(row, values)
    result = engine.run(Request.of(row.name, values, x))
    right = row.evaluate(result.x.astype(np.float64), values)
    names, formulas = ("f", "f′"), row.kernel_pair
    for name, formula, got, want in zip(names, formulas, (result.y, result.dy), right, strict=True):
        with np.errstate(over="ignore", under="ignore"):
            wrong = _wrong(got, want.astype(np.float32), formula, result.x)
        if wrong.any():
            where = int(np.argmax(wrong))
            return _sentence(f"{row.title} {name}", result.x[where], got[where], want[where])
    return ""


def _wrong(got: Array, want: Array, formula: Formula, x: Array) -> NDArray[np.bool_]:
    """Tell where numbers are too far off; formulas over built-ins promise little in their tails."""
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    if is_exact(formula):
        far = np.isnan(got) | np.isnan(want) | (_steps(got, want) > CLOSE)
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


def _steps(a: Array, b: Array) -> NDArray[np.int64]:
    """Count the float32 numbers from one to the other."""
    steps: NDArray[np.int64] = np.abs(_ordered(a) - _ordered(b))
    return steps


def _ordered(a: Array) -> NDArray[np.int64]:
    """Give the floats whole numbers in their order, both zeros 0."""
    bits = np.ascontiguousarray(a, np.float32).view(np.int32).astype(np.int64)
    return np.asarray(np.where(bits < 0, -(bits & 0x7FFFFFFF), bits))


def _sentence(what: str, x: float, got: float, want: float) -> str:
    if got == 0.0 and abs(want) < np.finfo(np.float32).tiny:
        return "it makes subnormal numbers 0"
    return f"it computes wrong numbers: {what}({x:.9g}) is {np.float32(want):.9g}, not {got:.9g}"
