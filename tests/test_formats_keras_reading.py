"""Reading layer files: what Keras computes is what we read, and what is bad is refused."""

from __future__ import annotations

import json
import os
import re
import warnings
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

import keras
import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from layer_cases import SETTINGS

from actviz.activations import ROWS as ACTIVATIONS
from actviz.activations import row
from actviz.formats import read_layer, write_layer
from actviz.layers import ROWS, LayerConfig, layer_row
from actviz.param import Choice, Flag, Integer, Param, Real, Sizes, Text, Vector

X = np.linspace(-8, 8, 64, dtype="float32").reshape(4, 16)


def layer(class_name: str, **config: Any) -> dict[str, Any]:
    return {"module": "keras.layers", "class_name": class_name, "config": config}


def operation(class_name: str, module: str = "keras.src.ops.nn", **config: Any) -> dict[str, Any]:
    return {"module": module, "class_name": class_name, "config": config}


def sequential(*layers: dict[str, Any], **config: Any) -> dict[str, Any]:
    named = {"name": "composed", "layers": list(layers), **config}
    return {"module": "keras", "class_name": "Sequential", "config": named}


def dense(activation: object = "linear", **config: Any) -> dict[str, Any]:
    return layer("Dense", units=3, activation=activation, **config)


def text(document: object) -> str:
    return json.dumps(document)


def rescaling(scale: float, offset: float = 0.0) -> dict[str, Any]:
    return layer("Rescaling", scale=scale, offset=offset)


SILU = layer("Activation", activation="silu")
FUNCTION = {"class_name": "function", "config": "elu", "module": "builtins"}
OPS = "keras.src.activations.activations"

FORMS: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "null": (None, "linear", {}),
    "elu": ("elu", "elu", {}),
    "gelu": ("gelu", "gelu", {}),
    "hard_sigmoid": ("hard_sigmoid", "hard_sigmoid", {"alpha": 1 / 6}),
    "leaky_relu": ("leaky_relu", "leaky_relu", {"negative_slope": 0.2}),
    "relu": ("relu", "relu", {}),
    "relu6": ("relu6", "relu", {"max_value": 6.0}),
    "selu": ("selu", "selu", {}),
    "sigmoid": ("sigmoid", "sigmoid", {}),
    "silu": ("silu", "swish", {}),
    "swish": ("swish", "swish", {}),
    "tanh": ("tanh", "tanh", {}),
    "function": ({**FUNCTION, "registered_name": "elu"}, "elu", {}),
    "ELU": (layer("ELU", alpha=0.7), "elu", {"alpha": 0.7}),
    "ELU by default": (layer("ELU"), "elu", {}),
    "LeakyReLU": (layer("LeakyReLU"), "leaky_relu", {"negative_slope": 0.3}),
    "ReLU": (
        layer("ReLU", max_value=4, negative_slope=0.1, threshold=1, name="r", trainable=False),
        "relu",
        {"max_value": 4.0, "negative_slope": 0.1, "threshold": 1.0},
    ),
    "Activation": (layer("Activation", activation=layer("ELU", alpha=2)), "elu", {"alpha": 2.0}),
    "Elu": (operation("Elu", alpha=0.4), "elu", {"alpha": 0.4}),
    "Gelu": (operation("Gelu", approximate=True, name="g"), "gelu", {"approximate": "tanh"}),
    "Gelu exact": (operation("Gelu", approximate=False), "gelu", {"approximate": "none"}),
    "Gelu by default": (operation("Gelu"), "gelu", {"approximate": "tanh"}),
    "LeakyRelu": (operation("LeakyRelu"), "leaky_relu", {"negative_slope": 0.2}),
    "Threshold": (
        operation("Threshold", threshold=-1.5, default_value=0),
        "thresholded_relu",
        {"theta": -1.5},
    ),
    "ReLU operation": (
        operation("ReLU", OPS, negative_slope=-0.5, threshold=-1.0),
        "relu",
        {"negative_slope": -0.5, "threshold": -1.0},
    ),
    "one layer": (sequential(layer("ELU", alpha=3)), "elu", {"alpha": 3.0}),
    "swish 4": (sequential(rescaling(4.0), SILU, rescaling(0.25)), "swish", {"beta": 4.0}),
    "swish 0": (sequential(rescaling(0.5)), "swish", {"beta": 0.0}),
    "half": (rescaling(0.5), "swish", {"beta": 0.0}),
    "hard": (
        sequential(rescaling(0.2, 0.5), layer("ReLU", max_value=1)),
        "hard_sigmoid",
        {"alpha": 0.2, "beta": 0.5},
    ),
    "lossy function": ({**FUNCTION, "alpha": 0.7}, "elu", {"alpha": 1.0}),
    "lossy class": (
        {"class_name": "elu", "config": {"alpha": 0.7}, "module": "keras.activations"},
        "elu",
        {"alpha": 1.0},
    ),
    "old alpha": (layer("LeakyReLU", alpha=0.1), "leaky_relu", {"negative_slope": 0.1}),
}
WITH_A_WARNING = {
    "lossy function": "config.activation: Keras ignores alpha here and computes elu, alpha = 1.0",
    "lossy class": "config.activation.config: Keras ignores alpha here and computes elu",
    "old alpha": "config.activation.config.alpha: the old name of negative_slope",
}


@pytest.mark.parametrize("form", FORMS)
def test_we_read_what_keras_computes(form: str) -> None:
    written, name, values = FORMS[form]
    config = read_layer(text(dense(written)))
    assert config.activations["activation"] == (name, row(name).complete(values))
    said = WITH_A_WARNING.get(form)
    assert len(config.warnings) == (said is not None)
    assert all(warning.startswith(str(said)) for warning in config.warnings)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Argument `alpha` is deprecated", UserWarning)
        activation = keras.layers.deserialize(dense(written)).activation
    ours = row(name).evaluate(X, values)[0]
    np.testing.assert_allclose(activation(keras.ops.convert_to_tensor(X)), ours, 3e-6, 1e-6)


@pytest.mark.parametrize("written", ["softmax", layer("Softmax"), operation("Softmax", axis=-1)])
def test_softmax(written: object) -> None:
    config = read_layer(text(dense(written)))
    assert config.activations["activation"] == ("softmax", {"axis": -1, "logits": (0.0,)})


def test_a_sequential_that_was_called_holds_an_input_layer() -> None:
    config = LayerConfig("Dense", activations={"activation": ("swish", {"beta": 2.5})})
    called = keras.layers.deserialize(json.loads(write_layer(config)))
    called(np.ones((2, 3), "float32"))
    document = keras.layers.serialize(called)
    inner = document["config"]["activation"]["config"]["layers"]
    assert inner[0]["class_name"] == "InputLayer"
    assert "build_config" in document
    again = read_layer(text(document))
    assert again.activations == config.activations
    assert again.warnings == ()


REFUSED_ACTIVATIONS: dict[str, tuple[Any, str]] = {
    "unknown": ("elú", "config.activation: 'elú' is not allowed; it must be one of linear, tanh"),
    "class name": ("ELU", "config.activation: 'ELU' is not allowed"),
    "number": (1, "config.activation: 1 is not allowed"),
    "list": (["elu"], "config.activation: ['elu'] is not allowed"),
    "empty": ({}, "config.activation.class_name: none is not allowed"),
    "lambda": (
        {"class_name": "__lambda__", "config": {"value": "x"}, "module": "builtins"},
        "config.activation: 'builtins.__lambda__' is not allowed; it must be one of ELU",
    ),
    "Lambda": (layer("Lambda", function="x"), "'keras.layers.Lambda' is not allowed"),
    "weights": (layer("Dense", units=3), "'keras.layers.Dense' is not allowed"),
    "dropout": (layer("Dropout", rate=0.5), "'keras.layers.Dropout' is not allowed"),
    "PReLU": (layer("PReLU"), "'keras.layers.PReLU' is not allowed"),
    "os.system": (
        {**FUNCTION, "config": "system", "module": "os"},
        "config.activation.module: 'os' is not allowed",
    ),
    "eval": ({**FUNCTION, "config": "eval"}, "config.activation.config: 'eval' is not allowed"),
    "get_file": (operation("get_file", "keras.utils"), "'keras.utils.get_file' is not allowed"),
    "no module": ({"class_name": "ELU", "config": {}}, "config.activation.module: none"),
    "other module": (operation("ELU", "keras"), "'keras.ELU' is not allowed"),
    "custom": (
        {**layer("ELU"), "registered_name": "mine>ELU"},
        "config.activation.registered_name: 'mine>ELU' is not allowed; it must be null or ELU",
    ),
    "unknown key": (
        layer("ELU", slope=1),
        "config.activation.config.slope: there is no such key; allowed: name, trainable, dtype, al",
    ),
    "text": (layer("ELU", alpha="0.7"), "config.activation.config.alpha: '0.7' is not allowed"),
    "null": (layer("ELU", alpha=None), "config.activation.config.alpha: none is not allowed"),
    "negative slope": (
        layer("LeakyReLU", negative_slope=-1),
        "config.activation.config.negative_slope: -1 is not allowed; it must be a finite number of",
    ),
    "negative max": (layer("ReLU", max_value=-1), "config.activation.config.max_value: -1 is not"),
    "clipped": (
        operation("ReLU", OPS, max_value=1, threshold=-1),
        "config.activation.config.threshold: -1.0 is not allowed; it must be at least 0 with",
    ),
    "axes": (layer("Softmax", axis=[1, 2]), "config.activation.config.axis: [1, 2] is not allowed"),
    "batch": (layer("Softmax", axis=0), "Dense.activation.axis: 0 is not allowed"),
    "other value": (
        operation("Threshold", threshold=1, default_value=2),
        "config.activation.config.default_value: 2 is not allowed; it must be 0",
    ),
    "flag": (operation("Gelu", approximate="none"), "'none' is not allowed; it must be true or"),
    "no offset": (layer("Rescaling", scale=0.5), "config.activation.config: scale and offset are"),
    "chain": (sequential(rescaling(2), SILU, rescaling(0.4)), "['Rescaling', 'Activation', 'Resc"),
    "empty chain": (sequential(), "config.activation: [] is not allowed"),
    "long chain": (sequential(*[rescaling(1.0)] * 50), "config.activation: ['Rescaling'"),
    "chain of text": (sequential("elu"), "config.activation.config.layers[0]: 'elu' is not"),  # type: ignore[arg-type]
    "no chain": (sequential(layers={}), "config.activation.config.layers: {} is not allowed"),
    "weights inside": (sequential(layer("Dense", units=2)), "config.layers[0]: 'keras.layers.Den"),
    "dtype": (layer("ELU", dtype="float8"), "config.activation.config.dtype: 'float8' is not"),
}


@pytest.mark.parametrize("case", REFUSED_ACTIVATIONS)
def test_other_activations_are_refused_with_place_and_reason(case: str) -> None:
    written, sentence = REFUSED_ACTIVATIONS[case]
    with pytest.raises(ValueError, match=re.escape(sentence)) as raised:
        read_layer(text(dense(written)))
    assert str(raised.value).startswith("layer: ")


def test_another_dtype_inside_is_said() -> None:
    config = read_layer(text(dense(layer("ELU", alpha=2), dtype="float64")))
    assert config.warnings == (
        "config.activation.config.dtype: it computes in float32, the layer in float64",
    )


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
    ("Conv2DTranspose", "groups", 1, True),
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
    ("GRU", "time_major", False, True),
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


BAD_DOCUMENTS: dict[str, tuple[Any, str]] = {
    "list": ([1], "layer: the document: [1] is not allowed"),
    "number": (3, "layer: the document: 3 is not allowed"),
    "no class": ({"config": {}}, "layer: class_name: none is not allowed"),
    "no module": ({"class_name": "Dense", "config": {"units": 3}}, "layer: module: none"),
    "other module": ({**dense(), "module": "os"}, "layer: module: 'os' is not allowed; it must be"),
    "other class": (
        layer("Flatten"),
        "layer: class_name: 'Flatten' is not allowed; it must be one of Dense, Conv1D",
    ),
    "model": (sequential(), "layer: class_name: 'Sequential' is not allowed"),
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
        "layer: actviz.output: there is no such key; allowed: version, activation",
    ),
    "beside": (
        {**dense(), "actviz": {"version": 1, "activation": {"nme": "elu"}}},
        "layer: actviz.activation.nme: there is no such key; allowed: name, values",
    ),
    "beside a value": (
        {**dense(), "actviz": {"version": 1, "activation": {"name": "elu", "values": {"a": 1}}}},
        "layer: elu: there is no parameter 'a'",
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
        "config.activity_regularizer: Keras ignores it here; it is left out",
    )
    assert keras.layers.deserialize(document).activity_regularizer is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            {"module": "keras.initializers", "class_name": "Constant", "config": {"value": 1}},
            "config.kernel_initializer: 'keras.initializers.Constant' is not allowed",
        ),
        (
            {"module": "keras.initializers", "class_name": "HeNormal", "config": {"seed": 3}},
            "config.kernel_initializer.config.seed: 3 is not allowed; it must be None",
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
def test_words_with_arguments_are_refused(words: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read_layer(text(dense(kernel_initializer=words)))


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_conv_lstm_cell_as_stock_keras_writes_it(rank: int) -> None:
    config = LayerConfig(f"ConvLSTM{rank}DCell", {"filters": 3})
    stock = keras.layers.serialize(keras.layers.deserialize(json.loads(write_layer(config))))
    assert "rank" not in stock["config"]
    assert read_layer(text(stock)).layer == config.layer


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
    domain = param.domain
    strategies: dict[type, Any] = {
        Flag: st.booleans,
        Choice: lambda: st.sampled_from(domain.options),
        Integer: lambda: st.integers(domain.low, domain.high),
        Sizes: lambda: st.tuples(*[st.integers(domain.low, 4)] * domain.rank),
        Real: lambda: st.floats(
            max(domain.low, -1e6), min(domain.high, 1e6), exclude_min=domain.low_open
        ),
        Text: lambda: st.text(min_size=1, max_size=20).filter(
            lambda letters: letters.isprintable() and "/" not in letters
        ),
        Vector: lambda: st.lists(st.floats(-50, 50), min_size=1, max_size=4).map(tuple),
    }
    found = strategies[type(domain)]()
    return st.none() | found if getattr(domain, "optional", False) else found


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
