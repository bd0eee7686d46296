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

    `style` is the index of its colour and dash; no two pins share one. One may be `compared`: the
    difference to it is drawn.
    """

    label: str
    activation: str
    values: dict[str, Any]
    style: int
    visible: bool = True
    compared: bool = False


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
    if sum(pin.compared for pin in pins) > 1:
        raise ValueError("pins: the difference can be drawn to one pinned curve, not to several")
    return tuple(
        msgspec.structs.replace(
            item,
            label=LABEL.check(item.label, f"pins[{index}]"),
            activation=row(item.activation).name,
            values=row(item.activation).complete(item.values),
        )
        for index, item in enumerate(pins)
    )


def index_of(pins: tuple[Pin, ...], activation: str, values: Mapping[str, Any]) -> int | None:
    """Find a curve among those pinned, by all its values."""
    curve = (activation, row(activation).complete(values))
    return next((i for i, pin in enumerate(pins) if (pin.activation, pin.values) == curve), None)


def checked_index(pins: tuple[Pin, ...], index: int) -> int:
    """Give the index of a pinned curve; raises a ValueError that says which there are."""
    if not 0 <= index < len(pins):
        allowed = f"from 0 to {len(pins) - 1}" if pins else "given: none is pinned"
        raise refuse("pins index", index, allowed)
    return index


def changed(pins: tuple[Pin, ...], index: int, **changes: Any) -> tuple[Pin, ...]:
    """Change one pinned curve; a ValueError as `checked_index`."""
    new = msgspec.structs.replace(pins[checked_index(pins, index)], **changes)
    return (*pins[:index], new, *pins[index + 1 :])


def with_curve(
    pins: tuple[Pin, ...], activation: str, values: Mapping[str, Any], label: str | None
) -> tuple[Pin, ...]:
    """Pin another curve, under a label or its own name.

    Raises
    ------
    ValueError
        For a curve that is pinned already, or where all styles are taken.
    """
    there = index_of(pins, activation, values)
    if there is not None:
        raise ValueError(f"pins: this curve is pinned already, as “{pins[there].label}”")
    if len(pins) >= MOST_PINS:
        raise ValueError(f"pins: {MOST_PINS} curves are pinned; unpin one to make room")
    taken = {item.style for item in pins}
    complete = row(activation).complete(values)
    new = Pin(
        label=curve_label(activation, complete) if label is None else label,
        activation=activation,
        values=complete,
        style=next(style for style in range(MOST_PINS) if style not in taken),
    )
    return checked_pins((*pins, new))


def with_compared(pins: tuple[Pin, ...], index: int, compared: bool) -> tuple[Pin, ...]:
    """Compare with one pinned curve, which is shown then, or with none; errors as `changed`."""
    checked_index(pins, index)
    plain = tuple(msgspec.structs.replace(item, compared=False) for item in pins)
    return changed(plain, index, compared=True, visible=True) if compared else plain
