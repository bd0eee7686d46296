"""What an activation function is: one row, from which everything else about it is read."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from actviz.expression import Formula
from actviz.param import Choice, Param, Value, complete

Array = NDArray[np.float64]
_ROUNDING = 1e-12


class Pair(NamedTuple):
    """A formula of f and one of its derivative f′."""

    f: Formula
    df: Formula


@dataclass(frozen=True, slots=True)
class Derived:
    """A number that formulas use and that follows from the values, computed in float64."""

    name: str
    symbol: str
    compute: Callable[[Mapping[str, Value]], float]


@dataclass(frozen=True, slots=True)
class Break:
    """A point where f jumps or f′ does, with the values there and the limits on both sides.

    `f` is the value as defined, `df` the value taken for the derivative: the left-hand one. Of a
    user's formula limits may be infinite, and NaN where there is none; so is `f` without a value.
    """

    x: float
    f: float
    f_left: float
    f_right: float
    df: float
    df_left: float
    df_right: float

    @property
    def jump(self) -> bool:
        """Tell whether f itself jumps, has a pole, or is defined on one side only."""
        return self.f_left != self.f_right or math.isinf(self.f_left)

    @property
    def corner(self) -> bool:
        """Tell whether f′ jumps."""
        return self.df_left != self.df_right


@dataclass(frozen=True)
class Row:
    """An activation function.

    Parameters
    ----------
    name
        As in files and commands; also the value of the `Activation` enum.
    title
        As shown to people.
    family
        The group it is listed under: rectifiers, shrinks, sigmoids, smooth or vector.
    f, df
        The textbook forms of f and f′ as formula text in x and the arguments.
    doc
        One sentence.
    source
        Where it comes from.
    params
        The parameters a user sets.
    kernel
        The stable forms that are computed, as formula text; f and df where these are good enough.
    kinks
        Where f or f′ may jump, as formula text in the arguments.
    derived
        Further arguments, computed from the values.
    where
        Abbreviations in the printed f′: symbol and formula text.
    vector
        The function acts on whole vectors; f and df are then its slice along one coordinate.
    """

    name: str
    title: str
    family: str
    f: str
    df: str
    doc: str
    source: str
    params: tuple[Param, ...] = ()
    kernel: tuple[str, str] = ("", "")
    kinks: tuple[str, ...] = ()
    derived: tuple[Derived, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    vector: bool = False

    def __post_init__(self) -> None:
        if self.kernel == ("", ""):
            object.__setattr__(self, "kernel", (self.f, self.df))

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """Name the numbers that formulas may use besides x, in the order of kernel arguments."""
        used = {
            name
            for text in (self.f, self.df, *self.kernel, *self.kinks)
            for name in self._formula(text, "formula").names
        }
        return tuple(name for name in self._names if name in used)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return (*(each.name for each in self.params), *(each.name for each in self.derived))

    @cached_property
    def textbook_pair(self) -> Pair:
        """Parse f and df."""
        return Pair(self._formula(self.f, "f"), self._formula(self.df, "df"))

    @cached_property
    def kernel_pair(self) -> Pair:
        """Parse the stable forms."""
        return Pair(self._formula(self.kernel[0], "f"), self._formula(self.kernel[1], "df"))

    @cached_property
    def _kinks(self) -> tuple[Formula, ...]:
        return tuple(
            Formula.parse(kink, self._names, place=f"{self.name}.kinks") for kink in self.kinks
        )

    def _formula(self, text: str, part: str) -> Formula:
        return Formula.parse(text, ("x", *self._names), place=f"{self.name}.{part}")

    def bound(self, values: Mapping[str, object] | None = None) -> Row:
        """Give the row that these values are about: itself, but for a user's own formula."""
        return self

    @property
    def labelled(self) -> tuple[Param, ...]:
        """Give the parameters that stand in a label beside the title."""
        return self.params

    def complete(self, values: Mapping[str, object] | None = None) -> dict[str, Value]:
        """Check values and fill in the defaults; ValueError names the activation and the value."""
        return complete(self.bound(values).params, values or {}, self.name)

    def numbers(self, values: Mapping[str, object] | None = None) -> dict[str, float]:
        """Give every argument of the formulas as float64, in the order of `arguments`.

        A choice is its index among the options; an absent optional value is +∞.
        """
        full = self.complete(values)
        return {
            name: source.compute(full)
            if isinstance(source, Derived)
            else _number(source, full[name])
            for name, source in self.bound(values)._sources
        }

    @cached_property
    def _sources(self) -> tuple[tuple[str, Param | Derived], ...]:
        """Say where each argument comes from."""
        named: dict[str, Param | Derived] = {each.name: each for each in self.params}
        named |= {each.name: each for each in self.derived}
        return tuple((name, named[name]) for name in self.arguments)

    def evaluate(
        self, x: Array | float, values: Mapping[str, object] | None = None
    ) -> tuple[Array, Array]:
        """Compute f and f′ in float64 with the stable forms; arrays of x's shape."""
        x = np.asarray(x, dtype=np.float64)
        arguments: dict[str, float | Array] = {"x": x, **self.numbers(values)}
        y, dy = (
            np.where(np.isnan(x), x, formula.evaluate(arguments))
            for formula in self.bound(values).kernel_pair
        )
        return y, dy

    def breaks(
        self,
        values: Mapping[str, object] | None = None,
        within: tuple[float, float] | None = None,
    ) -> tuple[Break, ...]:
        """Find the points where f or f′ jumps for these values, from left to right.

        `within` is the part of the x axis that is seen: where places must be searched for, those
        in it are found too, however many there are elsewhere.
        """
        numbers = self.numbers(values)
        places = {float(kink.evaluate(numbers)) + 0.0 for kink in self._kinks}
        found = (self._break(x, numbers) for x in sorted(places) if math.isfinite(x))
        return tuple(each for each in found if each.jump or each.corner)

    def _break(self, x: float, numbers: Mapping[str, float]) -> Break:
        """Compare both sides of x; what differs by rounding only is made equal."""
        arguments = {"x": x, **numbers}
        f, df = self.textbook_pair
        f_left, f_here, f_right = (float(f.evaluate(arguments, side=s)) + 0.0 for s in (-1, 0, 1))
        df_left, df_right = (float(df.evaluate(arguments, side=s)) + 0.0 for s in (-1, 1))
        steepest = max(abs(df_left), abs(df_right))
        if abs(df_left - df_right) <= _ROUNDING * steepest:
            df_right = df_left
        scale = max(abs(f_left), abs(f_right), abs(x) * steepest)
        if abs(f_left - f_right) <= _ROUNDING * scale:
            f_left = f_right = f_here
        return Break(x, f_here, f_left, f_right, df_left, df_left, df_right)

    def textbook(self, values: Mapping[str, object] | None = None) -> tuple[str, str]:
        """Write f and f′ as LaTeX: with symbols, or with the live numbers where values are given.

        Choices are always decided: by the values, or by their defaults.
        """
        numbers = self.numbers(values)
        own = self.bound(values)
        choices = {param.name for param in own.params if isinstance(param.domain, Choice)}
        symbols: dict[str, str | float] = {
            **{param.name: param.symbol for param in own.params if param.symbol},
            **{each.name: each.symbol for each in own.derived},
        }
        derived = {each.name for each in own.derived}
        for name, number in numbers.items():
            unwieldy = name in derived and not 1e-300 < abs(number) < 1e300
            if name in choices or not (values is None or unwieldy):
                symbols[name] = number
        f, df = own.textbook_pair
        where = {symbol: self._formula(text, "where") for symbol, text in self.where}
        return own.latex(f, symbols, {}), own.latex(df, symbols, where)

    def latex(
        self, formula: Formula, symbols: Mapping[str, str | float], where: Mapping[str, Formula]
    ) -> str:
        """Write one formula as LaTeX; see Formula.latex."""
        return formula.latex(symbols, where)


def _number(param: Param, value: Value) -> float:
    if isinstance(param.domain, Choice):
        return float(param.domain.options.index(str(value)))
    if value is None:
        return math.inf
    assert isinstance(value, (int, float))
    return float(value)
