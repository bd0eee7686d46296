"""How each mark of a chart is painted, on the axes of its chart."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from actviz.ui.axes import AnyAxis
from actviz.ui.board import (
    Area,
    Array,
    Arrows,
    Bars,
    Dots,
    Line,
    Mark,
    Picture,
    Rule,
    Span,
    Words,
)
from actviz.ui.heat import heat_image
from actviz.ui.look import Look
from actviz.ui.plot_items import Lines, Stroke, polygon
from actviz.ui.sampling import Piece, clipped, pieces, simplified

_BEYOND = 12.0
_HEAD = 5.0
_FARTHEST = 1e6


@dataclass(frozen=True)
class Plot:
    """Where a chart's marks are painted: its rectangle, its axes, its look."""

    rect: QRectF
    x: AnyAxis
    y: AnyAxis
    look: Look
    scale: float = 1.0

    def points(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Map points to pixels; what cannot be seen is NaN, and nothing is far away."""
        with np.errstate(over="ignore", invalid="ignore"):
            px = np.clip(self.x.pixels(np.asarray(x, np.float64)), -_FARTHEST, _FARTHEST)
            py = np.clip(self.y.pixels(np.asarray(y, np.float64)), -_FARTHEST, _FARTHEST)
        return px, py

    def lines(self, x: Array, y: Array) -> list[Piece]:
        """Map a line to pixels, in pieces that nothing joins, cut off just outside the plot."""
        top, bottom = self.rect.top() - _BEYOND, self.rect.bottom() + _BEYOND
        found = []
        for piece in pieces(*self.points(x, y)):
            line = clipped(*piece, top, bottom)
            ascending = bool(np.all(np.diff(line[0]) > 0))
            found.append(simplified(*line, 0.15 / self.scale) if ascending else line)
        return found


def paint_mark(painter: QPainter, mark: Mark, plot: Plot) -> None:
    """Paint one mark; the painter is clipped to the plot."""
    match mark:
        case Line():
            Lines(plot.lines(mark.x, mark.y), mark.stroke).paint(painter)
        case Dots():
            _dots(painter, mark, plot)
        case Area():
            _area(painter, mark, plot)
        case Bars():
            _bars(painter, mark, plot)
        case Picture():
            _picture(painter, mark, plot)
        case Rule():
            _rule(painter, mark, plot)
        case Span():
            _span(painter, mark, plot)
        case Words():
            _words(painter, mark, plot)
        case Arrows():
            _arrows(painter, mark, plot)


def _finite(x: Array, y: Array) -> list[tuple[float, float]]:
    seen = np.isfinite(x) & np.isfinite(y)
    return list(zip(x[seen].tolist(), y[seen].tolist(), strict=True))


def _dots(painter: QPainter, mark: Dots, plot: Plot) -> None:
    x, y = plot.points(mark.x, mark.y)
    painter.setPen(QPen(mark.color, 1.2))
    if mark.low is not None and mark.high is not None:
        low, high = (plot.points(mark.x, end)[1] for end in (mark.low, mark.high))
        # A lower end that a logarithmic axis cannot show reaches down to the frame.
        low = np.where(np.isfinite(low), low, plot.rect.bottom())
        for each in np.flatnonzero(np.isfinite(x) & np.isfinite(high)).tolist():
            painter.drawLine(QPointF(x[each], low[each]), QPointF(x[each], high[each]))
    painter.setBrush(mark.color if mark.filled else plot.look.panel)
    for at in _finite(x, y):
        painter.drawEllipse(QPointF(*at), mark.radius, mark.radius)


def _area(painter: QPainter, mark: Area, plot: Plot) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(mark.color)
    x, y = plot.points(mark.x, mark.y)
    base = np.broadcast_to(np.asarray(mark.base, np.float64), np.shape(mark.x))
    floor = plot.points(mark.x, base)[1]
    floor = np.where(np.isfinite(floor), floor, plot.rect.bottom())
    for px, py in pieces(x, y):
        under = np.interp(px, x, floor)
        closed = polygon(np.concatenate([px, px[::-1]]), np.concatenate([py, under[::-1]]))
        painter.drawPolygon(closed)


def _bars(painter: QPainter, mark: Bars, plot: Plot) -> None:
    left, top = plot.points(np.asarray(mark.x) - mark.width / 2, mark.y)
    right = plot.points(np.asarray(mark.x) + mark.width / 2, mark.y)[0]
    floor = plot.points(np.asarray(mark.x), np.full(np.shape(mark.x), mark.base))[1]
    floor = np.where(np.isfinite(floor), floor, plot.rect.bottom())
    painter.setPen(QPen(mark.color, 1.6) if mark.outlined else Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(Qt.BrushStyle.NoBrush) if mark.outlined else QBrush(mark.color))
    for each in np.flatnonzero(np.isfinite(left) & np.isfinite(top)).tolist():
        wide = max(right[each] - left[each], 1.0)
        bar = QRectF(left[each], top[each], wide, floor[each] - top[each]).normalized()
        painter.drawRect(bar)


def _picture(painter: QPainter, mark: Picture, plot: Plot) -> None:
    (left, right), (bottom, top) = plot.points(np.array(mark.x), np.array(mark.y))
    image = heat_image(mark, plot.look.theme)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(QRectF(left, top, right - left, bottom - top), image)


def _rule(painter: QPainter, mark: Rule, plot: Plot) -> None:
    at = (plot.x if mark.upright else plot.y).pixel(mark.at)
    if not math.isfinite(at):
        return
    rect, metrics = plot.rect, QFontMetricsF(plot.look.small)
    painter.setPen(mark.stroke.pen())
    if mark.upright:
        painter.drawLine(QPointF(at, rect.top()), QPointF(at, rect.bottom()))
    else:
        painter.drawLine(QPointF(rect.left(), at), QPointF(rect.right(), at))
    if mark.words and (rect.left() <= at <= rect.right() if mark.upright else True):
        wide = metrics.horizontalAdvance(mark.words)
        if mark.upright:
            left = at + 4 if at + 4 + wide <= rect.right() else at - 4 - wide
            place = QPointF(left, rect.top() + metrics.ascent() + 2)
        else:
            above = at - 4 if at - metrics.height() > rect.top() else at + metrics.ascent() + 3
            place = QPointF(rect.right() - wide - 4, above)
        _say(painter, place, mark.words, mark.stroke.color, plot)


def _span(painter: QPainter, mark: Span, plot: Plot) -> None:
    box = _span_box(mark, plot)
    if box is not None:
        painter.fillRect(box, mark.color)


def _span_box(mark: Span, plot: Plot) -> QRectF | None:
    rect, axis = plot.rect, plot.x if mark.upright else plot.y
    ends = [axis.pixel(min(max(end, axis.low), axis.high)) for end in (mark.low, mark.high)]
    low, high = min(ends), max(ends)
    if high <= low:
        return None
    if mark.upright:
        return QRectF(low, rect.top(), high - low, rect.height())
    return QRectF(rect.left(), low, rect.width(), high - low)


def paint_span_words(painter: QPainter, mark: Span, plot: Plot) -> None:
    """Write what a shaded range is: over the lines, which cross the words otherwise."""
    box = _span_box(mark, plot)
    metrics = QFontMetricsF(plot.look.small)
    if box is not None and 0 < metrics.horizontalAdvance(mark.words) <= box.width() - 8:
        solid = QColor(mark.color)
        solid.setAlpha(255)
        wide = metrics.horizontalAdvance(mark.words)
        top = box.center().y() - metrics.height() / 2 if mark.middle else box.top() + 3
        place = QPointF(box.center().x() - wide / 2, top + metrics.ascent())
        _say(painter, place, mark.words, solid, plot)


def _words(painter: QPainter, mark: Words, plot: Plot) -> None:
    (px,), (py,) = plot.points(np.array([mark.x]), np.array([mark.y]))
    if not (math.isfinite(px) and math.isfinite(py)):
        return
    metrics = QFontMetricsF(plot.look.small)
    wide = metrics.horizontalAdvance(mark.text)
    lifts = {1: (5.0, metrics.ascent() / 2), -1: (-5.0 - wide, metrics.ascent() / 2)}
    dx, dy = lifts.get(mark.align, (-wide / 2, -6.0 if mark.align == 0 else metrics.height() + 2))
    left = min(max(px + dx, plot.rect.left() + 2), plot.rect.right() - wide - 2)
    top = min(max(py + dy, plot.rect.top() + metrics.ascent()), plot.rect.bottom() - 3)
    _say(painter, QPointF(left, top), mark.text, mark.color, plot)


def _say(painter: QPainter, place: QPointF, text: str, color: QColor, plot: Plot) -> None:
    """Write words on a ground of their own, so that lines behind do not cross them."""
    metrics = QFontMetricsF(plot.look.small)
    box = metrics.boundingRect(text).translated(place).adjusted(-2, 0, 2, 0)
    painter.fillRect(box, plot.look.box)
    painter.setFont(plot.look.small)
    painter.setPen(color)
    painter.drawText(place, text)


def _arrows(painter: QPainter, mark: Arrows, plot: Plot) -> None:
    start = plot.points(mark.x, mark.y)
    end = plot.points(np.asarray(mark.x) + mark.dx, np.asarray(mark.y) + mark.dy)
    painter.setPen(QPen(mark.color, 1.2))
    painter.setBrush(mark.color)
    columns = np.stack([np.ravel(each) for each in (*start, *end)], axis=1)
    for x0, y0, x1, y1 in columns[np.isfinite(columns).all(axis=1)].tolist():
        painter.drawLine(QPointF(x0, y0), QPointF(x1, y1))
        length = math.hypot(x1 - x0, y1 - y0)
        if length >= 1.0:
            painter.drawPolygon(_head(x1, y1, (x1 - x0) / length, (y1 - y0) / length, length))


def _head(x: float, y: float, ux: float, uy: float, length: float) -> QPolygonF:
    size = min(_HEAD, 0.5 * length)
    corners = [
        (x - size * ux + side * 0.5 * size * uy, y - size * uy - side * 0.5 * size * ux)
        for side in (-1, 1)
    ]
    return QPolygonF([QPointF(x, y), *(QPointF(*corner) for corner in corners)])


def extent(mark: Mark, axis: str) -> list[Array]:
    """List the values of a mark along "x" or "y", for fitting the axis."""
    match mark:
        case Line() | Area() | Dots() | Bars():
            values = [np.asarray(getattr(mark, axis), np.float64)]
            if isinstance(mark, Bars) and axis == "x":
                values = [values[0] - mark.width * 0.75, values[0] + mark.width * 0.75]
            elif isinstance(mark, Bars):
                values.append(np.array([mark.base]))
            elif isinstance(mark, Area) and axis == "y":
                values.append(np.ravel(np.asarray(mark.base, np.float64)))
            elif isinstance(mark, Dots) and axis == "y":
                values += [end for end in (mark.low, mark.high) if end is not None]
            return values
        case Picture():
            return [np.array(getattr(mark, axis), np.float64)]
        case Rule():
            return [np.array([mark.at])] if mark.upright == (axis == "x") else []
        case Arrows():
            start = np.asarray(getattr(mark, axis), np.float64)
            return [start, start + getattr(mark, "d" + axis)]
    return []


def sample(mark: Mark) -> Stroke | QColor | None:
    """Give what stands beside a mark's name in the legend: a line's stroke, or a colour."""
    match mark:
        case Line():
            return mark.stroke
        case Dots() | Area() | Bars() | Arrows():
            return mark.color
    return None
