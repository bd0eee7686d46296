"""Gains: by which factor weights must be scaled to keep a signal, in every convention, named."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from actviz.analysis.moments import Moments
from actviz.param import Value


@dataclass(frozen=True, slots=True)
class Gain:
    """A gain: the convention's name, what it keeps and where it comes from, and the number.

    `value` is NaN where the convention has none for this function.
    """

    name: str
    keeps: str
    value: float


def gains(
    activation: str,
    values: Mapping[str, Value],
    moments: Moments,
    mean: float = 0.0,
    std: float = 1.0,
) -> tuple[Gain, ...]:
    """List the gains of an activation in every convention.

    The first three are measured from its moments under its input, N(mean, std²), relative to the
    input's own second moment and variance; the others are what initializers and torch assume,
    whatever f is.
    """
    second, variance, slope = moments.second, moments.variance, moments.slope_second
    torch = torch_gain(activation, values)
    return (
        Gain("1/√E f²", "forward: the second moment", _over(second, math.hypot(mean, std))),
        Gain("1/√Var f", "forward: the variance (NFNet, timm)", _over(variance, std)),
        Gain("1/√E f′²", "backward: the gradient's mean square", _over(slope, 1.0)),
        Gain("He", "√2: exact for ReLU alone", math.sqrt(2.0)),
        Gain("Glorot", "1 over the mean of both fans: exact for f = x", 1.0),
        Gain("LeCun", "1 over fan-in: exact for SELU and f = x", 1.0),
        Gain("torch", "calculate_gain: a table, SELU's ¾ a heuristic", torch),
    )


def _over(moment: float, scale: float) -> float:
    if math.isnan(moment):
        return math.nan
    return math.inf if moment <= 0.0 else scale / math.sqrt(moment)


def torch_gain(activation: str, values: Mapping[str, Value]) -> float:
    """Give what torch.nn.init.calculate_gain returns for an activation; NaN where it refuses.

    Source: PyTorch's documentation of `torch.nn.init.calculate_gain`.
    """
    table = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5.0 / 3.0, "selu": 0.75}
    slope = values.get("negative_slope")
    plain = not values.get("threshold") and values.get("max_value") is None
    if activation in ("relu", "leaky_relu") and plain:
        assert isinstance(slope, float)
        return math.sqrt(2.0) / math.hypot(1.0, slope)
    return table.get(activation, math.nan)
