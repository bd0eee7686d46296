"""What the mouse and the keys do to a range: zoom about a point, pan, span a box."""

from __future__ import annotations

Range = tuple[float, float]

_NOTCH = 0.82
"""One notch of the wheel makes the range this much smaller."""
_WHEEL_NOTCH = 120.0


def wheel_factor(delta: float) -> float:
    """Say by how much a turn of the wheel, in eighths of a degree, scales a range."""
    return float(_NOTCH ** (delta / _WHEEL_NOTCH))


def zoomed(low: float, high: float, about: float, factor: float) -> Range:
    """Scale a range about a value in it, which keeps its place on the screen."""
    return about + (low - about) * factor, about + (high - about) * factor


def panned(low: float, high: float, share: float) -> Range:
    """Shift a range by a share of its span."""
    shift = (high - low) * share
    return low + shift, high + shift
