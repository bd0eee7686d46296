"""Formulas: checked expressions, read as NumPy, OpenCL C and LaTeX, and differentiated.

The language is numbers, pi, names, + - * / **, one comparison inside `a if b > c else d`, and the
functions of the table `FUNCTIONS`. Text is read against a whitelist into a tree of our own; it is
never executed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from actviz.expression.calculus import Derivative, resolve
from actviz.expression.functions import FUNCTIONS, Function
from actviz.expression.language import OWN_FUNCTIONS, read_own
from actviz.expression.latex import Latex
from actviz.expression.nodes import Node, names_in, walk
from actviz.expression.numeric import evaluate
from actviz.expression.parser import FormulaError, Parser
from actviz.expression.printing import OpenCL, text_of_node

__all__ = ["FUNCTIONS", "OWN_FUNCTIONS", "Formula", "FormulaError", "Function"]


@dataclass(frozen=True, slots=True)
class Formula:
    """A checked expression: immutable, equal and hashed by its text.

    `text` is the text as given (or as printed, for a derived formula), `names` are the names that
    occur in it, x and parameters, in their order of appearance. A derivative is `left_hand`: where
    a comparison is exactly at equality, it is decided just left of x.
    """

    text: str
    names: tuple[str, ...] = field(compare=False)
    tree: Node = field(compare=False, repr=False)
    place: str = field(compare=False, repr=False, default="formula")
    left_hand: bool = field(compare=False, repr=False, default=False)

    @classmethod
    def parse(
        cls,
        text: str,
        names: Collection[str],
        *,
        functions: Mapping[str, Function] = FUNCTIONS,
        place: str = "formula",
    ) -> Formula:
        """Read a formula in x and parameters.

        Parameters
        ----------
        names
            What may occur: "x" and the parameters' names.
        functions
            The part of the table that may be used.
        place
            What the text is called in an error.

        Raises
        ------
        ValueError
            For anything outside the language, naming the place, the column and what is allowed.
        """
        tree = Parser(names, functions, place).read(text)
        return cls(text, names_in(tree), tree, place)

    @classmethod
    def own(cls, text: str, *, place: str = "formula") -> Formula:
        """Read a user's f(x): names besides x are parameters, functions those of `OWN_FUNCTIONS`.

        Raises
        ------
        FormulaError
            A ValueError with the column, for anything outside the language.
        ValueError
            For a text that is too long.
        """
        tree = read_own(text, place)
        return cls(text, names_in(tree), tree, place)

    def evaluate(
        self, arguments: Mapping[str, float | NDArray[np.float64]], *, side: int = 0
    ) -> float | NDArray[np.float64]:
        """Compute the value in float64 for numbers or arrays that broadcast together.

        With `side` −1 or +1 comparisons are decided just left or right of x while values are
        taken at x: the one-sided limit. Divisions by zero and overflows give NaN and ∞ silently.
        """
        missing = [name for name in self.names if name not in arguments]
        if missing:
            raise ValueError(f"{self.place}: no value is given for {', '.join(missing)}")
        return evaluate(self.tree, arguments, side, left=self.left_hand)

    def opencl(self, precision: str = "float32") -> str:
        """Write the formula as an OpenCL C expression in "float32" or "float64".

        In float32, x is a float and every parameter an `av_real` of the prelude: the float64
        itself, as three floats and an exponent. In float64 both are doubles.
        """
        return OpenCL(precision, self.place).text(self.tree)

    def opencl_helpers(self, precision: str = "float32") -> str:
        """Write the OpenCL C functions that `opencl` calls and the prelude does not hold."""
        return OpenCL(precision, self.place).helpers(self.tree)

    def latex(
        self,
        symbols: Mapping[str, str | float] | None = None,
        where: Mapping[str, Formula] | None = None,
    ) -> str:
        """Write the formula as LaTeX, in the subset that ziamath draws.

        A name is printed as its symbol or replaced by a number. `where` holds abbreviations:
        parts that occur are printed as their symbol, which is explained in a second line (unless
        it is primed: the derivative of another).
        """
        symbols = symbols or {}
        numbers = {name: float(each) for name, each in symbols.items() if not isinstance(each, str)}
        signs = {name: each for name, each in symbols.items() if isinstance(each, str)}
        tree = resolve(self.tree, numbers)
        parts = {symbol: resolve(each.tree, numbers) for symbol, each in (where or {}).items()}
        occurring = {part: symbol for symbol, part in parts.items() if part in set(walk(tree))}
        lines = [Latex({"x": "x", **signs}, occurring).text(tree)]
        for part, symbol in occurring.items():
            if not symbol.endswith("'"):
                lines.append(f"{symbol} = {Latex({'x': 'x', **signs}, {}).text(part)}")
        body = r" \\ ".join(f"& {line}" for line in lines)
        return rf"\begin{{aligned}} {body} \end{{aligned}}" if len(lines) > 1 else lines[0]

    def derivative(self, name: str = "x") -> Formula:
        """Differentiate symbolically; ValueError where the table holds no derivative.

        At a kink the derivative's value is the left-hand one.
        """

        def read(text: str, names: tuple[str, ...]) -> Node:
            return Parser(names, FUNCTIONS, self.place).read(text)

        tree = Derivative(name, read, self.place).whole(self.tree)
        return dataclasses.replace(self._with(tree), left_hand=True)

    def resolve(self, arguments: Mapping[str, float]) -> Formula:
        """Put numbers in for names: what is then constant is folded, decided branches go."""
        return self._with(resolve(self.tree, arguments))

    def _with(self, tree: Node) -> Formula:
        return Formula(text_of_node(tree), names_in(tree), tree, self.place, self.left_hand)
