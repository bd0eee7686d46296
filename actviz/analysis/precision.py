"""f and f′ in formats of few bits beside the truth, and the zones where usual ways lose them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from actviz.activations import Row
from actviz.analysis.curve import Array, Curve
from actviz.analysis.stepwise import backward, textbook
from actviz.dtypes import DTYPES, DType
from actviz.param import Value

Way = Literal["ours", "textbook", "backward"]
WAYS: tuple[Way, ...] = ("ours", "textbook", "backward")
"""This program's own; the textbook forms step by step; f′ as autograd makes it of f."""
Fault = Literal["zero", "infinity", "nan"]
FAULTS: tuple[Fault, ...] = ("zero", "infinity", "nan")

_NEAR = np.linspace(0.0, 128.0, 1025)
_FAR = np.geomspace(128.0, 1e30, 200)
_SUBNORMAL = np.geomspace(1e-30, 0.1, 100)
_PARTS = 64
_LEAST = 5e-324


class Sampled(NamedTuple):
    """f and f′ at x in one format, computed in one way, and the truth; all float64 arrays.

    x holds numbers of the format; the truth is at these, in float64 with the stable forms.
    """

    x: Array
    f: Array
    df: Array
    true_f: Array
    true_df: Array


def sampled(row: Row, values: Mapping[str, Value], x: Array, dtype: str, way: Way) -> Sampled:
    """Compute f and f′ at x rounded to a format.

    Raises
    ------
    ValueError
        For a bad value; for "backward" where a function has no derivative.
    """
    form = DTYPES[dtype]
    at = form.rounded(x).astype(np.float64)
    true_f, true_df = row.evaluate(at, values)
    if way == "ours":
        f, df = (form.rounded(each).astype(np.float64) for each in (true_f, true_df))
    else:
        f, df = (textbook if way == "textbook" else backward)(row, values, at, dtype)
    return Sampled(at, f, df, true_f, true_df)


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of x over which a slope is wrong in kind, both ends in it; infinite where open.

    `fault` is "zero" where f′ is computed as 0 and is not 0, "infinity" and "nan" likewise.
    `held` says that the format could hold the truth somewhere in it: then it is the way's fault,
    and not the format's.
    """

    low: float
    high: float
    fault: Fault
    held: bool


def zones(row: Row, values: Mapping[str, Value], dtype: str, way: Way) -> tuple[Zone, ...]:
    """Find all zones, from left to right: sampled on all magnitudes, ends exact in the format.

    Zones narrower than 1/8 between −128 and 128, and than a third of x beyond, may be missed.
    """
    search = _Search(row, values, DTYPES[dtype], way)
    sides = np.concatenate([_SUBNORMAL, _NEAR[1:], _FAR])
    kinks = np.array([each.x for each in row.breaks(values)])
    both = np.concatenate([-sides[::-1], [0.0], sides, kinks])
    both = both[np.abs(both) <= search.form.largest]
    return tuple(search.zones(np.unique(search.form.rounded(both).astype(np.float64))))


def wrong(found: Sampled, fault: Fault) -> NDArray[np.bool_]:
    """Tell where f′ has a fault of one kind; nowhere where the truth is not a finite number."""
    known = np.isfinite(found.true_df)
    match fault:
        case "zero":
            return np.asarray(known & (found.df == 0.0) & (found.true_df != 0.0))
        case "infinity":
            return np.asarray(known & np.isinf(found.df))
    return np.asarray(known & np.isnan(found.df))


@dataclass(frozen=True)
class _Search:
    """The search for zones of one activation, in one format, by one way."""

    row: Row
    values: Mapping[str, Value]
    form: DType
    way: Way

    def zones(self, x: Array) -> Iterator[Zone]:
        """Find the zones between samples at ascending numbers of the format."""
        found = sampled(self.row, self.values, x, self.form.name, self.way)
        seen = self._seen(found)
        found = _beyond(found, seen)
        representable = np.abs(found.true_df) >= self.form.spacing(0.0)
        for fault in FAULTS:
            bad = np.concatenate([[False], wrong(found, fault), [False]])
            edges = np.flatnonzero(np.diff(bad.astype(np.int8)))
            for first, after in zip(edges[::2], edges[1::2], strict=True):
                low, high = -math.inf, math.inf
                if first > 0:
                    low = self._edge(fault, float(x[first - 1]), float(x[first]), seen)
                if after < len(x):
                    high = self._edge(fault, float(x[after]), float(x[after - 1]), seen)
                yield Zone(low, high, fault, bool(np.any(representable[first:after])))

    def _seen(self, found: Sampled) -> tuple[float, float]:
        """Say beyond which x a truth of 0 is underflow, as on a soft side; ±∞ where it is not."""
        curve, known = Curve.of(self.row, self.values), np.flatnonzero(found.true_df)
        if not known.size:
            return -math.inf, math.inf
        left = found.x[known[0]] if curve.left.kind == "soft" else -math.inf
        right = found.x[known[-1]] if curve.right.kind == "soft" else math.inf
        return float(left), float(right)

    def _edge(self, fault: Fault, right: float, faulty: float, seen: tuple[float, float]) -> float:
        """Find the outermost number with a fault, between a right one and a wrong one."""
        while True:
            points = self.form.rounded(np.linspace(right, faulty, _PARTS + 1))
            x = np.unique(points.astype(np.float64))
            x = x if right < faulty else x[::-1]
            found = sampled(self.row, self.values, x, self.form.name, self.way)
            first = int(np.argmax(wrong(_beyond(found, seen), fault)))
            if first == 0:  # the truth changed its mind by a rounding
                return faulty
            if len(x) <= _PARTS:  # all numbers of the format that there are
                return float(x[first])
            right, faulty = float(x[first - 1]), float(x[first])


def _beyond(found: Sampled, seen: tuple[float, float]) -> Sampled:
    """Put the least number for the truth where it is 0 by underflow alone."""
    low, high = seen
    lost = (found.true_df == 0.0) & ((found.x < low) | (found.x > high))
    return found._replace(true_df=np.where(lost, _LEAST, found.true_df))


def dead_from(found: tuple[Zone, ...]) -> tuple[float | None, float | None]:
    """Give the x from which f′ is lost to 0 for good, on the left and on the right; or None."""
    left = [zone.high for zone in found if zone.fault == "zero" and zone.low == -math.inf]
    right = [zone.low for zone in found if zone.fault == "zero" and zone.high == math.inf]
    return (left[0] if left else None), (right[0] if right else None)
