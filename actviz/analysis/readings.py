"""The figures under a curve: its range, its steepest slope, its jumps, and how it saturates."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from actviz.activations import Break, Row
from actviz.analysis.curve import Array, Curve
from actviz.analysis.moments import Moments, moments_of
from actviz.analysis.saturation import Saturation, saturation_of
from actviz.analysis.survey import Piece, survey
from actviz.param import Value


@dataclass(frozen=True, slots=True)
class Range:
    """The infimum and supremum of f, None where not found, and whether f takes these values."""

    low: float | None
    high: float | None
    low_attained: bool
    high_attained: bool


@dataclass(frozen=True, slots=True)
class Steepest:
    """The supremum of |f′| and where it is.

    At one point `low` equals `high`, and `side` is −1 or +1 where it is the limit from the left
    or from the right at a kink, else 0; otherwise |f′| has the value everywhere from `low` to
    `high`. ±∞ as a point means that f′ tends to it without reaching it.
    """

    value: float
    low: float
    high: float
    side: int = 0


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
    return Readings(
        range=_range(curve, pieces, saturated.turning_points),
        steepest=_steepest(curve, pieces),
        breaks=curve.breaks,
        saturation=saturated,
        moments=moments_of(curve, mean, std),
    )


def _range(curve: Curve, pieces: tuple[Piece, ...], turning_points: tuple[float, ...]) -> Range:
    """Compare the ends, both sides of each kink, and the turning points."""
    ends = (curve.left, curve.right)
    taken = [float(y) for y in curve.f(np.array(turning_points))]
    taken += [each.f for each in curve.breaks]
    taken += [end.limit for end in ends if end.kind == "hard" and end.limit is not None]
    approached = [y for each in curve.breaks for y in (each.f_left, each.f_right)]
    approached += [end.limit for end in ends if end.limit is not None]
    known = all(end.limit is not None for end in ends)
    low, high = min(taken + approached), max(taken + approached)
    return Range(
        low if known or low == -math.inf else None,
        high if known or high == math.inf else None,
        low in taken,
        high in taken,
    )


def _steepest(curve: Curve, pieces: tuple[Piece, ...]) -> Steepest:
    """Compare the pieces: constant slopes, extrema of f′, limits at kinks and at both ends."""
    broken = {each.x for each in curve.breaks}
    candidates = [each for piece in pieces for each in _of_piece(piece, broken)]
    for end, x in ((curve.left, -math.inf), (curve.right, math.inf)):
        if end.slope is not None:
            candidates.append(Steepest(abs(end.slope), x, x))
    return max(candidates, key=lambda each: (each.value, each.high - each.low > 0.0))


def _of_piece(piece: Piece, broken: set[float]) -> list[Steepest]:
    slopes: Array = np.abs(piece.df)
    if np.all(slopes == slopes[0]):
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
