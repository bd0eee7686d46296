"""What the Curve lens says in its plots: saturation, turning points, steps, slices, pins."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from actviz.activations import Row
from actviz.evaluation import Grid
from actviz.param import Value
from actviz.pins import Pin
from actviz.ui.axis import Axis
from actviz.ui.lenses.curve_details import Details
from actviz.ui.look import Look
from actviz.ui.numbers import significant
from actviz.ui.plot_items import Band, Dot, Label
from actviz.ui.sampling import spacing
from actviz.ui.trace import Trace
from actviz.ui.typed import shown

Axes = tuple[Axis, Axis]
_Side = tuple[str, str, float | None, float, float]

FLOAT64 = "float64"
_MOST_LOGITS = 6
_MOST_TURNING = 4
_LEAST_SHADE = 0.02
"""A shade narrower than this share of the view is not named."""
_PANE_NAMES = ("f", "f′")
_TITLES = ("f(x)", "f′(x)")
_SLICE_TITLES = ("pₖ(x), x = zₖ", "∂pₖ/∂zₖ (own logit)")
_GREEK = {"alpha": "α", "beta": "β", "theta": "θ"}


def title(row: Row, values: Mapping[str, Value]) -> str:
    """Name a curve with all its values: a default that is not named misleads."""
    parts = [
        f"{_GREEK.get(param.name, param.name)} = {shown(values[param.name], param.domain)}"
        for param in row.params
        if param.name in values
    ]
    return " · ".join([row.title, *parts])


def pane_titles(row: Row) -> tuple[str, str]:
    """Name what both panes show; of a vector function, which component along which logit."""
    return _SLICE_TITLES if row.vector else _TITLES


def steps_label(trace: Trace, pane: int, x: Axis, y: Axis, look: Look) -> Label | None:
    """Name the steps of the arithmetic where they can be seen, with a way to float64."""
    dtype = trace.result.request.dtype
    if trace.across_steps(x):
        if pane != 0:
            return None
        gap = f"spacing of x {significant(spacing(dtype, max(abs(x.low), abs(x.high))), 2)}"
    elif trace.upright_steps(pane, y):
        largest = max(abs(limit) for limit in trace.limits(pane) or (0.0,))
        gap = f"spacing of {_PANE_NAMES[pane]} {significant(spacing(dtype, largest), 2)}"
    else:
        return None
    link = dtype != FLOAT64
    text = f"{dtype} steps: {gap}" + (" — show float64" if link else "")
    return Label(f"steps {pane}", text, x.high, y.high, look.f, link=link)


def beyond_label(trace: Trace, pane: int, axes: Axes, look: Look) -> Label | None:
    """Say where a curve ends because its dtype does: no number is as large as f, f′ or x there."""
    over = np.isinf(trace.heights[pane]) | np.isinf(trace.x)
    if not over.any():
        return None
    given, dtype = trace.result.request.x, trace.result.request.dtype
    asked = given.points() if isinstance(given, Grid) else trace.x
    first, last = np.flatnonzero(over)[[0, -1]]
    largest = significant(float(np.finfo(dtype).max), 6)
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


def pin_labels(
    main: Trace, pins: Sequence[tuple[Pin, Trace]], axes: Axes, look: Look
) -> list[Label]:
    """Name each pinned curve beside its line, where it is farthest from the main curve."""
    y = axes[1]
    other = np.clip(np.nan_to_num(main.heights[0]), y.low, y.high)
    found = []
    for pin, trace in pins:
        height = np.clip(np.nan_to_num(trace.heights[0]), y.low, y.high)
        if len(height) != len(other):
            continue
        apart = np.abs(height - other) * np.linspace(0.75, 1.0, len(height))
        edge = len(height) // 10
        best = edge + int(np.argmax(apart[edge : len(height) - edge]))
        place = float(trace.x[best]), float(height[best])
        found.append(Label(f"pin {pin.style}", pin.label, *place, look.pin(pin.style).color))
    return found


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
