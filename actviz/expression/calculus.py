"""The derivative of a tree, and the tree that is left when some names are known."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import reduce

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
    children,
    depends,
    divide,
    is_constant,
    multiply,
    negate,
    power,
    size_of,
    subtract,
)
from actviz.expression.numeric import constant, holds

Reader = Callable[[str, tuple[str, ...]], Node]
"""Parses the table's derivative texts, given the names they may use."""


_ABSENT = {"min": Number(math.inf), "max": Number(-math.inf)}


MOST_PARTS = 10_000
"""Nodes that a derivative may have: it is computed at each point and built by compilers."""
_FEW = 6
_SHORT = 60
"""Nodes of a part that may be written twice for the sake of readers."""


class Derivative:
    """Differentiates by one name; comparisons are taken as they stand."""

    def __init__(self, name: str, read: Reader, place: str) -> None:
        self._name = name
        self._read = read
        self._place = place
        self._found: dict[int, Node] = {}

    def whole(self, node: Node) -> Node:
        """Give the derivative of a formula, with all jumps in it written as comparisons.

        ValueError for one of more than `MOST_PARTS` parts.
        """
        found = compared(self.of(node), {})
        size = size_of(found)
        if size > MOST_PARTS:
            many = str(size) if size < 10**9 else "over a billion"
            raise ValueError(
                f"{self._place}: its derivative has {many} parts; it must be a formula whose "
                f"derivative has at most {MOST_PARTS}"
            )
        return found

    def of(self, node: Node) -> Node:
        """Give the derivative, or raise a ValueError naming the function that has none."""
        if id(node) not in self._found:  # the tree outlives this, and so do its parts
            self._found[id(node)] = self._of(node)
        return self._found[id(node)]

    def _of(self, node: Node) -> Node:
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
                return add(_product(du, v), _product(u, dv))
            case "/" if dv == ZERO:
                return _quotient(du, v)
            case "/":
                top = subtract(_product(du, v), _product(u, dv))
                return divide(top, power(v, Number(2.0)))
        if dv == ZERO:
            return scaled(_product(v, power(u, subtract_one(v))), du)
        inner = multiply(dv, Call("log", (u,)))
        return multiply(node, add(inner, divide(multiply(v, du), u)))

    def _call(self, node: Call) -> Node:
        match node:
            case Call("max", (u, v)):
                return choose(Compare(">", u, v), self.of(u), self.of(v))
            case Call("min", (u, v)):
                return choose(Compare("<=", u, v), self.of(u), self.of(v))
            case Call("abs", (u,)) if size_of(slope := self.of(u)) <= _SHORT:
                return choose(Compare(">", u, ZERO), slope, negate(slope))
        return self._by_table(node)

    def _by_table(self, node: Call) -> Node:
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
            total = add(total, scaled(outer, inner))
        return total


def scaled(outer: Node, inner: Node) -> Node:
    """Build outer · inner, into the one branch of a conditional that is not 0."""
    match inner:
        case Choose(condition, then, Number(0.0)):
            return Choose(condition, scaled(outer, then), ZERO)
        case Choose(condition, Number(0.0), otherwise):
            return Choose(condition, ZERO, scaled(outer, otherwise))
    match outer:
        case Binary("/", Number(1.0), below):
            return _quotient(inner, below)
    return _product(outer, inner)


def _product(left: Node, right: Node) -> Node:
    """Build left · right in the order of textbooks: 2 a x cos(x), numbers and constants first.

    Long products stay as they are: what they share is computed once.
    """
    factors = [*_factors(left), *_factors(right)]
    if ZERO in (left, right) or len(factors) > _FEW:
        return multiply(left, right)
    exponents = [_exponent(each) for each in factors]
    if sum(map(bool, exponents)) > 1:
        factors = [each for each, own in zip(factors, exponents, strict=True) if not own]
        factors.append(power(Name("x"), Number(sum(exponents))))
    return reduce(multiply, sorted(factors, key=_order))


def _factors(node: Node) -> list[Node]:
    match node:
        case Binary("*", left, right):
            return [*_factors(left), *_factors(right)]
        case Negative(operand):
            return [Number(-1.0), *_factors(operand)]
    return [node]


def _exponent(node: Node) -> float:
    """Give the exponent of a power of x, 0 for all else; x ** -1 · x is not 1 at 0."""
    match node:
        case Name("x"):
            return 1.0
        case Binary("**", Name("x"), Number(exponent)) if exponent > 0.0:
            return exponent
    return 0.0


def _order(factor: Node) -> int:
    match factor:
        case Number():
            return 0
        case Name("x"):
            return 2
        case Binary("**", Name("x"), _):
            return 3
    return 4 if depends(factor, "x") else 1


def _quotient(top: Node, below: Node) -> Node:
    """Build top / below, numbers divided where that is exact: 2 · x / 2 is x."""
    match top, below:
        case Binary("*", Number(a), rest), Number(b) if b and a / b * b == a:
            return multiply(Number(a / b), rest)
        case Binary("*", Number(a), rest), Binary("*", Number(b), other) if a == b:
            return divide(rest, other)
    return divide(top, below)


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


def compared(node: Node, known: dict[int, Node]) -> Node:
    """Write sign(u) as comparisons, which can be decided on one side of u = 0.

    `known` holds what was found for parts, by their identity, so that each is looked at once.
    """
    if id(node) not in known:
        known[id(node)] = _compared(node, known)
    return known[id(node)]


def _compared(node: Node, known: dict[int, Node]) -> Node:
    """Rebuild a node where its parts have changed; what stays the same stays one object."""
    match node:
        case Negative(operand):
            built: Node = Negative(compared(operand, known))
        case Binary(symbol, left, right):
            built = Binary(symbol, compared(left, known), compared(right, known))
        case Choose(Compare(symbol, left, right), then, otherwise):
            condition = Compare(symbol, compared(left, known), compared(right, known))
            built = Choose(condition, compared(then, known), compared(otherwise, known))
        case Call("sign", (argument,)):
            u = compared(argument, known)
            below = Choose(Compare("<", u, ZERO), Number(-1.0), ZERO)
            return Choose(Compare(">", u, ZERO), ONE, below)
        case Call(function, arguments):
            built = Call(function, tuple(compared(each, known) for each in arguments))
        case _:
            return node
    return node if _parts(built) == _parts(node) else built


def _parts(node: Node) -> list[int]:
    """Tell the parts of a node apart, those of its condition too."""
    parts = [part for each in children(node) for part in (each, *_sides(each))]
    return [id(part) for part in parts if not isinstance(part, Compare)]


def _sides(part: Node | Compare) -> tuple[Node | Compare, ...]:
    return children(part) if isinstance(part, Compare) else ()


def choose(condition: Compare, then: Node, otherwise: Node) -> Node:
    """Build a conditional; two equal branches are one."""
    return then if then == otherwise else Choose(condition, then, otherwise)


def resolve(node: Node, known: Mapping[str, float]) -> Node:
    """Put numbers in the place of names, fold what becomes constant, drop decided branches.

    What holds no name stays as it was written: √(2/π) remains √(2/π).
    """
    if is_constant(node):
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
    if isinstance(node, Number) or not is_constant(node):
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
    if is_constant(decided):
        decision = holds(decided)
        if decision is None:  # it compares with NaN, and so it stays
            return Choose(decided, resolve(then, known), resolve(otherwise, known))
        return resolve(then if decision else otherwise, known)
    return choose(decided, resolve(then, known), resolve(otherwise, known))
