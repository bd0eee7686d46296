"""One layer's step of a network: z from h, then f, f′ and the figures; two ways to compute it.

NumPy's BLAS makes the matrix product. What follows is one pass on an OpenCL device that works in
the host's memory, or, where there is none, in float64, and for one's own formula, a few by NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from actviz.activations import chosen
from actviz.analysis.figures import Bins, Forward, Sums
from actviz.analysis.network import Network
from actviz.engines import ask, evaluate
from actviz.evaluation import Engine
from actviz.param import Value

if TYPE_CHECKING:
    from actviz.opencl import layers

Array = NDArray[Any]
_MOST_BINS = 253


class Steps(Protocol):
    """Computes layers, one after the other."""

    def run(
        self, layer: int, h: Array, weights: Array, biases: Array | None
    ) -> tuple[Array, Array, Forward | None]:
        """Give the next h, its f′, and the layer's figures: None where a number is not finite.

        The h that it gives may be written over two steps later, its f′ may be changed.
        """


def steps_for(
    network: Network,
    activation: tuple[str, dict[str, Value]],
    device: str | None,
    bins: Bins,
    kept: int,
) -> Steps:
    """Choose the way; raises a ValueError for an unknown activation or a bad value.

    `kept` is how many f′, one layer after the other, are to be there at once.
    """
    name, values = activation
    row, full = chosen(name, values)

    def on(engine: Engine) -> layers.Layers | None:
        if engine.device.kind == "numpy":
            return None
        from actviz.opencl.engine import OpenCLEngine

        assert isinstance(engine, OpenCLEngine)
        return engine.layers.of(row, full, (network.batch, network.width))

    if network.dtype == "float32" and device != "numpy" and bins.count <= _MOST_BINS:
        made = ask(device, on)
        if made is not None:
            return _Fused(network, made, bins, kept)
    return _Evaluated(name, values, device, bins)


class _Evaluated:
    """Lets an engine evaluate f and f′, and NumPy take the figures."""

    def __init__(
        self, activation: str, values: dict[str, Value], device: str | None, bins: Bins
    ) -> None:
        self._activation, self._values, self._device = activation, values, device
        self._sums = Sums(bins)

    def run(
        self, layer: int, h: Array, weights: Array, biases: Array | None
    ) -> tuple[Array, Array, Forward | None]:
        z = h @ weights
        if biases is not None:
            z += biases
        found = evaluate(
            self._activation, z, dtype=z.dtype.name, device=self._device, **self._values
        )
        return found.y, found.dy, self._sums.of(layer, z, found.y, found.dy)


class _Fused:
    """Lets a device do all that follows the matrix product at once, in memory used again."""

    def __init__(self, network: Network, made: layers.Layers, bins: Bins, kept: int) -> None:
        size = network.batch, network.width
        self._made, self._sums = made, Sums(bins)
        self._bins = (bins.low, bins.high, bins.count)
        self._z = np.empty(size, np.float32)
        self._h = [np.empty(size, np.float32), np.empty(size, np.float32)]
        self._slopes = np.empty((kept, *size), np.float32)
        self._none = np.zeros(network.width, np.float32)

    def run(
        self, layer: int, h: Array, weights: Array, biases: Array | None
    ) -> tuple[Array, Array, Forward | None]:
        z = np.matmul(h, weights, out=self._z)
        offsets = self._none if biases is None else np.ascontiguousarray(biases)
        after, df = self._h[layer % 2], self._slopes[layer % len(self._slopes)]
        step = self._made.run(z, offsets, after, df, self._bins)
        found = self._sums.of_step(layer, z.size, step)
        if found is None:
            z += offsets
            found = self._sums.of(layer, z, after, df)
        return after, df, found
