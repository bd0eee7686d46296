"""Convolutions in ONNX: Keras's paddings as numbers, the channels moved to where ONNX has them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from actviz.formats.onnx_graph import Attribute, Builder
from actviz.formats.onnx_layer import Array, LayerWriter
from actviz.param import Value

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """A convolution's window: sizes along each axis of space, and Keras's word for the padding."""

    kernel: Shape
    strides: Shape
    dilation: Shape
    padding: str

    @property
    def reach(self) -> Shape:
        """How many elements of the input the window spans along each axis."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.kernel, self.dilation, strict=True))

    def attributes(self, sizes: Shape, groups: int = 1) -> dict[str, Attribute]:
        """Give the attributes of Conv for an input of these sizes."""
        return {
            "kernel_shape": self.kernel,
            "strides": self.strides,
            "dilations": self.dilation,
            "group": groups,
            **self._padded(sizes),
        }

    def _padded(self, sizes: Shape) -> dict[str, Attribute]:
        """Say the padding; numbers where older ONNX Runtimes refuse the word beside dilation."""
        if self.padding == "valid":
            return {"pads": (0,) * (2 * len(self.kernel))}
        if self.padding == "same" and max(self.dilation) == 1:
            return {"auto_pad": "SAME_UPPER"}
        return {"pads": self.pads(sizes)}

    def pads(self, sizes: Shape) -> Shape:
        """Count the zeros before and after each axis, as Keras fills up: the odd one behind."""
        if self.padding == "valid":
            return (0,) * (2 * len(sizes))
        whole = [
            reach - 1 if self.padding == "causal" else max((-(-n // s) - 1) * s + reach - n, 0)
            for n, s, reach in zip(sizes, self.strides, self.reach, strict=True)
        ]
        before = [each if self.padding == "causal" else each // 2 for each in whole]
        return (*before, *(each - first for each, first in zip(whole, before, strict=True)))

    def transposed(self, added: Shape | None) -> dict[str, Attribute]:
        """Give the attributes of ConvTranspose; `added` is Keras's output_padding."""
        cut = [
            _cut(reach, stride, self.padding, None if added is None else added[axis])
            for axis, (reach, stride) in enumerate(zip(self.reach, self.strides, strict=True))
        ]
        return {
            "kernel_shape": self.kernel,
            "strides": self.strides,
            "dilations": self.dilation,
            "group": 1,
            "pads": (*(before for before, _ in cut), *(max(after, 0) for _, after in cut)),
            "output_padding": tuple(max(-after, 0) for _, after in cut),
        }


def _cut(reach: int, stride: int, padding: str, added: int | None) -> tuple[int, int]:
    """Count what Keras cuts off a transposed convolution's full length, before and behind.

    Behind it may be negative: then so much is added.
    """
    if padding == "valid":
        return 0, -(max(stride - reach, 0) if added is None else added)
    length = stride + reach - 2 if added is None else reach + reach % 2 - 2 + added
    first = min(length // 2 + length % 2, reach - 1)
    return reach - 1 - first, reach - 1 - (length - first)


def window_of(layer: LayerWriter) -> Window:
    """Read the window off a layer's fields."""
    fields = layer.fields
    return Window(
        sizes_of(fields["kernel_size"]),
        sizes_of(fields["strides"]),
        sizes_of(fields["dilation_rate"]),
        str(fields["padding"]),
    )


def sizes_of(value: Value) -> Shape:
    """Take a field's value as sizes."""
    assert isinstance(value, tuple)
    return tuple(int(each) for each in value)


@dataclass(frozen=True, slots=True)
class Channels:
    """Where the channels are: last as Keras has them by default, or first as ONNX has them."""

    rank: int
    last: bool

    @classmethod
    def of(cls, layer: LayerWriter) -> Channels:
        """Read it off a layer's fields."""
        rank = len(sizes_of(layer.fields["kernel_size"]))
        return cls(rank, layer.fields["data_format"] == "channels_last")

    def first(self, builder: Builder, x: str) -> str:
        """Move the channels of a value to the front."""
        order = (0, self.rank + 1, *range(1, self.rank + 1))
        return builder.node("Transpose", x, perm=order) if self.last else x

    def back(self, builder: Builder, x: str) -> str:
        """Move the channels of a value back to where Keras has them."""
        order = (0, *range(2, self.rank + 2), 1)
        return builder.node("Transpose", x, perm=order) if self.last else x

    def space(self, shape: Shape) -> Shape:
        """Give the sizes along the axes of space of a shape without the batch."""
        return shape[:-1] if self.last else shape[1:]

    def count(self, shape: Shape) -> int:
        """Give the number of channels of a shape without the batch."""
        return shape[-1] if self.last else shape[0]

    def axis(self, axis: int) -> int:
        """Say where an axis of Keras's is with the channels in front."""
        axis %= self.rank + 2
        if not self.last or axis == 0:
            return axis
        return 1 if axis == self.rank + 1 else axis + 1


def kernel_first(kernel: Array) -> Array:
    """Lay a kernel (*sizes, inputs, outputs) out as ONNX has it: (outputs, inputs, *sizes)."""
    return np.moveaxis(kernel, (-1, -2), (0, 1))


def depthwise_first(kernel: Array) -> Array:
    """Lay a kernel (*sizes, inputs, multiplier) out as (inputs · multiplier, 1, *sizes)."""
    moved = np.moveaxis(kernel, (-2, -1), (0, 1))
    return moved.reshape(-1, 1, *kernel.shape[:-2])


def write_convolution(layer: LayerWriter) -> None:
    """Write a plain, transposed, depthwise or separable convolution."""
    channels = Channels.of(layer)
    shape = layer.facts.input_shape
    x = channels.first(layer.builder, layer.input("x", *shape))
    name = layer.config.layer
    if name.endswith("Transpose"):
        y = _transposed(layer, x, channels.count(shape))
    elif name.startswith("Conv"):
        y = _plain(layer, x, channels.space(shape))
    else:
        y = _depthwise(layer, x, channels, shape)
    y = layer.activation("activation", y, softmax_axis(layer, "activation", channels))
    layer.output("y", channels.back(layer.builder, y), *layer.facts.output_shape)


def softmax_axis(layer: LayerWriter, slot: str, channels: Channels) -> int | None:
    """Say where a slot's softmax acts with the channels in front; None for other activations."""
    axis = layer.config.activations[slot][1].get("axis")
    return channels.axis(axis) if isinstance(axis, int) else None


def _plain(layer: LayerWriter, x: str, space: Shape) -> str:
    window, groups = window_of(layer), layer.fields["groups"]
    assert isinstance(groups, int)
    *sizes, inputs, outputs = layer.shapes["kernel"]
    kernel = layer.weight("kernel", (outputs, inputs, *sizes), kernel_first)
    return conv(layer.builder, x, kernel, layer.bias((outputs,)), window.attributes(space, groups))


def conv(builder: Builder, x: str, kernel: str, bias: str, attributes: dict[str, Attribute]) -> str:
    """Write a Conv, without an input for the bias where there is none."""
    return builder.node("Conv", *([x, kernel, bias] if bias else [x, kernel]), **attributes)


def _transposed(layer: LayerWriter, x: str, inputs: int) -> str:
    added = layer.fields["output_padding"]
    *sizes, outputs, _ = layer.shapes["kernel"]
    kernel = layer.weight("kernel", (inputs, outputs, *sizes), kernel_first)
    attributes = window_of(layer).transposed(None if added is None else sizes_of(added))
    bias = layer.bias((outputs,))
    taken = [x, kernel, bias] if bias else [x, kernel]
    return layer.builder.node("ConvTranspose", *taken, **attributes)


def _depthwise(layer: LayerWriter, x: str, channels: Channels, shape: Shape) -> str:
    """Write a depthwise convolution: a group for each channel; then the mixture, if separable."""
    name = layer.facts.weights[0].name
    *sizes, inputs, multiplier = layer.shapes[name]
    kernel = layer.weight(name, (inputs * multiplier, 1, *sizes), depthwise_first)
    attributes = window_of(layer).attributes(channels.space(shape), channels.count(shape))
    if "pointwise_kernel" not in layer.shapes:
        return conv(layer.builder, x, kernel, layer.bias((inputs * multiplier,)), attributes)
    apart = conv(layer.builder, x, kernel, "", attributes)
    *ones, between, outputs = layer.shapes["pointwise_kernel"]
    mixture = layer.weight("pointwise_kernel", (outputs, between, *ones), kernel_first)
    one = (1,) * channels.rank
    point = Window(one, one, one, "valid").attributes(one)
    return conv(layer.builder, apart, mixture, layer.bias((outputs,)), point)
