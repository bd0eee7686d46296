"""A layer with an activation, written in a dialect, loaded and run by the dialect's own framework.

Each judge gives the outputs for an input and weights in Keras's order, a cell's from states of
zeros; `compared` holds them against the plain layers of layer_reference.py.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

import keras
import numpy as np
import onnxruntime
import torch
from apart import apart
from layer_reference import forward, random_weights
from torch_judge import answers, module

from actviz.formats import read_layer, write_layer
from actviz.formats.onnx import model_of
from actviz.formats.onnx_proto import model_bytes
from actviz.layers import LayerConfig, layer_facts

Arrays = list[Any]
Judge = Callable[[LayerConfig, Arrays, Any], Arrays]


def small(layer: str, slot: str, activation: str, values: dict[str, Any]) -> LayerConfig:
    """A layer with short sums, whose rounding is not what is looked at, on a small input."""
    plain = LayerConfig(layer)
    chosen = {"units": 3, "filters": 3, "kernel_size": 2}
    fields = {key: value for key, value in chosen.items() if key in plain.fields}
    size = plain.fields.get("kernel_size", ())
    assert isinstance(size, tuple)
    space = (2,) if layer in ("SimpleRNN", "GRU", "LSTM") else (3,) * len(size)
    given = {slot: (activation, values)}
    return LayerConfig(layer, fields, given, input_shape=(*space, 4))


def compared(dialect: str, config: LayerConfig) -> None:
    """Let the framework run a layer, and hold its numbers against ours."""
    rng = np.random.default_rng(random.Random(repr(config)).getrandbits(32))
    x = rng.uniform(-2, 2, (2, *config.input_shape)).astype(np.float32)
    weights = [each.astype(np.float32) for each in random_weights(config, config.input_shape, rng)]
    wanted = forward(config, weights, x)
    got = JUDGES[dialect](config, weights, x)
    assert len(got) == len(wanted)
    for theirs, ours in zip(got, wanted, strict=True):
        with np.errstate(over="ignore"):  # exponentials of exponentials, to the framework too
            rounded = ours.astype(np.float32)
        scale = np.abs(rounded).max(initial=1.0, where=np.isfinite(rounded))
        np.testing.assert_allclose(theirs, rounded, rtol=3e-5, atol=2e-6 * float(scale))


def states_of(config: LayerConfig, x: Any) -> Arrays:
    return [np.zeros((len(x), *each), np.float32) for each in layer_facts(config).states]


def by_keras(config: LayerConfig, weights: Arrays, x: Any, dialect: str = "keras") -> Arrays:
    text = write_layer(config, dialect)
    assert isinstance(text, str)
    layer = keras.layers.deserialize(json.loads(text))
    given = [x, states_of(config, x)] if config.layer.endswith("Cell") else [x]
    layer.build(
        (None, *x.shape[1:])
    )  # what an activation learns is built when it runs, and comes last
    for variable, value in zip(layer.weights, weights, strict=False):
        variable.assign(value)
    told = keras.tree.flatten(layer(*given))
    return [np.asarray(each) for each in told]


def by_two_layers(config: LayerConfig, weights: Arrays, x: Any) -> Arrays:
    return by_keras(config, weights, x, "keras_two_layer")


def by_keras_2(config: LayerConfig, weights: Arrays, x: Any) -> Arrays:
    given = [x, states_of(config, x)] if config.layer.endswith("Cell") else [x]
    told: Arrays = apart("ran", write_layer(config, "keras2"), weights, given)
    return told


def by_torch(config: LayerConfig, weights: Arrays, x: Any) -> Arrays:
    made = module(config)
    made.load_keras_weights(weights)
    return answers(made, torch.from_numpy(x))


def by_onnx(config: LayerConfig, weights: Arrays, x: Any) -> Arrays:
    names = [each.name for each in layer_facts(config).weights]
    held = dict(zip(names, weights, strict=True))
    content = model_bytes(model_of(config, held.__getitem__))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    loaded = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    cell = config.layer.endswith("Cell")
    given = [x, *(states_of(config, x) if cell else [])]
    ports = [each.name for each in loaded.get_inputs()]
    told = list(loaded.run(None, dict(zip(ports, given, strict=True))))
    # such a model gives the new states, the first of which is the output
    return [*told[: int(cell)], *told]


def by_reading(config: LayerConfig, weights: Arrays, x: Any) -> Arrays:
    """The toolkit runs in LabVIEW only: what is read back must compute the same."""
    text = write_layer(config, "haibal")
    assert isinstance(text, str)
    return list(forward(read_layer(text), weights, x))


JUDGES: dict[str, Judge] = {
    "keras": by_keras,
    "keras_two_layer": by_two_layers,
    "keras2": by_keras_2,
    "torch": by_torch,
    "onnx": by_onnx,
    "haibal": by_reading,
}
