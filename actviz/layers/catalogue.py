"""The layer types of the source page, in its order, grouped by family."""

from __future__ import annotations

from enum import Enum

from actviz.layers import cells, convolution, feedforward, recurrent
from actviz.layers.row import LayerRow
from actviz.param import refuse

ROWS: tuple[LayerRow, ...] = (
    *feedforward.ROWS,
    *convolution.ROWS,
    *recurrent.ROWS,
    *cells.ROWS,
)
_BY_NAME = {row.name: row for row in ROWS}


class Layer(Enum):
    """The layer types; the value is the name in files and commands."""

    Dense = "Dense"
    Conv1D = "Conv1D"
    Conv1DTranspose = "Conv1DTranspose"
    Conv2D = "Conv2D"
    Conv2DTranspose = "Conv2DTranspose"
    Conv3D = "Conv3D"
    Conv3DTranspose = "Conv3DTranspose"
    DepthwiseConv2D = "DepthwiseConv2D"
    SeparableConv1D = "SeparableConv1D"
    SeparableConv2D = "SeparableConv2D"
    SimpleRNN = "SimpleRNN"
    GRU = "GRU"
    LSTM = "LSTM"
    SimpleRNNCell = "SimpleRNNCell"
    GRUCell = "GRUCell"
    LSTMCell = "LSTMCell"
    ConvLSTM1DCell = "ConvLSTM1DCell"
    ConvLSTM2DCell = "ConvLSTM2DCell"
    ConvLSTM3DCell = "ConvLSTM3DCell"

    @property
    def row(self) -> LayerRow:
        """The row of this layer type."""
        return _BY_NAME[self.value]


def layer_row(layer: str | Layer) -> LayerRow:
    """Look up a layer type.

    Raises
    ------
    ValueError
        For a name that is none of them; the message lists them all.
    """
    name = layer.value if isinstance(layer, Layer) else layer
    if not isinstance(name, str) or name not in _BY_NAME:
        raise refuse("layer", name, f"one of {', '.join(_BY_NAME)}")
    return _BY_NAME[name]
