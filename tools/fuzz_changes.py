"""How the fuzzer changes the structure of a file: JSON, an archive around it, or an ONNX model.

Bytes changed anywhere mostly make files that are refused at once: a bracket is missing, a length
is wrong. Here the parts of a file are moved, left out or replaced, and what holds them is put
together again, so that readers get to where the parts are understood. Nothing of actviz is
imported: what is imported before the fuzzer instruments it is not counted.
"""

from __future__ import annotations

import io
import json
import random
import zipfile

VARINT, LENGTH = 0, 2
MODEL = b"\x08"
ARCHIVE = b"PK\x03\x04"
DEEPEST = 8
"""How deep the parts of an ONNX model are taken apart: its nodes' attributes' graphs, and so on."""

Field = tuple[int, int, int | bytes]
"""Number, kind and value of a field of a message."""


def restructured(data: bytes, draw: random.Random) -> bytes | None:
    """Change a file's structure; None where it has none."""
    if data.startswith(MODEL):
        return message_changed(data, draw)
    if data.startswith(ARCHIVE):
        return archive_changed(data, draw)
    return document_changed(data, draw)


def document_changed(data: bytes, draw: random.Random) -> bytes | None:
    """Put one part of a JSON document in the place of another, or leave one out."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    holders = list(containers(document))
    if not holders:
        return None
    holder, other = draw.choice(holders), draw.choice(holders)
    key = draw.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    if draw.random() < 0.3:
        del holder[key]
    else:
        values = list(other.values()) if isinstance(other, dict) else other
        holder[key] = json.loads(json.dumps(draw.choice([*values, None, True, 0, -1, 1e300, "a"])))
    return json.dumps(document).encode()


def containers(document: object) -> list[dict[str, object] | list[object]]:
    """List all objects and lists in a document that are not empty."""
    found: list[dict[str, object] | list[object]] = []
    rest = [document]
    while rest:
        part = rest.pop()
        if isinstance(part, (dict, list)) and part:
            found.append(part)
            rest += part.values() if isinstance(part, dict) else part
    return found


def archived(document: bytes) -> bytes:
    """Put a model's JSON into an archive as Keras does, without weights."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(zipfile.ZipInfo("metadata.json"), b'{"keras_version": "3.15.1"}')
        file.writestr(zipfile.ZipInfo("config.json"), document)
    return packed.getvalue()


def archive_changed(data: bytes, draw: random.Random) -> bytes | None:
    """Change the JSON in an archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            document = file.read("config.json")
    except Exception:  # whatever Python's reader says of a broken one
        return None
    changed = document_changed(document, draw)
    return None if changed is None else archived(changed)


def message_changed(data: bytes, draw: random.Random, depth: int = 0) -> bytes | None:
    """Change one field of a message, or of a message in it, and put all together again."""
    fields = parted(data)
    if not fields:
        return None
    at = draw.randrange(len(fields))
    number, kind, value = fields[at]
    if isinstance(value, bytes) and value and depth < DEEPEST and draw.random() < 0.9:
        inner = message_changed(value, draw, depth + 1)
        if inner is not None:
            fields[at] = (number, kind, inner)
            return joined(fields)
    match draw.randrange(5):
        case 0:
            del fields[at]
        case 1:
            fields.insert(draw.randrange(len(fields) + 1), fields[at])
        case 2:
            other = draw.randrange(len(fields))
            fields[at], fields[other] = fields[other], fields[at]
        case 3:
            same = [each for each in fields if each[1] == kind]
            fields[at] = (number, kind, draw.choice(same)[2])
        case 4:
            fields[at] = (number, kind, other_value(value, draw))
    return joined(fields)


def other_value(value: int | bytes, draw: random.Random) -> int | bytes:
    """Give another number, or other bytes of the same length."""
    if isinstance(value, int):
        return draw.choice([0, 1, 2, 3, 5, 7, 9, value + 1, value ^ 1, 2**31, 2**63, 2**64 - 1])
    changed = bytearray(value)
    for _ in range(min(draw.randint(1, 3), len(changed))):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def parted(data: bytes) -> list[Field] | None:
    """Take a message apart; None where it is none, as texts and arrays mostly are."""
    fields: list[Field] = []
    at = 0
    while at < len(data):
        tag, at = _number(data, at)
        number, kind = tag >> 3, tag & 7
        if not 0 < number < 1000 or kind not in (VARINT, LENGTH, 1, 5):
            return None
        if kind == VARINT:
            value, at = _number(data, at)
            fields.append((number, kind, value))
            continue
        size, at = _number(data, at) if kind == LENGTH else ({1: 8, 5: 4}[kind], at)
        if at + size > len(data):
            return None
        fields.append((number, kind, data[at : at + size]))
        at += size
    return fields if at == len(data) else None


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of at most 64 bits; beyond the end there are zeros."""
    value = 0
    for shift in range(0, 64, 7):
        byte = data[at] if at < len(data) else 0
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
    return value & (2**64 - 1), at


def joined(fields: list[Field]) -> bytes:
    """Put a message together."""
    parts = []
    for number, kind, value in fields:
        parts.append(_written(number << 3 | kind))
        if isinstance(value, int):
            parts.append(_written(value))
        else:
            parts += [_written(len(value)), value] if kind == LENGTH else [value]
    return b"".join(parts)


def _written(value: int) -> bytes:
    """Write a number of at most 64 bits, seven bits a byte."""
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value = value >> 7
    return bytes([*written, value])
