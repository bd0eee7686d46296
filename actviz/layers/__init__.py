"""The layer types that can hold an activation, and a configuration of one."""

from actviz.layers.catalogue import ROWS, Layer, layer_row
from actviz.layers.config import LayerConfig
from actviz.layers.facts import LayerFacts, Weight, layer_facts
from actviz.layers.row import GROUPS, LayerRow, Slot
from actviz.layers.sizes import facts_lines

__all__ = [
    "GROUPS",
    "ROWS",
    "Layer",
    "LayerConfig",
    "LayerFacts",
    "LayerRow",
    "Slot",
    "Weight",
    "facts_lines",
    "layer_facts",
    "layer_row",
]
