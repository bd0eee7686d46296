"""The distribution of an activation's output over a person's own numbers."""

from __future__ import annotations

import numpy as np

from actviz.analysis.curve import Array, Curve
from actviz.analysis.data import Data
from actviz.analysis.moments import Moments
from actviz.analysis.pushforward import Pushed

_BINS = 120
_SHOWN = (0.001, 0.999)
_LEAST_SHARE = 0.005
_MOST_MASSES = 12
_PAD = 0.04


def spread(values: Array) -> tuple[float, float]:
    """Choose a range that holds all but the outermost thousandths of some numbers."""
    seen = values[np.isfinite(values)]
    if not seen.size:
        return -1.0, 1.0
    low, high = (float(each) for each in np.quantile(seen, _SHOWN))
    if high <= low:
        low, high = float(seen.min()), float(seen.max())
    if high <= low:
        return low - 1.0, low + 1.0
    pad = _PAD * (high - low)
    return low - pad, high + pad


def histogram(values: Array, ends: tuple[float, float]) -> Pushed:
    """Count numbers into bins between two ends; shares of all of them, as a density.

    Values that many of them share exactly are point masses.
    """
    finite = values[np.isfinite(values)]
    size = max(values.size, 1)
    levels, counts = np.unique(finite, return_counts=True)
    largest = np.argsort(counts)[::-1][:_MOST_MASSES]
    heavy = [each for each in largest.tolist() if counts[each] >= max(2, _LEAST_SHARE * size)]
    masses = tuple(sorted((float(levels[each]), float(counts[each] / size)) for each in heavy))
    spread_out = finite[~np.isin(finite, [level for level, _ in masses])]
    edges = np.linspace(*ends, _BINS + 1)
    inside, _ = np.histogram(spread_out, edges)
    beyond = 1.0 - float(inside.sum() / size) - sum(share for _, share in masses)
    return Pushed(edges, inside / size / np.diff(edges), masses, max(0.0, beyond))


def data_pushed(curve: Curve, data: Data, ends: tuple[float, float] | None = None) -> Pushed:
    """Give the distribution of f over a sample; `ends` is the range of y."""
    with np.errstate(all="ignore"):
        y = curve.f(data.values)
    return histogram(y, ends or spread(y))


def sample_moments(curve: Curve, data: Data) -> Moments:
    """Give E f, E f², Var f and E f′² over a sample, without their errors."""
    with np.errstate(all="ignore"):
        f, df = curve.f(data.values), curve.df(data.values)
        return Moments(float(f.mean()), float((f**2).mean()), float(f.var()), float((df**2).mean()))
