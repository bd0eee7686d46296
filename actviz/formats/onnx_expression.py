"""A formula's tree as ONNX nodes: one operator a function, or a formula of simpler functions."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from actviz.expression import Formula
from actviz.expression.nodes import (
    Binary,
    Call,
    Choose,
    Compare,
    Name,
    Negative,
    Node,
    Number,
    is_constant,
)
from actviz.expression.numeric import constant
from actviz.formats.onnx_graph import Builder

OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        "abs": "Abs",
        "asinh": "Asinh",
        "atan": "Atan",
        "cos": "Cos",
        "cosh": "Cosh",
        "erf": "Erf",
        "exp": "Exp",
        "log": "Log",
        "max": "Max",
        "min": "Min",
        "sigmoid": "Sigmoid",
        "sign": "Sign",
        "sin": "Sin",
        "sinh": "Sinh",
        "softplus": "Softplus",
        "softsign": "Softsign",
        "sqrt": "Sqrt",
        "tan": "Tan",
        "tanh": "Tanh",
    }
)
"""Functions that are one operator."""

FORMULAS: Mapping[str, str] = MappingProxyType(
    {
        "asinh": "sign(u) * log1p(abs(u) + u ** 2 / (1 + sqrt(u ** 2 + 1)))",
        "cosh": "(exp(u) + exp(-u)) / 2",
        "erfc": "1 - erf(u)",
        # exact beside 0, where e^u - 1 cancels
        "expm1": "(exp(u) + 1) * tanh(u / 2)",
        "gelu": "u * normal_cdf(u)",
        "gelu_tanh": "0.5 * u * (1 + tanh(sqrt(2 / pi) * (u + 0.044715 * u ** 3)))",
        # Kahan: what 1 + u rounds off is made up for by dividing by what is left of u
        "log1p": "log(1 + u) if abs(u) > 0.5 "
        "else u if 1 + u == 1 else u * log(1 + u) / (1 + u - 1)",
        "log_sigmoid": "-softplus(-u)",
        "mish": "u * tanh(softplus(u))",
        "normal_cdf": "0.5 * (1 + erf(u / sqrt(2)))",
        "normal_pdf": "exp(-0.5 * u ** 2) / sqrt(2 * pi)",
        "sinh": "expm1(u) * (1 + exp(-u)) / 2",
        "softplus": "max(u, 0) + log1p(exp(-abs(u)))",
        "softsign": "u / (1 + abs(u))",
        "tan": "sin(u) / cos(u)",
    }
)
"""Functions by simpler ones, where there is no operator or none in the number format."""

_ARITHMETIC = {"+": "Add", "-": "Sub", "*": "Mul", "/": "Div", "**": "Pow"}
_COMPARISONS = {"<": "Less", "<=": "LessOrEqual", ">": "Greater", ">=": "GreaterOrEqual"}


class Writer:
    """Writes trees in one name into a builder; what occurs twice is computed once.

    Raises
    ------
    ValueError
        From `value`, for a function that ONNX, or ONNX Runtime in this format, does not have.
    """

    def __init__(self, builder: Builder, x: str, name: str = "x") -> None:
        self._builder = builder
        self._known: dict[Node, str] = {Name(name): x}

    def value(self, node: Node) -> str:
        """Give the name of a tree's value; all other names in it have numbers already."""
        if node not in self._known:
            fixed = is_constant(node)
            self._known[node] = (
                self._builder.number(constant(node)) if fixed else self._computed(node)
            )
        return self._known[node]

    def _computed(self, node: Node) -> str:
        match node:
            case Negative(operand):
                return self._builder.node("Neg", self.value(operand))
            case Binary("**", base, Number(2.0)):
                factor = self.value(base)
                return self._builder.node("Mul", factor, factor)
            case Binary(symbol, left, right):
                return self._builder.node(_ARITHMETIC[symbol], self.value(left), self.value(right))
            case Call(function, arguments):
                return self._call(function, arguments)
            case Choose(condition, then, otherwise):
                parts = (self._condition(condition), self.value(then), self.value(otherwise))
                return self._builder.node("Where", *parts)
        raise AssertionError(node)

    def _condition(self, condition: Compare) -> str:
        left, right = self.value(condition.left), self.value(condition.right)
        if condition.symbol in _COMPARISONS:
            return self._builder.node(_COMPARISONS[condition.symbol], left, right)
        equal = self._builder.node("Equal", left, right)
        return equal if condition.symbol == "==" else self._builder.node("Not", equal)

    def _call(self, function: str, arguments: tuple[Node, ...]) -> str:
        operator = OPERATORS.get(function)
        if operator is not None and self._builder.runs(operator):
            return self._builder.node(operator, *map(self.value, arguments))
        if function in FORMULAS:
            (argument,) = map(self.value, arguments)
            simpler = Formula.parse(FORMULAS[function], ("u",), place=function)
            return Writer(self._builder, argument, "u").value(simpler.tree)
        if operator is not None:
            raise ValueError(f"ONNX Runtime computes no {operator} in {self._builder.dtype}")
        raise ValueError(f"ONNX has no form of the function {function}")
