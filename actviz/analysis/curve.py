"""An activation with its values as a curve: f and f′ in float64, its kinks, its ends."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from actviz.activations import Break, OwnRow, Row
from actviz.expression import Formula
from actviz.expression.nodes import (
    BUILD,
    ONE,
    ZERO,
    Binary,
    Choose,
    Negative,
    Node,
    Number,
    negate,
)
from actviz.expression.numeric import evaluate

Array = NDArray[np.float64]
Kind = Literal["hard", "soft", "none", "unknown"]

_SETTLED = 1e-9
_DOUBLING = 2.0 ** np.arange(1.0, 1024.0)
_IRREGULAR = np.geomspace(1e2, 1.7e308, 700)
_WITNESSES, _AGREED, _VANISHED = 32, 1e-3, 1e-100
_FARTHEST = np.geomspace(1e300, 1.7e308, 16)
"""Where comparisons are decided: at many points, so that an oscillation is not taken for a fact."""


@dataclass(frozen=True, slots=True)
class End:
    """What a curve tends to on one side: the limits of f and f′, None where not found.

    `straight` says that f′ is constant from some x on, and not only by rounding or underflow;
    `defined` that f is defined there.
    """

    limit: float | None
    slope: float | None
    straight: bool
    defined: bool = True

    @property
    def kind(self) -> Kind:
        """Classify by the limit of f′ (Gulcehre 2016): hard, soft, none or unknown."""
        if self.slope is None:
            return "unknown"
        if self.slope != 0.0:
            return "none"
        return "hard" if self.straight else "soft"


@dataclass(frozen=True)
class Curve:
    """f and f′ of an activation at checked values, in float64 with the stable forms.

    For a vector function this is its slice along one coordinate. `joints` are the places where
    one formula takes over from another; those of them where f or f′ jumps are the `breaks`.
    """

    row: Row
    numbers: Mapping[str, float]
    breaks: tuple[Break, ...]
    joints: tuple[float, ...]

    @classmethod
    def of(cls, row: Row, values: Mapping[str, object]) -> Curve:
        """Take an activation at some values; raises a ValueError for bad ones."""
        own, numbers, breaks = row.bound(values), row.numbers(values), row.breaks(values)
        kinks = (_kink(text, own.arguments) for text in own.kinks)
        places = {float(kink.evaluate(numbers)) + 0.0 for kink in kinks}
        joints = {x for x in places if math.isfinite(x)} | {each.x for each in breaks}
        return cls(own, numbers, breaks, tuple(sorted(joints)))

    def f(self, x: Array) -> Array:
        """Compute f; x of any shape."""
        return self._at(self.row.kernel_pair.f, x)

    def df(self, x: Array) -> Array:
        """Compute f′; x of any shape."""
        return self._at(self.row.kernel_pair.df, x)

    def _at(self, formula: Formula, x: Array) -> Array:
        y = np.asarray(formula.evaluate({"x": x, **self.numbers}), dtype=np.float64)
        return y if y.shape == x.shape else np.broadcast_to(y, x.shape)

    def between(self, x: Array) -> tuple[Array, Array]:
        """Compute f and f′ at ascending x that reach from one joint or end to the next.

        At a break both are the limits from inside.
        """
        f, df = np.array(self.f(x)), np.array(self.df(x))
        for each in self.breaks:
            if each.x == x[0]:
                f[0], df[0] = each.f_right, each.df_right
            if each.x == x[-1]:
                f[-1], df[-1] = each.f_left, each.df_left
        return f, df

    @cached_property
    def left(self) -> End:
        """What the curve tends to as x → −∞."""
        return self._end(-1)

    @cached_property
    def right(self) -> End:
        """What the curve tends to as x → +∞."""
        return self._end(1)

    @cached_property
    def _at_infinity(self) -> tuple[Array, Array]:
        """Compute f and f′ at −∞ and +∞; NaN where the formula has no value there."""
        ends = np.array([-math.inf, math.inf])
        return self.f(ends), self.df(ends)

    def _end(self, side: int) -> End:
        f, df = (float(values[0 if side < 0 else 1]) for values in self._at_infinity)
        limit = self._beyond(self.f, f, side)
        # the sum in a softmax may have underflowed, and its textbook form then says too much
        if not self.row.vector:
            rule = _settled(self.row.textbook_pair.df.resolve(self.numbers).tree, side)
            if isinstance(rule, Number):
                # of a user's formula also between jumps without end, as in sign(sin(x))
                unknown = limit is None and rule.value == 0.0
                return End(limit, None if unknown else rule.value, straight=True)
        defined = not np.isnan(self.f(side * _IRREGULAR)).all() or not math.isnan(f)
        return End(limit, self._beyond(self.df, df, side), straight=False, defined=defined)

    def _beyond(self, function: Callable[[Array], Array], at_end: float, side: int) -> float | None:
        """Find the limit on one side: the value at ∞, or what the values far out tend to.

        Of a user's formula both may be rounding's, or chance: it must hold at other x too.
        """
        limit = at_end + 0.0 if not math.isnan(at_end) else _tendency(function(side * _DOUBLING))
        if not isinstance(self.row, OwnRow):
            return limit
        seen = function(side * _IRREGULAR)
        seen = seen[~np.isnan(seen)][-_WITNESSES:]
        if limit is None:
            return 0.0 if seen.size and np.all(np.abs(seen) < _VANISHED) else None
        if math.isinf(limit):
            agree = seen * math.copysign(1.0, limit) > 1.0
        else:
            agree = np.abs(seen - limit) <= _AGREED * max(1.0, abs(limit))
        return limit if seen.size and agree.all() else None


@lru_cache(maxsize=256)
def _kink(text: str, names: tuple[str, ...]) -> Formula:
    return Formula.parse(text, names, place="kink")


def _tendency(values: Array) -> float | None:
    """Guess the limit of a sequence from its last finite values; None where they do not tell."""
    last = values[np.isfinite(values)][-8:]
    if last.size < 4:
        return None
    final = float(last[-1])
    steps = np.diff(last)
    if np.all(np.abs(steps[-3:]) <= _SETTLED * abs(final)):
        return final + 0.0
    if abs(final) < _SETTLED and np.all(2 * np.abs(last[1:]) <= np.abs(last[:-1])):
        return 0.0
    one_way = np.all(steps > 0.0) or np.all(steps < 0.0)
    if one_way and np.all(np.abs(steps[1:]) >= 0.9 * np.abs(steps[:-1])):
        return math.copysign(math.inf, steps[-1])
    return None


def _settled(node: Node, side: int) -> Node:
    """Give the tree that holds far out on one side: decided branches are dropped."""
    match node:
        case Negative(operand):
            return negate(_settled(operand, side))
        case Binary(symbol, left, right):
            return BUILD[symbol](_settled(left, side), _settled(right, side))
        case Choose(condition, then, otherwise):
            holds = np.asarray(evaluate(Choose(condition, ONE, ZERO), {"x": side * _FARTHEST}, 0))
            if np.all(holds == 1.0):
                return _settled(then, side)
            if np.all(holds == 0.0):
                return _settled(otherwise, side)
    return node
