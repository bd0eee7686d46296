"""How Keras's initializers start a weight, as lines of torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from actviz.param import refuse

# The spread of a normal distribution that is cut at two of its own is this much smaller.
_CUT = 0.87962566103423978
_SCALED: Mapping[str, tuple[float, str, str]] = MappingProxyType(
    {
        "glorot_uniform": (1.0, "fan_avg", "uniform"),
        "glorot_normal": (1.0, "fan_avg", "truncated_normal"),
        "he_uniform": (2.0, "fan_in", "uniform"),
        "he_normal": (2.0, "fan_in", "truncated_normal"),
        "lecun_uniform": (1.0, "fan_in", "uniform"),
        "lecun_normal": (1.0, "fan_in", "truncated_normal"),
        "variance_scaling": (1.0, "fan_in", "truncated_normal"),
    }
)
_PLAIN: Mapping[str, str] = MappingProxyType(
    {
        "zeros": "nn.init.zeros_(@)",
        "ones": "nn.init.ones_(@)",
        "random_uniform": "nn.init.uniform_(@, -0.05, 0.05)",
        "random_normal": "nn.init.normal_(@, std=0.05)",
        "truncated_normal": "nn.init.trunc_normal_(@, std=0.05, a=-0.1, b=0.1)",
        "orthogonal": "nn.init.orthogonal_(@.view(-1, @.shape[-1]))",
        "identity": "nn.init.eye_(@)",
    }
)


@dataclass(frozen=True)
class Weight:
    """A weight of a Keras layer: its name, shape, what its axes are, and how it starts.

    `ones` is the part of it, as a slice, that starts at one whatever the initializer says.
    """

    name: str
    shape: tuple[int, ...]
    axes: str
    start: object
    dtype: str = "float32"
    ones: str = ""


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Give fan-in and fan-out as Keras's initializers read them off a shape."""
    if len(shape) == 1:
        return shape[0], shape[0]
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


def starts(weight: Weight) -> list[str]:
    """Write the lines that make a weight's first values, under its name.

    Raises
    ------
    ValueError
        For an initializer that is not in the tables here.
    """
    kind = "" if weight.dtype != "float64" else ", dtype=torch.float64"
    sizes = ", ".join(map(str, weight.shape))
    lines = [
        f"{weight.name} = torch.empty({sizes}{kind})",
        _filled(weight).replace("@", weight.name),
    ]
    return lines + ([f"{weight.name}[{weight.ones}] = 1.0"] if weight.ones else [])


def _filled(weight: Weight) -> str:
    word = weight.start
    if isinstance(word, str) and word in _PLAIN:
        return _PLAIN[word]
    if isinstance(word, str) and word in _SCALED:
        return _variance_scaling(*_SCALED[word], weight.shape)
    raise refuse(f"{weight.name}'s initializer", word, f"one of {', '.join([*_SCALED, *_PLAIN])}")


def _variance_scaling(scale: float, mode: str, kind: str, shape: tuple[int, ...]) -> str:
    fan_in, fan_out = fans(shape)
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    variance = scale / max(1.0, fan)
    if kind == "uniform":
        limit = math.sqrt(3 * variance)
        return f"nn.init.uniform_(@, {-limit!r}, {limit!r})"
    if kind == "untruncated_normal":
        return f"nn.init.normal_(@, std={math.sqrt(variance)!r})"
    spread = math.sqrt(variance) / _CUT
    return f"nn.init.trunc_normal_(@, std={spread:.9g}, a={-2 * spread:.9g}, b={2 * spread:.9g})"
