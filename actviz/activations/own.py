"""A user's own f(x): a row made of a text at run time, with its derivative and its places.

The catalogue has one row, `FORMULA`, whose parameter `formula` holds the text. `bound` gives the
row that a text makes: the names in it besides x are parameters too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from actviz.activations import places
from actviz.activations.row import Array, Break, Pair, Row
from actviz.expression import OWN_FUNCTIONS, Formula
from actviz.expression.calculus import compared
from actviz.expression.letters import GREEK
from actviz.expression.nodes import ONE, ZERO, Binary, Call, Node, Number, depends, size_of, walk
from actviz.expression.numeric import evaluate, one_sided
from actviz.expression.parser import LONGEST
from actviz.expression.switches import switches
from actviz.param import FINITE, Param, Value, refuse

NAME = "formula"
"""The name of the row, and of the parameter that holds the text."""
DEFAULT = "x * tanh(x)"
MOST_SHOWN = 150
"""Parts of a formula that is still set as one."""
_ENDING = ("log", "log1p")
_SLIDER = (-5.0, 5.0)
_KEPT = 64
_BEYOND = 2.0**20
"""How many times its values nearby a value at a pole may be: 5 in `1 / x if x != 0 else 5`."""


@dataclass(frozen=True, slots=True)
class OwnFormula:
    """The text of a formula in x, of which the language and its derivative can make something."""

    def check(self, value: object, where: str) -> Value:
        """Return the text; a `FormulaError` says what is wrong and in which column."""
        if not isinstance(value, str):
            raise refuse(where, value, self.describe())
        text = value.strip(" ")
        if text != value:
            Formula.own(value, place=NAME)  # its columns count the blanks
        own_row(text)
        return text

    def parse(self, text: str, where: str) -> Value:
        """Take the text as it is."""
        return self.check(text, where)

    def describe(self) -> str:
        """Say what a formula is made of."""
        functions = ", ".join(OWN_FUNCTIONS)
        return (
            f"a formula in x of at most {LONGEST} characters, such as {DEFAULT}; "
            f"its functions are {functions}"
        )


TEXT = Param(NAME, DEFAULT, OwnFormula(), doc="f(x), in x and letters such as a or b")


@dataclass(frozen=True)
class OwnRow(Row):
    """The row of a user's formula; `pair` holds it and its derivative.

    Values that belong to another text make another row: whatever takes values is about that one.
    """

    pair: Pair | None = None

    def bound(self, values: Mapping[str, object] | None = None) -> OwnRow:
        """Give the row of the text among some values; without one, of the text it has."""
        text = TEXT.check((values or {}).get(NAME, self.f), self.name)
        assert isinstance(text, str)
        return own_row(text)

    def complete(self, values: Mapping[str, object] | None = None) -> dict[str, Value]:
        """Check values and fill in the defaults; the text is the one it has, if none is given."""
        return super().complete({NAME: self.f, **(values or {})})

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """Name the parameters in the formula."""
        return tuple(each.name for each in self.params[1:])

    @property
    def labelled(self) -> tuple[Param, ...]:
        """Give the parameters that a label names: the text is the title."""
        return self.params[1:]

    @cached_property
    def textbook_pair(self) -> Pair:
        """Give the formula and its derivative."""
        assert self.pair is not None
        return self.pair

    @cached_property
    def kernel_pair(self) -> Pair:
        """Give the formula and its derivative, which is NaN wherever the formula is.

        The derivative of a logarithm alone, 1/u, goes on where the logarithm ends.
        """
        f, df = self.textbook_pair
        if not any(isinstance(part, Call) and part.function in _ENDING for part in walk(f.tree)):
            return self.textbook_pair
        within = Call("min", (Call("max", (f.tree, Number(-1.0))), ONE))
        tree = Binary("+", df.tree, Binary("*", ZERO, within))
        return Pair(f, dataclasses.replace(df, tree=tree, names=f.names))

    def latex(
        self, formula: Formula, symbols: Mapping[str, str | float], where: Mapping[str, Formula]
    ) -> str:
        """Write one formula as LaTeX; nothing where it is too long to be set."""
        if size_of(formula.tree) > MOST_SHOWN:
            return ""
        return super().latex(formula, symbols, where)

    def breaks(
        self,
        values: Mapping[str, object] | None = None,
        within: tuple[float, float] | None = None,
    ) -> tuple[Break, ...]:
        """Find kinks, jumps, poles and ends of the domain: those nearest to 0 and those in view.

        A pole has infinite limits; where the formula is not defined they are NaN, and so is `f`
        where it has no value at the place itself.
        """
        own = self.bound(values)
        with np.errstate(all="ignore"):
            return _breaks(own.f, tuple(own.numbers(values).items()), within)

    @cached_property
    def switches(self) -> tuple[Node, ...]:
        """Give the parts at whose zeros there may be breaks."""
        return switches(self.textbook_pair.f.tree)

    def around(self, at: Array, given: Mapping[str, float]) -> tuple[Break, ...]:
        """Look at both sides of ascending places; those where nothing happens are left out."""
        arguments: dict[str, float | Array] = {"x": at, **given}
        pair = self.kernel_pair
        f, df = (np.broadcast_to(each.evaluate(arguments), at.shape) for each in pair)
        (f_left, f_right), (df_left, df_right) = (_sides(each, arguments) for each in pair)
        smooth = places.same(f_left, f_right), places.same(df_left, df_right)
        taken = _taken(f, f_left, f_right)
        nowhere = np.isnan(taken) & np.isnan(f_left.nearby) & np.isnan(f_right.nearby)
        kept = np.flatnonzero((~(smooth[0] & smooth[1]) | np.isnan(taken)) & ~nowhere)
        rows = np.stack(
            [
                at,
                taken,
                np.where(smooth[0] & ~np.isnan(taken), taken, f_left.at),
                np.where(smooth[0], np.where(np.isnan(taken), f_left.at, taken), f_right.at),
                np.where(np.isnan(df_left.at), df, df_left.at),
                df_left.at,
                np.where(smooth[1], df_left.at, df_right.at),
            ],
            axis=1,
        )
        return tuple(Break(*row) for row in (rows[kept] + 0.0).tolist())


@lru_cache(maxsize=_KEPT)
def _breaks(
    text: str, numbers: tuple[tuple[str, float], ...], within: tuple[float, float] | None
) -> tuple[Break, ...]:
    own = own_row(text)
    found = []
    for tree in own.switches:
        given = tuple((name, number) for name, number in numbers if depends(tree, name))
        found.append(_zeros(tree, given, None))
        if within is not None and within[0] < within[1]:
            found.append(_zeros(tree, given, within))
    at = places.merged(found)
    return own.around(at, dict(numbers)) if at.size else ()


@lru_cache(maxsize=4 * _KEPT)
def _zeros(
    tree: Node, given: tuple[tuple[str, float], ...], within: tuple[float, float] | None
) -> Array:
    """Find the zeros of a switch, anywhere or in a part of the x axis."""
    grid = places.EVERYWHERE if within is None else places.grid_of(*within)
    return places.zeros(_function(tree, dict(given)), grid)


def _function(tree: Node, given: Mapping[str, float | Array]) -> places.Function:
    def compute(x: Array) -> Array:
        return np.asarray(np.broadcast_to(evaluate(tree, {**given, "x": x}, 0), x.shape))

    return compute


def _taken(f: Array, left: places.Limits, right: places.Limits) -> Array:
    """Give the values at places, NaN where there is none: at a pole it is rounding's, if any."""
    pole = np.isinf(left.at) | np.isinf(right.at)
    nearby = np.fmax(np.abs(left.nearby), np.abs(right.nearby))
    beyond = pole & (np.abs(f) > _BEYOND * np.maximum(1.0, nearby))
    return np.where(np.isfinite(f) & ~beyond, f, np.nan)


def _sides(
    formula: Formula, arguments: Mapping[str, float | Array]
) -> tuple[places.Limits, places.Limits]:
    """Give a formula's limits on both sides of the places that are its x."""
    at = np.asarray(arguments["x"])
    tree = compared(formula.tree, {})

    def limits(side: int) -> places.Limits:
        aside = at + side * places.reach(at) / 16
        here = one_sided(tree, arguments, aside)
        return places.limits(_function(tree, arguments), here, at, side)

    return limits(-1), limits(1)


def _parameter(name: str) -> Param:
    symbol = f"\\{name}" if name in GREEK else name
    if name[-1].isdigit():
        symbol = f"{name[:-1]}_{{{name[-1]}}}"
    return Param(name, 1.0, FINITE, _SLIDER, "a number in your formula", symbol=symbol)


@lru_cache(maxsize=_KEPT)
def own_row(text: str) -> OwnRow:
    """Make the row of a formula.

    Raises
    ------
    FormulaError
        A ValueError with the column, for a text outside the language.
    ValueError
        For one that is too long, or whose derivative is.
    """
    formula = Formula.own(text, place=NAME)
    slope = formula.derivative()
    names = [name for name in formula.names if name != "x"]
    return OwnRow(
        NAME,
        text,
        "own",
        f=text,
        df=slope.text,
        doc="The function that you have typed",
        source="yours",
        params=(TEXT, *(_parameter(name) for name in names)),
        pair=Pair(formula, slope),
    )


FORMULA = dataclasses.replace(
    own_row(DEFAULT),
    title="Your own f(x)",
    doc="Any function of x that you type; letters in it become parameters",
)
"""The entry of the catalogue, which stands for the default text until `bound` is told another."""
