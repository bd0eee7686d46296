"""Reading Keras 3's operations: the plain computations behind its activations."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from actviz.activations import row
from actviz.formats.keras_activations import ACTIVATION_OPS, NN_OPS, Activation, plain
from actviz.formats.keras_objects import SavedObject
from actviz.param import Flag, Real, Value, refuse


def number_of(saved: SavedObject, key: str, default: float, low: float = -math.inf) -> float:
    """Read a finite number of at least `low`; ValueError names its place."""
    value = saved.config.get(key, default)
    number = Real(low=low).check(value, saved.at(key))
    assert isinstance(number, float)
    return number


def axis_of(saved: SavedObject) -> int:
    """Read the axis of a softmax; ValueError where it is not one whole number."""
    axis = saved.config.get("axis", -1)
    if isinstance(axis, bool) or not isinstance(axis, int):
        raise refuse(saved.at("axis"), axis, "one whole number")
    return axis


def relu_of(saved: SavedObject, low: float = -math.inf) -> Activation:
    """Read the values of a ReLU; ValueError where slope or threshold are below `low`."""
    limit: Value = None
    if saved.config.get("max_value") is not None:
        limit = number_of(saved, "max_value", 0.0, low=0.0)
    values = {
        "negative_slope": number_of(saved, "negative_slope", 0.0, low),
        "max_value": limit,
        "threshold": number_of(saved, "threshold", 0.0, low),
    }
    return plain("relu", values)


def _relu(saved: SavedObject) -> Activation:
    saved.only(("name", "negative_slope", "max_value", "threshold"))
    name, values = relu_of(saved)
    threshold = values["threshold"]
    assert isinstance(threshold, float)
    if values["max_value"] is not None and threshold < 0:
        allowed = "at least 0 with a max_value: Keras then clips away what lies below 0"
        raise refuse(saved.at("threshold"), threshold, allowed)
    return name, values


def _threshold(saved: SavedObject) -> Activation:
    """Read Threshold as of 3.11, which has no defaults: with a value of 0 a thresholded ReLU."""
    saved.only(("name", "threshold", "default_value"))
    threshold = number_of(saved, "threshold", math.nan)
    default = number_of(saved, "default_value", math.nan)
    if default == 0:
        return plain("thresholded_relu", {"theta": threshold})
    return plain("threshold", {"threshold": threshold, "default_value": default})


def _gelu(saved: SavedObject) -> Activation:
    saved.only(("name", "approximate"))
    value = saved.config.get("approximate", True)
    approximate = Flag().check(value, saved.at("approximate"))
    return plain("gelu", {"approximate": "tanh" if approximate else "none"})


def _softmax(saved: SavedObject) -> Activation:
    saved.only(("name", "axis"))
    return plain("softmax", {"axis": axis_of(saved)})


def _of_one_number(name: str, key: str, default: float) -> Callable[[SavedObject], Activation]:
    """Make the reader of an operation whose one number is called as ours."""
    param = next(each for each in row(name).params if each.name == key)

    def read(saved: SavedObject) -> Activation:
        saved.only(("name", key))
        value = saved.config.get(key, default)
        return plain(name, {key: param.domain.check(value, saved.at(key))})

    return read


OPERATIONS: Mapping[tuple[str, str], Callable[[SavedObject], Activation]] = MappingProxyType(
    {
        (NN_OPS, "Celu"): _of_one_number("celu", "alpha", 1.0),
        (NN_OPS, "Elu"): _of_one_number("elu", "alpha", 1.0),
        (NN_OPS, "Gelu"): _gelu,
        (NN_OPS, "HardShrink"): _of_one_number("hard_shrink", "threshold", 0.5),
        (NN_OPS, "LeakyRelu"): _of_one_number("leaky_relu", "negative_slope", 0.2),
        (NN_OPS, "SoftShrink"): _of_one_number("soft_shrink", "threshold", 0.5),
        (NN_OPS, "Softmax"): _softmax,
        (NN_OPS, "Squareplus"): _of_one_number("squareplus", "b", 4.0),
        (NN_OPS, "Threshold"): _threshold,
        (ACTIVATION_OPS, "ReLU"): _relu,
    }
)
