"""Where an activation saturates, how, and how much of a Gaussian input lands there.

Two facts that must not be taken for each other: the class of each side by the limit of f′
(Gulcehre et al. 2016, arXiv:1603.00391), and the share of the input for which |f′| is small.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from actviz.activations import Activation, chosen
from actviz.analysis.crossings import Crossings, crossings
from actviz.analysis.curve import Curve, End, Kind
from actviz.analysis.survey import Piece, survey
from actviz.expression import Formula
from actviz.param import FINITE, POSITIVE, Param, Value

Interval = tuple[float, float]

EPSILON = Param("epsilon", 0.01, POSITIVE, doc="the bound of |f′|, absolute and strict")
MEAN = Param("mean", 0.0, FINITE, doc="the mean of the Gaussian input")
STD = Param("std", 1.0, POSITIVE, doc="the standard deviation of the Gaussian input")


@dataclass(frozen=True, slots=True)
class Saturation:
    """How an activation saturates.

    Parameters
    ----------
    left, right
        The class of each side: "hard" where f′ is exactly 0 from some x on, "soft" where f′ → 0,
        "none" otherwise, "unknown" where the limit of f′ was not found.
    limits
        What f tends to as x → −∞ and x → +∞; None where it was not found.
    turning_points
        Where f′ crosses 0 between kinks: |f′| is small there too, but that is not saturation.
    left_edge, right_edge
        Where the outermost stretch of |f′| < ε on a side of class hard or soft ends; None where
        the side is of another class. A stretch over the whole line has the edges +∞ and −∞.
    probability
        The input's mass in these outermost stretches.
    small_slope
        The input's mass in all x with |f′| < ε.
    """

    left: Kind
    right: Kind
    limits: tuple[float | None, float | None]
    turning_points: tuple[float, ...]
    left_edge: float | None
    right_edge: float | None
    probability: float
    small_slope: float


def saturation(
    activation: Activation | str | Formula,
    *,
    epsilon: float = 0.01,
    mean: float = 0.0,
    std: float = 1.0,
    **values: Value,
) -> Saturation:
    """Classify both sides of an activation, and weigh them under a Gaussian input.

    Parameters
    ----------
    epsilon
        The bound of |f′| below which a slope is small: absolute, and strict.
    mean, std
        Of the Gaussian input.
    values
        The activation's parameters; what is left out has its default.

    Raises
    ------
    ValueError
        For an unknown activation, a bad value, and for softmax, which has no scalar reading.
    """
    return saturation_of(scalar_curve(activation, values), epsilon, mean, std)


def scalar_curve(activation: Activation | str | Formula, values: dict[str, Value]) -> Curve:
    """Take an activation that has scalar readings; a ValueError for one of vectors."""
    own, full = chosen(activation, values)
    if own.vector:
        raise ValueError(
            f"{own.name}: it acts on vectors, so it has no scalar readings; "
            "use actviz.softmax for its values and its Jacobian"
        )
    return Curve.of(own, full)


def saturation_of(
    curve: Curve,
    epsilon: float = 0.01,
    mean: float = 0.0,
    std: float = 1.0,
    pieces: tuple[Piece, ...] | None = None,
    *,
    found: Crossings | None = None,
) -> Saturation:
    """Do the same for any curve, the slice of a vector function included.

    `pieces` is the survey of the curve and `found` its crossings of ε where they are at hand
    already: they do not depend on the input.
    """
    EPSILON.check(epsilon, "saturation")
    MEAN.check(mean, "saturation")
    STD.check(std, "saturation")
    surveyed = survey(curve) if pieces is None else pieces
    found = crossings(curve, surveyed, epsilon) if found is None else found
    flat = _flat_stretches(surveyed, [float(x) for x in found.edges], epsilon)
    left = _outermost(flat, curve.left, -1)
    right = _outermost(flat, curve.right, 1)
    return Saturation(
        left=curve.left.kind,
        right=curve.right.kind,
        limits=(curve.left.limit, curve.right.limit),
        turning_points=tuple(float(x) for x in found.zeros),
        left_edge=left[1] if left else None,
        right_edge=right[0] if right else None,
        probability=math.fsum(mass(each, mean, std) for each in {left, right} if each),
        small_slope=math.fsum(mass(each, mean, std) for each in flat),
    )


def _flat_stretches(
    pieces: tuple[Piece, ...], edges: list[float], epsilon: float
) -> list[Interval]:
    """Find the intervals with |f′| < ε, from left to right; kinks inside them do not count."""
    stretches: list[Interval] = []
    for piece in pieces:
        own = [x for x in edges if piece.low < x < piece.high]
        bounds = [piece.low, *own, piece.high]
        first = 0 if abs(piece.df[0]) < epsilon else 1
        for low, high in zip(bounds[first::2], bounds[first + 1 :: 2], strict=False):
            touches = stretches and stretches[-1][1] == low
            stretches.append((stretches.pop()[0] if touches else low, high))
    return stretches


def _outermost(flat: list[Interval], end: End, side: int) -> Interval | None:
    """Give the stretch that reaches to the end of a side of class hard or soft."""
    if not flat or end.kind not in ("hard", "soft"):
        return None
    stretch = flat[0] if side < 0 else flat[-1]
    return stretch if math.isinf(stretch[0 if side < 0 else 1]) else None


def mass(interval: Interval, mean: float, std: float) -> float:
    """Compute the mass of N(mean, std²) in an interval; of tails, so that nothing cancels."""
    low, high = ((x - mean) / std * math.sqrt(0.5) for x in interval)
    if low > 0.0:
        return (math.erfc(low) - math.erfc(high)) / 2
    return (math.erfc(-high) - math.erfc(-low)) / 2
