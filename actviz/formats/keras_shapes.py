"""The shapes in a Keras file: for which input a layer was built, and what flows into the next.

A file says it of layers that were built (`build_config`), of Keras 2's first ones
(`batch_input_shape`) and of the model's inputs; between them our own layers say what they make of
an input. Only numbers are multiplied: nothing is built or allocated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from actviz.layers import LayerConfig, layer_facts
from actviz.layers.shapes import MOST_AXES, channels_first
from actviz.layers.sizes import OpenShape, layer_sizes

INPUT = "InputLayer"
_KEEPING = (
    *("ActivityRegularization", "AlphaDropout", "BatchNormalization", "Dropout", "GaussianDropout"),
    *("GaussianNoise", "GroupNormalization", "Identity", "LayerNormalization", "Masking"),
    *("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "UnitNormalization"),
    *("Activation", "ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax", "ThresholdedReLU", "Rescaling"),
)
"""Layers whose output has the shape of their input."""


def own_shape(document: Mapping[str, object]) -> OpenShape | None:
    """Give what a layer's file says about its input, without the batch; an open axis is None."""
    built, config = document.get("build_config"), document.get("config")
    shape = built.get("input_shape") if isinstance(built, dict) else None
    for key in ("batch_shape", "batch_input_shape"):
        if shape is None and isinstance(config, dict):
            shape = config.get(key)
    if not isinstance(shape, list) or not 2 <= len(shape) <= MOST_AXES + 1:
        return None
    axes = shape[1:]
    fit = all(axis is None or (type(axis) is int and axis >= 1) for axis in axes)
    return tuple(axes) if fit else None


def output_shape(config: LayerConfig, told: OpenShape | None) -> OpenShape | None:
    """Give what a layer makes of its input; None where it cannot be built for it.

    Where nothing tells the input, the channels of the output are known all the same.
    """
    if told is not None:
        known = layer_sizes(config, told)
        return None if known is None else known.output_shape
    try:
        output = layer_facts(config).output_shape
    except ValueError:
        return None
    channel = 0 if channels_first(config.fields) else len(output) - 1
    return tuple(size if at == channel else None for at, size in enumerate(output))


def keeps_the_shape(class_name: str) -> bool:
    """Tell the layers of Keras whose output has the shape of their input."""
    return class_name in _KEEPING


def shaped(config: LayerConfig, axes: OpenShape | None) -> LayerConfig:
    """Take an input over where it fits the layer, with a warning for axes that are open in it.

    An open axis becomes the layer type's own; where the channels are open, no weight has a shape,
    and the layer keeps its input.
    """
    if axes is None or axes[0 if channels_first(config.fields) else -1] is None:
        return config
    own = config.default_input_shape
    filled = own if len(own) == len(axes) else (1,) * len(axes)
    shape = tuple(have if axis is None else axis for axis, have in zip(axes, filled, strict=True))
    said = [
        f"input_shape: the file leaves axis {number} open; {size} is taken"
        for number, (axis, size) in enumerate(zip(axes, shape, strict=True), 1)
        if axis is None
    ]
    try:
        return replace(config, input_shape=shape, warnings=(*config.warnings, *said))
    except ValueError:  # it has other axes than the layer
        return config
