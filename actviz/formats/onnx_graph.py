"""ONNX graphs as values, and a builder that names things and knows since when operators exist."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Union

import numpy as np
from numpy.typing import NDArray

from actviz.dtypes import DTYPES
from actviz.param import number_text

Attribute = Union[
    int, float, str, tuple[int, ...], tuple[float, ...], tuple[str, ...], "Graph", "Tensor"
]
Dimension = int | str
Data = Callable[[], NDArray[Any]]

INT64 = "int64"
LOWEST_OPSET = 13
"""From 13 on Softmax acts on one axis, and Squeeze and Split take numbers as inputs."""
SINCE: Mapping[str, int] = MappingProxyType(
    {"Relu": 14, "HardSwish": 14, "Shape": 13, "Mish": 18, "Gelu": 20}
)
"""The operator sets that first have an operator as it is used here, where not the lowest."""
NOT_RUN: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "float16": frozenset({"Celu"}),
        "float64": frozenset(
            {
                *("Elu", "Gelu", "HardSigmoid", "LeakyRelu", "Selu", "ThresholdedRelu", "Softplus"),
                *("Softsign", "HardSwish", "Celu", "Mish", "Erf", "Sinh", "Cosh", "Asinh", "Tan"),
                *("Atan", "PRelu", "Shrink", "Conv", "ConvTranspose", "RNN", "GRU", "LSTM"),
            }
        ),
    }
)
"""What ONNX Runtime 1.32 does not compute on processors, by number format; a test tries them."""
IR_VERSIONS = ((13, 7), (15, 8), (19, 9), (21, 10))
"""From which operator set on which version of the file's form."""


@dataclass(frozen=True, slots=True)
class OnnxNode:
    """One operation: its inputs ("" where one is left out), outputs and attributes."""

    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    domain: str = ""
    name: str = field(default="", compare=False)

    @property
    def source(self) -> str:
        """Its first input; "" where a file has none."""
        return self.inputs[0] if self.inputs else ""

    @property
    def result(self) -> str:
        """Its first output; "" where a file has none."""
        return self.outputs[0] if self.outputs else ""


@dataclass(frozen=True, slots=True)
class Tensor:
    """An array in the file; `data` makes its numbers, None where it was read and is not looked at.

    `small` holds the numbers of a small array that was read.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    data: Data | None = field(default=None, compare=False, repr=False)
    small: tuple[float, ...] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Port:
    """An input or an output of a graph; a dimension may be a name, the shape may be unknown."""

    name: str
    dtype: str
    shape: tuple[Dimension, ...] | None


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph: its ports, its arrays, its nodes in an order in which they can be computed.

    `values` are what is said of values within it, in a file that was read.
    """

    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    nodes: tuple[OnnxNode, ...]
    tensors: tuple[Tensor, ...] = ()
    values: tuple[Port, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A file: its graph, the operator set, what else is said in it."""

    graph: Graph
    opset: int
    doc: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def ir_version(self) -> int:
        """The oldest version of the file's form that goes with the operator set."""
        return max(version for since, version in IR_VERSIONS if since <= self.opset)


class Builder:
    """Puts a graph together; values are known by their names, which are given in order.

    Parameters
    ----------
    dtype
        The format in which the graph computes.
    outer
        The builder of the graph around a loop's body, which holds its arrays.
    """

    def __init__(self, dtype: str, outer: Builder | None = None) -> None:
        self.dtype = dtype
        self.nodes: list[OnnxNode] = []
        self.opset = LOWEST_OPSET
        self._outer = outer
        self._tensors: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {} if outer is None else outer._counts
        self._results: dict[str, str] = {}

    def node(self, op: str, *inputs: str, **attributes: Attribute) -> str:
        """Add an operation with one output and give the output's name."""
        name = self._named(op.lower())
        self.add(OnnxNode(op, inputs, (name,), attributes))
        return name

    def nodes_of(
        self, op: str, *inputs: str, outputs: int, **attributes: Attribute
    ) -> tuple[str, ...]:
        """Add an operation and give the names of its outputs."""
        names = tuple(self._named(op.lower()) for _ in range(outputs))
        self.add(OnnxNode(op, inputs, names, attributes))
        return names

    def add(self, node: OnnxNode) -> None:
        """Add an operation whose outputs have names already."""
        if not self.runs(node.op):
            raise ValueError(f"ONNX Runtime computes no {node.op} in {self.dtype}")
        self._needs(SINCE.get(node.op, LOWEST_OPSET))
        self.nodes.append(node)

    def runs(self, op: str) -> bool:
        """Tell whether ONNX Runtime computes an operation in the graph's format."""
        return op not in NOT_RUN.get(self.dtype, ())

    def _needs(self, opset: int) -> None:
        self.opset = max(self.opset, opset)
        if self._outer is not None:
            self._outer._needs(opset)

    def _named(self, stem: str) -> str:
        self._counts[stem] = self._counts.get(stem, 0) + 1
        return f"{stem}_{self._counts[stem]}"

    def tensor(self, name: str, shape: tuple[int, ...], data: Data, dtype: str = "") -> str:
        """Hold an array; its numbers are made when the file is written."""
        if self._outer is not None:
            return self._outer.tensor(name, shape, data, dtype)
        self._tensors.setdefault(name, Tensor(name, dtype or self.dtype, shape, data))
        return name

    def number(self, value: float, shape: tuple[int, ...] = ()) -> str:
        """Hold one number of the graph's format; named by what it is."""
        array = DTYPES[self.dtype].rounded(np.full(shape, value, np.float64))
        if math.isinf(float(array.reshape(-1)[0])) and math.isfinite(value):
            raise ValueError(f"{number_text(value)} is too large for {self.dtype}")
        stem = "number" if shape == () else "slope"
        return self.tensor(f"{stem}_{_spelled(value)}", shape, lambda: array)

    def integers(self, *values: int) -> str:
        """Hold a short list of whole numbers."""
        array = np.asarray(values, np.int64)
        name = "_".join(("integers", *map(str, values)))
        return self.tensor(name, (len(values),), lambda: array, INT64)

    def rename(self, old: str, new: str) -> None:
        """Give a node's output another name wherever it is used in this graph."""

        def named(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(new if name == old else name for name in names)

        self.nodes = [
            replace(node, inputs=named(node.inputs), outputs=named(node.outputs))
            for node in self.nodes
        ]

    def result(self, value: str, name: str) -> str:
        """Make a value the output of that name; what is one already, or an input, is passed on."""
        value = self._results.get(value, value)
        made = any(value in node.outputs for node in self.nodes)
        if made and value not in self._results.values():
            self.rename(value, name)
            self._results[value] = name
        else:
            self.add(OnnxNode("Identity", (value,), (name,)))
        return name

    def graph(self, name: str, inputs: tuple[Port, ...], outputs: tuple[Port, ...]) -> Graph:
        """Give what was put together."""
        return Graph(name, inputs, outputs, tuple(self.nodes), tuple(self._tensors.values()))


def _spelled(value: float) -> str:
    return number_text(value) if math.isfinite(value) else str(value)
