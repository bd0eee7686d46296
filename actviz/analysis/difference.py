"""How far two curves lie apart over all x, and where."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from actviz.activations import row
from actviz.analysis.curve import Array
from actviz.param import Value

Values = Mapping[str, Value]
Key = tuple[str, tuple[tuple[str, Value], ...]]
"""An activation and its values, as something that can be hashed."""

_FARTHEST = 1e8
_TREND = 1e4
"""Where a difference is compared to that at the farthest x: one that has no bound has grown."""
_GROWN = 1.5
_LINEAR, _LARGEST_LINEAR = 4001, 20.0
_DECADES = 601
_ROUNDS, _POINTS = 10, 33
"""Each round makes the bracket of a maximum 16 times smaller."""
_MOST_PEAKS = 8
_TIE = 1e-12
_SAME, _CLOSE = 1e-8, 1e-3
"""Shares by which two maxima may differ to be named both, and places to be named as one."""
_NEAR_FRACTION = 4e-16
_LARGEST_DENOMINATOR = 64


@dataclass(frozen=True, slots=True)
class Difference:
    """How far two curves lie apart: the largest |difference| over all x, and where it is.

    `places` lie at ±∞ where it is only tended to; the size is ∞ where there is no bound.
    """

    size: float
    places: tuple[float, ...]

    @property
    def fraction(self) -> Fraction | None:
        """The size as a fraction of small numbers, where it is one but for rounding."""
        if not (math.isfinite(self.size) and self.size):
            return None
        near = Fraction(self.size).limit_denominator(_LARGEST_DENOMINATOR)
        close = abs(float(near) - self.size) <= _NEAR_FRACTION * max(1.0, self.size)
        return near if near and close else None


def difference(first: str, first_values: Values, second: str, second_values: Values) -> Difference:
    """Find the largest |f₂ − f₁| over all x, in float64.

    Both curves' kinks and jumps are looked at from both sides; between them a sample of all
    magnitudes up to 10⁸ is refined round its highest points.
    """
    return _difference(_key(first, first_values), _key(second, second_values))


def _key(activation: str, values: Values) -> Key:
    return activation, tuple(values.items())


@lru_cache(maxsize=128)
def _difference(first: Key, second: Key) -> Difference:
    if first == second:
        return Difference(0.0, ())
    x, size = _sample(first, second)
    if not len(x):
        return Difference(math.nan, ())
    ends = [_end(first, second, sign) for sign in (-1.0, 1.0)]
    unbounded = tuple(at for at, height in ends if math.isinf(height))
    if unbounded or np.isinf(size).any():
        return Difference(math.inf, unbounded or tuple(x[np.isinf(size)].tolist()[:2]))
    largest = float(size.max())
    tended = tuple(at for at, height in ends if height >= largest * (1 - _TIE) and largest)
    if tended:
        return Difference(largest, tended)
    x, size = _refined(first, second, x, size)
    largest = float(size.max())
    at = x[size >= largest * (1 - _SAME)]
    return Difference(largest, _apart(at, first, second) if largest else ())


def _apart(x: Array, first: Key, second: Key) -> tuple[float, ...]:
    """Give of places that lie close together one, a kink if it is there, and no more than two."""
    kinks, found = _kinks(first, second), list[float]()
    for each in sorted(x.tolist(), key=lambda at: (at not in kinks, abs(at))):
        if all(abs(each - other) > _CLOSE * (1 + abs(each)) for other in found):
            found.append(each)
    return tuple(sorted(found[:2]))


def _gap(first: Key, second: Key, x: Array) -> Array:
    """Give |f₂ − f₁|; NaN where either is not defined."""
    with np.errstate(all="ignore"):
        heights = [row(name).evaluate(x, dict(values))[0] for name, values in (first, second)]
        return np.abs(heights[1] - heights[0])


def _sample(first: Key, second: Key) -> tuple[Array, Array]:
    """Give ascending x of all magnitudes, both curves' kinks among them, and the gaps there.

    A kink that is a jump stands there three times, with the gaps on both its sides.
    """
    decades = np.logspace(-6.0, math.log10(_FARTHEST), _DECADES)
    even = np.linspace(-_LARGEST_LINEAR, _LARGEST_LINEAR, _LINEAR)
    at = np.array(sorted(_kinks(first, second)), dtype=np.float64)
    beside = [np.nextafter(at, -np.inf), at, np.nextafter(at, np.inf)]
    x = np.unique(np.concatenate([-decades, even, decades, *beside]))
    size = _gap(first, second, x)
    known = ~np.isnan(size)
    return x[known], size[known]


def _kinks(first: Key, second: Key) -> set[float]:
    return {
        each.x
        for name, values in (first, second)
        for each in row(name).bound(dict(values)).breaks(dict(values))
    }


def _end(first: Key, second: Key, sign: float) -> tuple[float, float]:
    """Give what the gap tends to on one side: ∞ where it has grown with x."""
    near, far = _gap(first, second, sign * np.array([_TREND, _FARTHEST])).tolist()
    if math.isnan(far) or math.isnan(near):
        return sign * math.inf, math.nan
    grown = math.isinf(far) or far > max(_GROWN * near, 1e-6)
    return sign * math.inf, math.inf if grown else far


def _refined(first: Key, second: Key, x: Array, size: Array) -> tuple[Array, Array]:
    """Close in on the highest peaks of a sample; its own points come first."""
    ends = np.concatenate(([-np.inf], size, [-np.inf]))
    high = (size >= ends[:-2]) & (size >= ends[2:])
    # Beside a kink rounding alone decides which of its neighbours is highest.
    peaks = np.flatnonzero(high | np.isin(x, list(_kinks(first, second))))
    peaks = peaks[np.argsort(-size[peaks], kind="stable")][:_MOST_PEAKS]
    found_x, found = x[peaks].tolist(), size[peaks].tolist()
    for index in peaks.tolist():
        low, up = x[max(index - 1, 0)], x[min(index + 1, len(x) - 1)]
        for _ in range(_ROUNDS):
            points = np.linspace(low, up, _POINTS)
            gaps = np.nan_to_num(_gap(first, second, points), nan=-1.0)
            best = int(np.argmax(gaps))
            low, up = points[max(best - 1, 0)], points[min(best + 1, _POINTS - 1)]
        if gaps[best] > size[index] * (1 + _TIE):
            found_x.append(float(points[best]))
            found.append(float(gaps[best]))
    return np.array(found_x), np.array(found)
