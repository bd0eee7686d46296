"""Words in a plot: boxes of text that stand beside curves and never on them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from actviz.ui.axis import Axis
from actviz.ui.look import Look
from actviz.ui.placing import Box, Room
from actviz.ui.plot_items import Label

_PAD_X, _PAD_Y = 6.0, 3.0
_BESIDE = 8.0
"""Pixels between a label and the point it belongs to."""
_LOYALTY = 70.0
"""A label keeps its place until it lies this many pixels from where it would like to be."""
_REACH = 14.0
"""Pixels from its place within which a label that belongs to one curve must be."""
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def size_of(text: str, font: QFontMetricsF) -> tuple[float, float]:
    """Measure a box of one or more lines of text, padding included."""
    lines = text.split("\n")
    width = max(font.horizontalAdvance(line) for line in lines)
    return width + 2 * _PAD_X, font.height() * len(lines) + 2 * _PAD_Y


def paint_box(
    painter: QPainter,
    rect: QRectF,
    text: str,
    color: QColor,
    look: Look,
    *,
    others: Sequence[QColor] = (),
) -> None:
    """Draw one box of text; its last lines may have colours of their own."""
    painter.setPen(QPen(look.border, 1.0))
    painter.setBrush(look.box)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    if not others:
        painter.setPen(color)
        painter.drawText(rect.adjusted(_PAD_X, 0, 0, 0), _LEFT, text)
        return
    lines = text.split("\n")
    colors = [color] * (len(lines) - len(others)) + list(others)
    height = (rect.height() - 2 * _PAD_Y) / len(lines)
    for index, (line, each) in enumerate(zip(lines, colors, strict=True)):
        painter.setPen(each)
        top = rect.top() + _PAD_Y + index * height
        painter.drawText(QRectF(rect.left() + _PAD_X, top, rect.width(), height), _LEFT, line)


def corner_beside(
    anchor: tuple[float, float], size: tuple[float, float], width: float
) -> tuple[float, float]:
    """Wish for a place above a point, on the side of it where the pane has more room."""
    across, down = anchor
    left = across + _BESIDE if across < width / 2 else across - size[0] - _BESIDE
    return left, down - size[1] - _BESIDE


def _corner_at(
    anchor: tuple[float, float], size: tuple[float, float], side: int
) -> tuple[float, float]:
    """Wish for the place right above or below a point."""
    across, down = anchor
    return across - size[0] / 2, down - size[1] - _BESIDE if side > 0 else down + _BESIDE


def _about(corner: tuple[float, float], size: tuple[float, float]) -> Box:
    """Give the room around a place that still counts as being there."""
    left, top = corner[0] - _REACH, corner[1] - _REACH
    return left, top, size[0] + 2 * _REACH, size[1] + 2 * _REACH


class Labels:
    """The labels of a pane, each in its place.

    A label keeps its place while that stays free, so that words stand still while a slider
    moves. One that finds no free place is left out.
    """

    def __init__(self) -> None:
        self._placed: list[tuple[Label, QRectF]] = []
        self._boxes: dict[str, Box] = {}

    def prepare(
        self,
        labels: Sequence[Label],
        room: Room,
        axes: tuple[Axis, Axis],
        pane: QRectF,
        font: QFontMetricsF,
    ) -> None:
        """Find places; `room` holds what is taken already, and takes the labels too."""
        boxes: dict[str, Box] = {}
        self._placed = []
        for label in labels:
            size = size_of(label.text, font)
            anchor = _near(axes[0], label.x, pane.left()), _near(axes[1], label.y, pane.top())
            corner = corner_beside(anchor, size, pane.width())
            within = _between(label.within, axes[0], pane) if label.within else None
            if label.side:
                corner = _corner_at(anchor, size, label.side)
                within = _about(corner, size)
            loyalty = _REACH if label.side else _LOYALTY
            box = (
                _same_place(self._boxes.get(label.key), size, corner, room, loyalty)
                or (within and room.place(*size, corner, within))
                or (None if label.side else room.place(*size, corner))
            )
            if box:
                boxes[label.key] = box
                self._placed.append((label, QRectF(*box).translated(pane.topLeft())))
        self._boxes = boxes

    def paint(self, painter: QPainter, look: Look) -> None:
        """Draw the labels."""
        for label, rect in self._placed:
            paint_box(painter, rect, label.text, label.color, look)

    def link_at(self, point: QPointF) -> Label | None:
        """Find the label with a link at a point of the figure."""
        found = (label for label, rect in self._placed if label.link and rect.contains(point))
        return next(found, None)

    @property
    def rects(self) -> dict[str, QRectF]:
        """Where each label is, by its key."""
        return {label.key: rect for label, rect in self._placed}


def _near(axis: Axis, value: float, origin: float) -> float:
    """Map a value to pixels from the pane's corner, kept inside the axis."""
    return axis.pixel(min(max(value, axis.low), axis.high)) - origin


def _between(within: tuple[float, float], x: Axis, pane: QRectF) -> Box:
    left, right = (_near(x, value, pane.left()) for value in within)
    return left, 0.0, right - left, pane.height()


def _same_place(
    old: Box | None,
    size: tuple[float, float],
    wanted: tuple[float, float],
    room: Room,
    loyalty: float,
) -> Box | None:
    if old is None or abs(old[0] - wanted[0]) + abs(old[1] - wanted[1]) > loyalty:
        return None
    box = (old[0], old[1], *size)
    if not room.is_free(box):
        return None
    room.add_box(box)
    return box
