"""What follows from a layer and its input: output shape, weights, counts and fans."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from actviz.layers.config import LayerConfig
from actviz.layers.shapes import in_format, to_channels_last
from actviz.layers.windows import Fields, Shape, convolved, number, sizes, spread


@dataclass(frozen=True, slots=True)
class Weight:
    """One weight of a layer, under Keras's name and in Keras's order of axes.

    `fan_in` and `fan_out` are what Keras's initialisers believe; `true_fan_in` is how many inputs
    one output sums through it (away from the edges; an average where strides do not divide).
    `trainable` is false for a kernel that a low-rank adaptation freezes.
    """

    name: str
    shape: Shape
    fan_in: int
    fan_out: int
    true_fan_in: float
    trainable: bool = True

    @property
    def parameters(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """What a layer makes of an input, without the batch, axes in the order of its data format.

    `states` are the shapes that return_state adds after the output, and for a cell its new states.
    """

    input_shape: Shape
    output_shape: Shape
    weights: tuple[Weight, ...]
    states: tuple[Shape, ...] = ()

    @property
    def parameters(self) -> int:
        """How many numbers all weights hold, trained or not."""
        return sum(weight.parameters for weight in self.weights)

    @property
    def trainable_parameters(self) -> int:
        """How many of them training changes."""
        return sum(weight.parameters for weight in self.weights if weight.trainable)


@dataclass(frozen=True, slots=True)
class _Given:
    """A layer with its input, channels last, and what its family's rule says about it."""

    config: LayerConfig
    space: Shape
    channels: int

    @property
    def fields(self) -> Fields:
        return self.config.fields

    @property
    def kernel(self) -> Shape:
        return sizes(self.fields["kernel_size"])

    def refuse_channels(self, groups: int) -> None:
        if self.channels % groups:
            raise ValueError(
                f"{self.config.layer}.groups: {groups} is not allowed; it must divide the "
                f"{self.channels} channels of the input"
            )


Rule = Callable[[_Given], tuple[Shape, list[Weight], tuple[Shape, ...]]]
"""Gives the output, channels last, the weights without a bias, and the shapes of the states."""


def layer_facts(config: LayerConfig, input_shape: Shape | None = None) -> LayerFacts:
    """Work out what a layer makes of an input.

    Parameters
    ----------
    config
        The layer.
    input_shape
        Without the batch, in the order of the layer's data format; None is the layer's own.

    Raises
    ------
    ValueError
        For a bad shape, and early for what Keras refuses only when it builds the layer: a window
        that does not fit, groups that do not divide the channels, an output without positions.
    """
    chosen = config if input_shape is None else config.with_input_shape(input_shape)
    if chosen.in_rnn:
        return _along_time(chosen)
    last = to_channels_last(chosen.input_shape, chosen.fields)
    given = _Given(chosen, last[:-1], last[-1])
    output, weights, states = _rule(chosen)(given)
    trainable = bool(chosen.fields["trainable"])
    return LayerFacts(
        chosen.input_shape,
        in_format(output, chosen.fields),
        tuple(weight if trainable else _frozen(weight) for weight in weights),
        tuple(in_format(state, chosen.fields) for state in states),
    )


def _along_time(config: LayerConfig) -> LayerFacts:
    """Give what an RNN layer makes of its cell's step: time where asked for, states likewise."""
    step, fields = layer_facts(config.cell), config.fields
    steps = config.input_shape[:1] if fields["return_sequences"] else ()
    states = step.states if fields["return_state"] else ()
    return LayerFacts(config.input_shape, (*steps, *step.output_shape), step.weights, states)


def _frozen(weight: Weight) -> Weight:
    return Weight(
        weight.name, weight.shape, weight.fan_in, weight.fan_out, weight.true_fan_in, False
    )


def weight(name: str, shape: Shape, true_fan_in: float) -> Weight:
    """Make a weight with the fans that Keras's VarianceScaling takes from its shape."""
    if len(shape) == 1:
        return Weight(name, shape, shape[0], shape[0], true_fan_in)
    field = math.prod(shape[:-2])
    return Weight(name, shape, shape[-2] * field, shape[-1] * field, true_fan_in)


def _bias(given: _Given, *shape: int) -> list[Weight]:
    # One number is added to each output, whatever Keras takes from the shape.
    return [weight("bias", shape, 1)] if given.fields["use_bias"] else []


def _with_lora(given: _Given, kernel: Weight, bias: list[Weight]) -> list[Weight]:
    """Put the two factors of an adaptation behind the bias, as Keras does; freeze the kernel."""
    rank = given.fields.get("lora_rank")
    if rank is None:
        return [kernel, *bias]
    rows, columns = (*kernel.shape[:-1], number(rank)), (number(rank), kernel.shape[-1])
    return [
        *bias,
        weight("lora_kernel_a", rows, kernel.true_fan_in),
        weight("lora_kernel_b", columns, number(rank)),
        _frozen(kernel),
    ]


def _dense(given: _Given) -> tuple[Shape, list[Weight], tuple[Shape, ...]]:
    units = number(given.fields["units"])
    kernel = weight("kernel", (given.channels, units), given.channels)
    return (*given.space, units), _with_lora(given, kernel, _bias(given, units)), ()


def _convolution(given: _Given) -> tuple[Shape, list[Weight], tuple[Shape, ...]]:
    filters, groups = number(given.fields["filters"]), number(given.fields["groups"])
    given.refuse_channels(groups)
    seen = given.channels // groups
    shape = (*given.kernel, seen, filters)
    kernel = weight("kernel", shape, math.prod(given.kernel) * seen)
    space = convolved(given.fields, given.space, given.config.layer)
    return (*space, filters), _with_lora(given, kernel, _bias(given, filters)), ()


def _transposed(given: _Given) -> tuple[Shape, list[Weight], tuple[Shape, ...]]:
    filters = number(given.fields["filters"])
    steps = math.prod(sizes(given.fields["strides"]))
    true = math.prod(given.kernel) * given.channels / steps
    kernel = weight("kernel", (*given.kernel, filters, given.channels), true)
    space = spread(given.fields, given.space, given.config.layer)
    return (*space, filters), [kernel, *_bias(given, filters)], ()


def _depthwise(given: _Given) -> tuple[Shape, list[Weight], tuple[Shape, ...]]:
    many = number(given.fields["depth_multiplier"])
    name = "depthwise_kernel" if "filters" in given.fields else "kernel"
    shape = (*given.kernel, given.channels, many)
    kernel = weight(name, shape, math.prod(given.kernel))
    space = convolved(given.fields, given.space, given.config.layer)
    outputs = given.channels * many
    if "filters" not in given.fields:
        return (*space, outputs), [kernel, *_bias(given, outputs)], ()
    filters = number(given.fields["filters"])
    point = weight("pointwise_kernel", (*(1 for _ in space), outputs, filters), outputs)
    return (*space, filters), [kernel, point, *_bias(given, filters)], ()


_GATES: Mapping[str, int] = MappingProxyType({"SimpleRNN": 1, "GRU": 3, "LSTM": 4})


def _recurrent(given: _Given) -> tuple[Shape, list[Weight], tuple[Shape, ...]]:
    fields, units = given.fields, number(given.fields["units"])
    family = given.config.layer.removesuffix("Cell")
    wide = _GATES[family] * units
    rows = (2,) if fields.get("reset_after") else ()
    weights = [
        weight("kernel", (given.channels, wide), given.channels),
        weight("recurrent_kernel", (units, wide), units),
        *_bias(given, *rows, wide),
    ]
    states = ((units,),) * (2 if family == "LSTM" else 1)
    if "return_sequences" not in fields:
        return (units,), weights, states
    steps = given.space if fields["return_sequences"] else ()
    return (*steps, units), weights, states if fields["return_state"] else ()


def _conv_lstm(given: _Given) -> tuple[Shape, list[Weight], tuple[Shape, ...]]:
    filters, reach = number(given.fields["filters"]), math.prod(given.kernel)
    wide = 4 * filters
    weights = [
        weight("kernel", (*given.kernel, given.channels, wide), reach * given.channels),
        weight("recurrent_kernel", (*given.kernel, filters, wide), reach * filters),
        *_bias(given, wide),
    ]
    output = (*convolved(given.fields, given.space, given.config.layer), filters)
    return output, weights, (output, output)


_BY_FIELD: tuple[tuple[str, Rule], ...] = (
    ("depth_multiplier", _depthwise),
    ("output_padding", _transposed),
    ("groups", _convolution),
    ("kernel_size", _conv_lstm),
    ("recurrent_initializer", _recurrent),
    ("units", _dense),
)
"""The first field that a layer has makes its family."""


def _rule(config: LayerConfig) -> Rule:
    return next(rule for name, rule in _BY_FIELD if name in config.fields)
