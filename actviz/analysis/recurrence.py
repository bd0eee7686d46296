"""A recurrent layer through time: states, gates, and what of a gradient comes back to each step.

The weights are distributed as Keras's initializers make them, fused kernels and the forget gate's
bias included; they are not Keras's random numbers. One sequence runs in float64, dropout off. The
loss is the last step's h along a random direction of length 1, so that every path is a factor.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from actviz.analysis.gates import family, gates, weight_of
from actviz.analysis.recurrent_cells import STEPS, Cell, Pull, Step, first_pull
from actviz.analysis.recurrent_drive import Drive, draw_weights
from actviz.analysis.recurrent_parts import Array, Window, applied, norm, window
from actviz.layers import LayerConfig, LayerFacts, layer_facts
from actviz.layers.shapes import to_channels_last
from actviz.layers.windows import sizes
from actviz.param import refuse

_MOST_NUMBERS = 2_500_000
_MOST_PRODUCTS = 5_000_000_000
_MOST_WEIGHTS = 4_000_000
_NORMAL = 1e-300
_PIECE = 4_000_000
"""Products after which a run says how far it is: some milliseconds."""
_MOST_AT_ONCE = 50
"""The same in steps, each of which takes a time of its own."""


@dataclass(frozen=True, eq=False)
class Trace:
    """A sequence through a recurrence, and the gradient that comes back.

    Attributes
    ----------
    gates
        For each gate by name its values, shape (steps, units); ConvLSTM's positions are units too.
    states
        h, and c where there is one, after each step; shape (steps, units).
    paths
        Norms of the gradient of the loss with respect to the state that enters each step, by path:
        "cell path", "recurrent kernel", "total"; of an LSTM all three are of c, and "to h" is of h.
    overflow
        The first step with a number that is not finite; None where all are.
    weights
        By Keras's names.
    """

    gates: Mapping[str, Array]
    states: Mapping[str, Array]
    paths: Mapping[str, Array]
    overflow: int | None
    weights: Mapping[str, Array]

    @property
    def shrinkage(self) -> float:
        """By what the whole gradient is multiplied each step back, on geometric average.

        Over the steps at which float64 holds all its digits; NaN where it is not finite.
        """
        whole = self.paths["to h"] if "to h" in self.paths else self.paths["total"]
        gone = np.flatnonzero(whole < _NORMAL)
        held = whole[gone[-1] + 1 :] if gone.size else whole
        if held.size < 2 or not np.isfinite(whole).all():
            return math.nan
        return math.exp((math.log(held[0]) - math.log(held[-1])) / (held.size - 1))


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a run is done, from 0 to 1, and what was found when it is 1."""

    done: float
    found: Trace | None = None


def refusal(config: LayerConfig) -> str:
    """Say why a layer has nothing to show in time; "" for a recurrent one."""
    if family(config):
        return ""
    return (
        f"{config.layer} has no state that goes from step to step; choose a recurrent layer or "
        "cell (SimpleRNN, GRU, LSTM, ConvLSTM), or look through the Depth lens"
    )


def trace(config: LayerConfig, drive: Drive, weights: Mapping[str, Array] | None = None) -> Trace:
    """Run to the end; arguments and errors as `follow`."""
    found = None
    for progress in follow(config, drive, weights):
        found = progress.found
    assert found is not None
    return found


def follow(
    config: LayerConfig, drive: Drive, weights: Mapping[str, Array] | None = None
) -> Iterator[Progress]:
    """Run a sequence through a recurrent layer or cell and a gradient back.

    Parameters
    ----------
    config
        The layer, with its input's shape; how long its own sequence is does not matter.
    drive
        What comes in.
    weights
        By Keras's names and in its shapes; drawn with the drive's seed where none are given.

    Raises
    ------
    ValueError
        For a layer without a state, and for a run that is too long or too large.
    """
    run = _Run.of(config, drive, weights)
    with np.errstate(all="ignore"):
        yield from run.forward()
        yield from run.backward()
        yield Progress(1.0, run.trace())


class _Run:
    """A run under way."""

    def __init__(self, config: LayerConfig, cell: Cell, given: Array, state: tuple[Array, ...]):
        self.config, self.cell, self.given, self.state = config, cell, given, state
        self.weights: Mapping[str, Array] = {}
        self.end = state[0]
        self.steps: list[Step] = []
        self.pulls: list[Pull] = []
        products = math.prod(given.shape[1:-1]) * cell.own.kernel.size
        self.often = max(1, min(_MOST_AT_ONCE, _PIECE // max(1, products)))

    @classmethod
    def of(cls, config: LayerConfig, drive: Drive, weights: Mapping[str, Array] | None) -> _Run:
        sentence = refusal(config)
        if sentence:
            raise ValueError(sentence)
        backwards = config.fields.get("go_backwards")
        config = config.cell
        facts = layer_facts(config)
        _check_size(config, facts, drive.steps)
        held = draw_weights(config, drive.seed) if weights is None else weights
        x = drive.sequence(_one_input(config))
        if backwards:
            x = x[::-1]
        space = _space(config, facts)
        bias = held.get("bias", np.zeros(held["kernel"].shape[-1]))
        outer, inner = (bias[0], bias[1]) if bias.ndim > 1 else (bias, np.zeros_like(bias))
        cell = Cell(
            window(held["recurrent_kernel"], space),
            applied(config, "activation"),
            applied(config, "recurrent_activation" if len(gates(config)) > 1 else "activation"),
            inner,
            bool(config.fields.get("reset_after")),
        )
        with np.errstate(all="ignore"):
            given = _seen(config, held["kernel"], x) + outer
        units = held["recurrent_kernel"].shape[-2]
        zero = np.zeros((*space, units))
        run = cls(config, cell, given, (zero,) * (2 if "LSTM" in config.layer else 1))
        run.weights, run.end = held, drive.direction(zero.shape)
        return run

    def forward(self) -> Iterator[Progress]:
        """Go through time."""
        step, state = STEPS[family(self.config)][0], self.state
        for t, given in enumerate(self.given):
            self.steps.append(step(self.cell, given, state))
            state = self.steps[-1].after
            if t % self.often == 0:
                yield Progress(0.5 * t / len(self.given))

    def backward(self) -> Iterator[Progress]:
        """Go back through time."""
        back = STEPS[family(self.config)][1]
        pull = first_pull(len(self.state), self.end)
        for t, step in enumerate(reversed(self.steps)):
            pull = back(self.cell, step, pull)
            self.pulls.append(pull)
            if t % self.often == 0:
                yield Progress(0.5 + 0.5 * t / len(self.given))

    def trace(self) -> Trace:
        """Put together what was found."""
        y = np.stack([each.y.reshape(each.y.shape[0], -1) for each in self.steps], axis=1)
        rows = gates(self.config)
        names = ("h", "c")[: len(self.state)]
        states = {
            name: np.stack([each.after[at].ravel() for each in self.steps])
            for at, name in enumerate(names)
        }
        finite = np.all([np.isfinite(each).all(axis=1) for each in states.values()], axis=0)
        values = {row.name: values for row, values in zip(rows, y, strict=True)}
        return Trace(
            gates=values if len(rows) > 1 else {},
            states=states,
            paths=self._paths(),
            overflow=None if finite.all() else int(np.argmin(finite)),
            weights=self.weights,
        )

    def _paths(self) -> dict[str, Array]:
        pulls = self.pulls[::-1]
        total = np.array([norm(each.total) for each in pulls])
        if len(gates(self.config)) == 1:
            return {"recurrent kernel": total, "total": total}
        paths = {
            "cell path": np.array([norm(each.direct) for each in pulls]),
            "recurrent kernel": np.array([norm(each.through) for each in pulls]),
            "total": total,
        }
        if len(self.state) > 1:
            paths["to h"] = np.array([norm(each.h) for each in pulls])
        return paths


def _one_input(config: LayerConfig) -> tuple[int, ...]:
    """Give the shape of one step's input, channels last."""
    if config.layer.endswith("Cell"):
        return to_channels_last(config.input_shape, config.fields)
    return config.input_shape[1:]


def _space(config: LayerConfig, facts: LayerFacts) -> tuple[int, ...]:
    """Give the axes of space of the state."""
    if "kernel_size" not in config.fields:
        return ()
    return to_channels_last(facts.states[0], config.fields)[:-1]


def _seen(config: LayerConfig, kernel: Array, x: Array) -> Array:
    """Put the inputs of all steps through the kernel."""
    if "kernel_size" not in config.fields:
        return x @ kernel
    fields = config.fields
    strides, dilation = sizes(fields["strides"]), sizes(fields["dilation_rate"])
    over = Window(kernel, x.shape[1:-1], strides, dilation, fields["padding"] == "same")
    return np.stack([over.forward(each) for each in x])


def _check_size(config: LayerConfig, facts: LayerFacts, steps: int) -> None:
    """Refuse what would take too long or too much memory, with how much is possible."""
    for weight in facts.weights:
        if weight.parameters > _MOST_WEIGHTS:
            raise ValueError(
                f"{config.layer}.{weight.name}: {weight.parameters:,} weights are too many to "
                f"follow in time; at most {_MOST_WEIGHTS:,} are possible: choose fewer units"
            )
    own, kernel = weight_of(facts, "recurrent_kernel"), weight_of(facts, "kernel")
    assert own is not None
    assert kernel is not None
    positions = math.prod(_space(config, facts))
    numbers = positions * own.shape[-2]
    products = positions * (own.parameters + kernel.parameters)
    most = min(_MOST_NUMBERS // numbers, _MOST_PRODUCTS // products)
    if most < 1:
        raise ValueError(
            f"{config.layer}: a state of {numbers:,} numbers is too large to follow in time; "
            "choose fewer units or a smaller input"
        )
    if steps > most:
        allowed = f"at most {most} for a state of {numbers:,} numbers, or a smaller layer"
        raise refuse("time.time_steps", steps, allowed)
