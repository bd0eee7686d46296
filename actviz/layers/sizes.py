"""What is known of a layer's output and weights where the input is known in part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from actviz.layers.config import LayerConfig
from actviz.layers.facts import layer_facts

OpenShape = tuple[int | None, ...]
"""Axes without the batch; None where an axis may have any length."""
_LENGTHS = (2**20, 2**21)
"""Stand for an open axis in turn: whatever differs between the two is open itself."""


class Sizes(NamedTuple):
    """A layer's output, None where an axis is open, and how many numbers its weights hold."""

    output_shape: OpenShape
    parameters: int


def layer_sizes(config: LayerConfig, input_shape: Sequence[int | None]) -> Sizes | None:
    """Work out what is known of a layer on an input, axes in the order of its data format.

    None where the input does not fit the layer, or where the weights follow from an open axis.
    """
    try:
        one, other = (layer_facts(config, _filled(input_shape, each)) for each in _LENGTHS)
    except ValueError:
        return None
    if one.parameters != other.parameters:
        return None
    pairs = zip(one.output_shape, other.output_shape, strict=True)
    return Sizes(tuple(a if a == b else None for a, b in pairs), one.parameters)


def _filled(shape: Sequence[int | None], length: int) -> tuple[int, ...]:
    return tuple(length if axis is None else axis for axis in shape)


def facts_lines(config: LayerConfig, told: OpenShape | None = None) -> list[str]:
    """Say in plain lines what a layer makes of its input and which weights it has, or why not.

    `told` is what a file says of the input, with None for an open axis; without it the layer's
    own is meant.
    """
    known = None if told is None else layer_sizes(config, told)
    given = config.input_shape if told is None or known is None else told
    try:
        facts = layer_facts(config)
    except ValueError as error:
        return [f"input {_spoken(given)}: {error}"]
    output = facts.output_shape if known is None else known.output_shape
    many = f"{facts.parameters:,} parameters"
    if facts.trainable_parameters != facts.parameters:
        many += f", {facts.trainable_parameters:,} of them trained"
    weights = ", ".join(f"{each.name} {_spoken(each.shape)}" for each in facts.weights)
    return [f"input {_spoken(given)}, output {_spoken(output)}", f"{many}: {weights}"]


def _spoken(shape: OpenShape) -> str:
    return "×".join("?" if axis is None else str(axis) for axis in shape)
