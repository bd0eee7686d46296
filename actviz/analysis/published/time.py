"""Gates over time: what a forget gate keeps, and what slopes do when they are multiplied."""

from __future__ import annotations

from functools import partial

from actviz.activations import row
from actviz.analysis.memory import Memory, memory_of
from actviz.analysis.published.check import Check
from actviz.analysis.readings import readings
from actviz.layers import LayerConfig
from actviz.param import Value

Values = dict[str, Value]
_CLOSED = "closed form"
_PASCANU = "Pascanu, Mikolov, Bengio 2013, arXiv:1211.5063: the bound γ of the slope"
_KERAS_2: Values = {"alpha": 0.2, "beta": 0.5}
_KERAS_3: Values = {"alpha": 1.0 / 6.0, "beta": 0.5}
_DIALECT = "a forget gate of bias 1 over 100 steps: only the dialect differs"


def _kept(bias: float, activation: str = "sigmoid", values: Values | None = None) -> Memory:
    """Say what a gate of this bias keeps, and how long."""
    return memory_of(activation, values or {}, bias)


def _steepest(activation: str) -> float:
    return readings(row(activation), {}).steepest.value


def _product(length: int) -> float:
    return _steepest("sigmoid") ** length


def _forget(bias: float, gate: str, tau: str, half_life: str) -> tuple[Check, ...]:
    start = f"forget gate, bias {bias:g}:"
    return (
        Check(f"{start} share kept", gate, lambda: _kept(bias).gate, _CLOSED),
        Check(f"{start} memory −1/ln σ(b)", tau, lambda: _kept(bias).tau, _CLOSED),
        Check(f"{start} half-life", half_life, lambda: _kept(bias).half_life, _CLOSED),
    )


def _hard(title: str, values: Values, *published: str) -> tuple[Check, ...]:
    gate, tau, left = published
    kept = partial(_kept, 1.0, "hard_sigmoid", values)
    after = f"{title}: kept after 100 steps"
    return (
        Check(f"{title}: share kept", gate, lambda: kept().gate, _CLOSED),
        Check(f"{title}: memory", tau, lambda: kept().tau, _CLOSED),
        Check(after, left, lambda: kept().after(100), _CLOSED, note=_DIALECT),
    )


def _default_gate(layer: str) -> str:
    """Name the activation of a layer's gates where a file does not say it."""
    return LayerConfig(layer).activations["recurrent_activation"][0]


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
    Check(
        "sigmoid, bias 1: kept after 100 steps", "2.5e-14", lambda: _kept(1.0).after(100), _CLOSED
    ),
    *_hard("hard sigmoid 0.2, bias 1", _KERAS_2, "0.7000000", "2.803673", "3.2e-16"),
    *_hard("hard sigmoid 1/6, bias 1", _KERAS_3, "0.6667", "2.466303", "2.5e-18"),
    *(
        Check(
            f"{layer}: recurrent_activation of Keras 3",
            "sigmoid",
            partial(_default_gate, layer),
            "keras.layers, documentation",
            note="Keras 2's ConvLSTM has hard_sigmoid: a file without the word is ambiguous",
        )
        for layer in ("LSTM", "GRU", "ConvLSTM2DCell")
    ),
)
