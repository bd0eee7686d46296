"""The phase diagram over σw and σb: χ₁ at the fixed point of each pair, as a picture.

The picture is interpolated between values of q that are half an octave apart; points and lines
that are drawn over it are solved (`meanfield`, `criticality`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actviz.analysis.criticality import Critical, critical_at
from actviz.analysis.meanfield import Recursion
from actviz.analysis.saturation import scalar_curve
from actviz.param import Value

Array = NDArray[Any]
_SAMPLED = 2.0 ** (np.arange(-80, 81) / 2)
_ALONG = 2.0 ** (np.arange(-72, 121) / 6)
_LOGS = np.log(_SAMPLED)
_LEAST = 1e-300
_FLAT = 1e-9
_PIECE = 8


@lru_cache(maxsize=32)
def recursion_of(activation: str, values: tuple[tuple[str, Value], ...]) -> Recursion:
    """Give the recursion of an activation; what was integrated for it before is at hand."""
    return Recursion(scalar_curve(activation, dict(values)))


@dataclass(frozen=True, slots=True)
class Sampled:
    """V(q) and E f′² at values of q that rise by √2, and as q → 0."""

    second: Array
    slope_second: Array
    at_zero: tuple[float, float]

    def second_at(self, q: Array) -> Array:
        """Interpolate V(q); below the first sample it is that at 0."""
        return np.asarray(np.where(q < _SAMPLED[0], self.at_zero[0], _between(q, self.second)))

    def slope_at(self, q: Array) -> Array:
        """Interpolate E f′²."""
        found = _between(q, self.slope_second)
        return np.asarray(np.where(q < _SAMPLED[0], self.at_zero[1], found))


def _between(q: Array, values: Array) -> Array:
    """Interpolate as a power of q between samples: exact for what is straight, or constant."""
    with np.errstate(all="ignore"):
        logs = np.log(np.maximum(values, _LEAST))
        return np.asarray(np.exp(np.interp(np.log(np.maximum(q, _LEAST)), _LOGS, logs)))


def sampling(recursion: Recursion) -> Iterator[Sampled | None]:
    """Integrate at all samples; yields None on the way, and at last what was found."""
    second, slope = np.full((2, _SAMPLED.size), np.nan)
    for index, q in enumerate(_SAMPLED.tolist()):
        second[index], slope[index], _ = recursion.at(q)
        if index % _PIECE == 0:
            yield None
    zero = recursion.at(0.0)
    yield Sampled(second, slope, (zero.second, zero.slope_second))


def phase_map(sampled: Sampled, sigma_w: Array, sigma_b: Array) -> Array:
    """Compute χ₁ for every pair; shape (σb, σw). NaN where there is no finite fixed point.

    As in `meanfield`, it is the fixed point that inputs with E x² = 1 lead to.
    """
    weight, bias = (each.ravel() for each in np.meshgrid(sigma_w**2, sigma_b**2))
    with np.errstate(all="ignore"):
        q = _fixed(sampled, weight, bias)
        chi: Array = weight * sampled.slope_at(q)
        chi[np.isnan(q)] = np.nan
    return chi.reshape(sigma_b.size, sigma_w.size)


def _fixed(sampled: Sampled, weight: Array, bias: Array) -> Array:
    """Find the first sign change of q's growth beyond the first layer's q, upwards or downwards."""
    start = weight + bias
    change = weight * sampled.second_at(start) + bias - start
    growth = weight[:, None] * sampled.second + bias[:, None] - _SAMPLED
    place = np.searchsorted(_SAMPLED, start)[:, None]
    index = np.arange(_SAMPLED.size)
    tiny = _FLAT * _SAMPLED
    ahead = (index >= place) & (growth <= -tiny)
    behind = (index < place) & (growth >= tiny)
    above = np.argmax(ahead, axis=1)
    below = _SAMPLED.size - 1 - np.argmax(behind[:, ::-1], axis=1)
    up, down = change > _FLAT * start, change < -_FLAT * start
    q = start.copy()
    q[up] = np.where(ahead.any(axis=1), _crossing(growth, above - 1), np.nan)[up]
    q[down] = np.where(behind.any(axis=1), _crossing(growth, below), 0.0)[down]
    q[np.isnan(change)] = np.nan
    return q


def _crossing(growth: Array, first: Array) -> Array:
    """Interpolate where the growth is 0, over log q, between a sample and the next."""
    first = np.clip(first, 0, _SAMPLED.size - 2)
    rows = np.arange(first.size)
    before, after = growth[rows, first], growth[rows, first + 1]
    share = np.clip(before / (before - after), 0.0, 1.0)
    return np.asarray(_SAMPLED[first] * math.sqrt(2.0) ** np.nan_to_num(share))


def line_of(recursion: Recursion) -> Iterator[list[Critical | None]]:
    """Solve the critical line point by point, at rising q; None where it has no point.

    Yields ever more of it.
    """
    found: list[Critical | None] = [critical_at(recursion, 0.0)]
    for index, q in enumerate(_ALONG.tolist()):
        found.append(critical_at(recursion, q))
        if index % _PIECE == 0:
            yield list(found)
    yield found
