"""The nodes behind a layer as a formula's tree: what an activation is, however it is built."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from actviz.expression.nodes import (
    ONE,
    ZERO,
    Binary,
    Call,
    Choose,
    Compare,
    Name,
    Negative,
    Node,
    Number,
)
from actviz.formats.onnx_graph import OnnxNode
from actviz.formats.onnx_wiring import MAIN_DOMAINS, Wiring, real, word

MOST_NODES = 40
MOST_USERS = 8
LARGEST_TREE = 400
Part = Node | Compare
_X = Name("x")

_ONE_ARGUMENT: Mapping[str, str] = MappingProxyType(
    {
        "Abs": "abs",
        "Asinh": "asinh",
        "Atan": "atan",
        "Cos": "cos",
        "Cosh": "cosh",
        "Erf": "erf",
        "Exp": "exp",
        "HardSwish": "hard_swish",
        "Log": "log",
        "Mish": "mish",
        "Sigmoid": "sigmoid",
        "Sign": "sign",
        "Sin": "sin",
        "Sinh": "sinh",
        "Softplus": "softplus",
        "Softsign": "softsign",
        "Sqrt": "sqrt",
        "Tan": "tan",
        "Tanh": "tanh",
    }
)
_ARITHMETIC = {"Add": "+", "Sub": "-", "Mul": "*", "Div": "/", "Pow": "**"}
_COMPARISONS = {
    "Less": "<",
    "LessOrEqual": "<=",
    "Greater": ">",
    "GreaterOrEqual": ">=",
    "Equal": "==",
}
SELU_ALPHA, SELU_GAMMA = 1.6732631921768188, 1.0507010221481323
"""ONNX's defaults, which are float32."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A value behind a layer through which all goes that the layer gives, and its formula."""

    value: str
    tree: Node
    nodes: tuple[OnnxNode, ...]


def cuts(wiring: Wiring, start: str) -> list[Cut]:
    """Follow a value through element-wise nodes and give the places where all comes together."""
    trees: dict[str, Part] = {start: _X}
    sizes = {start: 1}
    left = {start: _uses(wiring, start)}
    taken: list[OnnxNode] = []
    found: list[Cut] = []
    while len(taken) < MOST_NODES and max(left.values()) <= MOST_USERS:
        node = _next(wiring, trees, taken)
        if node is None or len(node.outputs) != 1 or node.domain not in MAIN_DOMAINS:
            break
        parts = [_part(wiring, trees, name) for name in node.inputs]
        tree = _tree(node, parts)
        inner = [name for name in dict.fromkeys(node.inputs) if name in trees]
        size = 1 + sum(sizes.get(name, 1) for name in node.inputs)
        if tree is None or size > LARGEST_TREE:
            break
        taken.append(node)
        (output,) = node.outputs
        trees[output], sizes[output], left[output] = tree, size, _uses(wiring, output)
        for name in inner:
            left[name] -= 1
        alone = not any(left[name] for name in trees if name != output)
        if alone and not isinstance(tree, Compare):
            found.append(Cut(output, tree, tuple(taken)))
    return found


def formula_between(wiring: Wiring, start: str, end: str) -> tuple[Node, str] | None:
    """Give the formula by which one value becomes another, and its last operator.

    None where it is more than element-wise nodes and single numbers.
    """
    trees: dict[str, Part] = {start: _X}
    sizes = {start: 1}
    op = ""
    for node in sorted(_nodes_between(wiring, start, end), key=lambda n: wiring.place[id(n)]):
        tree = _tree(node, [_part(wiring, trees, name) for name in node.inputs])
        size = 1 + sum(sizes.get(name, 1) for name in node.inputs)
        if tree is None or size > LARGEST_TREE:
            return None
        trees[node.result], sizes[node.result], op = tree, size, node.op
    found = _part(wiring, trees, end)
    return None if found is None or isinstance(found, Compare) else (found, op)


def _nodes_between(wiring: Wiring, start: str, end: str) -> list[OnnxNode]:
    """Follow a value back to another and give the nodes on all ways, and as many as are read."""
    found: dict[int, OnnxNode] = {}
    names = [end]
    while names and len(found) <= LARGEST_TREE:
        name = names.pop()
        node = wiring.maker.get(name) if name != start else None
        if node is not None and id(node) not in found:
            found[id(node)] = node
            names += node.inputs
    plain = all(len(n.outputs) == 1 and n.domain in MAIN_DOMAINS for n in found.values())
    return list(found.values()) if plain else []


def _uses(wiring: Wiring, name: str) -> int:
    """Count the nodes that use a value; what the graph gives out is used beyond it."""
    return len(wiring.users.get(name, ())) + (name in wiring.results)


def _next(wiring: Wiring, trees: Mapping[str, Part], taken: list[OnnxNode]) -> OnnxNode | None:
    """Give the first node not yet taken that uses what was found so far."""
    done = {id(node) for node in taken}
    users = [user for name in trees for user in wiring.users.get(name, ()) if id(user) not in done]
    return min(users, key=lambda user: wiring.place[id(user)], default=None)


def _part(wiring: Wiring, trees: Mapping[str, Part], name: str) -> Part | None:
    """Give what an input is: a part of the tree, one number, or None."""
    if name in trees:
        return trees[name]
    held = wiring.array(name) if name else None
    if held is None or held.small is None or len(held.small) != 1:
        return None
    return Number(held.small[0]) if math.isfinite(held.small[0]) else None


def _tree(node: OnnxNode, parts: list[Part | None]) -> Part | None:
    """Write one node as a tree; None where it is not element-wise or not known."""
    try:
        return _written(node, parts)
    except (ValueError, IndexError):
        return None


def _written(node: OnnxNode, parts: list[Part | None]) -> Part | None:
    op = node.op
    if not parts or (None in parts and op != "Clip") or parts[0] is None:
        return None
    if op == "Where":
        return _where(parts)
    if op == "Not" and isinstance(parts[0], Compare) and parts[0].symbol == "==":
        return Compare("!=", parts[0].left, parts[0].right)
    known = [each for each in parts if each is None or not isinstance(each, Compare)]
    if len(known) != len(parts):
        return None
    values: list[Node] = [each if each is not None else _X for each in known]
    if op in _ARITHMETIC and len(values) == 2:
        return Binary(_ARITHMETIC[op], *values)
    if op in _COMPARISONS and len(values) == 2:
        return Compare(_COMPARISONS[op], *values)
    if op in _ONE_ARGUMENT and len(values) == 1:
        return Call(_ONE_ARGUMENT[op], tuple(values))
    if op in ("Min", "Max") and len(values) == 2:
        return Call(op.lower(), tuple(values))
    if op == "Clip":
        return _clip(node, known)
    return _OTHERS[op](node, values) if op in _OTHERS else None


def _where(parts: list[Part | None]) -> Node | None:
    if len(parts) != 3:
        return None
    condition, then, otherwise = parts
    if not isinstance(condition, Compare) or then is None or otherwise is None:
        return None
    if isinstance(then, Compare) or isinstance(otherwise, Compare):
        return None
    return Choose(condition, then, otherwise)


def _clip(node: OnnxNode, parts: list[Node | None]) -> Node | None:
    """Write a Clip: its bounds are inputs since operator set 11, and were attributes before."""
    tree, *bounds = parts
    if tree is None or any(
        b is None and name for b, name in zip(bounds, node.inputs[1:], strict=True)
    ):
        return None
    low, high = [*bounds, None, None][:2]
    if "min" in node.attributes:
        low = Number(real(node, "min", 0.0))
    if "max" in node.attributes:
        high = Number(real(node, "max", 0.0))
    tree = tree if low is None else Call("max", (tree, low))
    return tree if high is None else Call("min", (tree, high))


def _number(node: OnnxNode, name: str, default: float) -> Number:
    return Number(real(node, name, default))


def _shrink(node: OnnxNode, values: list[Node]) -> Node:
    x, bias, edge = values[0], _number(node, "bias", 0.0), real(node, "lambd", 0.5)
    below = Choose(Compare("<", x, Number(-edge)), Binary("+", x, bias), ZERO)
    return Choose(Compare(">", x, Number(edge)), Binary("-", x, bias), below)


def _gelu(node: OnnxNode, values: list[Node]) -> Node:
    tanh = word(node, "approximate", "none") == "tanh"
    return Call("gelu_tanh" if tanh else "gelu", (values[0],))


def _selu(node: OnnxNode, values: list[Node]) -> Node:
    curve = Call("elu", (values[0], _number(node, "alpha", SELU_ALPHA)))
    return Binary("*", _number(node, "gamma", SELU_GAMMA), curve)


def _swish(node: OnnxNode, values: list[Node]) -> Node:
    scaled = Binary("*", _number(node, "alpha", 1.0), values[0])
    return Binary("*", values[0], Call("sigmoid", (scaled,)))


_OTHERS: Mapping[str, Callable[[OnnxNode, list[Node]], Node]] = MappingProxyType(
    {
        "Celu": lambda node, values: Call("celu", (values[0], _number(node, "alpha", 1.0))),
        "Elu": lambda node, values: Call("elu", (values[0], _number(node, "alpha", 1.0))),
        "Gelu": _gelu,
        "HardSigmoid": lambda node, values: Call(
            "hard_sigmoid", (values[0], _number(node, "alpha", 0.2), _number(node, "beta", 0.5))
        ),
        "Identity": lambda node, values: values[0],
        "LeakyRelu": lambda node, values: Call("prelu", (values[0], _number(node, "alpha", 0.01))),
        "Neg": lambda node, values: Negative(values[0]),
        "PRelu": lambda node, values: Call("prelu", (values[0], values[1])),
        "Reciprocal": lambda node, values: Binary("/", ONE, values[0]),
        "Relu": lambda node, values: Call("max", (values[0], ZERO)),
        "Selu": _selu,
        "Shrink": _shrink,
        "Swish": _swish,
        "ThresholdedRelu": lambda node, values: Call(
            "thresholded_relu", (values[0], _number(node, "alpha", 1.0))
        ),
    }
)
"""Operators with attributes; what is left out means ONNX's defaults."""
