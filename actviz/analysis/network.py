"""A random network of dense layers: its sizes, its settings, and the weights it is drawn with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actviz.analysis.initial import INITIALIZERS, stream
from actviz.param import Choice, Integer, Param, Real, complete

Array = NDArray[Any]
_INPUT, _LOSS, _WEIGHTS, _BIAS = range(4)
_LARGEST = 2048
_LARGEST_SIGMA = 1e6
"""Far beyond what anybody draws; their squares and those of a layer's sums stay finite."""

WIDTH = Param("width", 256, Integer(1, _LARGEST), doc="Units in each layer")
DEPTH = Param("depth", 50, Integer(1, 1000), doc="How many layers")
BATCH = Param("batch", 64, Integer(1, _LARGEST), doc="How many inputs go through at once")
INITIALIZER = Param(
    "initializer",
    "gaussian",
    Choice(tuple(INITIALIZERS)),
    doc="How weights are drawn; only gaussian and orthogonal take σ_w, the others' names say it",
)
SIGMA_W = Param(
    "sigma_w",
    1.0,
    Real(0.0, _LARGEST_SIGMA),
    (0.0, 4.0),
    doc="The root of fan-in times the variance of a weight",
    symbol=r"\sigma_w",
)
SIGMA_B = Param(
    "sigma_b",
    0.0,
    Real(0.0, _LARGEST_SIGMA),
    (0.0, 2.0),
    doc="The spread of biases",
    symbol=r"\sigma_b",
)
SEED = Param("seed", 0, Integer(0), doc="Where the random numbers of the first network start")
NETWORKS = Param(
    "networks", 5, Integer(1, 100), doc="How many networks, with one seed after another"
)
PRECISION = Param("dtype", "float32", Choice(("float32", "float64")), doc="What it computes in")
PARAMS = (WIDTH, DEPTH, BATCH, INITIALIZER, SIGMA_W, SIGMA_B, SEED, PRECISION)


@dataclass(frozen=True, slots=True)
class Network:
    """A random network; `sigma_w` is that of its initialiser where the name says it.

    Raises
    ------
    ValueError
        For a width, depth or batch of 0 or beyond what a person waits for, and other bad values.
    """

    width: int = 256
    depth: int = 50
    batch: int = 64
    initializer: str = "gaussian"
    sigma_w: float = 1.0
    sigma_b: float = 0.0
    seed: int = 0
    dtype: str = "float32"

    def __post_init__(self) -> None:
        given = {param.name: getattr(self, param.name) for param in PARAMS}
        for name, value in complete(PARAMS, given, "network").items():
            object.__setattr__(self, name, value)

    @property
    def weight_variance(self) -> float:
        """Give σw², fan-in times the variance of a weight."""
        named = INITIALIZERS[self.initializer].weight_variance
        return self.sigma_w**2 if named is None else named

    def weights(self, layer: int) -> Array:
        """Draw the weights of a layer, the first being 1; shape (inputs, units)."""
        draw = INITIALIZERS[self.initializer].draw
        random = stream(self.seed, layer, _WEIGHTS)
        return draw(random, self.width, self.weight_variance / self.width).astype(self.dtype)

    def biases(self, layer: int) -> Array:
        """Draw the biases of a layer from N(0, σb²)."""
        random = stream(self.seed, layer, _BIAS)
        return (random.standard_normal(self.width) * self.sigma_b).astype(self.dtype)

    def inputs(self) -> Array:
        """Draw the inputs: directions at random, each with the mean square 1."""
        x = stream(self.seed, 0, _INPUT).standard_normal((self.batch, self.width))
        x /= np.sqrt(np.mean(x**2, axis=1, keepdims=True))
        return x.astype(self.dtype)

    def loss_gradient(self) -> Array:
        """Draw G, the gradient at the last layer, with the norm 1 over the whole batch."""
        g = stream(self.seed, 0, _LOSS).standard_normal((self.batch, self.width))
        return (g / np.linalg.norm(g)).astype(self.dtype)
