"""A configured layer: its type, every field, and the activation in every slot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from actviz.activations import row as activation_row
from actviz.layers.catalogue import Layer, layer_row
from actviz.layers.row import IN_RNN, LayerRow
from actviz.layers.shapes import (
    check_shape,
    default_shape,
    in_format,
    taken_over,
    time_axes,
    to_channels_last,
)
from actviz.param import Value, refuse, text_of

Activations = Mapping[str, tuple[str, Mapping[str, Value]]]


@dataclass(frozen=True, init=False)
class LayerConfig:
    """One layer, checked and complete; what is left out has its default.

    Parameters
    ----------
    layer
        The layer type or its name.
    fields
        Values by field name; afterwards every field of the type, in Keras's order.
    activations
        For a slot the activation's name and values; afterwards every slot, with all values.
    warnings
        What a reader repaired or dropped; not part of the configuration, and not compared.
    input_shape
        The input's axes without the batch, in the order of the layer's data format; None is the
        layer type's own.

    Raises
    ------
    ValueError
        For an unknown layer, field, slot, activation or parameter, for a value outside its
        domain, for a broken rule between fields, and for a shape with other axes.
    """

    layer: str
    fields: Mapping[str, Value] = field(default_factory=dict)
    activations: Activations = field(default_factory=dict)
    warnings: tuple[str, ...] = field(default=(), compare=False)
    input_shape: tuple[int, ...] = ()

    def __init__(
        self,
        layer: str | Layer,
        fields: Mapping[str, object] | None = None,
        activations: Mapping[str, tuple[str, Mapping[str, object]]] | None = None,
        warnings: tuple[str, ...] = (),
        input_shape: tuple[int, ...] | None = None,
    ) -> None:
        row = layer_row(layer).bound(fields or {})
        given = activations or {}
        for slot in given:
            row.slot(slot)
        put = object.__setattr__
        put(self, "layer", row.name)
        put(self, "fields", row.complete(fields or {}))
        put(
            self,
            "activations",
            {
                slot.name: _activation(row, slot.name, given.get(slot.name, (slot.default, {})))
                for slot in row.slots
            },
        )
        put(self, "warnings", tuple(warnings))
        shape = self.default_input_shape if input_shape is None else input_shape
        put(self, "input_shape", check_shape(row, shape))

    def __hash__(self) -> int:
        slots = [(slot, name, *values.items()) for slot, (name, values) in self.activations.items()]
        return hash((self.layer, tuple(self.fields.items()), tuple(slots), self.input_shape))

    @property
    def row(self) -> LayerRow:
        """The row of its layer type; of a cell in an RNN layer the one with that layer's fields."""
        return layer_row(self.layer).bound(self.fields)

    @property
    def in_rnn(self) -> bool:
        """Whether it is a cell with an RNN layer around it."""
        return bool(self.fields.get(IN_RNN))

    @property
    def is_step(self) -> bool:
        """Whether it is a cell alone: one step in time that takes states and gives new ones."""
        return self.row.in_rnn is not None

    @property
    def name(self) -> Value:
        """Its name in its model, where it has one: the RNN layer's where there is one around it."""
        return self.fields["rnn_name" if self.in_rnn else "name"]

    @property
    def cell(self) -> LayerConfig:
        """The cell without the RNN layer around it; any other layer is itself."""
        return self.with_field(IN_RNN, False) if self.in_rnn else self

    @property
    def default_input_shape(self) -> tuple[int, ...]:
        """The layer type's own input, in the order of the data format."""
        return default_shape(self.row, self.fields)

    def with_field(self, name: str, value: object) -> LayerConfig:
        """Put another value into one field; the input's channels follow the data format.

        What an RNN layer has around a cell goes with it when the cell is to stand alone.
        """
        fields = {**self.fields, name: value}
        row = layer_row(self.layer).bound(fields)
        gone = {param.name for param in self.row.around} - {param.name for param in row.around}
        return self._with_fields({key: fields[key] for key in fields if key not in gone})

    def with_default_fields(self) -> LayerConfig:
        """Put every field back to its default; the input's channels follow the data format."""
        return self._with_fields({})

    def _with_fields(self, fields: Mapping[str, object]) -> LayerConfig:
        changed = LayerConfig(self.layer, fields, self.activations)
        shape = to_channels_last(self.input_shape, self.fields)
        more = time_axes(changed.fields) - time_axes(self.fields)
        shape = changed.row.input_shape[: max(more, 0)] + shape[max(-more, 0) :]
        return changed.with_input_shape(in_format(shape, changed.fields))

    def with_input_shape(self, shape: tuple[int, ...] | None) -> LayerConfig:
        """Think of another input, its axes without the batch; None is the layer type's own."""
        return LayerConfig(self.layer, self.fields, self.activations, input_shape=shape)

    def with_activation(
        self, slot: str, name: str, values: Mapping[str, object] | None = None
    ) -> LayerConfig:
        """Put another activation into one slot; values left out have their defaults."""
        return LayerConfig(
            self.layer,
            self.fields,
            {**self.activations, slot: (name, values or {})},
            input_shape=self.input_shape,
        )

    def with_layer(self, layer: str | Layer) -> LayerConfig:
        """Change to another layer type, which takes over what it can hold.

        A field is taken over where the new type has one of that name that allows the value, and
        no rule is broken; sizes of another rank only where all axes are equal; an input that was
        chosen where it has as many axes.
        """
        row = layer_row(layer)
        taken = LayerConfig(row.name)
        for name, value in self.fields.items():
            taken = _taken_over(taken, name, value)
        for slot, (name, values) in self.activations.items():
            if any(own.name == slot for own in row.slots):
                taken = _with_what_fits(taken, slot, name, values)
        if self.input_shape == self.default_input_shape:
            return taken
        shape = to_channels_last(self.input_shape, self.fields)
        return taken.with_input_shape(taken_over(taken.row, taken.fields, shape))

    def changed_fields(self) -> dict[str, Value]:
        """Give the fields that differ from their defaults."""
        defaults = {param.name: param.default for param in self.row.fields}
        return {name: value for name, value in self.fields.items() if value != defaults[name]}

    def summary(self) -> list[str]:
        """Say in plain lines what it holds: type, fields off their defaults, activations."""
        lines = [f"{self.layer}: {self.row.doc}"]
        changed = self.changed_fields()
        required = {name: self.fields[name] for name in _ALWAYS_SAID if name in self.fields}
        said = {**required, **changed}
        lines.append("fields: " + ", ".join(f"{n} = {_spoken(v)}" for n, v in said.items()))
        for slot, (name, values) in self.activations.items():
            written = ", ".join(f"{key} = {text_of(value)}" for key, value in values.items())
            lines.append(f"{slot}: {name}" + (f" with {written}" if written else ""))
        return lines


def _spoken(value: Value) -> str:
    """Write sizes as 3×3, which their field reads back, and all else as usual."""
    return "×".join(map(str, value)) if isinstance(value, tuple) else text_of(value)


_ALWAYS_SAID = ("units", "filters", "kernel_size")


def _activation(
    row: LayerRow, slot: str, given: tuple[str, Mapping[str, object]]
) -> tuple[str, dict[str, Value]]:
    """Check an activation and its values for a slot."""
    place = f"{row.name}.{slot}"
    pair = isinstance(given, (tuple, list)) and len(given) == 2
    if not pair or not isinstance(given[1], Mapping):
        raise refuse(place, given, "a name and its values")
    chosen = activation_row(given[0])
    values = chosen.complete(given[1])
    if "axis" in values:
        _check_axis(row, values["axis"], place)
    return chosen.name, values


def _check_axis(row: LayerRow, axis: Value, place: str) -> None:
    """Refuse the batch axis, over which Keras normalises without a word, and axes not there."""
    assert isinstance(axis, int)
    where = f"{place}.axis"
    if row.axes is None:
        if axis == 0:
            raise refuse(where, axis, "another axis than 0, which is the batch")
    elif axis == 0 or not 1 - row.axes <= axis < row.axes:
        allowed = f"from {1 - row.axes} to {row.axes - 1} and not 0: axis 0 is the batch"
        raise refuse(where, axis, allowed)


def _taken_over(config: LayerConfig, name: str, value: Value) -> LayerConfig:
    """Put a field of another layer type in where it fits."""
    if name not in config.fields:
        return config
    own = config.fields[name]
    if isinstance(value, tuple) and isinstance(own, tuple) and len(value) != len(own):
        value = value[0] if len(set(value)) == 1 else own
    try:
        return config.with_field(name, value)
    except ValueError:
        return config


def _with_what_fits(
    config: LayerConfig, slot: str, name: str, values: Mapping[str, Value]
) -> LayerConfig:
    """Take an activation over; where the new type has no such axis, the axis is its default."""
    try:
        return config.with_activation(slot, name, values)
    except ValueError:
        rest = {key: value for key, value in values.items() if key != "axis"}
        return config.with_activation(slot, name, rest)
