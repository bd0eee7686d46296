"""What wheel, drag and keys ask for: another range of x, or of the height of a pane."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt

from actviz.ui.axis import Axis
from actviz.ui.plot import Figure

Range = tuple[float, float]

_NOTCH = 0.82
"""One notch of the wheel makes the range this much smaller."""
_WHEEL_NOTCH = 120.0
_SIDEWAYS = 1200.0
"""Eighths of a degree that pan by a whole view."""
_KEY_SHARE, _KEY_FACTOR = 0.1, 0.8
_SHIFT, _CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@dataclass(frozen=True, slots=True)
class Wish:
    """A view that is asked for: the range of x, and of the panes that leave their fit."""

    x: Range
    vertical: dict[int, Range] = field(default_factory=dict)


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


def _about(axis: Axis, value: float, factor: float) -> Range:
    return zoomed(axis.low, axis.high, value, factor)


def pane_at(figure: Figure, point: QPointF) -> int:
    """Find the pane at this height; the nearest one between two."""

    def away(index: int) -> float:
        pane = figure.panes[index]
        return abs(pane.rect.center().y() - point.y()) / pane.share

    return min(range(len(figure.panes)), key=away)


def wheel_wish(
    figure: Figure, point: QPointF, turn: QPoint, modifiers: Qt.KeyboardModifier
) -> Wish | None:
    """Zoom about the mouse: x over a pane, the height over its axis or with Ctrl held.

    Turned sideways, or with Shift held, the wheel pans.
    """
    x, pane = figure.x, pane_at(figure, point)
    sideways = turn.x() if abs(turn.x()) > abs(turn.y()) else turn.y() if modifiers & _SHIFT else 0
    if sideways:
        return Wish(panned(x.low, x.high, -sideways / _SIDEWAYS))
    if not turn.y():
        return None
    factor = wheel_factor(turn.y())
    if modifiers & _CONTROL or point.x() < x.first:
        y = figure.panes[pane].y
        return Wish((x.low, x.high), {pane: _about(y, y.value(point.y()), factor)})
    return Wish(_about(x, x.value(min(max(point.x(), x.first), x.last)), factor))


def key_wish(figure: Figure, pane: int, key: int) -> Wish | None:
    """Pan with the arrows, up and down in one pane, and zoom with + and −."""
    x, y = figure.x, figure.panes[pane].y
    centre = x.low / 2 + x.high / 2
    match key:
        case Qt.Key.Key_Left:
            return Wish(panned(x.low, x.high, -_KEY_SHARE))
        case Qt.Key.Key_Right:
            return Wish(panned(x.low, x.high, _KEY_SHARE))
        case Qt.Key.Key_Down:
            return Wish((x.low, x.high), {pane: panned(y.low, y.high, -_KEY_SHARE)})
        case Qt.Key.Key_Up:
            return Wish((x.low, x.high), {pane: panned(y.low, y.high, _KEY_SHARE)})
        case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
            return Wish(_about(x, centre, _KEY_FACTOR))
        case Qt.Key.Key_Minus:
            return Wish(_about(x, centre, 1 / _KEY_FACTOR))
    return None


def box_wish(figure: Figure, box: QRectF, pane: int) -> Wish:
    """Zoom into a box that was spanned in a pane."""
    x, y = figure.x, figure.panes[pane].y
    upright = y.value(box.bottom()), y.value(box.top())
    return Wish((x.value(box.left()), x.value(box.right())), {pane: upright})


def drag_wish(figure: Figure, begun: Wish, moved: QPointF) -> Wish:
    """Pan so that what was under the mouse when a drag had `begun` stays under it."""
    x = figure.x
    vertical = {
        index: panned(*limits, moved.y() / figure.panes[index].rect.height())
        for index, limits in begun.vertical.items()
    }
    return Wish(panned(*begun.x, -moved.x() / (x.last - x.first)), vertical)
