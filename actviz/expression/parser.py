"""From text to a checked tree: a whitelist over Python's own grammar; nothing is ever executed."""

from __future__ import annotations

import ast
import math
import re
import warnings
from collections.abc import Collection, Mapping

from actviz.expression.functions import Function
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
)

LONGEST = 2000
DEEPEST = 60
ALLOWED = (
    "numbers, pi, names, + - * / **, functions of the table, and `a if b > c else d` "
    "with one comparison"
)
_STRANGE = re.compile(r"[^A-Za-z0-9_ +\-*/().,<>=!]")
_HINTS = {
    "^": "; a power is written **",
    "²": "; a square is written x ** 2",
    "|": "; an absolute value is written abs(x)",
    "·": "; a product is written with *",
    "×": "; a product is written with *",
    "π": "; it is written pi",
    "[": "; parentheses are written ( and )",
}
_UNREADABLE = (
    ("was never closed", ": this parenthesis is never closed"),
    ("unmatched ')'", ": this parenthesis was never opened"),
    ("expected 'else'", ": `if` needs its `else`"),
    ("decimal literal", ": a product is written with *, as in 2 * x"),
)
"""What Python's own reader says of common slips, and what we say."""
_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


class FormulaError(ValueError):
    """A text that is no formula; `column` says where, counted from 1, and `what` why."""

    def __init__(self, place: str, column: int, what: str, allowed: str = ALLOWED) -> None:
        super().__init__(f"{place}, column {column}: {what}; allowed are {allowed}")
        self.column = column
        self.what = what


class Parser:
    """Reads one text; every refusal names the place, the column and what is allowed."""

    def __init__(
        self, names: Collection[str], functions: Mapping[str, Function], place: str
    ) -> None:
        self._names = names
        self._functions = functions
        self._place = place
        self._indent = 0

    def read(self, text: str) -> Node:
        """Turn text into a tree, or raise a ValueError."""
        if len(text) > LONGEST:
            raise ValueError(
                f"{self._place}: {len(text)} characters; it must be at most {LONGEST} long"
            )
        plain = text.replace("−", "-")
        self._indent = len(plain) - len(plain.lstrip(" "))
        strange = _STRANGE.search(plain)
        if strange:
            letter = strange.group()
            hint = _HINTS.get(letter, "")
            raise self._fault(
                strange.start() - self._indent, f"the character {letter!r} is not allowed{hint}"
            )
        return self._node(self._tree(plain.strip(" ")), 1)

    def _fault(self, column: int, what: str) -> FormulaError:
        return FormulaError(self._place, column + self._indent + 1, what)

    def _tree(self, text: str) -> ast.expr:
        if not text:
            raise self._fault(0, "there is no formula")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # "1if x" and the like: refused or plain anyway
                return ast.parse(text, mode="eval").body
        except SyntaxError as error:
            column = error.offset - 1 if error.offset else len(text)  # 0: at the end
            why = next((ours for theirs, ours in _UNREADABLE if theirs in error.msg), "")
            raise self._fault(column, f"this cannot be read{why}") from None
        except (RecursionError, MemoryError):
            raise self._fault(0, f"nested deeper than {DEEPEST} levels") from None

    def _node(self, node: ast.expr, depth: int) -> Node:
        if depth > DEEPEST:
            raise self._fault(node.col_offset, f"nested deeper than {DEEPEST} levels")
        match node:
            case ast.Constant():
                return self._number(node)
            case ast.Name(id=name):
                return self._name(name, node)
            case ast.Call():
                return self._call(node, depth)
        return self._operation(node, depth)

    def _operation(self, node: ast.expr, depth: int) -> Node:
        match node:
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._node(operand, depth + 1)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self._node(operand, depth + 1)
                return Number(-inner.value) if isinstance(inner, Number) else Negative(inner)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return Binary(
                    _BINARY[type(op)], self._node(left, depth + 1), self._node(right, depth + 1)
                )
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return Choose(
                    self._condition(test, depth + 1),
                    self._node(body, depth + 1),
                    self._node(orelse, depth + 1),
                )
            case ast.Compare():
                what = "a comparison may only stand between `if` and `else`"
                raise self._fault(node.col_offset, what)
        raise self._fault(node.col_offset, "this is not part of the language")

    def _number(self, node: ast.Constant) -> Number:
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            raise self._fault(node.col_offset, f"{node.value!r} is not a real number")
        try:
            number = float(node.value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self._fault(node.col_offset, "the number is too large")
        return Number(number)

    def _name(self, name: str, node: ast.expr) -> Name:
        if self._is_name(name):
            return Name(name)
        what = f"{name} is a function and needs its arguments in parentheses"
        if name not in self._functions:
            what = self._unknown(name)
        raise self._fault(node.col_offset, what)

    def _is_name(self, name: str) -> bool:
        return name in self._names or name == PI

    def _unknown(self, name: str) -> str:
        """Say that a name is not known, and which are."""
        known = ", ".join([*self._names, PI])
        return f"the name {name!r} is not known; the names are {known}"

    def _condition(self, node: ast.expr, depth: int) -> Compare:
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
                return Compare(
                    _COMPARE[type(op)], self._node(left, depth + 1), self._node(right, depth + 1)
                )
        what = "between `if` and `else` there must be one comparison"
        raise self._fault(node.col_offset, what)

    def _call(self, node: ast.Call, depth: int) -> Node:
        if not isinstance(node.func, ast.Name):
            raise self._fault(node.col_offset, "only functions of the table can be called")
        name = node.func.id
        if name not in self._functions:
            raise self._fault(node.col_offset, self._unknown_function(name))
        wanted = len(self._functions[name].arguments)
        if node.keywords or len(node.args) != wanted:
            count = f"{wanted} argument{'s' if wanted > 1 else ''}"
            raise self._fault(node.col_offset, f"{name} takes exactly {count}")
        return self._built(name, node.args, depth)

    def _built(self, name: str, arguments: list[ast.expr], depth: int) -> Node:
        """Build the call of a known function with as many arguments as it takes."""
        return Call(name, tuple(self._node(argument, depth + 1) for argument in arguments))

    def _unknown_function(self, name: str) -> str:
        """Say that a function is not known, and which are."""
        known = ", ".join(sorted(self._functions))
        return f"the function {name!r} is not known; the functions are {known}"
