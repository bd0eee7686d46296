"""What the Curve lens says in its plots: saturation, turning points, steps, slices, pins."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from actviz.activations import Row
from actviz.dtypes import DTYPES
from actviz.evaluation import Grid
from actviz.expression.letters import letter_of
from actviz.param import Value
from actviz.pins import Pin
from actviz.ui.axis import Axis
from actviz.ui.lenses.curve_details import Details
from actviz.ui.look import Look
from actviz.ui.numbers import significant
from actviz.ui.plot_items import Band, Dot, Label
from actviz.ui.sampling import Floats
from actviz.ui.trace import Trace
from actviz.ui.typed import shown

Axes = tuple[Axis, Axis]
_Side = tuple[str, str, float | None, float, float]

FLOAT64 = "float64"
_MOST_LOGITS = 6
_MOST_TURNING = 4
_LEAST_SHADE = 0.02
"""A shade narrower than this share of the view is not named."""
_LONGEST = 24
"""Letters of a name in the plot."""
_LETTER, _FRAME = 7.5, 16
"""Pixels of a letter, and of the frame around a name."""
_LEAST_GAP, _ENOUGH = 32.0, 90.0
"""Pixels that must be free beside a line for its name, and that suffice."""
_SAME_LINE = 3.0
"""Pixels within which two lines cannot be told apart."""
_PANE_NAMES = ("f", "f′")
_TITLES = ("f(x)", "f′(x)")
_SLICE_TITLES = ("pₖ(x), x = zₖ", "∂pₖ/∂zₖ (own logit)")


def title(row: Row, values: Mapping[str, Value]) -> str:
    """Name a curve with all its values: a default that is not named misleads."""
    parts = [
        f"{letter_of(param.name)} = {shown(values[param.name], param.domain)}"
        for param in row.labelled
        if param.name in values
    ]
    return " · ".join([row.title, *parts])


def short_title(row: Row, values: Mapping[str, Value]) -> str:
    """Name a curve with the values that are not the defaults, and say of the rest that they are."""
    named = {p.name: values[p.name] for p in row.labelled if p.name in values}
    off = {p.name: named[p.name] for p in row.labelled if named.get(p.name, p.default) != p.default}
    if len(off) == len(named):
        return title(row, values)
    return f"{title(row, off)} · {'others' if off else 'values'} default"


def pane_titles(row: Row) -> tuple[str, str]:
    """Name what both panes show; of a vector function, which component along which logit."""
    return _SLICE_TITLES if row.vector else _TITLES


def steps_label(trace: Trace, pane: int, x: Axis, y: Axis, look: Look) -> Label | None:
    """Name the steps of the arithmetic where they can be seen, with a way to float64."""
    dtype = trace.result.request.dtype
    if trace.across_steps(x):
        if pane != 0:
            return None
        gap = f"spacing of x {significant(DTYPES[dtype].spacing(max(abs(x.low), abs(x.high))), 2)}"
    elif trace.upright_steps(pane, y):
        largest = max(abs(limit) for limit in trace.limits(pane) or (0.0,))
        gap = f"spacing of {_PANE_NAMES[pane]} {significant(DTYPES[dtype].spacing(largest), 2)}"
    else:
        return None
    link = dtype != FLOAT64
    text = f"{dtype} steps: {gap}" + (" — show float64" if link else "")
    return Label(f"steps {pane}", text, x.high, y.high, look.f, link=link)


def beyond_label(trace: Trace, pane: int, axes: Axes, look: Look) -> Label | None:
    """Say where a curve ends because its dtype does: no number is as large as f, f′ or x there."""
    over = np.isinf(trace.heights[pane]) | np.isinf(trace.x)
    over &= ~np.isin(trace.x, trace.poles(pane))
    if not over.any():
        return None
    given, dtype = trace.result.request.x, trace.result.request.dtype
    asked = given.points() if isinstance(given, Grid) else trace.x
    first, last = np.flatnonzero(over)[[0, -1]]
    largest = significant(DTYPES[dtype].largest, 6)
    text = f"beyond {dtype} (largest {largest})"
    height = axes[1].low if trace.heights[pane][first] < 0 else axes[1].high
    within = float(asked[first]), float(asked[last])
    colour = (look.f, look.df)[pane]
    return Label(f"beyond {pane}", text, sum(within) / 2, height, colour, within=within)


def slice_labels(row: Row, values: Mapping[str, Value], axes: Axes, look: Look) -> list[Label]:
    """Say of a vector function that the curve is a slice, and at which other coordinates."""
    if not row.vector:
        return []
    logits = values["logits"]
    assert isinstance(logits, tuple)
    fixed = "; ".join(significant(float(each)) for each in logits[:_MOST_LOGITS])
    rest = " …" if len(logits) > _MOST_LOGITS else ""
    many = "the other logit" if len(logits) == 1 else f"the other {len(logits)} logits"
    name = row.title.lower()
    text = f"a slice of {name}: x is zₖ, f is pₖ,\n{many} fixed at {fixed}{rest}"
    return [Label("slice", text, axes[0].low, axes[1].high, look.text)]


def elided(label: str) -> str:
    """Cut a long name of a curve."""
    return label if len(label) <= _LONGEST else label[: _LONGEST - 1].rstrip(" ,·=") + "…"


def pin_labels(
    main: Trace, pins: Sequence[tuple[Pin, Trace]], axes: Axes, look: Look
) -> list[Label]:
    """Name each pinned curve right above or below its line, where no other curve is near.

    One that is near others everywhere goes without: the legend names it.
    """
    y = axes[1]
    traces = [main, *(trace for _, trace in pins)]
    heights = [y.pixels(trace.heights[0]) for trace in traces if len(trace.x) == len(main.x)]
    if len(heights) < len(traces):
        return []
    stack, found = np.array(heights), []
    to_pixel = len(main.x) / (axes[0].last - axes[0].first)
    for index, (pin, trace) in enumerate(pins, 1):
        name = elided(pin.label)
        width = min(round((_LETTER * len(name) + _FRAME) * to_pixel), len(main.x))
        spots = [_clearest(stack, index, side, width, y) for side in (1, -1)]
        spot = max(spots, key=lambda each: each.merit)
        if spot.merit > 0.0:
            at, color = float(trace.x[spot.place]), look.pin(pin.style).color
            level = y.value(spot.level)
            found.append(Label(f"pin {pin.style}", name, at, level, color, side=spot.side))
    return found


class _Spot(NamedTuple):
    """A place for a name above (1) or below (−1) a line: its merit, sample, level in pixels."""

    merit: float
    place: int
    level: float
    side: int


def _clearest(stack: Floats, index: int, side: int, width: int, y: Axis) -> _Spot:
    """Find where a name fits above or below a line, with nothing between them.

    `stack` holds all lines in pixels; `width` is that of the name, in samples.
    """
    # Turned over for names below: less is farther from the line, on the side of the name.
    own, others = side * stack[index], side * np.delete(stack, index, axis=0)
    near, far = sorted((side * y.first, side * y.last), reverse=True)
    with np.errstate(invalid="ignore"):
        beside = np.where(others < own + _SAME_LINE, others, far).max(axis=0)
    own = np.where((own > far) & (own < near), own, -np.inf)
    windows = np.lib.stride_tricks.sliding_window_view
    level = windows(own, width).min(axis=1)
    with np.errstate(invalid="ignore"):
        gap = level - windows(np.nan_to_num(beside, nan=far), width).max(axis=1)
        steep = windows(own, width).max(axis=1) - level
        merit = np.minimum(gap, _ENOUGH) - _LEAST_GAP - steep
    merit = np.nan_to_num(merit, nan=-np.inf) + np.linspace(0.0, 1.0, len(merit))
    best = int(np.argmax(merit))
    return _Spot(float(merit[best]), best + width // 2, side * float(level[best]), side)


def _sides(details: Details) -> list[_Side]:
    """Give, for each saturated side: its name, class, limit of f, and both ends."""
    found = details.readings.saturation
    sides: list[_Side] = []
    if found.left_edge is not None:
        sides.append(("left", found.left, found.limits[0], -math.inf, found.left_edge))
    if found.right_edge is not None:
        sides.append(("right", found.right, found.limits[1], found.right_edge, math.inf))
    return sides


def bands(details: Details | None, look: Look) -> list[Band]:
    """Shade the saturated sides, once where both reach over everything."""
    if details is None:
        return []
    found = sorted({(low, high) for *_, low, high in _sides(details)})
    return [Band(low, high, look.shade, look.danger) for low, high in found]


def saturation_labels(
    details: Details | None, pane: int, main: Trace, axes: Axes, look: Look
) -> list[Label]:
    """Name the saturated sides in view: their class and limit over f, the bound over f′."""
    x, y = axes
    found: list[Label] = []
    for side, kind, limit, low, high in _sides(details) if details else ():
        left, right = max(low, x.low), min(high, x.high)
        if (right - left) < _LEAST_SHADE * (x.high - x.low):
            continue
        height = _height_at(main, pane, (left + right) / 2, y)
        edge = high if side == "left" else low
        text = _side_words(kind, limit) if pane == 0 else _bound_words(details, side, edge)
        if any(text == label.text for label in found):
            continue
        place = left if side == "left" else right
        found.append(
            Label(f"saturated {side}", text, place, height, look.danger, within=(left, right))
        )
    return found


def _height_at(main: Trace, pane: int, x: float, y: Axis) -> float:
    if not len(main.x):
        return y.high
    height = float(np.interp(x, main.x, main.heights[pane]))
    return height if math.isfinite(height) else y.high


def _side_words(kind: str, limit: float | None) -> str:
    """Write "saturated (hard) · f = 0", "saturated (soft) · f → −1.3"."""
    end = "" if limit is None else f" · f {'=' if kind == 'hard' else '→'} {significant(limit, 4)}"
    return f"saturated ({kind}){end}"


def _bound_words(details: Details | None, side: str, edge: float) -> str:
    epsilon = significant(details.epsilon, 3) if details else ""
    if math.isinf(edge):
        return f"|f′| < {epsilon} everywhere"
    sign = "<" if side == "left" else ">"
    return f"|f′| < {epsilon} for x {sign} {significant(edge, 4)}"


def turning_dots(details: Details | None, pane: int, look: Look) -> list[Dot]:
    """Mark the turning points on both curves."""
    if details is None:
        return []
    return [
        Dot(x, f if pane == 0 else 0.0, (look.f, look.df)[pane], diamond=True)
        for x, f in details.turning_points
    ]


def turning_labels(details: Details | None, axes: Axes, look: Look) -> list[Label]:
    """Name the turning points in view: f′ = 0 there, and that is not saturation."""
    if details is None:
        return []
    (x, y), shown = axes, details.turning_points
    seen = [(i, at, f) for i, (at, f) in enumerate(shown) if x.holds(at) and y.holds(f)]
    return [
        Label(f"turning {i}", f"turning point, f′({significant(at, 4)}) = 0", at, f, look.text)
        for i, at, f in seen[:_MOST_TURNING]
    ]
