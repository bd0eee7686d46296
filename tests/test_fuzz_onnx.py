"""Whatever bytes an ONNX file holds, its reader lists layers or raises a ValueError, and soon."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layer_cases import random_config

from actviz.formats import write_layer
from actviz.formats.onnx_reading import read_onnx
from actviz.layers import ROWS, LayerConfig

EXAMPLES = 20_000 if os.environ.get("ACTVIZ_CAMPAIGN") else 150


def models() -> list[bytes]:
    """A model of every layer type that the dialect holds, with its few weights."""
    found = []
    for row in ROWS:
        configs = (random_config(row, seed) for seed in (2, 2 * len(row.forms) + 1))
        for config in (LayerConfig(row.name, {_size(row.name): 2}), *configs):
            try:
                written = write_layer(config, "onnx")
            except ValueError:  # what the dialect does not hold
                continue
            assert isinstance(written, bytes)
            found.append(written)
    return found


def _size(name: str) -> str:
    fields = [param.name for row in ROWS if row.name == name for param in row.fields]
    return next(each for each in ("units", "filters", "depth_multiplier") if each in fields)


VALID = models()
CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 40)), max_size=6
)


def changed(content: bytes, changes: list[tuple[float, bytes, int]]) -> bytes:
    """Replace pieces of the first part, in which the graph stands, by other bytes."""
    for place, new, length in changes:
        at = int(place * min(len(content), 2000))
        content = content[:at] + new + content[at + length :]
    return content


@pytest.mark.campaign
@settings(max_examples=EXAMPLES, deadline=2000)
@given(st.sampled_from(VALID), CHANGES)
def test_changed_models_are_read_or_refused(
    content: bytes, changes: list[tuple[float, bytes, int]]
):
    try:
        layers = read_onnx(changed(content, changes))
    except ValueError:
        return
    assert all(layer.config is not None or layer.reason for layer in layers)


def test_the_models_that_are_changed_are_read():
    for content in VALID:
        assert read_onnx(content)
