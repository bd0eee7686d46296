"""Feed-forward layers without a window."""

from __future__ import annotations

from actviz.layers import fields, rules
from actviz.layers.row import LayerRow, Slot

FAMILY = "Feed-forward"
OUTPUT = Slot("activation", "linear", "Acts on each output")

DENSE = LayerRow(
    "Dense",
    FAMILY,
    fields=(
        *fields.BASE,
        fields.UNITS,
        fields.USE_BIAS,
        *fields.weights(fields.MATRIX, "kernel"),
        *fields.LORA,
    ),
    slots=(OUTPUT,),
    doc="Every output sees every input: f(x·W + b)",
    axes=None,
    input_shape=(32,),
    rules=(rules.lora_alpha_with_rank, rules.lora_without_constraint),
)

ROWS = (DENSE,)
