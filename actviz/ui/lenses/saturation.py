"""The Saturation lens: where f is flat, of which class, and how much of the input lands there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor

from actviz.activations import row
from actviz.analysis.portrait import Portrait, Smoothness, portrait, view_of
from actviz.analysis.saturation import Saturation
from actviz.session import Session
from actviz.ui.board import (
    Area,
    Board,
    Chart,
    Dots,
    Drawing,
    Line,
    Mark,
    Rule,
    Scale,
    Shown,
    Span,
    Words,
    at_once,
    curves_of,
)
from actviz.ui.lenses.curve_details import mean_words, percent, range_words, steepest_words
from actviz.ui.lenses.shared import jump_dots, normal_name
from actviz.ui.log_axis import linear_range
from actviz.ui.look import Look
from actviz.ui.numbers import significant
from actviz.ui.plot_items import Stroke
from actviz.ui.readings import Reading

_SHADE = 46
_FILL = 70
_UNDER = 0.16
_SMALLEST_SLOPE = 1e-16
_NEARER = np.geomspace(1e-15, 1e-2, 40)
_KINDS = {
    "hard": "hard: f′ = 0 from some x on",
    "soft": "soft: f′ → 0",
    "none": "does not saturate",
    "unknown": "unknown: the limit of f′ was not found",
}


@dataclass(frozen=True, slots=True)
class Key:
    """What the portraits depend on."""

    curves: tuple[Shown, ...]
    epsilon: float
    mean: float
    std: float


@dataclass(frozen=True, slots=True)
class Found:
    """A portrait for each curve, the live one first."""

    key: Key
    portraits: tuple[Portrait, ...]


def key(session: Session) -> Key:
    """Take the curves, ε and the input."""
    settings = session.settings
    epsilon, mean, std = (settings[name] for name in ("epsilon", "mean", "std"))
    assert isinstance(epsilon, float)
    assert isinstance(mean, float)
    assert isinstance(std, float)
    return Key(curves_of(session), epsilon, mean, std)


def find(wanted: Key) -> Found:
    """Study all curves over one view."""
    live = wanted.curves[0]
    view = view_of(live.activation, live.values, wanted.mean, wanted.std)
    portraits = (
        portrait(each.activation, each.values, wanted.epsilon, (wanted.mean, wanted.std), view)
        for each in wanted.curves
    )
    return Found(wanted, tuple(portraits))


def board(found: Found, session: Session, look: Look) -> Board:
    """Draw f, |f′| on a logarithmic scale and the input, over one x."""
    live = found.portraits[0]
    x = Scale("x", float(live.x[0]), float(live.x[-1]))
    sides = _sides(live.readings.saturation)
    charts = (
        Chart("f", "f and the sides where it saturates", x, _room(found), _f(found, sides, look)),
        Chart(
            "slope",
            "|f′|, logarithmic",
            x,
            Scale("|f′(x)|", log=True, low=_lowest(found)),
            _slope(found, sides, look),
        ),
        Chart("input", _input_title(found), x, Scale("density", low=0.0), _input(found, look)),
    )
    return Board(
        tuple((chart,) for chart in charts),
        readings(found),
        _sentence(session),
        heights=(1.0, 1.0, 0.62),
    )


DRAWING = Drawing(key=key, work=at_once(find), board=board)


# Charts


def _room(found: Found) -> Scale:
    """Fit f, with room under it for the words at a turning point."""
    heights = np.concatenate([each.f for each in found.portraits])
    low, high = linear_range(heights)
    turning = found.portraits[0].readings.saturation.turning_points
    return Scale("f(x)", low - _UNDER * (high - low) if turning else low, high)


def _sides(saturation: Saturation) -> list[tuple[float, float, str]]:
    """List the saturated sides with their words."""
    found = []
    left, right = saturation.left_edge, saturation.right_edge
    for edge, kind, limit, low, high in (
        (left, saturation.left, saturation.limits[0], -math.inf, left),
        (right, saturation.right, saturation.limits[1], right, math.inf),
    ):
        if edge is not None and low is not None and high is not None:
            sign = "=" if kind == "hard" else "→"
            end = "" if limit is None else f", f {sign} {significant(limit, 4)}"
            found.append((low, high, f"{kind}{end}"))
    return found


def _spans(sides: list[tuple[float, float, str]], look: Look, *, words: bool) -> list[Mark]:
    shade = QColor(look.danger)
    shade.setAlpha(_SHADE)
    edges = [edge for low, high, _ in sides for edge in (low, high) if math.isfinite(edge)]
    rules = [Rule(edge, Stroke(look.danger, 1.2, (1.5, 2.5))) for edge in edges]
    return [
        # Where f saturates it lies at the edge of the plot: words in the middle leave it free.
        *(
            Span(low, high, shade, words=text if words else "", middle=True)
            for low, high, text in sides
        ),
        *rules,
    ]


def _f(found: Found, sides: list[tuple[float, float, str]], look: Look) -> tuple[Mark, ...]:
    marks = _spans(sides, look, words=True)
    for shown, each in _backwards(found):
        stroke = shown.stroke(look)
        marks.append(Line(each.x, each.f, stroke))
        marks += jump_dots(each.readings.breaks, stroke.color)
    marks += _turning(found, look)
    return tuple(marks)


def _turning(found: Found, look: Look) -> list[Mark]:
    """Name the turning points of the live curve: f′ = 0 there, and that is no saturation."""
    live, shown = found.portraits[0], found.key.curves[0]
    places = np.array(live.readings.saturation.turning_points)
    places = places[(places > live.x[0]) & (places < live.x[-1])]
    heights = row(shown.activation).evaluate(places, dict(shown.values))[0]
    marks: list[Mark] = []
    for x, y in zip(places.tolist(), heights.tolist(), strict=True):
        marks.append(Dots(np.array([x]), np.array([y]), look.text, radius=3.5))
        marks.append(Words(x, y, f"turning point at {significant(x, 6)}", look.text, 2))
    return marks


def _lowest(found: Found) -> float:
    """End the axis of |f′| where it still says something: below ε and the least slope shown."""
    slopes = np.abs(found.portraits[0].df)
    seen = slopes[np.isfinite(slopes) & (slopes > 0.0)]
    least = float(seen.min()) if seen.size else found.key.epsilon
    return max(min(least, found.key.epsilon / 10.0), _SMALLEST_SLOPE)


def _slope(found: Found, sides: list[tuple[float, float, str]], look: Look) -> tuple[Mark, ...]:
    marks = _spans(sides, look, words=False)
    for shown, each in _backwards(found):
        stroke = shown.stroke(look)
        own = Stroke(look.df, stroke.width) if shown.style is None else stroke
        marks.append(Line(*_steep(shown, each), own))
    epsilon = significant(found.key.epsilon, 3)
    marks.append(
        Rule(found.key.epsilon, Stroke(look.danger, 1.2, (5.0, 4.0)), False, f"ε = {epsilon}")
    )
    return tuple(marks)


def _steep(shown: Shown, each: Portrait) -> tuple[np.ndarray, np.ndarray]:
    """Give |f′|, with points ever nearer to each turning point: it is 0 there, not small."""
    x, slope = each.x, np.abs(each.df)
    turning = np.array(each.readings.saturation.turning_points)
    turning = turning[(turning > x[0]) & (turning < x[-1])]
    if not turning.size:
        return x, slope
    near = (turning[:, None] + np.concatenate([-_NEARER, _NEARER])).ravel()
    near = near[(near > x[0]) & (near < x[-1])]
    own = np.abs(row(shown.activation).evaluate(near, dict(shown.values))[1])
    order = np.argsort(np.concatenate([x, near]), kind="stable")
    return np.concatenate([x, near])[order], np.concatenate([slope, own])[order]


def _input_title(found: Found) -> str:
    share = percent(found.portraits[0].readings.saturation.probability)
    name = normal_name(found.key.mean, found.key.std)
    return f"the input, {name}: {share} lands where f saturates"


def _input(found: Found, look: Look) -> tuple[Mark, ...]:
    live, mean, std = found.portraits[0], found.key.mean, found.key.std
    x = np.linspace(live.x[0], live.x[-1], 601)
    x = np.unique(np.concatenate([x, mean + std * np.linspace(-5.0, 5.0, 401)]))
    x = x[(x >= live.x[0]) & (x <= live.x[-1])]
    density = np.exp(-(((x - mean) / std) ** 2) / 2) / (std * math.sqrt(2 * math.pi))
    fill, lost = QColor(look.f), QColor(look.danger)
    fill.setAlpha(_FILL)
    lost.setAlpha(2 * _FILL)
    marks: list[Mark] = [Area(x, density, fill, name="input")]
    for index, (low, high, _) in enumerate(_sides(live.readings.saturation)):
        within = np.where((x >= low) & (x <= high), density, np.nan)
        marks.append(Area(x, within, lost, name="" if index else "saturated"))
    marks.append(Line(x, density, Stroke(look.dim, 1.2)))
    return tuple(marks)


def _backwards(found: Found) -> list[tuple[Shown, Portrait]]:
    """Pair curves with their portraits; the live one is painted last, over the others."""
    return list(zip(found.key.curves, found.portraits, strict=True))[::-1]


# Words


def readings(found: Found) -> tuple[Reading, ...]:
    """Put the figures of the live curve into words."""
    live = found.portraits[0]
    saturated, moments = live.readings.saturation, live.readings.moments
    steepest = live.readings.steepest
    jumping = any(each.jump for each in live.readings.breaks)
    lipschitz = "none (f jumps)" if jumping else significant(live.readings.lipschitz)
    left, right = (_limit_words(each) for each in saturated.limits)
    eps = significant(found.key.epsilon, 3)
    passed = moments.variance / found.key.std**2
    return (
        Reading("left side", saturated.left, f"x → −∞: {_KINDS[saturated.left]} (Gulcehre 2016)"),
        Reading("right side", saturated.right, f"x → +∞: {_KINDS[saturated.right]}"),
        Reading("f at −∞; +∞", f"{left}; {right}", "The limits of f"),
        Reading("P(saturated)", percent(saturated.probability), _SATURATED.format(eps)),
        Reading(f"P(|f′| < {eps})", percent(saturated.small_slope), _SMALL),
        Reading("dead, P(f′ = 0)", percent(live.dead), _DEAD),
        Reading("range of f", range_words(live.readings.range), "The values that f takes"),
        Reading("max |f′|", steepest_words(steepest), "The supremum of |f′|, and where it is"),
        Reading("Lipschitz", lipschitz, "The least L with |f(a) − f(b)| ≤ L·|a − b|"),
        Reading("mean E f", mean_words(moments.mean), "0 where the output is centred"),
        Reading("variance passed on", significant(passed, 5), "Var f(x) / Var x"),
        Reading("smoothness", smooth_words(live.smoothness), "How often f can be differentiated"),
        *_turning_readings(found),
    )


_SATURATED = (
    "The input's mass in the outermost stretch of |f′| < {} on each side whose class is hard or "
    "soft: stretches round a turning point do not count"
)
_SMALL = "The input's mass wherever the slope is small, turning points included"
_DEAD = "The input's mass where f′ is exactly 0: for one input, not for a unit over all its inputs"


def _limit_words(limit: float | None) -> str:
    return "?" if limit is None else significant(limit, 5)


def smooth_words(found: Smoothness) -> str:
    """Write the smoothness class: "C⁰, f′ jumps at 0"."""
    if math.isinf(found.order):
        return "smooth, C∞"
    if found.order == 2:
        return "C² or more"
    what = {-1: "f", 0: "f′", 1: "f″"}[int(found.order)]
    places = "; ".join(significant(x, 4) for x in found.places[:3])
    more = "; …" if len(found.places) > 3 else ""
    start = {-1: "not continuous", 0: "C⁰", 1: "C¹"}[int(found.order)]
    return f"{start}, {what} jumps at {places}{more}"


def _turning_readings(found: Found) -> list[Reading]:
    live, shown = found.portraits[0], found.key.curves[0]
    places = np.array(live.readings.saturation.turning_points)[:3]
    heights = row(shown.activation).evaluate(places, dict(shown.values))[0]
    return [
        Reading(
            "turning point x; f",
            f"{significant(x, 5)}; {significant(y, 5)}",
            f"f({significant(x, 14)}) = {significant(y, 14)}: f′ crosses 0, so |f′| is small "
            "beside it, and that is not saturation",
        )
        for x, y in zip(places.tolist(), heights.tolist(), strict=True)
    ]


def _sentence(session: Session) -> str:
    slice_words = ""
    if row(session.activation).vector:
        slice_words = "A slice of softmax along one logit, the others fixed. "
    return (
        f"{slice_words}The class of a side follows from the limit of f′ alone; ε is an absolute "
        "bound, and strict. At a kink f′ is the left-hand limit."
    )
