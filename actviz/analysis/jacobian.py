"""The end-to-end Jacobian of a network at one input, and how far it is from an isometry.

Pennington, Schoenholz and Ganguli 2017, arXiv:1711.04735: χ₁ = 1 keeps the mean square of the
singular values at 1; dynamical isometry is that all of them are near 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actviz.analysis.network import Network
from actviz.analysis.propagation import Layers
from actviz.engines import evaluate
from actviz.param import Value

Array = NDArray[Any]
_ROUNDING = 2.0**-52


@dataclass(frozen=True, slots=True)
class Singular:
    """Singular values of ∂h at the last layer by ∂x, after `layer` layers of `depth` are done.

    Parameters
    ----------
    layer
        How far the product is; the values are there at the end.
    logs
        log₁₀ of those that float64 resolves, falling.
    lost
        How many are 0, or too small beside the largest to be told from rounding.
    """

    layer: int
    logs: tuple[float, ...] = ()
    lost: int = 0


def singular_values(
    network: Network,
    activation: str,
    values: dict[str, Value],
    layers: Layers,
    *,
    device: str | None = None,
) -> Iterator[Singular]:
    """Multiply Wˡ·diag f′(zˡ) layer by layer at the network's first input, in float64.

    Yields after each layer, and may be left there; nothing more comes once numbers overflow.
    """
    with np.errstate(all="ignore"):
        h = network.inputs()[:1].astype(np.float64)
        product: Array = np.eye(network.width)
        exponent = 0
        for layer in range(1, network.depth + 1):
            kernel = layers.weights(layer).astype(np.float64)
            z = h @ kernel + layers.biases(layer)
            found = evaluate(activation, z, dtype="float64", device=device, **values)
            h, product = found.y, (product @ kernel) * found.dy
            largest = float(np.abs(product).max())
            if not (math.isfinite(largest) and np.isfinite(h).all()):
                return
            # a power of two, which is exact
            shift = math.frexp(largest)[1]
            product, exponent = np.ldexp(product, -shift), exponent + shift
            if layer < network.depth:
                yield Singular(layer)
        yield _decomposed(product, exponent, network.depth)


def _decomposed(product: Array, exponent: int, depth: int) -> Singular:
    found = np.linalg.svd(product, compute_uv=False)
    seen = found[found > found[0] * _ROUNDING * found.size]
    logs = np.log10(seen) + exponent * math.log10(2.0)
    return Singular(depth, tuple(float(each) for each in logs), found.size - seen.size)
