"""How Keras's initializers start a weight: the moments of one entry, and a draw of all."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actviz.layers.facts import weight
from actviz.layers.starts import CUT, scaling
from actviz.layers.words import initializers
from actviz.param import Value

Array = NDArray[np.float64]
Shape = tuple[int, ...]
_MATRIX = 2
_FARTHEST = 2.0
"""Where Keras cuts its normal distributions, in their own spread."""


@dataclass(frozen=True, slots=True)
class Start:
    """How a weight of some shape starts: a word of Keras's with all its arguments.

    `fan_in` and `fan_out` are what Keras reads off the shape, whether the word uses them or not.
    """

    word: str
    arguments: Mapping[str, Value]
    shape: Shape
    fan_in: int
    fan_out: int

    @classmethod
    def of(cls, initializer: str, shape: Shape) -> Start:
        """Take an initializer as layers spell it; a ValueError for one the shape cannot have."""
        word, arguments = initializers(len(shape)).split(initializer)
        known = weight(word, shape, 1)
        return cls(word, arguments, shape, known.fan_in, known.fan_out)

    @property
    def scales_by_fans(self) -> bool:
        """Tell whether the variance is a scale divided by a fan."""
        return scaling(self.word, self.arguments) is not None

    @property
    def gain(self) -> float:
        """By what an orthogonal matrix or an identity is multiplied."""
        return self._number("gain")

    def _number(self, name: str) -> float:
        value = self.arguments[name]
        assert isinstance(value, (int, float))
        return float(value)

    @property
    def matrix(self) -> tuple[int, int]:
        """The weight as a matrix: all axes but the last, and the last."""
        return math.prod(self.shape[:-1]), self.shape[-1]

    def moments(self, columns: slice = slice(None), row: int | None = None) -> tuple[float, float]:
        """Give E w and E w² of one entry among some columns of the matrix, or of one row of it.

        Entries are alike but in an identity, whose ones may all lie in one gate's columns.
        """
        scaled = scaling(self.word, self.arguments)
        if scaled is not None:
            return 0.0, scaled.variance(self.fan_in, self.fan_out)
        match self.word:
            case "zeros":
                return 0.0, 0.0
            case "ones":
                return 1.0, 1.0
            case "constant":
                return self._number("value"), self._number("value") ** 2
            case "orthogonal":
                return 0.0, self.gain**2 / max(self.matrix)
            case "identity":
                share = self._ones(columns, row)
                return self.gain * share, self.gain**2 * share
            case "random_uniform":
                low, high = self._number("minval"), self._number("maxval")
                return (low + high) / 2, (low * low + low * high + high * high) / 3
        mean, spread = self._number("mean"), self._number("stddev")
        spread *= CUT if self.word == "truncated_normal" else 1.0
        return mean, mean**2 + spread**2

    def _ones(self, columns: slice, row: int | None) -> float:
        """Count which share of some entries of an identity are ones."""
        rows, wide = self.matrix
        first, last, _ = columns.indices(wide)
        if row is not None:
            return (first <= row < last) / (last - first)
        return max(0, min(rows, last) - first) / (rows * (last - first))

    def draw(self, rng: np.random.Generator) -> Array:
        """Draw the weight: distributed as Keras's, but not its random numbers."""
        scaled = scaling(self.word, self.arguments)
        if scaled is not None:
            spread = math.sqrt(scaled.variance(self.fan_in, self.fan_out))
            if scaled.distribution == "uniform":
                return rng.uniform(-math.sqrt(3.0) * spread, math.sqrt(3.0) * spread, self.shape)
            if scaled.distribution == "untruncated_normal":
                return spread * rng.standard_normal(self.shape)
            return spread / CUT * _cut_normal(rng, self.shape)
        match self.word:
            case "zeros" | "ones" | "constant":
                return np.full(self.shape, self.moments()[0])
            case "orthogonal":
                return self.gain * _orthogonal(rng, *self.matrix).reshape(self.shape)
            case "identity":
                return self.gain * np.eye(*self.matrix)
            case "random_uniform":
                return rng.uniform(self._number("minval"), self._number("maxval"), self.shape)
        cut = self.word == "truncated_normal"
        normal = _cut_normal(rng, self.shape) if cut else rng.standard_normal(self.shape)
        return self._number("mean") + self._number("stddev") * normal


def _cut_normal(rng: np.random.Generator, shape: Shape) -> Array:
    """Draw from a standard normal distribution that is cut at ±2."""
    drawn = rng.standard_normal(shape)
    while (far := np.abs(drawn) > _FARTHEST).any():
        drawn[far] = rng.standard_normal(int(np.count_nonzero(far)))
    return drawn


def _orthogonal(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """Draw orthonormal columns, or rows where there are fewer (Saxe et al. 2014)."""
    tall = rng.standard_normal((max(rows, columns), min(rows, columns)))
    if tall.shape[0] < 2 * tall.shape[1]:
        q, r = np.linalg.qr(tall)
        q = q * np.sign(np.diag(r))
    else:
        # the same factor by products, which processors share out; well conditioned where it is tall
        q = tall
        for _ in range(2):
            q = q @ np.linalg.inv(np.linalg.cholesky(q.T @ q)).T
    return q.T if rows < columns else q
