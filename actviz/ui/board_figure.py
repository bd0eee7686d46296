"""A board laid out and painted: charts in rows, each with heading, legend, axes and marks.

It knows no widget: the window shows it, and `actviz render` paints it into files.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF, QPainter

from actviz.ui.axes import AnyAxis, paint_frame
from actviz.ui.axis import Axis
from actviz.ui.board import Board, Chart, Picture, Scale, Span, Table
from actviz.ui.board_head import Head, head_of, paint_head
from actviz.ui.board_table import paint_table, table_height
from actviz.ui.chart_marks import Plot, extent, paint_mark, paint_span_words
from actviz.ui.log_axis import LogAxis, WordAxis, linear_range, log_range
from actviz.ui.look import Look
from actviz.ui.numbers import decimals

_GAP, _RIGHT, _TICK_WORDS = 14.0, 14.0, 8.0
_TITLE_LEFT = 26.0
_PITCH = {"x": 64.0, "y": 30.0}
_BARE = 8.0
_LABELLED = 190.0
"""Pixels of a row from which on x is labelled under each chart."""
_LEAST_PLOT = {1: 110.0, 2: 84.0}
_LEAST_OF_MANY, _LEAST_LINES = 48.0, 5
_WIDE = 1e4
"""Pixels in which every title has room on one line."""


@dataclass(frozen=True)
class Placed:
    """A chart with its places: all that it takes, and the plot within."""

    chart: Chart | Table
    outer: QRectF
    plot: Plot
    head: Head


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
        for row, height in zip(board.rows, self._heights(board, room, size.width()), strict=True):
            self._place_row(row, QRectF(0.0, top, size.width(), height), scale, margins)
            top += height + _GAP

    def _heights(self, board: Board, room: float, width: float) -> list[float]:
        """Divide the height by the rows' parts; tables alone in a row take no more than they need.

        A board of nothing but tables is left as it is. No row gets less than can be read.
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
        least = [self._least(row, width, len(board.rows)) for row in board.rows]
        if any(height < low for height, low in zip(found, least, strict=True)):
            over = max(room - sum(least), 0.0) / sum(shares)
            found = [low + over * share for low, share in zip(least, shares, strict=True)]
        return found

    def least_height(self, board: Board, width: float) -> float:
        """Give the height under which a board cannot be read; to be scrolled in less room."""
        rows = [self._least(row, width, len(board.rows)) for row in board.rows]
        return sum(rows) + _GAP * max(len(rows) - 1, 0)

    def _least(self, row: Sequence[Chart | Table], width: float, rows: int) -> float:
        plot = _LEAST_PLOT.get(rows, _LEAST_OF_MANY) + self._words_height()
        few = _LEAST_LINES * table_height(Table("", "", ("",), ()), self.look)
        return max(
            head_of(each, wide, self.look).height(self.look)
            + (plot if isinstance(each, Chart) else min(table_height(each, self.look), few))
            for each, wide in zip(row, _widths(row, width), strict=True)
        )

    def _needed(self, row: Sequence[Chart | Table]) -> float:
        """Give the height that a row of tables needs, infinite for one with a chart."""
        return max(
            table_height(each, self.look) + head_of(each, _WIDE, self.look).height(self.look) + _GAP
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
        widths = _widths(row, area.width())
        heads = [head_of(*each, self.look) for each in zip(row, widths, strict=True)]
        tallest = self._tallest(row, heads)
        left = area.left()
        for index, (chart, width, head) in enumerate(zip(row, widths, heads, strict=True)):
            outer = QRectF(left, area.top(), width, area.height())
            margin = margins.get((len(row), index), 0.0)
            under = tallest if isinstance(chart, Chart) else head.height(self.look)
            plot = self._plot(chart, outer.adjusted(0.0, under, 0.0, 0.0), margin, scale)
            self.placed.append(Placed(chart, outer, plot, head))
            left += width + _GAP

    def _tallest(self, row: Sequence[Chart | Table], heads: Sequence[Head]) -> float:
        """Give the height of the tallest head of a row's charts, so that the plots are level."""
        pairs = zip(row, heads, strict=True)
        heights = [head.height(self.look) for chart, head in pairs if isinstance(chart, Chart)]
        return max(heights, default=0.0)

    # One chart

    def _margin(self, chart: Chart) -> float:
        """Give the room that the words of the vertical axis and its title take."""
        font = QFontMetricsF(self.look.small)
        words = axis_of(chart, "y", 200.0, 0.0).words(decimals)
        widest = max((font.horizontalAdvance(word) for word in words), default=0.0)
        return _TITLE_LEFT + widest + _TICK_WORDS

    def _plot(self, chart: Chart | Table, room: QRectF, margin: float, scale: float) -> Plot:
        """Give a chart its plot in the room below its head, or a table all of it."""
        if isinstance(chart, Table):
            flat = Axis(0.0, 1.0, 0.0, 1.0)
            return Plot(room, flat, flat, self.look, scale)
        under = self._words_height() if self._words_under(chart) else _BARE
        rect = room.adjusted(margin, 0.0, -_RIGHT, -under)
        rect.setWidth(max(rect.width(), 20.0))
        rect.setHeight(max(rect.height(), 20.0))
        x = axis_of(chart, "x", rect.left(), rect.right())
        y = axis_of(chart, "y", rect.bottom(), rect.top())
        if chart.square and isinstance(x, Axis) and isinstance(y, Axis):
            x, y = _same_unit(x, y)
        return Plot(rect, x, y, self.look, scale)

    def _words_height(self) -> float:
        return 2 * QFontMetricsF(self.look.small).height() + _TICK_WORDS + 2

    def _words_under(self, chart: Chart) -> bool:
        """Say whether x is labelled under a chart: not where the next chart below says the same.

        Where there is room it is labelled under each.
        """
        if self._row_height >= _LABELLED:
            return True
        for row, below in pairwise(self.board.rows):
            for each, under in zip(row, below, strict=False):
                if each is chart and len(row) == len(below) and isinstance(under, Chart):
                    return under.x != chart.x
        return True

    # Painting

    def paint(self, painter: QPainter) -> None:
        """Draw all charts."""
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing
        )
        for each in self.placed:
            paint_head(painter, each.head, each.outer, self.look)
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
        for mark in chart.marks:
            if isinstance(mark, Span):
                paint_span_words(painter, mark, plot)
        painter.restore()

    # Places

    def at(self, point: QPointF) -> Placed | None:
        """Find the chart whose plot holds a point."""
        return next((each for each in self.placed if each.plot.rect.contains(point)), None)


def _widths(row: Sequence[Chart | Table], room: float) -> list[float]:
    """Divide the width of a row by the shares of its charts and tables."""
    shares = sum(chart.share for chart in row)
    room -= _GAP * (len(row) - 1)
    return [max(room * chart.share / shares, 60.0) for chart in row]


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
