"""What the ONNX writer must know of a layer's sizes: its weights and its output."""

from __future__ import annotations

import math
from dataclasses import dataclass

from actviz.layers import LayerConfig
from actviz.param import Value

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight: its name and shape in Keras, and the fans that Keras's initializers believe."""

    name: str
    shape: Shape

    @property
    def fans(self) -> tuple[int, int]:
        """Inputs and outputs of a unit: Keras takes the last two axes for them in any layer."""
        if len(self.shape) == 1:
            return self.shape[0], self.shape[0]
        window = math.prod(self.shape[:-2])
        return window * self.shape[-2], window * self.shape[-1]


@dataclass(frozen=True, slots=True)
class Facts:
    """A layer's sizes: shapes without the batch, in the order of the layer's data format."""

    input_shape: Shape
    output_shape: Shape
    weights: tuple[Weight, ...]

    @property
    def parameters(self) -> int:
        """How many numbers the weights hold."""
        return sum(math.prod(weight.shape) for weight in self.weights)


def layer_facts(config: LayerConfig) -> Facts:
    """Say the sizes of a layer for the input it is thought of with."""
    inputs = config.input_shape
    first = config.fields.get("data_format") == "channels_first"
    channels, space = (inputs[0], inputs[1:]) if first else (inputs[-1], inputs[:-1])
    kernels = _kernels(config, channels)
    outputs, bias = _outputs(config, channels)
    if config.fields["use_bias"]:
        kernels = (*kernels, Weight("bias", bias))
    if "kernel_size" not in config.fields:
        every = config.fields.get("return_sequences") or config.layer == "Dense"
        return Facts(inputs, (*space, outputs) if every else (outputs,), kernels)
    after = tuple(_length(config, axis, size) for axis, size in enumerate(space))
    return Facts(inputs, (outputs, *after) if first else (*after, outputs), kernels)


def whole_numbers(config: LayerConfig, name: str) -> Shape:
    """Give a field that is one whole number an axis."""
    value = config.fields[name]
    assert isinstance(value, tuple)
    return tuple(int(each) for each in value)


def _whole(value: Value) -> int:
    assert isinstance(value, int)
    return value


def _kernels(config: LayerConfig, channels: int) -> tuple[Weight, ...]:
    name, fields = config.layer, config.fields
    size = whole_numbers(config, "kernel_size") if "kernel_size" in fields else ()
    made = _whole(fields.get("units", fields.get("filters", 0)))
    if "recurrent_initializer" in fields:
        wide = _gates(name) * made
        kernel = Weight("kernel", (*size, channels, wide))
        return kernel, Weight("recurrent_kernel", (*size, made, wide))
    if name.endswith("Transpose"):
        return (Weight("kernel", (*size, made, channels)),)
    if "depth_multiplier" in fields:
        multiplier = _whole(fields["depth_multiplier"])
        if name == "DepthwiseConv2D":
            return (Weight("kernel", (*size, channels, multiplier)),)
        apart = Weight("depthwise_kernel", (*size, channels, multiplier))
        ones = (1,) * len(size)
        return apart, Weight("pointwise_kernel", (*ones, channels * multiplier, made))
    return (Weight("kernel", (*size, channels // _whole(fields.get("groups", 1)), made)),)


def _gates(name: str) -> int:
    return 4 if "LSTM" in name else 3 if "GRU" in name else 1


def _outputs(config: LayerConfig, channels: int) -> tuple[int, Shape]:
    """Give the number of output channels, and the bias's shape."""
    fields = config.fields
    if config.layer == "DepthwiseConv2D":
        made = channels * _whole(fields["depth_multiplier"])
        return made, (made,)
    made = _whole(fields.get("units", fields.get("filters", 0)))
    if "recurrent_initializer" not in fields:
        return made, (made,)
    wide = _gates(config.layer) * made
    return made, (2, wide) if fields.get("reset_after") else (wide,)


def _length(config: LayerConfig, axis: int, size: int) -> int:
    """Count a convolution's outputs along one axis of space."""
    stride = whole_numbers(config, "strides")[axis]
    steps = whole_numbers(config, "dilation_rate")[axis]
    reach = (whole_numbers(config, "kernel_size")[axis] - 1) * steps + 1
    valid = config.fields["padding"] == "valid"
    if not config.layer.endswith("Transpose"):
        return (size - reach) // stride + 1 if valid else -(-size // stride)
    if config.fields["output_padding"] is None:
        return (size - 1) * stride + max(reach, stride) if valid else size * stride
    added = whole_numbers(config, "output_padding")[axis]
    return (size - 1) * stride + (reach if valid else reach % 2) + added
