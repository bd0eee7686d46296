"""One step in time as it stands in an ONNX graph, and what all readers of steps ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from actviz.formats.onnx_cells import CANDIDATE, GATES
from actviz.formats.onnx_found import NotOursError, Tail, turned
from actviz.formats.onnx_graph import OnnxNode
from actviz.formats.onnx_wiring import MAIN_DOMAINS, Held, Wiring, whole
from actviz.param import Value

Activation = tuple[str, Mapping[str, Value]]
Slots = dict[str, Activation]


@dataclass(frozen=True)
class StepFound:
    """What one step is: the layer's name without "Cell", its fields, slots and input."""

    layer: str
    fields: dict[str, object]
    slots: Slots
    input_shape: tuple[int, ...]
    told: bool = True


@dataclass(frozen=True)
class Step:
    """A step: the names of its input, of the states before it and of those after it.

    `axes` says where Keras has the axes of the values between, `turn` how those of the input and
    of the states were turned first; None where they stand as they are.
    """

    tail: Tail
    x: str
    states: tuple[str, ...]
    new: tuple[str, ...]
    axes: Mapping[int, int] | None = None
    turn: tuple[int, ...] | None = None

    @property
    def wiring(self) -> Wiring:
        """The graph's connections."""
        return self.tail.wiring

    def maker(self, name: str, op: str) -> OnnxNode:
        """Give the node that makes a value; NotOursError where it is another operation."""
        node = self.wiring.maker.get(name)
        if node is None or node.op != op or node.domain not in MAIN_DOMAINS:
            raise NotOursError(f"{name[:40]!r} is not made by {op}, as no step of ours has it")
        return node

    def made(self, name: str, op: str) -> tuple[str, str]:
        """Give the two inputs of the operation that makes a value."""
        node = self.maker(name, op)
        if len(node.inputs) != 2 or len(node.outputs) != 1:
            raise NotOursError(f"{op} has {len(node.inputs)} inputs; a step of ours has two")
        return node.inputs[0], node.inputs[1]

    def product(self, value: str, source: str) -> tuple[Held, ...]:
        """Give the matrix by which a value is the product with another, and the bias added to it.

        NotOursError where it is no such product, or the two do not fit.
        """
        arrays: list[Held] = []
        node = self.wiring.maker.get(value)
        if node is not None and node.op == "Add":
            value, bias = self.made(value, "Add")
            arrays.append(self.array(bias, 1))
        taken, kernel = self.made(value, "MatMul")
        arrays.insert(0, self.array(kernel, 2))
        if taken != source or any(each.shape != arrays[0].shape[1:] for each in arrays[1:]):
            raise NotOursError(f"{value[:40]!r} is no product of a step of ours")
        return tuple(arrays)

    def array(self, name: str, rank: int) -> Held:
        """Give an array of the file with so many axes, none of them empty."""
        held = self.wiring.array(name)
        if held is None or len(held.shape) != rank or min(held.shape) < 1:
            raise NotOursError(f"{name[:40]!r} is no array of the file with {rank} axes")
        return held

    def stands_for(self, name: str, port: str) -> bool:
        """Tell whether a value is the input or a state, turned as those of this step are."""
        if self.turn is None:
            return name == port
        node = self.wiring.maker.get(name)
        return node is not None and turned(node) == self.turn and node.inputs == (port,)

    def turned_back(self, name: str) -> str:
        """Give a new state before its axes were turned back."""
        if self.turn is None:
            return name
        node = self.maker(name, "Transpose")
        if turned(node) != (0, *range(2, len(self.turn)), 1):
            raise NotOursError(f"{name[:40]!r} is not turned back as its states were turned")
        return node.source

    def splits(self, count: int) -> list[OnnxNode]:
        """Give the Splits of the step, which are as many."""
        found = [node for node in self.wiring.nodes if node.op == "Split"]
        if len(found) != count or any(node.domain not in MAIN_DOMAINS for node in found):
            raise NotOursError(f"it has {len(found)} Splits; such a step of ours has {count}")
        return found

    def split(self, node: OnnxNode, count: int, units: int) -> tuple[str, ...]:
        """Give what a Split along axis 1 gives: so many parts of so many units."""
        sizes = self.wiring.array(node.inputs[1]) if len(node.inputs) == 2 else None
        equal = sizes is not None and sizes.small == (float(units),) * count
        if not equal or len(node.outputs) != count or whole(node, "axis") != 1:
            raise NotOursError(f"a Split of it is not into {count} parts of {units} along axis 1")
        return node.outputs

    def slot(self, *ways: tuple[str, str]) -> Activation:
        """Read the activation of a slot, which is one on all ways from a value to another."""
        found = [self.tail.between(start, end, self.axes) for start, end in ways]
        if any(each != found[0] for each in found):
            raise NotOursError("its activations differ where a layer of ours has one")
        return found[0]


def slots_of(candidate: Activation, gates: Activation | None = None) -> Slots:
    """Name the activations of a step."""
    return {CANDIDATE: candidate} | ({} if gates is None else {GATES: gates})
