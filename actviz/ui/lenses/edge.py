"""The Edge of chaos lens: where in σw × σb networks forget, amplify, or do neither."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor

from actviz import session as document
from actviz.activations import row
from actviz.analysis.criticality import Critical, critical_for, half_stable
from actviz.analysis.initial import INITIALIZERS
from actviz.analysis.meanfield import MeanField, Recursion, mean_field_of
from actviz.analysis.phase import Sampled, line_of, phase_map, recursion_of, sampling
from actviz.session import Session
from actviz.ui.board import (
    Array,
    Board,
    Chart,
    Dots,
    Drawing,
    Line,
    Mark,
    Part,
    Pick,
    Picture,
    Scale,
    Shown,
    Words,
    curves_of,
)
from actviz.ui.lenses.depth_found import not_scalar, sigmas
from actviz.ui.lenses.depth_words import chi_words, q_words, scale_words
from actviz.ui.look import Look
from actviz.ui.numbers import significant
from actviz.ui.plot_items import Stroke
from actviz.ui.readings import Reading

_REACH = (3.0, 1.5)
_COLUMNS, _ROWS = 121, 81
_CHI_REACH, _SCALE_REACH = 1.5, 3.0
_STEPS = 12
_POINTS = 200
_BLANK = 0.05
_ON_LINE = 1e-9


@dataclass(frozen=True, slots=True)
class Key:
    """What the map depends on: the curves, the live one first, and how far it reaches."""

    curves: tuple[Shown, ...]
    reach: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Found:
    """What has been found so far; None and empty is what has not."""

    key: Key
    recursion: Recursion
    sampled: Sampled | None = None
    chi: Array | None = None
    lines: tuple[list[Critical | None], ...] = ()
    half_stable: tuple[Critical, ...] = ()


def key(session: Session) -> Key:
    """Take the curves that are scalar functions, and a range with the live point in it."""
    curves = (each for each in curves_of(session) if not row(each.activation).vector)
    here = sigmas(session)
    ends = (max(usual, math.ceil(at * 1.05)) for usual, at in zip(_REACH, here, strict=True))
    return Key(tuple(curves), (next(ends), next(ends)))


def work(wanted: Key) -> Iterator[Part]:
    """Sample the live curve's recursion, map it, then solve the critical line of each curve."""
    live = wanted.curves[0]
    recursion = recursion_of(live.activation, live.values)
    found = Found(wanted, recursion)
    for sampled in sampling(recursion):
        yield Part(0.1, found)
        if sampled is not None:
            axes = (
                np.linspace(0.0, end, n)
                for end, n in zip(wanted.reach, (_COLUMNS, _ROWS), strict=True)
            )
            found = Found(wanted, recursion, sampled, phase_map(sampled, *axes))
    lines: list[list[Critical | None]] = []
    for index, each in enumerate(wanted.curves):
        for line in line_of(recursion_of(each.activation, each.values)):
            found = Found(wanted, recursion, found.sampled, found.chi, (*lines, line))
            yield Part(0.2 + 0.7 * index / len(wanted.curves), found)
        lines.append(line)
    whole = tuple(half_stable(recursion))
    yield Part(1.0, Found(wanted, recursion, found.sampled, found.chi, tuple(lines), whole))


def board(found: Found, session: Session, look: Look) -> Board:
    """Draw the map with the live point, and beside it the recursion of q at that point."""
    sigma_w, sigma_b = sigmas(session)
    fixed = mean_field_of(found.recursion, sigma_w**2, sigma_b**2)
    width, height = found.key.reach
    phases = Chart(
        "map",
        _map_title(session),
        Scale("σw", 0.0, width),
        Scale("σb", 0.0, height),
        tuple(_phases(found, session, look)),
        share=0.62,
        cursor=True,
    )
    return Board(
        ((phases, _variance(found, session, fixed, look)),),
        tuple(_readings(found, session, fixed)),
        _SENTENCE,
    )


def pick(session: Session, where: Pick) -> Session:
    """Set σw and σb to where the map was clicked; an initialiser with a σw of its own gives way."""
    if where.chart != "map":
        return session
    settings = session.settings
    if INITIALIZERS[str(settings["initializer"])].weight_variance is not None:
        session = document.set_lens_value(session, "initializer", "gaussian")
    for name, value in (("sigma_w", where.x), ("sigma_b", where.y)):
        session = document.set_lens_value(session, name, max(0.0, round(value, 3)))
    return session


DRAWING = Drawing(key=key, work=work, board=board, live=False, pick=pick, refusal=not_scalar)


# Charts


def _map_title(session: Session) -> str:
    if session.settings["map_of"] == "xi":
        return "log₁₀ |ξ| in layers; click to choose σw, σb"
    return "ln χ₁ = −1/ξ; click to choose σw, σb"


def _phases(found: Found, session: Session, look: Look) -> Iterator[Mark]:
    width, height = found.key.reach
    if found.chi is not None:
        yield _picture(found.chi, (width, height), str(session.settings["map_of"]))
        yield from _blank(found.chi, (width, height), look)
    for shown, line in list(zip(found.key.curves, found.lines, strict=False))[::-1]:
        yield from _line(shown, line, look)
    for each in found.half_stable:
        x, y = (np.array([math.sqrt(v)]) for v in (each.weight_variance, each.bias_variance))
        yield Dots(x, y, look.text, filled=False, radius=5.0)
        yield Words(float(x[0]), float(y[0]), "half-stable", look.text, 1)
    sigma_w, sigma_b = sigmas(session)
    yield Dots(np.array([sigma_w]), np.array([sigma_b]), look.danger, radius=5.5)


def _picture(chi: Array, reach: tuple[float, float], kind: str) -> Picture:
    with np.errstate(all="ignore"):
        logs = np.log(chi)
    # each value is that of the middle of its cell
    half = tuple(end / (n - 1) / 2 for end, n in zip(reach, (_COLUMNS, _ROWS), strict=True))
    x, y = ((-h, end + h) for h, end in zip(half, reach, strict=True))
    if kind == "xi":
        with np.errstate(all="ignore"):
            scale = -np.log10(np.maximum(np.abs(logs), 10.0**-_SCALE_REACH))
        return Picture(scale, x, y, low=-1.0, high=_SCALE_REACH, name="log₁₀ |ξ|")
    shown = np.clip(logs, -_CHI_REACH, _CHI_REACH)
    return Picture(shown, x, y, -_CHI_REACH, _CHI_REACH, centred=True, name="ln χ₁")


def _blank(chi: Array, reach: tuple[float, float], look: Look) -> Iterator[Mark]:
    rows, columns = np.nonzero(np.isnan(chi))
    if rows.size > _BLANK * chi.size:
        x = reach[0] * float(columns.mean()) / (_COLUMNS - 1)
        y = reach[1] * float(rows.mean()) / (_ROWS - 1)
        yield Words(x, y, "no finite fixed point", look.dim, 0)


def _line(shown: Shown, line: list[Critical | None], look: Look) -> Iterator[Mark]:
    """Draw a critical line, broken where it is not; a single point where all are the same."""
    points = np.array(
        [
            (math.nan, math.nan)
            if each is None
            else (math.sqrt(each.weight_variance), math.sqrt(each.bias_variance))
            for each in line
        ]
    ).reshape(-1, 2)
    seen = points[np.isfinite(points[:, 0])]
    if not seen.size:
        return
    stroke = shown.stroke(look)
    color = QColor(look.text) if shown.style is None else stroke.color
    name = "χ₁ = 1" if shown.style is None else ""
    if np.ptp(seen, axis=0).max() < _ON_LINE:
        yield Dots(seen[:1, 0], seen[:1, 1], color, name, radius=4.0)
    else:
        yield Line(points[:, 0], points[:, 1], Stroke(color, 2.2, stroke.dashes), name)


def _variance(found: Found, session: Session, fixed: MeanField, look: Look) -> Chart:
    """Draw q's map at the live point, the way of q from layer to layer, and where it ends."""
    sigma_w, sigma_b = sigmas(session)
    weight, bias = sigma_w**2, sigma_b**2
    start = weight + bias
    end = 1.5 * max(start, fixed.q or 0.0) if fixed.q is not None else 4.0 * start
    end = end or 1.0
    q = np.linspace(0.0, end, _POINTS)
    marks: list[Mark] = [Line(q, q, Stroke(look.dim, 1.0, (5.0, 4.0)))]
    if found.sampled is not None:
        with np.errstate(all="ignore"):
            after = weight * found.sampled.second_at(q) + bias
        marks.append(Line(q, after, Stroke(look.f, 2.0), "σw²V + σb²"))
        marks.append(_steps(found.recursion, weight, bias, end, look))
    if fixed.q is not None:
        at = np.array([fixed.q])
        marks.append(Dots(at, at, look.danger, radius=4.5, filled=fixed.converged))
    title = "q, one layer on; dot: q*"
    return Chart("variance", title, Scale("q", 0.0, end), Scale("q′", 0.0, end), tuple(marks), 0.38)


def _steps(recursion: Recursion, weight: float, bias: float, end: float, look: Look) -> Line:
    """Draw the recursion as stairs between its map and the diagonal."""
    q = weight + bias
    x, y = [q], [0.0]
    for _ in range(_STEPS):
        after = weight * recursion.at(q).second + bias
        x += [q, after]
        y += [after, after]
        if not after <= end:
            break
        q = after
    return Line(np.array(x), np.array(y), Stroke(look.df, 1.3), "layers")


# Words


def _readings(found: Found, session: Session, fixed: MeanField) -> Iterator[Reading]:
    sigma_w, sigma_b = sigmas(session)
    yield Reading("phase", *_phase(fixed))
    yield Reading(
        "χ₁", chi_words(fixed), "χ₁ = σw²·E f′(√q* z)², also the correlation map's slope at 1"
    )
    yield Reading("q*", *q_words(fixed))
    yield Reading("depth scale ξ", *scale_words(fixed))
    yield Reading("σw; σb", f"{significant(sigma_w, 4)}; {significant(sigma_b, 4)}", "The point")
    critical = critical_for(found.recursion, sigma_b**2)
    value = "none" if critical is None else significant(math.sqrt(critical.weight_variance), 6)
    hint = "Where χ₁ = 1 at this σb, solved"
    if critical is not None:
        hint += f": σw² = {significant(critical.weight_variance, 8)}"
    yield Reading("critical σw at this σb", value, hint)
    for each in found.half_stable:
        yield Reading(
            "half-stable q",
            significant(each.q, 7),
            f"At σw² = {significant(each.weight_variance, 8)}, σb² = "
            f"{significant(each.bias_variance, 7)} both χ₁ and the slope of q's map are 1 "
            "(Roberts, Yaida, Hanin 2022)",
        )


def _phase(fixed: MeanField) -> tuple[str, str]:
    if fixed.chi is None:
        return "no fixed point", "q grows without bound, or is not found"
    if math.isinf(fixed.depth_scale or 0.0):
        return "critical", "χ₁ = 1: on the edge of chaos"
    if fixed.chi < 1.0:
        return "ordered", "χ₁ < 1: inputs become alike, gradients vanish"
    return "chaotic", "χ₁ > 1: inputs that are alike come apart, gradients explode"


_SENTENCE = (
    "Mean field: infinite width, independent weights of variance σw²/fan-in, biases of variance "
    "σb², inputs with E x² = 1. Above 0 chaotic, below ordered; lines and points are solved, "
    "colours interpolated."
)
