"""Reading the LabVIEW toolkit's clusters back; what a file leaves out has the toolkit's default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from actviz.activations import row as activation_row
from actviz.formats.haibal import (
    DIALECT,
    INPUT_SHAPE,
    MARKER,
    VERSION,
    label_of_word,
    left_out,
)
from actviz.formats.haibal_activations import CLASSES, SPELLED, activation_cluster
from actviz.formats.haibal_labels import (
    CELL,
    CUSTOM,
    ENUM,
    EXPLICIT,
    FIXED,
    NO_REGULARIZER,
    PADDINGS,
    RNN,
    RNN_LABELS,
    Label,
    default_label,
    labels_of,
)
from actviz.formats.keras_objects import joined, kind_of, unknown_key
from actviz.layers import ROWS, LayerConfig, LayerRow, layer_row
from actviz.layers.named import Named
from actviz.layers.row import IN_RNN
from actviz.layers.shapes import Shape, check_shape
from actviz.param import Choice, Sizes, Value, refuse

Activation = tuple[str, Mapping[str, object]]
_PARTS = (MARKER, "layer", "Parameters", "name (optional)")
_REQUIRED = ("units", "filters")


def is_ours(document: object) -> bool:
    """Whether a document carries this dialect's marker."""
    marker = document.get(MARKER) if isinstance(document, dict) else None
    return isinstance(marker, dict) and marker.get("dialect") == DIALECT


def read(document: object) -> LayerConfig:
    """Read a layer from what stands in a file of this dialect.

    Raises
    ------
    ValueError
        Names the part of the file, what stands there and what is allowed.
    """
    whole = _object(document, "the document", _PARTS)
    name = _text(whole.get("name (optional)", ""), "name (optional)") or None
    if whole.get("layer") == RNN:
        return _rnn(whole, name)
    layer = layer_row(_text(whole.get("layer"), "layer"))
    beside, shape = _marker(whole.get(MARKER), layer, "name")
    reading = _Reading(layer, _object(whole.get("Parameters"), "Parameters", _texts(layer)))
    return _shaped(reading.config(beside, {"name": name}), shape)


def _shaped(config: LayerConfig, shape: Shape | None) -> LayerConfig:
    return config if shape is None else replace(config, input_shape=shape)


def _rnn(whole: Mapping[str, object], name: str | None) -> LayerConfig:
    """Read an RNN layer: its cell, which is a cluster of its own, and what is around it."""
    texts = tuple(label.text for label in RNN_LABELS)
    outer = _object(whole.get("Parameters"), "Parameters", (CELL, *texts))
    place = f"Parameters.{CELL}"
    inner = _object(outer.get(CELL), place, ("layer", "Parameters"))
    kind = inner.get("layer")
    cells = {row.name: row.in_rnn for row in ROWS if "units" in row.keys and row.in_rnn}
    if not isinstance(kind, str) or kind not in cells:
        raise refuse(f"{place}.layer", kind, f"one of {', '.join(cells)}")
    row, path = cells[kind], f"{place}.Parameters"
    warnings: list[str] = []
    reading = _Reading(row, _object(inner.get("Parameters"), path, _texts(row)), path, warnings)
    around = _Reading(row, outer, "Parameters", warnings).around()
    beside, shape = _marker(whole.get(MARKER), row, "rnn_name")
    known = {IN_RNN: True, "rnn_name": name, **around}
    return _shaped(reading.config(beside, known), shape)


def _texts(layer: LayerRow) -> tuple[str, ...]:
    return tuple(label.text for label in labels_of(layer))


def _object(value: object, place: str, allowed: tuple[str, ...]) -> dict[str, object]:
    if not isinstance(value, dict):
        raise refuse(place, value, f"an object with {', '.join(allowed)}")
    for key in value:
        if key not in allowed:
            raise unknown_key(joined("" if place == "the document" else place, key), allowed)
    return value


def _text(value: object, place: str) -> str:
    if not isinstance(value, str):
        raise refuse(place, value, "text")
    return value


def _marker(value: object, layer: LayerRow, name: str) -> tuple[dict[str, object], Shape | None]:
    """Read what the toolkit has no parameter for, and the input it is thought of with."""
    allowed = ("dialect", "version", "not carried", INPUT_SHAPE)
    marker = _object(value, MARKER, allowed)
    if marker.get("dialect") != DIALECT:
        raise refuse(f"{MARKER}.dialect", marker.get("dialect"), DIALECT)
    version = marker.get("version")
    if version != VERSION or isinstance(version, bool):
        allowed_version = f"{VERSION}: other versions of this program wrote it"
        raise refuse(f"{MARKER}.version", version, allowed_version)
    names = tuple(param.name for param in layer.fields if param.name not in (name, IN_RNN))
    shape = marker.get(INPUT_SHAPE)
    checked = None if shape is None else check_shape(layer, shape, f"{MARKER}.{INPUT_SHAPE}")
    return _object(marker.get("not carried", {}), f"{MARKER}.not carried", names), checked


@dataclass
class _Reading:
    """One cluster being read, with what is to be said about it."""

    layer: LayerRow
    cluster: Mapping[str, object]
    path: str = "Parameters"
    warnings: list[str] = field(default_factory=list)

    def around(self) -> dict[str, object]:
        """Read what an RNN layer has around its cell."""
        for label in RNN_LABELS:
            if not label.name:
                self._fixed(label)
        read = [each for each in RNN_LABELS if each.name and each.text in self.cluster]
        return {label.name: self._field(label) for label in read}

    def config(self, beside: Mapping[str, object], known: Mapping[str, object]) -> LayerConfig:
        """Read the layer; `known` are fields that do not stand in its cluster."""
        fields: dict[str, object] = dict(known)
        slots: dict[str, Activation] = {}
        for label in labels_of(self.layer):
            if label.name in {slot.name for slot in self.layer.slots}:
                self._slot(label, slots)
            elif not label.name:
                self._fixed(label)
            elif label.text in self.cluster:
                fields[label.name] = self._field(label)
            elif label.name in _REQUIRED:
                place = f"{self.path}.{label.text}"
                raise ValueError(f"{place}: it is missing; {self.layer.name} needs it")
            elif label.name == "data_format":
                fields[label.name] = "channels_first"
        if fields.get("padding") == EXPLICIT:
            fields["padding"] = self._causal(fields)
        for key, value in beside.items():
            fields[key] = tuple(value) if isinstance(value, list) else value
        config = LayerConfig(self.layer.name, fields, slots, tuple(self.warnings))
        self._nothing_carried_beside(config, beside)
        return config

    def _nothing_carried_beside(self, config: LayerConfig, beside: Mapping[str, object]) -> None:
        """Refuse a value beside the cluster for what has a label in it."""
        for key in beside:
            if key not in left_out(config) and config.fields[key] != self.layer.field(key).default:
                place = f"{MARKER}.not carried.{key}"
                raise ValueError(f"{place}: it belongs into Parameters or cannot be held")

    def _fixed(self, label: Label) -> None:
        """Look at what is no part of a layer here: whether it trains, what it stores."""
        if label.text == "explicit padding":
            return
        value, place = self.cluster.get(label.text, FIXED[label.text]), f"{self.path}.{label.text}"
        default = FIXED[label.text]
        if isinstance(default, bool) != isinstance(value, bool) or not isinstance(
            value, (bool, int, float)
        ):
            raise refuse(place, value, "true or false" if isinstance(default, bool) else "a number")
        if value != default:
            self.warnings.append(f"{place}: it is left out; nothing here depends on it")

    def _field(self, label: Label) -> object:
        value, place = self.cluster[label.text], f"{self.path}.{label.text}"
        kind = kind_of(label.name)
        if kind in ("initializer", "regularizer"):
            return self._named(value, place, label)
        if label.name == "padding":
            return self._padding(value, place)
        domain = self.layer.field(label.name).domain
        if isinstance(domain, Sizes) and isinstance(value, bool):
            raise refuse(place, value, domain.describe())
        return domain.check(value, place)

    def _named(self, value: object, place: str, label: Label) -> Value:
        """Read a word of an enum, with the arguments beside it."""
        if value == {"enum": NO_REGULARIZER} and label.name.endswith("regularizer"):
            return None
        domain = self.layer.field(label.name).domain
        assert isinstance(domain, Named)
        if not isinstance(value, dict):
            raise refuse(place, value, "an object with enum")
        word = _word(value.get("enum"), place, domain)
        given = {key: own for key, own in value.items() if key != "enum"}
        return domain.spell(word, given, place)

    def _padding(self, value: object, place: str) -> str:
        own = {label: word for word, label in PADDINGS.items()}
        if value == EXPLICIT:
            return EXPLICIT
        if not isinstance(value, str) or value not in own:
            allowed = f"{', '.join(own)}, or {EXPLICIT} in Conv1D with all zeros in front"
            raise refuse(place, value, f"{allowed}: Keras's layers have no other")
        if self.cluster.get("explicit padding", []) != []:
            raise refuse("Parameters.explicit padding", "numbers", f"empty with {value}")
        return own[value]

    def _causal(self, fields: Mapping[str, object]) -> str:
        """Read the one explicit padding that Keras has a word for."""
        place, given = "Parameters.explicit padding", self.cluster.get("explicit padding")
        words = self.layer.field("padding").domain
        assert isinstance(words, Choice)
        size = fields.get("kernel_size", self.layer.field("kernel_size").default)
        rate = fields.get("dilation_rate", self.layer.field("dilation_rate").default)
        assert isinstance(size, tuple)
        assert isinstance(rate, tuple)
        wanted = [(size[0] - 1) * rate[0], 0]
        if "causal" not in words.options or given != wanted:
            allowed = f"{wanted} in Conv1D: Keras's layers have no other explicit padding"
            raise refuse(place, given, allowed)
        return "causal"

    def _slot(self, label: Label, slots: dict[str, Activation]) -> None:
        place = f"{self.path}.{label.text}"
        value = self.cluster.get(label.text, {"enum": default_label(self.layer, label.name)})
        found = self._activation(value, place)
        if label.name not in slots:
            slots[label.name] = found
        elif slots[label.name] != found:
            allowed = f"the same as Activation: Keras's {self.layer.name} has one for both"
            raise refuse(place, found[0], allowed)

    def _activation(self, value: object, place: str) -> Activation:
        cluster = _object(value, place, ("enum", "Class"))
        label = cluster.get("enum")
        if label != CUSTOM:
            if not isinstance(label, str) or label not in ENUM:
                raise refuse(f"{place}.enum", label, f"one of {', '.join([*ENUM, CUSTOM])}")
            if "Class" in cluster:
                self.warnings.append(f"{place}.Class: it is not used, because the enum is {label}")
            name, values = ENUM[label]
            return name, activation_row(name).complete(values)
        return _custom(cluster.get("Class"), f"{place}.Class", self.layer)


def _custom(value: object, place: str, layer: LayerRow) -> Activation:
    """Read a class with its one parameter, which has the toolkit's default where it is missing."""
    title = value.get("name") if isinstance(value, dict) else None
    if not isinstance(title, str) or title not in CLASSES:
        raise refuse(f"{place}.name", title, f"one of {', '.join(CLASSES)}")
    name, key, domain = CLASSES[title]
    spelled = SPELLED.get(key, key)
    given = _object(value, place, ("name", spelled))
    default = next(own for own_name, own in ENUM.values() if own_name == name)[key]
    number = given.get(spelled, default)
    where = f"{place}.{spelled}"
    checked = activation_row(name).complete({key: default})
    param = next(each for each in activation_row(name).params if each.name == key)
    checked[key] = (domain or param.domain).check(number, where)
    activation_cluster(name, checked, layer, place)
    return name, checked


def _word(label: object, place: str, words: Choice) -> str:
    """Find Keras's word for a label of the enum."""
    own = {label_of_word(word): word for word in words.options}
    if not isinstance(label, str) or label not in own:
        raise refuse(f"{place}.enum", label, f"one of {', '.join(own)}")
    return own[label]
