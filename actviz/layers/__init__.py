"""The layer types that can hold an activation, and a configuration of one."""

from actviz.layers.catalogue import ROWS, Layer, layer_row
from actviz.layers.config import LayerConfig
from actviz.layers.row import GROUPS, LayerRow, Slot

__all__ = ["GROUPS", "ROWS", "Layer", "LayerConfig", "LayerRow", "Slot", "layer_row"]
