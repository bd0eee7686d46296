"""Write resources/schemas/: JSON Schemas of layer files and sessions, from the rows and the types.

They tell editors and other programs what a file may hold. Rules between fields and what depends on
a dialect's forms of activations stay with `actviz check`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from actviz.activations import FORMULA
from actviz.activations import ROWS as ACTIVATIONS
from actviz.files import _Document
from actviz.formats import keras_rnn
from actviz.formats.haibal_labels import (
    CELL,
    CUSTOM,
    ENUM,
    EXPLICIT,
    INITIALIZERS,
    PADDINGS,
    RNN,
    RNN_LABELS,
    labels_of,
)
from actviz.formats.keras_activations import STRINGS
from actviz.formats.keras_objects import kind_of
from actviz.layers import ROWS, LayerRow
from actviz.layers.named import Named
from actviz.layers.row import IN_RNN
from actviz.param import Choice, Flag, Integer, Param, Real, Sizes, Text, Vector

FOLDER = Path(__file__).parents[1] / "resources" / "schemas"
Schema = dict[str, Any]


def main() -> int:
    """Write all schemas."""
    FOLDER.mkdir(exist_ok=True)
    for name, schema in schemas().items():
        (FOLDER / name).write_text(text_of(schema), encoding="utf-8")
    return 0


def text_of(schema: Schema) -> str:
    """Write a schema as it is committed."""
    return json.dumps(schema, indent=1, ensure_ascii=True) + "\n"


def schemas() -> dict[str, Schema]:
    """Give the schemas by file name."""
    return {
        "layer-keras.json": _whole("A layer file of the dialect keras", _one_of(_keras)),
        "layer-haibal.json": _whole("A layer file of the dialect haibal", _one_of(_haibal)),
        "session.json": _whole("A session file of actviz", session()),
    }


def _whole(title: str, schema: Schema) -> Schema:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **schema}


def _one_of(make: Any) -> Schema:
    return {"oneOf": [make(form) for row in ROWS for form in row.forms]}


def value(param: Param) -> Schema:
    """Give the schema of a parameter's domain, with its sentence."""
    domain = param.domain
    schema = _domain(domain)
    if getattr(domain, "optional", False):
        schema = {"anyOf": [schema, {"type": "null"}]}
    return {"description": param.doc, **schema} if param.doc else schema


def _domain(domain: object) -> Schema:
    match domain:
        case Real() | Integer():
            kind = "integer" if isinstance(domain, Integer) else "number"
            low = "exclusiveMinimum" if getattr(domain, "low_open", False) else "minimum"
            bounds = {low: domain.low, "maximum": domain.high}
            finite = {key: bound for key, bound in bounds.items() if abs(bound) != float("inf")}
            return {"type": kind, **finite}
        case Named():
            words = "|".join(domain.options)
            return {"type": "string", "pattern": rf"^({words})(\(.*\))?$"}
        case Choice():
            return {"enum": list(domain.options)}
        case Flag():
            return {"type": "boolean"}
        case Text():
            return {"type": "string", "maxLength": domain.longest}
        case Sizes():
            item = {"type": "integer", "minimum": domain.low}
            several = _array(item, domain.rank, domain.rank)
            return {"anyOf": [item, several]}
        case Vector():
            return _array({"type": "number"}, domain.shortest, domain.longest)
    return {}


def _array(item: Schema, least: int, most: int) -> Schema:
    return {"type": "array", "items": item, "minItems": least, "maxItems": most}


def _object(properties: Schema, required: tuple[str, ...] = (), **more: object) -> Schema:
    closed = {"type": "object", "properties": properties, "additionalProperties": False, **more}
    return {**closed, "required": list(required)} if required else closed


_SAVED = _object(
    {
        "module": {"type": "string"},
        "class_name": {"type": "string"},
        "config": {"type": "object"},
        "registered_name": {"type": ["string", "null"]},
    },
    ("module", "class_name", "config"),
)


def _keras(row: LayerRow) -> Schema:
    """Give the schema of a layer as `write_layer` writes it for Keras 3."""
    config = {each.name: _keras_field(each) for each in row.fields if each.name in row.keys}
    slot = {"anyOf": [{"enum": list(STRINGS)}, _SAVED]}
    config |= {each.name: {"description": each.doc, **slot} for each in row.slots}
    config |= {name: {"const": constant} for name, constant in row.fixed.items()}
    needed = tuple(
        name for name in (*row.fixed, "units", "filters", "kernel_size") if name in config
    )
    parts = {
        "module": {"const": row.module},
        "class_name": {"const": row.class_name or row.name},
        "config": _object(config, needed),
        "registered_name": {"enum": [None, row.registered_name or row.name]},
        "actviz": {"type": "object"},
    }
    cell = _object(parts, ("module", "class_name", "config"), description=row.doc)
    return _keras_rnn(row, cell) if _inside(row) else cell


def _inside(row: LayerRow) -> bool:
    """Tell the form of a cell in an RNN layer."""
    return bool(row.around) and row.in_rnn is None


def _keras_rnn(row: LayerRow, cell: Schema) -> Schema:
    """Give the schema of an RNN layer around a cell."""
    own = {"rnn_name": "name"}
    config = {own.get(each.name, each.name): _keras_field(each) for each in row.around}
    config |= {each: _keras_field(row.field(each)) for each in ("trainable", "dtype")}
    del config[IN_RNN]
    parts = {
        "module": {"const": keras_rnn.MODULE},
        "class_name": {"const": keras_rnn.CLASS},
        "config": _object({**config, "cell": cell}, ("cell",)),
        "registered_name": {"enum": [None, keras_rnn.CLASS]},
        "actviz": {"type": "object"},
    }
    return _object(parts, ("module", "class_name", "config"), description=row.doc)


def _keras_field(param: Param) -> Schema:
    schema = value(param)
    return {"anyOf": [schema, _SAVED]} if kind_of(param.name) else schema


def _haibal(row: LayerRow) -> Schema:
    """Give the schema of a layer under the toolkit's labels."""
    cluster = {label.text: _label(row, label.name, label.text) for label in labels_of(row)}
    needed = tuple(x for x in ("units", "filters") if x in cluster)
    name, whole = row.name, _object(cluster, needed)
    if _inside(row):
        inner = _object({"layer": {"const": row.name}, "Parameters": whole}, ("layer",))
        around = {label.text: _label(row, label.name, label.text) for label in RNN_LABELS}
        name, whole = RNN, _object({CELL: inner, **around}, (CELL,))
    marker = {"dialect": {"const": "haibal"}, "version": {"const": 1}}
    marker["not carried"] = {"type": "object"}
    marker["input_shape"] = {"type": "array", "items": {"type": "integer", "minimum": 1}}
    parts = {
        "actviz": _object(marker, ("dialect", "version")),
        "layer": {"const": name},
        "Parameters": whole,
        "name (optional)": {"type": "string"},
    }
    return _object(parts, ("actviz", "layer", "Parameters"), description=row.doc)


def _label(row: LayerRow, name: str, text: str) -> Schema:
    if any(slot.name == name for slot in row.slots):
        return _object({"enum": {"enum": [*ENUM, CUSTOM]}, "Class": {"type": "object"}}, ("enum",))
    if kind_of(name) == "initializer":
        return {"type": "object", "properties": {"enum": {"enum": list(INITIALIZERS)}}}
    if kind_of(name) == "regularizer":
        return {"type": "object", "properties": {"enum": {"type": "string"}}, "required": ["enum"]}
    if name == "padding":
        return {"enum": [*PADDINGS.values(), EXPLICIT]}
    if name:
        return value(row.field(name))
    if text == "explicit padding":
        return {"type": "array", "items": {"type": "integer", "minimum": 0}}
    return {"type": "number"} if text == "lda coeff" else {"type": "boolean"}


def session() -> Schema:
    """Give the schema of sessions: msgspec's of the document, with the rows' layers in it."""
    _, parts = msgspec.json.schema_components([_Document], ref_template="#/$defs/{name}")
    document = parts.pop(_Document.__name__)
    parts["_Layer"] = _one_of(_layer)
    parts["_Activation"] = {"oneOf": [_activation(row) for row in ACTIVATIONS] + [_own()]}
    document["properties"]["actviz"] = {"const": 1}
    return {**document, "additionalProperties": False, "$defs": parts}


def _layer(row: LayerRow) -> Schema:
    slots = {slot.name: {"$ref": "#/$defs/_Activation"} for slot in row.slots}
    fields = {param.name: value(param) for param in row.fields}
    if row.around:
        fields[IN_RNN] = {**fields[IN_RNN], "const": _inside(row)}
    parts = {
        "type": {"const": row.name},
        "fields": _object(fields, (IN_RNN,) if _inside(row) else ()),
        "activations": _object(slots),
        "input_shape": {"type": ["array", "null"], "items": {"type": "integer", "minimum": 1}},
    }
    return _object(parts, ("type", "fields") if _inside(row) else ("type",))


def _activation(row: Any) -> Schema:
    values = _object({param.name: value(param) for param in row.params})
    return _object({"name": {"const": row.name}, "values": values}, ("name",))


def _own() -> Schema:
    text = {param.name: value(param) for param in FORMULA.params}
    values = {"type": "object", "properties": text, "additionalProperties": {"type": "number"}}
    return _object({"name": {"const": FORMULA.name}, "values": values}, ("name",))


if __name__ == "__main__":
    sys.exit(main())
