"""Words with arguments: one spelling, a strict reader, and stock Keras as the judge of each."""

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
from keras_forms import dense, text

from actviz.formats import describe, read_layer, write_layer
from actviz.formats.keras_objects import kind_of, write_word
from actviz.layers import LayerConfig, layer_row
from actviz.layers.named import Named

SPELLINGS = [
    # field of a Conv2D, as written by a user, in its one spelling
    ("kernel_initializer", "he_normal", "he_normal"),
    ("kernel_initializer", "he_normal( )", "he_normal"),
    ("kernel_initializer", " he_normal ( seed = 7 ) ", "he_normal(seed=7)"),
    (
        "kernel_initializer",
        "variance_scaling(distribution=uniform, scale=2.0,mode=fan_in)",
        "variance_scaling(scale=2, distribution=uniform)",
    ),
    (
        "kernel_initializer",
        "random_normal(seed=7, stddev=2e-2)",
        "random_normal(stddev=0.02, seed=7)",
    ),
    ("kernel_initializer", "random_normal(stddev=0.05, seed=none)", "random_normal"),
    ("kernel_initializer", "constant(value=1/4)", "constant(value=0.25)"),
    ("kernel_initializer", "orthogonal(gain=-1.5)", "orthogonal(gain=-1.5)"),
    ("kernel_regularizer", "l2(l2=0.001)", "l2(l2=0.001)"),
    ("kernel_regularizer", "l2(l2=0.0010000000474974513)", "l2(l2=0.001)"),
    ("kernel_regularizer", "l1l2(l2=0.5, l1=1)", "l1l2(l1=1, l2=0.5)"),
    (
        "kernel_constraint",
        "max_norm(max_value=3, axis=[0, 1, 2])",
        "max_norm(max_value=3, axis=[0, 1, 2])",
    ),
    ("kernel_constraint", "unit_norm(axis=[3])", "unit_norm(axis=3)"),
    (
        "kernel_constraint",
        "min_max_norm(min_value=.5,rate=.25,axis=-1)",
        "min_max_norm(min_value=0.5, rate=0.25, axis=-1)",
    ),
]


@pytest.mark.parametrize(("field", "written", "spelled"), SPELLINGS)
def test_one_spelling_that_keras_reads(field: str, written: str, spelled: str) -> None:
    param = layer_row("Conv2D").field(field)
    assert param.parse(written) == spelled
    assert param.check(written) == spelled
    assert param.parse(spelled) == spelled
    config = LayerConfig("Conv2D", {field: written})
    document = json.loads(write_layer(config))
    layer = keras.layers.deserialize(document)
    assert read_layer(text(keras.layers.serialize(layer))).fields[field] == spelled
    assert isinstance(param.domain, Named)
    word, arguments = param.domain.split(spelled)
    held = getattr(layer, field)
    own = {key: value for key, value in held.get_config().items() if key in arguments}
    assert _in_float32(own) == _in_float32(arguments)
    assert isinstance(document["config"][field], str) == (spelled == word != "constant")


def _in_float32(arguments: dict[str, Any]) -> dict[str, Any]:
    """Keras writes some factors back through float32, and sizes as lists."""
    plain = {key: list(v) if isinstance(v, tuple) else v for key, v in arguments.items()}
    return {key: np.float32(v) if isinstance(v, float) else v for key, v in plain.items()}


REFUSED = [
    ("kernel_initializer", "glorot", "'glorot' is not allowed; it must be glorot_uniform, "),
    ("kernel_initializer", "he_normal(seed=-1)", "he_normal.seed: -1 is not allowed; it must be a"),
    ("kernel_initializer", "he_normal(seed=1.5)", "he_normal.seed: '1.5' is not allowed"),
    ("kernel_initializer", "he_normal(gain=2)", "there is no argument 'gain'; allowed: seed"),
    ("kernel_initializer", "zeros(value=2)", "zeros: there is no argument 'value'; allowed: none"),
    ("kernel_initializer", "he_normal(seed=1, seed=1)", "the argument 'seed' is given twice"),
    ("kernel_initializer", "he_normal(7)", "'7' is not allowed; it must be argument=value"),
    ("kernel_initializer", "he_normal(seed=7", "is not allowed; it must be glorot_uniform"),
    ("kernel_initializer", "he_normal(seed=__import__('os'))", "argument=value, with commas"),
    ("kernel_initializer", "he_normal(seed=7)x", "is not allowed; it must be"),
    ("kernel_initializer", "he_normal(,)", "argument=value"),
    ("kernel_initializer", "constant(value=nan)", "constant.value: 'nan' is not allowed"),
    ("kernel_initializer", "constant(value=1e999)", "constant.value: inf is not allowed"),
    ("kernel_initializer", "random_normal(stddev=-1)", "random_normal.stddev: -1.0 is not allowed"),
    ("kernel_initializer", "variance_scaling(scale=0)", "scale: 0.0 is not allowed; it must be a"),
    ("kernel_initializer", "variance_scaling(mode=fan)", "'fan' is not allowed; it must be fan_in"),
    (
        "kernel_initializer",
        "random_uniform(minval=1)",
        "random_uniform.minval: 1.0 is not allowed; it must be at most maxval, which is 0.05",
    ),
    ("kernel_regularizer", "l2(l2=-0.1)", "l2.l2: -0.1 is not allowed; it must be a number from 0"),
    ("kernel_regularizer", "l1_l2", "'l1_l2' is not allowed; it must be l1, l2, l1l2 or none; arg"),
    ("kernel_regularizer", "x" * 5000, "is not allowed"),
    ("kernel_constraint", "max_norm(axis=4)", "axis: 4 is not allowed; it must be an axis from -4"),
    ("kernel_constraint", "max_norm(axis=[0, -4])", "or different ones as in [0, 1]"),
    ("kernel_constraint", "max_norm(axis=[])", "axis: '[]' is not allowed"),
    ("kernel_constraint", "max_norm(axis=[0)", "is not allowed"),
    ("kernel_constraint", "min_max_norm(min_value=2)", "at most max_value, which is 1"),
    ("bias_constraint", "unit_norm(axis=1)", "axis: 1 is not allowed; it must be an axis from -1"),
]


@pytest.mark.parametrize(("field", "written", "sentence"), REFUSED)
def test_what_is_no_word_is_refused_with_its_place(field: str, written: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)) as raised:
        LayerConfig("Conv2D", {field: written})
    assert re.match(rf"Conv2D\.{field}[.:]", str(raised.value))
    assert len(str(raised.value)) < 600


@pytest.mark.parametrize("name", ["Dense", "Conv3D", "LSTM"])
def test_the_defaults_of_arguments_are_kerass(name: str) -> None:
    row = layer_row(name)
    for param in row.fields:
        kind = kind_of(param.name)
        if kind is None or not isinstance(param.domain, Named):
            continue
        for word in param.domain.words:
            written = write_word(kind, word.name, param.domain)
            stock = getattr(keras, f"{kind}s").get(written).get_config()
            ours = {each.name: each.default for each in word.arguments if each.name != "gain"}
            own = {key: v for key, v in stock.items() if key in ours}
            assert _in_float32(own) == _in_float32(ours)
            assert set(stock) - {"input_axes", "output_axes", "gain"} == set(ours)
            assert all(each.doc for each in word.arguments)


def test_keras_computes_with_the_arguments() -> None:
    config = LayerConfig(
        "Dense",
        {
            "units": 3,
            "kernel_initializer": "constant(value=-2)",
            "bias_initializer": "constant(value=0.5)",
            "kernel_regularizer": "l1(l1=0.25)",
            "kernel_constraint": "max_norm(max_value=1)",
        },
    )
    layer = keras.layers.deserialize(json.loads(write_layer(config)))
    y = layer(np.ones((1, 4), "float32"))
    np.testing.assert_allclose(y, [[-7.5] * 3])
    np.testing.assert_allclose(layer.losses[0], 0.25 * 24)
    constrained = np.asarray(layer.kernel_constraint(layer.kernel))
    np.testing.assert_allclose(np.linalg.norm(constrained, axis=0), [1] * 3, rtol=1e-6)


def test_keras_has_no_bare_word_for_a_constant() -> None:
    with pytest.raises(KeyError):
        keras.initializers.get("constant")
    document = json.loads(write_layer(LayerConfig("Dense", {"bias_initializer": "constant"})))
    assert document["config"]["bias_initializer"]["config"] == {"value": 0.0}


def test_the_older_word_for_a_distribution() -> None:
    scaling = {
        "module": "keras.initializers",
        "class_name": "VarianceScaling",
        "config": {"scale": 2.0, "distribution": "normal"},
    }
    config = read_layer(text(dense(kernel_initializer=scaling)))
    assert config.fields["kernel_initializer"] == "variance_scaling(scale=2)"


def test_the_gain_that_keras_forgets_is_said() -> None:
    config = LayerConfig("Dense", {"kernel_initializer": "identity(gain=2)"})
    layer = keras.layers.deserialize(json.loads(write_layer(config)))
    assert layer.kernel_initializer.gain == 2
    assert "gain" not in layer.get_config()["kernel_initializer"]["config"]
    assert any("leaves it out" in line for line in describe(config))


def test_a_grus_bias_is_a_matrix_only_with_reset_after() -> None:
    fields = {"bias_constraint": "unit_norm(axis=1)"}
    assert LayerConfig("GRU", fields).fields["bias_constraint"] == "unit_norm(axis=1)"
    with pytest.raises(ValueError, match=r"bias_constraint.*axis.* unless reset_after is true"):
        LayerConfig("GRU", {**fields, "reset_after": False})
