"""Written torch source is run here: it defines one module, which computes stock Keras's numbers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

import jax
import keras
import numpy as np
import pytest
import torch
from layer_cases import SETTINGS, random_config, seeds, slots
from layer_reference import forward, random_weights
from torch_judge import answers, module

from actviz.activations import ROWS as ACTIVATIONS
from actviz.activations import row
from actviz.formats import write_layer
from actviz.formats.torch import WORDS, input_shape
from actviz.formats.torch_expression import FUNCTIONS
from actviz.formats.torch_layers import channels_of
from actviz.layers import ROWS, LayerConfig, LayerRow, layer_row
from actviz.layers.shapes import in_format, to_channels_last

NAMES = [each.name for each in ROWS]
CAMPAIGN = "ACTVIZ_CAMPAIGN" in os.environ
TIMES = 40 if CAMPAIGN else 2
FORMULAS = ("x * tanh(x)", "a * x ** 2 if x < b else min(abs(x), 3) - 1", "log(x) if x > 1 else 2")
NOT_HELD = ("lora_rank", "lora_alpha", "name", "rnn_name", "dropout", "recurrent_dropout")


def plain(config: LayerConfig, dtype: str) -> LayerConfig:
    """Take off what changes no number or has no like in torch; see the refusals below."""
    defaults = {each.name: each.default for each in config.row.fields}
    for name in ("lora_alpha", *config.fields):
        lost = name in NOT_HELD or name.endswith(("_constraint", "_regularizer"))
        if lost and name in config.fields:
            config = config.with_field(name, defaults[name])
    for slot, (name, _) in config.activations.items():
        if name == "prelu":
            config = config.with_activation(slot, "leaky_relu", {"negative_slope": 0.25})
    groups = config.fields.get("groups", 1)
    if groups != 1 and channels_of(config, input_shape(config)) % groups:
        config = config.with_field("groups", 1)
    return config.with_field("dtype", dtype)


def random_states(layer: Any, draw: np.random.Generator) -> list[np.ndarray]:
    return [draw.normal(size=each.shape) for each in layer.get_initial_state(2)]


def held_against_keras(config: LayerConfig, seed: int) -> None:
    """Give both the same weights and inputs, all in float64."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(2, *input_shape(config)))
    with jax.enable_x64(True):
        layer = keras.layers.deserialize(json.loads(write_layer(config)))
        layer.build(x.shape)
        given = [x]
        if config.is_step:
            given.append(random_states(layer, draw))
        weights = [draw.normal(size=each.shape) / 4 for each in layer.weights]
        layer.set_weights(weights)
        expected = [np.asarray(each, np.float64) for each in keras.tree.flatten(layer(*given))]
    ours = module(config)
    ours.load_keras_weights(weights)
    inputs = [torch.from_numpy(x), *([torch.from_numpy(each) for each in s] for s in given[1:])]
    found = answers(ours, *inputs)
    assert [each.shape for each in found] == [each.shape for each in expected]
    for mine, theirs in zip(found, expected, strict=True):
        scale = np.abs(theirs).max(initial=1.0, where=np.isfinite(theirs))
        # Keras's own tanh answers in float32 there.
        np.testing.assert_allclose(mine, theirs, rtol=3e-6, atol=1e-6 * scale)


@pytest.mark.parametrize(
    ("each", "seed"),
    [
        pytest.param(each, seed, id=f"{each.name}-{seed}")
        for each in ROWS
        for seed in seeds(each, TIMES)
    ],
)
def test_a_random_layer_computes_what_keras_computes(each: LayerRow, seed: int) -> None:
    held_against_keras(plain(random_config(each, seed), "float64"), seed)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
@pytest.mark.parametrize(("stride", "added"), [(1, None), (2, None), (3, None), (2, 1), (3, 1)])
def test_a_transposed_convolution_has_keras_sizes(
    padding: str, kernel: int, stride: int, added: int | None
) -> None:
    fields = {"filters": 2, "kernel_size": kernel, "strides": stride, "padding": padding}
    fields |= {"output_padding": added, "dtype": "float64"}
    held_against_keras(LayerConfig("Conv1DTranspose", fields), kernel)


def inputs() -> np.ndarray:
    return np.linspace(-10, 10, 96).reshape(4, 24)


def expected(name: str, values: dict[str, Any], x: np.ndarray) -> np.ndarray:
    """Our float64 numbers; softmax from its slices, one for each element of a vector."""
    if name != "softmax":
        return row(name).evaluate(x, values)[0]
    powers = np.exp(x)
    return powers / powers.sum(axis=values.get("axis", -1), keepdims=True)


def all_settings() -> list[tuple[str, dict[str, Any]]]:
    held = [(name, values) for name, settings in SETTINGS.items() for values in settings]
    held += [
        ("hard_tanh", {"min_value": 2.0, "max_value": 1.0}),
        ("threshold", {"default_value": -2.0}),
    ]
    return [
        *held,
        *(("formula", {"formula": text}) for text in FORMULAS),
        ("formula", {"formula": "2"}),
    ]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "values"), all_settings(), ids=str)
def test_an_activation_computes_our_numbers(name: str, values: dict[str, Any], dtype: str) -> None:
    config = LayerConfig("Dense", {"dtype": dtype}, {"activation": (name, values)})
    x = inputs().astype(dtype)
    found = answers(module(config).activation, torch.from_numpy(x))[0]
    # torch computes GELU's tanh form as 1 + tanh, as Keras does: on the left nothing is left.
    bounds = (3e-6, 6e-7 if name == "gelu" else 1e-7) if dtype == "float32" else (1e-12, 1e-13)
    ours = expected(name, values, x.astype(np.float64))
    np.testing.assert_allclose(found, ours, rtol=bounds[0], atol=bounds[1])


def test_every_activation_is_tried() -> None:
    assert {each.name for each in ACTIVATIONS} <= {name for name, _ in all_settings()} | {
        "threshold"
    }


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_functions_of_formulas_have_their_meaning_in_torch(name: str) -> None:
    from actviz.expression import FUNCTIONS as TABLE
    from actviz.formats.torch_expression import FUNCTIONS as NAMES_IN_TORCH

    x = np.linspace(-3, 3, 50)
    scope = {"torch": torch, "functional": torch.nn.functional, "u": torch.from_numpy(x)}
    with np.errstate(all="ignore"):
        ours = TABLE[name].numpy(x)
    theirs = eval(NAMES_IN_TORCH[name].replace("@", "u"), scope).numpy()
    np.testing.assert_allclose(theirs, ours, rtol=1e-12, atol=1e-14)


def small(layer: str) -> LayerConfig:
    """Make a layer of few weights, in float64."""
    fields = {"dtype": "float64", "units": 3, "filters": 3, "kernel_size": 2}
    own = {each.name for each in layer_row(layer).fields}
    return LayerConfig(layer, {key: value for key, value in fields.items() if key in own})


def layers(layer: str, number: int) -> Iterator[LayerConfig]:
    """A small layer, and in the campaign two with random fields."""
    yield small(layer)
    for seed in range(2 * CAMPAIGN):
        yield plain(random_config(layer_row(layer), 10 * number + seed), "float64")


@pytest.mark.campaign
@pytest.mark.parametrize(("layer", "slot"), slots())
def test_every_slot_holds_every_activation(layer: str, slot: str, record_property: Any) -> None:
    """Held against the plain NumPy forward pass, which stock Keras is held against."""
    tried = all_settings() if CAMPAIGN else all_settings()[len(layer) % 3 :: 3]
    compared = 0
    for number, (name, values) in enumerate(tried):
        for plain_one in layers(layer, number):
            config = plain_one.with_activation(slot, name, values)
            draw = np.random.default_rng(number)
            shape = short(config)
            weights = random_weights(config, shape, draw)
            ours, x = module(config), draw.normal(size=(2, *shape))
            ours.load_keras_weights(weights)
            found = answers(ours, torch.from_numpy(x))
            for mine, theirs in zip(found, forward(config, weights, x), strict=True):
                # a recurrence may run away to ∞, and what becomes of that is no number of ours:
                # NaN, or to torch, where x > 1 is false for NaN, the other case of a formula
                kept = np.isfinite(theirs)
                # 1e-14 of the largest: what float64 leaves of sums of large numbers
                atol = 1e-7 + 1e-14 * np.abs(theirs).max(initial=0, where=kept)
                np.testing.assert_allclose(
                    mine[kept], theirs[kept], 3e-6, atol, err_msg=str(config)
                )
                compared += theirs.size
    record_property("numbers", compared)


def short(config: LayerConfig) -> tuple[int, ...]:
    """An input of short axes."""
    *space, channels = to_channels_last(input_shape(config), config.fields)
    return in_format((*(min(size, 5) for size in space), channels), config.fields)


@pytest.mark.parametrize("name", sorted(WORDS))
def test_words_are_what_torch_means(name: str) -> None:
    values = row(name).complete(WORDS[name])
    made = str(module(LayerConfig("Dense", activations={"activation": (name, values)})).activation)
    bare = getattr(torch.nn, made.partition("(")[0])()
    x = inputs().astype(np.float32)
    ours = expected(name, values, x.astype(np.float64))
    np.testing.assert_allclose(answers(bare, torch.from_numpy(x))[0], ours, rtol=3e-6, atol=6e-7)
