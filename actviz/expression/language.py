"""The language in which a user writes f(x): which names and functions it has, and their hints.

It is the rows' language less what only they need: derivatives under a name of their own, and
functions with kinks that the search for kinks does not know. Names besides x are parameters.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from types import MappingProxyType

from actviz.expression.calculus import MOST_PARTS, substitute
from actviz.expression.functions import FUNCTIONS, Function
from actviz.expression.letters import GREEK
from actviz.expression.nodes import (
    PI,
    Binary,
    Call,
    Choose,
    Compare,
    Negative,
    Node,
    Number,
    children,
    size_of,
)
from actviz.expression.parser import Parser

MOST_PARAMETERS = 8
_LETTERS = [name for name in GREEK if name not in ("epsilon", "lambda")]
"""ε is a setting of `saturation`, and Python's grammar has no name `lambda`."""
_PARAMETER = re.compile(rf"[a-df-wyz][0-9]?|{'|'.join(_LETTERS)}")
_SMOOTH = (
    *("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh"),
    *("asinh", "atan", "erf", "erfc", "normal_cdf", "normal_pdf", "sigmoid", "log_sigmoid"),
    *("softplus", "softsign", "gelu", "gelu_tanh", "mish"),
)
_WITH_KINKS = ("abs", "sign", "min", "max")
_ABBREVIATIONS = {
    "relu": (("u",), "max(u, 0)"),
    "clip": (("u", "low", "high"), "min(max(u, low), high)"),
    "elu": (("u", "alpha"), "max(u, 0) + alpha * expm1(min(u, 0))"),
    "leaky_relu": (("u", "slope"), "max(u, 0) + slope * min(u, 0)"),
    "swish": (("u",), "u * sigmoid(u)"),
}
"""Functions that stand for a formula, which takes their place when they are read."""
_OTHER_NAMES = {
    "ln": "log",
    "arctan": "atan",
    "arcsinh": "asinh",
    "sgn": "sign",
    "silu": "swish",
    "Phi": "normal_cdf",
    "hard_tanh": "clip(x, -1, 1)",
    "square": "x ** 2",
    "pow": "x ** 2",
}


def _read(name: str) -> tuple[tuple[str, ...], Node]:
    names, text = _ABBREVIATIONS[name]
    return names, Parser(names, FUNCTIONS, name).read(text)


_BODIES = {name: _read(name) for name in _ABBREVIATIONS}


def _entry(name: str) -> Function:
    """Give a function's row; of one that stands for a formula only the arguments are read."""
    if name not in _BODIES:
        return FUNCTIONS[name]
    names, _ = _BODIES[name]
    return Function(name, names, FUNCTIONS["abs"].numpy, "", tuple(None for _ in names))


OWN_FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {name: _entry(name) for name in sorted((*_SMOOTH, *_WITH_KINKS, *_BODIES))}
)
"""The functions that a user's formula may call."""


def _key(node: Node | Compare) -> object:
    """Tell apart nodes over the same objects; comparing the trees themselves may take for ever."""
    match node:
        case Number(value):
            return repr(value)
        case Binary(symbol) | Compare(symbol) | Call(symbol):
            return symbol, *(id(part) for part in children(node))
        case Choose(condition, then, otherwise):
            return _key(condition), id(then), id(otherwise)
        case Negative(operand):
            return "-", id(operand)
    return node


class OwnParser(Parser):
    """Reads a user's f(x): every small letter may be a parameter."""

    def __init__(self, place: str) -> None:
        super().__init__(("x",), OWN_FUNCTIONS, place)
        self._parameters: dict[str, None] = {}
        self._read: dict[object, Node] = {}

    def _node(self, node: ast.expr, depth: int) -> Node:
        """Give equal parts as one object: it is computed and differentiated once."""
        found = super()._node(node, depth)
        return self._read.setdefault(_key(found), found)

    def _is_name(self, name: str) -> bool:
        if super()._is_name(name):
            return True
        if not _PARAMETER.fullmatch(name):
            return False
        self._parameters[name] = None
        return len(self._parameters) <= MOST_PARAMETERS

    def _unknown(self, name: str) -> str:
        if name in self._parameters:
            return f"{name!r} is one parameter too many; there may be {MOST_PARAMETERS}"
        if name == "e":
            return "e is written exp(1), and e to the power of x exp(x)"
        return (
            f"the name {name!r} is not known; the names are x, {PI}, and for parameters single "
            "small letters such as a, b, k, or alpha, beta, theta"
        )

    def _unknown_function(self, name: str) -> str:
        if name in _OTHER_NAMES:
            return f"the function {name!r} is not known: it is written {_OTHER_NAMES[name]}"
        if name == "x" or _PARAMETER.fullmatch(name):
            return f"{name!r} is no function; a product is written with *, as in {name} * (…)"
        return super()._unknown_function(name)

    def _built(self, name: str, arguments: list[ast.expr], depth: int) -> Node:
        if name not in _BODIES:
            return super()._built(name, arguments, depth)
        names, body = _BODIES[name]
        given = [self._node(each, depth + 1) for each in arguments]
        return substitute(body, dict(zip(names, given, strict=True)))


def read_own(text: str, place: str = "formula") -> Node:
    """Read a user's f(x); a `FormulaError` says what is wrong and in which column.

    A ValueError without a column is raised for a text that is too long, as written or with the
    functions in it that stand for formulas.
    """
    tree = OwnParser(place).read(text)
    if size_of(tree) > MOST_PARTS:
        raise ValueError(f"{place}: it has more than {MOST_PARTS} parts; it must have fewer")
    return tree
