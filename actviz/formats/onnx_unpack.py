"""An ONNX model's graph read off its bytes, within bounds: arrays by their sizes only.

The numbers of arrays are stepped over and external data is never opened; only arrays of a few
numbers, which are what an activation may hold, are looked at.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from actviz.formats.onnx_graph import (
    Attribute,
    Dimension,
    Graph,
    Model,
    OnnxNode,
    Port,
    Tensor,
)
from actviz.formats.onnx_proto import ELEMENT_TYPES
from actviz.formats.onnx_wire import (
    Piece,
    Reader,
    bytes_of,
    number_of,
    numbers_of,
    single_of,
    singles_of,
    text_of,
)

MOST_NODES = 20_000
DEEPEST = 8
"""Loops and branches within one another."""
FEW = 16
"""Numbers of an array that is looked at."""
_LONGEST = 20_000
_NAMES = {number: name for name, number in ELEMENT_TYPES.items()}


@dataclass
class _Unpacker:
    """Reads one file; what is read is counted over the whole of it."""

    reader: Reader = field(default_factory=Reader)
    nodes: int = 0

    def model(self, content: memoryview) -> Model:
        opset, metadata, doc = 0, {}, ""
        graph: Graph | None = None
        for number, piece in self.reader.fields(content):
            if number == 6:
                doc = text_of(piece, _LONGEST)
            elif number == 7:
                graph = self.graph(piece, 0)
            elif number == 8:
                domain, version = self.operator_set(piece)
                opset = version if domain in ("", "ai.onnx") else opset
            elif number == 14:
                key, value = self.entry(piece)
                metadata[key] = value
        if graph is None:
            raise ValueError("there is no graph in it: it is no ONNX model")
        return Model(graph, opset, doc, metadata)

    def operator_set(self, piece: Piece) -> tuple[str, int]:
        domain, version = "", 0
        for number, value in self.reader.fields(bytes_of(piece)):
            if number == 1:
                domain = text_of(value)
            elif number == 2:
                version = number_of(value)
        return domain, version

    def entry(self, piece: Piece) -> tuple[str, str]:
        key, value = "", ""
        for number, each in self.reader.fields(bytes_of(piece)):
            if number == 1:
                key = text_of(each)
            elif number == 2 and len(bytes_of(each)) <= _LONGEST:
                value = text_of(each, _LONGEST)
        return key, value

    def graph(self, piece: Piece, depth: int) -> Graph:
        if depth > DEEPEST:
            raise ValueError(f"graphs lie deeper than {DEEPEST} within one another")
        name = ""
        nodes: list[OnnxNode] = []
        tensors: list[Tensor] = []
        inputs: list[Port] = []
        outputs: list[Port] = []
        values: list[Port] = []
        for number, value in self.reader.fields(bytes_of(piece)):
            if number == 1:
                nodes.append(self.node(value, depth))
            elif number == 2:
                name = text_of(value)
            elif number == 5:
                tensors.append(self.tensor(value))
                if len(tensors) > MOST_NODES:
                    raise ValueError(f"it holds more than {MOST_NODES:,} arrays")
            elif number == 11:
                inputs.append(self.port(value))
            elif number == 12:
                outputs.append(self.port(value))
            elif number == 13:
                values.append(self.port(value))
        ports = tuple(inputs), tuple(outputs)
        return Graph(name, *ports, tuple(nodes), tuple(tensors), tuple(values))

    def node(self, piece: Piece, depth: int) -> OnnxNode:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise ValueError(f"it holds more than {MOST_NODES:,} nodes")
        inputs: list[str] = []
        outputs: list[str] = []
        op, domain, name = "", "", ""
        attributes: dict[str, Attribute] = {}
        for number, value in self.reader.fields(bytes_of(piece)):
            if number == 1:
                inputs.append(text_of(value))
            elif number == 2:
                outputs.append(text_of(value))
            elif number == 3:
                name = text_of(value)
            elif number == 4:
                op = text_of(value)
            elif number == 5:
                attributes.update(self.attribute(value, depth))
            elif number == 7:
                domain = text_of(value)
        return OnnxNode(op, tuple(inputs), tuple(outputs), attributes, domain, name)

    def attribute(self, piece: Piece, depth: int) -> dict[str, Attribute]:
        """Read an attribute; of a kind that no layer of ours has it is left out."""
        name = ""
        found: Attribute | None = None
        lists: dict[int, list[Any]] = {7: [], 8: [], 9: []}
        for number, value in self.reader.fields(bytes_of(piece)):
            if number == 1:
                name = text_of(value)
            elif number == 2:
                found = single_of(value)
            elif number == 3:
                found = number_of(value)
            elif number == 4:
                found = _short_text(value)
            elif number == 5:
                found = self.tensor(value)
            elif number == 6:
                found = self.graph(value, depth + 1)
            elif number in lists and len(lists[number]) <= FEW * FEW:
                lists[number] += _listed(number, value)
        for items in lists.values():
            found = tuple(items) if items else found
        return {} if found is None else {name: found}

    def tensor(self, piece: Piece) -> Tensor:
        name, kind = "", 0
        shape: list[int] = []
        held: list[tuple[int, Piece]] = []
        for number, value in self.reader.fields(bytes_of(piece)):
            if number == 1:
                shape += numbers_of(value)
            elif number == 2:
                kind = number_of(value)
            elif number == 8:
                name = text_of(value)
            elif number in _HELD and len(held) <= FEW:
                held.append((number, value))
        if any(size < 0 for size in shape) or len(shape) > FEW:
            raise ValueError(f"the array {name[:60]!r} has no shape: {shape[:8]}")
        dtype = _NAMES.get(kind, f"type {kind}")
        small = _few(dtype, math.prod(shape), held) if math.prod(shape) <= FEW else None
        return Tensor(name, dtype, tuple(shape), small=small)

    def port(self, piece: Piece) -> Port:
        name, dtype = "", ""
        shape: tuple[Dimension, ...] | None = None
        for number, value in self.reader.fields(bytes_of(piece)):
            if number == 1:
                name = text_of(value)
            elif number == 2:
                for own, tensor in self.reader.fields(bytes_of(value)):
                    if own == 1:
                        dtype, shape = self.tensor_type(tensor)
        return Port(name, dtype, shape)

    def tensor_type(self, piece: Piece) -> tuple[str, tuple[Dimension, ...] | None]:
        dtype = ""
        shape: tuple[Dimension, ...] | None = None
        for number, value in self.reader.fields(bytes_of(piece)):
            if number == 1:
                dtype = _NAMES.get(number_of(value), "")
            elif number == 2:
                shape = tuple(self.dimensions(bytes_of(value)))
        return dtype, shape

    def dimensions(self, shape: memoryview) -> Iterator[Dimension]:
        for number, piece in self.reader.fields(shape):
            if number == 1:
                found: Dimension = "?"
                for own, value in self.reader.fields(bytes_of(piece)):
                    found = number_of(value) if own == 1 else text_of(value)
                yield found


_RAW = {"float16": "<f2", "float32": "<f4", "float64": "<f8", "int32": "<i4", "int64": "<i8"}
_HELD = {4: "float32", 5: "", 7: "", 9: "", 10: "float64"}
"""The fields in which an array's numbers may stand."""


def _short_text(piece: Piece) -> str | None:
    held = bytes_of(piece)
    try:
        return bytes(held).decode() if len(held) <= 200 else None
    except UnicodeDecodeError:
        return None


def _listed(number: int, piece: Piece) -> tuple[Any, ...]:
    """Read items of a list of floats, whole numbers or texts; long ones are no layer's."""
    if number == 9:
        return (_short_text(piece) or "",)
    most = FEW * FEW
    if not isinstance(piece, int) and len(piece) > 4 * most:
        return ()
    return singles_of(piece, most) if number == 7 else numbers_of(piece, 4 * most)


def _few(dtype: str, count: int, held: list[tuple[int, Piece]]) -> tuple[float, ...] | None:
    """Read an array of few numbers; None where they are not there as they should be."""
    found: list[float] = []
    for number, piece in held:
        if number not in (5, 7):
            found += _raw(_HELD[number] or dtype, bytes_of(piece))
        elif dtype in ("int32", "int64"):  # of other formats these fields hold bits
            found += numbers_of(piece, FEW)
    return tuple(found) if len(found) == count else None


def _raw(dtype: str, content: memoryview) -> list[float]:
    if dtype not in _RAW:
        return []
    kind = np.dtype(_RAW[dtype])
    if len(content) > FEW * kind.itemsize or len(content) % kind.itemsize:
        return []
    return [float(each) for each in np.frombuffer(content, kind)]


def unpack(content: memoryview) -> Model:
    """Read a model.

    Raises
    ------
    ValueError
        For bytes that are no ONNX model, are cut off, or hold more than is read.
    """
    return _Unpacker().model(content)
