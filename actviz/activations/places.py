"""Where a user's formula has kinks, jumps, poles and ends of its domain: found numerically."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

_MOST = 32
"""Places that are kept of one switch: those nearest to 0, or in view."""
_PARTS, _ROUNDS = 16, 16
"""16 rounds of 16 parts close in from any two float64 numbers on two neighbours."""
_UNDEFINED = 2.0
_TINY = 1e-12
_TOP = np.uint64(1 << 63)

_NEAR = np.linspace(-64.0, 64.0, 2049)
_SIZES = np.concatenate([10.0 ** np.arange(-300.0, -2.0, 2.0), np.geomspace(70.0, 1e300, 600)])
EVERYWHERE: Array = np.unique(np.concatenate([-_SIZES, _NEAR, _SIZES]))
"""Where zeros are looked for that lie anywhere: close together where people look first."""
_IN_VIEW = 2048

_REACH = 2.0**-12
_STEPS = 2.0 ** -np.arange(0.0, 31.0, 6.0)
"""Distances from a place at which its limits are looked at, as shares of the farthest."""
_CLOSE = 1e-5
_SAME = 1e-9
"""Share of their size and of their change nearby within which two limits are one."""
_SMALL = 1e-6


def grid_of(low: float, high: float) -> Array:
    """Give the points between which zeros are looked for in a view."""
    return np.linspace(low, high, _IN_VIEW + 1)


def zeros(switch: Function, x: Array) -> Array:
    """Find where a function changes its sign, or is no longer defined, between ascending points.

    Each place is the float64 number with the smaller value of the two neighbours between which
    the sign changes, or a rounder number nearby where that has no larger one.
    """
    sign = _signs(switch(x))
    found = np.flatnonzero(sign[:-1] != sign[1:])
    middle = x[found] / 2 + x[found + 1] / 2
    found = found[np.argsort(np.abs(middle - (x[0] / 2 + x[-1] / 2)), kind="stable")[:_MOST]]
    if found.size == 0:
        return x[:0]
    low, high, first = _order(x[found]), _order(x[found + 1]), sign[found][:, None]
    shares = np.arange(_PARTS + 1, dtype=np.uint64)
    rows = np.arange(found.size)
    for _ in range(_ROUNDS):
        step = np.maximum((high - low) // np.uint64(_PARTS), np.uint64(1))
        ordered = np.minimum(low[:, None] + step[:, None] * shares, high[:, None])
        ordered[:, -1] = high
        values = switch(_number(ordered).ravel()).reshape(ordered.shape)
        changed = np.maximum(np.argmax(_signs(values) != first, axis=1), 1)
        low, high = ordered[rows, changed - 1], ordered[rows, changed]
    ends = np.stack([_number(low), _number(high)], axis=1)
    values = switch(ends.ravel()).reshape(ends.shape)
    sizes = np.where(np.isnan(values), np.inf, np.abs(values))
    least = np.argmin(sizes, axis=1)
    places, smallest = ends[rows, least], sizes[rows, least]
    rounder = _rounder(places)
    at_rounder = np.abs(switch(rounder))
    return np.unique(np.where(at_rounder <= smallest, rounder, places) + 0.0)


def _rounder(x: Array) -> Array:
    """Round to twelve digits; what is tiny is 0."""
    rounded = np.array([float(f"{each:.12g}") for each in x.tolist()])
    return np.where(np.abs(x) < _TINY, 0.0, rounded)


def _signs(values: Array) -> Array:
    return np.where(np.isnan(values), _UNDEFINED, np.sign(values))


def _order(x: Array) -> NDArray[np.uint64]:
    """Give float64 numbers whole numbers in their order."""
    bits = np.ascontiguousarray(x + 0.0).view(np.uint64)
    return np.where(bits & _TOP != 0, ~bits, bits | _TOP)


def _number(order: NDArray[np.uint64]) -> Array:
    bits = np.where(order & _TOP != 0, order ^ _TOP, ~order)
    return np.ascontiguousarray(bits).view(np.float64)


class Limits(NamedTuple):
    """The limit of a function on one side of some places, and its value a little away."""

    at: Array
    nearby: Array


def limits(function: Function, at_places: Array, places: Array, side: int) -> Limits:
    """Find what a function tends to on one side of places; ±∞ at poles, NaN where not found.

    Parameters
    ----------
    at_places
        The formula's values at the places themselves, comparisons decided on this side: these
        are the limits where the function approaches them.
    """
    steps = reach(places)[:, None] * _STEPS
    x = places[:, None] + side * steps
    values = function(x.ravel()).reshape(x.shape)
    first, last = values[:, 0], values[:, -1]
    with np.errstate(all="ignore"):
        error, before = np.abs(last - at_places), np.abs(first - at_places)
        close = error <= _CLOSE * np.maximum(1.0, np.abs(at_places))
        approached = np.isfinite(at_places) & (close | (error <= before / 2))
        found = np.where(approached, at_places, _tendency(values))
    return Limits(found, first)


def _tendency(values: Array) -> Array:
    """Guess the limits of sequences, one a row, whose distance shrinks 64-fold at each step."""
    last = values[:, -1]
    change = np.abs(np.diff(values, axis=1))
    small = change <= _SMALL * np.maximum(1.0, np.abs(last))[:, None]
    settled = np.all((change[:, 1:] <= change[:, :-1] / 2) | small[:, 1:], axis=1)
    one_sign = np.all(np.sign(values) == np.sign(last)[:, None], axis=1)
    growing = np.all(np.diff(np.abs(values), axis=1) > 0, axis=1) & one_sign & ~settled
    vanishing = np.abs(last) <= _SMALL * np.abs(values[:, 0])
    finite = np.where(vanishing, 0.0, last)
    infinite = np.copysign(np.inf, last)
    found = np.where(settled, finite, np.where(growing, infinite, np.nan))
    return np.where(np.isinf(last), last, np.where(np.isnan(last), np.nan, found))


def reach(places: Array) -> Array:
    """Say how far from each ascending place its sides are looked at: short of its neighbours."""
    gaps = np.diff(places, prepend=-np.inf, append=np.inf)
    free = np.minimum(gaps[:-1], gaps[1:]) / 4
    size = np.maximum(np.abs(places), np.where(np.abs(places) < 1e-3, np.abs(places) + 1e-3, 1.0))
    least = 2.0**-20 * np.abs(places) * _REACH
    return np.asarray(np.maximum(np.minimum(_REACH * size, free), least))


def same(left: Limits, right: Limits) -> NDArray[np.bool_]:
    """Tell which limits are one: what differs by rounding only, seen beside what happens nearby."""
    with np.errstate(invalid="ignore"):
        size = np.maximum(np.abs(left.at), np.abs(right.at))
        change = np.maximum(np.abs(left.nearby - left.at), np.abs(right.nearby - right.at))
        scale = np.nan_to_num(size) + np.nan_to_num(change, posinf=0.0)
        one = (left.at == right.at) | (np.abs(left.at - right.at) <= _SAME * scale)
    return np.asarray(one)


def merged(found: Sequence[Array]) -> Array:
    """Unite places, ascending; neighbours within rounding are one."""
    places: Array = np.unique(np.concatenate([*found, np.empty(0)]))
    places = places[np.isfinite(places)]
    if places.size < 2:
        return places
    apart = np.diff(places) > 2.0**-48 * np.maximum(np.abs(places[1:]), np.abs(places[:-1]))
    return np.asarray(places[np.concatenate([[True], apart])])
