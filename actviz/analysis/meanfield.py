"""Mean field of deep networks: what depth does to signal and gradient at infinite width.

Weights are independent with variance σw²/fan-in, biases with variance σb², so that a unit's
pre-activation is N(0, q). From layer to layer q ← σw²·V(q) + σb² with V(q) = E f(√q z)², and a
gradient's mean square changes by χ(q) = σw²·E f′(√q z)²; χ₁ is χ at the fixed point q*.
Poole et al. 2016, arXiv:1606.05340; Schoenholz et al. 2017, arXiv:1611.01232.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from actviz.activations import Activation
from actviz.analysis.curve import Curve
from actviz.analysis.moments import passed_on
from actviz.analysis.saturation import scalar_curve
from actviz.expression import Formula
from actviz.param import Param, Real, Value

_VARIANCES = Real(0.0, 1e12)
WEIGHT_VARIANCE = Param(
    "weight_variance", 1.0, _VARIANCES, doc="σw²: fan-in times the variance of a weight"
)
BIAS_VARIANCE = Param("bias_variance", 0.0, _VARIANCES, doc="σb²: the variance of a bias")

FARTHEST = 2.0**52
"""A fixed point above this is not looked for."""
_NEAREST = 2.0**-60
_EXACT = 1e-12
_MARGINAL = 1e-9
_TOUCHING = 1e-11
_SMALL = 1e-6
_STEPS = 64
_OVERFLOW = 1e300


class Passed(NamedTuple):
    """What f makes of N(0, q): V(q) = E f², E f′² and V′(q); NaN where not found."""

    second: float
    slope_second: float
    growth: float


@dataclass(frozen=True)
class Recursion:
    """The recursion of q for one curve; what was integrated once is kept."""

    curve: Curve
    _known: dict[float, Passed] = field(default_factory=dict, repr=False)

    def at(self, q: float) -> Passed:
        """Integrate at q; to 1e-10, absolute below 1 and relative above."""
        if q not in self._known:
            self._known[q] = Passed(*passed_on(self.curve, q))
        return self._known[q]


@dataclass(frozen=True, slots=True)
class MeanField:
    """The fixed point of q that inputs with E x² = 1 lead to, and what gradients do there.

    Parameters
    ----------
    q
        q*, the variance of pre-activations deep in the network; None where there is no finite
        fixed point, or none was found.
    chi
        χ₁ = σw²·E f′(√q* z)², the factor of a gradient's mean square per layer; also the slope of
        the correlation map at 1. Below 1 the network is ordered, above it is chaotic.
    depth_scale
        ξ = −1/ln χ₁ in layers: e-fold decay, or growth where it is negative; infinite at χ₁ = 1.
    converged
        Whether the recursion comes to q* geometrically, or is there from the first layer on.
        False where it comes only algebraically (as tanh at σw² = 1, σb² = 0), moves away from the
        point, or has none.
    """

    q: float | None
    chi: float | None
    depth_scale: float | None
    converged: bool


NONE_FOUND = MeanField(None, None, None, converged=False)


def mean_field(
    activation: Activation | str | Formula,
    *,
    weight_variance: float,
    bias_variance: float,
    **values: Value,
) -> MeanField:
    """Solve the mean-field recursion of a deep network for its fixed point.

    Raises
    ------
    ValueError
        For an unknown activation, a bad value, and for softmax, which is no scalar function.
    """
    recursion = Recursion(scalar_curve(activation, values))
    return mean_field_of(recursion, weight_variance, bias_variance)


def mean_field_of(recursion: Recursion, weight_variance: float, bias_variance: float) -> MeanField:
    """Do the same for a curve whose integrals may be at hand."""
    WEIGHT_VARIANCE.check(weight_variance, "mean_field")
    BIAS_VARIANCE.check(bias_variance, "mean_field")
    step = _Map(recursion, weight_variance, bias_variance)
    q = step.fixed_point(weight_variance + bias_variance)
    if q is None:
        return NONE_FOUND
    chi = weight_variance * recursion.at(q).slope_second
    # a first layer that is there already stays there, if what is near it does as well
    limit = 1.0 + _MARGINAL if step.stays(weight_variance + bias_variance) else 1.0 - _MARGINAL
    return MeanField(q, chi, depth_scale(chi), abs(step.slope(q)) < limit)


def depth_scale(chi: float) -> float:
    """Compute ξ = −1/ln χ in layers; infinite where χ is 1 within the error of the integrals."""
    if math.isnan(chi) or abs(chi - 1.0) <= 1e-10:
        return math.nan if math.isnan(chi) else math.inf
    return -1.0 / math.log(chi) if chi > 0.0 else 0.0


def layers(
    recursion: Recursion, weight_variance: float, bias_variance: float, depth: int
) -> Iterator[tuple[float, float]]:
    """Give q and χ of layer 1, 2, … `depth` for inputs with E x² = 1; infinite once they overflow.

    NaN from where an integral was not found.
    """
    step = _Map(recursion, weight_variance, bias_variance)
    q = weight_variance + bias_variance
    for _ in range(depth):
        if not q < _OVERFLOW:
            yield q if math.isnan(q) else math.inf, math.nan
            continue
        yield q, weight_variance * recursion.at(q).slope_second
        q = step.next(q)


@dataclass(frozen=True, slots=True)
class _Map:
    """q ← σw²·V(q) + σb²."""

    recursion: Recursion
    weight_variance: float
    bias_variance: float

    def next(self, q: float) -> float:
        return self.weight_variance * self.recursion.at(q).second + self.bias_variance

    def slope(self, q: float) -> float:
        return self.weight_variance * self.recursion.at(q).growth

    def gain(self, q: float) -> float:
        """Compute how much q changes; 0 where that is no more than the integrals' error."""
        after = self.next(q)
        change = after - q
        return 0.0 if abs(change) <= _EXACT * max(after, q) else change

    def stays(self, q: float) -> bool:
        return self.gain(q) == 0.0

    def fixed_point(self, start: float) -> float | None:
        """Find where the recursion leads from `start`; None where it leads to nothing finite.

        As long as q's map rises, q moves one way, to the nearest fixed point in that direction.
        Where the map falls it may jump over it: then it is followed some steps first.
        """
        q, falls = start, self.slope(start) < 0.0
        for _ in range(_STEPS if falls else 0):
            after = self.next(q)
            if not after < FARTHEST:
                break
            q = after
        change = self.gain(q)
        if change == 0.0:
            return q
        return self._upwards(q) if change > 0.0 else self._downwards(q)

    def _upwards(self, start: float) -> float | None:
        low = start
        for high in _powers(start, 1):
            found = self._between(low, high, 1)
            if found is not None or math.isnan(self.gain(high)):
                return found
            low = high
        return None

    def _downwards(self, start: float) -> float | None:
        if math.isnan(self.gain(start)):
            return None
        high = start
        for low in _powers(start, -1):
            found = self._between(high, low, -1)
            if found is not None:
                return found
            high = low
        return 0.0

    def _between(self, near: float, far: float, way: int) -> float | None:
        """Find the first fixed point from `near` to `far`, one that is only touched included."""
        if way * self.gain(far) < 0.0:
            return root(lambda q: self.next(q) - q, near, far)

        def leaving(q: float) -> float:
            return self.slope(q) - 1.0

        # towards 0 at the near end and away from it at the far one: it may be touched within
        if not (leaving(near) < 0.0 < leaving(far)):
            return None
        lowest = root(leaving, near, far)
        miss = way * (self.next(lowest) - lowest)
        if miss < -_TOUCHING * lowest:
            return root(lambda q: self.next(q) - q, near, lowest)
        seen = _SMALL * min(abs(self.next(q) - q) for q in (near, far))
        return lowest if miss <= min(_TOUCHING * lowest, seen) else None


def _powers(start: float, way: int) -> Iterator[float]:
    """Give the powers of √2 beyond `start`: the same ones from any start, as they are kept."""
    if start <= 0.0:
        return
    first = math.floor(2 * math.log2(start)) + (way > 0)
    last = round(2 * math.log2(FARTHEST if way > 0 else _NEAREST))
    for power in range(first, last + way, way):
        q = 2.0 ** (power / 2)
        if way * (q - start) > 0.0:
            yield q


def root(function: Callable[[float], float], a: float, b: float) -> float:
    """Find a zero between two points of unlike sign, by bisection and the secants of Ridders."""
    fa, fb = function(a), function(b)
    for _ in range(200):
        if fa == 0.0 or fb == 0.0 or abs(b - a) <= 4e-16 * (abs(a) + abs(b)):
            break
        middle = a + (b - a) / 2
        fm = function(middle)
        scale = math.sqrt(fm * fm - fa * fb)
        if fm == 0.0 or scale == 0.0:
            return middle
        x = middle + (middle - a) * math.copysign(1.0, fa - fb) * fm / scale
        fx = function(x)
        points = sorted([(a, fa), (middle, fm), (x, fx), (b, fb)])
        for (p, fp), (r, fr) in pairwise(points):
            if fp == 0.0 or fp * fr < 0.0:
                a, fa, b, fb = p, fp, r, fr
                break
        else:
            return b
    return a if abs(fa) < abs(fb) else b
