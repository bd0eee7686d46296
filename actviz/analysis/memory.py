"""How long a gate remembers: what is left of a state that it multiplies at every step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from actviz.activations import row
from actviz.analysis.curve import Curve
from actviz.analysis.fans import layer_signal
from actviz.analysis.gates import family
from actviz.layers import LayerConfig

REMEMBERING: Mapping[str, str] = {
    "GRU": "update gate",
    "LSTM": "forget gate",
    "ConvLSTM": "forget gate",
}
"""The gate that multiplies the old state: Keras's GRU keeps z·h; some texts keep (1 − z)·h."""


@dataclass(frozen=True, slots=True)
class Memory:
    """A gate's value and how long it remembers, in steps.

    `tau` is −1/ln g, after which 1/e is left, and `half_life` ln ½/ln g; both are infinite for a
    gate of 1 or more, 0 for one of 0, NaN for one below.
    """

    gate: float
    tau: float
    half_life: float

    def after(self, steps: int) -> float:
        """Give what is left after some steps with the same gate."""
        return self.gate**steps


def memory(gate: float) -> Memory:
    """Say how long a gate with this value remembers."""
    if math.isnan(gate) or gate < 0.0:
        return Memory(gate, math.nan, math.nan)
    if gate == 0.0:
        return Memory(gate, 0.0, 0.0)
    if gate >= 1.0:
        return Memory(gate, math.inf, math.inf)
    rate = -math.log(gate)
    return Memory(gate, 1.0 / rate, math.log(2.0) / rate)


def memory_of(activation: str, values: Mapping[str, object], bias: float) -> Memory:
    """Say how long a gate remembers that sees its bias alone; `activation` is of numbers."""
    curve = Curve.of(row(activation), values)
    return memory(float(curve.f(np.array([bias]))[0]))


def forget_bias(config: LayerConfig) -> float | None:
    """Give the mean bias that a layer's remembering gate starts with; None without such a gate."""
    name = REMEMBERING.get(family(config))
    if name is None:
        return None
    return next(gate.bias.mean for gate in layer_signal(config).gates if gate.row.name == name)
