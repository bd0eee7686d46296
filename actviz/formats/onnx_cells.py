"""Recurrent cells in ONNX: one step in time as a graph of products and activations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from actviz.formats.onnx_convolution import (
    Channels,
    Window,
    conv,
    kernel_first,
    sizes_of,
    softmax_axis,
    window_of,
)
from actviz.formats.onnx_graph import Builder
from actviz.formats.onnx_layer import Array, LayerWriter

States = tuple[str, ...]
NAMES = ("h", "c")
"""What a cell's states are called: its output, and the cell state behind it."""
CANDIDATE, GATES = "activation", "recurrent_activation"


def step(layer: LayerWriter, builder: Builder, x: str, states: States) -> States:
    """Write one step of a layer's recurrence into a builder and give the new states."""
    name = layer.config.layer
    if name.startswith("SimpleRNN"):
        return _simple_step(layer, builder, x, states)
    if name.startswith("GRU"):
        return _gru_step(layer, builder, x, states)
    if name.startswith("ConvLSTM"):
        return _convolution_step(layer, builder, x, states)
    return _lstm_step(layer, builder, x, states)


def write_cell(layer: LayerWriter) -> None:
    """Write a cell: a step from the states to the new states."""
    after, names = layer.facts.output_shape, NAMES[: len(layer.facts.states)]
    x = layer.input("x", *layer.facts.input_shape)
    states = tuple(layer.input(name, *after) for name in names)
    for name, value in zip(names, step(layer, layer.builder, x, states), strict=True):
        layer.output(f"{name}_next", value, *after)


def _product(layer: LayerWriter, builder: Builder, x: str, kernel: str) -> str:
    return builder.node("MatMul", x, layer.weight(kernel, layer.shapes[kernel]))


def _plus(builder: Builder, value: str, bias: str) -> str:
    return builder.node("Add", value, bias) if bias else value


def _simple_step(layer: LayerWriter, builder: Builder, x: str, states: States) -> States:
    inner = _product(layer, builder, x, "kernel")
    inner = _plus(builder, inner, layer.bias(layer.shapes["kernel"][1:]))
    inner = builder.node("Add", inner, _product(layer, builder, states[0], "recurrent_kernel"))
    return (layer.activation_in(builder, CANDIDATE, inner),)


def _gru_step(layer: LayerWriter, builder: Builder, x: str, states: States) -> States:
    """Write z and r, and the candidate with r before or after the recurrent product."""
    (h,) = states
    three = layer.shapes["kernel"][1]
    units = builder.integers(*(three // 3,) * 3)
    after = bool(layer.fields["reset_after"])
    inner = _product(layer, builder, x, "kernel")
    inner = _plus(builder, inner, _gru_bias(layer, three, 0 if after else None))
    of_x = builder.nodes_of("Split", inner, units, outputs=3, axis=1)
    if after:
        recurrent = _product(layer, builder, h, "recurrent_kernel")
        recurrent = _plus(builder, recurrent, _gru_bias(layer, three, 1))
        of_h = builder.nodes_of("Split", recurrent, units, outputs=3, axis=1)
    else:
        of_h = _gates_before(layer, builder, h, three // 3)
    z, r = (
        layer.activation_in(builder, GATES, builder.node("Add", *pair))
        for pair in zip(of_x[:2], of_h[:2], strict=True)
    )
    if after:
        reset = builder.node("Mul", r, of_h[2])
    else:
        reset = _candidate_before(layer, builder, builder.node("Mul", r, h), three // 3)
    candidate = layer.activation_in(builder, CANDIDATE, builder.node("Add", of_x[2], reset))
    kept = builder.node("Mul", z, h)
    rest = builder.node("Sub", builder.number(1.0), z)
    return (builder.node("Add", kept, builder.node("Mul", rest, candidate)),)


def _gru_bias(layer: LayerWriter, three: int, row: int | None) -> str:
    """Hold the bias of the input's or of the state's product; they are one where r acts before."""
    if row is None:
        return layer.bias((three,))
    if "bias" not in layer.shapes:
        return ""
    part = ("bias", "recurrent_bias")[row]
    return layer.weight("bias", (three,), lambda bias: bias[row], part)


def _gates_before(layer: LayerWriter, builder: Builder, h: str, units: int) -> States:
    name = "recurrent_kernel"
    shape = (units, 2 * units)
    gates = layer.weight(name, shape, lambda k: k[:, : 2 * units], f"{name}_gates")
    product = builder.node("MatMul", h, gates)
    return builder.nodes_of("Split", product, builder.integers(units, units), outputs=2, axis=1)


def _candidate_before(layer: LayerWriter, builder: Builder, reset: str, units: int) -> str:
    name = "recurrent_kernel"
    shape = (units, units)
    kernel = layer.weight(name, shape, lambda k: k[:, 2 * units :], f"{name}_candidate")
    return builder.node("MatMul", reset, kernel)


def _lstm_step(layer: LayerWriter, builder: Builder, x: str, states: States) -> States:
    h, c = states
    four = layer.shapes["kernel"][1]
    inner = _plus(builder, _product(layer, builder, x, "kernel"), layer.bias((four,)))
    inner = builder.node("Add", inner, _product(layer, builder, h, "recurrent_kernel"))
    sizes = builder.integers(*(four // 4,) * 4)
    parts = builder.nodes_of("Split", inner, sizes, outputs=4, axis=1)

    def act(slot: str, x: str) -> str:
        return layer.activation_in(builder, slot, x)

    return _gated(builder, parts, c, act)


def _gated(builder: Builder, parts: States, c: str, act: Callable[[str, str], str]) -> States:
    """Write what an LSTM makes of its gates i, f, c, o, and give the new states."""
    i, f, o = (act(GATES, parts[at]) for at in (0, 1, 3))
    candidate = act(CANDIDATE, parts[2])
    kept = builder.node("Mul", f, c)
    state = builder.node("Add", kept, builder.node("Mul", i, candidate))
    return builder.node("Mul", o, act(CANDIDATE, state)), state


def _convolution_step(layer: LayerWriter, builder: Builder, x: str, states: States) -> States:
    """Write a step of ConvLSTM1DCell, 2DCell or 3DCell: its products are convolutions."""
    channels, before, after = Channels.of(layer), layer.step.input_shape, layer.step.output_shape
    inner, h, c = (channels.first(builder, each) for each in (x, *states))
    *sizes, _, four = layer.shapes["kernel"]
    kernels = [
        layer.weight(name, (four, layer.shapes[name][-2], *sizes), kernel_first)
        for name in ("kernel", "recurrent_kernel")
    ]
    window = window_of(layer).attributes(channels.space(before))
    inner = conv(builder, inner, kernels[0], layer.bias((four,)), window)
    one = (1,) * channels.rank
    same = Window(sizes_of(layer.fields["kernel_size"]), one, one, "same")
    recurrent = conv(builder, h, kernels[1], "", same.attributes(channels.space(after)))
    inner = builder.node("Add", inner, recurrent)
    parts = builder.nodes_of("Split", inner, builder.integers(*(four // 4,) * 4), outputs=4, axis=1)

    def act(slot: str, x: str) -> str:
        return layer.activation_in(builder, slot, x, softmax_axis(layer, slot, channels))

    return tuple(channels.back(builder, each) for each in _gated(builder, parts, c, act))


def gates_reordered(kernel: Array) -> Array:
    """Put an LSTM's gates, along the last axis, from Keras's i f c o into ONNX's i o f c."""
    i, f, c, o = np.split(kernel, 4, axis=-1)
    return np.concatenate([i, o, f, c], axis=-1)
