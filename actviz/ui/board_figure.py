"""A board laid out and painted: charts in rows, each with heading, legend, axes and marks.

It knows no widget: the window shows it, and `actviz render` paints it into files.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from actviz.ui.axes import AnyAxis, paint_frame
from actviz.ui.axis import Axis
from actviz.ui.board import Board, Chart, NamedMark, Picture, Scale, Table
from actviz.ui.board_table import paint_table, table_height
from actviz.ui.chart_marks import Plot, extent, paint_mark, sample
from actviz.ui.heat import heat_color, heat_range
from actviz.ui.log_axis import LogAxis, WordAxis, linear_range, log_range
from actviz.ui.look import Look
from actviz.ui.numbers import decimals, significant
from actviz.ui.plot_items import Stroke

_GAP, _RIGHT, _TICK_WORDS = 14.0, 14.0, 8.0
_TITLE_LEFT = 22.0
_SAMPLE, _BESIDE, _APART = 22.0, 5.0, 14.0
_PITCH = {"x": 64.0, "y": 30.0}
_BARE = 8.0
_LABELLED = 190.0
"""Pixels of a row from which on x is labelled under each chart."""
_KEY = 90.0
"""Pixels of the scale of colours beside a heat map's name."""


@dataclass(frozen=True)
class Placed:
    """A chart with its places: all that it takes, and the plot within."""

    chart: Chart | Table
    outer: QRectF
    plot: Plot


class BoardFigure:
    """A board in a look at a size; `show` lays it out, `paint` draws it."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.placed: list[Placed] = []
        self._row_height = 0.0
        self.board = Board(())

    def show(self, board: Board, size: QSizeF, scale: float) -> None:
        """Lay a board out in the area of this size."""
        self.board, self.placed = board, []
        self._row_height = size.height() / max(len(board.rows), 1)
        room = size.height() - _GAP * max(len(board.rows) - 1, 0)
        top = 0.0
        margins = self._margins(board)
        for row, height in zip(board.rows, self._heights(board, room), strict=True):
            self._place_row(row, QRectF(0.0, top, size.width(), height), scale, margins)
            top += height + _GAP

    def _heights(self, board: Board, room: float) -> list[float]:
        """Divide the height by the rows' parts; tables alone in a row take no more than they need.

        A board of nothing but tables is left as it is.
        """
        shares = list(board.heights or (1.0,) * len(board.rows))
        found = [room * share / sum(shares) for share in shares]
        needed = [self._needed(row) for row in board.rows]
        spare = [max(height - most, 0.0) for height, most in zip(found, needed, strict=True)]
        others = sum(share for share, most in zip(shares, needed, strict=True) if most == math.inf)
        if others:
            found = [
                min(height, most) if most < math.inf else height + sum(spare) * share / others
                for height, most, share in zip(found, needed, shares, strict=True)
            ]
        return [max(height, 60.0) for height in found]

    def _needed(self, row: Sequence[Chart | Table]) -> float:
        """Give the height that a row of tables needs, infinite for one with a chart."""
        return max(
            table_height(each, self.look) + self._head_height(each, QRectF()) + _GAP
            if isinstance(each, Table)
            else math.inf
            for each in row
        )

    def _margins(self, board: Board) -> dict[tuple[int, int], float]:
        """Give charts that stand under each other one left margin, so that their axes align."""
        found: dict[tuple[int, int], float] = {}
        for row in board.rows:
            for index, chart in enumerate(row):
                if isinstance(chart, Chart):
                    place = (len(row), index)
                    found[place] = max(found.get(place, 0.0), self._margin(chart))
        return found

    def _place_row(
        self,
        row: Sequence[Chart | Table],
        area: QRectF,
        scale: float,
        margins: dict[tuple[int, int], float],
    ) -> None:
        room = area.width() - _GAP * (len(row) - 1)
        shares = sum(chart.share for chart in row)
        left = area.left()
        for index, chart in enumerate(row):
            width = max(room * chart.share / shares, 60.0)
            outer = QRectF(left, area.top(), width, area.height())
            margin = margins.get((len(row), index), 0.0)
            self.placed.append(Placed(chart, outer, self._plot(chart, outer, margin, scale)))
            left += width + _GAP

    # One chart

    def _margin(self, chart: Chart) -> float:
        """Give the room that the words of the vertical axis and its title take."""
        font = QFontMetricsF(self.look.small)
        words = axis_of(chart, "y", 200.0, 0.0).words(decimals)
        widest = max((font.horizontalAdvance(word) for word in words), default=0.0)
        return _TITLE_LEFT + widest + _TICK_WORDS

    def _plot(self, chart: Chart | Table, outer: QRectF, margin: float, scale: float) -> Plot:
        head, small = self._head_height(chart, outer), QFontMetricsF(self.look.small)
        if isinstance(chart, Table):
            rect = outer.adjusted(0.0, head, 0.0, 0.0)
            flat = Axis(0.0, 1.0, 0.0, 1.0)
            return Plot(rect, flat, flat, self.look, scale)
        under = 2 * small.height() + _TICK_WORDS + 2 if self._words_under(chart) else _BARE
        rect = outer.adjusted(margin, head, -_RIGHT, -under)
        rect.setWidth(max(rect.width(), 20.0))
        rect.setHeight(max(rect.height(), 20.0))
        x = axis_of(chart, "x", rect.left(), rect.right())
        y = axis_of(chart, "y", rect.bottom(), rect.top())
        if chart.square and isinstance(x, Axis) and isinstance(y, Axis):
            x, y = _same_unit(x, y)
        return Plot(rect, x, y, self.look, scale)

    def _words_under(self, chart: Chart) -> bool:
        """Say whether x is labelled under a chart: not where the next chart below says the same.

        Where there is room it is labelled under each.
        """
        if self._row_height >= _LABELLED:
            return True
        for row, below in pairwise(self.board.rows):
            if row[0] is chart and len(row) == len(below) == 1 and isinstance(below[0], Chart):
                return below[0].x != chart.x
        return True

    def _head_height(self, chart: Chart | Table, outer: QRectF) -> float:
        line = QFontMetricsF(self.look.title).height() + 4.0
        named = isinstance(chart, Chart) and bool(_named(chart))
        if not named:
            return line if chart.title else 6.0
        assert isinstance(chart, Chart)
        return line if self._fits_one_line(chart, outer.width()) else 2 * line

    def _fits_one_line(self, chart: Chart, width: float) -> bool:
        title = QFontMetricsF(self.look.title).horizontalAdvance(chart.title)
        return title + _APART + self._legend_width(chart) <= width

    def _legend_width(self, chart: Chart) -> float:
        font = QFontMetricsF(self.look.small)
        return sum(
            font.horizontalAdvance(name) + _BESIDE + _APART + (_KEY if keyed else _SAMPLE)
            for name, keyed in ((mark.name, isinstance(mark, Picture)) for mark in _named(chart))
        )

    # Painting

    def paint(self, painter: QPainter) -> None:
        """Draw all charts."""
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing
        )
        for each in self.placed:
            self._paint_head(painter, each)
            if isinstance(each.chart, Table):
                paint_table(painter, each.chart, each.plot.rect, self.look)
            else:
                self._paint_chart(painter, each.chart, each.plot)

    def _paint_chart(self, painter: QPainter, chart: Chart, plot: Plot) -> None:
        titles = chart.x.title, chart.y.title
        pictures = [mark for mark in chart.marks if isinstance(mark, Picture)]
        words = self._words_under(chart)
        paint_frame(painter, plot.rect, (plot.x, plot.y), titles, self.look, x_words=words)
        painter.save()
        painter.setClipRect(plot.rect.adjusted(-0.5, -0.5, 0.5, 0.5))
        for mark in [*pictures, *(mark for mark in chart.marks if mark not in pictures)]:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_mark(painter, mark, plot)
        painter.restore()

    def _paint_head(self, painter: QPainter, placed: Placed) -> None:
        chart, outer, look = placed.chart, placed.outer, self.look
        bold = QFontMetricsF(look.title)
        painter.setFont(look.title)
        painter.setPen(look.text)
        title = bold.elidedText(chart.title, Qt.TextElideMode.ElideRight, outer.width())
        painter.drawText(QPointF(outer.left() + 2, outer.top() + bold.ascent()), title)
        if isinstance(chart, Chart) and _named(chart):
            one = self._fits_one_line(chart, outer.width())
            top = outer.top() + (0.0 if one else bold.height() + 4.0)
            left = outer.right() - self._legend_width(chart) if one else outer.left() + 2
            self._paint_legend(painter, chart, QRectF(left, top, outer.right() - left, 1.0))

    def _paint_legend(self, painter: QPainter, chart: Chart, room: QRectF) -> None:
        font = QFontMetricsF(self.look.small)
        named, left = _named(chart), room.left()
        squeeze = min(1.0, room.width() / max(self._legend_width(chart), 1.0))
        for mark in named:
            keyed = isinstance(mark, Picture)
            words = font.horizontalAdvance(mark.name) * squeeze - (1 - squeeze) * _SAMPLE
            name = font.elidedText(mark.name, Qt.TextElideMode.ElideRight, words + 1)
            wide = _KEY if keyed else _SAMPLE
            middle = QPointF(left, room.top() + font.height() / 2)
            if isinstance(mark, Picture):
                self._paint_key(painter, mark, QRectF(left, middle.y() - 5, _KEY, 10))
            else:
                _paint_sample(painter, sample(mark), middle)
            painter.setFont(self.look.small)
            painter.setPen(self.look.dim)
            painter.drawText(QPointF(left + wide + _BESIDE, room.top() + font.ascent()), name)
            left += wide + _BESIDE + max(words, 0.0) + _APART * squeeze

    def _paint_key(self, painter: QPainter, mark: Picture, box: QRectF) -> None:
        """Paint the scale of a heat map's colours with the values at its ends."""
        for step in range(int(box.width())):
            share = step / max(box.width() - 1, 1.0)
            color = heat_color(min(share, 1.0), self.look.theme, centred=mark.centred)
            painter.fillRect(QRectF(box.left() + step, box.top(), 1.0, box.height()), color)
        painter.setFont(self.look.small)
        font = QFontMetricsF(self.look.small)
        for value, share, align in zip(heat_range(mark), (0.0, 1.0), (1, -1), strict=True):
            color = heat_color(share, self.look.theme, centred=mark.centred)
            painter.setPen(QColor("black") if color.lightnessF() > 0.5 else QColor("white"))
            text = significant(value, 2)
            wide = font.horizontalAdvance(text)
            left = box.left() + 3 if align > 0 else box.right() - 3 - wide
            painter.drawText(QPointF(left, box.center().y() + font.ascent() / 2 - 1), text)

    # Places

    def at(self, point: QPointF) -> Placed | None:
        """Find the chart whose plot holds a point."""
        return next((each for each in self.placed if each.plot.rect.contains(point)), None)


def axis_of(chart: Chart, which: str, first: float, last: float) -> AnyAxis:
    """Make an axis of a chart: as its scale says, fitted to the marks where it does not."""
    scale: Scale = chart.x if which == "x" else chart.y
    values = [each for mark in chart.marks for each in extent(mark, which)]
    known = np.concatenate([np.ravel(each) for each in values]) if values else np.zeros(0)
    fitted = log_range(known) if scale.log else linear_range(known)
    if which == "x" and not scale.log and known.size and np.isfinite(known).any():
        seen = known[np.isfinite(known)]
        # Along x a chart ends where its marks do: lines reach from edge to edge.
        fitted = (float(seen.min()), float(seen.max())) if np.ptp(seen) > 0 else fitted
    low = fitted[0] if scale.low is None else scale.low
    high = fitted[1] if scale.high is None else scale.high
    if not high > low:
        high = low * 10.0 if scale.log else low + 1.0
    pitch = _PITCH[which]
    if scale.log:
        return LogAxis(low, high, first, last, pitch)
    if scale.words:
        return WordAxis(low, high, first, last, pitch, scale.words)
    return Axis(low, high, first, last, pitch)


def _same_unit(x: Axis, y: Axis) -> tuple[Axis, Axis]:
    """Widen the axis that is shown larger, so that a unit is as long on both."""
    wanted = max(x.per_pixel, y.per_pixel)

    def widened(axis: Axis) -> Axis:
        half = wanted * abs(axis.last - axis.first) / 2
        middle = axis.low / 2 + axis.high / 2
        return replace(axis, low=middle - half, high=middle + half)

    return widened(x), widened(y)


def _named(chart: Chart) -> list[NamedMark]:
    marks = [mark for mark in chart.marks if isinstance(mark, NamedMark)]
    return [mark for mark in marks if mark.name]


def _paint_sample(painter: QPainter, look: Stroke | QColor | None, middle: QPointF) -> None:
    if isinstance(look, Stroke):
        painter.setPen(look.pen())
        painter.drawLine(middle, middle + QPointF(_SAMPLE, 0.0))
    elif look is not None:
        painter.setPen(QPen(look, 1.2))
        painter.setBrush(look)
        painter.drawRect(QRectF(middle.x() + _SAMPLE / 2 - 5, middle.y() - 4, 10, 8))
