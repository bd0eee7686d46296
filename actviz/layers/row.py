"""What a layer type is: its fields, its activation slots, the rules between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from actviz.param import Param, Value, complete

Rule = Callable[[Mapping[str, Value]], str | None]
"""Looks at all fields together; gives None, or the sentence that says what is wrong."""

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Size",
        (
            "units",
            "filters",
            "kernel_size",
            "strides",
            "padding",
            "output_padding",
            "dilation_rate",
            "groups",
            "depth_multiplier",
            "data_format",
            "in_rnn",
        ),
    ),
    (
        "Behaviour",
        (
            "use_bias",
            "return_sequences",
            "return_state",
            "go_backwards",
            "stateful",
            "unroll",
            "zero_output_for_mask",
            "reset_after",
            "dropout",
            "recurrent_dropout",
            "seed",
        ),
    ),
    (
        "Initialisation",
        (
            "kernel_initializer",
            "depthwise_initializer",
            "pointwise_initializer",
            "recurrent_initializer",
            "bias_initializer",
            "unit_forget_bias",
        ),
    ),
    (
        "Regularisation",
        (
            "kernel_regularizer",
            "depthwise_regularizer",
            "pointwise_regularizer",
            "recurrent_regularizer",
            "bias_regularizer",
            "activity_regularizer",
            "kernel_constraint",
            "depthwise_constraint",
            "pointwise_constraint",
            "recurrent_constraint",
            "bias_constraint",
        ),
    ),
    ("General", ("name", "rnn_name", "trainable", "dtype", "lora_rank", "lora_alpha")),
)
"""Under which title a panel shows which fields, the ones that matter most first."""

IN_RNN = "in_rnn"
"""The field of a cell that puts it into an RNN layer."""


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
        Keras's constructor arguments in the order in which Keras writes them, without the
        activations, which come before `use_bias`.
    slots
        The activation slots in Keras's order.
    axes
        How many axes, the batch included, the tensor has that the activations see; None where
        the input decides.
    input_shape
        The input that is thought of where none is given, without the batch, channels last.
    rules
        The rules between fields, each with its sentence.
    module, class_name, registered_name
        Where stock Keras finds it; an empty `class_name` is `name`.
    fixed
        Config keys that stock Keras needs but that are no field (`rank` of a ConvLSTM cell).
    around
        Those of the fields that are no argument of the class: the switch that puts a cell into an
        RNN layer, and that layer's own arguments.
    in_rnn
        For a cell the row that the switch makes of it: more fields, and time before its input.
    """

    name: str
    family: str
    fields: tuple[Param, ...]
    slots: tuple[Slot, ...]
    doc: str
    axes: int | None
    input_shape: tuple[int, ...]
    rules: tuple[Rule, ...] = ()
    module: str = "keras.layers"
    class_name: str = ""
    registered_name: str | None = None
    fixed: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    around: tuple[Param, ...] = ()
    in_rnn: LayerRow | None = None

    @property
    def forms(self) -> tuple[LayerRow, ...]:
        """The row, and for a cell also the one in an RNN layer."""
        return (self,) if self.in_rnn is None else (self, self.in_rnn)

    def bound(self, fields: Mapping[str, object]) -> LayerRow:
        """Give the row that these values make of it: a cell in an RNN layer, or itself."""
        return self if self.in_rnn is None or fields.get(IN_RNN) is not True else self.in_rnn

    @property
    def groups(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The names of the fields under the titles of a panel, without empty groups."""
        own = {param.name for param in self.fields}
        chosen = ((title, tuple(n for n in names if n in own)) for title, names in GROUPS)
        return tuple((title, names) for title, names in chosen if names)

    @property
    def keys(self) -> tuple[str, ...]:
        """The class's arguments, fields and slots, in the order in which Keras writes them."""
        names = [param.name for param in self.fields if param not in self.around]
        at = names.index("use_bias")
        return (*names[:at], *(slot.name for slot in self.slots), *names[at:])

    def field(self, name: str) -> Param:
        """Look up a field.

        Raises
        ------
        ValueError
            For a name that is none of its fields; the message lists them.
        """
        for param in self.fields:
            if param.name == name:
                return param
        if self.in_rnn is not None and any(param.name == name for param in self.in_rnn.around):
            raise ValueError(f"{self.name}.{name}: only an RNN layer has it; set {IN_RNN} to true")
        allowed = ", ".join(param.name for param in self.fields)
        raise ValueError(f"{self.name}: there is no field {name[:60]!r}; allowed: {allowed}")

    def slot(self, name: str) -> Slot:
        """Look up an activation slot.

        Raises
        ------
        ValueError
            For a name that is none of its slots; the message lists them.
        """
        for slot in self.slots:
            if slot.name == name:
                return slot
        allowed = ", ".join(slot.name for slot in self.slots)
        raise ValueError(
            f"{self.name}: there is no activation slot {name[:60]!r}; allowed: {allowed}"
        )

    def complete(self, values: Mapping[str, object]) -> dict[str, Value]:
        """Check given field values, fill in the defaults, and hold them against the rules.

        Raises
        ------
        ValueError
            For an unknown field, a value outside its domain or a broken rule.
        """
        for name in values:
            self.field(name)
        checked = complete(self.fields, values, self.name)
        for rule in self.rules:
            sentence = rule(checked)
            if sentence:
                raise ValueError(f"{self.name}.{sentence}")
        return checked
