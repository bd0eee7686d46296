"""A row's textbook formulas in mpmath, with so many digits that nothing of them cancels.

mpmath is no part of the program: it is imported when numbers in float64 are to be measured.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from actviz.activations import Row
from actviz.expression.nodes import PI, Binary, Call, Choose, Compare, Name, Negative, Node, Number
from actviz.param import Value

_DIGITS = 400
"""e^−745 and its like are resolved beside 1: what float64 holds, 324 digits down, and 76 more."""
_SIXTH = 1.0 / 6.0
_FAR = 1e4
"""Where the normal distribution is 0 or 1: mpmath's own cannot take 1e308."""
_FARTHEST = 1e6
"""Where e^u is cut off, at 10^±434294: no float64 makes anything of it, and 1e308 takes long."""

Formula = Callable[[float], tuple[float, float]]


def exact(row: Row, values: Mapping[str, Value]) -> tuple[Formula, Formula]:
    """Make functions that compute f and f′ at a finite x as a float64 and the rest.

    The rest is in units in the last place of the float64.

    Raises
    ------
    ValueError
        When mpmath is not installed, or a formula calls a function without a meaning there.
    """
    reader = Reader(row.numbers(values))
    f, df = row.textbook_pair
    return reader.formula(f.tree), reader.formula(df.tree)


class Reader:
    """Evaluates trees at given arguments, which count as exact; 1/6 is the sixth."""

    def __init__(self, numbers: Mapping[str, float]) -> None:
        self._mp = _library()
        self._functions = _functions(self._mp)
        self._numbers = {name: self._number(value) for name, value in numbers.items()}

    def formula(self, tree: Node) -> Formula:
        """Make the function of x that a tree is."""

        def at(x: float) -> tuple[float, float]:
            digits = _DIGITS + (2 * math.frexp(x)[1] * 3 // 10 if abs(x) > 1.0 else 0)
            with self._mp.workdps(digits):
                value = self._value(tree, self._mp.mpf(x))
                high = float(value)
                if not math.isfinite(high):
                    return high, 0.0
                return high, float((value - high) / math.ulp(high))

        return at

    def _number(self, value: float) -> Any:
        with self._mp.workdps(_DIGITS * 3):
            return self._mp.mpf(1) / 6 if value == _SIXTH else self._mp.mpf(value)

    def _value(self, node: Node, x: Any) -> Any:
        match node:
            case Number(number):
                # as it was typed: 0.044715 means these digits
                return self._mp.mpf(repr(number))
            case Name(name):
                return x if name == "x" else self._mp.pi() if name == PI else self._numbers[name]
            case Negative(operand):
                return -self._value(operand, x)
            case Binary(symbol, left, right):
                return _combined(symbol, self._value(left, x), self._value(right, x))
            case Call(function, arguments):
                return self._called(function, [self._value(each, x) for each in arguments])
            case Choose(condition, then, otherwise):
                return self._value(then if self._holds(condition, x) else otherwise, x)

    def _called(self, function: str, arguments: list[Any]) -> Any:
        if function not in self._functions:
            raise ValueError(f"float64: {function} has no meaning in mpmath here; choose float32")
        return self._functions[function](*arguments)

    def _holds(self, condition: Compare, x: Any) -> bool:
        left, right = self._value(condition.left, x), self._value(condition.right, x)
        return bool(_COMPARISONS[condition.symbol](left, right))


_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def _combined(symbol: str, left: Any, right: Any) -> Any:
    match symbol:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
    return left**right


def _library() -> Any:
    try:
        from mpmath import mp
    except ImportError:
        raise ValueError(
            "float64: its truth needs more digits than float64; install mpmath"
        ) from None
    return mp


def _functions(mp: Any) -> dict[str, Callable[..., Any]]:
    """Give the meaning of functions that textbook formulas call, by name."""

    def normal_cdf(u: Any) -> Any:
        return mp.ncdf(u) if abs(u) < _FAR else mp.mpf(int(u > 0))

    def error(u: Any) -> Any:
        return mp.erf(u) if abs(u) < _FAR else mp.sign(u)

    def exp(u: Any) -> Any:
        return mp.exp(max(min(u, _FARTHEST), -_FARTHEST))

    plain = ("log", "log1p", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "atan", "sign")
    return {
        **{name: getattr(mp, name) for name in plain},
        "exp": exp,
        "expm1": lambda u: mp.expm1(u) if abs(u) < 1 else exp(u) - 1,
        "abs": abs,
        "min": min,
        "max": max,
        "erf": error,
        "erfc": lambda u: mp.erfc(u) if abs(u) < _FAR else 1 - mp.sign(u),
        "normal_cdf": normal_cdf,
        "normal_pdf": lambda u: exp(-u * u / 2) / mp.sqrt(2 * mp.pi),
        "sigmoid": lambda u: 1 / (1 + exp(-u)),
        "softplus": lambda u: max(u, 0) + mp.log1p(exp(-abs(u))),
    }
