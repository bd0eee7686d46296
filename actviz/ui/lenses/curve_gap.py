"""The difference between two curves: its pieces, its maximum, and the words for it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtGui import QColor

from actviz.activations import row
from actviz.evaluation import Request
from actviz.ui.axis import Axis
from actviz.ui.numbers import significant
from actviz.ui.plot_items import Dot, Label
from actviz.ui.sampling import Cut, Piece, pieces
from actviz.ui.trace import Trace, extent

if TYPE_CHECKING:
    from actviz.analysis.difference import Difference

_KEY = "difference"
_Side = tuple[float, float, float]


class Measured(NamedTuple):
    """The largest difference over all x, and of which two curves."""

    pair: tuple[object, ...]
    difference: Difference


def pair_of(main: Request, other: Request) -> tuple[object, ...]:
    """Name two curves, wherever they are seen."""
    return main.activation, main.values, other.activation, other.values


def measured(main: Request, other: Request) -> Measured:
    """Look for the largest difference over all x: tens of milliseconds."""
    # The first picture is painted before this is needed, and sooner without it.
    from actviz.analysis.difference import difference

    first, second = dict(main.values), dict(other.values)
    found = difference(main.activation, first, other.activation, second)
    return Measured(pair_of(main, other), found)


class Gap:
    """What another curve lies above this one at every sample; `known` where both are sampled."""

    def __init__(self, main: Trace, other: Trace) -> None:
        self.pair = pair_of(main.result.request, other.result.request)
        self.known = len(main.x) == len(other.x) and bool((main.x == other.x).all())
        self._x = main.x
        if not self.known:
            return
        with np.errstate(invalid="ignore"):
            self._y = other.heights[0] - main.heights[0]
        places = sorted({each.x for trace in (main, other) for each in trace.breaks})
        cuts = [_cut(main, other, x) for x in places]
        self.pieces: list[Piece] = pieces(self._x, self._y, cuts)
        low, high = extent(y for _, y in self.pieces) or (0.0, 0.0)
        # A difference is compared to 0.
        self.limits = min(low, 0.0), max(high, 0.0)

    def marks(self, known: Measured | None) -> list[tuple[float, float]]:
        """Give the points of the maximum in view: where it is over all x, else of the samples."""
        if known is not None and math.isfinite(known.difference.size):
            places = [x for x in known.difference.places if self._x[0] <= x <= self._x[-1]]
            if places:
                heights = np.interp(places, self._x, self._y).tolist()
                size = known.difference.size
                return [(x, math.copysign(size, y)) for x, y in zip(places, heights, strict=True)]
        finite = np.where(np.isfinite(self._y), np.abs(self._y), -1.0)
        at = int(np.argmax(finite))
        return [(float(self._x[at]), float(self._y[at]))] if finite[at] > 0 else []

    def dots(self, known: Measured | None, color: QColor) -> list[Dot]:
        """Mark the maximum."""
        return [Dot(x, y, color, diamond=True) for x, y in self.marks(known)]

    def labels(self, known: Measured | None, axes: tuple[Axis, Axis], color: QColor) -> list[Label]:
        """Say the maximum: over all x once it is known, else of what is in view."""
        marks = self.marks(known)
        x, y = marks[-1] if marks else (axes[0].low, axes[1].high)
        return [Label(_KEY, self.words(known), x, y, color)]

    def words(self, known: Measured | None) -> str:
        """Write "at most 1/12 = 0.08333, at x = −2.5 and 2.5"; without bound, how much in view."""
        found = None if known is None else known.difference
        if found is not None and found.size == 0:
            return "no difference"
        if found is not None and math.isfinite(found.size):
            fraction = found.fraction
            whole = fraction is None or fraction.denominator == 1
            exact = "" if whole else f"{fraction} = "
            return f"at most {exact}{significant(found.size, 4)}, {_places(found.places)}"
        seen = "".join(
            f"{significant(abs(y), 4)} at x = {significant(x, 4)} in view"
            for x, y in self.marks(known)[:1]
        )
        if found is None or math.isnan(found.size):
            return seen
        return "; ".join(filter(None, (f"no bound {_places(found.places)}", seen)))


def _places(places: tuple[float, ...]) -> str:
    """Write "at x = −2.5 and 2.5", "as x → −∞"."""
    if not places:
        return ""
    sign = "as x →" if math.isinf(places[0]) else "at x ="
    return f"{sign} {' and '.join(significant(x, 4) for x in places)}"


def _cut(main: Trace, other: Trace, x: float) -> Cut:
    """Give both sides of a place where one of two curves, or both, break."""
    sides = zip(_sides(main, x), _sides(other, x), strict=True)
    left, taken, right = (second - first for first, second in sides)
    return Cut(x, left, right, taken)


def _sides(trace: Trace, x: float) -> _Side:
    for each in trace.breaks:
        if each.x == x:
            return each.f_left, each.f, each.f_right
    request = trace.result.request
    height = float(row(request.activation).evaluate(x, dict(request.values))[0])
    return height, height, height
