"""The Time lens: states, gates and gradients of a recurrent layer, step by step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtGui import QColor

from actviz.analysis.curve import Array
from actviz.analysis.memory import REMEMBERING
from actviz.analysis.recurrence import Trace, follow, refusal
from actviz.analysis.recurrent_drive import Drive
from actviz.layers import LayerConfig
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
    Words,
    curves_of,
)
from actviz.ui.lenses.time_words import Found, Key, family_of, readings, sentence
from actviz.ui.look import Look
from actviz.ui.plot_items import Stroke

_BAND = 40
_UNITS = 6
"""So many single units are drawn thinly; the thick line is of all."""
_QUICK = 500
"""Steps of all curves together up to which a result is waited for, so that nothing flickers."""
_VISIBLE, _LARGEST = 1e-300, 1e300


def key(session: Session) -> Key:
    """Take the layer, the slot, the curves and what comes in."""
    settings = session.settings
    steps, seed = settings["time_steps"], settings["weights_seed"]
    amplitude, period = settings["amplitude"], settings["period"]
    assert isinstance(steps, int)
    assert isinstance(seed, int)
    assert isinstance(amplitude, float)
    assert isinstance(period, float)
    drive = Drive(str(settings["time_input"]), steps, amplitude, period, seed)
    return Key(session.config, session.slot, curves_of(session), drive)


def with_curve(wanted: Key, shown: Shown) -> LayerConfig:
    """Give the layer with one of the curves in the edited slot."""
    return wanted.config.with_activation(wanted.slot, shown.activation, dict(shown.values))


def work(wanted: Key) -> Iterator[Part]:
    """Run the sequence once for each curve, with the same weights and the same input."""
    traces: tuple[Trace, ...] = ()
    many = len(wanted.curves)
    units = wanted.config.fields.get("units", _QUICK)
    assert isinstance(units, int)
    quick = many * wanted.drive.steps <= _QUICK and units < _QUICK // 4
    for index, shown in enumerate(wanted.curves):
        for progress in follow(with_curve(wanted, shown), wanted.drive):
            if progress.found is not None:
                traces = (*traces, progress.found)
            done = (index + progress.done) / many
            if not quick or done == 1.0:
                yield Part(done, Found(wanted, traces))


def refused(session: Session) -> str:
    """Say why a layer has nothing to show in time."""
    return refusal(session.config)


def board(found: Found, session: Session, look: Look) -> Board:
    """Draw states, gates and, on a logarithmic scale, the gradient's way back."""
    with np.errstate(all="ignore"):  # of what has overflowed, means have none
        return _board(found, look)


def _board(found: Found, look: Look) -> Board:
    steps = found.key.drive.steps
    x = Scale("step", 1.0, float(max(steps, 2)))
    upper = [Chart("state", _state_title(found), x, Scale("state"), _states(found, look))]
    if family_of(found) != "SimpleRNN":
        upper.append(
            Chart(
                "gates", "gates: mean, and range over units", x, Scale("gate"), _gates(found, look)
            )
        )
    paths = Chart(
        "gradient",
        "gradient of the loss at the end, with respect to the state that enters each step",
        x,
        Scale("norm, logarithmic", log=True),
        _paths(found, look),
    )
    return Board((tuple(upper), (paths,)), readings(found), sentence(found), (1.0, 1.25))


DRAWING = Drawing(key=key, work=work, board=board, live=False, refusal=refused)


def _state_title(found: Found) -> str:
    c = " and c" if found.traces and "c" in found.traces[0].states else ""
    return f"root mean square of h{c}; thin: units"


def _steps(values: Array) -> Array:
    return np.arange(1.0, len(values) + 1.0)


def _root_mean_square(values: Array) -> Array:
    """Give that of each row; squares that overflow or underflow do no harm."""
    largest = np.abs(values).max(axis=1)
    scale = np.where((largest > 0.0) & np.isfinite(largest), largest, 1.0)
    return np.asarray(scale * np.sqrt(np.mean((values / scale[:, np.newaxis]) ** 2, axis=1)))


def _backwards(found: Found) -> list[tuple[Shown, Trace]]:
    """Pair curves with their runs, as far as they are done; the live one is painted last."""
    return list(zip(found.key.curves, found.traces, strict=False))[::-1]


def _states(found: Found, look: Look) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    if found.traces:
        h = found.traces[0].states["h"]
        thin = QColor(look.f)
        thin.setAlpha(90)
        marks += [
            Line(_steps(h), h[:, unit], Stroke(thin, 1.0))
            for unit in range(min(_UNITS, h.shape[1]))
        ]
    for shown, trace in _backwards(found):
        stroke = shown.stroke(look)
        sizes = {name: _root_mean_square(each) for name, each in trace.states.items()}
        label = "h" if shown.style is None else ""
        marks.append(Line(_steps(sizes["h"]), sizes["h"], stroke, label))
        if "c" in sizes and shown.style is None:
            marks.append(
                Line(
                    _steps(sizes["c"]),
                    sizes["c"],
                    Stroke(look.df, 2.0, (6.0, 3.0)),
                    "c",
                )
            )
        if trace.overflow is not None and shown.style is None:
            at = float(trace.overflow + 1)
            marks.append(Rule(at, Stroke(look.danger, 1.4), words="overflow"))
    return tuple(marks)


def _gates(found: Found, look: Look) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    if not found.traces:
        return ()
    live = [item for item in found.traces[0].gates.items() if item[0] != "candidate"]
    for (name, values), stroke in zip(live, _strokes(look), strict=False):
        x = _steps(values)
        fill = QColor(stroke.color)
        fill.setAlpha(_BAND)
        marks.append(Area(x, values.max(axis=1), fill, values.min(axis=1)))
        marks.append(Line(x, values.mean(axis=1), stroke, name.removesuffix(" gate")))
    remembering = REMEMBERING[family_of(found)]
    for shown, trace in _backwards(found)[:-1]:
        values = trace.gates[remembering]
        marks.append(Line(_steps(values), values.mean(axis=1), shown.stroke(look)))
    return tuple(marks)


def _strokes(look: Look) -> list[Stroke]:
    """Give the lines of up to three gates."""
    return [
        Stroke(look.f, 1.8),
        Stroke(look.df, 2.2),
        Stroke(look.text, 1.5, (7.0, 4.0)),
    ]


def _paths(found: Found, look: Look) -> tuple[Mark, ...]:
    """Draw all paths of the live curve; of the others the whole, and thinly the cell path."""
    marks: list[Mark] = []
    for shown, trace in _backwards(found)[:-1]:
        stroke = shown.stroke(look)
        marks.append(_path(trace.paths["total"], stroke))
        if "cell path" in trace.paths:
            marks.append(_path(trace.paths["cell path"], Stroke(stroke.color, 1.0, stroke.dashes)))
    if not found.traces:
        return tuple(marks)
    paths = found.traces[0].paths
    strokes = {
        "total": Stroke(look.text, 2.4),
        "to h": Stroke(look.dim, 1.4, (2.0, 2.5)),
        "recurrent kernel": Stroke(look.df, 1.8, (7.0, 4.0)),
        "cell path": Stroke(look.f, 1.8),
    }
    if len(paths) == 2:  # all passes the recurrent kernel
        strokes = {"recurrent kernel": Stroke(look.f, 2.0)}
    for name, stroke in strokes.items():
        if name in paths:
            marks.append(_path(paths[name], stroke, name))
    marks += _ended(paths["total"], look)
    return tuple(marks)


def _path(norms: Array, stroke: Stroke, name: str = "") -> Line:
    """Draw norms, as far as an axis goes."""
    return Line(_steps(norms), np.where(norms <= _LARGEST, norms, np.nan), stroke, name)


def _ended(total: Array, look: Look) -> list[Mark]:
    """Say where float64 holds the gradient no longer."""
    held = np.flatnonzero(total != 0.0)
    if not held.size or held[0] == 0:
        return []
    at = int(held[0])
    height = max(float(total[at]), _VISIBLE)
    return [Words(at + 1.0, height, "before here 0 in float64", look.danger, -1)]
