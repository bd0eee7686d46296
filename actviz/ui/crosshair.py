"""The crosshair: one upright line through all panes, with the values read off beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from actviz.ui.labels import corner_beside, paint_box, size_of
from actviz.ui.placing import CELL
from actviz.ui.plot import Figure, Pane

_POINT = 3.5


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read in one pane: the words, their colour, the height they belong to.

    With `marked` the height is marked by a point. `others` are the colours of the last lines,
    where these are about other curves.
    """

    text: str
    color: QColor
    height: float
    marked: bool = True
    others: tuple[QColor, ...] = ()


class Crosshair:
    """A crosshair at x, ready to be painted over a figure; `text` stands under the last pane."""

    def __init__(self, figure: Figure, x: float, text: str, readings: Sequence[Reading]) -> None:
        self.x = x
        self.readings = tuple(readings)
        self.text = text
        self._look = figure.look
        self._pixel = figure.x.pixel(x)
        metrics = QFontMetricsF(figure.look.font)
        self._lines = [
            QLineF(self._pixel, pane.rect.top(), self._pixel, pane.rect.bottom())
            for pane in figure.panes
        ]
        self._points = [
            (QPointF(self._pixel, pane.y.pixel(reading.height)), reading.color)
            for pane, reading in zip(figure.panes, readings, strict=True)
            if reading.marked and pane.y.low <= reading.height <= pane.y.high
        ]
        self._boxes = [
            (self._place(pane, reading, metrics), reading)
            for pane, reading in zip(figure.panes, readings, strict=True)
            if reading.text
        ]
        self._tag = self._place_tag(figure.panes[-1].rect, metrics)

    @property
    def boxes(self) -> list[QRectF]:
        """Where the words are, from the top pane to the bottom one."""
        return [rect for rect, _ in self._boxes]

    def _place(self, pane: Pane, reading: Reading, metrics: QFontMetricsF) -> QRectF:
        """Find the free place nearest to the curve, or the pane's corner when all is taken."""
        size = size_of(reading.text, metrics)
        across = self._pixel - pane.rect.left()
        level = pane.y.pixel(min(max(reading.height, pane.y.low), pane.y.high))
        room = pane.room()
        for rect in pane.placed.rects.values():
            left, top = rect.left() - pane.rect.left(), rect.top() - pane.rect.top()
            room.add_box((left, top, rect.width(), rect.height()))
        room.add_box((across - CELL / 2, 0.0, CELL, pane.rect.height()))
        wanted = corner_beside((across, level - pane.rect.top()), size, pane.rect.width())
        corner = (0.0 if across > pane.rect.width() / 2 else pane.rect.width() - size[0], 0.0)
        left, top, *_ = room.place(*size, wanted) or (*corner, *size)
        return QRectF(pane.rect.left() + left, pane.rect.top() + top, *size)

    def _place_tag(self, rect: QRectF, metrics: QFontMetricsF) -> QRectF:
        width, height = size_of(self.text, metrics)
        left = min(max(self._pixel - width / 2, rect.left()), rect.right() - width)
        return QRectF(left, rect.bottom() + 2, width, height)

    def paint_line(self, painter: QPainter) -> None:
        """Draw the line, which belongs under curves and labels."""
        pen = QPen(self._look.crosshair, 1.0)
        pen.setDashPattern((4.0, 3.0))
        painter.setPen(pen)
        painter.drawLines(self._lines)

    def paint(self, painter: QPainter) -> None:
        """Draw the points on the curves, the words and the tag on the axis."""
        for point, color in self._points:
            painter.setPen(QPen(self._look.panel, 1.5))
            painter.setBrush(color)
            painter.drawEllipse(point, _POINT, _POINT)
        for rect, reading in self._boxes:
            paint_box(painter, rect, reading.text, reading.color, self._look, others=reading.others)
        paint_box(painter, self._tag, self.text, self._look.text, self._look)
