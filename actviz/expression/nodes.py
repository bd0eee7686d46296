"""The tree behind a formula, and the constructors that keep it simple."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

PI = "pi"


@dataclass(frozen=True, slots=True)
class Number:
    """A number; infinite only where an absent optional value was put in."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """The variable x, a parameter, or pi."""

    name: str


@dataclass(frozen=True, slots=True)
class Negative:
    """−operand."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """left symbol right, with one of + - * / **."""

    symbol: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare:
    """left symbol right, with one of < <= > >= == !=; stands in a condition only."""

    symbol: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Choose:
    """`then if condition else otherwise`; NaN where the condition compares with NaN."""

    condition: Compare
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the table applied to its arguments."""

    function: str
    arguments: tuple[Node, ...]


Node = Number | Name | Negative | Binary | Choose | Call

ZERO = Number(0.0)
ONE = Number(1.0)


def children(node: Node | Compare) -> tuple[Node | Compare, ...]:
    """Give the direct parts of a node, left to right."""
    match node:
        case Negative(operand):
            return (operand,)
        case Binary(_, left, right) | Compare(_, left, right):
            return (left, right)
        case Choose(condition, then, otherwise):
            return (condition, then, otherwise)
        case Call(_, arguments):
            return arguments
    return ()


def walk(node: Node | Compare) -> Iterator[Node | Compare]:
    """Give the node and everything below it, in reading order of the tree."""
    yield node
    for child in children(node):
        yield from walk(child)


def size_of(node: Node | Compare) -> int:
    """Count the nodes, each as often as it occurs; what occurs often is looked at once."""
    counted: dict[int, int] = {}

    def count(part: Node | Compare) -> int:
        if id(part) not in counted:
            counted[id(part)] = 1 + sum(map(count, children(part)))
        return counted[id(part)]

    return count(node)


def names_in(node: Node | Compare) -> tuple[str, ...]:
    """Give the names that occur (without pi), in the order of their first occurrence."""
    found = (part.name for part in walk(node) if isinstance(part, Name) and part.name != PI)
    return tuple(dict.fromkeys(found))


def is_constant(node: Node | Compare) -> bool:
    """Tell whether no name occurs (but pi)."""
    return not any(isinstance(part, Name) and part.name != PI for part in walk(node))


def depends(node: Node | Compare, name: str) -> bool:
    """Tell whether `name` occurs."""
    return any(isinstance(part, Name) and part.name == name for part in walk(node))


def _is(node: Node, value: float) -> bool:
    return isinstance(node, Number) and node.value == value


def negate(operand: Node) -> Node:
    """Build −operand."""
    match operand:
        case Number(value):
            return Number(0.0 - value)
        case Negative(inner):
            return inner
        case Binary("-", left, right):
            return Binary("-", right, left)
        case Binary("*" | "/" as symbol, Number(value), right):
            return Binary(symbol, Number(-value), right)
    return Negative(operand)


def add(left: Node, right: Node) -> Node:
    """Build left + right."""
    if _is(left, 0.0):
        return right
    if _is(right, 0.0):
        return left
    if _starts_negative(right):
        return Binary("-", left, negate(right))
    return Binary("+", left, right)


def subtract(left: Node, right: Node) -> Node:
    """Build left − right."""
    if _is(right, 0.0):
        return left
    if _is(left, 0.0):
        return negate(right)
    if _starts_negative(right):
        return Binary("+", left, negate(right))
    return Binary("-", left, right)


def _starts_negative(node: Node) -> bool:
    match node:
        case Number(value):
            return value < 0
        case Negative():
            return True
        case Binary("*" | "/", left, _):
            return isinstance(left, Number) and left.value < 0
    return False


def multiply(left: Node, right: Node) -> Node:
    """Build left · right; a factor 0 gives 0, as the derivative of a constant wants it."""
    if _is(left, 0.0) or _is(right, 0.0):
        return ZERO
    for factor, other in ((left, right), (right, left)):
        if _is(factor, 1.0):
            return other
        if _is(factor, -1.0):
            return negate(other)
    if isinstance(right, Number) and not isinstance(left, Number):
        left, right = right, left
    match left, right:
        case Number(a), Number(b) if math.isfinite(a * b):
            return Number(a * b)
        case Number(a), Binary("*", Number(b), rest) if math.isfinite(a * b):
            return multiply(Number(a * b), rest)
        case _, Negative(inner):
            return negate(multiply(left, inner))
        case Negative(inner), _:
            return negate(multiply(inner, right))
    return Binary("*", left, right)


def divide(left: Node, right: Node) -> Node:
    """Build left / right."""
    if _is(left, 0.0):
        return ZERO
    if _is(right, 1.0):
        return left
    if isinstance(left, Negative):
        return negate(divide(left.operand, right))
    return Binary("/", left, right)


def power(base: Node, exponent: Node) -> Node:
    """Build base ** exponent."""
    if _is(exponent, 1.0):
        return base
    if _is(exponent, 0.0):
        return ONE
    return Binary("**", base, exponent)


BUILD = {"+": add, "-": subtract, "*": multiply, "/": divide, "**": power}
