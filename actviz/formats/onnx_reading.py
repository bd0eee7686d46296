"""ONNX models as lists of layers: each is ours, or listed with the reason why it is not."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from actviz.formats.onnx_found import Found, Tail
from actviz.formats.onnx_graph import Model, OnnxNode
from actviz.formats.onnx_reading_layers import (
    read_conv,
    read_gemm,
    read_matmul,
    read_transposed,
)
from actviz.formats.onnx_reading_loops import read_cell, read_loop
from actviz.formats.onnx_reading_recurrent import read_recurrent
from actviz.formats.onnx_recurrent import KINDS, SAID
from actviz.formats.onnx_unpack import unpack
from actviz.formats.onnx_wiring import MAIN_DOMAINS, Wiring
from actviz.layers import LayerConfig, layer_row
from actviz.layers.row import IN_RNN
from actviz.layers.sizes import OpenShape
from actviz.param import Value

LayerReader = Callable[[Wiring, Tail, OnnxNode], Found]
READERS: Mapping[str, LayerReader] = MappingProxyType(
    {
        "Conv": read_conv,
        "ConvTranspose": read_transposed,
        "GRU": read_recurrent,
        "Gemm": read_gemm,
        "LSTM": read_recurrent,
        "MatMul": read_matmul,
        "RNN": read_recurrent,
        "Scan": read_loop,
    }
)
"""The operators that layers begin with."""
LARGEST = 2**31
"""Bytes of a file that is read; its arrays are stepped over."""


@dataclass(frozen=True, slots=True)
class OnnxLayer:
    """One entry of a model: a layer of ours, or an operator and why it is none."""

    name: str
    operator: str
    config: LayerConfig | None
    input_shape: OpenShape = ()
    reason: str = ""


def read_onnx(source: bytes | Path) -> list[OnnxLayer]:
    """Read the layers of a model, in the order of its nodes; no weight is looked at.

    Raises
    ------
    ValueError
        For a file that cannot be read, is no ONNX model, or holds more than is read.
    """
    if isinstance(source, bytes):
        return layers_of(unpack(memoryview(source)))
    with _mapped(source) as content:
        model = unpack(content)
    return layers_of(model)


@contextmanager
def _mapped(path: Path) -> Iterator[memoryview]:
    """Map a file: only the parts that are looked at are read."""
    try:
        size = path.stat().st_size
        if not path.is_file() or not 0 < size <= LARGEST:
            raise ValueError(f"{path.name}: a file of 1 to {LARGEST:,} bytes is needed")
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
            content = memoryview(held)
            try:
                yield content
            except ValueError as error:
                raise ValueError(f"{path.name}: {error}") from None
            finally:
                content.release()
    except OSError as error:
        raise ValueError(f"{path.name}: it cannot be read: {error.strerror}") from None


def layers_of(model: Model) -> list[OnnxLayer]:
    """Read the layers of a model that is unpacked already."""
    wiring = Wiring(model)
    tail = Tail(wiring)
    taken: set[int] = set()
    found: list[tuple[int, OnnxLayer]] = []
    cell = read_cell(wiring, tail)
    if cell is not None:
        operator = wiring.nodes[-1].op
        return [OnnxLayer(model.graph.name, operator, cell.config(), cell.known_shape())]
    for node in wiring.nodes:
        if node.op in READERS and node.domain in MAIN_DOMAINS and id(node) not in taken:
            entry, nodes = _layer(wiring, tail, node)
            taken |= {id(each) for each in nodes}
            found.append((wiring.place[id(node)], entry))
    for node in wiring.nodes:
        if id(node) not in taken and node.op not in _PLUMBING:
            entry = OnnxLayer(_name(node), node.op, None, (), f"{node.op} is no layer of ours")
            found.append((wiring.place[id(node)], entry))
    entries = [entry for _, entry in sorted(found, key=lambda each: each[0])]
    return [_as_said(entries[0], model)] if len(entries) == 1 else entries


def _as_said(entry: OnnxLayer, model: Model) -> OnnxLayer:
    """Take the one layer of a file for the cell in an RNN layer, which computes the same.

    What the file says of itself counts only where it names the cell of the very layer that its
    graph is.
    """
    config = entry.config
    said = model.metadata.get(SAID)
    if config is None or config.layer not in KINDS or said != f"{config.layer}Cell":
        return entry
    row = layer_row(said).bound({IN_RNN: True})
    known = {param.name for param in row.fields}
    fields: dict[str, Value] = {n: value for n, value in config.fields.items() if n in known}
    fields[IN_RNN] = True
    activations, warnings = config.activations, config.warnings
    cell = LayerConfig(said, fields, activations, warnings, config.input_shape)
    return replace(entry, config=cell)


_PLUMBING = ("Constant", "Identity", "Cast", "Shape", "Gather", "Concat", "Unsqueeze", "Squeeze")


def _layer(wiring: Wiring, tail: Tail, node: OnnxNode) -> tuple[OnnxLayer, list[OnnxNode]]:
    name = _name(node)
    if not node.inputs or not node.outputs:
        return OnnxLayer(name, node.op, None, (), "it has no input or no output"), [node]
    try:
        found = READERS[node.op](wiring, tail, node)
        return OnnxLayer(name, node.op, found.config(), found.known_shape()), found.nodes
    except ValueError as error:
        return OnnxLayer(name, node.op, None, (), str(error)), [node]


def _name(node: OnnxNode) -> str:
    """Call a node by its own name, or by what it gives."""
    return node.name or node.result or node.op
