"""One evaluated curve, divided where it jumps, and what of it goes into each pane."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtGui import QColor

from actviz.activations import row
from actviz.dtypes import DTYPES
from actviz.evaluation import Grid, Result
from actviz.ui.axis import Axis
from actviz.ui.plot_items import DOT, Curve, Dot, Stroke
from actviz.ui.sampling import Cut, Floats, Piece, pieces, stairs, steps_seen

PANES = 2
"""f above, f′ below."""


_FAR = 1e300
_LEAST_SHARE = 0.1
_APART = 2.0**-9
"""Share of the height by which an extremum may miss the samples."""


class Peaks(NamedTuple):
    """Points of a curve that its samples may miss: ascending x, f and f′ there, all finite."""

    x: Floats
    f: Floats
    df: Floats


class Trace:
    """An answer of an engine as two curves, f (0) and f′ (1), with the kinks of its values.

    It is `sharp` once its extrema are known, and `narrow` where the samples had missed one.
    """

    def __init__(self, result: Result) -> None:
        request = result.request
        self.result = result
        self.x = result.x.astype(np.float64)
        self.breaks = row(request.activation).breaks(dict(request.values), _seen(result))
        self.heights: tuple[Floats, Floats] = (
            result.y.astype(np.float64),
            result.dy.astype(np.float64),
        )
        self.cuts = (
            [Cut(b.x, b.f_left, b.f_right, b.f) for b in self.breaks],
            [Cut(b.x, b.df_left, b.df_right, b.df) for b in self.breaks],
        )
        self.sharp = self.narrow = False
        self._take(self.x, self.heights)

    def _take(self, x: Floats, heights: tuple[Floats, Floats]) -> None:
        """Divide samples into pieces, one list for each pane."""
        self.pieces: tuple[list[Piece], ...] = tuple(
            pieces(x, heights[pane], [_drawn(cut) for cut in self.cuts[pane]])
            for pane in range(PANES)
        )
        self._limits = [
            _without_poles(x, heights[pane], self.cuts[pane])
            or extent(y for _, y in self.pieces[pane])
            for pane in range(PANES)
        ]

    def sharpen(self, peaks: Peaks) -> None:
        """Add extrema that the samples have missed; those that lie on the curve add nothing."""
        self.sharp = True
        inside = (peaks.x > self.x[0]) & (peaks.x < self.x[-1])
        x, added = peaks.x[inside], (peaks.f[inside], peaks.df[inside])
        if not any(self._missed(pane, x, added[pane]) for pane in range(PANES)):
            return
        self.narrow = True
        places = np.searchsorted(self.x, x)
        f, df = (np.insert(self.heights[pane], places, added[pane]) for pane in range(PANES))
        self._take(np.insert(self.x, places, x), (f, df))

    def _missed(self, pane: int, x: Floats, y: Floats) -> bool:
        """Say whether points lie apart from the curve through the samples."""
        limits = self._limits[pane]
        if limits is None or not len(y):
            return False
        limits = min(limits[0], float(y.min())), max(limits[1], float(y.max()))
        with np.errstate(invalid="ignore", over="ignore"):
            apart = np.abs(np.interp(x, self.x, self.heights[pane]) - y)
        return bool((apart > _APART * (limits[1] - limits[0])).any())

    def limits(self, pane: int) -> tuple[float, float] | None:
        """Give the smallest and the largest value, one-sided limits included; None without any."""
        return self._limits[pane]

    def across_steps(self, x: Axis) -> bool:
        """Say whether the numbers of the dtype lie over a pixel apart along x."""
        return steps_seen(self.result.request.dtype, x.low, x.high, x.last - x.first)

    def upright_steps(self, pane: int, y: Axis) -> bool:
        """Say whether the values of the dtype lie over a pixel apart in this pane."""
        limits = self.limits(pane)
        if limits is None or limits[0] == limits[1]:
            return False
        largest = max(abs(limits[0]), abs(limits[1]), 0.0)
        gap = self._spacing(min(largest, max(abs(y.low), abs(y.high))))
        return y.high - y.low < gap * (y.first - y.last)

    def curve(self, pane: int, x: Axis, y: Axis, stroke: Stroke) -> Curve:
        """Give the curve to draw: smooth, or as the steps that it is where these can be seen."""
        if not (self.across_steps(x) or self.upright_steps(pane, y)):
            return Curve(self.pieces[pane], stroke)
        given = self.result.request.x
        asked = given.points() if isinstance(given, Grid) else self.x
        treads = stairs(asked, self.x, self.heights[pane], self.cuts[pane])
        return Curve(treads, stroke, stepped=True)

    def dots(self, pane: int, x: Axis, color: QColor) -> list[Dot]:
        """Give the dots at the jumps: filled at the value taken, open at the limits that are not.

        There are none where a single number of the dtype is wider than a dot: nothing is
        computed at the jump then, only on both sides of it.
        """
        if self._gap(x) > 2 * DOT * x.per_pixel:
            return []
        found: list[Dot] = []
        for cut in self.cuts[pane]:
            if cut.jump:
                found += [
                    Dot(cut.x, height, color, filled=False)
                    for height in dict.fromkeys((cut.left, cut.right))
                    if height != cut.taken and np.isfinite(height)
                ]
                if np.isfinite(cut.taken):
                    found.append(Dot(cut.x, cut.taken, color))
        return found

    def _spacing(self, magnitude: float) -> float:
        """Give the distance from a number of the dtype to the next larger one."""
        return DTYPES[self.result.request.dtype].spacing(magnitude)

    def poles(self, pane: int) -> list[float]:
        """List the x at which the curve itself, not its dtype, goes beyond all numbers."""
        return [cut.x for cut in self.cuts[pane] if cut.pole]

    def _gap(self, x: Axis) -> float:
        """Give the distance between numbers of the dtype at the ends of the view."""
        return self._spacing(max(abs(x.low), abs(x.high)))


def _seen(result: Result) -> tuple[float, float] | None:
    """Give the part of the x axis that was asked for."""
    grid = result.request.x
    return (grid.low, grid.high) if isinstance(grid, Grid) else None


def _drawn(cut: Cut) -> Cut:
    """Let a line to a pole leave the picture: it ends at a number instead of at infinity."""
    if not cut.pole:
        return cut
    left, right = (
        math.copysign(_FAR, each) if math.isinf(each) else each for each in (cut.left, cut.right)
    )
    return Cut(cut.x, left, right, math.nan)


def _without_poles(x: Floats, y: Floats, cuts: Sequence[Cut]) -> tuple[float, float] | None:
    """Give the limits of what is worth seeing of a curve with a pole in view; None without one.

    The tenth of the samples that are highest and the tenth that are lowest are followed no
    farther than the others reach.
    """
    if not any(cut.pole and x[0] <= cut.x <= x[-1] for cut in cuts):
        return None
    finite = y[np.isfinite(y)]
    if not finite.size:
        return None
    low, high = np.quantile(finite, (_LEAST_SHARE, 1.0 - _LEAST_SHARE)).tolist()
    room = high - low
    return max(float(finite.min()), low - room), min(float(finite.max()), high + room)


def extent(values: Iterable[Floats]) -> tuple[float, float] | None:
    """Give the smallest and the largest of some arrays' values; None without any."""
    ends = [(float(each.min()), float(each.max())) for each in values if each.size]
    if not ends:
        return None
    return min(low for low, _ in ends), max(high for _, high in ends)
