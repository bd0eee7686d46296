"""The Keras 3 dialect: one layer as JSON that `keras.layers.deserialize` reads, 3.10 and newer.

Number formats and initializers are words, sizes lists, the data format is explicit, nothing is
built. What Keras's content cannot say (which of two names a curve has, the logits it is shown
with) stands in "actviz" beside "config": Keras ignores it, and so do we where the two disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from actviz.activations import ROWS as ACTIVATIONS
from actviz.activations import row as activation_row
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
from actviz.formats.keras_objects import (
    SavedObject,
    joined,
    kind_of,
    read_dtype,
    read_word,
    saved_object,
    unknown_key,
    write_word,
)
from actviz.formats.keras_reading import ActivationReader
from actviz.layers import ROWS, LayerConfig, LayerRow, layer_row
from actviz.layers.rules import not_strided_and_dilated
from actviz.layers.shapes import check_shape
from actviz.param import Choice, Integer, Value, refuse

SIBLING = "actviz"
VERSION = 1
_INPUT_SHAPE = "input_shape"
# A field that is left out in the file when it is none: other readers do not know it.
_ONLY_WHEN_SET = ("lora_rank", "lora_alpha")
# As Keras 3 does, while Keras 2 writes it always: that tells their files apart.
_LEFT_OUT_BY = {"Dense": ("activity_regularizer",)}
_REQUIRED = ("units", "filters", "kernel_size")
# Written by Keras, but no field of ours: nothing stands in it, or Keras does nothing with it.
_DROPPED_WHEN_NULL = ("quantization_config", "activity_regularizer")
# SimpleRNN and the cells have it, and no loss ever comes of it there.
_WITHOUT_EFFECT = "activity_regularizer"
_CELL = "ConvLSTMCell"
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
    document: dict[str, object] = {
        "module": row.module,
        "class_name": row.class_name or row.name,
        "config": _written_config(config, written),
        "registered_name": row.registered_name,
    }
    if config.input_shape != config.default_input_shape:
        beside[_INPUT_SHAPE] = list(config.input_shape)
    if beside:
        document[SIBLING] = {"version": VERSION, **beside}
    return json_text(document)


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
    saved = saved_object(document, "")
    reading = _Reading(_row_of(saved), saved)
    return reading.config(beside)


def _row_of(saved: SavedObject) -> LayerRow:
    """Find the row of a class; a ConvLSTM cell's rank may stand in its sizes only."""
    name = _cell_name(saved) if saved.class_name == _CELL else saved.class_name
    names = [row.name for row in ROWS if not row.class_name]
    if saved.class_name != _CELL and name not in names:
        raise refuse("class_name", saved.class_name, f"one of {', '.join([*names, _CELL])}")
    row = layer_row(name)
    internal = saved.module.startswith("keras.src.layers.")
    if saved.module != row.module and not internal:
        raise refuse("module", saved.module, row.module)
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
    warnings: list[str] = field(default_factory=list)

    def config(self, beside: object) -> LayerConfig:
        self._only_known_keys()
        fields = {
            param.name: self._field(param.name)
            for param in self.row.fields
            if param.name in self.saved.config
        }
        reader = ActivationReader(fields.get("dtype", "float32"), self.warnings)
        activations = {
            slot.name: reader.read(self.saved.config[slot.name], self.saved.at(slot.name))
            for slot in self.row.slots
            if slot.name in self.saved.config
        }
        said = _Beside(self.row, str(reader.dtype), activations, self.warnings)
        agreed = {**activations, **said.read(beside)}
        shape = said.input_shape(beside)
        return LayerConfig(self.row.name, fields, agreed, tuple(self.warnings), shape)

    def _only_known_keys(self) -> None:
        allowed = (*self.row.keys, *self.row.fixed)
        for key, value in self.saved.config.items():
            if key in allowed or (key in _DROPPED_WHEN_NULL and value is None):
                continue
            if key != _WITHOUT_EFFECT:
                raise unknown_key(self.saved.at(key), allowed)
            self.warnings.append(f"{self.saved.at(key)}: Keras 3 ignores it here; it is left out")
        for key in _REQUIRED:
            if key in self.row.keys and key not in self.saved.config:
                raise ValueError(f"{self.saved.at(key)}: it is missing; {self.row.name} needs it")

    def _field(self, name: str) -> Value:
        value, path = self.saved.config[name], self.saved.at(name)
        param = self.row.field(name)
        kind = kind_of(name)
        if kind is not None:
            value = read_word(kind, value, path, param.domain)
        elif name == "dtype":
            value = read_dtype(value, path)
        elif isinstance(param.domain, Choice) and isinstance(value, str):
            value = value.lower()
        if value is None and name in _MEANT_BY_NULL:
            value = _MEANT_BY_NULL[name]
            self.warnings.append(f"{path}: null depends on the reader; {value} is taken")
        if value is None and kind == "initializer":
            value = "glorot_uniform"
            self.warnings.append(f"{path}: null is {value} to Keras")
        return param.domain.check(value, path)


_MEANT_BY_NULL: Mapping[str, str] = MappingProxyType(
    {"dtype": "float32", "data_format": "channels_last"}
)


@dataclass
class _Beside:
    """What stands beside "config": which of several names, and what only the picture needs."""

    row: LayerRow
    dtype: str
    activations: Mapping[str, Activation]
    warnings: list[str]

    def read(self, beside: object) -> dict[str, Activation]:
        """Give the slots whose Keras content says the same as what stands beside it."""
        if beside is None:
            return {}
        if not isinstance(beside, dict):
            raise refuse(SIBLING, beside, "an object")
        version = beside.get("version")
        if version != VERSION or isinstance(version, bool):
            allowed = f"{VERSION}: other versions of this program wrote it"
            raise refuse(f"{SIBLING}.version", version, allowed)
        agreed = {}
        for slot, said in beside.items():
            if slot in ("version", _INPUT_SHAPE):
                continue
            if slot not in self.activations:
                raise unknown_key(
                    joined(SIBLING, slot), ("version", _INPUT_SHAPE, *self.activations)
                )
            found = self._activation(said, f"{SIBLING}.{slot}")
            if self._same(found, slot):
                agreed[slot] = found
            else:
                self.warnings.append(
                    f"{SIBLING}.{slot}: it says {found[0]}, but config.{slot} holds something else;"
                    " what Keras reads is taken"
                )
        return agreed

    def input_shape(self, beside: object) -> tuple[int, ...] | None:
        """Give the input that Keras's own content has no place for."""
        shape = beside.get(_INPUT_SHAPE) if isinstance(beside, dict) else None
        return None if shape is None else check_shape(self.row, shape, f"{SIBLING}.{_INPUT_SHAPE}")

    def _activation(self, said: object, path: str) -> Activation:
        if not isinstance(said, dict):
            raise refuse(path, said, "an object with name and values")
        for key in said:
            if key not in ("name", "values"):
                raise unknown_key(joined(path, key), ("name", "values"))
        name, values = said.get("name"), said.get("values")
        names = [each.name for each in ACTIVATIONS]
        if not isinstance(name, str) or name not in names:
            raise refuse(f"{path}.name", name, f"one of {', '.join(names)}")
        if not isinstance(values, dict):
            raise refuse(f"{path}.values", values, "an object with the values by name")
        chosen = activation_row(name)
        params = {param.name: param for param in chosen.params}
        for key, value in values.items():
            if key not in params:
                raise unknown_key(joined(f"{path}.values", key), params)
            params[key].check(value, f"{path}.values")
        return chosen.name, chosen.complete(values)

    def _same(self, found: Activation, slot: str) -> bool:
        """Hold what Keras would be given for it against what Keras is given."""
        try:
            written = write_activation(*found, self.dtype, slot)
            read = write_activation(*self.activations[slot], self.dtype, slot)
        except ValueError:
            return False
        return written == read
