"""What a layer does to mean and variance: the map of Klambauer et al. 2017, for any activation.

Of inputs with mean μ and variance ν a unit with weights of sum ω and sum of squares τ sees
z = Σ wᵢxᵢ, by the central limit theorem N(μω, ντ); its output has the mean μ′ = E f(z) and the
variance ν′ = Var f(z) (arXiv:1706.02515, equations 3 to 5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from actviz.analysis.curve import Array, Curve
from actviz.analysis.moments import moments_of

Fate = Literal["found", "not isolated", "dies out", "grows without bound", "not found"]
Point = tuple[float, float]
"""A mean and a variance, or ω and τ of a layer."""

_REACH = 12.0
"""In standard deviations; beyond it lies less than 1e-32 of the mass."""
_Points = tuple[int, Array, Array]
_FINE: _Points = (12, *np.polynomial.legendre.leggauss(20))
_COARSE: _Points = (8, *np.polynomial.legendre.leggauss(8))
"""Panels, nodes in each and their weights: to 1e-12 for solving, to 1e-5 for arrows."""
_STEPS = (15, 60)
"""How many layers to follow before Newton's method goes on from there."""
_MOST_NEWTON = 9
_FAR = 1e3
"""The factor of the variance beyond which Newton's method has lost its way, to 0 or to ∞."""
_SAME, _CLOSE = 1e-9, 1e-8
_TINY, _HUGE = 1e-30, 1e30
_FADED = 1e-9
"""The part of the variance at the start below which nothing is looked for."""
_SINGULAR = 1e-6


class Box(NamedTuple):
    """The domain on which the map of SELU is proven to be attracted by (0, 1)."""

    mean: tuple[float, float]
    variance: tuple[float, float]
    omega: tuple[float, float]
    tau: tuple[float, float]


PROVEN = Box((-0.1, 0.1), (0.8, 1.5), (-0.1, 0.1), (0.95, 1.1))
"""Klambauer et al. 2017, theorem 1; for SELU's own constants only."""


@dataclass(frozen=True, slots=True)
class FixedPoint:
    """A point that the map leaves where it is, and the map's Jacobian there.

    `fate` says where the points went from the start: "found"; "not isolated" where the map has a
    whole line of fixed points (as of f(x) = x); "dies out" where the variance tends to 0, "grows
    without bound" where it or the mean does; "not found" otherwise. Without a fixed point all
    numbers are NaN.
    """

    mean: float
    variance: float
    jacobian: tuple[tuple[float, float], tuple[float, float]]
    fate: Fate

    @property
    def norm(self) -> float:
        """The Jacobian's spectral norm: below 1 every step near the point brings it nearer."""
        return float(np.linalg.norm(self.jacobian, 2)) if self.exists else math.nan

    @property
    def radius(self) -> float:
        """The largest |eigenvalue| of the Jacobian: below 1 the point attracts what is near."""
        if not self.exists:
            return math.nan
        return float(np.max(np.abs(np.linalg.eigvals(np.array(self.jacobian)))))

    @property
    def exists(self) -> bool:
        """Whether there is a fixed point."""
        return self.fate in ("found", "not isolated")


def step(
    curve: Curve, mean: Array, variance: Array, omega: float = 0.0, tau: float = 1.0
) -> tuple[Array, Array]:
    """Map means and variances, of any common shape, to those of the next layer.

    Where a variance is not above 0, or an integral is not finite, both are NaN.
    """
    return _Rule(_FINE, curve, omega * mean, tau * variance).next()


def field(
    curve: Curve, mean: Array, variance: Array, omega: float = 0.0, tau: float = 1.0
) -> tuple[Array, Array]:
    """Do the same to about five digits and in a fraction of the time, as arrows need it."""
    return _Rule(_COARSE, curve, omega * mean, tau * variance).next()


def orbit(
    curve: Curve, start: Point, steps: int, omega: float = 0.0, tau: float = 1.0
) -> tuple[Array, Array]:
    """Follow a point through `steps` layers: the means and variances, the start among them.

    It ends early where the variance dies out, or either grows beyond 10³⁰.
    """
    return _followed(curve, start, steps, (omega, tau), _FINE)


def _followed(
    curve: Curve, start: Point, steps: int, layer: Point, rule: _Points, *, least: float = _TINY
) -> tuple[Array, Array]:
    """Follow a point until its variance is below `least`, or anything is too large."""
    points = [start]
    for _ in range(steps):
        found = _Rule(rule, curve, *_scaled(points[-1], layer)).next()
        mean, variance = (float(each) for each in found)
        if not (least < variance < _HUGE and abs(mean) < _HUGE):
            break
        points.append((mean, variance))
    means, variances = np.array(points).T
    return means, variances


def _scaled(point: Point, layer: Point) -> tuple[Array, Array]:
    return np.asarray(point[0] * layer[0]), np.asarray(point[1] * layer[1])


def jacobian(
    curve: Curve, mean: float, variance: float, omega: float = 0.0, tau: float = 1.0
) -> Array:
    """Differentiate (μ′, ν′) by (μ, ν): shape (2, 2), (output, input).

    By parts the derivatives fall on the Gaussian, so that f may have kinks and jumps: for
    z = m + √v·u, ∂E g/∂m = E[g·u]/√v and ∂E g/∂v = E[g·(u² − 1)]/(2v), g being f or (f − μ′)².
    """
    at = _scaled((mean, variance), (omega, tau))
    return _jacobian(_Rule(_FINE, curve, *at), (omega, tau))


def _jacobian(rule: _Rule, layer: Point) -> Array:
    by_mean, by_variance = rule.slopes()
    with np.errstate(all="ignore"):
        return np.stack([layer[0] * by_mean, layer[1] * by_variance], axis=1)


def fixed_point(
    curve: Curve, omega: float = 0.0, tau: float = 1.0, start: Point = (0.0, 1.0)
) -> FixedPoint:
    """Solve for the fixed point that the points from `start` go to, or that lies nearest to it.

    The map is followed, then Newton's method closes in; what is found is checked with integrals
    of another kind, to 1e-9.
    """
    layer, begin = (omega, tau), start
    trend: Fate = "not found"
    for steps in _STEPS:
        faded = max(_FADED * start[1], _TINY)
        means, variances = _followed(curve, begin, steps, layer, _COARSE, least=faded)
        trend = _trend(means, variances) if len(means) > 2 else trend
        begin = (float(means[-1]), float(variances[-1]))
        for guess in (begin, start)[: 2 if steps == _STEPS[0] else 1]:
            point = _newton(curve, guess, layer)
            if point is not None and _holds(curve, point, layer):
                return _described(curve, point, layer)
        if len(means) <= steps:
            break
    return _without(trend)


def _trend(means: Array, variances: Array) -> Fate:
    """Say where an orbit without a fixed point goes: by its second half."""
    half = (len(means) - 1) // 2
    steps = np.diff(variances[half:])
    if steps.size and np.all(steps < 0.0):
        return "dies out"
    away = np.abs(means[half:])
    if steps.size and (np.all(steps > 0.0) or np.all(np.diff(away) > 0.0)):
        return "grows without bound"
    return "not found"


def _newton(curve: Curve, start: Point, layer: Point) -> Point | None:
    """Close in on a fixed point; None where that loses its way.

    Its steps must become small beside the point: towards a variance of 0 they never do.
    """
    point = np.array(start)
    for _ in range(_MOST_NEWTON):
        mean, variance = (float(each) for each in point)
        rule = _Rule(_FINE, curve, *_scaled((mean, variance), layer))
        rest = np.array([float(each) for each in rule.next()]) - point
        slopes = _jacobian(rule, layer) - np.eye(2)
        if not (np.all(np.isfinite(rest)) and np.all(np.isfinite(slopes))):
            return None
        move = -np.linalg.lstsq(slopes, rest, rcond=1e-12)[0]
        point = point + move
        if not (abs(point[0]) < _HUGE and 1.0 / _FAR < point[1] / start[1] < _FAR):
            return None
        small = np.array([math.sqrt(point[1]) + abs(point[0]), point[1]])
        if np.all(np.abs(move) <= _CLOSE * small):
            return float(point[0]), float(point[1])
    return None


def _holds(curve: Curve, point: Point, layer: Point) -> bool:
    """Check a fixed point with the adaptive integrals of the readings."""
    mean, variance = point
    found = moments_of(curve, layer[0] * mean, math.sqrt(layer[1] * variance))
    spread = math.sqrt(variance) + abs(mean)
    near = abs(found.variance - variance) <= _SAME * variance
    return near and abs(found.mean - mean) <= _SAME * spread


def _described(curve: Curve, point: Point, layer: Point) -> FixedPoint:
    slopes = jacobian(curve, *point, *layer)
    alone = abs(np.linalg.det(slopes - np.eye(2))) > _SINGULAR
    rows = ((float(slopes[0, 0]), float(slopes[0, 1])), (float(slopes[1, 0]), float(slopes[1, 1])))
    return FixedPoint(*point, rows, "found" if alone else "not isolated")


def _without(fate: Fate) -> FixedPoint:
    nothing = (math.nan, math.nan)
    return FixedPoint(math.nan, math.nan, (nothing, nothing), fate)


def in_box(mean: float, variance: float, omega: float, tau: float) -> bool:
    """Tell whether a point and a layer lie in the proven domain."""
    pairs = zip((mean, variance, omega, tau), PROVEN, strict=True)
    return all(low <= value <= high for value, (low, high) in pairs)


class _Rule:
    """Samples of f under N(mean, variance), arrays of any shape: Gauss–Legendre panels.

    The curve's joints are ends of panels, all points at once; u is standardised.
    """

    def __init__(self, rule: _Points, curve: Curve, mean: Array, variance: Array) -> None:
        panels, at, weights = rule
        with np.errstate(all="ignore"):
            self._spread = np.sqrt(variance)
            spread = self._spread[..., None]
            joints = (np.array(curve.joints) - mean[..., None]) / spread
            regular = np.linspace(-_REACH, _REACH, panels + 1)
            ends = np.concatenate(
                [np.broadcast_to(regular, (*mean.shape, panels + 1)), joints], axis=-1
            )
            ends = np.sort(np.clip(ends, -_REACH, _REACH), axis=-1)[..., None]
            half = np.diff(ends, axis=-2) / 2.0
            self._u = ends[..., :-1, :] + half * (1.0 + at)
            density = half * weights * np.exp(-(self._u**2) / 2.0)
            # to 1: a coarse rule would take its own error for variance
            self._density = density / np.sum(density, axis=(-2, -1), keepdims=True)
            self._f = curve.f(mean[..., None, None] + spread[..., None] * self._u)
            self._first = self._mean_of(self._f)
            self._apart = (self._f - self._first[..., None, None]) ** 2

    def _mean_of(self, values: Array) -> Array:
        return np.asarray(np.sum(self._density * values, axis=(-2, -1)))

    def next(self) -> tuple[Array, Array]:
        """Give the mean and the variance of f; NaN where either is not finite."""
        with np.errstate(all="ignore"):
            variance = self._mean_of(self._apart)
            known = np.isfinite(self._first) & np.isfinite(variance)
        return np.where(known, self._first, math.nan), np.where(known, variance, math.nan)

    def slopes(self) -> tuple[Array, Array]:
        """Differentiate both by the input's mean, and by its variance: shape (2, …) each."""
        with np.errstate(all="ignore"):
            both = (self._f - self._first[..., None, None], self._apart)
            by_mean = [self._mean_of(each * self._u) / self._spread for each in both]
            curved = (self._u**2 - 1.0) / 2.0
            by_variance = [self._mean_of(each * curved) / self._spread**2 for each in both]
        return np.stack(by_mean), np.stack(by_variance)
