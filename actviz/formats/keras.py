"""The Keras 3 dialect: one layer as JSON that `keras.layers.deserialize` reads, 3.10 and newer.

Number formats and initializers are words, sizes lists, the data format is explicit, nothing is
built. What Keras's content cannot say (which of two names a curve has, the logits it is shown
with) stands in "actviz" beside "config": Keras ignores it, and so do we where the two disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from actviz.formats import keras_rnn
from actviz.formats.dialect import Words
from actviz.formats.json_text import json_text
from actviz.formats.keras_activations import (
    STRINGS,
    Activation,
    Values,
    Written,
    write_activation,
)
from actviz.formats.keras_activations import remarks as activation_remarks
from actviz.formats.keras_beside import INPUT_SHAPE, SIBLING, VERSION, Beside
from actviz.formats.keras_fields import only_known_keys, read_field
from actviz.formats.keras_objects import (
    SavedObject,
    joined,
    kind_of,
    saved_object,
    write_word,
    written_object,
)
from actviz.formats.keras_reading import ActivationReader
from actviz.formats.spoken import in_config
from actviz.layers import ROWS, LayerConfig, LayerRow, layer_row
from actviz.layers.rules import not_strided_and_dilated
from actviz.param import Integer, refuse

# A field that is left out in the file when it is none: other readers do not know it.
_ONLY_WHEN_SET = ("lora_rank", "lora_alpha")
# As Keras 3 does, while Keras 2 writes it always: that tells their files apart.
_LEFT_OUT_BY = {"Dense": ("activity_regularizer",)}
_REQUIRED = ("units", "filters", "kernel_size")
_CELL = "ConvLSTMCell"
_NO_MODEL = (
    "Keras runs this RNN layer on arrays, but puts it into no model: it believes that the output "
    "has -1 units; Keras's own ConvLSTM layer is for models"
)
WORDS: Words = MappingProxyType(
    {name: values for word, (name, values) in STRINGS.items() if word == name}
)
"""What Keras's own strings mean."""


def write(config: LayerConfig) -> str:
    """Write a layer; the text is stable: the same configuration gives the same bytes.

    Raises
    ------
    ValueError
        For what Keras 3.10 and newer cannot all hold, with the reason.
    """
    _refuse_what_older_ones_refuse(config)
    row = config.row
    written: dict[str, object] = {}
    beside: dict[str, object] = {}
    for slot, (name, values) in config.activations.items():
        written[slot] = _write_activation(config, slot, name, values)
        if _read_back(written[slot], config) != (name, values):
            beside[slot] = {"name": name, "values": dict(values)}
    class_name, parts = row.class_name or row.name, _written_config(config, written)
    document = written_object(row.module, class_name, parts, row.registered_name)
    if config.in_rnn:
        document = keras_rnn.around(document, config)
    if config.input_shape != config.default_input_shape:
        beside[INPUT_SHAPE] = list(config.input_shape)
    if beside:
        document[SIBLING] = {"version": VERSION, **beside}
    return json_text(document)


spoken = in_config(write)
"""How a slot's activation is written, in few words."""


def remarks(config: LayerConfig) -> tuple[str, ...]:
    """Say what a reader of the written file needs, a sentence each.

    Raises
    ------
    ValueError
        As `write`.
    """
    said = []
    for slot, (name, values) in config.activations.items():
        written = _write_activation(config, slot, name, values)
        dtype = str(config.fields["dtype"])
        # what is a loss stays one
        said += [type(each)(f"{slot}: {each}") for each in activation_remarks(written, dtype)]
    if config.layer == "GRU" and "prelu" in {name for name, _ in config.activations.values()}:
        said.append("on JAX, Keras makes a PReLU's slopes inside a GRU's loop: it runs once only")
    if config.row.class_name == _CELL:
        said.append("Keras reads this cell, but what it writes of it lacks the rank")
        said += [_NO_MODEL] if config.in_rnn else []
    said += [
        f"{name}: Keras reads the gain of the identity, but leaves it out of what it writes"
        for name, value in config.fields.items()
        if str(value).startswith("identity(")
    ]
    return tuple(said)


def _refuse_what_older_ones_refuse(config: LayerConfig) -> None:
    """Refuse what the newest Keras takes and 3.10 does not."""
    added = config.fields.get("output_padding")
    if isinstance(added, tuple) and 0 in added:
        allowed = "none or at least 1 on every axis: Keras 3.10 refuses 0"
        raise refuse(f"{config.layer}.output_padding", added, allowed)
    if "depth_multiplier" in config.fields:
        sentence = not_strided_and_dilated(config.fields)
        if sentence:
            raise ValueError(f"{config.layer}.{sentence}: Keras before 3.15 refuses it")


def _write_activation(config: LayerConfig, slot: str, name: str, values: Values) -> Written:
    dtype = str(config.fields["dtype"])
    return write_activation(name, values, dtype, f"{config.layer}.{slot}")


def _read_back(written: object, config: LayerConfig) -> Activation:
    """Read what Keras's content says without what stands beside it."""
    return ActivationReader(config.fields["dtype"], []).read(written, "")


def _written_config(config: LayerConfig, written: Mapping[str, object]) -> dict[str, object]:
    parts: dict[str, object] = {}
    for key in config.row.keys:
        value = written[key] if key in written else config.fields[key]
        if value is None and key in (*_ONLY_WHEN_SET, *_LEFT_OUT_BY.get(config.layer, ())):
            continue
        kind = kind_of(key)
        if kind is not None and key not in written:
            value = write_word(kind, config.fields[key], config.row.field(key).domain)
        parts[key] = list(value) if isinstance(value, tuple) else value
        if key == "dtype":
            parts.update(config.row.fixed)
    return parts


def read(document: object) -> LayerConfig:
    """Read a layer as Keras 3 or `write` has written it; the weights' build is left out.

    Raises
    ------
    ValueError
        For what is no layer of ours, or holds keys or values that are not allowed; the sentence
        begins with the path, such as config.activation.config.alpha.
    """
    beside = document.get(SIBLING) if isinstance(document, dict) else None
    outer = saved_object(document, "")
    if outer.class_name != keras_rnn.CLASS:
        return _Reading(_row_of(outer), outer).config(beside)
    inner = keras_rnn.cell_of(outer)
    row = _row_of(inner)
    if row.in_rnn is None:
        cells = ", ".join(each.class_name or each.name for each in ROWS if each.in_rnn)
        raise refuse(joined(inner.path, "class_name"), inner.class_name, f"one of {cells}")
    return _Reading(row, inner, outer).config(beside)


def _row_of(saved: SavedObject) -> LayerRow:
    """Find the row of a class; a ConvLSTM cell's rank may stand in its sizes only."""
    name = _cell_name(saved) if saved.class_name == _CELL else saved.class_name
    names = [row.name for row in ROWS if not row.class_name]
    if saved.class_name != _CELL and name not in names:
        where = joined(saved.path, "class_name")
        raise refuse(where, saved.class_name, f"one of {', '.join([*names, _CELL])}")
    row = layer_row(name)
    internal = saved.module.startswith("keras.src.layers.")
    if saved.module != row.module and not internal:
        raise refuse(joined(saved.path, "module"), saved.module, row.module)
    return row


def _cell_name(saved: SavedObject) -> str:
    """Name a ConvLSTM cell by its rank, which Keras itself leaves out."""
    rank = saved.config.get("rank")
    if rank is None and isinstance(sizes := saved.config.get("kernel_size"), list):
        rank = len(sizes)
    checked = Integer(low=1, high=3).check(rank, saved.at("rank"))
    return f"ConvLSTM{checked}DCell"


@dataclass
class _Reading:
    """One layer being read, with what is to be said about it."""

    row: LayerRow
    saved: SavedObject
    outer: SavedObject | None = None
    warnings: list[str] = field(default_factory=list)

    def config(self, beside: object) -> LayerConfig:
        saved = self.saved
        only_known_keys(saved, (*self.row.keys, *self.row.fixed), self.warnings)
        for key in _REQUIRED:
            if key in self.row.keys and key not in saved.config:
                raise ValueError(f"{saved.at(key)}: it is missing; {self.row.name} needs it")
        fields = {
            param.name: read_field(param, saved, self.warnings)
            for param in self.row.fields
            if param.name in saved.config
        }
        if self.outer is not None:
            fields = keras_rnn.fields_around(self.outer, fields, self.warnings)
        row = self.row.bound(fields)
        reader = ActivationReader(fields.get("dtype", "float32"), self.warnings)
        activations = {
            slot.name: reader.read(saved.config[slot.name], saved.at(slot.name))
            for slot in row.slots
            if slot.name in saved.config
        }
        path = joined(saved.path, "config")
        said = Beside(row, str(reader.dtype), activations, path, self.warnings)
        agreed = {**activations, **said.read(beside)}
        shape = said.input_shape(beside)
        return LayerConfig(row.name, fields, agreed, tuple(self.warnings), shape)
