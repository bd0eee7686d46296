"""The catalogue of activation functions: `Activation`, `ROWS` and `row`."""

from __future__ import annotations

from enum import Enum

from actviz.activations import rectifiers, shrinks, sigmoids, smooth, vector
from actviz.activations.row import Break, Derived, Pair, Row

__all__ = ["ROWS", "Activation", "Break", "Derived", "Pair", "Row", "row"]

_FAMILIES = (rectifiers, shrinks, sigmoids, smooth, vector)
_BY_NAME = {
    each.name: each
    for family in _FAMILIES
    for each in vars(family).values()
    if isinstance(each, Row)
}


class Activation(Enum):
    """The built-in activations, in the order in which they are listed; values are their names."""

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
    CELU = "celu"
    EXPONENTIAL = "exponential"
    HARD_SHRINK = "hard_shrink"
    HARD_SWISH = "hard_swish"
    HARD_TANH = "hard_tanh"
    LOG_SIGMOID = "log_sigmoid"
    MISH = "mish"
    PRELU = "prelu"
    RELU6 = "relu6"
    SOFT_SHRINK = "soft_shrink"
    SOFTPLUS = "softplus"
    SOFTSIGN = "softsign"
    SPARSE_PLUS = "sparse_plus"
    SPARSE_SIGMOID = "sparse_sigmoid"
    SQUAREPLUS = "squareplus"
    TANH_SHRINK = "tanh_shrink"
    THRESHOLD = "threshold"

    @property
    def row(self) -> Row:
        """The row of this activation."""
        return _BY_NAME[self.value]


ROWS: tuple[Row, ...] = tuple(each.row for each in Activation)
"""All built-in activations: the source page's, the layers' other defaults, the rest by name."""


def row(activation: Activation | str) -> Row:
    """Find a row by its enum member or its name; ValueError lists the names."""
    name = activation.value if isinstance(activation, Activation) else activation
    if not isinstance(name, str) or name not in _BY_NAME:
        allowed = ", ".join(each.value for each in Activation)
        raise ValueError(f"activation: {name!r} is not allowed; it must be one of {allowed}")
    return _BY_NAME[name]
