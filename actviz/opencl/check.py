"""Whether a device's numbers are right: hard points, compared with the NumPy engine's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

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
FLUSHES = {
    name: f"subnormal numbers ({name}: below {np.finfo(name).tiny:.1e}) become 0"
    for name in ("float32", "float64")
}
"""What is said of a device whose numbers are right but for those in a precision."""
_ROUGH = 1e-3
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


class Verdict(NamedTuple):
    """What is wrong with a device, in a sentence each: `fault` when it must not be used at all."""

    fault: str = ""
    warning: str = ""


def examine(engine: Engine, precision: str = "float32") -> Verdict:
    """Compare an engine's numbers in a precision with NumPy's at the hardest points of all rows.

    Where subnormal numbers alone are wrong, and by no more than the largest of them, that is a
    warning: all others are right.
    """
    warning = ""
    for row in ROWS:
        if missing(row, precision):
            continue
        for values in _variants(row):
            found = _examine_at_points(engine, row, values, precision)
            if found.fault:
                return found
            warning = warning or found.warning
    grid = engine.run(Request.of("linear", {}, _GRID, precision))
    if not np.array_equal(grid.x, _GRID.points().astype(precision)):
        return Verdict("its double arithmetic is not rounded as it must be")
    return Verdict(warning=warning)


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


def _examine_at_points(
    engine: Engine, row: Row, values: dict[str, Value], precision: str
) -> Verdict:
    """Compare one row; where it acts on vectors, its slice on a grid through the same points."""
    points = Grid(-104.0, 104.0, 417) if row.vector else hard_points(row, values, precision)
    result = engine.run(Request.of(row.name, values, points, precision))
    x = result.x.astype(np.float64)
    rights, at_zero = (row.evaluate(each, values) for each in (x, np.copysign(0.0, x)))
    warning = ""
    for name, formula, got, right, beside in zip(
        ("f", "f′"), row.kernel_pair, (result.y, result.dy), rights, at_zero, strict=True
    ):
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            wrong = _wrong(got, right, formula, x)
            to_zero = _is_tiny(right, got.dtype) & _is_tiny(got - right, got.dtype)
            as_at_zero = _is_tiny(x, got.dtype) & ~_wrong(got, beside, formula, x)
        faulty = wrong & ~(to_zero | as_at_zero)
        if faulty.any():
            where = int(np.argmax(faulty))
            return Verdict(_sentence(f"{row.title} {name}", x[where], got[where], right[where]))
        if wrong.any():
            warning = FLUSHES[precision]
    return Verdict(warning=warning)


def _is_tiny(numbers: Array, dtype: Any) -> NDArray[np.bool_]:
    """Tell what a dtype holds as a subnormal number only, or rounds from there to a normal one."""
    return np.asarray(np.abs(numbers) <= np.finfo(dtype).tiny)


def _wrong(got: Array, right: Array, formula: Formula, x: Array) -> NDArray[np.bool_]:
    """Tell where numbers are too far off; formulas over built-ins promise little in their tails."""
    want = right.astype(got.dtype)
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
    digits = np.finfo(real).precision + 3
    return (
        f"it computes wrong numbers: {what}({x:.{digits}g}) is {real(want):.{digits}g}, "
        f"not {got:.{digits}g}"
    )
