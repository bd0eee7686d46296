"""Which part of the plane the Curve lens shows: presets, and the view that fits a curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from actviz.activations import row
from actviz.param import Value
from actviz.view import View

_HOME = View()
_ROOM = 0.3
"""How far a fitted view goes beyond its last notable point, as a share of their span."""
_MOST_KINKS, _MOST_NOTABLE = 4, 8
"""How many kinks have a view, and how many notable points are shown: those nearest to 0."""
_STEPS = (1.0, 2.0, 4.0, 8.0)


def presets(activation: str, values: Mapping[str, Value]) -> list[tuple[str, View]]:
    """List the views worth a name, the one around the kinks only where there are kinks."""
    found = [
        ("−8 … 4", _HOME),
        ("±5", View(low=-5.0, high=5.0)),
        ("Tails ±20", View(low=-20.0, high=20.0)),
        ("Around 0 ±1", View(low=-1.0, high=1.0)),
    ]
    kinks = [each.x for each in row(activation).breaks(dict(values))]
    for kink in sorted(sorted(kinks, key=abs)[:_MOST_KINKS]):
        words = "Around the kink" if len(kinks) == 1 else f"Around the kink at {kink:g}"
        half = max(0.5, abs(kink) * 2.0**-30)
        found.append((words, View(low=kink - half, high=kink + half)))
    return found


def fitting(notable: Sequence[float]) -> View:
    """Choose the view that shows all notable points: the first view, widened as needed."""
    low, high = _HOME.low, _HOME.high
    near = sorted((x for x in notable if abs(x) <= 1e6), key=abs)[:_MOST_NOTABLE]
    if near:
        span = max(max(near) - min(near), 1.0)
        low = min(low, -_rounded(-(min(near) - _ROOM * span)))
        high = max(high, _rounded(max(near) + _ROOM * span))
    return View(low=low, high=high)


def _rounded(value: float) -> float:
    """Round up to 1, 2, 4, 8 times a power of ten; what is not positive is 0."""
    if value <= 0:
        return 0.0
    power = 10.0 ** (len(str(int(value))) - 1)
    return next((s * power for s in _STEPS if value <= s * power), 10.0 * power)
