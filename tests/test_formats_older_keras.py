"""Layers for Keras 2 and for Keras 3 before 3.10: loaded by stock Keras, run, and read back."""

from __future__ import annotations

import json
import os
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

import keras
import numpy as np
import pytest
from apart import apart
from keras_forms import text
from layer_cases import SETTINGS, random_config

from actviz.activations import row
from actviz.formats import describe, read_layer, write_layer
from actviz.layers import ROWS, LayerConfig, LayerRow

# Keras's variables on JAX do not know NumPy 2's copy keyword.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
BUILT = pytest.mark.filterwarnings("ignore:Explicitly requested dtype float64:UserWarning")
X = np.linspace(-10, 10, 48, dtype="float32").reshape(3, 4, 4)
SAMPLE = range(4)


def written(config: LayerConfig, dialect: str) -> str | None:
    """Write it where the dialect can; else it says where and why."""
    reason = ""
    try:
        document = write_layer(config, dialect)
    except ValueError as error:
        reason = str(error)
    if reason:
        assert reason.startswith(config.layer)
        return None
    assert isinstance(document, str)
    return document


def named(own: LayerRow, seed: int) -> LayerConfig:
    """A random layer that Keras 2 does not number anew."""
    config = random_config(own, seed).with_field("name", "own")
    return config.with_field("rnn_name", "around") if config.in_rnn else config


def close(given: object, name: str, values: dict[str, Any]) -> None:
    ours = row(name).evaluate(X, values)[0]
    if name == "softmax":  # on arrays it acts along an axis, which the row's slice does not
        powers = np.exp(X - X.max(values.get("axis", -1), keepdims=True))
        ours = powers / powers.sum(values.get("axis", -1), keepdims=True)
    np.testing.assert_allclose(given, ours, rtol=3e-6, atol=1e-6)


@pytest.mark.parametrize("name", SETTINGS)
def test_keras_2_computes_what_was_written(name: str) -> None:
    for values in SETTINGS[name]:
        config = LayerConfig("Dense", activations={"activation": (name, values)})
        document = written(config, "keras2")
        if document is not None:
            assert read_layer(document) == config
            close(apart("activated", document, X), name, values)


@pytest.mark.parametrize("own", ROWS, ids=[row.name for row in ROWS])
def test_keras_2_loads_random_layers(own: LayerRow) -> None:
    for seed in SAMPLE:
        document = written(named(own, seed), "keras2")
        if document is not None:
            again = read_layer(document)
            assert apart("config", write_layer(again, "keras2")) == apart("config", document)


@pytest.mark.parametrize("own", ROWS, ids=[row.name for row in ROWS])
def test_what_keras_2_saves_is_read_and_loads_to_the_same(own: LayerRow) -> None:
    for seed in SAMPLE:
        document = written(named(own, seed), "keras2")
        if document is None:
            continue
        saved = apart("saved", document)
        again = write_layer(read_layer(saved, "keras2"), "keras2")
        assert alike(apart("config", again), apart("config", saved))


def alike(one: Any, other: Any) -> bool:
    """Compare what Keras 2 gives; it numbers nested layers anew and leaves trainable out."""
    unstable = ("build_config", "name")
    if isinstance(one, dict) and isinstance(other, dict):
        keys = {key for key in (*one, *other) if key not in unstable}
        return all(key in one and key in other and alike(one[key], other[key]) for key in keys)
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=1e-6)  # it saves numbers through float32
    return bool(one == other)


@pytest.mark.parametrize("name", SETTINGS)
def test_two_layers_compute_what_was_written(name: str) -> None:
    for values in SETTINGS[name]:
        slots = {"activation": (name, values)}
        config = LayerConfig("Dense", {"units": 4}, slots, input_shape=(4, 4))
        document = written(config, "keras_two_layer")
        if document is None:
            continue
        assert read_layer(document) == config
        model = keras.layers.deserialize(json.loads(document))
        assert model.built
        model.layers[0].set_weights([np.eye(4, dtype="float32"), np.zeros(4, "float32")])
        close(model(X), name, values)


@BUILT
@pytest.mark.parametrize("own", ROWS, ids=[row.name for row in ROWS])
def test_two_layers_of_random_layers_are_loaded_and_read_back(own: LayerRow) -> None:
    for seed in SAMPLE:
        config = random_config(own, seed)
        document = written(config, "keras_two_layer")
        assert document is None or not own.family.startswith("Recurrent")
        if document is not None:
            keras.layers.deserialize(json.loads(document))
            assert read_layer(document) == config


def test_words_mean_what_keras_2_means() -> None:
    old = {"class_name": "LSTM", "config": {"units": 3, "recurrent_activation": "hard_sigmoid"}}
    config = read_layer(text(old))
    assert config.activations["recurrent_activation"][1]["alpha"] == 0.2
    newer = {"module": "keras.layers", **old}
    assert read_layer(text(newer)).activations["recurrent_activation"][1]["alpha"] == 1 / 6
    config = read_layer(text(newer), "keras2")
    assert config.activations["recurrent_activation"][1]["alpha"] == 0.2
    assert config.warnings == (
        "config.recurrent_activation: hard_sigmoid is clip(0.2·x + 0.5, 0, 1) in Keras 2",
    )


@pytest.mark.parametrize(
    ("word", "name", "values"),
    [
        ("LeakyReLU", "leaky_relu", {"negative_slope": 0.3}),
        ("ThresholdedReLU", "thresholded_relu", {"theta": 1.0}),
        ({"class_name": "LeakyReLU", "config": {"alpha": -0.5}}, "leaky_relu", {}),
    ],
)
def test_class_names_are_words_to_keras_2(word: object, name: str, values: Any) -> None:
    config = read_layer(text({"class_name": "Dense", "config": {"units": 2, "activation": word}}))
    found, held = config.activations["activation"]
    assert found == name
    assert {key: held[key] for key in values} == values


@pytest.mark.parametrize(
    ("class_name", "key", "value"),
    [("GRU", "time_major", True), ("Conv2DTranspose", "groups", 2)],
)
def test_what_keras_3_has_not_is_refused(class_name: str, key: str, value: object) -> None:
    size = {"units": 2} if class_name == "GRU" else {"filters": 2, "kernel_size": [1, 1]}
    with pytest.raises(ValueError, match=f"config.{key}: {value} is not allowed"):
        read_layer(text({"class_name": class_name, "config": {**size, key: value}}))


def test_what_a_dialect_cannot_hold_is_refused_with_the_reason() -> None:
    lstm = LayerConfig("LSTM")
    with pytest.raises(ValueError, match="act inside the recurrence"):
        write_layer(lstm, "keras_two_layer")
    # Keras 3.9.2 itself says: Unrecognized keyword arguments passed to Dense: {'lora_alpha': 3}
    low_rank = LayerConfig("Dense", {"lora_rank": 2, "lora_alpha": 3})
    with pytest.raises(ValueError, match=r"Dense.lora_rank: 2 .* none: Keras 3.0 to 3.9"):
        write_layer(low_rank, "keras_two_layer")
    with pytest.raises(ValueError, match=r"SimpleRNN.seed: 0 is not allowed; .* though its cell"):
        write_layer(LayerConfig("SimpleRNN", {"seed": 0}), "keras2")
    with pytest.raises(ValueError, match="Keras 2's hard_sigmoid has no others"):
        write_layer(lstm.with_activation("recurrent_activation", "hard_sigmoid"), "keras2")


@pytest.mark.parametrize("name", ["GRU", "LSTM", "SimpleRNNCell", "GRUCell", "LSTMCell"])
def test_a_seed_is_read_by_keras_2_and_not_saved(name: str) -> None:
    config = LayerConfig(name, {"units": 2, "seed": 0, "dropout": 0.5})
    document = str(write_layer(config, "keras2"))
    assert json.loads(document)["config"]["seed"] == 0
    assert read_layer(document) == config
    assert "seed" not in apart("config", document)
    assert "seed: Keras 2 reads it, but leaves it out" in " ".join(describe(config, "keras2"))


def test_a_seed_that_keras_2_refuses_is_refused() -> None:
    with pytest.raises(RuntimeError, match="seed"):
        apart("config", text({"class_name": "SimpleRNN", "config": {"units": 2, "seed": 0}}))
