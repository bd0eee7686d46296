"""A layer's file is taken for the Keras that wrote it; where it cannot be told, that is said."""

from __future__ import annotations

import json
import os
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
import pytest
from apart import apart
from keras_forms import layer, sequential, text

from actviz.activations import row
from actviz.formats import model_layers, read_layer, write_layer
from actviz.layers import ROWS, LayerConfig, LayerRow

PUBLIC = [each for each in ROWS if not each.class_name]
ALIKE = ("Conv1D", "Conv2D", "Conv3D")
"""The layers of which Keras 2 and Keras 3 before 3.5 write the same keys."""
WARNED = "config.activation: nothing in the file tells Keras 2 from Keras 3"
X = np.linspace(-4, 4, 60, dtype="float32").reshape(3, 4, 5)


def arguments(own: LayerRow) -> dict[str, Any]:
    sizes = {"units": 2, "filters": 2, "kernel_size": 3}
    values = {key: value for key, value in sizes.items() if key in LayerConfig(own.name).fields}
    return values | {slot.name: "hard_sigmoid" for slot in own.slots}


@pytest.mark.parametrize("own", PUBLIC, ids=lambda own: own.name)
def test_keras_2s_own_layers_are_known_or_it_is_said(own: LayerRow) -> None:
    config = read_layer(apart("made", own.name, arguments(own)))
    for slot in own.slots:
        name, values = config.activations[slot.name]
        assert name == "hard_sigmoid"
        assert values["alpha"] == (1 / 6 if own.name in ALIKE else 0.2)
    warned = [each for each in config.warnings if each.startswith(WARNED)]
    assert len(warned) == (own.name in ALIKE)
    told = read_layer(apart("made", own.name, arguments(own)), "keras2")
    values = told.activations["activation"][1]
    ours = row("hard_sigmoid").evaluate(X, values)[0]
    meant = apart(
        "activated", apart("made", "Dense", {"units": 2, "activation": "hard_sigmoid"}), X
    )
    np.testing.assert_allclose(ours, meant, rtol=3e-6, atol=1e-7)


@pytest.mark.parametrize("own", PUBLIC, ids=lambda own: own.name)
def test_keras_3s_own_layers_are_known(own: LayerRow) -> None:
    stock = getattr(keras.layers, own.name)(**arguments(own))
    config = read_layer(text(keras.layers.serialize(stock)))
    assert config.warnings == ()
    for slot in own.slots:
        assert config.activations[slot.name] == ("hard_sigmoid", {"alpha": 1 / 6, "beta": 0.5})
    ours = row("hard_sigmoid").evaluate(X, config.activations["activation"][1])[0]
    stocks = keras.activations.get("hard_sigmoid")(keras.ops.convert_to_tensor(X))
    np.testing.assert_allclose(ours, stocks, rtol=3e-6, atol=1e-7)


def test_our_own_files_are_known() -> None:
    objects = {"kernel_initializer": "constant(value=0.5)", "bias_initializer": "constant"}
    for own in ROWS:
        config = LayerConfig(own.name, activations={"activation": ("hard_sigmoid", {})})
        for changed in (config, *(config.with_field(*each) for each in fitting(config, objects))):
            again = read_layer(str(write_layer(changed)))
            assert (again, again.warnings) == (changed, ())


def fitting(config: LayerConfig, values: dict[str, str]) -> list[tuple[str, str]]:
    return [each for each in values.items() if each[0] in config.fields]


def test_a_model_tells_its_version() -> None:
    conv = json.loads(apart("made", "Conv1D", arguments(ROWS[1])))
    newer = text(sequential(conv))
    old = {"class_name": "Sequential", "config": {"name": "m", "layers": [conv]}}
    for source, alpha in ((newer, 1 / 6), (text(old | {"keras_version": "2.15.0"}), 0.2)):
        (entry,) = model_layers(source)
        assert entry.config is not None
        assert entry.config.activations["activation"][1]["alpha"] == alpha
        assert not any(each.startswith(WARNED) for each in entry.config.warnings)


def test_a_layer_written_by_hand_is_asked_about_only_where_it_matters() -> None:
    function = {"module": "builtins", "class_name": "function", "config": "hard_sigmoid"}
    for word in ("hard_sigmoid", function):
        (said,) = read_layer(text(layer("Dense", units=2, activation=word))).warnings
        assert said.startswith(WARNED)
    assert read_layer(text(layer("Dense", units=2, activation="sigmoid"))).warnings == ()


@pytest.mark.parametrize("name", ["Dense", "Conv1DTranspose", "DepthwiseConv2D", "Conv1D"])
def test_keras_3_before_it_wrote_number_formats_as_objects(name: str) -> None:
    own = next(each for each in ROWS if each.name == name)
    document = keras.layers.serialize(getattr(keras.layers, name)(**arguments(own)))
    document["config"]["dtype"] = "float32"
    document["config"].pop("quantization_config", None)
    config = read_layer(text(document))
    assert config.activations["activation"][1]["alpha"] == 1 / 6
    assert bool(config.warnings) == (name in ALIKE)
