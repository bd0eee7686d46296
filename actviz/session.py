"""The whole document as one frozen value, and every way to change it.

Every change is a pure function `Session -> Session`. Each one checks what it is given and raises
a ValueError with the sentence for the user; the session it was given stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from actviz.activations import FORMULA, row, subject
from actviz.dtypes import DTYPES
from actviz.formats import DIALECTS
from actviz.layers import LayerConfig
from actviz.lenses import CURVE, SETTINGS, complete_settings, lens
from actviz.param import Choice, Integer, Param, Text, Value, refuse
from actviz.pins import (
    LABEL,
    Pin,
    changed,
    checked_index,
    checked_pins,
    curve_label,
    index_of,
    with_compared,
    with_curve,
)
from actviz.view import View, checked_view, refitted

__all__ = [
    "DIALECT",
    "DTYPE",
    "LESSON",
    "SEED",
    "STEP",
    "Pin",
    "Session",
    "View",
    "checked",
    "choose_activation",
    "choose_layer",
    "choose_slot",
    "clear_pins",
    "compare_pin",
    "compare_with",
    "open_layer",
    "open_model_layer",
    "pin",
    "rename_pin",
    "reset_field",
    "reset_fields",
    "reset_value",
    "reset_values",
    "set_dialect",
    "set_dtype",
    "set_field",
    "set_input_shape",
    "set_lens",
    "set_lens_value",
    "set_value",
    "set_view",
    "show_pin",
    "unpin",
]

DTYPE = Param(
    "dtype",
    "float32",
    domain=Choice(tuple(DTYPES)),
    doc="The arithmetic in which the curve is computed",
)
DIALECT = Param(
    "dialect", "keras", domain=Choice(tuple(DIALECTS)), doc="What the layer's text is written for"
)
SEED = Param("seed", 0, domain=Integer(low=0), doc="Where random numbers start")
LESSON = Param("lesson", None, domain=Text(optional=True), doc="The lesson that is open")
STEP = Param("step", 0, domain=Integer(low=0), doc="The step of the lesson, counted from 0")


def _first_layer() -> LayerConfig:
    return LayerConfig("Conv2D", fields={}, activations={"activation": ("elu", {})})


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """The document: the layer with its activations, what is looked at, and how.

    `slot` names the activation slot of the layer that is being edited.
    """

    config: LayerConfig = msgspec.field(default_factory=_first_layer)
    slot: str = "activation"
    view: View = View()
    lens: str = CURVE.name
    lens_values: dict[str, Any] = {}
    pins: tuple[Pin, ...] = ()
    dialect: str = "keras"
    dtype: str = "float32"
    seed: int = 0
    lesson: str | None = None
    step: int = 0

    @property
    def activation(self) -> str:
        """The name of the activation in the edited slot."""
        return self.config.activations[self.slot][0]

    @property
    def values(self) -> dict[str, Value]:
        """All parameters of the activation in the edited slot."""
        return dict(self.config.activations[self.slot][1])

    @property
    def settings(self) -> dict[str, Value]:
        """All settings of all lenses, with defaults where none was chosen."""
        return complete_settings(self.lens_values)


def _with(session: Session, **changes: Any) -> Session:
    return msgspec.structs.replace(session, **changes)


def checked(session: Session) -> Session:
    """Check all parts of a session from outside, and give it in its one spelling.

    A ValueError is about the first part that is not allowed.
    """
    choose_slot(session, session.slot)
    lens(session.lens)
    return _with(
        session,
        view=checked_view(session.view),
        lens_values={
            name: _setting(name).check(value, "lens_values")
            for name, value in session.lens_values.items()
        },
        pins=checked_pins(session.pins),
        dialect=DIALECT.check(session.dialect),
        dtype=DTYPE.check(session.dtype),
        seed=SEED.check(session.seed),
        lesson=LESSON.check(session.lesson),
        step=STEP.check(session.step),
    )


# The activation in the edited slot


def _with_activation(session: Session, name: str, values: Mapping[str, Value]) -> Session:
    return _with(session, config=session.config.with_activation(session.slot, name, values))


def choose_activation(session: Session, name: str) -> Session:
    """Put another activation, with its defaults, into the edited slot.

    The x range stays; the vertical ranges are fitted again, as they belonged to the old curve.
    """
    chosen = row(name)
    if chosen.name == session.activation:
        return session
    return _with(_with_activation(session, chosen.name, {}), view=refitted(session.view))


def _with_known(session: Session, values: Mapping[str, Any], name: str = "") -> Session:
    """Give the activation these values, `name` and those that the formula now knows."""
    known = {name, *(param.name for param in row(session.activation).bound(values).params)}
    kept = {key: value for key, value in values.items() if key in known}
    return _with_activation(session, session.activation, kept)


def set_value(session: Session, name: str, value: object) -> Session:
    """Set one parameter; another formula keeps those it knows, and is seen in full height."""
    values: dict[str, Any] = {**session.values, name: value}
    new = _with_known(session, values, name)
    same = subject(session.activation, session.values) == subject(session.activation, values)
    return new if same else _with(new, view=refitted(session.view))


def reset_value(session: Session, name: str) -> Session:
    """Set one parameter of the activation back to its default."""
    values = session.values
    if name not in values:
        raise refuse(f"{session.activation} parameter", name, ", ".join(values) or "none")
    del values[name]
    return _with_known(session, values)


def reset_values(session: Session) -> Session:
    """Set all parameters of the activation back to their defaults; a user's formula stays."""
    kept = {name: value for name, value in session.values.items() if name == FORMULA.name}
    return _with_activation(session, session.activation, kept)


# The layer


def _with_config(session: Session, config: LayerConfig) -> Session:
    slots = config.activations
    slot = session.slot if session.slot in slots else next(iter(slots))
    return _with(session, config=config, slot=slot)


def choose_layer(session: Session, name: str) -> Session:
    """Choose another layer type; fields and activations that fit are carried over."""
    return _with_config(session, session.config.with_layer(name))


def open_layer(session: Session, config: LayerConfig) -> Session:
    """Take the layer that was read from a file."""
    return _with_config(session, config)


def open_model_layer(session: Session, config: LayerConfig) -> Session:
    """Take a layer that was picked from a model, and keep its curve to compare others with.

    The difference to it is drawn. Where there is no room for another pinned curve, none is added.
    """
    opened = open_layer(session, config)
    label = f"{curve_label(opened.activation, opened.values)[:60]}, as opened"
    try:
        return compare_with(opened, label, opened.values)
    except ValueError:
        return opened


def choose_slot(session: Session, slot: str) -> Session:
    """Choose which activation of the layer is edited."""
    if slot not in session.config.activations:
        where = f"slot of {session.config.layer}"
        raise refuse(where, slot, " or ".join(session.config.activations))
    return _with(session, slot=slot)


def set_field(session: Session, name: str, value: object) -> Session:
    """Set one field of the layer."""
    return _with(session, config=session.config.with_field(name, value))


def reset_field(session: Session, name: str) -> Session:
    """Set one field of the layer back to its default."""
    return set_field(session, name, session.config.row.field(name).default)


def reset_fields(session: Session) -> Session:
    """Set all fields of the layer back to their defaults."""
    return _with(session, config=session.config.with_default_fields())


def set_input_shape(session: Session, shape: tuple[int, ...] | None) -> Session:
    """Think of another input of the layer, without the batch; None is the layer type's own."""
    return _with(session, config=session.config.with_input_shape(shape))


# What is looked at, and how


def set_view(session: Session, view: View) -> Session:
    """Look at another part of the plane; spans are clamped to what can be drawn.

    Raises
    ------
    ValueError
        For a range that is not two finite numbers in order.
    """
    return _with(session, view=checked_view(view))


def set_lens(session: Session, name: str) -> Session:
    """Look through another lens; settings that lenses share keep their values."""
    return _with(session, lens=lens(name).name)


def _setting(name: str) -> Param:
    if name not in SETTINGS:
        raise refuse("lens setting", name, ", ".join(SETTINGS))
    return SETTINGS[name]


def set_lens_value(session: Session, name: str, value: object) -> Session:
    """Set one setting of the lenses."""
    checked_value = _setting(name).check(value, session.lens)
    return _with(session, lens_values={**session.lens_values, name: checked_value})


def set_dtype(session: Session, dtype: str) -> Session:
    """Choose the arithmetic of the curve."""
    return _with(session, dtype=DTYPE.check(dtype))


def set_dialect(session: Session, dialect: str) -> Session:
    """Choose what the layer's text is written for."""
    return _with(session, dialect=DIALECT.check(dialect))


# Pinned curves


def pin(
    session: Session, label: str | None = None, values: Mapping[str, Value] | None = None
) -> Session:
    """Keep the present curve for comparison, or the one that it is with other values.

    Raises
    ------
    ValueError
        For a curve that is pinned already, or where all styles are taken.
    """
    values = session.values if values is None else values
    return _with(session, pins=with_curve(session.pins, session.activation, values, label))


def unpin(session: Session, index: int) -> Session:
    """Take one pinned curve away; the others keep their styles."""
    checked_index(session.pins, index)
    return _with(session, pins=session.pins[:index] + session.pins[index + 1 :])


def rename_pin(session: Session, index: int, label: str) -> Session:
    """Call a pinned curve something else."""
    return _with(session, pins=changed(session.pins, index, label=LABEL.check(label, "pin")))


def show_pin(session: Session, index: int, visible: bool) -> Session:
    """Show or hide a pinned curve."""
    return _with(session, pins=changed(session.pins, index, visible=visible))


def compare_pin(session: Session, index: int, compared: bool) -> Session:
    """Draw the difference to one pinned curve, which is shown, or to none."""
    return _with(session, pins=with_compared(session.pins, index, compared))


def compare_with(session: Session, label: str, values: Mapping[str, Value]) -> Session:
    """Draw the difference to the activation with other values, pinned if it is not yet."""
    index = index_of(session.pins, session.activation, values)
    if index is not None:
        return compare_pin(session, index, True)
    return compare_pin(pin(session, label, values), len(session.pins), True)


def clear_pins(session: Session) -> Session:
    """Take all pinned curves away."""
    return _with(session, pins=())
