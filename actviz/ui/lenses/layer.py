"""The Layer lens: what truly reaches one output unit of the layer, beside what is believed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QColor

from actviz.analysis.curve import Array
from actviz.analysis.fans import Gate, Passage, Spread, layer_signal
from actviz.analysis.gates import OUTPUT, GateRow
from actviz.analysis.portrait import sampled, studied
from actviz.analysis.singular import gate_singular_values
from actviz.analysis.weighing import Weighed, weighed
from actviz.session import Session
from actviz.ui.board import (
    Area,
    Bars,
    Board,
    Chart,
    Drawing,
    Line,
    Mark,
    Rule,
    Scale,
    Shown,
    Span,
    Table,
    Words,
    at_once,
    curves_of,
)
from actviz.ui.lenses.curve_details import mean_words, percent
from actviz.ui.lenses.layer_words import (
    NAMES,
    Found,
    Group,
    Key,
    normal_words,
    readings,
    sentence,
)
from actviz.ui.look import Look
from actviz.ui.numbers import significant
from actviz.ui.plot_items import Stroke

_LEAST = 3.0
_DEVIATIONS = 4.5
_FILL = 56
_SHADE = 40
_BAR = 0.27
_DECADES = 30.0
"""The ratio of bars from which their axis is logarithmic."""


def key(session: Session) -> Key:
    """Take the layer, the curves and the input."""
    names = ("epsilon", "mean", "std", "state_std")
    epsilon, mean, std, state = (float(session.settings[name]) for name in names)  # type: ignore[arg-type]
    curves = curves_of(session)
    return Key(session.config, session.slot, curves, epsilon, mean, std, state, session.seed)


def find(wanted: Key) -> Found:
    """Follow the variance through the layer, and study all curves under what arrives."""
    signal = layer_signal(wanted.config, mean=wanted.mean, std=wanted.std, state=wanted.state)
    own = [gate for gate in signal.gates if gate.row.slot == wanted.slot]
    alike: dict[Spread, list[GateRow]] = {}
    for gate in own:
        alike.setdefault(gate.z, []).append(gate.row)
    view = _view(own)
    groups = tuple(_group(wanted, rows, z) for z, rows in alike.items())
    curves = tuple(_sampled(each, view) for each in wanted.curves)
    singular = gate_singular_values(wanted.config, wanted.seed)
    return Found(wanted, signal, groups, view, curves, singular)


def _sampled(shown: Shown, view: tuple[float, float]) -> tuple[Array, Array]:
    x, f, _ = sampled(studied(shown.activation, shown.values)[0], *view)
    return x, f


def _group(wanted: Key, rows: Sequence[GateRow], z: Spread) -> Group:
    letters = "" if rows[0].name == OUTPUT else ", ".join(each.letter for each in rows)
    return Group(letters, z, _weighed(wanted, z))


def _view(gates: Sequence[Gate]) -> tuple[float, float]:
    """Show the bulk of all densities, and some of f beside 0."""
    low, high = -_LEAST, _LEAST
    for gate in gates:
        if gate.z.known:
            reach = _DEVIATIONS * math.sqrt(gate.z.variance)
            low, high = min(low, gate.z.mean - reach), max(high, gate.z.mean + reach)
    return low, high


def _weighed(wanted: Key, z: Spread) -> tuple[Weighed, ...]:
    if not z.known or z.variance == 0.0:
        return ()
    std = math.sqrt(z.variance)
    return tuple(
        weighed(each.activation, each.values, wanted.epsilon, z.mean, std) for each in wanted.curves
    )


def board(found: Found, session: Session, look: Look) -> Board:
    """Draw f, the pre-activation's density under it, and the variance of each way."""
    x = Scale("z, the pre-activation", *found.view)
    f = Chart("f", "f, and where it saturates", x, Scale("f(z)"), _f(found, look))
    density = Chart("density", _title(found), x, Scale("density", low=0.0), _density(found, look))
    rows = ((f, _bars(found, look)), (density, _table(found)))
    return Board(rows, readings(found), sentence(found, session))


DRAWING = Drawing(key=key, work=at_once(find), board=board)


# Charts


def _f(found: Found, look: Look) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    shade = QColor(look.danger)
    shade.setAlpha(_SHADE)
    known = next((each.weighed for each in found.groups if each.weighed), ())
    if known:
        saturation = known[0].saturation
        if saturation.left_edge is not None:
            marks.append(
                Span(-math.inf, saturation.left_edge, shade, words=saturation.left, middle=True)
            )
        if saturation.right_edge is not None:
            marks.append(
                Span(saturation.right_edge, math.inf, shade, words=saturation.right, middle=True)
            )
    for shown, (x, f) in list(zip(found.key.curves, found.curves, strict=True))[::-1]:
        marks.append(Line(x, f, shown.stroke(look)))
    return tuple(marks)


def _title(found: Found) -> str:
    first = found.groups[0].z
    if len(found.groups) == 1:
        of = f"z of {found.groups[0].letters}" if found.groups[0].letters else "z"
        return f"{of}: {normal_words(first)}"
    return "z of each gate that f acts on"


def _density(found: Found, look: Look) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    strokes = _strokes(look)
    for group, stroke in zip(found.groups, strokes, strict=False):
        z = group.z
        name = f"{group.letters}: {normal_words(z)}" if len(found.groups) > 1 else ""
        if not z.known:
            continue
        if z.variance == 0.0:
            marks.append(Rule(z.mean, stroke, words="all mass here"))
            continue
        spread = math.sqrt(z.variance)
        x = np.unique(
            np.concatenate(
                [np.linspace(*found.view, 401), z.mean + spread * np.linspace(-5.0, 5.0, 401)]
            )
        )
        x = x[(x >= found.view[0]) & (x <= found.view[1])]
        with np.errstate(over="ignore", under="ignore"):
            y = np.exp(-(((x - z.mean) / spread) ** 2) / 2) / (spread * math.sqrt(2 * math.pi))
        fill = QColor(stroke.color)
        fill.setAlpha(_FILL)
        marks += [Area(x, y, fill), Line(x, y, stroke, name)]
    return tuple(marks)


def _strokes(look: Look) -> list[Stroke]:
    """Give the lines of up to four gates."""
    return [
        Stroke(look.f, 1.8),
        Stroke(look.df, 1.8, (7.0, 4.0)),
        Stroke(look.text, 1.8, (2.0, 2.5)),
        Stroke(look.danger, 1.8, (9.0, 3.0, 2.0, 3.0)),
    ]


def _ways(found: Found) -> list[tuple[str, Passage]]:
    """List the kernels, each with a word for it, those of gates that are alike once."""
    alike: dict[tuple[str, float, float | None], tuple[list[str], Passage]] = {}
    for gate in found.signal.gates:
        for passage in gate.passages:
            figures = (passage.weight, passage.true, passage.unfused)
            alike.setdefault(figures, ([], passage))[0].append(gate.row.letter)
    ways = []
    for letters, passage in alike.values():
        word = NAMES[passage.weight]
        gates = "" if found.signal.gates[0].row.name == OUTPUT else f"{', '.join(letters)}: "
        ways.append((f"{gates}{word[-1] if gates else word}", passage))
    return ways


def _bars(found: Found, look: Look) -> Chart:
    ways = _ways(found)
    places = np.arange(len(ways), dtype=np.float64)
    kinds = (
        ("believed", [each.believed for _, each in ways], look.dim, -_BAR),
        ("true", [each.true for _, each in ways], look.f, 0.0),
        ("unfused", [each.unfused for _, each in ways], look.df, _BAR),
    )
    marks: list[Mark] = []
    seen: list[float] = []
    for name, values, color, shift in kinds:
        heights = np.array([math.nan if each is None else each for each in values])
        if np.isfinite(heights).any():
            outlined = name.startswith("unfused")
            bars = Bars(places + shift, heights, color, _BAR * 0.9, 0.0, name, outlined)
            marks.append(bars)
            seen += [each for each in heights.tolist() if each > 0.0]
    log = bool(seen) and max(seen) > _DECADES * min(seen)
    for place, (_, each) in zip(places.tolist(), ways, strict=True):
        if each.true > 0.0 or not log:
            text = significant(each.true, 3)
            marks.append(Words(place, each.true, text, look.text, 0))
    marks.append(Rule(1.0, Stroke(look.dim, 1.0, (5.0, 4.0)), False))
    low = 10.0 ** math.floor(math.log10(min(*seen, 1.0)) - 0.3) if log else 0.0
    high = max([*seen, 1.0]) * (3.0 if log else 1.25)
    words = tuple((place, word) for place, (word, _) in zip(places.tolist(), ways, strict=True))
    return Chart(
        "variance",
        "variance of one output, kernel by kernel",
        Scale("", -0.6, len(ways) - 0.4, words=words),
        Scale("Var z / E x²", low, high, log=log),
        tuple(marks),
    )


def _table(found: Found) -> Table:
    """Say what each curve makes of what arrives."""
    rows = []
    for index, shown in enumerate(found.key.curves):
        for group in found.groups:
            figures = ("", "", "")
            if group.weighed:
                seen = group.weighed[index]
                figures = (
                    mean_words(seen.moments.mean),
                    significant(seen.moments.variance, 3),
                    percent(seen.saturation.probability),
                )
            rows.append((shown.label, *([group.letters] if group.letters else []), *figures))
    gate = ("gate",) if found.groups[0].letters else ()
    columns = ("f", *gate, "E f(z)", "Var f(z)", "saturated")
    return Table("output", "What f makes of it", columns, tuple(rows))
