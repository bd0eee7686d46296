"""Curves kept for comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from actviz.activations import FORMULA, row
from actviz.expression.letters import letter_of
from actviz.param import Domain, Param, Text, Value, refuse, text_of

MOST_PINS = 8
_LONGEST_LABEL = 80
LABEL = Param("label", "", domain=Text(longest=_LONGEST_LABEL), doc="What a pinned curve is called")


class Pin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A curve kept for comparison: an activation with the values it had when it was pinned.

    `style` is the index of its colour and dash; no two pins share one.
    """

    label: str
    activation: str
    values: dict[str, Any]
    style: int
    visible: bool = True


def _plain(value: Value, domain: Domain) -> str:
    """Write a value in C's locale, whatever its domain."""
    return text_of(value)


def curve_label(
    activation: str,
    values: Mapping[str, Value],
    write: Callable[[Value, Domain], str] = _plain,
) -> str:
    """Name a curve by its title and all its values, as `write` writes them: "ELU α = 0.7".

    The defaults are named too: "ELU" beside "ELU α = 2" would not say in what they differ.
    """
    chosen = row(activation).bound(values)
    parts = [
        f"{letter_of(param.name)} = {write(values[param.name], param.domain)}"
        for param in chosen.labelled
        if param.name in values
    ]
    own = chosen.name == FORMULA.name  # "a * x a = 1" would be hard to read
    label = (", " if own and parts else " ").join([chosen.title, ", ".join(parts)]).strip()
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1] + "…"


def checked_pins(pins: tuple[Pin, ...]) -> tuple[Pin, ...]:
    """Check all pins together, and give each in its one spelling, its values complete.

    Raises
    ------
    ValueError
        For too many pins, two with one style, or a bad label, activation or value.
    """
    if len(pins) > MOST_PINS:
        raise ValueError(f"pins: {len(pins)} curves; at most {MOST_PINS} can be pinned")
    styles = [pin.style for pin in pins]
    for index, style in enumerate(styles):
        if not 0 <= style < MOST_PINS or style in styles[:index]:
            allowed = f"a whole number from 0 to {MOST_PINS - 1} that no other pin has"
            raise refuse(f"pins[{index}].style", style, allowed)
    return tuple(
        msgspec.structs.replace(
            item,
            label=LABEL.check(item.label, f"pins[{index}]"),
            activation=row(item.activation).name,
            values=row(item.activation).complete(item.values),
        )
        for index, item in enumerate(pins)
    )
