"""The catalogue of activation functions: `Activation`, `ROWS` and `row`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from actviz.activations import rectifiers, shrinks, sigmoids, smooth, vector
from actviz.activations.own import FORMULA, OwnRow
from actviz.activations.row import Break, Derived, Pair, Row
from actviz.expression import Formula
from actviz.param import Value

__all__ = [
    "FORMULA",
    "LISTED",
    "ROWS",
    "Activation",
    "Break",
    "Derived",
    "OwnRow",
    "Pair",
    "Row",
    "chosen",
    "row",
    "subject",
]

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
LISTED: tuple[Row, ...] = (*ROWS, FORMULA)
"""What a user can choose: these, and a formula of their own."""


def chosen(
    activation: Activation | str | Formula, values: Mapping[str, object]
) -> tuple[Row, dict[str, Value]]:
    """Give the row that an activation means with some values, and all its values, checked.

    A `Formula` means the row `formula` with its text; names in it that are no parameters of a
    user's formula, or functions that are not in its language, are a ValueError.
    """
    if isinstance(activation, Formula):
        values = {FORMULA.name: activation.text, **values}
    own = row(FORMULA.name if isinstance(activation, Formula) else activation).bound(values)
    return own, own.complete(values)


def subject(activation: str, values: Mapping[str, object]) -> tuple[str, object]:
    """Say which function a curve is of: its values do not matter, but a user's formula's text."""
    return activation, values[FORMULA.name] if activation == FORMULA.name else None


def row(activation: Activation | str) -> Row:
    """Find a row by its enum member or its name; ValueError lists the names.

    The row `formula` stands for every user's own f(x): with values, ask for `row(…).bound(values)`.
    """
    name = activation.value if isinstance(activation, Activation) else activation
    if name == FORMULA.name:
        return FORMULA
    if not isinstance(name, str) or name not in _BY_NAME:
        allowed = ", ".join([*(each.value for each in Activation), FORMULA.name])
        raise ValueError(f"activation: {name!r} is not allowed; it must be one of {allowed}")
    return _BY_NAME[name]
