"""The Signal lens: what an activation makes of its input's distribution, and the gains."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic

import numpy as np
from PySide6.QtGui import QColor

from actviz.activations import Break, row
from actviz.analysis.curve import Array, Curve
from actviz.analysis.data import Data, is_loaded, loading
from actviz.analysis.data_moments import DataMoments, data_moments
from actviz.analysis.data_pushed import data_pushed, histogram, sample_moments, spread
from actviz.analysis.gains import Gain, gains
from actviz.analysis.moments import Moments
from actviz.analysis.portrait import Values, moments_at, sampled, studied, view_of
from actviz.analysis.pushforward import Pushed, pushed
from actviz.session import Session
from actviz.ui.board import (
    Area,
    Board,
    Chart,
    Drawing,
    Line,
    Mark,
    Part,
    Rule,
    Scale,
    Shown,
    Table,
    curves_of,
)
from actviz.ui.lenses.curve_details import mean_words, percent
from actviz.ui.lenses.shared import jump_dots, normal_name
from actviz.ui.lenses.signal_data import estimated
from actviz.ui.look import Look
from actviz.ui.numbers import significant
from actviz.ui.plot_items import Stroke
from actviz.ui.readings import Reading

_FILL = 70
_TOP_SHARE = 0.995
"""The share of bins that set the height of the output's density: it may be infinite in a few."""
_ROOM = 1.25
_MOST_SPARE = 3.0
"""By how many times its own range a pinned curve widens the live one's."""
_SENTENCE = (
    "Point masses are drawn as lines: a stretch on which f is constant. A gain scales the "
    "standard deviation of the weights; the conventions keep different things, so they differ."
)


@dataclass(frozen=True, slots=True)
class Key:
    """What the figures depend on: the curves and the input."""

    curves: tuple[Shown, ...]
    mean: float
    std: float
    data: str | None
    seed: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of one curve; x and f are samples for the plot.

    `estimates` holds the figures of a person's own data with their errors, where that is the input.
    """

    moments: Moments
    pushed: Pushed
    gains: tuple[Gain, ...]
    x: Array
    f: Array
    breaks: tuple[Break, ...]
    estimates: DataMoments | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The figures of each curve, the live one first."""

    key: Key
    figures: tuple[Figures, ...]
    data: Data | None = None


def key(session: Session) -> Key:
    """Take the curves and the input."""
    mean, std, data = (session.settings[name] for name in ("mean", "std", "data"))
    assert isinstance(mean, float)
    assert isinstance(std, float)
    assert data is None or isinstance(data, str)
    return Key(curves_of(session), mean, std, data, session.seed)


_TELL_EVERY = 0.05


def is_live(wanted: Key) -> bool:
    """Read a file in the thread, and follow the slider once it is there."""
    return wanted.data is None or is_loaded(wanted.data, seed=wanted.seed)


def work(wanted: Key) -> Iterator[Part]:
    """Work out all curves, their outputs over one range of y; of a long file as far as it is read.

    A part comes at least every 50 ms, however long the file is.
    """
    if wanted.data is None:
        yield Part(1.0, _found(wanted, None))
        return
    seen, found, told = None, None, 0.0
    for done, data in loading(wanted.data, seed=wanted.seed):
        if data is not seen:
            seen, found, told = data, _found(wanted, data), 0.0
        if done == 1.0 or monotonic() - told > _TELL_EVERY:
            told = monotonic()
            yield Part(done, found)


def _found(wanted: Key, data: Data | None) -> Found:
    def figures(each: Shown, ends: tuple[float, float] | None = None) -> Figures:
        if data is None:
            return _figures(each.activation, each.values, wanted.mean, wanted.std, ends)
        return _data_figures(each.activation, each.values, data, ends)

    found = [figures(each) for each in wanted.curves]
    if len(found) > 1:
        ends = _common(each.pushed.edges for each in found)
        found = [figures(each, ends) for each in wanted.curves]
    return Found(wanted, tuple(found), data)


def _common(ranges: Iterable[Array]) -> tuple[float, float]:
    """Give a range of y for all curves, only so wide that the live one can still be seen."""
    first, *rest = [(float(edges[0]), float(edges[-1])) for edges in ranges]
    spare = _MOST_SPARE * (first[1] - first[0])
    return (
        max(min(low for low, _ in (first, *rest)), first[0] - spare),
        min(max(high for _, high in (first, *rest)), first[1] + spare),
    )


def _data_figures(
    activation: str, values: Values, data: Data, ends: tuple[float, float] | None
) -> Figures:
    curve = Curve.of(row(activation), dict(values))
    moments = sample_moments(curve, data)
    x, f, _ = sampled(curve, *spread(data.values))
    return Figures(
        moments,
        data_pushed(curve, data, ends),
        gains(activation, dict(values), moments, data.mean, data.std),
        x,
        f,
        curve.breaks,
        data_moments(curve, data),
    )


@lru_cache(maxsize=64)
def _figures(
    activation: str,
    values: Values,
    mean: float,
    std: float,
    ends: tuple[float, float] | None = None,
) -> Figures:
    curve, _ = studied(activation, values)
    moments = moments_at(activation, values, mean, std)
    x, f, _ = sampled(curve, *view_of(activation, values, mean, std))
    return Figures(
        moments,
        pushed(curve, mean, std, ends),
        gains(activation, dict(values), moments, mean, std),
        x,
        f,
        curve.breaks,
    )


def board(found: Found, session: Session, look: Look) -> Board:
    """Draw the input under f, the output beside it, and the table of gains."""
    live = found.figures[0]
    x = Scale("x", float(live.x[0]), float(live.x[-1]))
    y = Scale("f(x)", float(live.pushed.edges[0]), float(live.pushed.edges[-1]))
    title = f"the input: {_input_name(found)}"
    top = _highest(found)
    output = Scale("density", 0.0, top)
    return Board(
        (
            (
                Chart("f", "f", x, y, _curves(found, look)),
                Chart(
                    "output",
                    "the output f(x), its mean dotted",
                    y,
                    output,
                    _output(found, top, look),
                ),
            ),
            (
                Chart("input", title, x, Scale("density", 0.0), _input(found, look)),
                _table(found),
            ),
        ),
        readings(found),
        f"{found.data.sentence}. {_SENTENCE}" if found.data else _SENTENCE,
        heights=(1.2, 1.0),
    )


DRAWING = Drawing(key=key, work=work, board=board, live=is_live)


def _pairs(found: Found) -> list[tuple[Shown, Figures]]:
    """Pair curves with figures; the live one is painted last."""
    return list(zip(found.key.curves, found.figures, strict=True))[::-1]


def _curves(found: Found, look: Look) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    for shown, each in _pairs(found):
        stroke = shown.stroke(look)
        marks.append(Line(each.x, each.f, stroke))
        marks += jump_dots(each.breaks, stroke.color)
    return tuple(marks)


def _input_name(found: Found) -> str:
    if found.data is not None:
        return found.data.name
    return normal_name(found.key.mean, found.key.std)


def _input(found: Found, look: Look) -> tuple[Mark, ...]:
    live = found.figures[0]
    if found.data is not None:
        counted = histogram(found.data.values, (float(live.x[0]), float(live.x[-1])))
        x, density = (counted.edges[:-1] + counted.edges[1:]) / 2, counted.density
    else:
        mean, std = found.key.mean, found.key.std
        x = np.linspace(live.x[0], live.x[-1], 401)
        x = np.unique(np.concatenate([x, mean + std * np.linspace(-5.0, 5.0, 401)]))
        density = np.exp(-(((x - mean) / std) ** 2) / 2) / (std * math.sqrt(2 * math.pi))
    fill = QColor(look.f)
    fill.setAlpha(_FILL)
    return Area(x, density, fill), Line(x, density, Stroke(look.dim, 1.2))


def _highest(found: Found) -> float:
    """End the density's axis where all but a few bins lie: it is infinite at a turning point."""
    heights = np.concatenate([each.pushed.density for each in found.figures])
    seen = heights[heights > 0.0]
    return _ROOM * float(np.quantile(seen, _TOP_SHARE)) if seen.size else 1.0


def _output(found: Found, top: float, look: Look) -> tuple[Mark, ...]:
    mean = found.figures[0].moments.mean
    marks: list[Mark] = [Rule(mean, Stroke(look.dim, 1.2, (2.0, 3.0)))]
    for shown, each in _pairs(found):
        stroke, out = shown.stroke(look), each.pushed
        middles = (out.edges[:-1] + out.edges[1:]) / 2
        if shown.style is None:
            fill = QColor(stroke.color)
            fill.setAlpha(_FILL)
            marks.append(Area(middles, np.minimum(out.density, 2 * top), fill))
        marks.append(Line(middles, out.density, stroke))
        for at, share in out.masses:
            words = f"P = {percent(share)}" if shown.style is None else ""
            marks.append(Rule(at, Stroke(stroke.color, 3.0, stroke.dashes), words=words))
    return tuple(marks)


def _table(found: Found) -> Table:
    names = [row(shown.activation).title for shown in found.key.curves]
    rows = tuple(
        (gain.name, *(_value(each.gains[index].value) for each in found.figures), gain.keeps)
        for index, gain in enumerate(found.figures[0].gains)
    )
    heads = names if len(names) > 1 else ["value"]
    return Table("gains", "gains", ("convention", *heads, "keeps, or is"), rows)


def _value(value: float) -> str:
    return "—" if math.isnan(value) else significant(value, 6)


def readings(found: Found) -> tuple[Reading, ...]:
    """Put the moments of the live curve into words: exact to 1e-10, or estimates with errors."""
    estimates = found.figures[0].estimates
    if estimates is not None and found.data is not None:
        return estimated(estimates, found.data)
    live = found.figures[0].moments
    given = f"for x ~ {_input_name(found)}"
    passed = live.variance / found.key.std**2
    return (
        Reading("E f", mean_words(live.mean), f"The mean of the output {given}: the mean shift"),
        Reading("E f²", significant(live.second, 7), f"The output's second moment {given}"),
        Reading("Var f", significant(live.variance, 7), f"The output's variance {given}"),
        Reading("E f′²", significant(live.slope_second, 7), "What a gradient's mean square keeps"),
        Reading("Var f / Var x", significant(passed, 5), "The share of the variance passed on"),
    )
