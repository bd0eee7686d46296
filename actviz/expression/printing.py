"""A tree as formula text and as OpenCL C."""

from __future__ import annotations

import math
import re

import numpy as np

from actviz.expression.functions import (
    ADDITIVE,
    ATOM,
    FUNCTIONS,
    MULTIPLICATIVE,
    POWER,
    UNARY,
    Function,
)
from actviz.expression.nodes import (
    PI,
    Binary,
    Call,
    Choose,
    Compare,
    Name,
    Negative,
    Node,
    Number,
    depends,
    walk,
)
from actviz.param import number_text

BINDING = {"+": ADDITIVE, "-": ADDITIVE, "*": MULTIPLICATIVE, "/": MULTIPLICATIVE, "**": POWER}
PRECISIONS = {"float32": "float", "float64": "double"}


def text_of_node(node: Node, binding: int = 0) -> str:
    """Write a tree as formula text that reads back to the same tree."""
    match node:
        case Number(value):
            text, own = _number_text(value), UNARY if value < 0 else ATOM
        case Name(name):
            text, own = name, ATOM
        case Negative(operand):
            text, own = "-" + text_of_node(operand, UNARY), UNARY
        case Binary("**", left, right):
            text = f"{text_of_node(left, ATOM)} ** {text_of_node(right, UNARY)}"
            own = POWER
        case Binary(symbol, left, right):
            own = BINDING[symbol]
            text = f"{text_of_node(left, own)} {symbol} {text_of_node(right, own + 1)}"
        case Choose(condition, then, otherwise):
            own = 0
            text = (
                f"{text_of_node(then, 1)} if {_condition_text(condition)} "
                f"else {text_of_node(otherwise, 0)}"
            )
        case Call(function, arguments):
            own = ATOM
            text = f"{function}({', '.join(text_of_node(each) for each in arguments)})"
    return text if own >= binding else f"({text})"


def _number_text(value: float) -> str:
    return number_text(value) if math.isfinite(value) else repr(value)


def _condition_text(condition: Compare) -> str:
    left, right = text_of_node(condition.left, 1), text_of_node(condition.right, 1)
    return f"{left} {condition.symbol} {right}"


class OpenCL:
    """Writes trees as OpenCL C in one precision.

    In float32 a parameter is an `av_real`: functions of the prelude take it whole, everything
    else the nearest float. In float64 it is a double.
    """

    def __init__(self, precision: str, place: str) -> None:
        if precision not in PRECISIONS:
            allowed = " or ".join(PRECISIONS)
            raise ValueError(f"{place}: precision {precision!r}; it must be {allowed}")
        self._precision = precision
        self._place = place

    def text(self, node: Node) -> str:
        """Write one expression, in parentheses wherever it has parts."""
        match node:
            case Number(value):
                return self.number(value)
            case Name(name):
                return self._name(name)
            case Negative(operand):
                return f"(-{self.text(operand)})"
            case Binary("**", left, Number(value)) if value.is_integer() and abs(value) < 1e6:
                return f"pown({self.text(left)}, {int(value)})"
            case Binary("**", left, right):
                return f"pow({self.text(left)}, {self.text(right)})"
            case Binary(symbol, left, right):
                return f"({self.text(left)} {symbol} {self.text(right)})"
            case Choose():
                return self._choose(node)
            case Call(function, arguments):
                return self._call(FUNCTIONS[function], arguments)

    def number(self, value: float) -> str:
        """Write a number, rounded to the precision once: all digits of what is left."""
        if self._precision == "float32":
            with np.errstate(over="ignore"):
                value = float(np.float32(value))
        if math.isinf(value):
            return "(-INFINITY)" if value < 0 else "INFINITY"
        digits = repr(value) + ("f" if self._precision == "float32" else "")
        return f"({digits})" if value < 0 else digits

    def _name(self, name: str) -> str:
        if name == PI:
            return self.number(math.pi)
        return name if name == "x" or self._precision == "float64" else f"{name}.high"

    def _choose(self, node: Choose) -> str:
        condition = node.condition
        parts = [self.text(condition.left), self.text(condition.right)]
        branches = [self.text(node.then), self.text(node.otherwise)]
        if not depends(condition, "x"):
            return f"({parts[0]} {condition.symbol} {parts[1]} ? {branches[0]} : {branches[1]})"
        return f"{self._chooser(condition.symbol)}({', '.join(parts + branches)})"

    def _chooser(self, symbol: str) -> str:
        return f"av_choose_{CHOOSERS[symbol]}_{self._precision}"

    def _call(self, row: Function, arguments: tuple[Node, ...]) -> str:
        texts = [self.text(each) for each in arguments]
        if row.prelude:
            if self._precision == "float32":
                texts[1:] = (self._real(each) for each in arguments[1:])
            return f"av_{row.name}({', '.join(texts)})"
        name = row.builtin or f"av_{row.name}_{self._precision}"
        return f"{name}({', '.join(texts)})"

    def _real(self, node: Node) -> str:
        """Write an argument of a prelude function: a parameter as it is, a float made one."""
        if isinstance(node, Name) and node.name not in ("x", PI):
            return node.name
        return f"av_real_of_float({self.text(node)})"

    def helpers(self, node: Node) -> str:
        """Write the definitions that `text` relies on besides the prelude, each once."""
        real = PRECISIONS[self._precision]
        lines = {}
        for part in walk(node):
            if isinstance(part, Choose) and depends(part.condition, "x"):
                symbol = part.condition.symbol
                name = self._chooser(symbol)
                lines[name] = (
                    f"inline {real} {name}({real} u, {real} v, {real} a, {real} b) "
                    f"{{ return u != u ? u : v != v ? v : u {symbol} v ? a : b; }}"
                )
            row = FUNCTIONS[part.function] if isinstance(part, Call) else None
            if row is not None and row.helper:
                name = f"av_{row.name}_{self._precision}"
                arguments = ", ".join(f"{real} {each}" for each in row.arguments)
                body = row.helper.replace("REAL", real)
                if self._precision == "float32":
                    body = _as_float_constants(body)
                lines[name] = f"inline {real} {name}({arguments}) {{ {body} }}"
        return "\n".join(lines.values())


CHOOSERS = {
    "<": "less",
    "<=": "not_more",
    ">": "more",
    ">=": "not_less",
    "==": "equal",
    "!=": "unequal",
}


def _as_float_constants(body: str) -> str:
    """Write `(REAL)0.5` as `0.5f`: a double constant would ask for fp64."""
    return re.sub(r"\(float\)(-?\d+\.\d+)", r"\1f", body)
