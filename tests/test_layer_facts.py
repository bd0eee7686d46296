"""What we say of a layer and its input against what stock Keras builds: shapes, counts, fans."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from typing import Any

import jax
import keras
import pytest
from keras.src.initializers.random_initializers import compute_fans
from layer_cases import random_config, seeds

from actviz.formats import write_layer
from actviz.layers import ROWS, LayerConfig, LayerFacts, layer_facts
from actviz.layers.shapes import in_format

MANY = 2000 if os.environ.get("ACTVIZ_CAMPAIGN") else 8


def drawn(row: Any, seed: int) -> LayerConfig:
    """A configuration that Keras can hold, with an input of small lengths, perhaps too small."""
    draw = random.Random(f"facts {row.name} {seed}")
    # JAX makes no float64 and no orthogonal matrix of 16 bits; no shape depends on the dtype
    config = random_config(row, seed).with_field("dtype", "float32")
    space = tuple(draw.choice((1, 3, 5, 6, 7, 8, 9)) for _ in config.row.input_shape[1:])
    groups = int(config.fields.get("groups", 1))
    channels = draw.randint(1, 3) * (groups if draw.random() < 0.9 else 1)
    return config.with_input_shape(in_format((*space, channels), config.fields))


def built(config: LayerConfig) -> Any:
    """The layer as stock Keras reads and builds it; in a trace its weights are only shapes."""
    layer = keras.layers.deserialize(json.loads(write_layer(config)))
    layer.build((2, *config.input_shape))
    return layer


def shapes(layer: Any, config: LayerConfig) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    """The output and the states that Keras gives, without the batch."""
    if config.in_rnn and "Conv" in config.layer:  # Keras believes in -1 units before it runs
        found = keras.tree.flatten(layer(keras.ops.zeros((2, *config.input_shape))))
        output, *states = (tuple(each.shape[1:]) for each in found)
        return output, tuple(states)
    if config.is_step:
        state = layer.state_size
        if "Conv" in config.layer:
            output, states = layer.compute_output_shape((2, *config.input_shape))
            return tuple(output[1:]), tuple(tuple(each[1:]) for each in states)
        sizes = state if isinstance(state, list) else [state]
        return (layer.output_size,), tuple((size,) for size in sizes)
    found = layer.compute_output_shape((2, *config.input_shape))
    if isinstance(found, (list, tuple)) and isinstance(found[0], (list, tuple)):
        return tuple(found[0][1:]), tuple(tuple(each[1:]) for each in found[1:])
    return tuple(found[1:]), ()


def agree(config: LayerConfig, facts: LayerFacts, layer: Any) -> None:
    weights = [(each.name, tuple(each.shape)) for each in layer.weights]
    held = [each for each in weights if each[0] != "seed_generator_state"]
    assert sorted((each.name, each.shape) for each in facts.weights) == sorted(held)
    assert facts.parameters == layer.count_params()
    trained = {each.name for each in layer.trainable_weights}
    assert {each.name for each in facts.weights if each.trainable} == trained
    for weight in facts.weights:
        assert (weight.fan_in, weight.fan_out) == compute_fans(weight.shape)
    output, states = shapes(layer, config)
    assert facts.output_shape == output
    assert facts.states == states


def abstractly(compare: Callable[[], None]) -> None:
    """Let JAX trace it: Keras builds the whole layer, but no number is computed or compiled."""
    jax.eval_shape(compare)


@pytest.mark.campaign
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_random_layers_are_what_keras_builds(row, record_property) -> None:
    same = refused = 0
    for seed in seeds(row, MANY):
        config = drawn(row, seed)
        try:
            facts = layer_facts(config)
        except ValueError as error:
            refused_by_both(config, error)
            refused += 1
            continue
        abstractly(lambda c=config, f=facts: agree(c, f, built(c)))
        same += 1
    record_property("same", same)
    record_property("refused_by_both", refused)
    assert same + refused == len(seeds(row, MANY))
    assert same


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_random_layer_is_what_keras_builds_with_its_weights_made(row) -> None:
    seed, facts = next((s, f) for s in range(MANY) if (f := facts_of(drawn(row, s))))
    config = drawn(row, seed)
    agree(config, facts, built(config))


def facts_of(config: LayerConfig) -> LayerFacts | None:
    try:
        return layer_facts(config)
    except ValueError:
        return None


def refused_by_both(config: LayerConfig, error: ValueError) -> None:
    assert str(error).startswith(f"{config.layer}."), error
    assert_keras_refuses(config)


def assert_keras_refuses(config: LayerConfig) -> None:
    def run() -> None:
        built(config)(keras.ops.zeros((2, *config.input_shape)), *zero_states(config))

    with pytest.raises(ValueError, match=r"."):
        abstractly(run)


def zero_states(config: LayerConfig) -> list[Any]:
    if not config.layer.startswith("ConvLSTM") or config.in_rnn:
        return []
    one = keras.ops.zeros((2, *config.input_shape))
    return [[one, one]]


@pytest.mark.parametrize(
    ("config", "name", "true"),
    [
        (LayerConfig("Conv2DTranspose", input_shape=(8, 8, 64)), "kernel", 576),
        (
            LayerConfig(
                "Conv2DTranspose",
                {"kernel_size": (4, 4), "strides": (2, 2)},
                input_shape=(8, 8, 64),
            ),
            "kernel",
            256,
        ),
        (LayerConfig("DepthwiseConv2D", input_shape=(8, 8, 64)), "kernel", 9),
        (LayerConfig("SeparableConv2D", input_shape=(8, 8, 64)), "depthwise_kernel", 9),
        (LayerConfig("Conv2D", {"groups": 4}, input_shape=(8, 8, 64)), "kernel", 144),
        (LayerConfig("Dense", input_shape=(5, 64)), "kernel", 64),
    ],
)
def test_how_many_inputs_an_output_truly_sums(config, name, true) -> None:
    found = {each.name: each for each in layer_facts(config).weights}
    assert found[name].true_fan_in == true


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        (LayerConfig("Conv1D", input_shape=(2, 8)), r"Conv1D\.kernel_size: .* 3 .* at most 2"),
        (LayerConfig("Conv1D", {"groups": 4}, input_shape=(9, 6)), r"Conv1D\.groups: 4 .* 6"),
    ],
)
def test_what_keras_refuses_at_build_is_refused_early(config, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        layer_facts(config)
    assert_keras_refuses(config)
