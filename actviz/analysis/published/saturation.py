"""Which side saturates and how, where slopes become small, and how much of N(0, 1) lands there."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from actviz.analysis.published.check import Check
from actviz.analysis.published.solving import curve_of, f_of, root
from actviz.analysis.saturation import Saturation, saturation, saturation_of
from actviz.param import Value

_GULCEHRE = "Gulcehre et al. 2016, arXiv:1603.00391, definitions"
_NORMAL = "table of the normal distribution"
_MPMATH = "mpmath, 30 digits"


def _classes(activation: str, **values: Value) -> str:
    found = saturation_of(curve_of(activation, **values))
    return f"{found.left}, {found.right}"


def _class(title: str, published: str, activation: str, note: str = "", **values: Value) -> Check:
    ours = partial(_classes, activation, **values)
    return Check(f"{title}: left, right", published, ours, _GULCEHRE, note=note)


def _turning_points(activation: str) -> float:
    return float(len(saturation(activation).turning_points))


def _edge(activation: str, epsilon: float) -> float:
    edge = saturation(activation, epsilon=epsilon).right_edge
    return math.nan if edge is None else edge


def _near_limit() -> float:
    """Give the x from which the sigmoid is within 1 % of its limit."""
    sigmoid = f_of("sigmoid")
    return root(lambda x: float(sigmoid(np.array([x]))[0]) - 0.99, 0.0, 10.0)


def _leaky(epsilon: float) -> Saturation:
    return saturation("leaky_relu", negative_slope=0.01, epsilon=epsilon)


_CLASSES = (
    _class("sigmoid", "soft, soft", "sigmoid"),
    _class("tanh", "soft, soft", "tanh"),
    _class("hard sigmoid 1/6", "hard, hard", "hard_sigmoid"),
    _class("hard sigmoid 0.2", "hard, hard", "hard_sigmoid", alpha=0.2),
    _class("ReLU", "hard, none", "relu"),
    _class("thresholded ReLU", "hard, none", "thresholded_relu"),
    _class("leaky ReLU", "none, none", "leaky_relu"),
    _class("leaky ReLU, slope 0", "hard, none", "leaky_relu", negative_slope=0.0),
    _class("ELU", "soft, none", "elu"),
    _class("SELU", "soft, none", "selu"),
    _class("GELU", "soft, none", "gelu"),
    _class("Swish", "soft, none", "swish"),
    Check(
        "GELU: turning points",
        "1",
        lambda: _turning_points("gelu"),
        "one minimum",
        note="f′ is small there too, but that is not saturation",
    ),
    Check("Swish: turning points", "1", lambda: _turning_points("swish"), "one minimum"),
)
_EDGES = (
    Check("sigmoid within 1 % of 1 from ln 99", "4.59511985", _near_limit, "closed form"),
    Check("sigmoid′ < 0.01 from", "4.58486334", lambda: _edge("sigmoid", 0.01), _MPMATH),
    Check(
        "sigmoid′ < 1 % of its maximum from",
        "5.98644569",
        lambda: _edge("sigmoid", 0.0025),
        _MPMATH,
    ),
    Check("tanh′ < 0.01 from", "2.99322285", lambda: _edge("tanh", 0.01), _MPMATH),
)
_MASSES = (
    Check(
        "hard sigmoid 0.2: P(|z| > 2.5)",
        "0.0124193307",
        lambda: saturation("hard_sigmoid", alpha=0.2).probability,
        _NORMAL,
    ),
    Check(
        "hard sigmoid 1/6: P(|z| > 3)",
        "0.0026997961",
        lambda: saturation("hard_sigmoid").probability,
        _NORMAL,
    ),
    Check(
        "thresholded ReLU: Φ(1)",
        "0.8413447461",
        lambda: saturation("thresholded_relu").probability,
        _NORMAL,
    ),
    Check(
        "leaky ReLU 0.01: P(|f′| < 0.01)",
        "0",
        lambda: _leaky(0.01).small_slope,
        "exact: the bound is strict",
    ),
    Check(
        "leaky ReLU 0.01: P(|f′| < 0.0100000001)",
        "0.5",
        lambda: _leaky(0.0100000001).small_slope,
        "exact: half the input, and no saturation",
        exact=True,
    ),
)
CHECKS: tuple[Check, ...] = (*_CLASSES, *_EDGES, *_MASSES)
