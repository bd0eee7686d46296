"""A formula's value in NumPy float64."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from actviz.expression.functions import FUNCTIONS
from actviz.expression.nodes import PI, Binary, Call, Choose, Compare, Name, Negative, Node, Number

Array = NDArray[np.float64]
_ARITHMETIC: Mapping[str, Callable[[Array, Array], Array]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "**": np.power,
}
_COMPARISONS: Mapping[str, Callable[[Array, Array], NDArray[np.bool_]]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


class Evaluator:
    """Evaluates trees at given arguments; `decided_at` holds what comparisons look at."""

    def __init__(self, arguments: Mapping[str, Array], decided_at: Mapping[str, Array]) -> None:
        self._arguments = arguments
        self._decided_at = decided_at

    def value(self, node: Node) -> Array:
        """Compute the value; a comparison with NaN makes the conditional NaN."""
        match node:
            case Number(number):
                return np.asarray(number)
            case Name(name):
                return np.asarray(math.pi) if name == PI else self._arguments[name]
            case Negative(operand):
                return np.negative(self.value(operand))
            case Binary(symbol, left, right):
                return _ARITHMETIC[symbol](self.value(left), self.value(right))
            case Call(function, arguments):
                return FUNCTIONS[function].numpy(*(self.value(each) for each in arguments))
            case Choose(condition, then, otherwise):
                return self._choose(condition, then, otherwise)

    def _choose(self, condition: Compare, then: Node, otherwise: Node) -> Array:
        aside = Evaluator(self._decided_at, self._decided_at)
        left, right = aside.value(condition.left), aside.value(condition.right)
        undecided = np.isnan(left) | np.isnan(right)
        holds = _COMPARISONS[condition.symbol](left, right)
        if undecided.ndim == 0:  # decided once for all x: the other branch is not looked at
            return np.asarray(math.nan) if undecided else self.value(then if holds else otherwise)
        chosen = np.where(holds, self.value(then), self.value(otherwise))
        return np.where(undecided, math.nan, chosen)


def evaluate(node: Node, arguments: Mapping[str, float | Array], side: int) -> float | Array:
    """Evaluate a tree; see Formula.evaluate."""
    arrays = {name: np.asarray(value, dtype=np.float64) for name, value in arguments.items()}
    with np.errstate(all="ignore"):
        decided_at = arrays
        if side and "x" in arrays:
            decided_at = {**arrays, "x": np.nextafter(arrays["x"], side * math.inf)}
        value = Evaluator(arrays, decided_at).value(node)
    return float(value) if value.ndim == 0 else value


def constant(node: Node) -> float:
    """Compute the value of a tree without names."""
    return float(evaluate(node, {}, 0))


def holds(condition: Compare) -> bool:
    """Decide a comparison between two trees without names."""
    left, right = (np.asarray(constant(side)) for side in (condition.left, condition.right))
    return bool(_COMPARISONS[condition.symbol](left, right))
