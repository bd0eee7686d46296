"""The Keras 2 dialect: one layer as JSON that `tf_keras.layers.deserialize` reads.

Keras 2 has words of its own (its hard_sigmoid is clip(0.2·x + 0.5)), calls a LeakyReLU's slope
`alpha`, has a ThresholdedReLU, and holds one layer as an activation, but no chain of layers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from actviz.activations import FORMULA
from actviz.formats import keras, keras_models
from actviz.formats.dialect import Words
from actviz.formats.json_text import json_text
from actviz.formats.keras_activations import STRINGS, Values, meaning
from actviz.formats.keras_beside import SIBLING, VERSION
from actviz.formats.spoken import in_config
from actviz.layers import LayerConfig
from actviz.layers.rules import not_strided_and_dilated
from actviz.param import Value, refuse

_SAME: tuple[str, ...] = (
    "linear",
    "tanh",
    "sigmoid",
    "elu",
    "selu",
    "gelu",
    "softmax",
    "exponential",
)
_SAME += ("softplus", "softsign", "mish", "relu")
WORDS: Words = MappingProxyType(
    {
        **{name: STRINGS[name][1] for name in _SAME},
        "swish": STRINGS["swish"][1],
        "hard_sigmoid": {"alpha": 0.2, "beta": 0.5},
        "leaky_relu": STRINGS["leaky_relu"][1],
    }
)
"""What Keras 2's own strings mean."""

_NEVER_WRITTEN = ("leaky_relu",)
# Keras 2 before its last versions has no such string, and the layer says the slope.
_LEFT_OUT = ("lora_rank", "lora_alpha")
_ONLY_WHEN_SET = ("zero_output_for_mask", "seed")
_CELL = "cell"
_UNWRITTEN = "activity_regularizer"
_OLD_CLASSES = {"OrthogonalInitializer": "Orthogonal", "IdentityInitializer": "Identity"}
# Keras 2 takes the word for the regularizer itself, and fails when it is called.
_NO_WORDS = {"l1l2": "L1L2"}
_RELU = {"negative_slope": 0.0, "max_value": None, "threshold": 0.0}
_HELD = "elu, leaky_relu, prelu, relu, softmax, thresholded_relu and the words of Keras 2"


def write(config: LayerConfig) -> str:
    """Write a layer; the text is stable.

    Raises
    ------
    ValueError
        For what Keras 2 cannot hold, with the reason.
    """
    _refuse_what_is_newer(config)
    plain = config
    written: dict[str, str | dict[str, object]] = {}
    for slot, (name, values) in config.activations.items():
        written[slot] = _written(
            name, values, str(config.fields["dtype"]), f"{config.layer}.{slot}"
        )
        plain = plain.with_activation(slot, "linear")
    document = _as_keras_2(json.loads(keras.write(plain)), written)
    back = keras_models.read_one(document, keras_2=True)
    beside = {
        slot: {"name": name, "values": dict(values)}
        for slot, (name, values) in config.activations.items()
        if back.activations[slot] != (name, values)
    }
    if beside:
        document[SIBLING] = {"version": VERSION, **beside}
    return json_text(document)


spoken = in_config(write)
"""How a slot's activation is written, in few words."""


def _as_keras_2(
    whole: Mapping[str, Any], written: Mapping[str, str | dict[str, object]]
) -> dict[str, object]:
    """Put a layer that is written for Keras 3 as Keras 2 does, and so the cell in an RNN layer."""
    parts = {
        key: _as_keras_2(value, written)
        if key == _CELL
        else written.get(key, _without_modules(value))
        for key, value in whole["config"].items()
        if key not in _LEFT_OUT
        and not (key in _ONLY_WHEN_SET and (value is None or value is False))
    }
    return {"class_name": whole["class_name"], "config": parts}


def remarks(config: LayerConfig) -> tuple[str, ...]:
    """Say what a reader of the written file needs; raises a ValueError as `write`."""
    write(config)
    said = ["Keras 3 does not read it: it names no module"]
    if config.fields.get("seed") is not None:
        said.append("seed: Keras 2 reads it, but leaves it out of what it saves")
    for slot, (name, values) in config.activations.items():
        written = _written(name, values, str(config.fields["dtype"]), slot)
        if written == "hard_sigmoid":
            said.append(f"{slot}: Keras 3 means clip(x/6 + 0.5) by the word hard_sigmoid")
        if name == "prelu":
            said.append(f"{slot}: Keras learns a slope for every element, beginning at this one")
    if config.in_rnn and config.fields[_UNWRITTEN] is not None:
        said.append(f"{_UNWRITTEN}: Keras 2 reads it, but leaves it out of what it writes")
    return tuple(said)


def _refuse_what_is_newer(config: LayerConfig) -> None:
    if config.row.class_name:
        raise ValueError(f"{config.layer}: Keras 2 has no public class for this cell")
    for name in _LEFT_OUT:
        value = config.fields.get(name)
        if value is not None:
            raise refuse(f"{config.layer}.{name}", value, "none: Keras 2 has no such argument")
    if config.layer == "SimpleRNN" and config.fields["seed"] is not None:
        allowed = "none: Keras 2's SimpleRNN takes none, though its cell does"
        raise refuse("SimpleRNN.seed", config.fields["seed"], allowed)
    if "strides" in config.fields:
        sentence = not_strided_and_dilated(config.fields)
        if sentence:
            raise ValueError(f"{config.layer}.{sentence}: Keras 2 refuses it")


def _without_modules(value: object) -> object:
    """Write an initializer, regularizer or constraint as Keras 2 does, by class and config."""
    if isinstance(value, str) and value in _NO_WORDS:
        return {"class_name": _NO_WORDS[value], "config": {}}
    if not isinstance(value, dict) or "class_name" not in value:
        return value
    config = {
        key: part
        for key, part in value["config"].items()
        if key not in ("input_axes", "output_axes")
    }
    class_name = str(value["class_name"])
    return {"class_name": _OLD_CLASSES.get(class_name, class_name), "config": config}


def _written(name: str, values: Values, dtype: str, path: str) -> str | dict[str, object]:
    """Write an activation: a word, or one layer; raises a ValueError with the reason."""
    meant = meaning(name, values)
    if name in WORDS and WORDS[name] == meant and name not in _NEVER_WRITTEN:
        return name
    if name == FORMULA.name:
        raise ValueError(f"{path}: a formula of your own has no form in Keras; allowed: {_HELD}")
    if name == "hard_sigmoid":
        allowed = "alpha 0.2 and beta 0.5: Keras 2's hard_sigmoid has no others"
        raise refuse(f"{path}.hard_sigmoid", meant["alpha"], allowed)
    if name in ("swish", "softplus"):
        allowed = "1: Keras 2 takes one layer as an activation, and the scaled form is three"
        raise refuse(f"{path}.{name}.beta", meant["beta"], allowed)
    made = _layer_of(name, meant, path)
    if made is None:
        these = " with these values" if name in WORDS else ""
        raise ValueError(f"{path}: {name} has no form in Keras 2{these}; allowed: {_HELD}")
    class_name, config = made
    return {"class_name": class_name, "config": {"name": name, "dtype": dtype, **config}}


def _layer_of(name: str, values: Values, path: str) -> tuple[str, Mapping[str, object]] | None:
    """Give the class and the arguments of the layer that computes it; None where there is none."""
    plain = {key: values.get(key) == _RELU[key] for key in ("max_value", "threshold")}
    match name:
        case "elu":
            return "ELU", {"alpha": values["alpha"]}
        case "leaky_relu" if all(plain.values()):
            return "LeakyReLU", {"alpha": values["negative_slope"]}
        case "leaky_relu" | "relu":
            return "ReLU", _checked_relu(values, path)
        case "relu6":
            return "ReLU", {**_RELU, "max_value": 6.0}
        case "prelu":
            start = {"class_name": "Constant", "config": {"value": values["alpha"]}}
            return "PReLU", {"alpha_initializer": start}
        case "softmax":
            return "Softmax", {"axis": values["axis"]}
        case "thresholded_relu":
            return "ThresholdedReLU", {"theta": _not_negative(values["theta"], f"{path}.theta")}
        case "threshold" if values["default_value"] == 0:
            theta = _not_negative(values["threshold"], f"{path}.threshold")
            return "ThresholdedReLU", {"theta": theta}
    return None


def _checked_relu(values: Values, path: str) -> Values:
    for key, value in values.items():
        if value is not None:
            _not_negative(value, f"{path}.{key}")
    return values


def _not_negative(value: Value, where: str) -> Value:
    assert isinstance(value, (int, float))
    if value < 0:
        raise refuse(where, value, "at least 0: Keras 2's layer refuses less")
    return value
