"""The figures under a curve: its range, its steepest slope, its jumps, and how it saturates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from actviz.activations import Break, Row
from actviz.analysis.curve import Array, Curve
from actviz.analysis.moments import Moments, moments_of
from actviz.analysis.saturation import Saturation, saturation_of
from actviz.analysis.survey import Piece, survey
from actviz.param import Value


@dataclass(frozen=True, slots=True)
class Interval:
    """Values that f takes: from `low` to `high`, each end taken or only approached.

    An end that was not found is None; a single value is an interval whose ends are equal.
    """

    low: float | None
    high: float | None
    low_attained: bool
    high_attained: bool

    def touches(self, other: Interval) -> bool:
        """Tell whether nothing lies between this interval and one that begins no lower."""
        if self.high is None or other.low is None:
            return True
        if self.high == other.low:
            return self.high_attained or other.low_attained
        return self.high > other.low


@dataclass(frozen=True, slots=True)
class Range:
    """The values that f takes, as ascending intervals; more than one where a jump leaves a gap."""

    parts: tuple[Interval, ...]

    @property
    def low(self) -> float | None:
        """The infimum, None where not found."""
        return self.parts[0].low

    @property
    def high(self) -> float | None:
        """The supremum, None where not found."""
        return self.parts[-1].high

    @property
    def low_attained(self) -> bool:
        """Whether f takes its infimum."""
        return self.parts[0].low_attained

    @property
    def high_attained(self) -> bool:
        """Whether f takes its supremum."""
        return self.parts[-1].high_attained


@dataclass(frozen=True, slots=True)
class Steepest:
    """The supremum of |f′| and where it is; `known` is false where it may be more far out.

    At one point `low` equals `high`, and `side` is −1 or +1 where it is the limit from the left
    or from the right at a kink, else 0; otherwise |f′| has the value everywhere from `low` to
    `high`. ±∞ as a point means that f′ tends to it without reaching it. The value is NaN where f
    is defined nowhere.
    """

    value: float
    low: float
    high: float
    side: int = 0
    known: bool = True


@dataclass(frozen=True, slots=True)
class Readings:
    """All figures of one curve; `breaks` are its kinks and jumps."""

    range: Range
    steepest: Steepest
    breaks: tuple[Break, ...]
    saturation: Saturation
    moments: Moments

    @property
    def lipschitz(self) -> float:
        """Give the Lipschitz constant: sup |f′|, infinite where f jumps."""
        return math.inf if any(each.jump for each in self.breaks) else self.steepest.value


def readings(
    row: Row,
    values: dict[str, Value],
    *,
    epsilon: float = 0.01,
    mean: float = 0.0,
    std: float = 1.0,
) -> Readings:
    """Compute all figures of an activation's curve, for a Gaussian input of this mean and spread.

    A vector function is read as its slice along one coordinate.

    Raises
    ------
    ValueError
        For a bad value.
    """
    curve = Curve.of(row, values)
    pieces = survey(curve)
    saturated = saturation_of(curve, epsilon, mean, std, pieces)
    return readings_of(curve, pieces, saturated, moments_of(curve, mean, std))


def readings_of(
    curve: Curve, pieces: tuple[Piece, ...], saturated: Saturation, moments: Moments
) -> Readings:
    """Put together what is known of a curve with its range and its steepest slope."""
    return Readings(
        range=_range(curve, saturated.turning_points),
        steepest=_steepest(curve, pieces),
        breaks=curve.breaks,
        saturation=saturated,
        moments=moments,
    )


def _range(curve: Curve, turning_points: tuple[float, ...]) -> Range:
    """Unite the values of each stretch between two jumps with those at the jumps."""
    jumps = [each for each in curve.breaks if each.jump]
    stops = [None, *jumps, None]
    stretches = (_stretch(curve, *ends, turning_points) for ends in pairwise(stops))
    parts = [each for each in stretches if each is not None]
    parts += [Interval(each.f, each.f, True, True) for each in jumps if not math.isnan(each.f)]
    parts = parts or [Interval(None, None, False, False)]
    if any(part.low is None or part.high is None for part in parts):
        return Range((_hull(parts),))
    united: list[Interval] = []
    for part in sorted(parts, key=_order):
        if united and united[-1].touches(part):
            united[-1] = _hull([united[-1], part])
        else:
            united.append(part)
    return Range(tuple(united))


def _order(part: Interval) -> tuple[float, bool]:
    assert part.low is not None
    return part.low, not part.low_attained


def _stretch(
    curve: Curve, start: Break | None, stop: Break | None, turning_points: tuple[float, ...]
) -> Interval | None:
    """Find what f takes strictly between two jumps, None for the ends of the axis.

    There is nothing where f is not defined.

    f is continuous there, so it takes everything between its extremes, which are approached at
    both ends or taken at turning points, corners and on flat ends.
    """
    low = -math.inf if start is None else start.x
    high = math.inf if stop is None else stop.x
    inside = np.array([x for x in turning_points if low < x < high])
    taken = [float(y) for y in curve.f(inside)]
    taken += [each.f for each in curve.breaks if low < each.x < high]
    limits = [
        curve.left.limit if start is None else start.f_right,
        curve.right.limit if stop is None else stop.f_left,
    ]
    flat = [(start, curve.left), (stop, curve.right)]
    taken += [
        end.limit
        for jump, end in flat
        if jump is None and end.kind == "hard" and end.limit is not None
    ]
    holes = [each.f_left for each in curve.breaks if low < each.x < high and math.isnan(each.f)]
    known = [limit for limit in limits if limit is not None and not math.isnan(limit)]
    taken = [y for y in taken if not math.isnan(y)]
    if not known and not taken:
        middle = np.array([_between(low, high)])
        return None if np.isnan(curve.f(middle)).all() else Interval(None, None, False, False)
    return _ends(taken, known + holes, complete=len(known) == len(limits))


def _between(low: float, high: float) -> float:
    """Give a point between two ends, one or both of which may be infinite."""
    if math.isinf(low):
        return 0.0 if math.isinf(high) else high - max(1.0, abs(high))
    return low + max(1.0, abs(low)) if math.isinf(high) else low / 2 + high / 2


def _ends(taken: list[float], approached: list[float], *, complete: bool) -> Interval:
    least, greatest = min(taken + approached), max(taken + approached)
    low = least if complete or least == -math.inf else None
    high = greatest if complete or greatest == math.inf else None
    # An interval of one value is a stretch on which f is constant.
    constant = complete and least == greatest and math.isfinite(least)
    return Interval(
        low,
        high,
        constant or (low in taken and low != -math.inf),
        constant or (high in taken and high != math.inf),
    )


def _hull(parts: Sequence[Interval]) -> Interval:
    """Give the interval from the least to the greatest value; unknown where one is unknown."""
    lows = [part.low for part in parts if part.low is not None]
    highs = [part.high for part in parts if part.high is not None]
    low = min(lows) if len(lows) == len(parts) or -math.inf in lows else None
    high = max(highs) if len(highs) == len(parts) or math.inf in highs else None
    return Interval(
        low,
        high,
        any(part.low_attained for part in parts if part.low == low),
        any(part.high_attained for part in parts if part.high == high),
    )


def _steepest(curve: Curve, pieces: tuple[Piece, ...]) -> Steepest:
    """Compare the pieces: constant slopes, extrema of f′, limits at kinks and at both ends."""
    broken = {each.x for each in curve.breaks}
    candidates = [each for piece in pieces for each in _of_piece(piece, broken)]
    for end, x in ((curve.left, -math.inf), (curve.right, math.inf)):
        if end.slope is not None:
            candidates.append(Steepest(abs(end.slope), x, x))
    known = [each for each in candidates if not math.isnan(each.value)]
    found = max(known, key=_merit, default=Steepest(math.nan, -math.inf, math.inf))
    open_ends = any(end.slope is None and end.defined for end in (curve.left, curve.right))
    return replace(found, known=found.value == math.inf or not open_ends)


def _merit(found: Steepest) -> tuple[float, bool, float]:
    """Order by the slope to twelve digits; then stretches before points, then nearest to 0."""
    return float(f"{found.value:.12g}"), found.high > found.low, -abs(found.low)


def _of_piece(piece: Piece, broken: set[float]) -> list[Steepest]:
    slopes: Array = np.abs(piece.df)
    if np.all(slopes == slopes[0]) and math.isfinite(slopes[0]):
        return [Steepest(float(slopes[0]), piece.low, piece.high)]
    inside = np.isin(piece.x, piece.extrema)
    found = [
        Steepest(float(slope), float(x), float(x))
        for x, slope in zip(piece.x[inside], slopes[inside], strict=True)
    ]
    for x, slope, inwards in ((piece.low, slopes[0], 1), (piece.high, slopes[-1], -1)):
        if math.isfinite(x):
            found.append(Steepest(float(slope), x, x, inwards if x in broken else 0))
    return found
