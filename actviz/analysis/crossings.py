"""Where f′ crosses 0 and the bounds ±ε: all crossings at once, to full float64 precision."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from actviz.analysis.curve import Array, Curve
from actviz.analysis.survey import Indices, Piece, cluster

_MOST = 64
_MOST_ROUNDS = 24
_TIGHT = 2.0**-52


class Crossings(NamedTuple):
    """The x inside the smooth pieces where f′ changes sign, and where |f′| < ε begins or ends.

    Of very many, as of a curve that oscillates, those nearest to 0 are found to full precision;
    other zeros are left out, and other edges are as good as the samples.
    """

    zeros: Array
    edges: Array


class _Brackets(NamedTuple):
    """Pairs of x between which g = scale·f′ + offset becomes or stops being positive."""

    low: Array
    high: Array
    g_low: Array
    g_high: Array
    scale: Array
    offset: Array


def crossings(curve: Curve, pieces: tuple[Piece, ...], epsilon: float) -> Crossings:
    """Find the crossings, in ascending order; jumps at kinks are not among them."""
    brackets = []
    for piece in pieces:
        brackets += [
            _bracket(piece, *_sign_changes(piece.df), 1.0, 0.0),
            _bracket(piece, *_flips(piece.df > -epsilon), 1.0, epsilon),
            _bracket(piece, *_flips(piece.df < epsilon), -1.0, epsilon),
        ]
    if not brackets:
        return Crossings(np.empty(0), np.empty(0))
    joined = _Brackets(*(np.concatenate(parts) for parts in zip(*brackets, strict=True)))
    nearest = np.argsort(np.abs(joined.low), kind="stable")
    near, far = (
        _Brackets(*(part[which] for part in joined)) for which in np.split(nearest, [_MOST])
    )
    roots = _solve(curve, near)
    is_zero = near.offset == 0.0
    others = _nearer(far)[far.offset != 0.0]
    return Crossings(np.sort(roots[is_zero]), np.sort([*roots[~is_zero], *others]))


def _sign_changes(df: Array) -> tuple[Indices, Indices]:
    """Find the samples between which f′ changes sign with at most one sample of 0 between.

    A longer stretch of zeros is flat (or has underflowed) and no crossing.
    """
    sign = np.sign(df)
    known = np.flatnonzero(np.nan_to_num(sign))
    low, high = known[:-1], known[1:]
    turns = (sign[low] != sign[high]) & (high - low <= 2)
    return low[turns], high[turns]


def _flips(holds: NDArray[np.bool_]) -> tuple[Indices, Indices]:
    low = np.flatnonzero(holds[:-1] != holds[1:])
    return low, low + 1


def _bracket(piece: Piece, low: Indices, high: Indices, scale: float, offset: float) -> _Brackets:
    g = scale * piece.df + offset
    ones = np.ones(low.size)
    return _Brackets(piece.x[low], piece.x[high], g[low], g[high], scale * ones, offset * ones)


def _solve(curve: Curve, brackets: _Brackets) -> Array:
    """Close in on the crossings, each within its bracket: a secant with points at all scales."""
    low, high, g_low, g_high, scale, offset = brackets
    rows = np.arange(low.size)
    for _ in range(_MOST_ROUNDS):
        if np.all(high - low <= _TIGHT * np.maximum(np.abs(low), np.abs(high))):
            break
        points = _points(low, high, g_low, g_high)
        df = curve.df(points.ravel()).reshape(points.shape)
        g = scale[:, None] * df + offset[:, None]
        # an end may be a kink, where only the value from inside is meant
        g = np.where(points == low[:, None], g_low[:, None], g)
        g = np.where(points == high[:, None], g_high[:, None], g)
        positive = g > 0.0
        after = np.argmax(positive != positive[:, :1], axis=1)
        low, high = points[rows, after - 1], points[rows, after]
        g_low, g_high = g[rows, after - 1], g[rows, after]
    return _nearer(_Brackets(low, high, g_low, g_high, scale, offset))


def _nearer(brackets: _Brackets) -> Array:
    """Give the end of each bracket that is nearer to the crossing."""
    nearer = np.abs(brackets.g_low) < np.abs(brackets.g_high)
    return np.where(nearer, brackets.low, brackets.high)


def _points(low: Array, high: Array, g_low: Array, g_high: Array) -> Array:
    """Give ascending points from `low` to `high`: round the secant's zero, the middles, the ends.

    Points stand at all distances from each of them, so that every round finds a bracket as small
    as the error of the best guess.
    """
    with np.errstate(all="ignore"):
        guess = low - g_low * ((high - low) / (g_high - g_low))
        middle = low / 2 + high / 2
        ratio = np.where(low * high > 0.0, np.sqrt(np.abs(low)) * np.sqrt(np.abs(high)), 0.0)
    guess = np.where((guess > low) & (guess < high), guess, middle)
    middles = np.stack([middle, np.copysign(ratio, low)], axis=1)
    clusters = (cluster(centre, low, high) for centre in (guess, low, high))
    points = np.concatenate([*clusters, middles], axis=1)
    return np.sort(np.clip(points, low[:, None], high[:, None]), axis=1)
