"""What is read off an ONNX node: the layer's activation, and what all readers of layers share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from actviz.expression.nodes import Node
from actviz.formats.onnx_graph import OnnxNode
from actviz.formats.onnx_matching import bends, matched, own_formula
from actviz.formats.onnx_recognition import cuts, formula_between
from actviz.formats.onnx_wiring import Held, Wiring, ints, whole
from actviz.layers import LayerConfig
from actviz.layers.sizes import OpenShape
from actviz.param import Value

DTYPES = ("float32", "float16", "float64", "bfloat16")
MOST_FORMULAS = 60
"""Different formulas of one file that are held against the catalogue."""
LINEAR: tuple[str, dict[str, Value]] = ("linear", {})


class NotOursError(ValueError):
    """A node that is no layer of ours, with the reason."""


@dataclass
class Found:
    """A layer that was read: its parts, and which nodes it is made of."""

    layer: str
    fields: dict[str, object]
    input_shape: tuple[int, ...]
    activations: dict[str, tuple[str, Mapping[str, Value]]]
    nodes: list[OnnxNode]
    warnings: list[str] = field(default_factory=list)
    told: bool = True
    """Whether the file says all axes of the input; else only its channels are more than a guess."""

    def config(self) -> LayerConfig:
        """Make the configuration; a ValueError says what no layer of ours allows."""
        return LayerConfig(
            self.layer,
            self.fields,
            self.activations,
            tuple(self.warnings),
            self.input_shape,
        )

    def known_shape(self) -> OpenShape:
        """Give the input with None for what the file does not say."""
        if self.told:
            return self.input_shape
        first = self.fields.get("data_format") == "channels_first"
        channels = int("in_rnn" in self.fields) if first else len(self.input_shape) - 1
        return tuple(n if at == channels else None for at, n in enumerate(self.input_shape))


class Tail:
    """Reads what comes behind a layer's products: the activation, and turned axes.

    `outer` is the one of the graph around a loop's body: what one file is allowed is counted once.
    """

    def __init__(self, wiring: Wiring, outer: Tail | None = None) -> None:
        self.wiring = wiring
        self._tried: set[Node] = set() if outer is None else outer._tried

    def activation(
        self, value: str, axes: Mapping[int, int] | None = None
    ) -> tuple[tuple[str, Mapping[str, Value]], str, list[OnnxNode]]:
        """Read the activation that acts on a value, as far as nothing else uses it.

        `axes` says where Keras has an axis of the value. What is given back is the activation,
        the value behind it and its nodes.
        """
        soft = self._softmax(value, axes)
        if soft is not None:
            return soft
        found = cuts(self.wiring, value)
        for cut in reversed(found):
            activation = self._known(cut.tree, cut.nodes[-1].op)
            if activation is not None:
                return activation, cut.value, list(cut.nodes)
        for cut in found[:1]:
            own = own_formula(cut.tree) if bends(cut.tree) else None
            if own is not None:
                return own, cut.value, list(cut.nodes)
        return LINEAR, value, []

    def between(
        self, start: str, end: str, axes: Mapping[int, int] | None = None
    ) -> tuple[str, Mapping[str, Value]]:
        """Read the activation by which one value becomes another; `axes` as for `activation`.

        NotOursError where it is more than an activation.
        """
        last = self.wiring.maker.get(end)
        if last is not None and last.op == "Softmax" and last.inputs == (start,):
            soft = self._softmax_axis(last, start, axes)
            if soft is not None:
                return "softmax", {"axis": soft}
        found = formula_between(self.wiring, start, end)
        if found is not None:
            known = self._known(*found) or own_formula(found[0])
            if known is not None:
                return known
        raise NotOursError(f"what becomes of {start[:40]!r} is no activation of ours")

    def _known(self, tree: Node, op: str) -> tuple[str, dict[str, Value]] | None:
        self._tried.add(tree)
        if len(self._tried) > MOST_FORMULAS:
            return None
        return matched(tree, op)

    def _softmax(
        self, value: str, axes: Mapping[int, int] | None
    ) -> tuple[tuple[str, Mapping[str, Value]], str, list[OnnxNode]] | None:
        """Read a Softmax; before operator set 13 it acted on all axes from its own on."""
        node = self.wiring.only_user(value)
        if node is None or node.op != "Softmax" or len(node.outputs) != 1:
            return None
        axis = self._softmax_axis(node, value, axes)
        return None if axis is None else (("softmax", {"axis": axis}), node.result, [node])

    def _softmax_axis(
        self, node: OnnxNode, value: str, axes: Mapping[int, int] | None
    ) -> int | None:
        """Say where a Softmax acts in Keras; None where that is on several axes."""
        old = self.wiring.opset < 13
        axis = whole(node, "axis", 1 if old else -1)
        if old:
            shape = self.wiring.shape(value)
            last = axis == -1 or (shape is not None and axis == len(shape) - 1)
            if not last and not (axes is None and axis == 1):
                return None
            axis = -1
        return axis if axes is None else axes.get(axis, axis)


def dtype_of(*arrays: Held) -> str:
    """Name the dtype of a layer with these weights; NotOursError where they are no such numbers."""
    stored = {array.stored for array in arrays}
    computed = {array.computed for array in arrays}
    if len(stored) != 1 or len(computed) != 1 or not stored <= set(DTYPES):
        raise NotOursError(
            f"its weights are {', '.join(sorted(stored))}, not one of {', '.join(DTYPES)}"
        )
    (kept,), (used,) = stored, computed
    if kept == used:
        return kept
    if kept == "float32" and used in ("float16", "bfloat16"):
        return f"mixed_{used}"
    raise NotOursError(f"its weights are kept in {kept} and computed in {used}")


def sizes(shape: tuple[object, ...] | None) -> tuple[int, ...] | None:
    """Give a shape without the batch; None where a size is not known."""
    if shape is None or not shape:
        return None
    known = tuple(each for each in shape[1:] if isinstance(each, int) and each > 0)
    return known if len(known) == len(shape) - 1 else None


def turned(node: OnnxNode | None) -> tuple[int, ...] | None:
    """Give the order of axes of a Transpose; None for another node."""
    if node is None or node.op != "Transpose" or len(node.outputs) != 1:
        return None
    return ints(node, "perm") or None
