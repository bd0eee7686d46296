"""Reading activations: what Keras computes is what we read, and all else is refused."""

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
from keras_forms import OPS, dense, initializer, layer, operation, rescaling, sequential, text

from actviz.activations import row
from actviz.formats import read_layer, write_layer
from actviz.layers import LayerConfig

X = np.linspace(-8, 8, 64, dtype="float32").reshape(4, 16)
SILU = layer("Activation", activation="silu")
FUNCTION = {"class_name": "function", "config": "elu", "module": "builtins"}

FORMS: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "null": (None, "linear", {}),
    "elu": ("elu", "elu", {}),
    "gelu": ("gelu", "gelu", {}),
    "hard_sigmoid": ("hard_sigmoid", "hard_sigmoid", {"alpha": 1 / 6}),
    "leaky_relu": ("leaky_relu", "leaky_relu", {"negative_slope": 0.2}),
    "relu": ("relu", "relu", {}),
    "relu6": ("relu6", "relu6", {}),
    "celu": ("celu", "celu", {}),
    "exponential": ("exponential", "exponential", {}),
    "hard_silu": ("hard_silu", "hard_swish", {}),
    "hard_swish": ("hard_swish", "hard_swish", {}),
    "log_sigmoid": ("log_sigmoid", "log_sigmoid", {}),
    "mish": ("mish", "mish", {}),
    "softplus": ("softplus", "softplus", {}),
    "tanh_shrink": ("tanh_shrink", "tanh_shrink", {}),
    "softsign": ("softsign", "softsign", {}),
    "sparse_plus": ("sparse_plus", "sparse_plus", {}),
    "squareplus": ("squareplus", "squareplus", {}),
    "hard_shrink": ("hard_shrink", "hard_shrink", {}),
    "hard_tanh": ("hard_tanh", "hard_tanh", {}),
    "soft_shrink": ("soft_shrink", "soft_shrink", {}),
    "sparse_sigmoid": ("sparse_sigmoid", "sparse_sigmoid", {}),
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
    "Threshold with a value": (
        operation("Threshold", threshold=0.5, default_value=2),
        "threshold",
        {"threshold": 0.5, "default_value": 2.0},
    ),
    "Celu": (operation("Celu", alpha=2), "celu", {"alpha": 2.0}),
    "Squareplus": (operation("Squareplus", b=1.5), "squareplus", {"b": 1.5}),
    "HardShrink": (operation("HardShrink", threshold=2), "hard_shrink", {"threshold": 2.0}),
    "SoftShrink by default": (operation("SoftShrink"), "soft_shrink", {"threshold": 0.5}),
    "PReLU": (
        layer("PReLU", alpha_initializer=initializer("Constant", value=0.5)),
        "prelu",
        {"alpha": 0.5},
    ),
    "PReLU by default": (layer("PReLU"), "prelu", {"alpha": 0.0}),
    "PReLU as Keras writes it": (
        layer(
            "PReLU",
            alpha_initializer=initializer("Zeros"),
            alpha_regularizer=None,
            alpha_constraint=None,
            shared_axes=None,
        ),
        "prelu",
        {"alpha": 0.0},
    ),
    "ReLU operation": (
        operation("ReLU", OPS, negative_slope=-0.5, threshold=-1.0),
        "relu",
        {"negative_slope": -0.5, "threshold": -1.0},
    ),
    "one layer": (sequential(layer("ELU", alpha=3)), "elu", {"alpha": 3.0}),
    "swish 4": (sequential(rescaling(4.0), SILU, rescaling(0.25)), "swish", {"beta": 4.0}),
    "softplus 4": (
        sequential(rescaling(4.0), layer("Activation", activation="softplus"), rescaling(0.25)),
        "softplus",
        {"beta": 4.0},
    ),
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
    "shared slopes": (layer("PReLU", shared_axes=[1]), "prelu", {"alpha": 0.0}),
    "old alpha": (layer("LeakyReLU", alpha=0.1), "leaky_relu", {"negative_slope": 0.1}),
}
WITH_A_WARNING = {
    "lossy function": "config.activation: Keras ignores alpha here and computes elu, alpha = 1.0",
    "lossy class": "config.activation.config: Keras ignores alpha here and computes elu",
    "shared slopes": "config.activation.config.shared_axes: it is left out",
    "old alpha": "config.activation.config.alpha: the old name of negative_slope",
    "hard_sigmoid": "config.activation: nothing in the file tells Keras 2 from Keras 3",
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
    "slopes": (
        layer("PReLU", alpha_initializer=initializer("HeNormal")),
        "alpha_initializer: 'keras.initializers.HeNormal' is not allowed; it must be Zeros or C",
    ),
    "a word for slopes": (
        layer("PReLU", alpha_initializer="ones"),
        "config.activation.config.alpha_initializer: 'ones' is not allowed; it must be zeros, or a",
    ),
    "regularized slopes": (
        layer("PReLU", alpha_regularizer="l2"),
        "config.activation.config.alpha_regularizer: 'l2' is not allowed; it must be null",
    ),
    "alpha 0": (
        operation("Celu", alpha=0),
        "config.activation.config.alpha: 0 is not allowed; it must be a finite number greater",
    ),
    "negative shrink": (
        operation("SoftShrink", threshold=-1.0),
        "config.activation.config.threshold: -1.0 is not allowed; it must be a finite number of at",
    ),
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
    "no value": (
        operation("Threshold", threshold=1),
        "config.activation.config.default_value: nan is not allowed; it must be a finite number",
    ),
    "flag": (operation("Gelu", approximate="none"), "'none' is not allowed; it must be true or"),
    "no offset": (layer("Rescaling", scale=0.5), "config.activation.config: scale and offset are"),
    "chain": (sequential(rescaling(2), SILU, rescaling(0.4)), "['Rescaling', 'Activation', 'Resc"),
    "falling softplus": (
        sequential(rescaling(-1), layer("Activation", activation="softplus"), rescaling(-1)),
        "config.activation: ['Rescaling', 'Activation', 'Rescaling'] is not allowed; it must be R",
    ),
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
        "config.activation.config.dtype: it computes in float32, the layer in float64, "
        "which is taken for both",
    )
