"""Where networks neither forget nor amplify: the critical line, half-stable points, the map.

On the critical line χ₁ = 1. Every q has one candidate, σw² = 1/E f′² and σb² = q − σw²·V, so the
line is exact at every point and nothing is searched for along it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from actviz.analysis.meanfield import Recursion, root

Array = NDArray[np.float64]
_EXACT = 1e-12
_MARGINAL = 1e-9
_TINY = 2.0**-20
_SPREAD = tuple(2.0 ** (power / 2) for power in range(-40, 41))


class Critical(NamedTuple):
    """A fixed point q with χ₁ = 1, and the variances that make it."""

    q: float
    weight_variance: float
    bias_variance: float


def critical_at(recursion: Recursion, q: float) -> Critical | None:
    """Give the variances for which q is a fixed point with χ₁ = 1; None where there are none.

    One that pushes away is none either: no network comes there.
    """
    passed = recursion.at(q)
    if not passed.slope_second > 0.0 or math.isnan(passed.second):
        return None
    weight = 1.0 / passed.slope_second
    bias = q - weight * passed.second
    if abs(bias) <= _EXACT * q:
        bias = 0.0
    attracts = weight * passed.growth <= 1.0 + _MARGINAL
    if q == 0.0 and attracts:  # its slope is 1 there: what is just above decides
        attracts = weight * recursion.at(_TINY).second + bias <= _TINY * (1.0 + _EXACT)
    return Critical(q, weight, bias) if bias >= 0.0 and attracts else None


def critical_line(recursion: Recursion, along: Sequence[float] = _SPREAD) -> list[Critical]:
    """Give the critical line's points at rising q, from q = 0 on."""
    found = (critical_at(recursion, q) for q in (0.0, *along))
    return [each for each in found if each is not None]


def critical_for(recursion: Recursion, bias_variance: float) -> Critical | None:
    """Solve for the critical σw² at a given σb²; None where the line does not come there."""

    def miss(q: float) -> float:
        passed = recursion.at(q)
        return q - passed.second / passed.slope_second - bias_variance

    at_zero = critical_at(recursion, 0.0)
    if at_zero is not None and at_zero.bias_variance == bias_variance:
        return at_zero
    usable = [q for q in _SPREAD if recursion.at(q).slope_second > 0.0]
    for low, high in pairwise(usable):
        if miss(low) * miss(high) <= 0.0:
            return critical_at(recursion, root(miss, low, high))
    return None


def half_stable(recursion: Recursion) -> list[Critical]:
    """Find the points with χ₁ = 1 at which q's own map has the slope 1 too, with q above 0.

    There E f′² = V′(q): signals leave on one side and are held on the other, and both only
    algebraically (Roberts, Yaida and Hanin 2022, section 5.3.4). Scale-free functions, for which
    it holds at every q, have none.
    """

    def apart(q: float) -> float:
        passed = recursion.at(q)
        return passed.slope_second - passed.growth

    def decided(q: float) -> bool:
        return abs(apart(q)) > _EXACT * abs(recursion.at(q).slope_second)

    roots = (
        root(apart, low, high)
        for low, high in pairwise(filter(decided, _SPREAD))
        if apart(low) * apart(high) < 0.0
    )
    found = (critical_at(recursion, q) for q in roots)
    return [each for each in found if each is not None]
