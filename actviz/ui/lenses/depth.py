"""The Depth lens: what many layers do to signal and gradient, at infinite and at finite width."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor

from actviz.analysis.depth import Studied, over_networks
from actviz.session import Session
from actviz.ui.board import (
    Array,
    Board,
    Chart,
    Dots,
    Drawing,
    Line,
    Mark,
    Picture,
    Rule,
    Scale,
    Shown,
    Words,
)
from actviz.ui.lenses.depth_found import Found, key, not_scalar, work
from actviz.ui.lenses.depth_words import readings, sentence
from actviz.ui.look import Look
from actviz.ui.plot_items import Stroke

_WIDE, _NARROW = 0.68, 0.32
_RADIUS = 2.2
_THIN = 1.4
_BRIGHT = 0.985
_LOWEST = -300.0


def board(found: Found, session: Session, look: Look) -> Board:
    """Draw signal, gradient and activations over the layers, singular values and dead units."""
    x = Scale("layer", 0.0, float(found.key.network.depth))
    signal = Scale("E z²", log=True)
    top = Chart("signal", "Signal: mean square of z", x, signal, _signal(found, look))
    middle = Chart(
        "gradient",
        "Gradient: norm at h, the last layer's is 1",
        x,
        Scale("‖∂L/∂h‖", log=True),
        _gradient(found, look),
    )
    rows = (
        (_sized(top, _WIDE), _sized(_dead(found, look, x), _NARROW)),
        (_sized(middle, _WIDE), _sized(_singular(found, look), _NARROW)),
        (_sized(_density(found, x), _WIDE), _sized(_correlation(found, look), _NARROW)),
    )
    return Board(rows, readings(found), sentence(found.key), heights=(1.0, 1.0, 0.9))


DRAWING = Drawing(key=key, work=work, board=board, live=False, refusal=not_scalar)


# Charts


def _sized(chart: Chart, share: float) -> Chart:
    return Chart(chart.key, chart.title, chart.x, chart.y, chart.marks, share)


def _backwards(found: Found) -> list[tuple[Shown, Studied]]:
    """Pair curves with what was found; the live one is painted last, over the others."""
    return list(zip(found.key.curves, found.study, strict=True))[::-1]


def _name(found: Found, shown: Shown) -> str:
    return shown.label if len(found.study) > 1 else ""


def _spread(x: Array, logs: Array, power: float, color: QColor) -> list[Mark]:
    """Draw the mean over networks as dots, with bars from the lowest to the highest of them."""
    seen = np.isfinite(logs).any(axis=0)
    if not seen.any():
        return []
    part = logs[:, seen]
    middle, low, high = over_networks(part, power), np.nanmin(part, axis=0), np.nanmax(part, axis=0)
    marks = (_powers(each) for each in (middle, low, high))
    return [Dots(x[seen], next(marks), color, low=next(marks), high=next(marks), radius=_RADIUS)]


def _signal(found: Found, look: Look) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    x = np.arange(1.0, found.key.network.depth + 1.0)
    for shown, each in _backwards(found):
        stroke = shown.stroke(look)
        q = np.where(np.isfinite(each.theory.q), each.theory.q, np.nan)
        marks.append(Line(x, q, Stroke(stroke.color, _THIN, stroke.dashes), _name(found, shown)))
        if each.measured is not None:
            with np.errstate(divide="ignore"):
                logs = np.log10(each.measured.second)
            marks += _spread(x, logs, 1.0, stroke.color)
        marks += _overflow(each, found, look)
    return tuple(marks)


def _overflow(each: Studied, found: Found, look: Look) -> list[Mark]:
    """Mark the first layer whose numbers are not finite in a network."""
    if each.measured is None or not each.measured.overflow:
        return []
    stroke = Stroke(look.danger, 1.2, (1.5, 2.5))
    words = f"{found.key.network.dtype} overflows"
    return [Rule(float(min(each.measured.overflow)), stroke, words=words)]


def _gradient(found: Found, look: Look) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    x = np.arange(0.0, found.key.network.depth + 1.0)
    for shown, each in _backwards(found):
        stroke = shown.stroke(look)
        line = _powers(each.theory.gradient)
        marks.append(Line(x, line, Stroke(stroke.color, _THIN, stroke.dashes)))
        if each.measured is not None:
            marks += _spread(x, each.measured.gradient, 2.0, stroke.color)
        marks += _overflow(each, found, look)
    if not any(isinstance(mark, Dots) for mark in marks) and all(
        each.measured is not None and each.measured.overflow for each in found.study
    ):
        marks.append(Words(x[-1] / 2, 1.0, "no gradient exists: h is not finite", look.danger, 0))
    return tuple(marks)


def _powers(logs: Array) -> Array:
    """Give 10 to these powers; what is below the axis is left out, and a reading says its size."""
    with np.errstate(all="ignore"):
        return np.where(logs > _LOWEST, 10.0 ** np.minimum(logs, -_LOWEST), np.nan)


def _dead(found: Found, look: Look, x: Scale) -> Chart:
    marks: list[Mark] = []
    places = np.arange(1.0, found.key.network.depth + 1.0)
    for shown, each in _backwards(found):
        if each.measured is None:
            continue
        dead = each.measured.dead
        seen = np.isfinite(dead).any(axis=0)
        part = dead[:, seen] * 100.0
        if part.size:
            mean, low, high = (f(part, axis=0) for f in (np.nanmean, np.nanmin, np.nanmax))
            color = shown.stroke(look).color
            marks.append(Dots(places[seen], mean, color, low=low, high=high, radius=_RADIUS))
    return Chart("dead", "Dead units", x, Scale("% of units", 0.0, _room(marks)), tuple(marks))


def _room(marks: list[Mark]) -> float:
    """Leave room over the largest share, and show that there is none where it is 0."""
    ends = [mark.high for mark in marks if isinstance(mark, Dots) and mark.high is not None]
    highest = [float(each.max()) for each in ends]
    return min(100.0, max(10.0, 1.1 * max(highest, default=0.0)))


def _singular(found: Found, look: Look) -> Chart:
    """Draw the singular values of the first network, the largest first."""
    marks: list[Mark] = []
    for shown, each in _backwards(found):
        singular = None if each.measured is None else each.measured.singular
        if singular is not None and singular.logs:
            logs = np.array(singular.logs)
            place = np.arange(1.0, logs.size + 1.0)
            stroke = shown.stroke(look)
            marks.append(Line(place, _powers(logs), Stroke(stroke.color, 2.0, stroke.dashes)))
    marks.append(Rule(1.0, Stroke(look.dim, 1.0, (5.0, 4.0)), False))
    width = float(found.key.network.width)
    return Chart(
        "singular",
        "Singular values",
        Scale("number", 1.0, max(width, 2.0)),
        Scale("value", log=True),
        tuple(marks),
    )


def _density(found: Found, x: Scale) -> Chart:
    live = found.study[0].measured
    marks: tuple[Mark, ...] = ()
    scale = Scale("h")
    if live is not None and np.isfinite(live.density).any():
        seen = live.density[np.isfinite(live.density)]
        depth = float(found.key.network.depth)
        picture = Picture(
            live.density,
            (0.0, depth),
            (live.bins.low, live.bins.high),
            low=0.0,
            high=float(np.quantile(seen, _BRIGHT)) or float(seen.max()) or 1.0,
            name="share in a bin",
        )
        marks, scale = (picture,), Scale("h", live.bins.low, live.bins.high)
    title = f"Where activations of {found.key.curves[0].label} lie"
    return Chart("density", title, x, scale, marks)


def _correlation(found: Found, look: Look) -> Chart:
    """Draw how alike two inputs are after one more layer, over how alike they are now."""
    ends = np.array([0.0, 1.0])
    marks: list[Mark] = [Line(ends, ends, Stroke(look.dim, 1.0, (5.0, 4.0)))]
    for shown, each in _backwards(found):
        if each.correlation is not None:
            stroke = shown.stroke(look)
            marks.append(Line(*each.correlation, stroke))
    return Chart(
        "correlation",
        "Correlation, a layer on",
        Scale("c", 0.0, 1.0),
        Scale("c′"),
        tuple(marks),
    )
