"""Real networks of finite width, layer by layer: what depth does to signals and gradients.

A network is x⁰, and zˡ = hˡ⁻¹Wˡ + bˡ, hˡ = f(zˡ) for l = 1 … depth, all of one width. Gradients
are those of a loss ⟨G, h at the last layer⟩ with a random G of norm 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from actviz.analysis.figures import Bins, Forward, log_norm
from actviz.analysis.network import Network
from actviz.analysis.stepping import Steps, steps_for
from actviz.param import Value

Array = NDArray[Any]
MOST_MEMORY = 1 << 28
"""Bytes of slopes, and of weights, that are kept; of deeper networks they are computed again."""


@dataclass(frozen=True, slots=True)
class Backward:
    """The gradient with respect to h of a layer (0: the input): log₁₀ of its norm; −∞ for 0."""

    layer: int
    log_norm: float


@dataclass(frozen=True, slots=True)
class Overflowed:
    """From this layer on numbers are infinite or NaN in the network's dtype: no gradient exists."""

    layer: int


Event = Forward | Backward | Overflowed


class Layers(Protocol):
    """Where weights and biases come from: a network draws them."""

    def weights(self, layer: int) -> Array:
        """Give the weights of a layer, shape (inputs, units)."""

    def biases(self, layer: int) -> Array:
        """Give the biases of a layer."""


def propagate(
    network: Network,
    activation: str,
    values: dict[str, Value],
    *,
    bins: Bins | None = None,
    device: str | None = None,
    layers: Layers | None = None,
) -> Iterator[Event]:
    """Run a network forward and backward; yields after each layer, and may be left at any yield.

    First `Forward` for layer 1 … depth, then `Backward` for layer depth … 0; `Overflowed` ends it.
    Kept are at most 2·`MOST_MEMORY` bytes, or the square root of the depth layers where one layer
    is larger: what is not kept is computed anew, with the same numbers.

    Parameters
    ----------
    bins
        Where activations are counted; None counts none.
    device
        Computes f and f′; an id as in `actviz.devices()`, None takes the best one.
    layers
        Weights and biases that are used instead of the network's own.

    Raises
    ------
    ValueError
        For an unknown activation or a bad value.
    DeviceError
        When the device fails on the way.
    """
    kept = _kept(network)
    steps = steps_for(network, (activation, values), device, bins or Bins(), kept)
    run = _Run(network, steps, layers or Drawn(network), kept)
    with np.errstate(all="ignore"):
        h = network.inputs()
        for layer in range(1, network.depth + 1):
            run.keep(layer, h)
            h, found = run.forward(layer, h)
            if found is None:
                yield Overflowed(layer)
                return
            yield found
        yield from run.backward()


def _kept(network: Network) -> int:
    """Say of how many layers f′ is kept: of all, or of one in a root of them at a time."""
    size = network.batch * network.width * np.dtype(network.dtype).itemsize
    whole = network.depth * size <= MOST_MEMORY
    return network.depth if whole else math.isqrt(network.depth - 1) + 1


class _Run:
    """One pass through a network: what is kept of the way forward for the way back."""

    def __init__(self, network: Network, steps: Steps, layers: Layers, segment: int) -> None:
        self.network, self.steps, self.layers, self.segment = network, steps, layers, segment
        self._starts: dict[int, Array] = {}
        self._slopes: dict[int, Array] = {}

    def keep(self, layer: int, h: Array) -> None:
        """Keep what goes into the first layer of a segment, and forget the slopes before it."""
        if (layer - 1) % self.segment == 0:
            self._starts[layer] = h if layer == 1 else h.copy()
            self._slopes.clear()

    def forward(self, layer: int, h: Array) -> tuple[Array, Forward | None]:
        """Compute h of a layer from the h below it, and its figures; f′ is kept."""
        biases = self.layers.biases(layer) if self.network.sigma_b > 0.0 else None
        after, df, found = self.steps.run(layer, h, self.layers.weights(layer), biases)
        self._slopes[layer] = df
        return after, found

    def backward(self) -> Iterator[Backward]:
        """Carry G back; scaled by powers of two, which is exact, it neither under- nor overflows.

        Where slopes were not kept, a segment's way forward is gone again first.
        """
        g, exponent = self.network.loss_gradient(), 0
        yield Backward(self.network.depth, log_norm(g, 0)[0])
        for layer in range(self.network.depth, 0, -1):
            if layer not in self._slopes:
                self._again(layer)
            slopes = self._slopes.pop(layer)
            slopes *= g
            np.matmul(slopes, self.layers.weights(layer).T, out=g)
            found, shift = log_norm(g, exponent)
            if shift:
                np.ldexp(g, -shift, out=g)
                exponent += shift
            yield Backward(layer - 1, found)

    def _again(self, last: int) -> None:
        first = (last - 1) // self.segment * self.segment + 1
        h = self._starts.pop(first)
        for layer in range(first, last + 1):
            h, _ = self.forward(layer, h)


@dataclass(frozen=True, slots=True)
class Kept:
    """Weights and biases that are at hand, layer 1 first."""

    kernels: Sequence[Array]
    offsets: Sequence[Array]

    def weights(self, layer: int) -> Array:
        """Give the weights of a layer."""
        return self.kernels[layer - 1]

    def biases(self, layer: int) -> Array:
        """Give the biases of a layer."""
        return self.offsets[layer - 1]


class Drawn:
    """A network's own layers; weights are drawn once, and kept as far as memory is allowed."""

    def __init__(self, network: Network) -> None:
        size = network.width**2 * np.dtype(network.dtype).itemsize
        self._network, self._most = network, MOST_MEMORY // size
        self._known: dict[int, Array] = {}

    def weights(self, layer: int) -> Array:
        """Give the weights of a layer."""
        if layer in self._known:
            return self._known[layer]
        drawn = self._network.weights(layer)
        if len(self._known) < self._most:
            self._known[layer] = drawn
        return drawn

    def biases(self, layer: int) -> Array:
        """Give the biases of a layer."""
        return self._network.biases(layer)
