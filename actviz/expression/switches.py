"""Where a formula may have kinks, jumps, poles and ends of its domain: at zeros of its switches.

A switch is a part of the formula, or a difference of two, at whose zeros something changes: a
comparison is decided otherwise, a denominator vanishes, a logarithm begins.
"""

from __future__ import annotations

from collections.abc import Iterator

from actviz.expression.nodes import (
    ONE,
    Binary,
    Call,
    Choose,
    Compare,
    Negative,
    Node,
    Number,
    add,
    depends,
    subtract,
    walk,
)

MOST = 64
"""Switches that are looked at."""
_NEVER_ZERO = frozenset({"exp", "cosh", "sigmoid", "softplus", "normal_cdf", "normal_pdf", "erfc"})
_ZERO_WITH_ARGUMENT = frozenset(
    {"abs", "sign", "sqrt", "sinh", "tanh", "asinh", "atan", "erf", "expm1", "log1p", "softsign"}
)


def switches(tree: Node) -> tuple[Node, ...]:
    """Give the switches of a formula, each once: trees in x and the parameters."""
    found: dict[Node, None] = {}
    for part in walk(tree):
        for whole in _of(part):
            for each in _factors(whole):
                if depends(each, "x"):
                    found[each] = None
        if len(found) >= MOST:
            break
    return tuple(found)[:MOST]


def _of(part: Node | Compare) -> Iterator[Node]:
    """Give what decides at one node."""
    match part:
        case Compare(_, left, right) | Call("min" | "max", (left, right)):
            yield subtract(left, right)
        case Call("abs" | "sign" | "log" | "sqrt", (argument,)):
            yield argument
        case Call("log1p", (argument,)):
            yield add(ONE, argument)
        case Call("tan", (argument,)):
            yield Call("cos", (argument,))
        case Binary("/", _, below):
            yield below
        case Binary("**", base, exponent) if not _is_whole(exponent):
            yield base


def _is_whole(exponent: Node) -> bool:
    return isinstance(exponent, Number) and exponent.value >= 0 and exponent.value.is_integer()


def _factors(node: Node) -> Iterator[Node]:
    """Give simpler trees with the same zeros: an even power touches 0 without crossing it."""
    match node:
        case Negative(operand):
            yield from _factors(operand)
        case Binary("*", left, right):
            yield from _factors(left)
            yield from _factors(right)
        case Binary("/" | "**", left, _):
            yield from _factors(left)
        case Call(function, _) if function in _NEVER_ZERO:
            return
        case Call(function, (argument,)) if function in _ZERO_WITH_ARGUMENT:
            yield from _factors(argument)
        case Call("log", (argument,)):
            yield subtract(argument, ONE)
        case Choose(_, then, otherwise):
            yield from (then, otherwise)
        case _:
            yield node
