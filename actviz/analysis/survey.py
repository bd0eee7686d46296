"""Where a curve does what: its smooth pieces sampled so that no crossing is missed.

A survey samples f′ on all magnitudes of x, and adds points where the samples cannot be the whole
story: where the mean slope of f between two points lies outside the slopes f′ at both, and at the
extrema of f′.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from actviz.analysis.curve import Array, Curve

Indices = NDArray[np.intp]

FARTHEST = 1e300
_NEAR = 10.0 ** np.linspace(-10.0, 10.0, 20 * 8 + 1)
_FAR = 10.0 ** np.arange(20.0, 300.0, 10.0)
_MAGNITUDES = np.concatenate([1.0 / _FAR[::-1], _NEAR, _FAR, [FARTHEST]])
_GRID = np.concatenate([-_MAGNITUDES[::-1], [0.0], _MAGNITUDES])

_PARTS = 16
_MOST_ROUNDS = 16
_MOST_CELLS = 100
_MOST_SAMPLES = 2000
_MOST_EXTREMA = 64
_NOISE = 2.0**-46
_SCALES = 4.0 ** -np.arange(14.0)
_CLUSTER = np.concatenate([-_SCALES, [0.0], _SCALES[::-1]])
_MOST_CLOSING = 16


@dataclass(frozen=True, slots=True)
class Piece:
    """Samples of f′ between two neighbouring joints, with its one-sided values there.

    `low` and `high` are the ends, infinite for the outermost; `x` ascends from `low` to `high`,
    or to ±`FARTHEST`. `extrema` are the x where f′ has a local extremum inside the piece, good to
    about 1e-7 of their scale; they are among `x`. Of a curve that oscillates without end only the
    samples and extrema that a bounded effort finds are there.
    """

    low: float
    high: float
    x: Array
    df: Array
    extrema: Array


def survey(curve: Curve) -> tuple[Piece, ...]:
    """Sample all smooth pieces of a curve, from left to right.

    What is not defined is left out: samples, and pieces of which nothing is left.
    """
    ends = [-math.inf, *curve.joints, math.inf]
    pieces = (_defined(_piece(curve, low, high)) for low, high in pairwise(ends))
    return tuple(piece for piece in pieces if piece.x.size > 1)


def _defined(piece: Piece) -> Piece:
    """Leave out the samples at which f′ is not defined."""
    defined = ~np.isnan(piece.df)
    if defined.all():
        return piece
    return Piece(piece.low, piece.high, piece.x[defined], piece.df[defined], piece.extrema)


def _piece(curve: Curve, low: float, high: float) -> Piece:
    grid = _GRID
    x = np.concatenate([[low], grid[(grid > low) & (grid < high)], [high]])
    x = x[np.isfinite(x)]
    f, df = curve.between(x)
    tops = _extrema(df)
    for _ in range(_MOST_ROUNDS):
        cells = _unresolved(x, f, df, tops)
        if cells.size == 0 or x.size > _MOST_SAMPLES:
            break
        x, f, df = _subdivided(curve, x, f, df, cells)
        tops = _extrema(df)
    nearest = np.argsort(np.abs(x[tops[1]]), kind="stable")[:_MOST_EXTREMA]
    x, df, extrema = _with_extrema(curve, x, df, tops[:, np.sort(nearest)])
    return Piece(low, high, x, df, extrema)


def _extrema(df: Array) -> Indices:
    """Find (before, at, after): the samples of each local extremum and the ones that enclose it."""
    with np.errstate(invalid="ignore"):  # ∞ − ∞ where f′ overflows
        steps = np.diff(df)
    scale = np.maximum(np.abs(df[:-1]), np.abs(df[1:]))
    moves = np.flatnonzero(np.abs(steps) > _NOISE * scale)
    turns = np.flatnonzero(np.sign(steps[moves[:-1]]) != np.sign(steps[moves[1:]]))
    before, after = moves[turns], moves[turns + 1] + 1
    return np.stack([before, (before + after) // 2, after])


def _unresolved(x: Array, f: Array, df: Array, tops: Indices) -> Indices:
    """Find the cells that hide something: f changes by more or less than f′ at their ends says.

    Cells beside an extremum are not among them: it is known, and closed in on later.
    """
    with np.errstate(all="ignore"):
        width = np.diff(x)
        mean = np.diff(f) / width
        noise = _NOISE * (np.maximum(np.abs(f[:-1]), np.abs(f[1:])) / width + np.abs(mean))
        low, high = np.minimum(df[:-1], df[1:]), np.maximum(df[:-1], df[1:])
        hidden = (mean < low - noise) | (mean > high + noise)
        hidden &= width > 2.0**-40 * np.maximum(np.abs(x[:-1]), np.abs(x[1:]))
    for before, after in zip(tops[0], tops[2], strict=True):
        hidden[before:after] = False
    return np.flatnonzero(hidden)[:_MOST_CELLS]


def _coarse(x: Array) -> NDArray[np.bool_]:
    """Tell which cells span more than a factor of 2."""
    low, high = np.minimum(np.abs(x[:-1]), np.abs(x[1:])), np.maximum(np.abs(x[:-1]), np.abs(x[1:]))
    spans: NDArray[np.bool_] = (x[:-1] * np.sign(x[1:]) > 0.0) & (high / 2.0 > low)
    return spans


def _subdivided(
    curve: Curve, x: Array, f: Array, df: Array, cells: Indices
) -> tuple[Array, Array, Array]:
    """Subdivide cells into equal parts, or into parts of equal ratio where they are coarse."""
    steps = np.arange(1, _PARTS) / _PARTS
    low, high = x[cells, None], x[cells + 1, None]
    with np.errstate(all="ignore"):
        ratios = np.sign(low) * np.abs(low) ** (1.0 - steps) * np.abs(high) ** steps
    equal = low * (1.0 - steps) + high * steps
    new = np.where(_coarse(x)[cells, None], ratios, equal).ravel()
    places = np.repeat(cells + 1, _PARTS - 1)
    return (
        np.insert(x, places, new),
        np.insert(f, places, curve.f(new)),
        np.insert(df, places, curve.df(new)),
    )


def _with_extrema(curve: Curve, x: Array, df: Array, tops: Indices) -> tuple[Array, Array, Array]:
    """Close in on the extrema of f′, all at once, and put the points found among the samples."""
    if tops.shape[1] == 0:
        return x, df, x[:0]
    rows = np.arange(tops.shape[1])
    near_x, near_df = x[tops.T], df[tops.T]
    upward = np.where(near_df[:, 1] >= near_df[:, 0], 1.0, -1.0)
    for _ in range(_MOST_CLOSING):
        if np.all(np.ptp(near_df, axis=1) <= _NOISE * np.abs(near_df[:, 1])):
            break
        low, high = near_x[:, 0], near_x[:, 2]
        centres = (_vertex(near_x, near_df), near_x[:, 1])
        points = np.concatenate([*(cluster(at, low, high) for at in centres), near_x], axis=1)
        points = np.sort(points, axis=1)
        values = curve.df(points.ravel()).reshape(points.shape)
        # an end may be a kink, where only the value from inside is meant
        for end in (0, 2):
            values = np.where(points == near_x[:, [end]], near_df[:, [end]], values)
        chosen = _around_highest(points, upward[:, None] * values, near_x[:, 1:2])
        near_x, near_df = points[rows[:, None], chosen], values[rows[:, None], chosen]
    found, places = np.unique(np.concatenate([x, near_x[:, 1]]), return_index=True)
    return found, np.concatenate([df, near_df[:, 1]])[places], near_x[:, 1]


def _around_highest(points: Array, heights: Array, old: Array) -> Indices:
    """Find (before, at, after) the highest of ascending points; rows at once.

    Rounding makes tops flat: of points as high as each other the one found first is kept.
    """
    rows = np.arange(points.shape[0])
    best = np.argmax(heights, axis=1)
    kept = np.argmax(points == old, axis=1)
    highest = heights[rows, best]
    best = np.where(highest - heights[rows, kept] > _NOISE * np.abs(highest), best, kept)
    top = points[rows, best][:, None]
    before = np.maximum(np.sum(points < top, axis=1) - 1, 0)
    after = np.minimum(np.sum(points <= top, axis=1), points.shape[1] - 1)
    return np.stack([before, best, after], axis=1)


def _vertex(x: Array, y: Array) -> Array:
    """Give the vertex of the parabola through three points, or the middle one; rows at once."""
    with np.errstate(all="ignore"):
        left, right = x[:, 1] - x[:, 0], x[:, 2] - x[:, 1]
        down, up = (y[:, 1] - y[:, 0]) / left, (y[:, 2] - y[:, 1]) / right
        vertex: Array = x[:, 1] - (down * right + up * left) / (2.0 * (up - down))
    between: Array = np.where((vertex > x[:, 0]) & (vertex < x[:, 2]), vertex, x[:, 1])
    return between


def cluster(guess: Array, low: Array, high: Array) -> Array:
    """Give points at all distances from each guess, none outside its interval; a row for each."""
    points: Array = guess[:, None] + (high - low)[:, None] * _CLUSTER
    return np.clip(points, low[:, None], high[:, None])
