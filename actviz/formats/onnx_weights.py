"""Weights as Keras's initializers make them, from a seed of our own: the numbers in an ONNX file.

The distributions are Keras's; the numbers are not, which depend on the backend and its seed.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actviz.formats.onnx_facts import layer_facts
from actviz.layers import LayerConfig

Array = NDArray[Any]
Shape = tuple[int, ...]
Fans = tuple[int, int]

SEED = 20_260_601
"""Every file of one configuration holds the same numbers."""
_SPREAD = 0.05
_CUT = 0.87962566103423978
"""The standard deviation of a standard normal variable that is cut off at ±2."""


def initial_weights(config: LayerConfig) -> Callable[[str], Array]:
    """Give the function from a weight's name to its numbers, float64 in Keras's layout."""
    weights = {each.name: each for each in layer_facts(config).weights}

    def numbers(name: str) -> Array:
        weight = weights[name]
        draw = np.random.default_rng([SEED, zlib.crc32(name.encode())])
        known = initializer_of(name)
        word = str(config.fields[known if known in config.fields else "depthwise_initializer"])
        array = INITIALIZERS[word](draw, weight.shape, weight.fans)
        if name == "bias" and config.fields.get("unit_forget_bias"):
            _remember(array)
        return array

    return numbers


def initializer_of(weight: str) -> str:
    """Name the field that says how a weight starts: kernel_initializer for kernel."""
    return f"{weight.removesuffix('_kernel')}_initializer"


def _remember(bias: Array) -> None:
    """Let the forget gate's bias, the second quarter, start at one."""
    units = len(bias) // 4
    bias[units : 2 * units] = 1.0


def _cut_normal(draw: np.random.Generator, shape: Shape, deviation: float) -> Array:
    """Draw from a normal distribution, anew where it is beyond two deviations."""
    array = draw.standard_normal(math.prod(shape))
    while (beyond := np.flatnonzero(np.abs(array) > 2.0)).size:
        array[beyond] = draw.standard_normal(beyond.size)
    return deviation * array.reshape(shape)


def _scaled(scale: float, mode: str, uniform: bool) -> Callable[..., Array]:
    """Make Keras's VarianceScaling: by the inputs, or by the mean of inputs and outputs."""

    def initialize(draw: np.random.Generator, shape: Shape, fans: Fans) -> Array:
        size = fans[0] if mode == "fan_in" else (fans[0] + fans[1]) / 2.0
        variance = scale / max(1.0, size)
        if uniform:
            limit = math.sqrt(3.0 * variance)
            return draw.uniform(-limit, limit, shape)
        return _cut_normal(draw, shape, math.sqrt(variance) / _CUT)

    return initialize


def _orthogonal(draw: np.random.Generator, shape: Shape, fans: Fans) -> Array:
    rows, columns = math.prod(shape[:-1]), shape[-1]
    q, r = np.linalg.qr(draw.standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))
    return (q.T if rows < columns else q).reshape(shape)


def _identity(draw: np.random.Generator, shape: Shape, fans: Fans) -> Array:
    return np.eye(shape[0], shape[1])


def _uniform(draw: np.random.Generator, shape: Shape, fans: Fans) -> Array:
    return draw.uniform(-_SPREAD, _SPREAD, shape)


def _normal(draw: np.random.Generator, shape: Shape, fans: Fans) -> Array:
    return _SPREAD * draw.standard_normal(shape)


def _truncated(draw: np.random.Generator, shape: Shape, fans: Fans) -> Array:
    return _cut_normal(draw, shape, _SPREAD)


def _constant(value: float) -> Callable[..., Array]:
    return lambda draw, shape, fans: np.full(shape, value)


INITIALIZERS: Mapping[str, Callable[[np.random.Generator, Shape, Fans], Array]] = MappingProxyType(
    {
        "glorot_uniform": _scaled(1.0, "fan_avg", True),
        "glorot_normal": _scaled(1.0, "fan_avg", False),
        "he_uniform": _scaled(2.0, "fan_in", True),
        "he_normal": _scaled(2.0, "fan_in", False),
        "lecun_uniform": _scaled(1.0, "fan_in", True),
        "lecun_normal": _scaled(1.0, "fan_in", False),
        "variance_scaling": _scaled(1.0, "fan_in", False),
        "random_uniform": _uniform,
        "random_normal": _normal,
        "truncated_normal": _truncated,
        "orthogonal": _orthogonal,
        "identity": _identity,
        "zeros": _constant(0.0),
        "ones": _constant(1.0),
    }
)
"""Keras's initializers by its words, with the numbers that the words stand for."""
