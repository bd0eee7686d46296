"""The catalogue of activation functions: `Activation`, `ROWS` and `row`."""

from __future__ import annotations

from enum import Enum

from actviz.activations.rectifiers import LEAKY_RELU, LINEAR, RELU, THRESHOLDED_RELU
from actviz.activations.row import Break, Derived, Pair, Row
from actviz.activations.sigmoids import HARD_SIGMOID, SIGMOID, TANH
from actviz.activations.smooth import ELU, GELU, SELU, SWISH
from actviz.activations.vector import SOFTMAX

__all__ = ["ROWS", "Activation", "Break", "Derived", "Pair", "Row", "row"]

ROWS: tuple[Row, ...] = (
    ELU,
    GELU,
    HARD_SIGMOID,
    LEAKY_RELU,
    RELU,
    SELU,
    SIGMOID,
    SOFTMAX,
    SWISH,
    THRESHOLDED_RELU,
    LINEAR,
    TANH,
)
"""All built-in activations, in the order of the source page, then the layers' other defaults."""

_BY_NAME = {each.name: each for each in ROWS}


class Activation(Enum):
    """The built-in activations; the values are the names used in files and commands."""

    ELU = "elu"
    GELU = "gelu"
    HARD_SIGMOID = "hard_sigmoid"
    LEAKY_RELU = "leaky_relu"
    RELU = "relu"
    SELU = "selu"
    SIGMOID = "sigmoid"
    SOFTMAX = "softmax"
    SWISH = "swish"
    THRESHOLDED_RELU = "thresholded_relu"
    LINEAR = "linear"
    TANH = "tanh"

    @property
    def row(self) -> Row:
        """The row of this activation."""
        return _BY_NAME[self.value]


def row(activation: Activation | str) -> Row:
    """Find a row by its enum member or its name; ValueError lists the names."""
    name = activation.value if isinstance(activation, Activation) else activation
    if not isinstance(name, str) or name not in _BY_NAME:
        allowed = ", ".join(_BY_NAME)
        raise ValueError(f"activation: {name!r} is not allowed; it must be one of {allowed}")
    return _BY_NAME[name]
