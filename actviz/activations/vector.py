"""Functions of a whole vector, shown as their slice along one coordinate."""

from __future__ import annotations

import math
from collections.abc import Mapping

from actviz.activations.row import Derived, Row
from actviz.param import Integer, Param, Value, Vector


def _largest(values: Mapping[str, Value]) -> float:
    """Find the largest of the other logits."""
    logits = values["logits"]
    assert isinstance(logits, tuple)
    return max(logits)


def _rest(values: Mapping[str, Value]) -> float:
    """Compute log Σ e^(z − largest) over the other logits: 0 for one, never more than log n.

    It is kept apart from the largest, next to which it would lose its digits.
    """
    logits = values["logits"]
    assert isinstance(logits, tuple)
    return math.log(math.fsum(math.exp(z - _largest(values)) for z in logits))


def _others(values: Mapping[str, Value]) -> float:
    """Compute Σ e^z over the other logits; +∞ where that is too large for float64."""
    try:
        logits = values["logits"]
        assert isinstance(logits, tuple)
        return math.fsum(math.exp(z) for z in logits)
    except OverflowError:
        return math.inf


SOFTMAX = Row(
    "softmax",
    "Softmax",
    "vector",
    f="exp(x) / (exp(x) + others)",
    df="exp(x) / (exp(x) + others) * (others / (exp(x) + others))",
    kernel=("sigmoid_shifted(x, largest, rest)", "sigmoid_shifted_grad(x, largest, rest)"),
    params=(
        Param("axis", -1, Integer(), doc="the axis of the input along which the sum is 1"),
        Param(
            "logits",
            (0.0,),
            Vector(),
            doc="the other logits, which stay fixed while one moves along x",
            symbol="z",
        ),
    ),
    derived=(
        Derived("others", r"\sum_{j \ne k} e^{z_{j}}", _others),
        Derived("largest", r"\max_{j \ne k} z_{j}", _largest),
        Derived("rest", r"\ln \sum_{j \ne k} e^{z_{j} - \max z}", _rest),
    ),
    vector=True,
    doc="Turns a vector of log-odds into probabilities that sum to 1, each vector on its own.",
    source="Bridle 1990, Training Stochastic Model Recognition Algorithms as Networks",
)
