"""Protocol buffers on the wire: as much of them as ONNX files need, written and read in bounds.

A message is a row of fields, each a number, a kind and a value (protobuf.dev, "Encoding"). Reading
gives views of the bytes and copies nothing, so that a file's weights are never looked at; the
number of fields that are read is bounded, so that neither is a file of a million empty messages.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
MOST_FIELDS = 400_000
"""How many fields are read of one file: a model of 20,000 nodes has fewer."""

_LOW = 0x7F
_MORE = 0x80
_BITS = 64


def varint(value: int) -> bytes:
    """Write a whole number in groups of seven bits; negative ones as 64 bits."""
    rest = value & (2**_BITS - 1)
    written = bytearray()
    while rest > _LOW:
        written.append(rest & _LOW | _MORE)
        rest >>= 7
    written.append(rest)
    return bytes(written)


def whole(number: int, value: int) -> bytes:
    """Write a field that holds a whole number."""
    return varint(number << 3 | VARINT) + varint(value)


def single(number: int, value: float) -> bytes:
    """Write a field that holds a float32."""
    return varint(number << 3 | FIXED32) + struct.pack("<f", value)


def block(number: int, *parts: bytes) -> bytes:
    """Write a field that holds a message or bytes, put together from parts."""
    return b"".join((varint(number << 3 | LENGTH), varint(sum(map(len, parts))), *parts))


def text(number: int, value: str) -> bytes:
    """Write a field that holds text, in UTF-8."""
    return block(number, value.encode())


Piece = int | memoryview
"""A field's value: a number, or a view of its bytes."""


@dataclass
class Reader:
    """Reads the messages of one file and counts what it reads.

    Raises
    ------
    ValueError
        From `fields`, for bytes that are no message, and above `MOST_FIELDS`.
    """

    left: int = MOST_FIELDS

    def fields(self, message: memoryview) -> Iterator[tuple[int, Piece]]:
        """Give number and value of every field, in the order of the file."""
        at, end = 0, len(message)
        while at < end:
            self.left -= 1
            if self.left < 0:
                raise ValueError(f"it holds more than {MOST_FIELDS:,} fields")
            tag, at = _varint(message, at)
            number, kind = tag >> 3, tag & 7
            if kind == VARINT:
                value, at = _varint(message, at)
                yield number, value
                continue
            size, at = _size(message, at, kind)
            if number == 0 or at + size > end:
                raise ValueError("it is cut off or no ONNX model")
            yield number, message[at : at + size]
            at += size


def _size(message: memoryview, at: int, kind: int) -> tuple[int, int]:
    """Give the length of a field's value and where the value begins."""
    if kind == LENGTH:
        return _varint(message, at)
    if kind == FIXED32:
        return 4, at
    if kind == FIXED64:
        return 8, at
    raise ValueError("it is cut off or no ONNX model")


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """Read a number, and give where the next byte stands."""
    value = 0
    for shift in range(0, _BITS + 6, 7):
        if at >= len(message):
            raise ValueError("it is cut off or no ONNX model")
        byte = message[at]
        at += 1
        value |= (byte & _LOW) << shift
        if byte <= _LOW:
            return value & (2**_BITS - 1), at
    raise ValueError("it is cut off or no ONNX model")


def signed(value: int) -> int:
    """Read a number of 64 bits as one with a sign."""
    return value - 2**_BITS if value >= 2 ** (_BITS - 1) else value


def number_of(piece: Piece) -> int:
    """Take a field's value as a whole number with a sign; a ValueError where it is bytes."""
    if not isinstance(piece, int):
        raise ValueError("it is cut off or no ONNX model")
    return signed(piece)


def bytes_of(piece: Piece) -> memoryview:
    """Take a field's value as bytes; a ValueError where it is a number."""
    if isinstance(piece, int):
        raise ValueError("it is cut off or no ONNX model")
    return piece


def text_of(piece: Piece, longest: int = 1000) -> str:
    """Take a field's value as text of bounded length; a ValueError where it is none."""
    held = bytes_of(piece)
    if len(held) > longest:
        raise ValueError(f"a name in it has {len(held):,} bytes; at most {longest:,} are read")
    try:
        return bytes(held).decode()
    except UnicodeDecodeError:
        raise ValueError("a name in it is no text in UTF-8") from None


def single_of(piece: Piece) -> float:
    """Take a field's value as a float32."""
    held = bytes_of(piece)
    if len(held) != 4:
        raise ValueError("it is cut off or no ONNX model")
    return float(struct.unpack("<f", held)[0])


def numbers_of(piece: Piece, most: int = 64) -> tuple[int, ...]:
    """Take a field's value as whole numbers: one, or many that are packed into bytes."""
    if isinstance(piece, int):
        return (signed(piece),)
    found: list[int] = []
    at = 0
    while at < len(piece):
        value, at = _varint(piece, at)
        found.append(signed(value))
        if len(found) > most:
            raise ValueError(f"a list in it has more than {most} numbers")
    return tuple(found)


def singles_of(piece: Piece, most: int = 64) -> tuple[float, ...]:
    """Take a field's value as float32 numbers: one, or many that are packed into bytes."""
    held = bytes_of(piece)
    if len(held) % 4 or len(held) > 4 * most:
        raise ValueError(f"a list in it is cut off or has more than {most} numbers")
    return tuple(float(each) for each in struct.unpack(f"<{len(held) // 4}f", held))
