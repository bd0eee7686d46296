"""The labels of the LabVIEW toolkit: which parameters a layer's cluster has there, in its order.

Read from the toolkit's public pages (Graiphic's documentation of its Deep Learning library, the
pages of the layers, of `activation`, `initializer`, `regularizer` and `padding`; of the RNN layer
haibal.com/documentation/rnn-add-to-graph). They show labels
and defaults; the numbers behind the enums are written nowhere, so none stands here. No page was
read for DepthwiseConv2D and SeparableConv1D, which are given SeparableConv2D's order, nor for the
cells of ConvLSTM, which are given their layers'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from actviz.formats.dialect import Words
from actviz.layers import LayerRow
from actviz.param import Value

CUSTOM = "CustomActivation"
_RELU = MappingProxyType({"negative_slope": 0.0, "max_value": None, "threshold": 0.0})

ENUM: Mapping[str, tuple[str, Mapping[str, Value]]] = MappingProxyType(
    {
        "ELU": ("elu", {"alpha": 1.0}),
        "Exponential": ("exponential", {}),
        "GELU": ("gelu", {"approximate": "none"}),
        "HardSigmoid": ("hard_sigmoid", {"alpha": 0.2, "beta": 0.5}),
        "LeakyReLU": ("leaky_relu", {**_RELU, "negative_slope": 0.3}),
        "Linear": ("linear", {}),
        "ReLU": ("relu", _RELU),
        "SELU": ("selu", {}),
        "Sigmoid": ("sigmoid", {}),
        "SoftMax": ("softmax", {"axis": 1}),
        "SoftPlus": ("softplus", {"beta": 1.0}),
        "SoftSign": ("softsign", {}),
        "Swish": ("swish", {"beta": 1.0}),
        "TanH": ("tanh", {}),
        "ThresholdedReLU": ("thresholded_relu", {"theta": 1.0}),
    }
)
"""What each label of the enum `activation` computes: with that, its parameters' defaults."""

WORDS: Words = MappingProxyType(dict(ENUM.values()))
"""The same by our names."""

INITIALIZERS = (
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
)
REGULARIZERS = ("L1", "L2", "L1L2")
NO_REGULARIZER = "Default"
PADDINGS: Mapping[str, str] = MappingProxyType({"valid": "VALID", "same": "SAME_UPPER"})
EXPLICIT = "EXPLICIT"
FIXED: Mapping[str, object] = MappingProxyType(
    {"training?": True, "store?": False, "lda coeff": 1, "explicit padding": []}
)
"""Parameters that are no part of a layer's configuration here, at their defaults."""


@dataclass(frozen=True, slots=True)
class Label:
    """One parameter of a layer's cluster.

    Parameters
    ----------
    text
        As the toolkit shows it.
    name
        The field or the activation slot that stands there; empty for one of `FIXED`.
    """

    text: str
    name: str = ""


def _initializers(*weights: tuple[str, str]) -> list[Label]:
    return [Label(f"{text} Initializer", f"{name}_initializer") for name, text in weights]


def _regularizers(*weights: tuple[str, str]) -> list[Label]:
    return [Label(f"{text} Regularizer", f"{name}_regularizer") for name, text in weights]


_BIAS = ("bias", "Bias")
_USE_BIAS = Label("use bias?", "use_bias")
_ACTIVATION = Label("Activation", "activation")
_OUTPUT = Label("Output Activation", "activation")
_GATES = Label("Recurrent Activation", "recurrent_activation")
_SIZE = [Label("size", "kernel_size"), Label("stride", "strides")]
_DILATION = Label("dilation rate", "dilation_rate")
_EXPLICIT = Label("explicit padding")
_PADDING = Label("padding", "padding")
_FORMAT = Label("data format", "data_format")
_FORGET = Label("unit forget bias?", "unit_forget_bias")
_DROPOUT = [Label("dropout", "dropout"), Label("recurrent dropout", "recurrent_dropout")]
_TIME = [Label("return sequences?", "return_sequences"), Label("stateful?", "stateful")]
_CELL_END = [Label("training?"), Label("store?"), Label("update?", "trainable")]
_END = [*_CELL_END, Label("lda coeff")]

RNN, CELL = "RNN", "cell"
RNN_LABELS = (*_TIME, Label("lda coeff"))
"""The parameters of the layer that runs a cell along time, behind the cell itself."""


def _dense() -> list[Label]:
    weights = (("kernel", "Weight"), _BIAS)
    start = [Label("units", "units"), _ACTIVATION, _USE_BIAS]
    return [*start, *_initializers(*weights), *_regularizers(*weights), *_END]


def _convolution() -> list[Label]:
    weights = (("kernel", "Filter"), _BIAS)
    start = [Label("filters", "filters"), *_SIZE, _DILATION, _EXPLICIT]
    middle = [_ACTIVATION, _USE_BIAS, _PADDING, _FORMAT]
    return [*start, *middle, *_initializers(*weights), *_regularizers(*weights), *_END]


def _by_channel(*, pointwise: bool) -> list[Label]:
    weights = [("depthwise", "Depthwise Filter"), _BIAS]
    if pointwise:
        weights.insert(1, ("pointwise", "Pointwise Filter"))
    start = [Label("filters", "filters")] if pointwise else []
    window = [*_SIZE, _EXPLICIT, _DILATION, Label("depth multiplier", "depth_multiplier")]
    middle = [_ACTIVATION, _USE_BIAS, _PADDING, _FORMAT]
    ends = [*_initializers(*weights), *_regularizers(*weights), *_END]
    return [*start, *window, *middle, *ends]


def _recurrent(row: LayerRow) -> list[Label]:
    weights = (("kernel", "Input Weight"), ("recurrent", "Hidden Weight"), _BIAS)
    own = set(row.keys)
    memory = "unit_forget_bias" in own
    gates = [_GATES] if any(slot.name == _GATES.name for slot in row.slots) else []
    start = [Label("units", "units"), _ACTIVATION, *([_OUTPUT] if memory else []), *gates]
    forget = [_FORGET] if memory else []
    layer = "return_sequences" in own
    middle = [*_initializers(*weights), *forget, *_DROPOUT, *(_TIME if layer else [])]
    return [*start, _USE_BIAS, *middle, *_regularizers(*weights), *(_END if layer else _CELL_END)]


def _convolutional_memory() -> list[Label]:
    weights = (("kernel", "Kernel"), ("recurrent", "Recurrent"), _BIAS)
    start = [Label("filters", "filters"), *_SIZE, _EXPLICIT, _PADDING]
    slots = [_ACTIVATION, _GATES, _OUTPUT, _USE_BIAS]
    middle = [*_initializers(*weights), _FORGET, *_DROPOUT]
    return [*start, *slots, *middle, *_regularizers(*weights), *_CELL_END]


def labels_of(row: LayerRow) -> tuple[Label, ...]:
    """List the parameters of a cluster in the toolkit's order: a layer's, or a cell's in one."""
    own = {param.name for param in row.fields}
    if "filters" in own and "recurrent_initializer" in own:
        return tuple(_convolutional_memory())
    if "recurrent_initializer" in own:
        return tuple(_recurrent(row))
    if "depth_multiplier" in own:
        return tuple(_by_channel(pointwise="filters" in own))
    return tuple(_convolution() if "filters" in own else _dense())


def default_label(row: LayerRow, slot: str) -> str:
    """Give the label of the enum that an activation slot shows before anybody sets it."""
    if slot == _GATES.name:
        return "HardSigmoid" if any(param.name == "filters" for param in row.fields) else "Sigmoid"
    recurrent = any(param.name == "recurrent_initializer" for param in row.fields)
    return "TanH" if recurrent else "Linear"
