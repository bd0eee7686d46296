"""The inputs a function is measured at: a sweep over all that is hard, or every number there is.

Inputs come in blocks, each an array of numbers of the dtype. A function of
vectors is measured on its slice, which engines compute over grids: its blocks are grids, within a
binade each, so that every number between their ends is hit, and finite ones only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from actviz.accuracy.patterns import Array, numbers, width
from actviz.activations import Row
from actviz.analysis.crossings import crossings
from actviz.analysis.curve import Curve
from actviz.analysis.survey import survey
from actviz.dtypes import DTYPES
from actviz.evaluation import Grid

BLOCK = 1 << 20
"""Points in a block: large enough for a device, small enough for the memory."""
STEP = 1021
"""The sweep takes one of so many float32, all exponents alike; a prime, so no pattern repeats."""
_AROUND = 256
_SPREAD = 1 << 18
_NEAR = 128.0
_IN_BINADE = 1 << 13
_IN_DOUBLE = 1200
_EPSILON = 1e-3


@dataclass(frozen=True)
class Inputs:
    """Blocks of inputs, made when they are asked for; `sizes` holds their numbers of points."""

    sizes: tuple[int, ...]
    block: Callable[[int], Grid | Array]

    @property
    def points(self) -> int:
        """How many points there are."""
        return sum(self.sizes)


def exhaustive(row: Row, dtype: str) -> Inputs:
    """Give every number of a dtype of at most 32 bits, NaNs with all payloads included."""
    total = 1 << width(dtype)
    if total > 1 << 32:
        raise ValueError(f"--exhaustive: {dtype} is not allowed; it has too many numbers")
    if row.vector:
        return _grids(dtype, BLOCK)
    size = min(BLOCK, total)

    def block(index: int) -> Array:
        first = index * size
        return numbers(np.arange(first, first + size, dtype=np.uint32), dtype)

    return Inputs((size,) * (total // size), block)


def sweep(row: Row, values: Mapping[str, object], dtype: str) -> Inputs:
    """Give what is hard: all exponents, tails, kinks and roots of f′ with neighbours, ±∞, NaN.

    Types of 16 bits are given whole. The same inputs come every time.
    """
    if width(dtype) == 16:
        return exhaustive(row, dtype)
    if row.vector:
        return _slice_sweep(dtype)
    parts = [_special(dtype), around(landmarks(row, values), dtype), _spread(dtype)]
    if dtype == "float32":
        every = numbers(np.arange(0, 1 << 32, STEP, dtype=np.uint32), dtype)
        parts.append(every[~np.isnan(every)])  # one NaN is among the special ones
    else:
        parts.append(_magnitudes())
    whole = np.concatenate(parts)
    pieces = [whole[first : first + BLOCK] for first in range(0, whole.size, BLOCK)]
    return Inputs(tuple(each.size for each in pieces), pieces.__getitem__)


def landmarks(row: Row, values: Mapping[str, object]) -> Array:
    """Find the roots of f′, and where one formula takes over from another, in float64."""
    curve = Curve.of(row, values)
    zeros = crossings(curve, survey(curve), _EPSILON).zeros
    return np.concatenate([zeros, np.array(curve.joints, np.float64)])


def around(places: Array, dtype: str) -> Array:
    """Give the numbers of a dtype next to some places, so many on both sides of each."""
    reach = _AROUND if dtype == "float32" else _AROUND // 16
    found = [DTYPES[dtype].rounded(places)]
    with np.errstate(all="ignore"):
        for end in (-math.inf, math.inf):
            each = found[0]
            for _ in range(reach):
                each = np.nextafter(each, each.dtype.type(end))
                found.append(each)
    return np.concatenate(found)


def _special(dtype: str) -> Array:
    """Give ±0, the ends of the subnormal and of the normal numbers, ±∞ and NaN."""
    form = DTYPES[dtype]
    tiny, huge = math.ldexp(1.0, form.lowest), form.largest
    half = np.array([0.0, form.spacing(0.0), tiny - form.spacing(0.0), tiny, 1.0, huge, math.inf])
    return DTYPES[dtype].rounded(np.concatenate([half, -half, [math.nan]]))


def _spread(dtype: str) -> Array:
    """Give points at equal distances, where functions do what they do."""
    if dtype == "float32":
        return DTYPES[dtype].rounded(np.linspace(-_NEAR, _NEAR, _SPREAD))
    return np.linspace(-40.0, 40.0, _IN_DOUBLE // 3) + 1.0 / 3.0


def _magnitudes() -> Array:
    """Give float64 of all magnitudes, and the tails where results become subnormal."""
    sizes = np.geomspace(1e-320, 1.7e308, _IN_DOUBLE // 3)
    tails = np.linspace(36.0, 760.0, _IN_DOUBLE // 6) + 1.0 / 3.0
    return np.concatenate([sizes, -sizes, tails, -tails])


def _grids(dtype: str, most: int) -> Inputs:
    """Give every finite number of a dtype as grids of so many points, each within a binade."""
    form = DTYPES[dtype]
    starts = [0.0, *(math.ldexp(1.0, each) for each in range(form.lowest, form.highest + 1))]
    count = min(most, 1 << (form.bits - 1))
    parts = (1 << (form.bits - 1)) // count

    def block(index: int) -> Grid:
        sign, rest = divmod(index, len(starts) * parts)
        binade, part = divmod(rest, parts)
        unit = max(starts[binade], starts[1]) * 2.0 ** -(form.bits - 1)
        low = starts[binade] + part * count * unit
        high = low + (count - 1) * unit
        return Grid(-high, -low, count) if sign else Grid(low, high, count)

    return Inputs((count,) * (2 * len(starts) * parts), block)


def _slice_sweep(dtype: str) -> Inputs:
    """Give grids over a binade each, with some of its numbers."""
    if dtype == "float64":
        grids = [Grid(-end, end, _IN_DOUBLE // 2) for end in (40.0, 760.0)]
        return Inputs(tuple(each.count for each in grids), grids.__getitem__)
    whole = _grids(dtype, 1 << DTYPES[dtype].bits - 1)

    def block(index: int) -> Grid:
        grid = whole.block(index)
        assert isinstance(grid, Grid)
        return Grid(grid.low, grid.high, _IN_BINADE)

    return Inputs((_IN_BINADE,) * len(whole.sizes), block)
