"""The widget that shows a board: what lies under the mouse, clicks and drags, copied numbers."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetricsF,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from actviz.ui.board import Bars, Board, Chart, Dots, Line, Pick, Table, charts
from actviz.ui.board_figure import BoardFigure, Placed
from actviz.ui.board_table import line_at
from actviz.ui.board_text import board_text, chart_text
from actviz.ui.look import Look
from actviz.ui.numbers import significant

_KEYS = {int(Qt.Key.Key_Left): -1, int(Qt.Key.Key_Right): 1}
_NAMES_SHOWN = 5
_LEAST, _LOWEST = 220, 120.0


class BoardCanvas(QWidget):
    """Shows a `Board`; it is painted into a picture first, so that nothing can fail in a paint."""

    picked = Signal(object)
    """A place in a chart with a cursor was clicked or dragged to: a `Pick`."""
    released = Signal()
    """The mouse button was let go."""
    painted = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figure = BoardFigure(look)
        self.zoom = 1.0
        """How many pixels of the widget one of the figure takes."""
        self._picture = QPixmap()
        self._hover: tuple[str, float] | None = None
        """The chart under the crosshair, and where, in the units of its x."""
        self._words = ""
        self._drag: tuple[str, tuple[float, float]] | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(_LEAST, int(_LOWEST))

    @property
    def board(self) -> Board:
        """What is shown."""
        return self.figure.board

    def show_board(self, board: Board) -> None:
        """Lay a board out and have it painted."""
        self.make_room(board)
        size = QSizeF(self.size()) / self.zoom
        self.figure.show(board, size, self.devicePixelRatioF() * self.zoom)
        self._picture = self._painted_picture()
        self._read()

    def make_room(self, board: Board) -> None:
        """Ask for the height that a board needs at least."""
        least = max(self.figure.least_height(board, self.width() / self.zoom), _LOWEST)
        self.setMinimumHeight(round(least * self.zoom))

    def set_look(self, look: Look) -> None:
        """Take the colours of another theme."""
        self.figure.look = look
        self.show_board(self.board)

    def set_zoom(self, zoom: float) -> None:
        """Show everything larger."""
        self.zoom = zoom
        self.show_board(self.board)

    def _painted_picture(self) -> QPixmap:
        scale = self.devicePixelRatioF()
        picture = QPixmap(self.size() * scale)
        picture.setDevicePixelRatio(scale)
        picture.fill(self.figure.look.panel)
        painter = QPainter(picture)
        painter.scale(self.zoom, self.zoom)
        try:
            self.figure.paint(painter)
        finally:
            painter.end()
        return picture

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what lies ready, and the crosshair."""
        painter = QPainter(self)
        try:
            painter.drawPixmap(0, 0, self._picture)
            painter.scale(self.zoom, self.zoom)
            self._paint_crosshair(painter)
        finally:
            painter.end()
        self.painted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the board out in the new room."""
        super().resizeEvent(event)
        self.show_board(self.board)

    def event(self, event: QEvent) -> bool:
        """Follow the window to a screen of another resolution."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.show_board(self.board)
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = self.tip_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), text, self) if text else QToolTip.hideText()
            return True
        return super().event(event)

    def tip_at(self, point: QPointF) -> str:
        """Write out the line of a table under the mouse, as its words may be cut off."""
        at = point / self.zoom
        for each in self.figure.placed:
            if isinstance(each.chart, Table) and each.plot.rect.contains(at):
                return line_at(each.chart, each.plot.rect, at, self.figure.look)
        return ""

    # Under the mouse

    def _placed(self, key: str) -> Placed | None:
        return next((each for each in self.figure.placed if each.chart.key == key), None)

    def _under(self) -> tuple[Placed, Chart, float] | None:
        if self._hover is None:
            return None
        placed = self._placed(self._hover[0])
        if placed is None or not isinstance(placed.chart, Chart):
            return None
        return placed, placed.chart, self._hover[1]

    def reading(self) -> str:
        """Say what the marks of the chart under the crosshair are there; empty without one."""
        under = self._under()
        if under is None:
            return ""
        _, chart, x = under
        words = dict(chart.x.words)
        where = words.get(round(x)) or f"{chart.x.title} {significant(x, 4)}"
        values = [
            (mark.name, value)
            for mark in chart.marks
            if isinstance(mark, Line | Dots | Bars) and (value := _value_at(mark, x)) is not None
        ]
        parts = [f"{name or chart.y.title} {significant(value, 5)}" for name, value in values]
        return ":  ".join([where, ",  ".join(parts[:_NAMES_SHOWN])]).removesuffix(":  ")

    def _paint_crosshair(self, painter: QPainter) -> None:
        under = self._under()
        if under is None:
            return
        placed, _, x = under
        rect, look = placed.plot.rect, self.figure.look
        at = placed.plot.x.pixel(x)
        if not math.isfinite(at) or not rect.left() - 1 <= at <= rect.right() + 1:
            return
        pen = QPen(look.crosshair, 1.0, Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.drawLine(QPointF(at, rect.top()), QPointF(at, rect.bottom()))
        metrics = QFontMetricsF(look.small)
        text = metrics.elidedText(
            self._words, Qt.TextElideMode.ElideRight, placed.outer.width() - 4
        )
        top = placed.outer.top()
        box = QRectF(placed.outer.left(), top, placed.outer.width(), rect.top() - top - 1)
        painter.fillRect(box, look.panel)
        painter.setFont(look.small)
        painter.setPen(look.text)
        painter.drawText(QPointF(box.left() + 2, box.top() + metrics.ascent() + 1), text)

    def _point(self, placed: Placed, point: QPointF) -> tuple[float, float]:
        return placed.plot.x.value(point.x()), placed.plot.y.value(point.y())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the values under the mouse, or drag."""
        point = event.position() / self.zoom
        if self._drag is not None:
            placed = self._placed(self._drag[0])
            if placed is not None:
                self.picked.emit(Pick(self._drag[0], *self._point(placed, point), self._drag[1]))
            return
        found = self.figure.at(point)
        chart = found.chart if found else None
        if found is None or not isinstance(chart, Chart):
            self._show_hover(None)
            self.setCursor(Qt.CursorShape.ArrowCursor)
            return
        shape = Qt.CursorShape.PointingHandCursor if chart.cursor else Qt.CursorShape.CrossCursor
        self.setCursor(shape)
        self._show_hover((chart.key, self._point(found, point)[0]))

    def _show_hover(self, hover: tuple[str, float] | None) -> None:
        if hover != self._hover:
            self._hover = hover
            self._read()

    def _read(self) -> None:
        """Put into words what lies under the crosshair."""
        self._words = self.reading()
        self.setAccessibleDescription(self._words)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick a place in a chart that can be changed."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point = event.position() / self.zoom
        found = self.figure.at(point)
        if found is not None and isinstance(found.chart, Chart) and found.chart.cursor:
            began = self._point(found, point)
            self._drag = (found.chart.key, began)
            self._hover = None
            self.picked.emit(Pick(found.chart.key, *began, began))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        if self._drag is not None and event.button() == Qt.MouseButton.LeftButton:
            self._drag = None
            self.released.emit()

    def leaveEvent(self, event: QEvent) -> None:
        """Put the crosshair away."""
        super().leaveEvent(event)
        self._show_hover(None)

    # The keys, and numbers to take away

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the crosshair with the arrow keys, from chart to chart with up and down."""
        key = int(event.key())
        plots = [each for each in self.figure.placed if isinstance(each.chart, Chart)]
        if not plots or key not in (*_KEYS, int(Qt.Key.Key_Up), int(Qt.Key.Key_Down)):
            if key == int(Qt.Key.Key_Escape) and self._hover:
                self._show_hover(None)
                return
            super().keyPressEvent(event)
            return
        names = [each.chart.key for each in plots]
        index = names.index(self._hover[0]) if self._hover and self._hover[0] in names else 0
        if self._hover is not None and key not in _KEYS:
            step = 1 if key == int(Qt.Key.Key_Down) else -1
            index = min(max(index + step, 0), len(plots) - 1)
        axis = plots[index].plot.x
        here = axis.pixel(self._hover[1]) if self._hover else (axis.first + axis.last) / 2
        there = min(max(here + _KEYS.get(key, 0) * 4.0, axis.first), axis.last)
        self._show_hover((names[index], axis.value(there)))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the numbers of the chart under the mouse, or of all."""
        self.menu_at(QPointF(event.pos())).popup(event.globalPos())

    def menu_at(self, point: QPointF) -> QMenu:
        """Make the menu for a place."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        at = point / self.zoom
        found = next((each for each in self.figure.placed if each.outer.contains(at)), None)
        if found is not None:
            text = chart_text(found.chart)
            menu.addAction("Copy the numbers of this plot").triggered.connect(lambda: _copy(text))
        board = self.board
        menu.addAction("Copy all numbers").triggered.connect(lambda: _copy(board_text(board)))
        return menu

    def charts(self) -> dict[str, Chart | Table]:
        """Give the charts that are shown, by their keys."""
        return {each.key: each for each in charts(self.board)}


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def _value_at(mark: Line | Dots | Bars, x: float) -> float | None:
    """Read a mark at x: between the points of a line, at the nearest of dots and bars."""
    xs, ys = np.asarray(mark.x, np.float64), np.asarray(mark.y, np.float64)
    seen = np.isfinite(xs) & np.isfinite(ys)
    if not seen.any():
        return None
    xs, ys = xs[seen], ys[seen]
    if isinstance(mark, Line) and np.all(np.diff(xs) >= 0):
        if not xs[0] <= x <= xs[-1]:
            return None
        return float(np.interp(x, xs, ys))
    return float(ys[np.argmin(np.abs(xs - x))])
