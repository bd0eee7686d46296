"""Gates over time: what a forget gate keeps, and what slopes do when they are multiplied."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from actviz.activations import row
from actviz.analysis.published.check import Check
from actviz.analysis.published.solving import f_of
from actviz.analysis.readings import readings
from actviz.param import Value

_CLOSED = "closed form"
_PASCANU = "Pascanu, Mikolov, Bengio 2013, arXiv:1211.5063: the bound γ of the slope"
_KERAS_2: dict[str, Value] = {"alpha": 0.2, "beta": 0.5}
_KERAS_3: dict[str, Value] = {"alpha": 1.0 / 6.0, "beta": 0.5}
_DIALECT = "a forget gate of bias 1 over 100 steps: only the dialect differs"


def _gate(
    bias: float, activation: str = "sigmoid", values: dict[str, Value] | None = None
) -> float:
    """Give the share that a forget gate of this bias keeps in a step."""
    return float(f_of(activation, values)(np.array([bias]))[0])


def _memory(
    bias: float, activation: str = "sigmoid", values: dict[str, Value] | None = None
) -> float:
    """Give the steps after which 1/e is left."""
    return -1.0 / math.log(_gate(bias, activation, values))


def _half_life(bias: float) -> float:
    return math.log(2.0) * _memory(bias)


def _steepest(activation: str) -> float:
    return readings(row(activation), {}).steepest.value


def _product(length: int) -> float:
    return _steepest("sigmoid") ** length


def _forget(bias: float, gate: str, memory: str, half_life: str) -> tuple[Check, ...]:
    start = f"forget gate, bias {bias:g}:"
    return (
        Check(f"{start} share kept", gate, partial(_gate, bias), _CLOSED),
        Check(f"{start} memory −1/ln σ(b)", memory, partial(_memory, bias), _CLOSED),
        Check(f"{start} half-life", half_life, partial(_half_life, bias), _CLOSED),
    )


def _hard(title: str, values: dict[str, Value], *published: str) -> tuple[Check, ...]:
    gate, memory, kept = published
    hard = "hard_sigmoid"
    return (
        Check(f"{title}: share kept", gate, partial(_gate, 1.0, hard, values), _CLOSED),
        Check(f"{title}: memory", memory, partial(_memory, 1.0, hard, values), _CLOSED),
        Check(
            f"{title}: kept after 100 steps",
            kept,
            lambda: _gate(1.0, hard, values) ** 100,
            _CLOSED,
            note=_DIALECT,
        ),
    )


CHECKS: tuple[Check, ...] = (
    Check("tanh: steepest slope γ", "1", lambda: _steepest("tanh"), _PASCANU),
    Check("sigmoid: steepest slope γ", "0.25", lambda: _steepest("sigmoid"), _PASCANU, exact=True),
    *(
        Check(f"(1/4)^{length}", text, partial(_product, length), "exact")
        for length, text in (
            (5, "9.765625e-4"),
            (10, "9.53674e-7"),
            (20, "9.09495e-13"),
            (50, "7.88861e-31"),
        )
    ),
    *_forget(0.0, "0.5000000", "1.442695", "1"),
    *_forget(1.0, "0.7310586", "3.192219", "2.212678"),
    *_forget(2.0, "0.8807971", "7.878482", "5.460947"),
    *_forget(3.0, "0.9525741", "20.58149", "14.26600"),
    *_forget(5.0, "0.9933071", "148.9126", "103.2183"),
    Check("sigmoid, bias 1: kept after 100 steps", "2.5e-14", lambda: _gate(1.0) ** 100, _CLOSED),
    *_hard("hard sigmoid 0.2, bias 1", _KERAS_2, "0.7000000", "2.803673", "3.2e-16"),
    *_hard("hard sigmoid 1/6, bias 1", _KERAS_3, "0.6667", "2.466303", "2.5e-18"),
)
