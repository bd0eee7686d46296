"""The rows hold every key that stock Keras writes of a layer, or there is a reason here."""

from __future__ import annotations

import json
import os

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

import keras
import numpy as np
import pytest

from actviz.formats import read_layer, write_layer
from actviz.layers import ROWS, LayerConfig, LayerRow

NOT_HELD = {
    "quantization_config": "it belongs to int8 weights, which Keras before 3.13 cannot read",
    "activity_regularizer": "cells and SimpleRNN take one, and it never adds to a loss",
}
NEVER_WRITTEN = {
    "lora_rank": "only when set",
    "lora_alpha": "only when set",
    "activity_regularizer": "Dense writes it only when set",
    "seed": "SimpleRNN takes it and leaves it out",
    "rank": "a ConvLSTM cell needs it and leaves it out",
}
NAMES = [each.name for each in ROWS]


@pytest.mark.parametrize("each", ROWS, ids=NAMES)
def test_every_key_that_keras_writes_is_a_field_or_has_a_reason(each: LayerRow) -> None:
    document = json.loads(write_layer(LayerConfig(each.name)))
    stock = set(keras.layers.deserialize(document).get_config())
    ours = {*each.keys, *each.fixed}
    assert stock - ours <= set(NOT_HELD), stock - ours
    assert ours - stock <= set(NEVER_WRITTEN), ours - stock


NO_EFFECT = [each for each in ROWS if "activity_regularizer" not in each.keys]


@pytest.mark.parametrize("each", NO_EFFECT, ids=[each.name for each in NO_EFFECT])
def test_an_activity_regularizer_that_is_not_held_has_no_effect(each: LayerRow) -> None:
    space = (5,) * ((each.axes or 2) - 2)
    document = json.loads(write_layer(LayerConfig(each.name)))
    document["config"]["activity_regularizer"] = "l2"
    config = read_layer(json.dumps(document))
    assert config == LayerConfig(each.name)
    assert config.warnings == (
        "config.activity_regularizer: Keras 3 ignores it here; it is left out",
    )
    layer = keras.layers.deserialize(document)
    if each.name.endswith("Cell"):
        layer = keras.layers.RNN(layer)
    layer(np.ones((2, 3, *space, 4), "float32"))
    assert sum(float(loss) for loss in layer.losses) == 0


def test_an_activity_regularizer_that_is_held_adds_to_the_loss() -> None:
    for name, shape in (("Dense", (2, 4)), ("Conv1D", (2, 5, 4)), ("LSTM", (2, 3, 4))):
        config = LayerConfig(name, {"activity_regularizer": "l1(l1=0.5)"})
        layer = keras.layers.deserialize(json.loads(write_layer(config)))
        y = np.asarray(layer(np.ones(shape, "float32")))
        loss = 0.5 * np.abs(y).sum() / len(y)
        np.testing.assert_allclose(layer.losses[0], loss, rtol=1e-5)
