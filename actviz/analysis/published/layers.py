"""Layers: what He's and Glorot's initializers give one output unit, from believed fans."""

from __future__ import annotations

from functools import partial
from typing import Any

from actviz.analysis.fans import Passage, layer_signal
from actviz.analysis.published.check import Check
from actviz.layers import LayerConfig

_FANS = "keras.initializers, compute_fans: shape[−2] · receptive field; Var z/E x² in closed form"
_FUSED = "keras.layers, one weight for all gates; Var z/E x² in closed form"
_CHANNELS = 64
_HE = "he_normal"


def _passage(name: str, size: tuple[int, ...], index: int, fields: dict[str, Any]) -> Passage:
    """Give one of the kernels of a layer whose input has this size."""
    config = LayerConfig(name, fields=fields, input_shape=size)
    passages = layer_signal(config).gates[0].passages
    return passages[index]


def _variance(name: str, size: tuple[int, ...], index: int, fields: dict[str, Any]) -> float:
    return _passage(name, size, index, fields).true


def _fan(name: str, size: tuple[int, ...], index: int, fields: dict[str, Any]) -> float:
    return _passage(name, size, index, fields).true_fan_in


def _he(
    title: str, fan: str, ratio: str, *, name: str, axes: int = 2, index: int = 0, **fields: Any
) -> tuple[Check, ...]:
    """Check He's initializer, whose target is 2, in a layer with 64 channels."""
    kernels = {
        "DepthwiseConv2D": ("depthwise_initializer",),
        "SeparableConv2D": ("depthwise_initializer", "pointwise_initializer"),
    }.get(name, ("kernel_initializer",))
    given = dict.fromkeys(kernels, _HE) | fields
    own = (name, (16,) * axes + (_CHANNELS,), index, given)
    return (
        Check(f"{title}: true fan-in", fan, partial(_fan, *own), _FANS),
        Check(f"{title}: Var z/E x² of He", ratio, partial(_variance, *own), _FANS, exact=True),
    )


def _gate(title: str, ratio: str, name: str, index: int) -> Check:
    """Check one gate's part of a fused weight, of 64 units that see 64 inputs."""
    own = (name, (5, _CHANNELS), index, {"units": _CHANNELS})
    return Check(title, ratio, partial(_variance, *own), _FUSED, exact=True)


_SQUARE = (3, 3)
CHECKS: tuple[Check, ...] = (
    *_he("Dense", "64", "2", name="Dense", axes=0, units=32),
    *_he("Conv1D, kernel 3", "192", "2", name="Conv1D", axes=1, filters=32, kernel_size=(3,)),
    *_he("Conv2D, kernel 3", "576", "2", name="Conv2D", filters=32, kernel_size=_SQUARE),
    *_he("Conv3D, kernel 3", "1728", "2", name="Conv3D", axes=3, filters=32, kernel_size=(3, 3, 3)),
    *_he("Conv2D, 4 groups", "144", "2", name="Conv2D", filters=32, kernel_size=_SQUARE, groups=4),
    *_he(
        "Conv2DTranspose, kernel 3, stride 1",
        "576",
        "4",
        name="Conv2DTranspose",
        filters=32,
        kernel_size=_SQUARE,
    ),
    *_he(
        "Conv2DTranspose, kernel 4, stride 2",
        "256",
        "1",
        name="Conv2DTranspose",
        filters=32,
        kernel_size=(4, 4),
        strides=(2, 2),
    ),
    *_he("DepthwiseConv2D, kernel 3", "9", "0.03125", name="DepthwiseConv2D", kernel_size=_SQUARE),
    *_he(
        "SeparableConv2D, depthwise",
        "9",
        "0.03125",
        name="SeparableConv2D",
        filters=32,
        kernel_size=_SQUARE,
    ),
    *_he(
        "SeparableConv2D, pointwise",
        "64",
        "2",
        name="SeparableConv2D",
        index=1,
        filters=32,
        kernel_size=_SQUARE,
    ),
    _gate("LSTM kernel, Glorot: Var z/E x²", "0.4", "LSTM", 0),
    _gate("GRU kernel, Glorot: Var z/E x²", "0.5", "GRU", 0),
    _gate("SimpleRNN kernel, Glorot: Var z/E x²", "1", "SimpleRNN", 0),
    _gate("LSTM recurrent kernel, orthogonal: one gate", "0.25", "LSTM", 1),
    Check(
        "GRU recurrent kernel, orthogonal: one gate",
        "0.333333333333",
        partial(_variance, "GRU", (5, _CHANNELS), 1, {"units": _CHANNELS}),
        _FUSED,
    ),
    _gate("SimpleRNN recurrent kernel, orthogonal", "1", "SimpleRNN", 1),
)
