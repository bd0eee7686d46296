"""A curve seen for its saturation: samples without a false joint, dead mass, smoothness."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from actviz.activations import row
from actviz.analysis.crossings import Crossings, crossings
from actviz.analysis.curve import Array, Curve
from actviz.analysis.moments import Moments, moments_of
from actviz.analysis.readings import Readings, readings_of
from actviz.analysis.saturation import mass, saturation_of
from actviz.analysis.survey import Piece, survey
from actviz.param import Value

Pair = tuple[float, float]
Values = tuple[tuple[str, Value], ...]

SAMPLES = 801
_NEAR = 2.0**-24
_EQUAL = 1e-4
_EDGE_SEEN = 40.0
"""An edge of saturation farther out than this does not widen the view."""
_LEAST_HALF = 6.0
_DEVIATIONS = 4.0


@dataclass(frozen=True, slots=True)
class Smoothness:
    """How often f can be differentiated: `order` −1 where it jumps, 0 where f′ does, 1 where f″.

    2 stands for more, up to where nothing was looked at; infinity for a single formula without
    a joint. `places` are where the derivative after that jumps.
    """

    order: float
    places: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Portrait:
    """All that the Saturation lens shows of one curve.

    Parameters
    ----------
    readings
        Range, steepest slope, kinks, saturation and moments for the Gaussian input.
    dead
        The input's mass where f′ is exactly 0 over a whole stretch: P(f′ = 0).
    smoothness
        How smooth f is.
    x, f, df
        Samples in ascending order; NaN between the sides of a jump, so that no line joins them.
    """

    readings: Readings
    dead: float
    smoothness: Smoothness
    x: Array
    f: Array
    df: Array


@lru_cache(maxsize=32)
def studied(activation: str, values: Values) -> tuple[Curve, tuple[Piece, ...]]:
    """Take a curve with its survey; kept, as no lens's input changes it."""
    curve = Curve.of(row(activation), dict(values))
    return curve, survey(curve)


@lru_cache(maxsize=32)
def crossed(activation: str, values: Values, epsilon: float) -> Crossings:
    """Find where f′ crosses 0 and ±ε; kept, as the input does not change it."""
    return crossings(*studied(activation, values), epsilon)


@lru_cache(maxsize=64)
def moments_at(activation: str, values: Values, mean: float, std: float) -> Moments:
    """Integrate a curve's moments for N(mean, std²); kept, as several lenses show them."""
    return moments_of(studied(activation, values)[0], mean, std)


@lru_cache(maxsize=64)
def portrait(activation: str, values: Values, epsilon: float, normal: Pair, view: Pair) -> Portrait:
    """Study a curve for an input from N(mean, std²) = `normal`, and sample it over a view.

    Raises
    ------
    ValueError
        For a bad value.
    """
    mean, std = normal
    curve, pieces = studied(activation, values)
    found = crossed(activation, values, epsilon)
    saturated = saturation_of(curve, epsilon, mean, std, pieces, found=found)
    x, f, df = sampled(curve, *view)
    return Portrait(
        readings=readings_of(curve, pieces, saturated, moments_at(activation, values, mean, std)),
        dead=dead_mass(pieces, mean, std),
        smoothness=smoothness(curve),
        x=x,
        f=f,
        df=df,
    )


def view_of(activation: str, values: Values, mean: float, std: float) -> tuple[float, float]:
    """Choose the x to be shown: the input's bulk, and the kinks and joints beside it."""
    curve, _ = studied(activation, values)
    reach = max(_DEVIATIONS * std, _LEAST_HALF)
    low, high = mean - reach, mean + reach
    near = [x for x in curve.joints if abs(x - mean) <= _EDGE_SEEN]
    if near:
        low, high = min(low, min(near) - 1.0), max(high, max(near) + 1.0)
    return low, high


def sampled(curve: Curve, low: float, high: float, count: int = SAMPLES) -> tuple[Array, ...]:
    """Sample f and f′ from joint to joint, one-sided at each, with NaN where f or f′ jumps."""
    inside = [x for x in curve.joints if low < x < high]
    breaks = {each.x for each in curve.breaks}
    parts: list[tuple[Array, Array, Array]] = []
    gap = np.array([math.nan])
    for start, stop in pairwise([low, *inside, high]):
        points = max(int(count * (stop - start) / (high - low)), 2)
        x = np.linspace(start, stop, points)
        f, df = curve.between(x)
        parts.append((x, f, df))
        if stop in breaks:
            parts.append((np.array([stop]), gap, gap))
    return tuple(np.concatenate(each) for each in zip(*parts, strict=True))


def dead_mass(pieces: tuple[Piece, ...], mean: float, std: float) -> float:
    """Add up the Gaussian mass of the stretches on which f′ is 0 throughout."""
    flat = [(p.low, p.high) for p in pieces if np.all(p.df == 0.0)]
    return math.fsum(mass(each, mean, std) for each in flat)


def smoothness(curve: Curve) -> Smoothness:
    """Say how smooth f is, by the one-sided limits at its joints."""
    jumps = tuple(each.x for each in curve.breaks if each.jump)
    if jumps:
        return Smoothness(-1, jumps)
    corners = tuple(each.x for each in curve.breaks)
    if corners:
        return Smoothness(0, corners)
    if not curve.joints:
        return Smoothness(math.inf, ())
    bent = tuple(x for x in curve.joints if _bends(curve, x))
    return Smoothness(1 if bent else 2, bent)


def _bends(curve: Curve, x: float) -> bool:
    """Tell whether f″, differentiated symbolically, differs on the two sides of x."""
    second = curve.row.textbook_pair.df.derivative()
    step = _NEAR * max(1.0, abs(x))
    numbers: Mapping[str, float] = curve.numbers
    sides = [float(np.asarray(second.evaluate({"x": x + s * step, **numbers}))) for s in (-1, 1)]
    return not abs(sides[1] - sides[0]) <= _EQUAL * max(1.0, *map(abs, sides))
