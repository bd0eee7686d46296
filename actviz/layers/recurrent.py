"""Recurrent layers: a cell that runs along time."""

from __future__ import annotations

from actviz.layers import cells, fields, rules
from actviz.layers.row import LayerRow
from actviz.param import Param

FAMILY = "Recurrent"


def _weights(
    *, activity: bool = True, forget: bool = False, bias_axes: int = fields.VECTOR
) -> tuple[Param, ...]:
    return fields.weights(
        fields.MATRIX,
        "kernel",
        "recurrent",
        activity=activity,
        forget=forget,
        bias_axes=bias_axes,
    )


SIMPLE_RNN = LayerRow(
    "SimpleRNN",
    FAMILY,
    fields=(
        *fields.BASE,
        *fields.RNN_FLAGS,
        fields.UNITS,
        fields.USE_BIAS,
        # Keras takes an activity regularizer here too, but never applies it.
        *_weights(activity=False),
        *fields.DROPOUT,
        fields.SEED,
    ),
    slots=(cells.NEW_STATE,),
    doc="The plain recurrence: h ← f(x·W + h·U + b)",
    axes=cells.AXES,
    input_shape=(10, 8),
)
GRU = LayerRow(
    "GRU",
    FAMILY,
    fields=(
        *fields.BASE,
        *fields.RNN_FLAGS,
        fields.UNITS,
        fields.USE_BIAS,
        *_weights(bias_axes=fields.MATRIX),
        *fields.DROPOUT,
        fields.RESET_AFTER,
        fields.SEED,
    ),
    slots=(cells.CANDIDATE, cells.GATES),
    doc="A gated recurrent unit: gates mix the old state with a candidate",
    axes=cells.AXES,
    input_shape=(10, 8),
    rules=(rules.matrix_bias_only_with_reset_after,),
)
LSTM = LayerRow(
    "LSTM",
    FAMILY,
    fields=(
        *fields.BASE,
        *fields.RNN_FLAGS,
        fields.UNITS,
        fields.USE_BIAS,
        *_weights(forget=True),
        *fields.DROPOUT,
        fields.SEED,
    ),
    slots=(cells.CELL_STATE, cells.GATES),
    doc="A long short-term memory: gates guard a cell state",
    axes=cells.AXES,
    input_shape=(10, 8),
)

ROWS = (SIMPLE_RNN, GRU, LSTM)
