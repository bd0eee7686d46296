"""What every layer computes, in float64 and as plainly as it can be written, from given weights.

It is the yardstick for all dialects: Keras itself is held against it (test_layer_reference.py),
and so is what torch and ONNX Runtime make of our files. Weights are in Keras's order and layout,
activations are the catalogue's rows, dropout is off.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actviz.activations import row
from actviz.layers import LayerConfig

Array = NDArray[np.float64]
CELLS = ("SimpleRNN", "GRU", "LSTM")


def activated(config: LayerConfig, slot: str, x: Array) -> Array:
    """Put x, in the layout that is configured, through the activation of a slot."""
    name, values = config.activations[slot]
    if not isinstance(x, np.ndarray):  # numbers with bounds: see rounding.py
        return x.through(name, values)
    if row(name).vector:
        axis = values["axis"]
        assert isinstance(axis, int)
        powers = np.exp(x - x.max(axis=axis, keepdims=True))
        return powers / powers.sum(axis=axis, keepdims=True)
    return row(name).evaluate(x, dict(values))[0]


def forward(config: LayerConfig, weights: Sequence[Array], x: Array) -> tuple[Array, ...]:
    """Compute a layer: its output, then the states where it gives them (a step always does)."""
    x, weights = np.asarray(x, np.float64), [np.asarray(each, np.float64) for each in weights]
    with np.errstate(all="ignore"):  # a recurrence of exponentials overflows, to Keras too
        return _computed(config, weights, x)


def _computed(config: LayerConfig, weights: Sequence[Array], x: Array) -> tuple[Array, ...]:
    name = config.layer
    if name == "Dense":
        return (activated(config, "activation", _biased(config, x @ weights[0], weights)),)
    if config.in_rnn or name in CELLS:
        return _along_time(config, weights, x)
    if config.is_step:
        return _step(config, weights, x, None)
    y = _biased(config, _CONVOLUTIONS[_kind(name)](config, weights, _last(config, x)), weights)
    return (activated(config, "activation", _back(config, y)),)


def random_weights(
    config: LayerConfig, input_shape: Sequence[int], rng: np.random.Generator
) -> list[Array]:
    """Draw weights of the shapes that Keras gives them, biases included, about as large as 1."""
    made = []
    for shape in weight_shapes(config, input_shape):
        size = max(1, prod(shape[:-1])) ** -0.5 if len(shape) > 1 else 1.0
        made.append(rng.standard_normal(shape) * size)
    return made


def weight_shapes(config: LayerConfig, input_shape: Sequence[int]) -> list[tuple[int, ...]]:
    """Say the shapes of a layer's weights for an input without the batch."""
    name, fields = config.layer, config.fields
    input_shape = input_shape[1:] if config.in_rnn else input_shape
    first = fields.get("data_format") == "channels_first"
    channels = input_shape[0 if first else -1]
    size: Any = fields.get("kernel_size", ())
    out: Any = fields.get("units", fields.get("filters", 0))
    multiplier: Any = fields.get("depth_multiplier", 1)
    bias: tuple[int, ...] = (out,)
    if name == "Dense":
        shapes = [(channels, out)]
    elif "Cell" in name or name in CELLS:
        gates = 4 if "LSTM" in name else 3 if "GRU" in name else 1
        shapes = [(*size, channels, gates * out), (*size, out, gates * out)]
        bias = (2, gates * out) if fields.get("reset_after") else (gates * out,)
    elif _kind(name) == "Transpose":
        shapes = [(*size, out, channels)]
    elif _kind(name) == "Depthwise":
        shapes, bias = [(*size, channels, multiplier)], (channels * multiplier,)
    elif _kind(name) == "Separable":
        ones = (1,) * len(size)
        shapes = [(*size, channels, multiplier), (*ones, channels * multiplier, out)]
    else:
        groups: Any = fields["groups"]
        shapes = [(*size, channels // groups, out)]
    return [*shapes, *([bias] if fields["use_bias"] else [])]


def _kind(name: str) -> str:
    known = ("Transpose", "Depthwise", "Separable")
    return next((each for each in known if each in name), "Plain")


def _biased(config: LayerConfig, y: Array, weights: Sequence[Array]) -> Array:
    return y + weights[-1] if config.fields["use_bias"] else y


def _last(config: LayerConfig, x: Array) -> Array:
    """Put the channels last."""
    return np.moveaxis(x, 1, -1) if config.fields["data_format"] == "channels_first" else x


def _back(config: LayerConfig, y: Array) -> Array:
    return np.moveaxis(y, -1, 1) if config.fields["data_format"] == "channels_first" else y


# Convolutions


def _margins(n: int, size: int, stride: int, dilation: int, padding: str) -> tuple[int, int]:
    """Say how many zeros stand before and after an axis."""
    reach = dilation * (size - 1)
    if padding == "causal":
        return reach, 0
    if padding == "valid":
        return 0, 0
    total = max((-(-n // stride) - 1) * stride + reach + 1 - n, 0)
    return total // 2, total - total // 2


def _windows(
    x: Array, size: Sequence[int], strides: Sequence[int], dilation: Sequence[int], padding: str
) -> dict[tuple[int, ...], Array]:
    """Give for each element of a window what it sees, channels last."""
    spatial = x.shape[1:-1]
    around = [
        _margins(*each, padding) for each in zip(spatial, size, strides, dilation, strict=False)
    ]
    padded = np.pad(x, [(0, 0), *around, (0, 0)])
    counts = [
        (n - d * (k - 1) - 1) // s + 1
        for n, k, s, d in zip(padded.shape[1:-1], size, strides, dilation, strict=False)
    ]
    seen = {}
    for index in np.ndindex(*size):
        cut = [
            slice(i * d, i * d + (count - 1) * s + 1, s)
            for i, d, s, count in zip(index, dilation, strides, counts, strict=False)
        ]
        seen[index] = padded[(slice(None), *cut)]
    return seen


def convolved(
    x: Array,
    kernel: Array,
    strides: Sequence[int],
    dilation: Sequence[int],
    padding: str,
    *,
    groups: int = 1,
) -> Array:
    """Slide a kernel (*k, channels / groups, filters) over x, channels last."""
    seen = _windows(x, kernel.shape[:-2], strides, dilation, padding)
    inputs = np.split(np.arange(x.shape[-1]), groups)
    outputs = np.split(np.arange(kernel.shape[-1]), groups)
    parts = [
        sum(each[..., take] @ kernel[index][:, give] for index, each in seen.items())
        for take, give in zip(inputs, outputs, strict=True)
    ]
    return np.concatenate(parts, axis=-1)


def _window(config: LayerConfig) -> tuple[Any, Any, Any]:
    fields = config.fields
    return fields["strides"], fields["dilation_rate"], fields["padding"]


def _plain(config: LayerConfig, weights: Sequence[Array], x: Array) -> Array:
    groups: Any = config.fields["groups"]
    return convolved(x, weights[0], *_window(config), groups=groups)


def _depthwise(config: LayerConfig, weights: Sequence[Array], x: Array) -> Array:
    kernel = weights[0]
    seen = _windows(x, kernel.shape[:-2], *_window(config))
    y = sum(each[..., None] * kernel[index] for index, each in seen.items())
    assert isinstance(y, np.ndarray)
    return y.reshape(*y.shape[:-2], -1)


def _separable(config: LayerConfig, weights: Sequence[Array], x: Array) -> Array:
    y = _depthwise(config, weights, x)
    return y @ weights[1].reshape(weights[1].shape[-2:])


def _transposed(config: LayerConfig, weights: Sequence[Array], x: Array) -> Array:
    """Spread each input over the outputs that a convolution would have read it from."""
    kernel, (strides, dilation, padding) = weights[0], _window(config)
    added: Any = config.fields["output_padding"] or (None,) * len(strides)
    reach = [d * (k - 1) + 1 for k, d in zip(kernel.shape, dilation, strict=False)]
    spatial = x.shape[1:-1]
    whole = [(n - 1) * s + ke for n, s, ke in zip(spatial, strides, reach, strict=False)]
    y = np.zeros((x.shape[0], *whole, kernel.shape[-2]))
    for index in np.ndindex(*kernel.shape[:-2]):
        cut = [
            slice(i * d, i * d + (n - 1) * s + 1, s)
            for i, d, n, s in zip(index, dilation, spatial, strides, strict=False)
        ]
        y[(slice(None), *cut)] += x @ kernel[index].T
    for axis, each in enumerate(zip(spatial, reach, strides, added, strict=False), start=1):
        y = _cut_to(y, axis, *_kept(*each, padding))
    return y


def _kept(n: int, reach: int, stride: int, added: int | None, padding: str) -> tuple[int, int]:
    """Say where an output axis begins in the whole one, and how long it is."""
    if padding == "valid":
        return 0, (n - 1) * stride + (max(reach, stride) if added is None else reach + added)
    before = stride + reach - 2 if added is None else reach + reach % 2 - 2 + added
    begin = max(reach - 1 - (before + 1) // 2, 0)
    return begin, n * stride if added is None else (n - 1) * stride + reach % 2 + added


def _cut_to(y: Array, axis: int, begin: int, length: int) -> Array:
    """Cut a piece out of an axis; behind its end there is nothing."""
    missing = max(begin + length - y.shape[axis], 0)
    padded = np.pad(y, [(0, missing if each == axis else 0) for each in range(y.ndim)])
    return padded.take(range(begin, begin + length), axis=axis)


_CONVOLUTIONS = {
    "Plain": _plain,
    "Depthwise": _depthwise,
    "Separable": _separable,
    "Transpose": _transposed,
}


# Recurrences: each step gives its output, then its states


def _zeros(config: LayerConfig, x: Array) -> list[Array]:
    units: Any = config.fields["units"]
    return [np.zeros((x.shape[0], units)) for _ in range(2 if "LSTM" in config.layer else 1)]


def _simple_step(
    config: LayerConfig, weights: Sequence[Array], x: Array, states: Sequence[Array]
) -> tuple[Array, ...]:
    h = _biased(config, x @ weights[0], weights) + states[0] @ weights[1]
    h = activated(config, "activation", h)
    return h, h


def _gru_step(
    config: LayerConfig, weights: Sequence[Array], x: Array, states: Sequence[Array]
) -> tuple[Array, ...]:
    (kernel, recurrent), h = weights[:2], states[0]
    after = config.fields["reset_after"]
    bias = weights[2] if config.fields["use_bias"] else np.zeros(kernel.shape[-1])
    given, own = (bias[0], bias[1]) if bias.ndim > 1 else (bias, np.zeros_like(bias))
    x_z, x_r, x_h = np.split(x @ kernel + given, 3, axis=-1)
    u_z, u_r, u_h = np.split(recurrent, 3, axis=-1)
    b_z, b_r, b_h = np.split(own, 3, axis=-1)
    z = activated(config, "recurrent_activation", x_z + h @ u_z + b_z)
    r = activated(config, "recurrent_activation", x_r + h @ u_r + b_r)
    inner = r * (h @ u_h + b_h) if after else (r * h) @ u_h
    new = z * h + (1 - z) * activated(config, "activation", x_h + inner)
    return new, new


def _gated(config: LayerConfig, gates: Array, c: Array, axis: int = -1) -> tuple[Array, ...]:
    """Let the four gates i, f, c, o act on a cell state."""
    i, f, g, o = np.split(gates, 4, axis=axis)
    i, f, o = (activated(config, "recurrent_activation", each) for each in (i, f, o))
    c = f * c + i * activated(config, "activation", g)
    h = o * activated(config, "activation", c)
    return h, h, c


def _lstm_step(
    config: LayerConfig, weights: Sequence[Array], x: Array, states: Sequence[Array]
) -> tuple[Array, ...]:
    gates = _biased(config, x @ weights[0] + states[0] @ weights[1], weights)
    return _gated(config, gates, states[1])


_STEPS = {"SimpleRNN": _simple_step, "GRU": _gru_step, "LSTM": _lstm_step}


def _step(
    config: LayerConfig, weights: Sequence[Array], x: Array, states: Sequence[Array] | None
) -> tuple[Array, ...]:
    """Take one step, from zeros if no states are given."""
    if config.layer.startswith("ConvLSTM"):
        return conv_lstm_step(config, weights, x, states)
    step = _STEPS[config.layer.removesuffix("Cell")]
    return step(config, weights, x, _zeros(config, x) if states is None else states)


def _along_time(config: LayerConfig, weights: Sequence[Array], x: Array) -> tuple[Array, ...]:
    """Let a cell go through time, from the end where it goes backwards."""
    states: Sequence[Array] | None = None
    outputs = []
    for each in np.moveaxis(x, 1, 0)[:: -1 if config.fields["go_backwards"] else 1]:
        output, *states = _step(config.cell, weights, each, states)
        outputs.append(output)
    y = np.stack(outputs, axis=1) if config.fields["return_sequences"] else outputs[-1]
    return (y, *(states or ())) if config.fields["return_state"] else (y,)


def conv_lstm_step(
    config: LayerConfig,
    weights: Sequence[Array],
    x: Array,
    states: Sequence[Array] | None = None,
) -> tuple[Array, ...]:
    """Take one step, from zeros if no states are given.

    Only the input's convolution has strides, dilation and padding.
    """
    seen = _biased(config, convolved(_last(config, x), weights[0], *_window(config)), weights)
    ones = (1,) * (seen.ndim - 2)
    if states is None:
        filters: Any = config.fields["filters"]
        states = [_back(config, np.zeros((*seen.shape[:-1], filters)))] * 2
    own = convolved(_last(config, states[0]), weights[1], ones, ones, "same")
    axis = 1 if config.fields["data_format"] == "channels_first" else -1
    return _gated(config, _back(config, seen + own), states[1], axis)
