"""Figures of one layer of a network: second moments, where activations lie, dead units, norms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_PIECE = 1 << 15
"""Numbers counted at once: what is made of them on the way stays in the processor's cache."""
_SAFE = 2.0**40
"""Between 1/this and this, squares of float32 and sums of them are in range."""


@dataclass(frozen=True, slots=True)
class Bins:
    """Equal bins from `low` to `high` in which activations are counted; 0 bins count none."""

    low: float = -1.0
    high: float = 1.0
    count: int = 0


@dataclass(frozen=True, slots=True)
class Forward:
    """What the batch makes of one layer.

    Parameters
    ----------
    layer
        Its number, from 1.
    second, output_second
        The mean squares of z and of h, over all units and inputs.
    output_mean
        The mean of h.
    dead
        How many units have f′ = 0 for every input of the batch: no gradient passes them.
    density
        The share of activations in each bin.
    outside
        The share that lies in none.
    """

    layer: int
    second: float
    output_second: float
    output_mean: float
    dead: int
    density: tuple[float, ...] = ()
    outside: float = 0.0


def mean_square(values: Array) -> float:
    """Compute the mean square; not finite where a value is not, 0 only where all are."""
    flat = values.reshape(-1)
    with np.errstate(all="ignore"):
        total = float(np.dot(flat, flat))
    if 1.0 / _SAFE < total < _SAFE * flat.size:
        return total / flat.size
    largest = float(max(flat.max(), -flat.min()))
    if largest == 0.0 or not math.isfinite(largest):
        return largest
    # scaled by a power of two, which is exact, so that the squares are in range
    exponent = math.frexp(largest)[1]
    scaled = np.ldexp(flat, -exponent).astype(np.float64)
    return _scaled(float(np.dot(scaled, scaled)) / flat.size, 2 * exponent)


def _scaled(value: float, exponent: int) -> float:
    try:
        return math.ldexp(value, exponent)
    except OverflowError:
        return math.inf


def log_norm(values: Array, exponent: int) -> tuple[float, int]:
    """Give log₁₀ of the norm of values·2^exponent, and by which power of two to scale them down.

    The power is 0 as long as they are well within the range of float32.
    """
    norm = math.sqrt(mean_square(values)) * math.sqrt(values.size)
    if norm == 0.0 or not math.isfinite(norm):
        return (-math.inf if norm == 0.0 else norm), 0
    shift = math.frexp(norm)[1]
    return math.log10(norm) + exponent * math.log10(2.0), shift if abs(shift) > 20 else 0


class Step(Protocol):
    """What a device has summed over a layer: see `actviz.opencl.layers`."""

    @property
    def second(self) -> float:
        """The sum of z²."""

    @property
    def output_second(self) -> float:
        """The sum of h²."""

    @property
    def output(self) -> float:
        """The sum of h."""

    @property
    def dead(self) -> int:
        """How many units have f′ = 0 for every input."""

    @property
    def bins(self) -> Array:
        """The number of each h's bin, from 1."""


class Sums:
    """Computes the figures of layers, with memory that is used again."""

    def __init__(self, bins: Bins) -> None:
        self.bins = bins
        self._scale = bins.count / (bins.high - bins.low)
        self._words = np.empty(_PIECE, np.intp)

    def of(self, layer: int, z: Array, h: Array, df: Array) -> Forward | None:
        """Compute one layer's figures; None where a number in it is infinite or NaN."""
        second, output = mean_square(z), mean_square(h)
        if not (math.isfinite(second) and math.isfinite(output)):
            return None
        counts = self._counted(h) if self.bins.count else np.zeros(2, np.int64)
        means = second, output, float(h.mean(dtype=np.float64))
        return self._figures(layer, h.size, means, dead_units(df), counts)

    def of_step(self, layer: int, size: int, step: Step) -> Forward | None:
        """Take one layer's figures from the sums of a device that has seen all numbers.

        None where its sums of squares are out of float32's range, or not finite: then the numbers
        themselves have to be looked at.
        """
        squares = step.second, step.output_second
        if not all(1.0 / _SAFE < each < _SAFE * size for each in squares):
            return None
        counts = np.zeros(2, np.int64)
        if self.bins.count:
            counts = self._tallied(step.bins.reshape(-1))
        second, output, mean = (each / size for each in (*squares, step.output))
        return self._figures(layer, size, (second, output, mean), step.dead, counts)

    def _tallied(self, places: Array) -> NDArray[np.int64]:
        """Count bins' numbers; bincount would make room for all of them anew, as whole words."""
        counts = np.zeros(self.bins.count + 2, np.int64)
        for first in range(0, places.size, _PIECE):
            piece = places[first : first + _PIECE]
            words = self._words[: piece.size]
            words[:] = piece
            counts += np.bincount(words, minlength=counts.size)
        return counts

    def _figures(
        self,
        layer: int,
        size: int,
        means: tuple[float, float, float],
        dead: int,
        counts: NDArray[np.int64],
    ) -> Forward:
        density = tuple((counts[1:-1] / size).tolist())
        outside = float(counts[0] + counts[-1]) / size
        return Forward(layer, *means, dead, density, outside)

    def _counted(self, h: Array) -> NDArray[np.int64]:
        """Count the bins, one more on either side for what lies outside."""
        bins, flat = self.bins, h.reshape(-1)
        counts = np.zeros(bins.count + 2, np.int64)
        for first in range(0, flat.size, _PIECE):
            place = (flat[first : first + _PIECE] - bins.low) * self._scale + 1.0
            np.clip(place, 0.0, bins.count + 1.0, out=place)
            counts += np.bincount(place.astype(np.intp), minlength=counts.size)
        return counts


def dead_units(df: Array) -> int:
    """Count the columns that are 0 in every row; those with life in their first rows are left."""
    lifeless = np.flatnonzero(~df[:8].any(axis=0))
    return int(np.count_nonzero(~df[:, lifeless].any(axis=0)))
