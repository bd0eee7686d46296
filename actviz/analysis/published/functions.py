"""Constants of the functions themselves: slopes, minima, how far stand-ins lie off."""

from __future__ import annotations

import numpy as np

from actviz.activations import row
from actviz.analysis.curve import Array
from actviz.analysis.difference import difference
from actviz.analysis.moments import moments
from actviz.analysis.published.check import Check
from actviz.analysis.published.solving import (
    Function,
    Place,
    curve_of,
    df_of,
    extremum,
    f_of,
    integral,
    largest,
    root,
    slope_extremum,
)
from actviz.analysis.readings import readings
from actviz.expression import Formula
from actviz.param import Value
from actviz.vectors import SoftmaxRequest, numpy_jacobian

_SWISH = "Ramachandran, Zoph, Le 2017, arXiv:1710.05941"
_CLOSED = "closed form"
_MPMATH = "mpmath, 30 digits"
_GELU: dict[str, Value] = {"approximate": "none"}
_TANH_GELU: dict[str, Value] = {"approximate": "tanh"}
_QUICK: dict[str, Value] = {"beta": 1.702}
_KERAS_3: dict[str, Value] = {"alpha": 1.0 / 6.0, "beta": 0.5}
_KERAS_2: dict[str, Value] = {"alpha": 0.2, "beta": 0.5}
_QUARTER: dict[str, Value] = {"alpha": 0.25, "beta": 0.5}
_LECUN = Formula.own("1.7159 * tanh(2 * x / 3)")


def lipschitz(activation: str, **values: Value) -> float:
    """Give the Lipschitz constant of an activation, infinite where it jumps."""
    return readings(row(activation), dict(values)).lipschitz


def _gap(first: Function, second: Function) -> Function:
    def apart(x: Array) -> Array:
        return first(x) - second(x)

    return apart


def _tanh_slopes() -> Place:
    """Find where f′ of the two forms of GELU differs most, on the right."""
    return largest(_gap(df_of("gelu", _TANH_GELU), df_of("gelu", _GELU)), 0.0, 6.0)


def _quick_slopes() -> Place:
    return largest(_gap(df_of("swish", _QUICK), df_of("gelu", _GELU)), 0.0, 6.0)


def _size(first: str, values: dict[str, Value], second: str, others: dict[str, Value]) -> float:
    return difference(first, values, second, others).size


def _place(first: str, values: dict[str, Value], second: str, others: dict[str, Value]) -> float:
    """Give the rightmost x where two functions differ most."""
    return difference(first, values, second, others).places[-1]


def _kink_beside_sigmoid() -> float:
    """Find where the hard sigmoid of slope 1/6 lies farthest below or above the sigmoid."""
    gap = _gap(f_of("hard_sigmoid", _KERAS_3), f_of("sigmoid"))
    return largest(gap, 0.0, 3.0).x


def best_slope() -> float:
    """Give the slope of the hard sigmoid that is nearest to the sigmoid in the mean square.

    Beyond its corners neither changes with it, so the condition is ∫ x·(αx + ½ − σ(x)) = 0
    between them.
    """
    sigmoid = f_of("sigmoid")

    def condition(alpha: float) -> float:
        return integral(lambda x: x * (alpha * x + 0.5 - sigmoid(x)), 0.0, 0.5 / alpha)

    return root(condition, 0.1, 0.3)


def softmax_norm(temperature: float = 1.0) -> float:
    """Give the largest spectral norm of softmax's Jacobian over pairs of logits."""
    logits = np.stack([np.linspace(-8.0, 8.0, 1601), np.zeros(1601)], axis=1)
    slopes = numpy_jacobian(SoftmaxRequest.of(logits, -1, temperature))
    return float(np.max(np.linalg.norm(slopes, 2, axis=(1, 2))))


def _lecun(order: int, x: float) -> float:
    function = df_of(_LECUN) if order else f_of(_LECUN)
    return float(function(np.array([x]))[0])


_EXTREMA = (
    Check("sigmoid′, maximum", "0.25", lambda: lipschitz("sigmoid"), "exact: 1/4 at 0", exact=True),
    Check("GELU, minimum", "-0.1699712074799", lambda: extremum("gelu", True).value, _MPMATH),
    Check("GELU, minimum at", "-0.7517915246936", lambda: extremum("gelu", True).x, _MPMATH),
    Check(
        "GELU′, maximum Φ(√2) + √2·φ(√2)",
        "1.1289041451852",
        lambda: slope_extremum("gelu", False).value,
        _CLOSED,
    ),
    Check(
        "GELU′, maximum at √2", "1.4142135623731", lambda: slope_extremum("gelu", False).x, _CLOSED
    ),
    Check(
        "GELU′, minimum", "-0.1289041451852", lambda: slope_extremum("gelu", True).value, _CLOSED
    ),
    Check(
        "GELU′, minimum at −√2", "-1.4142135623731", lambda: slope_extremum("gelu", True).x, _CLOSED
    ),
    Check("Swish, minimum", "-0.278", lambda: extremum("swish", True).value, _SWISH),
    Check(
        "Swish, minimum −W(1/e)",
        "-0.2784645427611",
        lambda: extremum("swish", True).value,
        _CLOSED,
    ),
    Check(
        "Swish, minimum at −1 − W(1/e)",
        "-1.2784645427611",
        lambda: extremum("swish", True).x,
        _CLOSED,
    ),
    Check("Swish′, maximum", "1.1", lambda: slope_extremum("swish", False).value, _SWISH),
    Check(
        "Swish′, maximum", "1.0998393201289", lambda: slope_extremum("swish", False).value, _MPMATH
    ),
    Check(
        "Swish′, maximum at", "2.3993572805155", lambda: slope_extremum("swish", False).x, _MPMATH
    ),
    Check(
        "Swish′, minimum", "-0.0998393201289", lambda: slope_extremum("swish", True).value, _MPMATH
    ),
    Check(
        "Swish′, minimum at", "-2.3993572805155", lambda: slope_extremum("swish", True).x, _MPMATH
    ),
)
_STAND_INS = (
    Check(
        "GELU, tanh form − exact, maximum",
        "4.7e-4",
        lambda: _size("gelu", _TANH_GELU, "gelu", _GELU),
        "goodfire/spd",
        note="cumo prints 4.1e-4, from a coarser sample; tvm allows 5e-4",
    ),
    Check(
        "GELU, tanh form − exact, maximum",
        "4.73235521e-4",
        lambda: _size("gelu", _TANH_GELU, "gelu", _GELU),
        _MPMATH,
    ),
    Check(
        "GELU, tanh form − exact: where it is largest",
        "2.69894",
        lambda: _place("gelu", _TANH_GELU, "gelu", _GELU),
        _MPMATH,
    ),
    Check(
        "GELU′, tanh form − exact, maximum",
        "8.684518350e-4",
        lambda: _tanh_slopes().value,
        _MPMATH,
        note="also quoted as 8.683e-4 at 2.025, from a coarse sample",
    ),
    Check(
        "GELU′, tanh form − exact: where it is largest",
        "2.018656",
        lambda: _tanh_slopes().x,
        _MPMATH,
    ),
    Check(
        "x·σ(1.702x) − GELU, maximum",
        "0.0203348722",
        lambda: _size("swish", _QUICK, "gelu", _GELU),
        _MPMATH,
    ),
    Check(
        "x·σ(1.702x) − GELU: where it is largest",
        "2.2704",
        lambda: _place("swish", _QUICK, "gelu", _GELU),
        _MPMATH,
    ),
    Check(
        "x·σ(1.702x) − GELU: maximum of the derivatives",
        "0.0290720455",
        lambda: _quick_slopes().value,
        _MPMATH,
    ),
    Check(
        "hard sigmoid (1/6) − sigmoid, maximum",
        "0.0691821518",
        lambda: _size("hard_sigmoid", _KERAS_3, "sigmoid", {}),
        _MPMATH,
    ),
    Check(
        "hard sigmoid (1/6) − sigmoid: where it is largest",
        "1.31696",
        _kink_beside_sigmoid,
        "closed form: σ′(x) = 1/6",
    ),
    Check(
        "hard sigmoid (0.2) − sigmoid, maximum",
        "0.075858",
        lambda: _size("hard_sigmoid", _KERAS_2, "sigmoid", {}),
        "exact: 1 − σ(2.5)",
    ),
    Check(
        "hard sigmoid (0.2) − sigmoid: where it is largest",
        "2.5",
        lambda: _place("hard_sigmoid", _KERAS_2, "sigmoid", {}),
        "exact",
        exact=True,
    ),
    Check(
        "hard sigmoid (0.25) − sigmoid, maximum",
        "0.119203",
        lambda: _size("hard_sigmoid", _QUARTER, "sigmoid", {}),
        "exact: 1 − σ(2)",
    ),
    Check(
        "hard sigmoid, slope 0.2 − 1/6, maximum",
        "0.083333333333333",
        lambda: _size("hard_sigmoid", _KERAS_2, "hard_sigmoid", _KERAS_3),
        "exact: 1/12 at ±2.5",
    ),
    Check("hard sigmoid, slope of least squares", "0.19233122", best_slope, _MPMATH),
    Check(
        "hard sigmoid of least squares, cut off at",
        "2.5996819",
        lambda: 0.5 / best_slope(),
        _MPMATH,
    ),
)
_LECUN_1998 = "LeCun, Bottou, Orr, Müller 1998, Efficient BackProp"
_OTHERS = (
    Check("1.7159·tanh(2x/3) at 1", "1.000", lambda: _lecun(0, 1.0), _LECUN_1998),
    Check("1.7159·tanh(2x/3) at 1", "0.9999972559", lambda: _lecun(0, 1.0), _MPMATH),
    Check(
        "1.7159·tanh(2x/3): slope at 0",
        "1.1439333",
        lambda: _lecun(1, 0.0),
        "exact: 1.7159·2/3",
    ),
    Check(
        "1.7159·tanh(2x/3): E f² under N(0, 1)",
        "0.7504302763",
        lambda: moments(_LECUN).second,
        _MPMATH,
    ),
    Check("Lipschitz constant: tanh", "1", lambda: lipschitz("tanh"), "exact"),
    Check("Lipschitz constant: ReLU", "1", lambda: lipschitz("relu"), "exact"),
    Check("Lipschitz constant: leaky ReLU", "1", lambda: lipschitz("leaky_relu"), "exact"),
    Check("Lipschitz constant: ELU α = 0.7", "1", lambda: lipschitz("elu", alpha=0.7), "exact"),
    Check("Lipschitz constant: ELU α = 2", "2", lambda: lipschitz("elu", alpha=2.0), "exact"),
    Check("Lipschitz constant: SELU λα", "1.7580993", lambda: lipschitz("selu"), _CLOSED),
    Check(
        "Lipschitz constant: hard sigmoid",
        "0.166666666666667",
        lambda: lipschitz("hard_sigmoid"),
        "exact: 1/6",
    ),
    Check("Lipschitz constant: GELU", "1.1289041", lambda: lipschitz("gelu"), _CLOSED),
    Check("Lipschitz constant: Swish", "1.0998393", lambda: lipschitz("swish"), _MPMATH),
    Check(
        "Lipschitz constant: thresholded ReLU",
        "inf",
        lambda: lipschitz("thresholded_relu"),
        "exact: it jumps by θ",
    ),
    Check(
        "thresholded ReLU (θ = 1), jump at θ",
        "1",
        lambda: curve_of("thresholded_relu").breaks[0].f_right,
        "exact: θ",
    ),
    Check("Lipschitz constant: softmax", "0.5", softmax_norm, "Nair, arXiv:2510.23012", exact=True),
    Check(
        "Lipschitz constant: softmax, T = 2",
        "0.25",
        lambda: softmax_norm(2.0),
        "Nair, arXiv:2510.23012, with 1/(2T)",
        exact=True,
    ),
)
CHECKS: tuple[Check, ...] = (*_EXTREMA, *_STAND_INS, *_OTHERS)
