"""Sigmoids: bounded and monotone."""

from __future__ import annotations

from collections.abc import Mapping

from actviz.activations.row import Derived, Row
from actviz.param import FINITE, POSITIVE, Param, Value

SIGMOID = Row(
    "sigmoid",
    "Sigmoid",
    "sigmoids",
    f="1 / (1 + exp(-x))",
    df="exp(-x) / (1 + exp(-x)) ** 2",
    kernel=("sigmoid(x)", "sigmoid_grad(x)"),
    doc="Squashes any input into (0, 1); a softmax over two elements of which the second is 0.",
    source="the logistic function (Verhulst 1838)",
)


def _left_corner(values: Mapping[str, Value]) -> float:
    return _corner(values, 0.0)


def _right_corner(values: Mapping[str, Value]) -> float:
    return _corner(values, 1.0)


def _corner(values: Mapping[str, Value], height: float) -> float:
    """Solve alpha·x + beta = height in float64; ±∞ where that lies beyond it."""
    alpha, beta = values["alpha"], values["beta"]
    assert isinstance(alpha, float)
    assert isinstance(beta, float)
    return (height - beta) / alpha


HARD_SIGMOID = Row(
    "hard_sigmoid",
    "Hard sigmoid",
    "sigmoids",
    f="min(max(alpha * x + beta, 0), 1)",
    df="0 if x <= left else alpha if x <= right else 0",
    kernel=("hard_sigmoid(x, alpha, beta)", "hard_sigmoid_grad(x, alpha, left, right)"),
    params=(
        Param(
            "alpha",
            1.0 / 6.0,
            POSITIVE,
            slider=(0.05, 1.0),
            doc="the slope between the corners; 1/6 in Keras 3 and torch, 0.2 in Keras 2 and ONNX",
            symbol=r"\alpha",
        ),
        Param(
            "beta",
            0.5,
            FINITE,
            slider=(-0.5, 1.5),
            doc="the value at 0, before the cut",
            symbol=r"\beta",
        ),
    ),
    derived=(
        Derived("left", r"-\frac{\beta}{\alpha}", _left_corner),
        Derived("right", r"\frac{1 - \beta}{\alpha}", _right_corner),
    ),
    kinks=("left", "right"),
    doc="A piecewise linear stand-in for the sigmoid: faster, and exactly flat outside.",
    source="Courbariaux, Bengio, David 2015, arXiv:1511.00363, equation 3",
)

HARD_TANH = Row(
    "hard_tanh",
    "Hard tanh",
    "sigmoids",
    f="min(max(x, min_value), max_value)",
    df="0 if x <= min_value else 1 if x <= max_value else 0",
    kernel=("hard_tanh(x, min_value, max_value)", "hard_tanh_grad(x, min_value, max_value)"),
    params=(
        Param(
            "min_value",
            -1.0,
            FINITE,
            slider=(-3.0, 3.0),
            doc="f is no less than this, unless the upper bound is",
            symbol="a",
        ),
        Param(
            "max_value", 1.0, FINITE, slider=(-3.0, 3.0), doc="f is no more than this", symbol="b"
        ),
    ),
    kinks=("min_value", "max_value"),
    doc="A piecewise linear stand-in for tanh: the input itself between two bounds.",
    source="Collobert, Weston, Bottou et al. 2011, arXiv:1103.0398; the bounds as in "
    "torch.nn.Hardtanh",
)

SOFTSIGN = Row(
    "softsign",
    "Softsign",
    "sigmoids",
    f="x / (1 + abs(x))",
    df="1 / (1 + abs(x)) ** 2",
    kernel=("softsign(x)", "softsign_grad(x)"),
    kinks=("0",),
    doc="Squashes any input into (−1, 1) like tanh, but nears its limits as slowly as 1/x.",
    source="Bergstra, Desjardins, Lamblin, Bengio 2009, Quadratic Polynomials Learn Better Image "
    "Features",
)

SPARSE_SIGMOID = Row(
    "sparse_sigmoid",
    "Sparse sigmoid",
    "sigmoids",
    f="min(max((x + 1) / 2, 0), 1)",
    df="0 if x <= -1 else 0.5 if x <= 1 else 0",
    kernel=("hard_sigmoid(x, 0.5, 0.5)", "hard_sigmoid_grad(x, 0.5, -1, 1)"),
    kinks=("-1", "1"),
    doc="A hard sigmoid of slope 1/2: a sparsemax over two elements of which the second is 0, "
    "and the slope of the sparse plus.",
    source="Blondel, Martins, Niculae 2019, arXiv:1901.02324",
)

TANH = Row(
    "tanh",
    "Tanh",
    "sigmoids",
    f="tanh(x)",
    df="1 - tanh(x) ** 2",
    kernel=("tanh(x)", "tanh_grad(x)"),
    doc="Squashes any input into (−1, 1), centred at 0.",
    source="the hyperbolic tangent; LeCun, Bottou, Orr, Müller 1998, Efficient BackProp",
)
