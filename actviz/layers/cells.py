"""Recurrent cells: one step in time, alone or in the RNN layer through which Keras uses them."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from actviz.layers import fields, rules
from actviz.layers.row import LayerRow, Slot
from actviz.param import Param

FAMILY = "Recurrent cells"
AXES = 2
_STEPS = 10
"""Of the time that is thought of where none is given."""

NEW_STATE = Slot("activation", "tanh", "Acts on the new state")
CANDIDATE = Slot("activation", "tanh", "Acts on the candidate state")
CELL_STATE = Slot("activation", "tanh", "Acts on the candidate and on the cell state given out")
GATES = Slot("recurrent_activation", "sigmoid", "Acts on the gates")


def _weights(*, forget: bool = False, bias_axes: int = fields.VECTOR) -> tuple[Param, ...]:
    return fields.weights(
        fields.MATRIX, "kernel", "recurrent", activity=False, forget=forget, bias_axes=bias_axes
    )


SIMPLE_RNN_CELL = LayerRow(
    "SimpleRNNCell",
    FAMILY,
    fields=(
        *fields.BASE,
        fields.UNITS,
        fields.USE_BIAS,
        *_weights(),
        *fields.DROPOUT,
        fields.SEED,
    ),
    slots=(NEW_STATE,),
    doc="One step of the plain recurrence: f(x·W + h·U + b)",
    axes=AXES,
    input_shape=(8,),
)
GRU_CELL = LayerRow(
    "GRUCell",
    FAMILY,
    fields=(
        *fields.BASE,
        fields.UNITS,
        fields.USE_BIAS,
        *_weights(bias_axes=fields.MATRIX),
        *fields.DROPOUT,
        fields.RESET_AFTER,
        fields.SEED,
    ),
    slots=(CANDIDATE, GATES),
    doc="One step of a gated recurrent unit",
    axes=AXES,
    input_shape=(8,),
    rules=(rules.matrix_bias_only_with_reset_after,),
)
LSTM_CELL = LayerRow(
    "LSTMCell",
    FAMILY,
    fields=(
        *fields.BASE,
        fields.UNITS,
        fields.USE_BIAS,
        *_weights(forget=True),
        *fields.DROPOUT,
        fields.SEED,
    ),
    slots=(CELL_STATE, GATES),
    doc="One step of a long short-term memory",
    axes=AXES,
    input_shape=(8,),
)


def conv_lstm_cell(rank: int) -> LayerRow:
    """Make the row of ConvLSTM1DCell, ConvLSTM2DCell or ConvLSTM3DCell.

    Keras has one unexported class for the three, which needs `rank` but does not write it.
    """
    return LayerRow(
        f"ConvLSTM{rank}DCell",
        FAMILY,
        fields=(
            *fields.BASE,
            fields.FILTERS,
            fields.kernel_size(rank),
            fields.strides(rank),
            fields.PADDING,
            fields.DATA_FORMAT,
            fields.dilation_rate(rank),
            fields.USE_BIAS,
            *fields.weights(rank + 2, "kernel", "recurrent", activity=False, forget=True),
            *fields.DROPOUT,
            fields.SEED,
        ),
        slots=(CELL_STATE, GATES),
        doc="One step of a long short-term memory whose products are convolutions",
        axes=rank + 2,
        input_shape=fields.input_shape(rank),
        rules=(rules.not_strided_and_dilated,),
        module="keras.src.layers.rnn.conv_lstm",
        class_name="ConvLSTMCell",
        registered_name="ConvLSTMCell",
        fixed=MappingProxyType({"rank": rank}),
    )


def _with_rnn(row: LayerRow) -> LayerRow:
    """Give a cell the switch, and the row that it turns to: with the RNN layer around it."""
    inside = replace(
        row,
        fields=(*fields.RNN_FIELDS, *row.fields),
        around=fields.RNN_FIELDS,
        input_shape=(_STEPS, *row.input_shape),
        doc=f"In an RNN layer, along time: {row.doc[0].lower()}{row.doc[1:]}",
    )
    alone = (fields.IN_RNN_FIELD,)
    return replace(row, fields=(*alone, *row.fields), around=alone, in_rnn=inside)


ROWS = tuple(
    map(
        _with_rnn,
        (
            SIMPLE_RNN_CELL,
            GRU_CELL,
            LSTM_CELL,
            conv_lstm_cell(1),
            conv_lstm_cell(2),
            conv_lstm_cell(3),
        ),
    )
)
