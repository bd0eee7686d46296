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

from actviz.layers import LayerConfig
from actviz.layers.facts import layer_facts
from actviz.layers.named import Named
from actviz.param import Value

Array = NDArray[Any]
Shape = tuple[int, ...]
Fans = tuple[int, int]
Values = Mapping[str, Value]
Initializer = Callable[[np.random.Generator, Shape, Fans, Values], Array]

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
        field = known if known in config.fields else "depthwise_initializer"
        domain = config.row.field(field).domain
        assert isinstance(domain, Named)
        word, values = domain.split(str(config.fields[field]))
        array = INITIALIZERS[word](draw, weight.shape, (weight.fan_in, weight.fan_out), values)
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


def _number(values: Values, name: str, otherwise: float) -> float:
    value = values.get(name, otherwise)
    return float(value) if isinstance(value, (int, float)) else otherwise


def _scaled(scale: float, mode: str, distribution: str) -> Initializer:
    """Make Keras's VarianceScaling; values that are given come before these."""

    def initialize(draw: np.random.Generator, shape: Shape, fans: Fans, values: Values) -> Array:
        chosen = {"scale": scale, "mode": mode, "distribution": distribution, **values}
        sizes = {"fan_in": fans[0], "fan_out": fans[1], "fan_avg": (fans[0] + fans[1]) / 2.0}
        variance = _number(chosen, "scale", scale) / max(1.0, sizes[str(chosen["mode"])])
        if chosen["distribution"] == "uniform":
            limit = math.sqrt(3.0 * variance)
            return draw.uniform(-limit, limit, shape)
        if chosen["distribution"] == "untruncated_normal":
            return math.sqrt(variance) * draw.standard_normal(shape)
        return _cut_normal(draw, shape, math.sqrt(variance) / _CUT)

    return initialize


def _orthogonal(draw: np.random.Generator, shape: Shape, fans: Fans, values: Values) -> Array:
    rows, columns = math.prod(shape[:-1]), shape[-1]
    q, r = np.linalg.qr(draw.standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r)) * _number(values, "gain", 1.0)
    return (q.T if rows < columns else q).reshape(shape)


def _identity(draw: np.random.Generator, shape: Shape, fans: Fans, values: Values) -> Array:
    return _number(values, "gain", 1.0) * np.eye(shape[0], shape[1])


def _uniform(draw: np.random.Generator, shape: Shape, fans: Fans, values: Values) -> Array:
    low, high = _number(values, "minval", -_SPREAD), _number(values, "maxval", _SPREAD)
    return draw.uniform(low, high, shape)


def _normal(draw: np.random.Generator, shape: Shape, fans: Fans, values: Values) -> Array:
    spread = _number(values, "stddev", _SPREAD)
    return _number(values, "mean", 0.0) + spread * draw.standard_normal(shape)


def _truncated(draw: np.random.Generator, shape: Shape, fans: Fans, values: Values) -> Array:
    spread = _number(values, "stddev", _SPREAD)
    return _number(values, "mean", 0.0) + _cut_normal(draw, shape, spread)


def _constant(otherwise: float) -> Initializer:
    return lambda draw, shape, fans, values: np.full(shape, _number(values, "value", otherwise))


INITIALIZERS: Mapping[str, Initializer] = MappingProxyType(
    {
        "glorot_uniform": _scaled(1.0, "fan_avg", "uniform"),
        "glorot_normal": _scaled(1.0, "fan_avg", "truncated_normal"),
        "he_uniform": _scaled(2.0, "fan_in", "uniform"),
        "he_normal": _scaled(2.0, "fan_in", "truncated_normal"),
        "lecun_uniform": _scaled(1.0, "fan_in", "uniform"),
        "lecun_normal": _scaled(1.0, "fan_in", "truncated_normal"),
        "variance_scaling": _scaled(1.0, "fan_in", "truncated_normal"),
        "random_uniform": _uniform,
        "random_normal": _normal,
        "truncated_normal": _truncated,
        "orthogonal": _orthogonal,
        "identity": _identity,
        "constant": _constant(0.0),
        "zeros": _constant(0.0),
        "ones": _constant(1.0),
    }
)
"""Keras's initializers by its words, each with the values that are given to it."""
