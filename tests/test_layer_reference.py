"""The plain layers of layer_reference.py compute what stock Keras computes."""

from __future__ import annotations

import json
import random
from typing import Any

import keras
import numpy as np
import pytest
from layer_cases import random_config, seeds
from layer_reference import forward, random_weights

from actviz.formats import write_layer
from actviz.layers import ROWS, LayerConfig, LayerRow

TRIED = 2


def small_input(config: LayerConfig, draw: random.Random) -> tuple[int, ...]:
    """An input that any of the random configurations takes."""
    channels = draw.choice((12, 24))
    size = config.fields.get("kernel_size", ())
    assert isinstance(size, tuple)
    spatial = tuple(draw.choice((9, 10, 11)) for _ in size)
    if config.layer in ("SimpleRNN", "GRU", "LSTM"):
        spatial = (4,)
    first = config.fields.get("data_format") == "channels_first"
    time = (3,) if config.in_rnn else ()
    return (*time, *((channels, *spatial) if first else (*spatial, channels)))


def in_float64(row: LayerRow, seed: int) -> LayerConfig:
    """A random configuration whose numbers are not rounded, and that Keras can compute."""
    config = random_config(row, seed).with_field("dtype", "float64")
    plain = {"lora_alpha": None, "lora_rank": None, "stateful": False}
    for name in [each for each in plain if each in config.fields]:
        config = config.with_field(name, plain[name])
    return config


def cases() -> list[tuple[str, int]]:
    return [(row.name, seed) for row in ROWS for seed in seeds(row, TRIED)]


@pytest.fixture(scope="module", autouse=True)
def _double():
    import jax

    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


@pytest.mark.parametrize(("name", "seed"), cases())
def test_it_is_what_keras_computes(name, seed):
    rows = {row.name: row for row in ROWS}
    config = in_float64(rows[name], seed)
    draw, rng = random.Random(f"{name} {seed}"), np.random.default_rng(seed)
    shape = small_input(config, draw)
    x, weights = rng.standard_normal((2, *shape)), random_weights(config, shape, rng)
    ours = forward(config, weights, x)
    found = by_keras(config, weights, x, [each.shape for each in ours[1:]])
    assert len(ours) == len(found)
    for got, want in zip(ours, found, strict=True):
        np.testing.assert_allclose(got, want, rtol=3e-6, atol=1e-6)


def by_keras(
    config: LayerConfig, weights: list[Any], x: Any, states: list[tuple[int, ...]]
) -> list[Any]:
    """Let Keras load the layer, put the weights in, and run it, a cell from zeros."""
    layer = keras.layers.deserialize(json.loads(write_layer(config)))
    layer.build((None, *x.shape[1:]))
    layer.set_weights(weights)
    if config.is_step:
        output, after = layer(x, [np.zeros(each) for each in states])
        return [np.asarray(each) for each in (output, *after)]
    told = layer(x)
    return [np.asarray(each) for each in (told if isinstance(told, (list, tuple)) else [told])]
