"""The SELU flow lens: where a layer takes mean and variance, for SELU and for any activation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor

from actviz import session as document
from actviz.activations import row
from actviz.analysis.curve import Array, Curve
from actviz.analysis.flow import PROVEN, Fate, FixedPoint, field, fixed_point, in_box, orbit
from actviz.session import Session
from actviz.ui.board import (
    Arrows,
    Board,
    Chart,
    Dots,
    Drawing,
    Line,
    Mark,
    Pick,
    Rule,
    Scale,
    Shown,
    Words,
    at_once,
    curves_of,
)
from actviz.ui.look import Look
from actviz.ui.numbers import significant
from actviz.ui.plot_items import Stroke
from actviz.ui.readings import Reading

_ACROSS, _UP = 17, 13
_LONGEST = 0.9
"""The longest arrow, in cells of the grid."""
_LEAST_MEAN, _LEAST_VARIANCE = 1.0, 2.5
_ROOM = 1.15
_FARTHEST = 100.0
"""What lies farther out is not in the picture: the readings say where it is."""
_SMALLEST = 1e-6
_LOGARITHMIC = 1e-2
"""The variance below which its axis is logarithmic: what dies out is to be seen."""
_FATES: dict[Fate, str] = {
    "found": "a fixed point",
    "not isolated": "a line of fixed points",
    "dies out": "none: the variance dies out",
    "grows without bound": "none: it grows without bound",
    "not found": "none was found",
}


@dataclass(frozen=True, slots=True)
class Key:
    """What the flow depends on: `layer` is ω and τ, `start` a mean and a variance."""

    curves: tuple[Shown, ...]
    layer: tuple[float, float]
    start: tuple[float, float]
    steps: int


@dataclass(frozen=True, slots=True)
class Path:
    """One curve's orbit through the layers, its start among it, and its fixed point."""

    means: Array
    variances: Array
    point: FixedPoint


@dataclass(frozen=True, slots=True)
class Found:
    """Paths of all curves, the live one first, and the live one's field over a grid."""

    key: Key
    paths: tuple[Path, ...]
    grid: tuple[Array, Array]
    mapped: tuple[Array, Array]


def key(session: Session) -> Key:
    """Take the curves, the layer's ω and τ, and the orbit."""
    settings = session.settings
    names = ("omega", "tau", "start_mean", "start_variance")
    omega, tau, mean, variance = (float(settings[name]) for name in names)  # type: ignore[arg-type]
    steps = settings["layers"]
    assert isinstance(steps, int)
    return Key(curves_of(session), (omega, tau), (mean, variance), steps)


def find(wanted: Key) -> Found:
    """Follow the orbits, solve for the fixed points, and map a grid."""
    curves = [_curve(each) for each in wanted.curves]
    paths = tuple(_path(curve, wanted) for curve in curves)
    wide, high = _reach(paths[0], wanted)
    means = np.linspace(-wide, wide, _ACROSS)
    variances = high * (np.arange(_UP) + 0.5) / _UP
    grid = np.meshgrid(means, variances)
    return Found(wanted, paths, (grid[0], grid[1]), field(curves[0], *grid, *wanted.layer))


def _curve(shown: Shown) -> Curve:
    return Curve.of(row(shown.activation), dict(shown.values))


def _path(curve: Curve, wanted: Key) -> Path:
    means, variances = orbit(curve, wanted.start, wanted.steps, *wanted.layer)
    return Path(means, variances, fixed_point(curve, *wanted.layer, wanted.start))


def _reach(live: Path, wanted: Key) -> tuple[float, float]:
    """Say how far the picture reaches: all of the orbit and the fixed point, within reason."""
    means = np.abs([wanted.start[0], live.point.mean, *live.means])
    variances = np.array([wanted.start[1], live.point.variance, *live.variances])
    means, variances = means[means < _FARTHEST], variances[variances < _FARTHEST]
    wide = max(_LEAST_MEAN, _ROOM * float(np.max(means, initial=0.0)))
    return wide, max(_LEAST_VARIANCE, _ROOM * float(np.max(variances, initial=0.0)))


def board(found: Found, session: Session, look: Look) -> Board:
    """Draw the map with its arrows, and mean and variance layer by layer."""
    wide, high = float(found.grid[0].max()), _height(found)
    plane = Chart(
        "map",
        "Where a layer takes (μ, ν); click to start an orbit",
        Scale("mean μ of a layer's inputs", -wide, wide),
        Scale("variance ν", 0.0, high),
        _plane(found, session, look),
        cursor=True,
    )
    layers = Scale("layer", 0.0, float(max(found.key.steps, 1)))
    dies = min(float(path.variances.min()) for path in found.paths) < _LOGARITHMIC
    lines = (
        Chart("mean", "mean μ", layers, Scale("μ"), _lines(found, look, variance=False)),
        Chart(
            "variance",
            "variance ν",
            layers,
            Scale("ν", log=dies),
            _lines(found, look, variance=True),
        ),
    )
    return Board(((plane,), lines), readings(found, session), _sentence(session), (1.7, 1.0))


def pick(session: Session, at: Pick) -> Session:
    """Start the orbit at a place of the map."""
    moved = document.set_lens_value(session, "start_mean", round(at.x, 4))
    return document.set_lens_value(moved, "start_variance", max(round(at.y, 4), _SMALLEST))


DRAWING = Drawing(key=key, work=at_once(find), board=board, pick=pick)


def _height(found: Found) -> float:
    variances = found.grid[1]
    return float(variances.max() + variances.min())


def _arrows(found: Found, color: QColor) -> Arrows:
    """Give the field, arrows shortened where they would overlap and none where it is undefined."""
    means, variances = found.grid
    dx, dy = (after - before for after, before in zip(found.mapped, found.grid, strict=True))
    cell = (2.0 * float(means.max()) / (_ACROSS - 1), _height(found) / _UP)
    with np.errstate(all="ignore"):
        length = np.hypot(dx / cell[0], dy / cell[1])
        part = np.minimum(1.0, _LONGEST / length)
    return Arrows(
        means.ravel(),
        variances.ravel(),
        (part * dx).ravel(),
        (part * dy).ravel(),
        color,
        "one layer",
    )


def _plane(found: Found, session: Session, look: Look) -> tuple[Mark, ...]:
    marks: list[Mark] = [_arrows(found, look.dim)]
    if session.activation == "selu":
        (left, right), (low, high) = PROVEN.mean, PROVEN.variance
        x, y = np.array([left, right, right, left, left]), np.array([low, low, high, high, low])
        marks.append(Line(x, y, Stroke(look.danger, 1.6, (4.0, 3.0)), "proven for SELU"))
    for shown, path in _backwards(found):
        stroke = shown.stroke(look)
        name = shown.label if len(found.paths) > 1 else "orbit"
        marks.append(Line(path.means, path.variances, stroke, name))
        marks.append(Dots(path.means[1:], path.variances[1:], stroke.color, radius=2.2))
        if path.point.exists:
            mean, variance = np.array([path.point.mean]), np.array([path.point.variance])
            marks.append(Dots(mean, variance, stroke.color, filled=False, radius=6.0))
    live = found.paths[0]
    marks.append(Dots(live.means[:1], live.variances[:1], look.df, "start", radius=4.5))
    if live.point.exists:
        at = f"({significant(_plain(live.point.mean), 4)}, {significant(live.point.variance, 5)})"
        marks.append(Words(live.point.mean, live.point.variance, f"fixed point {at}", look.text))
    return tuple(marks)


def _lines(found: Found, look: Look, *, variance: bool) -> tuple[Mark, ...]:
    """Draw one of the two against the layers; an orbit that ended early stops there."""
    marks: list[Mark] = []
    point = found.paths[0].point
    if point.exists:
        level = point.variance if variance else point.mean
        marks.append(Rule(level, Stroke(look.dim, 1.2, (5.0, 4.0)), False))
    for shown, path in _backwards(found):
        values = path.variances if variance else path.means
        layers = np.arange(len(values), dtype=np.float64)
        stroke = shown.stroke(look)
        marks.append(Line(layers, values, stroke))
        marks.append(Dots(layers, values, stroke.color, radius=1.8))
    return tuple(marks)


def _backwards(found: Found) -> list[tuple[Shown, Path]]:
    """Pair curves with their paths; the live one is painted last, over the others."""
    return list(zip(found.key.curves, found.paths, strict=True))[::-1]


def readings(found: Found, session: Session) -> tuple[Reading, ...]:
    """Put the figures of the live curve into words."""
    point, (omega, tau) = found.paths[0].point, found.key.layer
    given = [
        Reading("fixed point", _FATES[point.fate], "Where the orbit from the start tends to"),
    ]
    if point.exists:
        (a, b), (c, d) = ([significant(each, 7) for each in line] for line in point.jacobian)
        given += [
            Reading(
                "μ*; ν*",
                f"{significant(_plain(point.mean), 6)}; {significant(point.variance, 8)}",
                "Solved, and checked with integrals of another kind to 1e-9",
            ),
            Reading("Jacobian", f"[{a}, {b}; {c}, {d}]", "∂(μ′, ν′)/∂(μ, ν), by rows"),
            Reading(
                "spectral norm",
                significant(point.norm, 5),
                "Below 1 every small step brings a point nearer in one layer",
            ),
            Reading(
                "largest |eigenvalue|",
                significant(point.radius, 5),
                "Below 1 the fixed point attracts what is near it",
            ),
        ]
    last = found.paths[0]
    ends = (_plain(float(last.means[-1])), float(last.variances[-1]))
    where = "; ".join(significant(each, 5) for each in ends)
    hint = "The orbit's mean and variance at its last layer; it ends where nothing is left"
    given.append(Reading(f"after {len(last.means) - 1} layers μ; ν", where, hint))
    if session.activation == "selu":
        inside = in_box(*found.key.start, omega, tau)
        words = "holds" if inside else "does not cover this"
        given.append(Reading("theorem 1", words, _THEOREM))
    return tuple(given)


_THEOREM = (
    "Klambauer et al. 2017: from μ and ω in [−0.1, 0.1], ν in [0.8, 1.5], τ in [0.95, 1.1] the map "
    "tends to a fixed point"
)


def _plain(value: float) -> float:
    """Take what is 0 but for rounding for 0."""
    return 0.0 if abs(value) < 1e-12 else value


def _sentence(session: Session) -> str:
    start = "A slice of softmax along one logit. " if row(session.activation).vector else ""
    return (
        f"{start}A unit's pre-activation is taken for N(μω, ντ), ω the sum of its weights and τ "
        "that of their squares: a wide layer, inputs independent of each other. The next layer has "
        "the mean E f and the variance Var f. Arrows are shortened where they would overlap."
    )
