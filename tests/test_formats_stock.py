"""Random layers as stock Keras 3 and Keras 2 write them are read, and written to equal ones."""

from __future__ import annotations

import json
import os
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

import jax
import keras
import numpy as np
import pytest
from apart import apart
from stock_layers import CLASSES, CONV_CELLS, Stock
from test_formats_older_keras import alike

from actviz.formats import read_layer, write_layer
from actviz.layers import LayerConfig

pytestmark = pytest.mark.filterwarnings("ignore:Explicitly requested dtype float64:UserWarning")
MANY = 400 if os.environ.get("ACTVIZ_CAMPAIGN") else 5
SLOTS = ("activation", "recurrent_activation")
X = np.arange(-6, 6, 0.5, dtype="float32").reshape(2, 3, 4)  # exact in 16 bits too


def without_names(value: Any) -> Any:
    """Leave out how Keras numbers nested layers."""
    if not isinstance(value, dict):
        return value
    kept = {key: item for key, item in value.items() if key not in ("name", "build_config")}
    return {key: without_names(item) for key, item in kept.items()}


def same_activation(one: Any, other: Any, dtype: str) -> bool:
    """The same form, or the same numbers: a word and a layer may mean the same."""
    if without_names(one) == without_names(other):
        return True
    with jax.enable_x64(dtype == "float64"):
        x = keras.ops.cast(X, dtype)
        values = [np.asarray(function_of(each)(x), "float64") for each in (one, other)]
    return np.array_equal(*values)


def function_of(written: Any) -> Any:
    document = {"class_name": "Dense", "module": "keras.layers", "registered_name": None}
    config = {"units": 1, "activation": written}
    return keras.layers.deserialize({**document, "config": config}).activation


def assert_equal(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    dtype = one["dtype"]["config"]["name"].removeprefix("mixed_")
    for key, value in one.items():
        if key in SLOTS:
            assert same_activation(value, other[key], dtype), (key, value, other[key])
        else:
            assert without_names(value) == without_names(other[key]), key


def fails_when_built(layer: Any) -> None:
    """Let Keras build the layer for an input that fits, as shapes only, and add up its losses."""
    space = [9] * len(layer.kernel_size) if hasattr(layer, "kernel_size") else []
    first = getattr(layer, "data_format", "") == "channels_first"
    shape = (2, 12, *space) if first else (2, *space, 12)

    layer.trainable = True

    def build() -> None:
        layer.build(shape)
        keras.ops.convert_to_tensor(layer.losses)

    with pytest.raises((ValueError, TypeError, IndexError)):
        jax.eval_shape(build)


@pytest.mark.campaign
@pytest.mark.parametrize("name", CLASSES)
def test_what_keras_3_writes(name: str, record_property: Any) -> None:
    same = refused = 0
    for seed in range(MANY):
        layer = Stock(keras, f"{name} {seed}").layer(name)
        stock = keras.layers.serialize(layer)
        document = written(json.dumps(stock), "keras")
        if document is None:
            fails_when_built(layer)
            refused += 1
        elif document:
            again = keras.layers.serialize(keras.layers.deserialize(json.loads(document)))
            assert_equal(stock["config"], again["config"])
            same += 1
    record_property("same", same)
    record_property("refused_by_both", refused)
    record_property("refused_by_older_ones", MANY - same - refused)
    assert same >= MANY / 4


def written(stock: str, dialect: str) -> str | None:
    """Read and write a layer: "" where only the newest Keras has it, None where it is refused."""
    try:
        config = read_layer(stock, dialect)
    except ValueError:
        return None
    try:
        return str(write_layer(config, dialect))
    except ValueError as error:
        assert "Keras before 3.15 refuses it" in str(error)  # noqa: PT017
        return ""


@pytest.mark.campaign
@pytest.mark.parametrize("name", [each for each in CLASSES if each not in CONV_CELLS])
def test_what_keras_2_writes(name: str, record_property: Any) -> None:
    """Keras 2 exports no cell of its ConvLSTMs."""
    same = refused = 0
    for seed in range(MANY):
        stock = apart("stock", name, seed)
        document = written(stock, "keras2")
        if document is None:
            refused_by_keras_2(stock)
            refused += 1
            continue
        one, other = apart("config", stock), apart("config", document)
        if name == "SimpleRNN" and one["activity_regularizer"]:
            said = read_layer(stock, "keras2").warnings
            assert any(each.startswith("config.activity_regularizer: ") for each in said)
            one["activity_regularizer"] = None
        for key, value in one.items():
            numbers = key in SLOTS and not alike(value, other[key])
            assert same_in_keras_2(value, other[key]) if numbers else alike(value, other[key]), (
                key,
                value,
                other[key],
            )
        same += 1
    record_property("same", same)
    record_property("refused", refused)
    assert same >= MANY / 4


def same_in_keras_2(*written: Any) -> bool:
    """Two forms give the same numbers; layers of 16 bits round them where words do not."""
    forms = ({"class_name": "Dense", "config": {"units": 1, "activation": x}} for x in written)
    values = [np.asarray(apart("activated", json.dumps(each), X), "float32") for each in forms]
    return np.allclose(*values, rtol=0.02, atol=1e-3)


def refused_by_keras_2(stock: str) -> None:
    """What is refused fails there too, or Keras 3 has not got it: a causal separable window."""
    document = json.loads(stock)
    causal = document["config"].get("padding") == "causal"
    if document["class_name"] == "SeparableConv1D" and causal:
        with pytest.raises(ValueError, match="padding: 'causal' is not allowed"):
            read_layer(stock, "keras2")
        return
    with pytest.raises(RuntimeError):
        apart("runs", stock)


def test_keras_2_runs_what_is_not_refused() -> None:
    assert apart("runs", str(write_layer(LayerConfig("Conv2D"), "keras2"))) == 0


@pytest.mark.parametrize("word", ["l1", "l2", "l1l2", "orthogonal_regularizer"])
def test_words_for_regularizers_work_in_keras_2(word: str) -> None:
    config = LayerConfig("Dense", {"kernel_regularizer": word})
    assert apart("runs", str(write_layer(config, "keras2"))) >= 0
    assert read_layer(str(write_layer(config, "keras2"))).fields == config.fields
