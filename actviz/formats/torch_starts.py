"""How Keras's initializers start a weight, as lines of torch."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from actviz.layers.starts import CUT, SCALED, Scaling
from actviz.param import refuse

_AROUND = {"mean": 0.0, "stddev": 0.05}
_FORMS: Mapping[str, tuple[str, Mapping[str, float]]] = MappingProxyType(
    {
        "zeros": ("nn.init.zeros_(@)", {}),
        "ones": ("nn.init.ones_(@)", {}),
        "constant": ("nn.init.constant_(@, {value!r})", {"value": 0.0}),
        "random_uniform": (
            "nn.init.uniform_(@, {minval!r}, {maxval!r})",
            {"minval": -0.05, "maxval": 0.05},
        ),
        "random_normal": ("nn.init.normal_(@, {mean!r}, {stddev!r})", _AROUND),
        "orthogonal": ("nn.init.orthogonal_(@.view(-1, @.shape[-1]), {gain!r})", {"gain": 1.0}),
        "identity": ("nn.init.eye_(@).mul_({gain!r})", {"gain": 1.0}),
    }
)
_SPELLED = re.compile(r"(\w+)(?:\((.*)\))?", re.ASCII)


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
    """Write the line for a word, or for one with arguments: `random_normal(stddev=0.1)`."""
    name, given = _taken_apart(str(weight.start))
    if name in _FORMS:
        text, defaults = _FORMS[name]
        return text.format(**_numbers(defaults, given))
    if name == "truncated_normal":
        around = _numbers(_AROUND, given)
        return _cut_normal(around["mean"], around["stddev"])
    if name not in SCALED:
        known = (*SCALED, *_FORMS, "truncated_normal")
        raise refuse(f"{weight.name}'s initializer", weight.start, f"one of {', '.join(known)}")
    own = SCALED[name]
    scale = _numbers({"scale": own.scale}, given)["scale"]
    mode, kind = given.get("mode", own.mode), given.get("distribution", own.distribution)
    return _variance_scaling(Scaling(scale, mode, kind), weight.shape)


def _taken_apart(text: str) -> tuple[str, dict[str, str]]:
    found = _SPELLED.fullmatch(text)
    if found is None:
        return text, {}
    pairs = (each.partition("=") for each in (found[2] or "").split(",") if each)
    return found[1], {key.strip(): value.strip() for key, _, value in pairs}


def _numbers(defaults: Mapping[str, float], given: Mapping[str, str]) -> dict[str, float]:
    return {key: float(given.get(key, default)) for key, default in defaults.items()}


def _cut_normal(mean: float, spread: float) -> str:
    """Write a normal distribution that is cut at two of its own spread."""
    if spread == 0.0:
        return f"nn.init.constant_(@, {mean!r})"
    low, high = (f"{mean + side * spread:.9g}" for side in (-2, 2))
    return f"nn.init.trunc_normal_(@, {mean:.9g}, {spread:.9g}, {low}, {high})"


def _variance_scaling(scaled: Scaling, shape: tuple[int, ...]) -> str:
    variance = scaled.variance(*fans(shape))
    if scaled.distribution == "uniform":
        limit = math.sqrt(3 * variance)
        return f"nn.init.uniform_(@, {-limit!r}, {limit!r})"
    if scaled.distribution == "untruncated_normal":
        return f"nn.init.normal_(@, 0.0, {math.sqrt(variance)!r})"
    return _cut_normal(0.0, math.sqrt(variance) / CUT)
