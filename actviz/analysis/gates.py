"""Which activation sees which part of a layer's weights: gates of fused kernels by name."""

from __future__ import annotations

from dataclasses import dataclass

from actviz.layers import LayerConfig, LayerFacts
from actviz.layers.facts import Weight

OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class GateRow:
    """A part of a layer that has a pre-activation of its own: its name, its slot, its letter."""

    name: str
    slot: str
    letter: str


_SIMPLE = (GateRow("new state", "activation", "h"),)
_GRU = (
    GateRow("update gate", "recurrent_activation", "z"),
    GateRow("reset gate", "recurrent_activation", "r"),
    GateRow("candidate", "activation", "h"),
)
_LSTM = (
    GateRow("input gate", "recurrent_activation", "i"),
    GateRow("forget gate", "recurrent_activation", "f"),
    GateRow("candidate", "activation", "c"),
    GateRow("output gate", "recurrent_activation", "o"),
)


def family(config: LayerConfig) -> str:
    """Say which recurrence a layer is: SimpleRNN, GRU, LSTM or ConvLSTM; "" for none."""
    names = ("SimpleRNN", "GRU", "ConvLSTM", "LSTM")
    return next((name for name in names if config.layer.startswith(name)), "")


def gates(config: LayerConfig) -> tuple[GateRow, ...]:
    """List the gates in Keras's order in the fused kernel; a layer without has its output."""
    known = {"SimpleRNN": _SIMPLE, "GRU": _GRU, "LSTM": _LSTM, "ConvLSTM": _LSTM}
    return known.get(family(config), (GateRow(OUTPUT, "activation", "z"),))


def initializer(config: LayerConfig, weight: Weight) -> str:
    """Give the initializer of a weight, as the layer spells it."""
    name = f"{weight.name.removesuffix('_kernel')}_initializer"
    if name not in config.fields:
        name = "depthwise_initializer"  # DepthwiseConv2D calls its weight kernel
    return str(config.fields[name])


def weight_of(facts: LayerFacts, name: str) -> Weight | None:
    """Find a weight by its name; None where the layer has none."""
    return next((each for each in facts.weights if each.name == name), None)
