"""What an activation makes of a person's own pre-activations.

Errors are those of a sample of independent numbers. Pre-activations of one batch and one unit hang
together, so that theirs are larger: what is stated is a lower bound for such data.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from actviz.analysis.curve import Array, Curve
from actviz.analysis.data import Data, standard_error
from actviz.analysis.saturation import EPSILON, saturation_of
from actviz.analysis.survey import Piece, survey


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure of a sample and its standard error; NaN where it does not exist."""

    value: float
    error: float


@dataclass(frozen=True, slots=True)
class DataMoments:
    """What a curve makes of a sample.

    Parameters
    ----------
    mean, second, variance, slope_second
        E f, E f², Var f (divisor n) and E f′²; infinite or NaN where f is at some number.
    saturated
        The share in the outermost stretches of |f′| < ε on sides of class hard or soft.
    small_slope
        The share with |f′| < ε.
    dead
        The share in stretches on which f′ is exactly 0; at a kink the left one counts.
    not_finite
        At how many numbers f or f′ is infinite or not defined.
    """

    mean: Estimate
    second: Estimate
    variance: Estimate
    slope_second: Estimate
    saturated: Estimate
    small_slope: Estimate
    dead: Estimate
    not_finite: int


def data_moments(curve: Curve, data: Data, epsilon: float = 0.01) -> DataMoments:
    """Apply a curve to a sample; the errors are those of independent numbers.

    Raises
    ------
    ValueError
        For a bound that is not greater than 0.
    """
    EPSILON.check(epsilon, "data")
    x, pieces = data.values, survey(curve)
    saturation = saturation_of(curve, epsilon, pieces=pieces)
    with np.errstate(all="ignore"):
        f, df = curve.f(x), curve.df(x)
        flat = np.abs(df) < epsilon
        low, high = saturation.left_edge, saturation.right_edge
        left = flat & (x <= (-math.inf if low is None else low))
        right = flat & (x >= (math.inf if high is None else high))
        return DataMoments(
            mean=_averaged(f),
            second=_averaged(f**2),
            variance=_variance(f),
            slope_second=_averaged(df**2),
            saturated=_share(int((left | right).sum()), x.size),
            small_slope=_share(int(flat.sum()), x.size),
            dead=_share(_dead(pieces, x), x.size),
            not_finite=int((~(np.isfinite(f) & np.isfinite(df))).sum()),
        )


def _dead(pieces: tuple[Piece, ...], x: Array) -> int:
    """Count the numbers in flat stretches, each with its right end: f′ there is the left one."""
    flat = [(piece.low, piece.high) for piece in pieces if np.all(piece.df == 0.0)]
    return sum(int(((x > low) & (x <= high)).sum()) for low, high in flat)


def _averaged(values: Array) -> Estimate:
    return Estimate(float(values.mean()), standard_error(values))


def _variance(values: Array) -> Estimate:
    """Give Var with its error √((m₄ − m₂²)/n), for any distribution with a fourth moment."""
    squares = (values - values.mean()) ** 2
    return Estimate(float(squares.mean()), standard_error(squares))


def _share(hits: int, n: int) -> Estimate:
    """Give a share with the spread that its value has after the sample, before it any: never 0.

    That of the beta distribution with hits + 1 and misses + 1.
    """
    p = (hits + 1) / (n + 2)
    return Estimate(hits / n, math.sqrt(p * (1 - p) / (n + 3)))
