"""One step in time of each recurrence, and the way back of a gradient, path by path.

The gradient is that of a loss with respect to the state that enters a step. Of it, `direct` is
what comes along the cell path alone, a product of gates in which no recurrent kernel takes part;
`through` is the rest, which passes a recurrent kernel at least once. `total` is their sum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from actviz.analysis.recurrent_parts import Applied, Array, Window


@dataclass(frozen=True)
class Cell:
    """A recurrence with its weights: the product with the recurrent kernel, and its activations.

    `inner_bias` is what a GRU with reset_after adds to its recurrent product; `after` says whether
    it is one.
    """

    own: Window
    activation: Applied
    gates: Applied
    inner_bias: Array
    after: bool


@dataclass(frozen=True)
class Step:
    """What one step computed: arrays of the state's shape, gates along a first axis of their own.

    `z` are pre-activations and `y` their activations, in Keras's order; `before` is the state
    that entered, `after` the new one: h, and c where there is one. `extra` is what the way back
    needs besides.
    """

    z: Array
    y: Array
    before: tuple[Array, ...]
    after: tuple[Array, ...]
    extra: Array


@dataclass(frozen=True)
class Pull:
    """The gradient with respect to the state that enters a step.

    `h` is that with respect to h; `direct` and `through` are the two parts of the one with respect
    to the state with a cell path: c of an LSTM, h of a GRU and of a plain recurrence. `first` says
    that it comes from the loss itself.
    """

    h: Array
    direct: Array
    through: Array
    first: bool = False

    @property
    def total(self) -> Array:
        """Both parts together."""
        return self.direct + self.through


Forward = Callable[[Cell, Array, tuple[Array, ...]], Step]
Backward = Callable[[Cell, Step, "Pull"], Pull]


def _split(x: Array, many: int) -> Array:
    """Put the gates along a first axis."""
    parts = x.reshape(*x.shape[:-1], many, x.shape[-1] // many)
    return np.ascontiguousarray(np.moveaxis(parts, -2, 0))


def _joined(parts: Array) -> Array:
    """Put the gates side by side again, as the fused kernel has them."""
    moved = np.moveaxis(parts, 0, -2)
    return moved.reshape(*moved.shape[:-2], -1)


def first_pull(many: int, h: Array) -> Pull:
    """Start from the gradient with respect to the last h; `many` says how many states there are."""
    none = np.zeros_like(h)
    return Pull(h, none if many > 1 else h, none, first=True)


# The plain recurrence: h ← f(x·W + h·U + b)


def simple_forward(cell: Cell, given: Array, state: tuple[Array, ...]) -> Step:
    """Take one step; `given` is x·W + b."""
    z = given + cell.own.forward(state[0])
    h = cell.activation.f(z)
    return Step(z[np.newaxis], h[np.newaxis], state, (h,), z)


def simple_backward(cell: Cell, step: Step, pull: Pull) -> Pull:
    """Bring a gradient back one step: all of it passes the recurrent kernel."""
    v = cell.activation.back(step.z[0], step.y[0], pull.h)
    h = cell.own.back(v)
    return Pull(h, np.zeros_like(h), h)


# Keras's GRU: h ← z·h + (1 − z)·h̃


def gru_forward(cell: Cell, given: Array, state: tuple[Array, ...]) -> Step:
    """Take one step; `given` is x·W + b, its gates z, r and h̃."""
    (h,) = state
    x = _split(given, 3)
    if cell.after:
        inner = _split(cell.own.forward(h) + cell.inner_bias, 3)
        z = x + inner
    else:
        kernel = cell.own.kernel
        wide = kernel.shape[-1] // 3
        z = x.copy()
        z[:2] += _split(h @ kernel[:, : 2 * wide], 2)
    y = np.empty_like(z)
    y[:2] = cell.gates.f(z[:2])
    if cell.after:
        z[2] = x[2] + y[1] * inner[2]
        extra = inner[2]
    else:
        extra = y[1] * h
        z[2] = x[2] + extra @ cell.own.kernel[:, 2 * wide :]
    y[2] = cell.activation.f(z[2])
    return Step(z, y, state, (y[0] * h + (1.0 - y[0]) * y[2],), extra)


def gru_backward(cell: Cell, step: Step, pull: Pull) -> Pull:
    """Bring a gradient back one step: along z, and through the three products with h."""
    (h,), v = step.before, pull.total
    update, reset, candidate = step.y
    a = cell.activation.back(step.z[2], candidate, (1.0 - update) * v)
    if cell.after:
        to_reset, inner = a * step.extra, a * reset
        rest = np.zeros_like(h)
    else:
        to_product = a @ cell.own.kernel[:, -a.shape[-1] :].T
        to_reset, inner = to_product * h, np.zeros_like(a)
        rest = to_product * reset
    gates = cell.gates.back(step.z[:2], step.y[:2], np.stack([v * (h - candidate), to_reset]))
    through = cell.own.back(_joined(np.concatenate([gates, inner[np.newaxis]]))) + rest
    direct, through = update * pull.direct, update * pull.through + through
    return Pull(direct + through, direct, through)


# LSTM, dense or convolutional: c ← f·c + i·c̃, h ← o·a(c)


def lstm_forward(cell: Cell, given: Array, state: tuple[Array, ...]) -> Step:
    """Take one step; `given` is x·W + b, its gates i, f, c̃ and o."""
    h, c = state
    z = _split(given + cell.own.forward(h), 4)
    y = np.empty_like(z)
    y[[0, 1, 3]] = cell.gates.f(z[[0, 1, 3]])
    y[2] = cell.activation.f(z[2])
    c = y[1] * c + y[0] * y[2]
    shown = cell.activation.f(c)
    return Step(z, y, state, (y[3] * shown, c), shown)


def lstm_backward(cell: Cell, step: Step, pull: Pull) -> Pull:
    """Bring a gradient back one step: along the forget gate, and through the recurrent kernel.

    What comes from h at the last step enters the cell path; what comes from it before has passed
    the kernel.
    """
    i, f, g, o = step.y
    out = cell.activation.back(step.after[1], step.extra, o * pull.h)
    direct, through = (out, pull.through) if pull.first else (pull.direct, pull.through + out)
    c = direct + through
    gates = cell.gates.back(
        step.z[[0, 1, 3]],
        step.y[[0, 1, 3]],
        np.stack([c * g, c * step.before[1], pull.h * step.extra]),
    )
    new = cell.activation.back(step.z[2], g, c * i)
    h = cell.own.back(_joined(np.stack([gates[0], gates[1], new, gates[2]])))
    return Pull(h, f * direct, f * through)


STEPS: dict[str, tuple[Forward, Backward]] = {
    "SimpleRNN": (simple_forward, simple_backward),
    "GRU": (gru_forward, gru_backward),
    "LSTM": (lstm_forward, lstm_backward),
    "ConvLSTM": (lstm_forward, lstm_backward),
}
"""Forward and backward of each recurrence."""
