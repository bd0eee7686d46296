"""Formulas as OpenCL C statements: what occurs in many places is computed once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from actviz.expression.nodes import Choose, Name, Node, Number, depends, walk
from actviz.expression.printing import CHOOSERS, PRECISIONS, OpenCL

X, NEAR, FAR = "x", "av_near", "av_far"
"""The variables that statements read: x, and places a little left of it (see numeric.left_of)."""


class Statements(NamedTuple):
    """Functions that are needed, statements in their order, and the names of the results."""

    helpers: str
    lines: tuple[str, ...]
    results: tuple[str, ...]


class _Writer(OpenCL):
    """Writes trees at one x; comparisons at equality are decided by the `judges`, if any."""

    def __init__(
        self, precision: str, place: str, x: str, lines: list[str], judges: Sequence[_Writer] = ()
    ) -> None:
        super().__init__(precision, place)
        self._x = x
        self._lines = lines
        self._judges = judges
        self._known: dict[int, str] = {}

    def text(self, node: Node) -> str:
        """Give the name of a value, after the statement that computes it."""
        if isinstance(node, (Number, Name)):
            return super().text(node)
        if id(node) not in self._known:  # the trees outlive this
            expression = super().text(node)
            name = f"av_t{len(self._lines)}"
            self._lines.append(f"const {PRECISIONS[self._precision]} {name} = {expression};")
            self._known[id(node)] = name
        return self._known[id(node)]

    def _name(self, name: str) -> str:
        return self._x if name == X else super()._name(name)

    def _choose(self, node: Choose) -> str:
        condition = node.condition
        if not self._judges or not depends(condition, X):
            return super()._choose(node)
        sides = [
            writer.text(side)
            for writer in (self, *self._judges)
            for side in (condition.left, condition.right)
        ]
        branches = [self.text(node.then), self.text(node.otherwise)]
        return f"{_left_chooser(self._precision, condition.symbol)}({', '.join(sides + branches)})"


def statements(trees: Sequence[tuple[Node, bool]], precision: str, place: str) -> Statements:
    """Write trees one after the other, each with whether its comparisons are left-hand."""
    lines: list[str] = []
    plain = _Writer(precision, place, X, lines)
    judges = [_Writer(precision, place, x, lines) for x in (NEAR, FAR)]
    left = _Writer(precision, place, X, lines, judges)
    results = tuple(
        (
            left if left_hand and any(isinstance(part, Choose) for part in walk(tree)) else plain
        ).text(tree)
        for tree, left_hand in trees
    )
    helpers = {
        line: None
        for tree, _ in trees
        for line in OpenCL(precision, place).helpers(tree).splitlines()
    }
    helpers |= {
        _left_helper(precision, part.condition.symbol): None
        for tree, left_hand in trees
        for part in walk(tree)
        if left_hand and isinstance(part, Choose)
    }
    return Statements("\n".join(helpers), tuple(lines), results)


def _left_chooser(precision: str, symbol: str) -> str:
    return f"av_choose_left_{CHOOSERS[symbol]}_{precision}"


def _left_helper(precision: str, symbol: str) -> str:
    real = PRECISIONS[precision]
    names = ("u", "v", "near_u", "near_v", "far_u", "far_v", "a", "b")
    formals = ", ".join(f"{real} {name}" for name in names)
    return (
        f"inline {real} {_left_chooser(precision, symbol)}({formals}) {{ "
        "if (u != u) return u; if (v != v) return v; "
        "if (u == v) { u = near_u; v = near_v; if (u == v) { u = far_u; v = far_v; } } "
        f"return u {symbol} v ? a : b; }}"
    )
