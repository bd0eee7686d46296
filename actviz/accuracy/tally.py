"""What a measurement found: errors of one function counted, so that counts can be added up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from actviz.accuracy.patterns import bits_of, width
from actviz.analysis.ulp import Array, errors_in_ulp, faults

FAULTS = ("false_zeros", "false_infinities", "sign_errors", "nan_mismatches")
_SHIFT = 15
"""Errors are counted by the upper 16 bits of their float32: steps of 1/256 of their size."""
_BINS = 1 << (31 - _SHIFT)
_INFINITE = 0x7F800000 >> _SHIFT


class Fault(msgspec.Struct):
    """How often a fault was found, and the x nearest to 0 where it was, as bits of the dtype."""

    count: int = 0
    nearest: int | None = None


class Saved(msgspec.Struct):
    """A tally as it stands in a file; of the histogram those (bin, count) that are not 0."""

    points: int
    worst: float
    at: int | None
    faults: dict[str, Fault]
    histogram: list[tuple[int, int]]


@dataclass
class Tally:
    """Errors of one function: `worst` in units in the last place, at the x of bits `at`.

    `worst` is the largest that is a number: an infinity or a NaN in the wrong place is a fault.
    Where all are 0 there is no `at`.
    """

    dtype: str
    points: int = 0
    worst: float = 0.0
    at: int | None = None
    faults: dict[str, Fault] = field(default_factory=lambda: {name: Fault() for name in FAULTS})
    histogram: NDArray[np.int64] = field(default_factory=lambda: np.zeros(_BINS, np.int64))

    def add(self, other: Tally) -> None:
        """Add what another one found, at later inputs."""
        self.points += other.points
        if other.at is not None and (self.at is None or other.worst > self.worst):
            self.worst, self.at = other.worst, other.at
        for name, fault in other.faults.items():
            mine = self.faults[name]
            mine.count += fault.count
            found = [each for each in (mine.nearest, fault.nearest) if each is not None]
            mine.nearest = min(found, key=self._size, default=None)
        self.histogram += other.histogram

    def _size(self, bits: int) -> int:
        """Give the bits without the sign: in the order of the magnitudes, NaN the largest."""
        return bits & ((1 << (width(self.dtype) - 1)) - 1)

    def percentile(self, percent: float = 99.99) -> float:
        """Give the error that so many percent of the points do not exceed, to 1/256 upwards."""
        reached = np.cumsum(self.histogram) >= self.points * percent / 100.0
        place = int(np.argmax(reached))
        if place >= _INFINITE:
            return float("inf")
        bits = np.array([((place + 1) << _SHIFT) - 1 if place else 0], np.uint32)
        return min(float(bits.view(np.float32)[0]), self.worst)

    def saved(self) -> Saved:
        """Give it as it stands in a file."""
        bins = np.flatnonzero(self.histogram)
        pairs = list(zip(bins.tolist(), self.histogram[bins].tolist(), strict=True))
        return Saved(self.points, self.worst, self.at, self.faults, pairs)

    @classmethod
    def restored(cls, saved: Saved, dtype: str) -> Tally:
        """Take it from a file; raises a ValueError for what no tally can be."""
        tally = cls(dtype, saved.points, saved.worst, saved.at)
        for place, count in saved.histogram:
            if not 0 <= place < _BINS:
                raise ValueError(f"histogram: {place} is not allowed; it must be below {_BINS}")
            tally.histogram[place] = count
        tally.faults.update(saved.faults)
        return tally


class Numbers(NamedTuple):
    """Results, and the truth of them: float64 and the rest, in units in the last place."""

    computed: Array
    truth: Array
    rest: Array | float = 0.0


def _nearest(x: Array, dtype: str) -> int:
    """Give the bits of the number nearest to 0, of a NaN where there is nothing else."""
    with np.errstate(invalid="ignore"):  # signalling NaNs may be among them
        sizes = np.abs(x.astype(np.float64))
    return bits_of(x[np.argmin(np.where(np.isnan(sizes), np.inf, sizes))], dtype)


def measured(x: Array, numbers: Numbers, dtype: str) -> Tally:
    """Measure the results at some x, all of one dtype."""
    errors = errors_in_ulp(numbers.computed, numbers.truth, dtype, numbers.rest)
    tally = Tally(dtype, points=errors.size)
    if errors.size == 0:
        return tally
    most = float(errors.max())
    known = errors if most < np.inf else np.where(np.isinf(errors), -1.0, errors)
    place = int(np.argmax(known))
    if known[place] > 0.0:
        tally.worst, tally.at = float(known[place]), bits_of(x[place], dtype)
    if most >= 1.0:  # below it nothing is wrong in kind
        found = faults(numbers.computed, numbers.truth, dtype)
        for name, where in zip(FAULTS, found, strict=True):
            if where.any():
                tally.faults[name] = Fault(int(np.count_nonzero(where)), _nearest(x[where], dtype))
    with np.errstate(over="ignore"):
        keys = errors.astype(np.float32).view(np.uint32) >> np.uint32(_SHIFT)
    tally.histogram += np.bincount(keys.astype(np.intp), minlength=_BINS)
    return tally
