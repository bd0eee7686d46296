"""Stock Keras is the judge: what we write is read by it, and computes our numbers."""

from __future__ import annotations

import json
import os
from contextlib import nullcontext
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

import jax
import keras
import numpy as np
import pytest
from layer_cases import DTYPES, SETTINGS, random_config, slots

from actviz.activations import ROWS as ACTIVATIONS
from actviz.activations import row
from actviz.formats import keras as keras_dialect
from actviz.formats import keras_activations, read_layer, write_layer
from actviz.layers import ROWS, LayerConfig, LayerRow
from actviz.param import Choice

NAMES = [each.name for each in ROWS]
# Keras computes GELU's tanh form as 1 + tanh and squareplus as x + sqrt(x^2 + b), which in float32
# loses up to 10 x 2^-24 on the left; the test in float64 below holds them to the formula.
ABSOLUTE = {name: 6e-7 if name in ("gelu", "squareplus") else 1e-7 for name in SETTINGS}
RNN = {"SimpleRNN", "GRU", "LSTM"}
# How far a result may be off in each arithmetic: relative, absolute.
ROUNDING = {
    "float64": (2e-14, 1e-14),
    "float32": (3e-6, 6e-7),
    "float16": (4e-3, 1e-2),
    "bfloat16": (4e-2, 8e-2),
}
# Keras's own tanh answers in float32 there: keras.ops.tanh on JAX, 3.10 to 3.15.
NOT_IN_FLOAT64 = {"tanh"}


def deserialized(text: str) -> Any:
    return keras.layers.deserialize(json.loads(text))


def in_slot(layer: Any, slot: str) -> Any:
    return getattr(layer.cell if type(layer).__name__ in RNN else layer, slot)


def inputs(axes: int | None, dtype: str = "float32") -> np.ndarray:
    x = np.linspace(-10, 10, 4 * 24 - 2)
    x = np.concatenate([x, [1.5, -1.5]]).astype(dtype)
    middle = (1,) * ((axes or 2) - 3)
    return x.reshape((4, *middle, 24) if (axes or 2) == 2 else (2, 2, *middle, 24))


def expected(name: str, values: dict[str, Any], x: np.ndarray) -> np.ndarray:
    """Our float64 numbers; softmax from its slices, one for each element of a vector."""
    x = x.astype(np.float64)
    if name != "softmax":
        return row(name).evaluate(x, values)[0]
    axis = values.get("axis", -1)
    moved = np.moveaxis(x, axis, -1)
    y = np.empty_like(moved)
    for index in np.ndindex(moved.shape):
        vector = list(moved[index[:-1]])
        own = vector.pop(index[-1])
        y[index] = row(name).evaluate(own, {"logits": vector})[0]
    return np.moveaxis(y, -1, axis)


def test_every_activation_has_settings_or_a_reason() -> None:
    for each in ACTIVATIONS:
        if each.name not in SETTINGS:
            with pytest.raises(ValueError, match="has no form in Keras"):
                write_layer(LayerConfig("Dense", activations={"activation": (each.name, {})}))


def test_the_refusal_names_every_activation_that_keras_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras_activations, "STRINGS", {})
    with pytest.raises(ValueError, match=r"sigmoid has no form in Keras with these values") as told:
        write_layer(LayerConfig("Dense", activations={"activation": ("sigmoid", {})}))
    assert str(told.value).endswith(f"; allowed: {', '.join(SETTINGS)}")
    assert set(SETTINGS) >= {"linear", "tanh", "sigmoid", "selu", "elu", "swish"}


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize(("layer", "slot"), slots())
def test_keras_computes_our_numbers(layer: str, slot: str, name: str) -> None:
    for values in SETTINGS[name]:
        config = LayerConfig(layer, activations={slot: (name, values)})
        x = inputs(config.row.axes)
        activation = in_slot(deserialized(write_layer(config)), slot)
        y = np.asarray(activation(keras.ops.convert_to_tensor(x)), np.float64)
        np.testing.assert_allclose(y, expected(name, values, x), rtol=3e-6, atol=ABSOLUTE[name])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SETTINGS)
def test_the_activation_computes_in_the_layers_dtype(name: str, dtype: str) -> None:
    computed = dtype.removeprefix("mixed_")
    for values in SETTINGS[name]:
        config = LayerConfig("Dense", {"dtype": dtype}, {"activation": (name, values)})
        with jax.enable_x64(True) if dtype == "float64" else nullcontext():
            activation = deserialized(write_layer(config)).activation
            x = keras.ops.cast(inputs(2, "float64"), computed)
            # A Sequential rounds its first input to float32, before it is built; later ones not.
            activation(x)
            y = activation(x)
        if not (computed == "float64" and name in NOT_IN_FLOAT64):
            assert keras.backend.standardize_dtype(y.dtype) == computed
            relative, absolute = ROUNDING[computed]
            ours = expected(name, values, np.asarray(x, np.float64))
            y = np.asarray(y, np.float64)
            np.testing.assert_allclose(y, ours, rtol=relative, atol=absolute)


def _objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [found for item in value for found in _objects(item)]
    if not isinstance(value, dict):
        return []
    inner = [found for item in value.values() for found in _objects(item)]
    return [value, *inner] if "class_name" in value else inner


@pytest.mark.parametrize("dtype", DTYPES)
def test_nested_layers_repeat_the_dtype(dtype: str) -> None:
    nested = 0
    for name, settings in SETTINGS.items():
        for values in settings:
            config = LayerConfig("GRU", {"dtype": dtype}, {"activation": (name, values)})
            for each in _objects(json.loads(write_layer(config))["config"]["activation"]):
                if each["module"] in ("keras", "keras.layers"):
                    assert each["config"]["dtype"] == dtype
                    nested += 1
    assert nested > 20


@pytest.mark.parametrize("beta", [1e-30, 1e-6, 1e4, -1e30])
def test_swish_with_a_beta_far_off_one(beta: float) -> None:
    config = LayerConfig("Dense", activations={"activation": ("swish", {"beta": beta})})
    x = inputs(2)
    y = deserialized(write_layer(config)).activation(keras.ops.convert_to_tensor(x))
    np.testing.assert_allclose(y, expected("swish", {"beta": beta}, x), rtol=3e-6, atol=1e-7)


def kept_by_keras(config: LayerConfig) -> LayerConfig:
    """What Keras's own content says: without what stands beside it."""
    document = json.loads(write_layer(config))
    document.pop("actviz", None)
    return read_layer(json.dumps(document))


@pytest.mark.parametrize("each", ROWS, ids=NAMES)
def test_200_random_configurations_survive_keras(each: LayerRow) -> None:
    for seed in range(200):
        config = random_config(each, seed)
        layer = deserialized(write_layer(config))
        own = _config_of(layer, config)
        again = read_layer(json.dumps(keras.layers.serialize(layer)))
        for name, value in config.fields.items():
            if name == "seed" and each.name == "SimpleRNN":
                # Keras takes it and leaves it out of what it writes.
                assert layer.cell.seed == value
            elif name == "lora_alpha" and value is None:
                assert own.get(name) == config.fields["lora_rank"]
            elif value is not None or name not in ("name", "rnn_name"):
                assert own.get(name) == _as_keras_writes(name, _given(config, name)), name
                assert again.fields[name] == _without_gain(value)
        assert again.activations == kept_by_keras(config).activations


def _config_of(layer: Any, config: LayerConfig) -> dict[str, Any]:
    """What Keras holds under our names: an RNN layer and the cell in it each have a name."""
    if config.in_rnn:
        outer = layer.get_config()
        renamed = {"in_rnn": True, "rnn_name": outer.pop("name"), "activity_regularizer": None}
        return {**renamed, **outer, **layer.cell.get_config()}
    return {"in_rnn": False, **layer.get_config()}


def _as_keras_writes(name: str, value: Any) -> Any:
    """Keras's own meaning of a value, from Keras."""
    if name == "dtype":
        return keras.dtype_policies.serialize(keras.dtype_policies.get(value))
    kind = name.rpartition("_")[2]
    if value is None or kind not in ("initializer", "regularizer", "constraint"):
        return value
    module = getattr(keras, f"{kind}s")
    return module.serialize(module.get(value))


def _given(config: LayerConfig, name: str) -> Any:
    """What Keras is given for a field: an object for a word with arguments."""
    value = config.fields[name]
    named = name in ("name", "rnn_name")
    worded = not named and isinstance(value, str) and ("(" in value or value == "constant")
    document = json.loads(write_layer(config))["config"]
    inside = {**document, **document["cell"]["config"]} if config.in_rnn else document
    return inside[name] if worded else value


def _without_gain(value: Any) -> Any:
    """Leave out what Keras reads and does not write again."""
    return "identity" if str(value).startswith("identity(") else value


CHANNELS = 12


def input_shape(config: LayerConfig) -> tuple[int, ...]:
    """The shape of a small batch for a layer; for a cell alone that of one time step."""
    space = (9,) * ((config.row.axes or 2) - 2)
    first = config.fields.get("data_format") == "channels_first"
    time = (3,) if config.layer in RNN or config.in_rnn else ()
    return (2, *time, *((CHANNELS, *space) if first else (*space, CHANNELS)))


@pytest.mark.parametrize("each", ROWS, ids=NAMES)
def test_a_random_layer_runs(each: LayerRow) -> None:
    config = next(
        config
        for config in (random_config(each, seed) for seed in range(1000, 2000))
        if config.fields["dtype"] == "float32"
        and CHANNELS % int(config.fields.get("groups") or 1) == 0
    )
    layer, shape = deserialized(write_layer(config)), input_shape(config)
    if config.is_step:
        layer, shape = keras.layers.RNN(layer), (shape[0], 2, *shape[1:])
    y = layer(np.ones(shape, "float32"))
    assert all(np.isfinite(float(loss)) for loss in layer.losses)
    assert keras.tree.flatten(y)[0].shape[0] == 2


WORDS = {"initializer": ("orthogonal", "identity"), "regularizer": ("orthogonal_regularizer",)}


@pytest.mark.parametrize("each", ROWS, ids=NAMES)
def test_words_for_weights_are_those_that_keras_can_build(each: LayerRow) -> None:
    plain = {param.name: "zeros" for param in each.fields if "initializer" in param.name}
    config = LayerConfig(each.name, plain)
    for param in each.fields:
        for word in WORDS.get(param.name.rpartition("_")[2], ()):
            if param.name == "activity_regularizer" or (word, param.name) in SLOW_AND_SURE:
                continue
            document = json.loads(write_layer(config))
            document["config"][param.name] = word
            layer = keras.layers.deserialize(document)
            try:
                layer.build(input_shape(config))
                built = len(layer.losses) >= 0
            except (ValueError, TypeError, IndexError):
                built = False
            assert isinstance(param.domain, Choice)
            assert built == (word in param.domain.options), (param.name, word)


# A kernel can always be orthogonal: the random layers above use it.
SLOW_AND_SURE = {
    ("orthogonal", f"{kernel}_initializer")
    for kernel in ("kernel", "recurrent", "depthwise", "pointwise")
}


def test_a_gru_with_a_prelu_is_said_to_run_once_on_jax() -> None:
    config = LayerConfig("GRU", {"units": 3}, {"activation": ("prelu", {})})
    assert any("runs once only" in each for each in keras_dialect.remarks(config))
    layer = deserialized(write_layer(config))
    layer(np.ones((2, 3, 4), "float32"))
    with pytest.raises(jax.errors.UnexpectedTracerError):
        layer(np.ones((2, 3, 4), "float32"))
