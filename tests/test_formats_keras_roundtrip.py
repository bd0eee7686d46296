"""What we write comes back the same; what cannot come back is said or refused."""

from __future__ import annotations

import json
import os
import re
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

import keras
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from keras_forms import dense, text
from layer_cases import SETTINGS
from legal_values import legal

from actviz.activations import ROWS as ACTIVATIONS
from actviz.activations import row
from actviz.formats import read_layer, write_layer
from actviz.layers import ROWS, LayerConfig
from actviz.param import Param

# "actviz" beside "config"


def test_it_stands_only_where_keras_content_does_not_say_all() -> None:
    for name, settings_of in SETTINGS.items():
        for values in settings_of:
            config = LayerConfig("LSTM", activations={"recurrent_activation": (name, values)})
            document = json.loads(write_layer(config))
            beside = document.pop("actviz", None)
            alone = read_layer(text(document))
            assert (beside is None) == (alone == config), (name, values)


def test_an_edited_file_means_what_keras_reads() -> None:
    config = LayerConfig("Dense", activations={"activation": ("thresholded_relu", {"theta": 2})})
    document = json.loads(write_layer(config))
    assert document["actviz"]["activation"]["name"] == "thresholded_relu"
    document["config"]["activation"]["config"]["threshold"] = 3.0
    edited = read_layer(text(document))
    assert edited.activations["activation"][0] == "relu"
    assert edited.activations["activation"][1]["threshold"] == 3.0
    assert edited.warnings == (
        "actviz.activation: it says thresholded_relu, but config.activation holds something else; "
        "what Keras reads is taken",
    )


def test_a_note_of_what_keras_cannot_hold_is_not_taken() -> None:
    beside = {"name": "relu", "values": {"max_value": -1}}
    edited = read_layer(text({**dense("relu"), "actviz": {"version": 1, "activation": beside}}))
    assert edited.activations["activation"] == ("relu", row("relu").complete({}))
    assert len(edited.warnings) == 1


# Round trip


def values_of(param: Param) -> st.SearchStrategy[Any]:
    return legal(param, within=(-1e6, 1e6))


@st.composite
def configs(draw: st.DrawFn) -> LayerConfig | None:
    own = draw(st.sampled_from(ROWS))
    chosen = draw(st.lists(st.sampled_from(own.fields), unique_by=lambda param: param.name))
    activations = {}
    for slot in own.slots:
        activation = draw(st.sampled_from(ACTIVATIONS))
        values = {param.name: draw(values_of(param)) for param in activation.params}
        activations[slot.name] = (activation.name, values)
    try:
        return LayerConfig(own.name, {p.name: draw(values_of(p)) for p in chosen}, activations)
    except ValueError:
        return None


@settings(max_examples=400, deadline=None)
@given(configs())
def test_what_we_write_we_read(config: LayerConfig | None) -> None:
    if config is None:
        event("a rule is broken")
        return
    try:
        written = write_layer(config)
    except ValueError as error:
        event("Keras cannot hold it")
        assert str(error).startswith(f"{config.layer}.")  # noqa: PT017
        return
    again = read_layer(written)
    assert again == config
    assert again.warnings == ()
    assert write_layer(again) == written


CANNOT_BE_HELD = [
    (
        "relu",
        {"max_value": -1.0},
        "float32",
        "max_value: -1.0 is not allowed; it must be at least 0",
    ),
    ("relu", {"max_value": 1.0, "threshold": -1.0}, "float32", "threshold: -1.0 is not allowed"),
    ("leaky_relu", {"max_value": 1.0, "threshold": -1.0}, "float32", "leaky_relu.threshold: -1.0"),
    ("elu", {"alpha": 1e39}, "float32", "elu.alpha: 1e+39 is not allowed; it must be at most 3.4"),
    ("elu", {"alpha": 7e4}, "mixed_float16", "alpha: 70000.0 is not allowed; it must be at most 6"),
    ("celu", {"alpha": 1e-31}, "float32", "celu.alpha: 1e-31 is not allowed; it must be at least"),
    ("hard_tanh", {"min_value": -2.0}, "float32", "min_value: -2.0 is not allowed; it must be -1"),
    ("softplus", {"beta": 1e31}, "float32", "beta: 1e+31 is not allowed; it must be from 1e-30 to"),
    (
        "threshold",
        {"default_value": -1.0},
        "float32",
        "default_value: -1.0 is not allowed; it must",
    ),
    ("swish", {"beta": 1e-31}, "float32", "beta: 1e-31 is not allowed; it must be 0 or from 1e-30"),
    ("swish", {"beta": 2e3}, "float16", "swish.beta: 2000.0 is not allowed"),
]


@pytest.mark.parametrize(("name", "values", "dtype", "sentence"), CANNOT_BE_HELD)
def test_what_keras_cannot_hold_is_an_error(
    name: str, values: dict[str, Any], dtype: str, sentence: str
) -> None:
    config = LayerConfig("GRU", {"dtype": dtype}, {"recurrent_activation": (name, values)})
    with pytest.raises(ValueError, match=re.escape(sentence)) as raised:
        write_layer(config)
    assert str(raised.value).startswith(f"GRU.recurrent_activation.{name}")


@pytest.mark.parametrize(
    ("name", "fields", "sentence"),
    [
        (
            "Conv2DTranspose",
            {"strides": 2, "output_padding": (1, 0)},
            "Conv2DTranspose.output_padding: (1, 0) is not allowed; it must be none or at least 1",
        ),
        (
            "SeparableConv1D",
            {"strides": 2, "dilation_rate": 2},
            "SeparableConv1D.dilation_rate: 2 is not allowed with strides 2; one of the two must "
            "be 1 on every axis: Keras before 3.15 refuses it",
        ),
    ],
)
def test_what_only_the_newest_keras_holds_is_read_but_not_written(
    name: str, fields: dict[str, Any], sentence: str
) -> None:
    document = json.loads(write_layer(LayerConfig(name)))
    document["config"].update(fields)
    assert keras.layers.deserialize(document).strides
    config = read_layer(text(document))
    with pytest.raises(ValueError, match=re.escape(sentence)):
        write_layer(config)
