"""A tree as LaTeX, in the subset that ziamath draws."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from actviz.expression.functions import ADDITIVE, ATOM, FUNCTIONS, MULTIPLICATIVE, POWER, UNARY
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
    multiply,
)

_RELATIONS = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "==": "=", "!=": r"\ne"}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def number_latex(value: float) -> str:
    """Write a number with at most five digits; thirds, sixths and the like as fractions."""
    if math.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    sign = "-" if value < 0 else ""
    fraction = Fraction(abs(value)).limit_denominator(12)
    if fraction.denominator in (3, 6, 7, 9, 11, 12) and float(fraction) == abs(value):
        return rf"{sign}\frac{{{fraction.numerator}}}{{{fraction.denominator}}}"
    text = f"{value:.5g}"
    if "e" not in text:
        return text
    digits, exponent = text.split("e")
    scale = f"10^{{{int(exponent)}}}"
    return f"{sign}{scale}" if digits in ("1", "-1") else rf"{digits} \cdot {scale}"


def _positive(node: Node) -> Node:
    """Take the sign off what begins with one: it stands before a fraction, not in it."""
    match node:
        case Number(value) if value < 0:
            return Number(-value)
        case Negative(operand):
            return operand
        case Binary("*", Number(value), right) if value < 0:
            return multiply(Number(-value), right)
    return node


def _in_parentheses(text: str) -> str:
    """Put parentheses around it, growing ones only where it is tall."""
    tall = any(mark in text for mark in (r"\frac", r"\sqrt", r"\sum", r"\left", r"\begin"))
    return rf"\left({text}\right)" if tall else f"({text})"


class Latex:
    """Writes trees; `symbols` says how names are printed, `abbreviations` whole parts."""

    def __init__(self, symbols: Mapping[str, str], abbreviations: Mapping[Node, str]) -> None:
        self._symbols = {PI: r"\pi", **symbols}
        self._abbreviations = abbreviations

    def text(self, node: Node, binding: int = 0) -> str:
        """Write a tree, in parentheses if it binds less tightly than `binding`."""
        text, own = self._bound(node)
        return text if own >= binding else _in_parentheses(text)

    def _bound(self, node: Node) -> tuple[str, int]:
        if node in self._abbreviations:
            return self._abbreviations[node], ATOM
        match node:
            case Number(value):
                text = number_latex(value)
                product = r"\cdot" in text
                return text, UNARY if value < 0 else MULTIPLICATIVE if product else ATOM
            case Name(name):
                return self._symbols.get(name, rf"\mathrm{{{name}}}".replace("_", r"\_")), ATOM
            case Negative(operand):
                return "-" + self.text(operand, MULTIPLICATIVE), ADDITIVE
            case Binary():
                return self._binary(node)
            case Choose():
                return self._cases(node), ATOM
            case Call(function, arguments):
                return self._call(function, arguments)

    def _binary(self, node: Binary) -> tuple[str, int]:
        match node:
            case Binary("**", base, exponent):
                return self._power(base, exponent), POWER
            case Binary("/", left, right):
                text = rf"\frac{{{self.text(_positive(left))}}}{{{self.text(right)}}}"
                return (text, ATOM) if _positive(left) is left else ("-" + text, ADDITIVE)
            case Binary("*", left, right):
                return self._product(left, right), MULTIPLICATIVE
        first = self.text(node.left, ADDITIVE)
        second = self.text(node.right, ADDITIVE if node.symbol == "+" else MULTIPLICATIVE)
        if second.startswith("-"):
            second = _in_parentheses(second)
        return f"{first} {node.symbol} {second}", ADDITIVE

    def _product(self, left: Node, right: Node) -> str:
        first = self.text(left, MULTIPLICATIVE)
        second = self.text(right, MULTIPLICATIVE)
        if second.startswith("-"):
            second = _in_parentheses(second)
        if second[0].isdigit() or second.startswith((r"\frac", "10^")) or "\\cdot" in first:
            return rf"{first} \cdot {second}"
        named = isinstance(right, Call) and "@" not in FUNCTIONS[right.function].latex
        return rf"{first}\,{second}" if named else f"{first} {second}"

    def _power(self, base: Node, exponent: Node) -> str:
        if isinstance(base, Call):
            name = FUNCTIONS[base.function].latex
            if "@" not in name and not name.endswith("'") and "}" not in name:
                inside = ", ".join(self.text(each) for each in base.arguments)
                return f"{name}^{{{self.text(exponent)}}}{_in_parentheses(inside)}"
        text = self.text(base, ATOM)
        if isinstance(base, (Binary, Choose)) and not text.endswith(")"):
            text = _in_parentheses(text)
        return rf"{text}^{{{self.text(exponent)}}}"

    def _call(self, function: str, arguments: tuple[Node, ...]) -> tuple[str, int]:
        row = FUNCTIONS[function]
        texts = [self.text(each) for each in arguments]
        if "@" not in row.latex:
            return row.latex + _in_parentheses(", ".join(texts)), ATOM
        text = row.latex
        for index, argument in enumerate(texts, start=1):
            text = text.replace(f"@{index}", argument)
        return text, row.binding

    def _cases(self, node: Choose) -> str:
        rows = [
            rf"{self.text(value)} & \quad {condition}"
            for value, condition in self._branches(node, None)
        ]
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"

    def _branches(self, node: Choose, before: Compare | None) -> list[tuple[Node, str]]:
        """Give value and condition of each case, conditions as intervals where they are one."""
        condition = node.condition
        head = [(node.then, self._interval(before, condition))]
        if isinstance(node.otherwise, Choose):
            return head + self._branches(node.otherwise, condition)
        opposite = Compare(_OPPOSITE[condition.symbol], condition.left, condition.right)
        simple = before is None or before.left == condition.left
        return [
            *head,
            (node.otherwise, self._relation(opposite) if simple else r"\text{otherwise}"),
        ]

    def _interval(self, before: Compare | None, now: Compare) -> str:
        """Write "lower < x ≤ upper" where the case before has taken "x ≤ lower"."""
        if before is None or (before.symbol, before.left) != (now.symbol, now.left):
            return self._relation(now)
        if now.symbol not in ("<", "<="):
            return self._relation(now)
        start = _RELATIONS["<" if now.symbol == "<=" else "<="]
        return f"{self._side(before.right)} {start} {self._relation(now)}"

    def _relation(self, compare: Compare) -> str:
        return (
            f"{self._side(compare.left)} {_RELATIONS[compare.symbol]} {self._side(compare.right)}"
        )

    def _side(self, node: Node) -> str:
        """Write one side of a relation; braces keep a minus sign close to its number."""
        text = self.text(node, ADDITIVE)
        return f"{{{text}}}" if text.startswith("-") else text
