"""Who makes and who uses the values of an ONNX graph, and which of them are arrays of the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from actviz.formats.onnx_graph import Dimension, Graph, Model, OnnxNode, Tensor
from actviz.formats.onnx_proto import ELEMENT_TYPES

MAIN_DOMAINS = ("", "ai.onnx")
_FLOATS = {ELEMENT_TYPES[name]: name for name in ("float32", "float16", "float64", "bfloat16")}


@dataclass(frozen=True, slots=True)
class Held:
    """An array of the file as it reaches a node: its shape there, how it is kept and computed."""

    shape: tuple[int, ...]
    stored: str
    computed: str
    small: tuple[float, ...] | None


class Wiring:
    """The connections of a graph.

    Parameters
    ----------
    model
        The model as it was read, or a loop's body put as one.
    outer
        The connections of the graph around a loop's body, whose arrays the body uses.
    """

    def __init__(self, model: Model, outer: Wiring | None = None) -> None:
        graph = model.graph
        self._outer = outer
        self.opset = model.opset
        self.inputs = tuple(port.name for port in graph.inputs)
        self.outputs = tuple(port.name for port in graph.outputs)
        self.nodes = graph.nodes
        self.place = {id(node): at for at, node in enumerate(graph.nodes)}
        self.tensors = {tensor.name: tensor for tensor in graph.tensors}
        self.maker: dict[str, OnnxNode] = {}
        self.users: dict[str, list[OnnxNode]] = {}
        self.results = {port.name for port in graph.outputs}
        for node in graph.nodes:
            self._connect(node)
        ports = (*graph.inputs, *graph.values, *graph.outputs)
        self._shapes = {port.name: port.shape for port in ports}

    def _connect(self, node: OnnxNode) -> None:
        value = node.attributes.get("value")
        if node.op == "Constant" and isinstance(value, Tensor) and node.outputs:
            self.tensors[node.result] = value
            return
        for name in node.outputs:
            self.maker[name] = node
        for name in dict.fromkeys(_uses(node)):
            self.users.setdefault(name, []).append(node)

    def only_user(self, name: str) -> OnnxNode | None:
        """Give the one node that uses a value; None where others do, or the graph gives it out."""
        users = self.users.get(name, [])
        return users[0] if len(users) == 1 and name not in self.results else None

    def used(self, name: str) -> bool:
        """Tell whether anything uses a value."""
        return name in self.users or name in self.results

    def shape(self, name: str) -> tuple[Dimension, ...] | None:
        """Give the shape that the file says a value has; None where it says none."""
        return self._shapes.get(name)

    def array(self, name: str) -> Held | None:
        """Find the array of the file that a value is, also where it is turned or rounded first."""
        turned: list[tuple[int, ...]] = []
        computed = ""
        scope = self
        for _ in range(4):
            scope = scope._scope(name)
            if name in scope.tensors:
                return _held(scope.tensors[name], turned, computed)
            node = scope.maker.get(name)
            if node is None or node.op not in ("Identity", "Cast", "Transpose"):
                return None
            if node.op == "Cast":
                kind = node.attributes.get("to")
                computed = computed or _FLOATS.get(kind if isinstance(kind, int) else 0, "other")
            if node.op == "Transpose":
                turned.append(ints(node, "perm"))
            name = node.source
        return None

    def _scope(self, name: str) -> Wiring:
        """Find the graph, this one or one around it, that a name is of."""
        own = name in self.tensors or name in self.maker or name in self.inputs
        return self if own or self._outer is None else self._outer._scope(name)


def _held(tensor: Tensor, turned: list[tuple[int, ...]], computed: str) -> Held | None:
    shape = tensor.shape
    for given in reversed(turned):
        order = given or tuple(reversed(range(len(shape))))
        if sorted(order) != list(range(len(shape))):
            return None
        shape = tuple(shape[axis] for axis in order)
    return Held(shape, tensor.dtype, computed or tensor.dtype, tensor.small)


def _uses(node: OnnxNode) -> Iterator[str]:
    """Give the values that a node uses, and those that the graphs in it use from outside."""
    yield from (name for name in node.inputs if name)
    for value in node.attributes.values():
        if isinstance(value, Graph):
            for inner in value.nodes:
                yield from _uses(inner)
            yield from (port.name for port in value.outputs)


def ints(node: OnnxNode, name: str, default: tuple[int, ...] = ()) -> tuple[int, ...]:
    """Give an attribute that is a list of whole numbers; a ValueError for something else."""
    value = node.attributes.get(name, default)
    if not isinstance(value, tuple) or not all(isinstance(each, int) for each in value):
        raise ValueError(f"{name} is no list of whole numbers")
    return tuple(int(each) for each in value)


def whole(node: OnnxNode, name: str, default: int = 0) -> int:
    """Give an attribute that is a whole number; a ValueError where it is something else."""
    value = node.attributes.get(name, default)
    if not isinstance(value, int):
        raise ValueError(f"{name} is no whole number")
    return value


def real(node: OnnxNode, name: str, default: float) -> float:
    """Give an attribute that is a number; a ValueError where it is something else."""
    value = node.attributes.get(name, default)
    if not isinstance(value, (int, float)):
        raise ValueError(f"{name} is no number")
    return float(value)


def word(node: OnnxNode, name: str, default: str = "") -> str:
    """Give an attribute that is text; a ValueError where it is something else."""
    value = node.attributes.get(name, default)
    if not isinstance(value, str):
        raise ValueError(f"{name} is no text")
    return value


def reals(node: OnnxNode, name: str) -> tuple[float, ...]:
    """Give an attribute that is a list of numbers; a ValueError where it is something else."""
    value = node.attributes.get(name, ())
    if not isinstance(value, tuple) or not all(isinstance(each, (int, float)) for each in value):
        raise ValueError(f"{name} is no list of numbers")
    return tuple(float(each) for each in value)
