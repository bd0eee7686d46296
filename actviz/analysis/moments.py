"""Moments of an activation under a Gaussian input: what a layer passes on of mean and variance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from actviz.activations import Activation
from actviz.analysis.curve import Array, Curve
from actviz.analysis.saturation import MEAN, STD, scalar_curve
from actviz.param import Value

_FARTHEST = 14.0
"""In standard deviations; beyond it lies less than 1e-43 of the mass."""
_WIDEST = 2.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)
_TOLERANCE = 1e-14
_MOST_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Moments:
    """E f, E f², Var f and E f′² for an input from N(mean, std²)."""

    mean: float
    second: float
    variance: float
    slope_second: float

    @property
    def gain(self) -> float:
        """Compute 1/√E f², the gain that keeps the second moment; infinite where E f² is 0."""
        return 1.0 / math.sqrt(self.second) if self.second > 0.0 else math.inf


def moments(
    activation: Activation | str, *, mean: float = 0.0, std: float = 1.0, **values: Value
) -> Moments:
    """Integrate f, f² and f′² against a Gaussian, kinks and jumps exactly where they are.

    The absolute error is at most 1e-10 for parameters of ordinary size. At a jump f′ is taken
    without the point mass it would have as a distribution.

    Raises
    ------
    ValueError
        For an unknown activation, a bad value, and for softmax, which has no scalar reading.
    """
    return moments_of(scalar_curve(activation, values), mean, std)


def moments_of(curve: Curve, mean: float = 0.0, std: float = 1.0) -> Moments:
    """Do the same for any curve, the slice of a vector function included."""
    MEAN.check(mean, "moments")
    STD.check(std, "moments")
    with np.errstate(all="ignore"):
        weights, f, df = _sampled(curve, mean, std)
        first = float(weights @ f)
        return Moments(
            mean=first,
            second=float(weights @ f**2),
            variance=float(weights @ (f - first) ** 2),
            slope_second=float(weights @ df**2),
        )


def _bounds(curve: Curve, mean: float, std: float) -> Array:
    """Give the ends of the first panels: all joints are among them, and none is wider than 2."""
    joints = [(x - mean) / std for x in curve.joints]
    regular = np.arange(-_FARTHEST, _FARTHEST + 1.0, _WIDEST)
    return np.unique([*regular, *(z for z in joints if abs(z) < _FARTHEST)])


def _sampled(curve: Curve, mean: float, std: float) -> tuple[Array, Array, Array]:
    """Sample f and f′ at the nodes of Gauss–Legendre panels fine enough for all three integrals.

    A panel is halved until its halves agree with it.
    """
    bounds = _bounds(curve, mean, std)
    whole = _Panels.of(curve, mean, std, bounds[:-1], bounds[1:])
    kept: list[_Panels] = []
    for _ in range(_MOST_ROUNDS):
        middle = (whole.low + whole.high) / 2
        halves = _Panels.of(
            curve,
            mean,
            std,
            np.stack([whole.low, middle], axis=1).ravel(),
            np.stack([middle, whole.high], axis=1).ravel(),
        )
        sums = halves.integrals.reshape(-1, 2, 3).sum(axis=1)
        scale = np.maximum(1.0, np.abs(halves.integrals).sum(axis=0))
        rough = np.any(np.abs(sums - whole.integrals) > _TOLERANCE * scale, axis=1)
        kept.append(halves.only(np.repeat(~rough, 2)))
        if not rough.any():
            break
        whole = halves.only(np.repeat(rough, 2))
    else:
        kept.append(whole)
    joined = (np.concatenate(parts) for parts in zip(*(each.samples for each in kept), strict=True))
    weights, f, df = joined
    return weights, f, df


@dataclass(frozen=True, slots=True)
class _Panels:
    """Panels in z from `low` to `high` with their samples; arrays of shape (panels, nodes)."""

    low: Array
    high: Array
    weights: Array
    f: Array
    df: Array

    @classmethod
    def of(cls, curve: Curve, mean: float, std: float, low: Array, high: Array) -> _Panels:
        half = (high - low)[:, None] / 2
        z = (high + low)[:, None] / 2 + half * _NODES
        density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
        x = mean + std * z
        return cls(low, high, half * _WEIGHTS * density, curve.f(x), curve.df(x))

    @property
    def integrals(self) -> Array:
        """Integrate f, f² and f′² over each panel; shape (panels, 3)."""
        parts = (self.f, self.f**2, self.df**2)
        return np.stack([np.sum(self.weights * part, axis=1) for part in parts], axis=1)

    @property
    def samples(self) -> tuple[Array, Array, Array]:
        return self.weights.ravel(), self.f.ravel(), self.df.ravel()

    def only(self, which: Array) -> _Panels:
        return _Panels(
            self.low[which],
            self.high[which],
            self.weights[which],
            self.f[which],
            self.df[which],
        )
