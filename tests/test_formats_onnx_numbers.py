"""ONNX Runtime computes our numbers: every layer, slot and activation, within derived bounds."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from layer_cases import slots
from rounding import Bounded, bounded
from test_formats_onnx import ALL, drawn, numbers, run

from actviz.layers import LayerConfig, layer_facts

CAMPAIGN = "ACTVIZ_CAMPAIGN" in os.environ
SEEDS = 3 if CAMPAIGN else 1
LARGEST = 1e38


def in_float32(values: dict[str, Any]) -> dict[str, Any]:
    """Attributes are float32 numbers: what is not one is another function."""
    return {
        key: float(np.float32(value)) if isinstance(value, float) else value
        for key, value in values.items()
    }


def cases(layer: str, slot: str) -> Iterator[tuple[LayerConfig, int]]:
    """Random layers of a type, with every activation in a slot; in `make test` with a few."""
    tried = ALL if CAMPAIGN else random.Random(f"{layer} {slot}").sample(ALL, 8)
    for number, (name, values) in enumerate(tried):
        for seed in range(SEEDS):
            config = drawn(layer, slot, 100 * number + seed)
            yield config.with_activation(slot, name, in_float32(values)), seed


def inputs(config: LayerConfig, seed: int) -> tuple[dict[str, Any], Any, list[Any]]:
    """Weights, an input and a cell's states, all float32."""
    weights, x = numbers(config)
    draw = np.random.default_rng(seed)
    shapes = layer_facts(config).states if config.layer.endswith("Cell") else ()
    return weights, x, [draw.uniform(-1, 1, (2, *shape)).astype("float32") for shape in shapes]


@pytest.mark.campaign
@pytest.mark.parametrize(("layer", "slot"), slots())
def test_it_computes_our_numbers(layer: str, slot: str, record_property: Any) -> None:
    seen = Seen()
    for config, seed in cases(layer, slot):
        weights, x, states = inputs(config, seed)
        got = run(config, weights, x, *states)
        wanted = bounded(config, list(weights.values()), x, states)
        wanted = wanted[1:] if config.layer.endswith("Cell") else wanted
        for mine, theirs in zip(wanted, got, strict=True):
            seen.compare(config, mine, theirs)
    seen.record(record_property)


@dataclass
class Seen:
    """What was compared: how many numbers, the largest part of a bound, and of the flat bound.

    The flat bound of 3e-6 and 1e-7 is what float32 holds where sums are short and slopes small.
    """

    numbers: int = 0
    loose: int = 0
    beyond: int = 0
    part: float = 0.0
    multiple: float = 0.0

    def compare(self, config: LayerConfig, mine: Bounded, theirs: np.ndarray) -> None:
        """All numbers must be off by less than their bounds, if float32 can hold them."""
        assert mine.shape == theirs.shape
        with np.errstate(all="ignore"):
            known = np.isfinite(mine.error) & (np.abs(mine.value) + mine.error < LARGEST)
            value, error = mine.value[known], mine.error[known]
            difference = np.abs(theirs[known] - value)
            part = difference / error
            multiple = difference / (3e-6 * np.abs(value) + 1e-7)
        assert (part <= 1).all(), (config.activations, part.max(), config)
        self.numbers += mine.value.size
        self.loose += int((~(mine.error <= 1e-3 * (1 + np.abs(mine.value)))).sum())
        self.beyond += int((multiple > 1).sum())
        self.part = max(self.part, float(part.max(initial=0.0)))
        self.multiple = max(self.multiple, float(multiple.max(initial=0.0)))

    def record(self, record_property: Callable[[str, object], None]) -> None:
        """Say what was seen; most bounds must be narrow, or nothing was shown."""
        record_property("numbers", self.numbers)
        record_property("bound_above_1e-3", self.loose)
        record_property("largest_part_of_its_bound", f"{self.part:.4f}")
        record_property("beyond_3e-6", self.beyond)
        record_property("largest_multiple_of_that", f"{self.multiple:.1f}")
        assert self.loose < self.numbers / 2
