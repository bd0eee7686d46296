"""What an activation makes of a Gaussian input: the distribution of its output."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from actviz.analysis.curve import Array, Curve
from actviz.analysis.portrait import sampled
from actviz.analysis.saturation import mass

_REACH = 9.0
"""Standard deviations that are followed; beyond lies less than 3e-19 of the mass."""
_POINTS = 2401
_BINS = 400
_SHOWN = 4.0
_HIGHEST = 1e300
"""What is larger is not in the picture: its differences would be infinite."""
_NARROWEST = 1e-12
"""The narrowest range of y beside its size: its bins must be numbers apart."""
"""Standard deviations of the input whose outputs are in view."""
_LEAST_MASS = 1e-12


@dataclass(frozen=True, slots=True)
class Pushed:
    """The distribution of f(x) for x ~ N(mean, std²).

    Parameters
    ----------
    edges
        Ends of the bins of y, ascending; shape (bins + 1,).
    density
        Probability per unit of y in each bin, without the point masses; shape (bins,).
    masses
        Values that f takes over whole stretches, with the probability of each: (y, P).
    beyond
        The probability of all that lies outside the bins.
    """

    edges: Array
    density: Array
    masses: tuple[tuple[float, float], ...]
    beyond: float


def pushed(
    curve: Curve, mean: float = 0.0, std: float = 1.0, view: tuple[float, float] | None = None
) -> Pushed:
    """Map N(mean, std²) through f, piece by monotone piece; `view` is the range of y.

    Between two samples of a piece its mass is spread evenly over the y between them, which at
    2401 samples is exact to what a plot shows; each bin holds its true mass to about 1e-6.
    """
    low, high = mean - _REACH * std, mean + _REACH * std
    x, y, _ = sampled(curve, low, high, _POINTS)
    low_y, high_y = view or _view(curve, mean, std)
    edges = np.linspace(low_y, high_y, _BINS + 1)
    below = np.zeros(_BINS + 1)
    level: dict[float, float] = {}
    for start, stop in _monotone(y):
        run_x, run_y = x[start : stop + 1], y[start : stop + 1]
        if run_y[0] == run_y[-1]:
            share = mass((float(run_x[0]), float(run_x[-1])), mean, std)
            level[float(run_y[0])] = level.get(float(run_y[0]), 0.0) + share
        else:
            below += _cumulated(run_x, run_y, edges, (mean, std))
    masses = tuple(sorted(each for each in level.items() if each[1] > _LEAST_MASS))
    inside = np.diff(below)
    found = float(inside.sum()) + math.fsum(share for _, share in masses)
    return Pushed(edges, inside / np.diff(edges), masses, max(0.0, 1.0 - found))


def _view(curve: Curve, mean: float, std: float) -> tuple[float, float]:
    """Choose the y that the bulk of the input is mapped to."""
    _, y, _ = sampled(curve, mean - _SHOWN * std, mean + _SHOWN * std, _BINS)
    seen = y[np.abs(y) < _HIGHEST]
    if not seen.size:
        return -1.0, 1.0
    low, high = float(seen.min()), float(seen.max())
    least = _NARROWEST * max(abs(low), abs(high))
    pad = max(0.04 * (high - low), least) if high > low else max(1.0, least)
    return low - pad, high + pad


def _monotone(y: Array) -> list[tuple[int, int]]:
    """Divide samples where they turn, become level or are not defined."""
    with np.errstate(invalid="ignore", over="ignore"):
        direction = np.sign(np.diff(y))
    turns = np.flatnonzero(direction[1:] != direction[:-1]) + 1
    bounds = [0, *turns.tolist(), len(y) - 1]
    return [pair for pair in pairwise(bounds) if np.isfinite(y[pair[0] : pair[1] + 1]).all()]


def _cumulated(x: Array, y: Array, edges: Array, normal: tuple[float, float]) -> Array:
    """Give the mass of a monotone run below each edge."""
    share = _below(x, *normal)
    gained = share - share[0]
    if y[-1] < y[0]:
        y, gained = y[::-1], gained[-1] - gained[::-1]
    below: Array = np.interp(edges, y, gained)
    return below


def _below(x: Array, mean: float, std: float) -> Array:
    """Compute Φ((x − mean)/std)."""
    scaled = ((x - mean) / (std * math.sqrt(2.0))).tolist()
    return np.array([math.erfc(-each) / 2 for each in scaled])
