"""Activations in ONNX: the operator where there is one with these values, else the formula's tree.

`FORMS` says which operators an activation is; where none is, or ONNX Runtime has none in the number
format, the row's own formula is written node by node, so that a new row needs no entry here.
Attributes are float32: in float64 a value that float32 does not hold is written as a formula too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from actviz.activations import row
from actviz.formats.dialect import Words
from actviz.formats.onnx_expression import Writer
from actviz.formats.onnx_graph import Attribute, Builder
from actviz.param import Value

Values = Mapping[str, Value]
Activation = tuple[str, Values]


@dataclass(frozen=True, slots=True)
class Step:
    """One operator of a chain: attributes, and numbers that are inputs (None: left out).

    `again` makes the activation's own input the first input, and the value so far the second.
    """

    op: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    numbers: tuple[float | None, ...] = ()
    shape: tuple[int, ...] = ()
    again: bool = False


Form = Callable[[Values], tuple[Step, ...]]
"""From an activation's values to a chain of operators; an empty one where there is none."""

WORDS: Words = MappingProxyType(
    {
        "celu": {"alpha": 1.0},
        "elu": {"alpha": 1.0},
        "gelu": {"approximate": "none"},
        "hard_shrink": {"threshold": 0.5},
        "hard_sigmoid": {"alpha": 0.2, "beta": 0.5},
        "hard_swish": {},
        "leaky_relu": {"negative_slope": 0.01, "max_value": None, "threshold": 0.0},
        "mish": {},
        "relu": {"negative_slope": 0.0, "max_value": None, "threshold": 0.0},
        "selu": {},
        "sigmoid": {},
        "softmax": {"axis": -1},
        "softplus": {"beta": 1.0},
        "softsign": {},
        "tanh": {},
        "thresholded_relu": {"theta": 1.0},
    }
)
"""What ONNX's operators mean where no attribute is written, from operator set 13 on."""


def write_activation(
    builder: Builder, x: str, activation: Activation, axis: int | None = None
) -> str:
    """Write an activation of a value and give the result's name.

    `axis` is where a softmax acts, if not on the axis of its values.

    Raises
    ------
    ValueError
        For what ONNX, or ONNX Runtime in this number format, does not have.
    """
    name, values = activation
    steps = chain(builder, name, values if axis is None else {**values, "axis": axis})
    if steps is None:
        formula = row(name).bound(values).textbook_pair.f
        return Writer(builder, x).value(formula.resolve(row(name).numbers(values)).tree)
    value = x
    for step in steps:
        value = _step(builder, step, value, x)
    return value


def _step(builder: Builder, step: Step, value: str, x: str) -> str:
    inputs = [value]
    if step.again:
        inputs.insert(0, x)
    for number in step.numbers:
        inputs.append("" if number is None else builder.number(number, step.shape))
    return builder.node(step.op, *inputs, **step.attributes)


def chain(builder: Builder, name: str, values: Values) -> tuple[Step, ...] | None:
    """Give the operators an activation is; None where it is a graph of its formula."""
    if name not in FORMS:
        return None
    steps = FORMS[name](values)
    if name != "linear" and not steps:
        return None
    if not all(builder.runs(step.op) and _held(builder, step) for step in steps):
        return None
    return steps


def _held(builder: Builder, step: Step) -> bool:
    """Tell whether float32 attributes hold a step's values as exactly as the format does."""
    floats = [each for each in step.attributes.values() if isinstance(each, float)]
    with np.errstate(over="ignore"):
        return all(
            np.isfinite(np.float32(each))
            and (builder.dtype != "float64" or float(np.float32(each)) == each)
            for each in floats
        )


def _number(value: Value) -> float:
    assert isinstance(value, (int, float))
    return float(value)


def _operator(op: str, **names: str) -> Form:
    """Make the form of one operator; its attributes are called as given, our values as named."""

    def form(values: Values) -> tuple[Step, ...]:
        return (Step(op, {key: _number(values[name]) for key, name in names.items()}),)

    return form


def _gelu(values: Values) -> tuple[Step, ...]:
    return (Step("Gelu", {"approximate": str(values["approximate"])}),)


def _softmax(values: Values) -> tuple[Step, ...]:
    axis = values["axis"]
    assert isinstance(axis, int)
    return (Step("Softmax", {"axis": axis}),)


def _soft_shrink(values: Values) -> tuple[Step, ...]:
    threshold = _number(values["threshold"])
    return (Step("Shrink", {"lambd": threshold, "bias": threshold}),)


def _hard_shrink(values: Values) -> tuple[Step, ...]:
    return (Step("Shrink", {"lambd": _number(values["threshold"]), "bias": 0.0}),)


def _softplus(values: Values) -> tuple[Step, ...]:
    return (Step("Softplus"),) if values["beta"] == 1 else ()


def _swish(values: Values) -> tuple[Step, ...]:
    beta = _number(values["beta"])
    scaled = () if beta == 1 else (Step("Mul", numbers=(beta,)),)
    return (*scaled, Step("Sigmoid"), Step("Mul", again=True))


def _threshold(values: Values) -> tuple[Step, ...]:
    kept = values["default_value"] == 0
    return (Step("ThresholdedRelu", {"alpha": _number(values["threshold"])}),) if kept else ()


def _clip(low: float | None, high: float | None) -> Step:
    return Step("Clip", numbers=(low, high))


def _hard_tanh(values: Values) -> tuple[Step, ...]:
    return (_clip(_number(values["min_value"]), _number(values["max_value"])),)


def _prelu(values: Values) -> tuple[Step, ...]:
    return (Step("PRelu", numbers=(_number(values["alpha"]),), shape=(1,)),)


def _relu(values: Values) -> tuple[Step, ...]:
    """Give Keras's ReLU, as far as operators say it: with slope and threshold none does."""
    slope, threshold = _number(values["negative_slope"]), _number(values["threshold"])
    limit = None if values["max_value"] is None else _number(values["max_value"])
    if limit is not None and (limit < 0 or slope < 0):
        return ()
    if threshold == 0 and slope == 0:
        return (Step("Relu"),) if limit is None else (_clip(0.0, limit),)
    cut = () if limit is None else (_clip(None, limit),)
    if threshold == 0:
        return (Step("LeakyRelu", {"alpha": slope}), *cut)
    return (Step("ThresholdedRelu", {"alpha": threshold}), *cut) if slope == 0 else ()


def _fixed(*steps: Step) -> Form:
    """Make the form of an activation without values."""
    return lambda values: steps


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "celu": _operator("Celu", alpha="alpha"),
        "elu": _operator("Elu", alpha="alpha"),
        "exponential": _fixed(Step("Exp")),
        "gelu": _gelu,
        "hard_shrink": _hard_shrink,
        "hard_sigmoid": _operator("HardSigmoid", alpha="alpha", beta="beta"),
        "hard_swish": _fixed(Step("HardSwish")),
        "hard_tanh": _hard_tanh,
        "leaky_relu": _relu,
        "linear": _fixed(),
        "log_sigmoid": _fixed(Step("Neg"), Step("Softplus"), Step("Neg")),
        "mish": _fixed(Step("Mish")),
        "prelu": _prelu,
        "relu": _relu,
        "relu6": _fixed(_clip(0.0, 6.0)),
        "selu": _fixed(Step("Selu")),
        "sigmoid": _fixed(Step("Sigmoid")),
        "soft_shrink": _soft_shrink,
        "softmax": _softmax,
        "softplus": _softplus,
        "softsign": _fixed(Step("Softsign")),
        "sparse_sigmoid": _fixed(Step("HardSigmoid", {"alpha": 0.5, "beta": 0.5})),
        "swish": _swish,
        "tanh": _fixed(Step("Tanh")),
        "threshold": _threshold,
        "thresholded_relu": _operator("ThresholdedRelu", alpha="theta"),
    }
)
