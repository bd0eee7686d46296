"""The dialect for Keras 3 before 3.10: a Sequential of the layer and its activation as layers.

Those versions read no nested object as an activation. Behind a feed-forward layer an activation
layer computes the same; inside a recurrence it does not, so recurrent layers are refused.
"""

from __future__ import annotations

import json

from actviz.formats import keras
from actviz.formats.json_text import json_text
from actviz.formats.keras_activations import LAYERS, MODELS, Values, write_activation
from actviz.formats.keras_beside import SIBLING
from actviz.formats.keras_objects import written_object
from actviz.formats.spoken import behind
from actviz.layers import LayerConfig
from actviz.param import refuse

WORDS = keras.WORDS
SLOT = "activation"
_NOT_YET_THERE = ("lora_rank", "lora_alpha")
NEWER = {
    "hard_shrink": "3.9.2",
    "hard_tanh": "3.9.2",
    "log_sigmoid": "3.9.2",
    "soft_shrink": "3.9.2",
    "sparse_plus": "3.9.2",
    "sparse_sigmoid": "3.10",
    "squareplus": "3.9.2",
    "tanh_shrink": "3.9.2",
}
"""Words that Keras 3.6 does not know, and a version seen to know them.

All else that is written here was loaded by Keras 3.0.5, 3.3.3, 3.6.0, 3.9.2 and 3.15.1.
"""


def write(config: LayerConfig) -> str:
    """Write a layer and its activation as a Sequential; the text is stable.

    Raises
    ------
    ValueError
        For recurrent layers, and for activations that are no layers of Keras, with the reason.
    """
    _refuse_recurrent(config)
    for name in _NOT_YET_THERE:
        if config.fields.get(name) is not None:
            allowed = "none: Keras 3.0 to 3.9 do not all have it"
            raise refuse(f"{config.layer}.{name}", config.fields[name], allowed)
    behind = _activation_layers(config)
    if behind and config.fields.get("activity_regularizer") is not None:
        value = config.fields["activity_regularizer"]
        allowed = "none: it would act before the activation, which is a layer of its own here"
        raise refuse(f"{config.layer}.activity_regularizer", value, allowed)
    line = json.loads(keras.write(config.with_activation(SLOT, "linear")))
    beside = json.loads(keras.write(config)).get(SIBLING)
    if beside:
        line[SIBLING] = beside
    layers = [line, *_named_apart(behind, config.fields["name"])]
    written: dict[str, object] = {"name": "sequential", "layers": layers}
    if _fits(config):
        written["build_input_shape"] = [None, *config.input_shape]
    return json_text(written_object(MODELS, "Sequential", written))


spoken = behind(write)
"""How a slot's activation is written, in few words."""


def remarks(config: LayerConfig) -> tuple[str, ...]:
    """Say what a reader of the written file needs; raises a ValueError as `write`."""
    write(config)
    name, _ = config.activations[SLOT]
    said = ["it is a Sequential: the layer, and its activation as layers behind it"]
    if name == "prelu":
        said.append("Keras learns a slope for every element, each beginning at this one")
    layers = _activation_layers(config)
    words = {str(_config_of(layer).get("activation")) for layer in layers}
    for word in sorted(words & set(NEWER)):
        said.append(f"needs Keras {NEWER[word]} or newer, which has {word}")
    return tuple(said)


def _fits(config: LayerConfig) -> bool:
    """Tell whether the layer can be built for its input: a reader builds what has a shape."""
    groups = config.fields.get("groups", 1)
    size = config.fields.get("kernel_size", ())
    dilation = config.fields.get("dilation_rate", ())
    assert isinstance(groups, int)
    assert isinstance(size, tuple)
    assert isinstance(dilation, tuple)
    shape = config.input_shape
    first = config.fields.get("data_format") == "channels_first"
    space, channels = (shape[1:], shape[0]) if first else (shape[:-1], shape[-1])
    if channels % groups:
        return False
    return not size or all(
        axis >= (extent - 1) * step + 1
        for axis, extent, step in zip(space, size, dilation, strict=True)
    )


def _refuse_recurrent(config: LayerConfig) -> None:
    if config.row.family.startswith("Recurrent"):
        raise ValueError(
            f"{config.layer}: its activations act inside the recurrence, where no layer can "
            "stand; feed-forward layers and convolutions are allowed (or the dialect keras)"
        )


def _activation_layers(config: LayerConfig) -> list[dict[str, object]]:
    """Give the activation as layers; none for linear."""
    name, values = config.activations[SLOT]
    dtype, path = str(config.fields["dtype"]), f"{config.layer}.{SLOT}"
    scaled = _scaled(name, values, dtype)
    if scaled:
        return scaled
    written = write_activation(name, values, dtype, path)
    if written == "linear":
        return []
    if isinstance(written, str):
        parts = {"name": written, "dtype": dtype, "activation": written}
        return [written_object(LAYERS, "Activation", parts)]
    if written["module"] == LAYERS:
        return [written]
    if written["module"] == MODELS:
        layers = _config_of(written)["layers"]
        assert isinstance(layers, list)
        return layers
    raise ValueError(
        f"{path}: {name} with these values is no layer of Keras, only an operation "
        f"({written['class_name']}) that a Sequential cannot hold; the dialect keras can"
    )


def _scaled(name: str, values: Values, dtype: str) -> list[dict[str, object]]:
    """Write α·elu(x/α), and a shrink as 2λ·shrink(x/(2λ)), whose word has the threshold 1/2."""
    if name == "celu":
        size, word = values["alpha"], "elu"
    elif name in ("hard_shrink", "soft_shrink") and values["threshold"] not in (0, 0.5):
        size, word = 2 * _number(values["threshold"]), name
    else:
        return []
    size = _number(size)
    parts = {"name": word, "dtype": dtype, "activation": word}
    return [
        _rescaling("before", dtype, 1 / size),
        written_object(LAYERS, "Activation", parts),
        _rescaling("behind", dtype, size),
    ]


def _rescaling(name: str, dtype: str, scale: float) -> dict[str, object]:
    parts = {"name": name, "dtype": dtype, "scale": scale, "offset": 0.0}
    return written_object(LAYERS, "Rescaling", parts)


def _number(value: object) -> float:
    assert isinstance(value, (int, float))
    return float(value)


def _config_of(layer: dict[str, object]) -> dict[str, object]:
    config = layer["config"]
    assert isinstance(config, dict)
    return config


def _named_apart(layers: list[dict[str, object]], name: object) -> list[dict[str, object]]:
    """Give an activation layer another name than the layer before it: Keras wants them unique."""
    return [
        {**layer, "config": {**_config_of(layer), "name": f"{name}_activation"}}
        if _config_of(layer)["name"] == name
        else layer
        for layer in layers
    ]
