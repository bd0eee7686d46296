"""What a layer type is: one row, and a configuration of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from actviz.param import Param, Value

Rule = Callable[[Mapping[str, Value]], str | None]
"""Looks at all fields together; gives None, or the sentence that says what is wrong."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a layer that takes an activation, with what Keras puts there by default."""

    name: str
    default: str
    doc: str


@dataclass(frozen=True)
class LayerRow:
    """A layer type: its name on the source page, its family, fields, activation slots, rules.

    Parameters
    ----------
    name
        As on the source page (`ConvLSTM2DCell`), also the value of the `Layer` enum.
    family
        The group it is listed under: feed-forward, convolution, recurrent or cells.
    fields
        Keras's constructor arguments in Keras's order, without the activations.
    slots
        The activation slots in Keras's order.
    rules
        The rules between fields, each with its sentence.
    keras
        Where stock Keras finds it: module, class name, registered name; and config keys that
        stock Keras needs but that are no field (`rank` of a ConvLSTM cell).
    """

    name: str
    family: str
    fields: tuple[Param, ...]
    slots: tuple[Slot, ...]
    doc: str
    rules: tuple[Rule, ...] = ()
    module: str = "keras.layers"
    class_name: str = ""
    registered_name: str | None = None
    fixed: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
