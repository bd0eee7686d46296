"""ONNX Runtime is the judge, and stock Keras's numbers are what it must give."""

from __future__ import annotations

import json
import os
import random
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
from layer_cases import SETTINGS, seeds, slots
from rounding import bounded

from actviz.activations import ROWS as ACTIVATIONS
from actviz.activations import row
from actviz.formats import DIALECTS, write_layer
from actviz.formats import onnx as dialect
from actviz.formats.onnx_activations import WORDS
from actviz.formats.onnx_proto import model_bytes
from actviz.layers import ROWS, LayerConfig, layer_row
from actviz.layers.facts import layer_facts
from actviz.param import Choice, Flag, Sizes

OWN = ("x*tanh(a*x)", "asinh(x)+atan(x)*cos(x)", "log1p(abs(x))", "x if x>a else erfc(x)")
MORE: dict[str, list[dict[str, Any]]] = {
    "hard_tanh": [{"min_value": -0.5, "max_value": 2.0}, {"min_value": 1.0, "max_value": -1.0}],
    "relu": [{"max_value": -1.0}],
    "threshold": [{"threshold": 0.5, "default_value": -1.0}],
    "formula": [{"formula": text} for text in OWN],
}
ALL = [
    (name, values)
    for name in (*(each.name for each in ACTIVATIONS), "formula")
    for values in [*SETTINGS.get(name, [{}]), *MORE.get(name, [])]
]


def session(content: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def run(config: LayerConfig, weights: dict[str, Any], *inputs: Any) -> list[np.ndarray]:
    content = model_bytes(dialect.model_of(config, weights.__getitem__))
    onnx.checker.check_model(content, full_check=True)
    loaded = session(content)
    feed = dict(zip((each.name for each in loaded.get_inputs()), inputs, strict=True))
    return list(loaded.run(None, feed))


def small(name: str, **fields: Any) -> dict[str, Any]:
    """Fields that keep sums short: their rounding is not what is tested."""
    known = {param.name for param in next(row for row in ROWS if row.name == name).fields}
    chosen = {"units": 3, "filters": 3, "kernel_size": 2, **fields}
    return {key: value for key, value in chosen.items() if key in known}


def softmax(x: np.ndarray) -> np.ndarray:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize(("name", "values"), ALL, ids=[f"{n} {v}" for n, v in ALL])
def test_every_activation_is_ours(name: str, values: dict[str, Any]) -> None:
    x = np.linspace(-10, 10, 808).reshape(-1, 8).astype(np.float32)
    config = LayerConfig("Dense", {"units": 8}, {"activation": (name, values)}, input_shape=(8,))
    weights = {"kernel": np.eye(8), "bias": np.zeros(8)}
    (y,) = run(config, weights, x)
    exact = x.astype(np.float64)
    wanted = softmax(exact) if name == "softmax" else row(name).evaluate(exact, values)[0]
    scale = max(1.0, float(np.abs(wanted).max()))
    np.testing.assert_allclose(y, wanted, rtol=3e-6, atol=1e-7 * min(scale, 10.0))


def drawn(name: str, slot: str, seed: int) -> LayerConfig:
    """A layer with windows, strides and flags of all kinds, and an activation that Keras has.

    Of cells every other one is in an RNN layer.
    """
    draw = random.Random(f"{name} {slot} {seed}")
    layer = next(each for each in ROWS if each.name == name)
    layer = layer.forms[seed % len(layer.forms)]
    while True:
        fields = small(name)
        if layer.around:
            fields["in_rnn"] = layer.in_rnn is None
        for param in layer.fields:
            if isinstance(param.domain, Sizes):
                low = param.domain.low
                values = [low + draw.choice((0, 0, 1, 2)) for _ in range(param.domain.rank)]
                fields[param.name] = None if draw.random() < param.domain.optional else values
            elif isinstance(param.domain, Flag) and param.name in FLAGS:
                fields[param.name] = draw.random() < 0.5
            elif isinstance(param.domain, Choice) and param.name in ("padding", "data_format"):
                fields[param.name] = draw.choice(param.domain.options)
        chosen = draw.choice(["elu", "hard_sigmoid", "leaky_relu", "swish", "softmax", "tanh"])
        values_of = draw.choice([each for each in SETTINGS[chosen] if "axis" not in each])
        try:
            config = LayerConfig(name, fields, {slot: (chosen, values_of)})
            write_layer(config)
            layer_facts(config)
        except ValueError:
            continue
        return config


FLAGS = ("use_bias", "return_sequences", "return_state", "go_backwards", "reset_after")


def numbers(config: LayerConfig) -> tuple[dict[str, np.ndarray], np.ndarray]:
    facts, draw = layer_facts(config), np.random.default_rng(7)
    weights = {
        each.name: draw.uniform(-0.4, 0.4, each.shape).astype(np.float32) for each in facts.weights
    }
    return weights, draw.uniform(-2, 2, (2, *facts.input_shape)).astype(np.float32)


@pytest.mark.campaign
@pytest.mark.parametrize(
    ("name", "slot", "seed"),
    [
        (name, slot, seed)
        for name, slot in slots()
        for seed in seeds(layer_row(name), 4 if os.environ.get("ACTVIZ_CAMPAIGN") else 1)
    ],
)
def test_layers_compute_what_keras_computes(name: str, slot: str, seed: int) -> None:
    config = drawn(name, slot, seed)
    weights, x = numbers(config)
    layer = keras.layers.deserialize(json.loads(write_layer(config)))
    layer.build(x.shape)
    assert [tuple(each.shape) for each in layer.weights[: len(weights)]] == [
        each.shape for each in weights.values()
    ]
    layer.set_weights(list(weights.values()))
    states: list[np.ndarray] = []
    if config.is_step:
        shape = (2, *layer_facts(config).output_shape)
        states = [np.full(shape, 0.25 * at, np.float32) for at in range(1 + ("LSTM" in name))]
    by_keras = layer(x, states)[1] if states else layer(x)
    by_keras = by_keras if isinstance(by_keras, (list, tuple)) else [by_keras]
    got = run(config, weights, x, *states)
    if config.in_rnn and "Conv" in name:  # no bound is derived for a state that is off already
        for own, theirs in zip(got, by_keras, strict=True):
            np.testing.assert_allclose(own, np.asarray(theirs), rtol=3e-5, atol=2e-6)
        return
    exact = bounded(config, list(weights.values()), x, states)[bool(states) :]
    for own, theirs, true in zip(got, by_keras, exact, strict=True):
        assert own.shape == theirs.shape == true.shape
        assert (np.abs(own - true.value) <= true.error).all()
        assert (np.abs(np.asarray(theirs) - true.value) <= true.error).all()


@pytest.mark.parametrize(("name", "slot"), slots())
def test_any_activation_runs_in_any_slot(name: str, slot: str) -> None:
    draw = random.Random(f"{name} {slot}")
    for activation, values in draw.sample(ALL, 12):
        config = LayerConfig(name, small(name), {slot: (activation, values)})
        loaded = session(dialect.write(config))
        feed = {
            each.name: np.full((2, *each.shape[1:]), 0.1, np.float32)
            for each in loaded.get_inputs()
        }
        for port, value in zip(loaded.get_outputs(), loaded.run(None, feed), strict=True):
            assert list(value.shape[1:]) == list(port.shape[1:])
            assert np.isfinite(value).all()


@pytest.mark.parametrize("dtype", ["float16", "mixed_float16", "float64"])
@pytest.mark.parametrize("name", ["Dense", "GRU", "LSTMCell"])
def test_other_formats_run(name: str, dtype: str) -> None:
    for activation, values in [each for each in ALL if each[0] not in ("gelu", "formula")]:
        fields = small(name, dtype=dtype)
        config = LayerConfig(name, fields, {"activation": (activation, values)})
        loaded = session(dialect.write(config))
        kind = dtype.removeprefix("mixed_")
        feed = {each.name: np.full((2, *each.shape[1:]), 0.1, kind) for each in loaded.get_inputs()}
        assert all(value.dtype == kind for value in loaded.run(None, feed))


@pytest.mark.parametrize(
    ("name", "dtype", "activation", "sentence"),
    [
        ("Conv2D", "float64", "tanh", "Conv2D: ONNX Runtime computes no Conv in float64"),
        ("Dense", "float64", "gelu", "activation: gelu: ONNX Runtime computes no Erf in float64"),
        ("Dense", "bfloat16", "tanh", "Dense.dtype: 'bfloat16' is not allowed"),
        ("GRU", "mixed_bfloat16", "tanh", "computes no bfloat16 on processors"),
    ],
)
def test_what_does_not_run_is_refused(
    name: str, dtype: str, activation: str, sentence: str
) -> None:
    config = LayerConfig(name, {"dtype": dtype}, {"activation": (activation, {})})
    for attempt in (dialect.write, dialect.remarks, dialect.shown):
        with pytest.raises(ValueError, match=sentence):
            attempt(config)


def test_weights_that_no_file_should_hold_are_refused_before_they_are_made() -> None:
    with pytest.raises(ValueError, match=r"LSTM\.weights: .* at most 536,870,912 bytes"):
        dialect.write(LayerConfig("LSTM", {"units": 2**31 - 1}))


def test_numbers_that_the_format_cannot_hold_are_refused() -> None:
    config = LayerConfig("Dense", {"dtype": "float16"}, {"activation": ("swish", {"beta": 1e6})})
    with pytest.raises(ValueError, match="too large for float16"):
        dialect.write(config)


def test_the_same_layer_gives_the_same_bytes_and_says_what_is_in_it() -> None:
    config = LayerConfig("GRU", {"dropout": 0.5, "stateful": True}, {"activation": ("swish", {})})
    assert dialect.write(config) == DIALECTS["onnx"].write(config)
    model = onnx.load_from_string(dialect.write(config))
    assert model.opset_import[0].version == 13
    assert model.ir_version == 7
    assert "seed" in model.doc_string
    text = dialect.shown(config)
    assert "= Scan(" in text
    assert f"kernel: float32[{config.input_shape[-1]}, 96]" in text
    said = " ".join(dialect.remarks(config))
    for part in ("operator set 13", "a loop", "dropout: ", "stateful: "):
        assert part in said


@pytest.mark.parametrize(("name", "opset"), [("gelu", 20), ("mish", 18), ("relu", 14), ("elu", 13)])
def test_the_lowest_operator_set_is_taken(name: str, opset: int) -> None:
    config = LayerConfig("Dense", activations={"activation": (name, {})})
    assert dialect.model_of(config).opset == opset
    lower = onnx.load_from_string(dialect.write(config))
    lower.opset_import[0].version = opset - 1
    if opset > 14:
        with pytest.raises(onnx.checker.ValidationError):
            onnx.checker.check_model(lower)


@pytest.mark.parametrize("word", [each for each in WORDS if each != "softmax"])
def test_bare_operators_mean_what_the_words_say(word: str) -> None:
    ops = {op.lower(): op for op in OPERATORS}
    op = ops[word.replace("_", "").replace("hardshrink", "shrink")]
    x = onnx.helper.make_tensor_value_info("x", 1, [None])
    y = onnx.helper.make_tensor_value_info("y", 1, [None])
    graph = onnx.helper.make_graph([onnx.helper.make_node(op, ["x"], ["y"])], "g", [x], [y])
    opset = [onnx.helper.make_opsetid("", 20)]
    model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=9)
    at = np.linspace(-10, 10, 601, dtype=np.float32)
    got = session(model.SerializeToString()).run(None, {"x": at})[0]
    wanted = row(word).evaluate(at.astype(np.float64), WORDS[word])[0]
    np.testing.assert_allclose(got, wanted, rtol=3e-6, atol=1e-6)


OPERATORS = (
    *("Celu", "Elu", "Gelu", "Shrink", "HardSigmoid", "HardSwish", "LeakyRelu", "Mish", "Relu"),
    *("Selu", "Sigmoid", "Softplus", "Softsign", "Tanh", "ThresholdedRelu"),
)


@pytest.mark.parametrize("word", ["glorot_uniform", "he_normal", "lecun_normal", "random_normal"])
def test_weights_are_spread_as_keras_spreads_them(word: str) -> None:
    config = LayerConfig("Conv2DTranspose", {"filters": 300, "kernel_initializer": word})
    model = onnx.load_from_string(dialect.write(config))
    ours = onnx.numpy_helper.to_array(
        next(t for t in model.graph.initializer if t.name == "kernel")
    )
    theirs = np.asarray(keras.initializers.get(word)((3, 3, 300, config.input_shape[-1])))
    assert abs(ours.mean()) < 0.05 * theirs.std()
    np.testing.assert_allclose(ours.std(), theirs.std(), rtol=0.05)
    np.testing.assert_allclose(np.abs(ours).max(), np.abs(theirs).max(), rtol=0.25)


def test_orthogonal_identity_and_the_forget_gate() -> None:
    fields = {"units": 5, "kernel_initializer": "identity(gain=2.0)"}
    config = LayerConfig("LSTMCell", fields, input_shape=(8,))
    model = onnx.load_from_string(dialect.write(config))
    arrays = {t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}
    turned = arrays["recurrent_kernel"]
    np.testing.assert_allclose(turned @ turned.T, np.eye(5), atol=1e-6)
    np.testing.assert_array_equal(arrays["kernel"], 2 * np.eye(8, 20))
    np.testing.assert_array_equal(arrays["bias"], np.repeat([0, 1, 0, 0], 5))
