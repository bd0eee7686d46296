"""Stock Keras computes our numbers: every layer, slot and activation, within derived bounds."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

import keras
import pytest
from layer_cases import SETTINGS, slots
from rounding import bounded
from test_formats_onnx import drawn
from test_formats_onnx_numbers import Seen, in_float32, inputs

from actviz.formats import write_layer
from actviz.layers import LayerConfig

CAMPAIGN = "ACTVIZ_CAMPAIGN" in os.environ
HELD = [(name, values) for name, settings in SETTINGS.items() for values in settings]
"""Every activation that Keras has a form for, at several values."""


def cases(layer: str, slot: str) -> Iterator[LayerConfig]:
    """Random layers of a type, with every activation in a slot; in `make test` with one."""
    tried = HELD if CAMPAIGN else random.Random(f"{layer} {slot}").sample(HELD, 1)
    for number, (name, values) in enumerate(tried):
        config = drawn(layer, slot, 1000 + number)
        yield config.with_activation(slot, name, in_float32(values))


@pytest.mark.campaign
@pytest.mark.parametrize(("layer", "slot"), slots())
def test_stock_keras_computes_our_numbers(layer: str, slot: str, record_property: Any) -> None:
    seen = Seen()
    for config in cases(layer, slot):
        weights, x, states = inputs(config, 0)
        made = keras.layers.deserialize(json.loads(write_layer(config)))
        made.build(x.shape)
        made.set_weights(list(weights.values()))
        found = keras.tree.flatten(made(x, states) if states else made(x))
        for mine, theirs in zip(
            bounded(config, list(weights.values()), x, states), found, strict=True
        ):
            seen.compare(config, mine, keras.ops.convert_to_numpy(theirs))
    seen.record(record_property)
