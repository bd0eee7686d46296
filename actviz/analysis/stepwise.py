"""Formulas as a framework computes them: every single step rounded to a format of few bits.

Each operation is done in float64 and rounded once, which for + − · ÷ √ is what hardware of the
format gives, and for exp, tanh and their like a library without any error of its own: what is
lost here is lost by the formula.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from actviz.activations import Row
from actviz.analysis.curve import Array
from actviz.dtypes import DTYPES, DType
from actviz.expression import FUNCTIONS, Formula
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
)
from actviz.expression.numeric import COMPARISONS, Evaluator
from actviz.param import Value

_LIBRARY = ("sigmoid", "softmax")
"""Whose f frameworks have as one stable operation, and differentiate as y·(1 − y)."""
_HABITS: Mapping[str, str] = {
    "exp": "y",
    "expm1": "y + 1",
    "sigmoid": "y * (1 - y)",
    "sigmoid_shifted": "y * (1 - y)",
    "tanh": "1 - y ** 2",
    "sqrt": "1 / (2 * y)",
}
"""Derivatives that are computed from what the step forward has left, as frameworks do."""


class Stepwise(Evaluator):
    """Evaluates trees at given arguments, each number and each step rounded to a format."""

    def __init__(self, form: DType, arguments: Mapping[str, Array]) -> None:
        self._form = form
        super().__init__({name: self.rounded(value) for name, value in arguments.items()})

    def rounded(self, value: Array) -> Array:
        """Round to the format; float64 again, to compute on."""
        if self._form.name == "float64":
            return value
        return self._form.rounded(np.asarray(value)).astype(np.float64)

    def value(self, node: Node) -> Array:
        """Compute the value of a tree."""
        found = super().value(node)
        constant = isinstance(node, Number) or (isinstance(node, Name) and node.name == PI)
        return self.rounded(found) if constant else found

    def _computed(self, node: Node) -> Array:
        return self.rounded(super()._computed(node))


class _Backward:
    """The gradient of a tree by x, backwards as autograd goes.

    A conditional is a `where`: both branches are computed, and the one not taken gets the
    gradient 0, which times an infinite slope is NaN.
    """

    def __init__(self, form: DType, arguments: Mapping[str, Array]) -> None:
        self._form, self._arguments = form, arguments
        self._forward = Stepwise(form, arguments)

    def of(self, tree: Node) -> Array:
        """Give the gradient, in the shape of x."""
        x = self._arguments["x"]
        return np.broadcast_to(self._through(tree, np.ones_like(x)), x.shape)

    def _times(self, gradient: Array, factor: Array) -> Array:
        return self._forward.rounded(gradient * factor)

    def _through(self, node: Node, gradient: Array) -> Array:
        """Give what a node passes on to x of the gradient that reaches it."""
        if not depends(node, "x"):
            return np.zeros_like(gradient)
        match node:
            case Name():
                return gradient
            case Negative(operand):
                return self._through(operand, -gradient)
            case Choose(condition, then, otherwise):
                return self._choose(condition, (then, otherwise), gradient)
            case Binary(symbol, left, right):
                parts = zip((left, right), self._factors(symbol, left, right), strict=True)
            case Call(function, arguments):
                parts = zip(arguments, self._slopes(node, function, arguments), strict=True)
        total = np.zeros_like(gradient)
        for part, factor in parts:
            if depends(part, "x"):
                passed = self._through(part, self._times(gradient, factor()))
                total = self._forward.rounded(total + passed)
        return total

    def _factors(self, symbol: str, left: Node, right: Node) -> tuple[_Factor, _Factor]:
        """Give the slope of an operation by each of its sides, computed when it is needed."""
        a, b = self._forward.value(left), self._forward.value(right)
        one, rounded = np.asarray(1.0), self._forward.rounded
        match symbol:
            case "+" | "-":
                return (lambda: one), (lambda: one if symbol == "+" else -one)
            case "*":
                return (lambda: b), (lambda: a)
            case "/":
                return (lambda: rounded(1.0 / b)), (lambda: -rounded(a / rounded(b * b)))
        return (
            lambda: rounded(b * rounded(a ** rounded(b - 1.0))),
            lambda: rounded(rounded(a**b) * rounded(np.log(a))),
        )

    def _slopes(self, node: Node, name: str, arguments: tuple[Node, ...]) -> list[_Factor]:
        """Give the slope of a function by each of its arguments, computed when it is needed."""
        function = FUNCTIONS[name]
        known = dict(zip(function.arguments, map(self._forward.value, arguments), strict=True))
        texts = [_HABITS[name]] if name in _HABITS else list(function.derivatives)
        texts += [None] * (len(arguments) - len(texts))
        known["y"] = self._forward.value(node)

        def slope(text: str | None) -> _Factor:
            def computed() -> Array:
                if text is None:
                    raise ValueError(f"{name}: it has no derivative by this argument")
                tree = Formula.parse(text, tuple(known), place=name).tree
                return Stepwise(self._form, known).value(tree)

            return computed

        return [slope(text) for text in texts]

    def _choose(self, condition: Compare, branches: tuple[Node, Node], gradient: Array) -> Array:
        left, right = self._forward.sides(condition)
        holds = COMPARISONS[condition.symbol](left, right)
        if holds.ndim == 0:  # decided for all x: the other branch is not computed
            return self._through(branches[0 if holds else 1], gradient)
        taken = (holds, ~holds)
        passed = [
            self._through(branch, np.where(chosen, gradient, 0.0))
            for branch, chosen in zip(branches, taken, strict=True)
        ]
        return self._forward.rounded(passed[0] + passed[1])


_Factor = Callable[[], Array]


def textbook(row: Row, values: Mapping[str, Value], x: Array, dtype: str) -> tuple[Array, Array]:
    """Compute the textbook forms of f and f′ step by step in a format; float64, x's shape."""
    own, arguments = row.bound(values), _arguments(row, values, x)
    with np.errstate(all="ignore"):
        found = (
            Stepwise(DTYPES[dtype], arguments).value(formula.tree) for formula in own.textbook_pair
        )
        f, df = (np.array(np.broadcast_to(each, x.shape)) for each in found)
    return f, df


def backward(row: Row, values: Mapping[str, Value], x: Array, dtype: str) -> tuple[Array, Array]:
    """Compute f step by step in a format, and f′ as autograd does from it; float64, x's shape.

    The sigmoid and softmax are one step forward, whose derivative is y·(1 − y).
    """
    own, arguments = row.bound(values), _arguments(row, values, x)
    tree = (own.kernel_pair if own.name in _LIBRARY else own.textbook_pair).f.tree
    with np.errstate(all="ignore"):
        f = Stepwise(DTYPES[dtype], arguments).value(tree)
        df = _Backward(DTYPES[dtype], arguments).of(tree)
    return np.array(np.broadcast_to(f, x.shape)), np.array(df)


def _arguments(row: Row, values: Mapping[str, Value], x: Array) -> dict[str, Array]:
    numbers = {name: np.asarray(number) for name, number in row.numbers(values).items()}
    return {"x": np.asarray(x, dtype=np.float64), **numbers}
