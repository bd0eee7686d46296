"""Reading fields and documents: what stock Keras writes is taken, what is bad is refused."""

from __future__ import annotations

import json
import os
import re
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

import keras
import numpy as np
import pytest
from keras_forms import dense, layer, operation, sequential, text

from actviz.formats import read_layer, write_layer
from actviz.layers import LayerConfig, layer_row

# Fields: what §1.2 of the study of Keras found refused, or taken and silently bent.

BAD_FIELDS: list[tuple[str, str, Any, bool]] = [
    # layer, field, value, and whether Keras refuses it as well
    ("Dense", "units", 0, True),
    ("Dense", "units", -3, True),
    ("Dense", "units", 4.0, True),
    ("Dense", "units", "4", True),
    ("Dense", "units", None, True),
    ("Dense", "units", True, False),
    ("Dense", "units", 10**17, False),
    ("LSTMCell", "units", 2.5, False),
    ("GRU", "units", None, True),
    ("Conv2D", "filters", 0, True),
    ("Conv2D", "filters", 8.0, False),
    ("ConvLSTM2DCell", "filters", -3, False),
    ("ConvLSTM2DCell", "filters", "8", False),
    ("Conv2D", "kernel_size", [3], True),
    ("Conv2D", "kernel_size", [3, 0], True),
    ("Conv2D", "kernel_size", 3.5, True),
    ("Conv2D", "kernel_size", "33", False),
    ("Conv2D", "kernel_size", [3.7, 3], False),
    ("Conv2D", "strides", 0, True),
    ("ConvLSTM1DCell", "strides", 0, False),
    ("Conv2D", "strides", -1, True),
    ("Conv3D", "dilation_rate", [1, 1], True),
    ("Conv2D", "padding", "causal", True),
    ("Conv2D", "padding", "full", True),
    ("Conv2D", "padding", None, True),
    ("Conv2D", "padding", [1, 1], False),
    ("Conv2D", "data_format", "NCHW", True),
    ("Conv2D", "groups", 3, True),
    ("Conv2D", "groups", 0, True),
    ("Conv2DTranspose", "output_padding", 1, True),
    ("Conv2DTranspose", "output_padding", -1, True),
    ("DepthwiseConv2D", "depth_multiplier", 0, True),
    ("SeparableConv1D", "depth_multiplier", 1.5, False),
    ("Dense", "use_bias", "false", False),
    ("Dense", "use_bias", 1, False),
    ("Dense", "trainable", "false", True),
    ("Dense", "kernel_initializer", "glorot", True),
    ("Dense", "kernel_regularizer", "l1_l2", True),
    ("Dense", "kernel_constraint", "maxnorm", True),
    ("LSTM", "dropout", 1.5, False),
    ("LSTM", "dropout", -0.5, False),
    ("LSTM", "dropout", "0.5", True),
    ("GRUCell", "recurrent_dropout", None, True),
    ("LSTM", "seed", 1.5, True),
    ("LSTM", "seed", "1", True),
    ("LSTM", "return_sequences", "false", False),
    ("LSTM", "reset_after", True, True),
    ("GRU", "unit_forget_bias", True, True),
    ("SimpleRNN", "recurrent_activation", "sigmoid", True),
    ("Dense", "name", "a/b", True),
    ("Dense", "name", 3, True),
    ("Dense", "name", "x" * 20_000, False),
    ("Dense", "dtype", "float7", True),
    ("Dense", "alpha", 1, True),
    ("Dense", "quantization_config", {}, False),
]


@pytest.mark.parametrize(("name", "key", "value", "by_keras"), BAD_FIELDS)
def test_bad_fields_are_refused(name: str, key: str, value: Any, by_keras: bool) -> None:
    document = json.loads(write_layer(LayerConfig(name)))
    document["config"][key] = value
    with pytest.raises(ValueError, match=rf"^layer: ({name}\.|config\.){key}") as raised:
        read_layer(text(document))
    assert "allowed" in str(raised.value)
    if key in layer_row(name).keys and key not in {s.name for s in layer_row(name).slots}:
        with pytest.raises(ValueError, match=rf"^{name}\.{key}: "):
            LayerConfig(name, {key: tuple(value) if isinstance(value, list) else value})
    if by_keras:
        with pytest.raises((ValueError, TypeError, AttributeError)):
            keras.layers.deserialize(document)


def test_a_sentence_stays_short_and_on_one_line() -> None:
    for key in ("x" * 100_000, "a\nb", "\u202e"):
        for document in (
            {**dense(), key: 1},
            dense(**{key: 1}),
            dense(layer("ELU", **{key: 1})),
            {**dense(), "registered_name": key},
            {**dense(), "actviz": {"version": 1, key: {}}},
            {**dense(), "actviz": {"version": 1, "activation": {key: 1}}},
            {**dense(), "actviz": {"version": 1, "activation": {"name": key, "values": {}}}},
            {
                **dense(),
                "actviz": {"version": 1, "activation": {"name": "elu", "values": {key: 1}}},
            },
            dense(key),
            layer(key),
        ):
            with pytest.raises(ValueError, match="allowed") as raised:
                read_layer(text(document))
            assert len(str(raised.value)) < 800
            assert str(raised.value).isprintable()
    lossy = {"class_name": "function", "config": "elu", "module": "builtins", "x" * 10**5: 1}
    assert len(read_layer(text(dense(lossy))).warnings[0]) < 300


BAD_DOCUMENTS: dict[str, tuple[Any, str]] = {
    "list": ([1], "layer: the document: [1] is not allowed"),
    "number": (3, "layer: the document: 3 is not allowed"),
    "no class": ({"config": {}}, "layer: class_name: none is not allowed"),
    "other module": ({**dense(), "module": "os"}, "layer: module: 'os' is not allowed; it must be"),
    "other class": (
        layer("Flatten"),
        "layer: class_name: 'Flatten' is not allowed; it must be one of Dense, Conv1D",
    ),
    "model": (sequential(), "none of its layers is one of ours (it has none)"),
    "no config": ({"module": "keras.layers", "class_name": "Dense"}, "layer: config: none is not"),
    "units missing": (layer("Dense"), "layer: config.units: it is missing; Dense needs it"),
    "size missing": (layer("Conv1D", filters=3), "layer: config.kernel_size: it is missing"),
    "unknown sibling": ({**dense(), "colour": 1}, "layer: colour: there is no such key; allowed"),
    "custom": ({**dense(), "registered_name": "my>Dense"}, "layer: registered_name: 'my>Dense'"),
    "newer": (
        {**dense(), "actviz": {"version": 2}},
        "layer: actviz.version: 2 is not allowed; it must be 1",
    ),
    "no version": ({**dense(), "actviz": {}}, "layer: actviz.version: none is not allowed"),
    "no object": ({**dense(), "actviz": 3}, "layer: actviz: 3 is not allowed"),
    "slot": (
        {**dense(), "actviz": {"version": 1, "output": {}}},
        "layer: actviz.output: there is no such key; allowed: version, input_shape",
    ),
    "beside": (
        {**dense(), "actviz": {"version": 1, "activation": {"nme": "elu"}}},
        "layer: actviz.activation.nme: there is no such key; allowed: name, values",
    ),
    "beside a value": (
        {**dense(), "actviz": {"version": 1, "activation": {"name": "elu", "values": {"a": 1}}}},
        "layer: actviz.activation.values.a: there is no such key; allowed: alpha",
    ),
    "rank": (
        operation("ConvLSTMCell", "keras.src.layers.rnn.conv_lstm", rank=4, filters=1),
        "layer: config.rank: 4 is not allowed; it must be a whole number from 1 to 3",
    ),
    "no rank": (
        operation("ConvLSTMCell", "keras.src.layers.rnn.conv_lstm", filters=1, kernel_size=3),
        "layer: config.rank: none is not allowed",
    ),
}


@pytest.mark.parametrize("case", BAD_DOCUMENTS)
def test_bad_documents_are_refused(case: str) -> None:
    document, sentence = BAD_DOCUMENTS[case]
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read_layer(text(document))


# What is read besides our own writing.


def test_stock_spellings() -> None:
    initializer = {"module": "keras.initializers", "class_name": "HeNormal", "config": {}}
    config = read_layer(
        text(
            layer(
                "Conv2D",
                filters=4,
                kernel_size=3,
                padding="SAME",
                data_format="Channels_First",
                kernel_initializer={**initializer, "config": {"seed": None}},
                bias_initializer="Ones",
                kernel_regularizer={
                    "module": "keras.regularizers",
                    "class_name": "L1",
                    "config": {"l1": 0.009999999776482582},
                },
                dtype={
                    "module": "keras",
                    "class_name": "DTypePolicy",
                    "config": {"name": "float16"},
                },
            )
        )
    )
    assert config.changed_fields() == {
        "filters": 4,
        "padding": "same",
        "data_format": "channels_first",
        "kernel_initializer": "he_normal",
        "bias_initializer": "ones",
        "kernel_regularizer": "l1",
        "dtype": "float16",
    }
    assert config.warnings == ()


def test_nulls_that_depend_on_the_reader_are_said() -> None:
    config = read_layer(
        text(layer("Conv1D", filters=2, kernel_size=3, dtype=None, data_format=None))
    )
    assert config.warnings == (
        "config.dtype: null depends on the reader; float32 is taken",
        "config.data_format: null depends on the reader; channels_last is taken",
    )


def test_a_null_initializer_is_glorot_uniform_to_keras() -> None:
    document = dense(kernel_initializer=None)
    config = read_layer(text(document))
    assert config.fields["kernel_initializer"] == "glorot_uniform"
    assert config.warnings == ("config.kernel_initializer: null is glorot_uniform to Keras",)
    keras.utils.set_random_seed(1)
    stock = keras.layers.deserialize(document)
    stock.build((None, 40))
    widest = np.sqrt(6 / (40 + 3))
    weights = np.abs(np.asarray(stock.kernel))
    assert 0.9 * widest < weights.max() <= widest


def test_what_keras_ignores_is_left_out_and_said() -> None:
    document = layer("SimpleRNN", units=2, activity_regularizer="l2")
    assert read_layer(text(document)).warnings == (
        "config.activity_regularizer: Keras 3 ignores it here; it is left out",
    )
    assert keras.layers.deserialize(document).activity_regularizer is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            {"module": "keras.initializers", "class_name": "Constant", "config": {"value": "1"}},
            "config.kernel_initializer.config.value: '1' is not allowed",
        ),
        (
            {"module": "keras.initializers", "class_name": "HeNormal", "config": {"seed": -3}},
            "config.kernel_initializer.config.seed: -3 is not allowed; it must be a whole number",
        ),
        (
            {
                "module": "keras.initializers",
                "class_name": "HeNormal",
                "config": {"input_axes": [0]},
            },
            "config.kernel_initializer.config.input_axes: [0] is not allowed; it must be null",
        ),
        (
            {"module": "keras.initializers", "class_name": "STFT", "config": {}},
            "config.kernel_initializer: 'keras.initializers.STFT' is not allowed",
        ),
        (
            {"module": "keras.initializers", "class_name": "Zeros", "config": {"value": 3}},
            "config.kernel_initializer.config.value: there is no such key",
        ),
        (
            {"module": "mine", "class_name": "Zeros", "config": {}},
            "config.kernel_initializer: 'mine.Zeros' is not allowed",
        ),
    ],
)
def test_objects_that_are_no_word_of_ours_are_refused(words: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read_layer(text(dense(kernel_initializer=words)))


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_conv_lstm_cell_as_stock_keras_writes_it(rank: int) -> None:
    config = LayerConfig(f"ConvLSTM{rank}DCell", {"filters": 3})
    stock = keras.layers.serialize(keras.layers.deserialize(json.loads(write_layer(config))))
    assert "rank" not in stock["config"]
    assert read_layer(text(stock)).layer == config.layer
