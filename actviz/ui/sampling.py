"""Where the points of a curve go: samples, pieces between jumps, steps, pixels, simplification.

Pure NumPy, no Qt. A curve is a list of pieces; each piece is drawn as one line, and nothing joins
two pieces: jumps and gaps (NaN, infinities) are what lies between them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from actviz.dtypes import DTYPES
from actviz.evaluation import Grid

Floats = NDArray[np.float64]
Piece = tuple[Floats, Floats]
"""x and y of points that one line joins: float64, finite, at least two, x ascending."""

TOLERANCE = 0.15
"""How far, in pixels, a drawn line may lie from the samples it replaces."""
_BLOCKS = (8, 16, 64)
"""How many sample intervals one line may replace; each is a multiple of the one before."""
_STEEP = 8.0


@dataclass(frozen=True, slots=True)
class Cut:
    """A place where a curve is not smooth: its one-sided limits and the value taken there.

    Where the limits are equal the curve has a corner, and the line goes through it; where they
    differ it jumps, and no line crosses it. A limit is infinite at a pole, and NaN where the curve
    is not defined.
    """

    x: float
    left: float
    right: float
    taken: float

    @property
    def jump(self) -> bool:
        """Whether the one-sided limits differ, or there is no value between them."""
        return self.left != self.right or not math.isfinite(self.taken)

    @property
    def pole(self) -> bool:
        """Whether the curve goes beyond all numbers on a side."""
        return math.isinf(self.left) or math.isinf(self.right)


def sample_grid(low: float, high: float, pixels: int) -> Grid:
    """Place one sample in each device pixel of a view, both edges included."""
    return Grid(low, high, max(pixels, 1) + 1)


def steps_seen(dtype: str, low: float, high: float, pixels: float) -> bool:
    """Say whether numbers of `dtype` near the ends of an axis lie over a pixel apart."""
    return high - low < DTYPES[dtype].spacing(max(abs(low), abs(high))) * pixels


def pieces(x: ArrayLike, y: ArrayLike, cuts: Sequence[Cut] = ()) -> list[Piece]:
    """Divide samples at jumps and gaps, with exact ends at the jumps and exact corners.

    `x` ascends (equal neighbours are allowed); `cuts` are sorted by x, and those outside the
    samples are left out.
    """
    xs, ys = np.asarray(x, np.float64), np.asarray(y, np.float64)
    parts_x: list[ArrayLike] = []
    parts_y: list[ArrayLike] = []
    start = 0
    for cut in cuts:
        if not len(xs) or not xs[0] <= cut.x <= xs[-1]:
            continue
        before, after = np.searchsorted(xs, cut.x, "left"), np.searchsorted(xs, cut.x, "right")
        vertex = (cut.left, np.nan, cut.right) if cut.jump else (cut.left,)
        parts_x += [xs[start:before], (cut.x,) * len(vertex)]
        parts_y += [ys[start:before], vertex]
        start = int(after)
    if not parts_x:
        return _finite_runs(xs, ys)
    return _finite_runs(
        np.concatenate([*parts_x, xs[start:]]), np.concatenate([*parts_y, ys[start:]])
    )


def _finite_runs(x: Floats, y: Floats) -> list[Piece]:
    finite = np.isfinite(x) & np.isfinite(y)
    if finite.all():
        return [(x, y)] if len(x) > 1 else []
    edges = np.flatnonzero(np.diff(np.concatenate(([False], finite, [False])).astype(np.int8)))
    runs = zip(edges[::2], edges[1::2], strict=True)
    return [(x[first:end], y[first:end]) for first, end in runs if end - first > 1]


def stairs(
    asked: ArrayLike, rounded: ArrayLike, y: ArrayLike, cuts: Sequence[Cut] = ()
) -> list[Piece]:
    """Draw a curve as the steps that it is in its arithmetic: level treads, upright risers.

    `asked` are the places in float64 and `rounded` the numbers of the dtype they were rounded
    to, at which `y` was computed. A riser stands where the rounding changes over; a jump has no
    riser.
    """
    places, at, heights = (np.asarray(each, np.float64) for each in (asked, rounded, y))
    if len(places) < 2:
        return []
    middle = np.where(at[1:] > at[:-1], at[:-1] / 2 + at[1:] / 2, places[:-1] / 2 + places[1:] / 2)
    middle = np.clip(middle, places[:-1], places[1:])
    side = np.zeros(len(at), dtype=np.intp)
    for cut in cuts:
        if cut.jump:
            side += (at >= cut.x) if cut.taken == cut.right else (at > cut.x)
    across = side[1:] != side[:-1]
    change = np.flatnonzero((heights[1:] != heights[:-1]) | across)
    steps_x = np.repeat(middle[change], 3)
    steps_y = np.empty(3 * len(change))
    steps_y[0::3], steps_y[2::3] = heights[change], heights[change + 1]
    steps_y[1::3] = np.where(across[change], np.nan, heights[change])
    return _finite_runs(
        np.concatenate((places[:1], steps_x, places[-1:])),
        np.concatenate((heights[:1], steps_y, heights[-1:])),
    )


def clipped(x: Floats, y: Floats, low: float, high: float) -> Piece:
    """Bring a line in pixels into low ≤ y ≤ high; it leaves and enters where it truly does.

    What lies outside becomes a level line on the bound, so that neither 1e300 nor a thousand
    dashes that nobody sees reach the painter.
    """
    if y.min() >= low and y.max() <= high:
        return x, y
    for bound in (low, high):
        outside = y > bound
        first = np.flatnonzero(outside[1:] != outside[:-1])
        y0, y1 = y[first], y[first + 1]
        share = (bound / 2 - y0 / 2) / (y1 / 2 - y0 / 2)
        x = np.insert(x, first + 1, x[first] + (x[first + 1] - x[first]) * share)
        y = np.insert(y, first + 1, bound)
    return x, np.clip(y, low, high)


def simplified(x: Floats, y: Floats, tolerance: float = TOLERANCE) -> Piece:
    """Leave out points that lie within `tolerance` of the line that replaces them.

    Whole blocks of 8, 16 and 64 intervals are replaced at once, so the cost is three passes over
    the points however many remain. Ends always stay.
    """
    keep = np.ones(len(x), dtype=bool)
    flat, parts = np.ones(len(x), dtype=bool), 1
    for size in _BLOCKS:
        count = (len(x) - 1) // size
        if not count or not flat.any():
            break
        straight = _straight(x, y, size, count, tolerance)
        flat = straight & flat[: count * size // parts].reshape(count, -1).all(axis=1)
        keep[: count * size].reshape(count, size)[flat, 1:] = False
        parts = size
    return (x, y) if keep.all() else (x[keep], y[keep])


def _straight(x: Floats, y: Floats, size: int, count: int, tolerance: float) -> NDArray[np.bool_]:
    """For each block of points, say whether all lie near the chord between its ends."""
    inner_x = x[: count * size].reshape(count, size)
    inner_y = y[: count * size].reshape(count, size)
    x0, y0 = inner_x[:, :1], inner_y[:, :1]
    dx = x[size : count * size + 1 : size, None] - x0
    dy = y[size : count * size + 1 : size, None] - y0
    area = (inner_x - x0) * dy - (inner_y - y0) * dx
    near = np.abs(area).max(axis=1) <= tolerance * np.hypot(dx, dy)[:, 0]
    if (np.abs(dy) > _STEEP * np.abs(dx)).any():
        # A point near the line of a steep chord may still lie far above or below its ends.
        near &= inner_y.max(axis=1) <= np.maximum(y0, y0 + dy)[:, 0] + tolerance
        near &= inner_y.min(axis=1) >= np.minimum(y0, y0 + dy)[:, 0] - tolerance
    return np.asarray(near)
