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
COMPARISONS: Mapping[str, Callable[[Array, Array], NDArray[np.bool_]]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


_NEAR, _FAR = 2.0**-40, 2.0**-26
"""How far left of x a comparison is decided that is exactly at equality at x: in shares of |x|,
and where rounding hides a change so small, in shares of max(|x|, 1)."""
_LEAST = 2.0**-1000
_FEW = 1 << 13
"""Points at which a tree's values are kept until it is done: they must not fill the memory."""


class Evaluator:
    """Evaluates trees at given arguments.

    Comparisons are decided by the first of the `judges`, evaluators at other arguments (this one
    where there are none); one that is exactly at equality by the next that is not. With few
    points what occurs in many places of a tree is computed once.
    """

    def __init__(self, arguments: Mapping[str, Array], *judges: Evaluator) -> None:
        self._arguments = arguments
        self._judges = judges  # not itself: arrays would live until the next collection
        self._few = max((each.size for each in arguments.values()), default=1) <= _FEW
        self._known: dict[int, Array] = {}

    def value(self, node: Node) -> Array:
        """Compute the value; a comparison with NaN makes the conditional NaN."""
        match node:
            case Number(number):
                return np.asarray(number)
            case Name(name):
                return np.asarray(math.pi) if name == PI else self._arguments[name]
        if not self._few:
            return self._computed(node)
        if id(node) not in self._known:
            self._known[id(node)] = self._computed(node)
        return self._known[id(node)]

    def _computed(self, node: Node) -> Array:
        match node:
            case Negative(operand):
                return np.negative(self.value(operand))
            case Binary(symbol, left, right):
                return _ARITHMETIC[symbol](self.value(left), self.value(right))
            case Call(function, arguments):
                return FUNCTIONS[function].numpy(*(self.value(each) for each in arguments))
            case Choose(condition, then, otherwise):
                return self._choose(condition, then, otherwise)
        raise AssertionError(node)

    def _choose(self, condition: Compare, then: Node, otherwise: Node) -> Array:
        first, *others = self._judges or (self,)
        left, right = first.sides(condition)
        undecided = np.isnan(left) | np.isnan(right)
        for judge in others:
            equal = left == right
            if not equal.any():
                break
            nearby = judge.sides(condition)
            left, right = (
                np.where(equal, new, old) for new, old in zip(nearby, (left, right), strict=True)
            )
        holds = COMPARISONS[condition.symbol](left, right)
        if undecided.ndim == 0:  # decided once for all x: the other branch is not looked at
            return np.asarray(math.nan) if undecided else self.value(then if holds else otherwise)
        chosen = np.where(holds, self.value(then), self.value(otherwise))
        return np.where(undecided, math.nan, chosen)

    def sides(self, condition: Compare) -> tuple[Array, Array]:
        """Compute both sides of a comparison."""
        return self.value(condition.left), self.value(condition.right)


def left_of(x: Array) -> tuple[Array, Array]:
    """Give two places a little left of each x, the nearer one first."""
    size = np.abs(x)
    near, far = x - (_NEAR * size + _LEAST), x - _FAR * np.maximum(size, 1.0)
    finite = np.isfinite(x)
    return np.where(finite, near, x), np.where(finite, far, x)


def evaluate(
    node: Node, arguments: Mapping[str, float | Array], side: int, *, left: bool = False
) -> float | Array:
    """Evaluate a tree; see Formula.evaluate. With `left` equalities are decided left of x."""
    arrays = {name: np.asarray(value, dtype=np.float64) for name, value in arguments.items()}
    with np.errstate(all="ignore"):
        judges: tuple[Evaluator, ...] = ()
        if side and "x" in arrays:
            judges = (Evaluator({**arrays, "x": np.nextafter(arrays["x"], side * math.inf)}),)
        elif left and "x" in arrays:
            aside = (Evaluator({**arrays, "x": x}) for x in left_of(arrays["x"]))
            judges = (Evaluator(arrays), *aside)
        value = Evaluator(arrays, *judges).value(node)
    return float(value) if value.ndim == 0 else value


def one_sided(node: Node, arguments: Mapping[str, float | Array], decided_at: Array) -> Array:
    """Evaluate a tree with its comparisons decided at other x: the limit from their side."""
    arrays = {name: np.asarray(value, dtype=np.float64) for name, value in arguments.items()}
    with np.errstate(all="ignore"):
        value = Evaluator(arrays, Evaluator({**arrays, "x": decided_at})).value(node)
    return np.asarray(np.broadcast_to(value, arrays["x"].shape))


def constant(node: Node) -> float:
    """Compute the value of a tree without names."""
    return float(evaluate(node, {}, 0))


def holds(condition: Compare) -> bool | None:
    """Decide a comparison between two trees without names; None where one is NaN."""
    left, right = (np.asarray(constant(side)) for side in (condition.left, condition.right))
    if np.isnan(left) or np.isnan(right):
        return None
    return bool(COMPARISONS[condition.symbol](left, right))
