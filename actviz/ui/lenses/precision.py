"""The Precision lens: f and f′ in formats of few bits, and the slopes that usual ways lose."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from PySide6.QtGui import QColor

from actviz.activations import Break, row
from actviz.analysis.precision import (
    WAYS,
    Sampled,
    Way,
    Zone,
    dead_from,
    sampled,
    wrong,
    zones,
)
from actviz.dtypes import DTYPES
from actviz.session import Session
from actviz.ui.board import (
    Board,
    Chart,
    Drawing,
    Line,
    Mark,
    Scale,
    Shown,
    Span,
    Table,
    at_once,
    curves_of,
)
from actviz.ui.look import Look
from actviz.ui.numbers import significant
from actviz.ui.plot_items import Stroke
from actviz.ui.readings import Reading

_POINTS = 1201
_LEAST_REACH, _MOST_REACH = 8.0, 1e4
_ROOM = 1.15
_LOST, _SMALL = 44, 36
_TRUTH = 120
_WORDS: dict[Way, str] = {
    "ours": "ours, rounded once",
    "textbook": "textbook formulas, step by step",
    "backward": "autograd of f, step by step",
}

_SHORT: dict[Way, str] = {"ours": "ours", "textbook": "textbook", "backward": "autograd"}
"""As they stand in the legend."""


@dataclass(frozen=True, slots=True)
class Key:
    """What the lens depends on: curves, the format, the usual way shown, how far it looks."""

    curves: tuple[Shown, ...]
    dtype: str
    usual: Way
    reach: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Studied:
    """One curve: its kinks, its zones by way, its samples in our way and in the usual one."""

    breaks: tuple[Break, ...]
    zones: dict[Way, tuple[Zone, ...]]
    ours: Sampled
    usual: Sampled


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """All curves, the live one first, sampled out to `reach` on both sides."""

    key: Key
    reach: float
    curves: tuple[Studied, ...]


def key(session: Session) -> Key:
    """Take the curves and the lens's settings."""
    settings = session.settings
    reach = settings["reach"]
    assert reach is None or isinstance(reach, float)
    usual: Way = "backward" if settings["usual_way"] == "autograd" else "textbook"
    return Key(curves_of(session), str(settings["number_format"]), usual, reach)


@lru_cache(maxsize=128)
def _zones(
    activation: str, values: tuple[tuple[str, Any], ...], dtype: str, way: Way
) -> tuple[Zone, ...]:
    return zones(row(activation), dict(values), dtype, way)


def find(wanted: Key) -> Found:
    """Find the zones of all curves, and sample them as far as these reach."""
    lost = [
        {way: _zones(each.activation, each.values, wanted.dtype, way) for way in WAYS}
        for each in wanted.curves
    ]
    reach = wanted.reach or _reach(lost[0])
    reach = min(reach, DTYPES[wanted.dtype].largest)
    studied = [
        _studied(each, wanted, own, reach) for each, own in zip(wanted.curves, lost, strict=True)
    ]
    return Found(wanted, reach, tuple(studied))


def _reach(found: dict[Way, tuple[Zone, ...]]) -> float:
    """Look as far as the zones begin and end."""
    ends = [abs(end) for own in found.values() for zone in own for end in (zone.low, zone.high)]
    farthest = max((end for end in ends if end < _MOST_REACH), default=0.0)
    return max(_LEAST_REACH, _ROOM * farthest)


def _studied(shown: Shown, wanted: Key, lost: dict[Way, tuple[Zone, ...]], reach: float) -> Studied:
    own, values = row(shown.activation), dict(shown.values)
    ends = [end for found in lost.values() for zone in found for end in (zone.low, zone.high)]
    inside = np.array([end for end in ends if abs(end) < reach])
    beside = np.nextafter(inside, 0.0), np.nextafter(inside, np.copysign(math.inf, inside))
    x = np.unique(np.concatenate([np.linspace(-reach, reach, _POINTS), inside, *beside]))
    ways: tuple[Way, Way] = ("ours", wanted.usual)
    samples = (sampled(own, values, x, wanted.dtype, way) for way in ways)
    return Studied(own.breaks(values), lost, *samples)


def board(found: Found, session: Session, look: Look) -> Board:
    """Draw |f′| and |f| on logarithmic scales, and list where each way loses the slope."""
    smallest = DTYPES[found.key.dtype].spacing(0.0)
    lowest = 10.0 ** math.floor(math.log10(smallest) - 1.0)
    x = Scale("x", -found.reach, found.reach)
    slope = Chart(
        "slope",
        f"|f′| in {found.key.dtype}",
        x,
        Scale("|f′(x)|", lowest, log=True),
        (*_spans(found, look), *_lines(found, look, slope=True)),
    )
    value = Chart(
        "value",
        f"|f| in {found.key.dtype}",
        x,
        Scale("|f(x)|", lowest, log=True),
        _lines(found, look, slope=False),
    )
    lines = 3 * len(found.curves)
    return Board(
        ((slope,), (value,), (_table(found),)),
        readings(found),
        _sentence(session),
        (1.2, 0.8, 0.3 + 0.13 * min(lines + 1, 8)),
    )


DRAWING = Drawing(key=key, work=at_once(find), board=board)


# Charts


def _spans(found: Found, look: Look) -> list[Mark]:
    """Shade where the usual way has lost the slope, and where the format cannot hold it."""
    lost, small = QColor(look.danger), QColor(look.dim)
    lost.setAlpha(_LOST)
    small.setAlpha(_SMALL)
    live = found.curves[0]
    ours = [zone for zone in live.zones["ours"] if zone.fault == "zero"]
    marks: list[Mark] = []
    for zone in live.zones[found.key.usual]:
        for low, high in _without(zone, ours):
            words = {"zero": "false zero", "nan": "NaN", "infinity": "∞"}[zone.fault]
            marks.append(Span(low, high, lost, words=words))
    marks += [Span(zone.low, zone.high, small, words="too small") for zone in ours]
    return marks


def _without(zone: Zone, ours: list[Zone]) -> list[tuple[float, float]]:
    """Cut off what is 0 in our way too: there the format cannot hold the slope."""
    low, high = zone.low, zone.high
    for own in ours if zone.fault == "zero" else []:
        if own.low <= low < own.high:
            low = own.high
        if own.low < high <= own.high:
            high = own.low
    return [(low, high)] if low < high else []


def _lines(found: Found, look: Look, *, slope: bool) -> tuple[Mark, ...]:
    """Draw the truth broad and pale, our way on it, and the usual way dashed."""
    truth, live = QColor(look.dim), found.curves[0]
    truth.setAlpha(_TRUTH)
    marks: list[Mark] = [_line(live, live.ours, "truth", Stroke(truth, 6.0), slope=slope)]
    for shown, each in list(zip(found.key.curves, found.curves, strict=True))[:0:-1]:
        marks.append(_line(each, each.ours, "", shown.stroke(look), slope=slope))
    usual_name = _SHORT[found.key.usual]
    color, usual = look.df if slope else look.f, Stroke(look.text, 1.6, (4.0, 3.0))
    marks += [
        _line(live, live.ours, _SHORT["ours"], Stroke(color, 2.0), slope=slope),
        _line(live, live.usual, usual_name, usual, slope=slope),
    ]
    return tuple(marks)


def _line(each: Studied, samples: Sampled, name: str, stroke: Stroke, *, slope: bool) -> Line:
    """Draw |f′| or |f|, its truth where that is the name; broken where it jumps.

    What is 0 or not finite has no place on a logarithmic scale.
    """
    if name == "truth":
        values = samples.true_df if slope else samples.true_f
    else:
        values = samples.df if slope else samples.f
    size = np.abs(values)
    size = np.where(np.isfinite(size) & (size > 0.0), size, np.nan)
    jumps = [at.x for at in each.breaks if (at.corner if slope else at.jump)]
    after = np.searchsorted(samples.x, jumps, side="right")
    return Line(np.insert(samples.x, after, jumps), np.insert(size, after, np.nan), stroke, name)


# Words


def _table(found: Found) -> Table:
    lines = []
    for shown, each in zip(found.key.curves, found.curves, strict=True):
        for way in WAYS:
            name = _WORDS[way] if len(found.curves) == 1 else f"{shown.label}: {_WORDS[way]}"
            own = each.zones[way]
            left, right = dead_from(own)
            lines.append(
                (
                    name,
                    _from(left, "x ≤ "),
                    _from(right, "x ≥ "),
                    _stretches(own, "nan"),
                    _stretches(own, "infinity"),
                )
            )
    columns = ("how f′ is computed", "0 for good on the left", "on the right", "NaN", "∞")
    return Table("zones", f"What is lost in {found.key.dtype}", columns, tuple(lines))


def _from(edge: float | None, sign: str) -> str:
    return "–" if edge is None else sign + significant(edge, 6)


def _stretches(own: tuple[Zone, ...], fault: str) -> str:
    found = [zone for zone in own if zone.fault == fault]
    words = "; ".join(f"{_end(zone.low)} … {_end(zone.high)}" for zone in found[:2])
    return (words + (" …" if len(found) > 2 else "")) or "–"


def _end(x: float) -> str:
    return significant(x, 5)


def readings(found: Found) -> tuple[Reading, ...]:
    """Put the format's figures, and what is lost of the live curve, into words."""
    form, live = DTYPES[found.key.dtype], found.curves[0]
    lost = np.abs(live.usual.true_df[wrong(live.usual, "zero")])
    largest = float(lost.max()) if lost.size else 0.0
    size = np.abs(live.usual.true_df)
    seen = np.isfinite(live.usual.df) & (live.usual.df != 0.0)
    seen &= (size >= 2.0**form.lowest) & np.isfinite(size)
    off = np.abs(live.usual.df[seen] - live.usual.true_df[seen]) / size[seen]
    worst = float(off.max()) if off.size else 0.0
    return (
        Reading("significant bits", str(form.bits), f"Of {form.name}, the leading one included"),
        Reading("smallest number", significant(form.spacing(0.0), 5), "Above 0, subnormal"),
        Reading("largest number", significant(form.largest, 6), "What is larger is infinite"),
        Reading(
            "largest f′ lost to 0",
            significant(largest, 4) if largest else "none",
            f"By {_WORDS[found.key.usual]}, within the part that is shown",
        ),
        Reading(
            "largest relative error of f′",
            significant(worst, 4),
            f"Of {_WORDS[found.key.usual]}, where it is not lost and the truth is a normal number; "
            f"half a unit is {significant(2.0**-form.bits, 4)}",
        ),
    )


def _sentence(session: Session) -> str:
    start = "A slice of softmax along one logit. " if row(session.activation).vector else ""
    return (
        f"{start}The truth is f′ in float64 at each x that the format holds. Step by step: every "
        "operation is done exactly and rounded to the format. Autograd computes both branches of a "
        "condition and multiplies the one not taken by 0, which times ∞ is NaN."
    )
