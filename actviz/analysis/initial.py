"""Weights of a square dense layer as initialisers make them, and what variance that means."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_CUT = 2.0
_CUT_STD = 0.87962566103423978
"""The standard deviation of N(0, 1) cut at ±2, by which Keras divides."""


def stream(*key: int) -> np.random.Generator:
    """Give the random numbers that belong to a key: always the same ones."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(key)))


def gaussian(random: np.random.Generator, width: int, variance: float) -> Array:
    """Draw independent normal numbers."""
    return random.standard_normal((width, width)) * math.sqrt(variance)


def orthogonal(random: np.random.Generator, width: int, variance: float) -> Array:
    """Draw a random rotation or reflection, each equally likely, times the root of n·variance."""
    q, r = np.linalg.qr(random.standard_normal((width, width)))
    signs = np.where(np.diagonal(r) < 0.0, -1.0, 1.0)
    return np.asarray(q * (signs * math.sqrt(width * variance)))


def truncated(random: np.random.Generator, width: int, variance: float) -> Array:
    """Draw normal numbers anew where they lie beyond 2 standard deviations, as Keras does."""
    drawn = random.standard_normal(width * width)
    outside = np.flatnonzero(np.abs(drawn) > _CUT)
    while outside.size:
        drawn[outside] = random.standard_normal(outside.size)
        outside = outside[np.abs(drawn[outside]) > _CUT]
    return drawn.reshape(width, width) * (math.sqrt(variance) / _CUT_STD)


def uniform(random: np.random.Generator, width: int, variance: float) -> Array:
    """Draw from a uniform distribution round 0."""
    limit = math.sqrt(3.0 * variance)
    return random.uniform(-limit, limit, (width, width))


Draw = Callable[[np.random.Generator, int, float], Array]


@dataclass(frozen=True, slots=True)
class Initializer:
    """How weights are drawn: title, distribution, and σw² where the name itself says it.

    In a square layer fan-in is fan-out, so Glorot's and LeCun's variances are the same.
    """

    title: str
    draw: Draw
    weight_variance: float | None = None


INITIALIZERS = {
    "gaussian": Initializer("Gaussian", gaussian),
    "orthogonal": Initializer("orthogonal", orthogonal),
    "he_normal": Initializer("He normal", truncated, 2.0),
    "he_uniform": Initializer("He uniform", uniform, 2.0),
    "glorot_normal": Initializer("Glorot normal", truncated, 1.0),
    "glorot_uniform": Initializer("Glorot uniform", uniform, 1.0),
    "lecun_normal": Initializer("LeCun normal", truncated, 1.0),
    "lecun_uniform": Initializer("LeCun uniform", uniform, 1.0),
}
"""All of them by name; gaussian and orthogonal take σw from the user."""
