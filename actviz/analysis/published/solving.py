"""Closing in on places: roots, extrema of f and f′, gaps between curves, to full precision."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from actviz.activations import row
from actviz.analysis.curve import Array, Curve
from actviz.analysis.saturation import saturation_of, scalar_curve
from actviz.analysis.survey import survey
from actviz.expression import Formula
from actviz.param import Value

Function = Callable[[Array], Array]
_SAMPLES = 20_001
_MOST_ROUNDS = 60
_PARTS = 32


class Place(NamedTuple):
    """A value and the x at which it is taken."""

    x: float
    value: float


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Bisect down to neighbouring float64; ValueError where the ends have the same sign."""
    at_low = function(low)
    if at_low * function(high) > 0.0:
        raise ValueError(f"root: there is no change of sign between {low} and {high}")
    while True:
        middle = low + (high - low) / 2.0
        if middle in (low, high):
            return middle
        at_middle = function(middle)
        if (at_middle > 0.0) == (at_low > 0.0):
            low, at_low = middle, at_middle
        else:
            high = middle


def extremum(activation: str, lowest: bool, **values: Value) -> Place:
    """Find the lowest or highest turning point of f."""
    curve = scalar_curve(activation, dict(values))
    x = np.array(saturation_of(curve).turning_points)
    return _chosen(x, curve.f(x), lowest)


def slope_extremum(activation: str, lowest: bool, **values: Value) -> Place:
    """Find the lowest or highest local extremum of f′, where the symbolic f″ changes its sign."""
    curve = scalar_curve(activation, dict(values))
    near = np.concatenate([piece.extrema for piece in survey(curve)])
    second = row(activation).textbook_pair.df.derivative()
    numbers = curve.numbers

    def slope(x: float) -> float:
        return float(second.evaluate({"x": x, **numbers}))

    found = _chosen(near, curve.df(near), lowest)
    reach = 1e-3 * max(1.0, abs(found.x))
    x = root(slope, found.x - reach, found.x + reach)
    return Place(x, float(curve.df(np.array([x]))[0]))


def _chosen(x: Array, values: Array, lowest: bool) -> Place:
    if not x.size:
        raise ValueError("extremum: there is none")
    index = int(np.argmin(values) if lowest else np.argmax(values))
    return Place(float(x[index]), float(values[index]))


def largest(function: Function, low: float, high: float) -> Place:
    """Find the largest |value| of a continuous function between two x."""
    x = np.linspace(low, high, _SAMPLES)
    for _ in range(_MOST_ROUNDS):
        best = int(np.argmax(np.abs(function(x))))
        low, high = x[max(best - 1, 0)], x[min(best + 1, len(x) - 1)]
        x = np.linspace(low, high, _PARTS + 1)
        if high - low <= 1e-9 * max(1.0, abs(low)):
            break
    best = int(np.argmax(np.abs(function(x))))
    return Place(float(x[best]), float(abs(function(x[best : best + 1])[0])))


def f_of(activation: str | Formula, values: Mapping[str, Value] | None = None) -> Function:
    """Give f as a function of an array."""
    return scalar_curve(activation, dict(values or {})).f


def df_of(activation: str | Formula, values: Mapping[str, Value] | None = None) -> Function:
    """Give f′ as a function of an array."""
    return scalar_curve(activation, dict(values or {})).df


def integral(function: Function, low: float, high: float, panels: int = 40) -> float:
    """Integrate a smooth function over Gauss–Legendre panels."""
    at, weights = np.polynomial.legendre.leggauss(20)
    half = (high - low) / panels / 2.0
    middles = low + half * (2.0 * np.arange(panels) + 1.0)
    x = middles[:, None] + half * at
    return math.fsum((function(x) * weights * half).ravel().tolist())


def curve_of(activation: str, **values: Value) -> Curve:
    """Give the curve of an activation with some values."""
    return scalar_curve(activation, dict(values))
