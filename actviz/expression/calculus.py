"""The derivative of a tree, and the tree that is left when some names are known."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from actviz.expression.functions import FUNCTIONS
from actviz.expression.nodes import (
    BUILD,
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
    add,
    depends,
    divide,
    multiply,
    names_in,
    negate,
    power,
    subtract,
)
from actviz.expression.numeric import constant, holds

Reader = Callable[[str, tuple[str, ...]], Node]
"""Parses the table's derivative texts, given the names they may use."""


_ABSENT = {"min": Number(math.inf), "max": Number(-math.inf)}


class Derivative:
    """Differentiates by one name; comparisons are taken as they stand."""

    def __init__(self, name: str, read: Reader, place: str) -> None:
        self._name = name
        self._read = read
        self._place = place

    def of(self, node: Node) -> Node:
        """Give the derivative, or raise a ValueError naming the function that has none."""
        if not depends(node, self._name):
            return ZERO
        match node:
            case Negative(operand):
                return negate(self.of(operand))
            case Binary():
                return self._binary(node)
            case Choose(condition, then, otherwise):
                return choose(condition, self.of(then), self.of(otherwise))
            case Call():
                return self._call(node)
        return ONE

    def _binary(self, node: Binary) -> Node:
        u, v = node.left, node.right
        du, dv = self.of(u), self.of(v)
        match node.symbol:
            case "+":
                return add(du, dv)
            case "-":
                return subtract(du, dv)
            case "*":
                return add(multiply(du, v), multiply(u, dv))
            case "/" if dv == ZERO:
                return divide(du, v)
            case "/":
                top = subtract(multiply(du, v), multiply(u, dv))
                return divide(top, power(v, Number(2.0)))
        if dv == ZERO:
            return multiply(multiply(v, power(u, subtract_one(v))), du)
        inner = multiply(dv, Call("log", (u,)))
        return multiply(node, add(inner, divide(multiply(v, du), u)))

    def _call(self, node: Call) -> Node:
        row = FUNCTIONS[node.function]
        given = dict(zip(row.arguments, node.arguments, strict=True))
        total: Node = ZERO
        for argument, text in zip(node.arguments, row.derivatives, strict=True):
            inner = self.of(argument)
            if inner == ZERO:
                continue
            if text is None:
                raise ValueError(
                    f"{self._place}: the derivative of {row.name} by this argument is not in the "
                    "table; it must be a function that has one"
                )
            outer = substitute(self._read(text, row.arguments), given)
            total = add(total, multiply(outer, inner))
        return total


def subtract_one(exponent: Node) -> Node:
    """Build exponent − 1."""
    if isinstance(exponent, Number):
        return Number(exponent.value - 1.0)
    return subtract(exponent, ONE)


def substitute(node: Node, given: Mapping[str, Node]) -> Node:
    """Put trees in the place of names, simplifying on the way."""
    match node:
        case Name(name):
            return given.get(name, node)
        case Negative(operand):
            return negate(substitute(operand, given))
        case Binary(symbol, left, right):
            return BUILD[symbol](substitute(left, given), substitute(right, given))
        case Choose(Compare(symbol, left, right), then, otherwise):
            condition = Compare(symbol, substitute(left, given), substitute(right, given))
            return choose(condition, substitute(then, given), substitute(otherwise, given))
        case Call(function, arguments):
            return Call(function, tuple(substitute(each, given) for each in arguments))
    return node


def choose(condition: Compare, then: Node, otherwise: Node) -> Node:
    """Build a conditional; two equal branches are one."""
    return then if then == otherwise else Choose(condition, then, otherwise)


def resolve(node: Node, known: Mapping[str, float]) -> Node:
    """Put numbers in the place of names, fold what becomes constant, drop decided branches.

    What holds no name stays as it was written: √(2/π) remains √(2/π).
    """
    if not names_in(node):
        return node
    match node:
        case Name(name):
            return Number(known[name]) if name in known else node
        case Negative(operand):
            return negate(resolve(operand, known))
        case Choose(condition, then, otherwise):
            return _resolve_choice(condition, then, otherwise, known)
        case Binary(symbol, left, right):
            built = BUILD[symbol](resolve(left, known), resolve(right, known))
        case Call(function, arguments):
            built = _call(function, tuple(resolve(each, known) for each in arguments))
        case Number():
            return node
    return _folded(built)


def _folded(node: Node) -> Node:
    if isinstance(node, Number) or names_in(node):
        return node
    value = constant(node)
    return Number(value) if math.isfinite(value) else node


def _call(function: str, arguments: tuple[Node, ...]) -> Node:
    """Build a call; min and max drop an infinite bound, which stands for an absent one."""
    absent = _ABSENT.get(function)
    kept = [each for each in arguments if each != absent]
    return kept[0] if absent and len(kept) == 1 else Call(function, arguments)


def _resolve_choice(
    condition: Compare, then: Node, otherwise: Node, known: Mapping[str, float]
) -> Node:
    decided = Compare(
        condition.symbol, resolve(condition.left, known), resolve(condition.right, known)
    )
    if decided.right == Number(math.inf) and decided.symbol in ("<=", ">"):
        return resolve(then if decided.symbol == "<=" else otherwise, known)
    if not names_in(decided):
        return resolve(then if holds(decided) else otherwise, known)
    return choose(decided, resolve(then, known), resolve(otherwise, known))
