"""What stands over a chart or table of a board: its title, and its legend beside it or below.

Nothing is cut off that has room on a line more.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from actviz.ui.board import Chart, NamedMark, Picture, Table
from actviz.ui.chart_marks import sample
from actviz.ui.heat import heat_color, heat_range
from actviz.ui.look import Look
from actviz.ui.numbers import significant
from actviz.ui.plot_items import Stroke

_SAMPLE, _BESIDE, _APART = 22.0, 5.0, 14.0
_KEY = 56.0
"""Pixels of the scale of colours beside a heat map's name."""
_LEFT, _UNDER, _NONE = 2.0, 4.0, 6.0
_CLEAR = 5.0
"""Pixels that the word of a tick at the top of the plot rises by, beside the head."""
_MOST_LINES = 2


@dataclass(frozen=True)
class Head:
    """A title and a legend in lines; `beside`: the only line of the legend is the title's."""

    title: tuple[str, ...]
    legend: tuple[tuple[NamedMark, ...], ...] = ()
    beside: bool = False

    def height(self, look: Look) -> float:
        """Give the pixels from the top down to the plot."""
        lines = len(self.title) + (0 if self.beside else len(self.legend))
        return lines * line_height(look) + _CLEAR if lines else _NONE


def line_height(look: Look) -> float:
    """Give the height of a line of a head."""
    return QFontMetricsF(look.title).height() + _UNDER


def head_of(chart: Chart | Table, width: float, look: Look) -> Head:
    """Break a title and a legend into the lines that a width asks for."""
    bold = QFontMetricsF(look.title)
    title = _broken(chart.title, width - _LEFT, bold) if chart.title else ()
    marks = _named(chart) if isinstance(chart, Chart) else []
    if not marks:
        return Head(title)
    whole = sum(_width_of(mark, look) for mark in marks) + _APART * (len(marks) - 1)
    beside = len(title) == 1 and bold.horizontalAdvance(title[0]) + _APART + whole <= width
    return Head(title, tuple(_lines(marks, width - _LEFT, look)), beside)


def paint_head(painter: QPainter, head: Head, outer: QRectF, look: Look) -> None:
    """Draw a head at the top of the room of its chart."""
    bold, height, top = QFontMetricsF(look.title), line_height(look), outer.top()
    painter.setFont(look.title)
    painter.setPen(look.text)
    for line in head.title:
        painter.drawText(QPointF(outer.left() + _LEFT, top + bold.ascent()), line)
        top += height
    for marks in head.legend:
        whole = sum(_width_of(mark, look) for mark in marks) + _APART * (len(marks) - 1)
        left = outer.right() - whole if head.beside else outer.left() + _LEFT
        top -= height if head.beside else 0.0
        _paint_legend(painter, marks, QRectF(left, top, outer.right() - left, height), look)
        top += height


def _broken(text: str, width: float, metrics: QFontMetricsF) -> tuple[str, ...]:
    """Break words into lines; what the last one has no room for ends in "…"."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if not lines or (metrics.horizontalAdvance(longer) > width and len(lines) < _MOST_LINES):
            lines.append(word)
        else:
            lines[-1] = longer
    return tuple(metrics.elidedText(each, Qt.TextElideMode.ElideRight, width) for each in lines)


def _named(chart: Chart) -> list[NamedMark]:
    marks = [mark for mark in chart.marks if isinstance(mark, NamedMark)]
    return [mark for mark in marks if mark.name]


def _sign(mark: NamedMark, look: Look) -> float:
    """Give the width of what stands before a name: a sample, or a scale of colours with ends."""
    if not isinstance(mark, Picture):
        return _SAMPLE
    font = QFontMetricsF(look.small)
    return _KEY + sum(font.horizontalAdvance(end) + _BESIDE for end in _ends(mark))


def _ends(mark: Picture) -> list[str]:
    return [significant(value, 2) for value in heat_range(mark)]


def _width_of(mark: NamedMark, look: Look) -> float:
    return _sign(mark, look) + _BESIDE + QFontMetricsF(look.small).horizontalAdvance(mark.name)


def _lines(marks: list[NamedMark], width: float, look: Look) -> list[tuple[NamedMark, ...]]:
    lines: list[tuple[NamedMark, ...]] = []
    used = 0.0
    for mark in marks:
        wide = _width_of(mark, look)
        if lines and used + _APART + wide <= width:
            lines[-1] = (*lines[-1], mark)
            used += _APART + wide
        else:
            lines.append((mark,))
            used = wide
    return lines


def _paint_legend(
    painter: QPainter, marks: tuple[NamedMark, ...], room: QRectF, look: Look
) -> None:
    font, left = QFontMetricsF(look.small), room.left()
    for mark in marks:
        middle = QPointF(left, room.top() + font.height() / 2)
        painter.setFont(look.small)
        if isinstance(mark, Picture):
            _paint_key(painter, mark, middle, look)
        else:
            _paint_sample(painter, sample(mark), middle)
        words = left + _sign(mark, look) + _BESIDE
        name = font.elidedText(mark.name, Qt.TextElideMode.ElideRight, room.right() - words + 1)
        _write(painter, words, middle.y(), name, look)
        left += _width_of(mark, look) + _APART


def _write(painter: QPainter, left: float, middle: float, words: str, look: Look) -> float:
    """Write words about a level; gives where they end."""
    font: QFont = look.small
    metrics = QFontMetricsF(font)
    painter.setPen(look.dim)
    painter.drawText(QPointF(left, middle - metrics.height() / 2 + metrics.ascent()), words)
    return left + metrics.horizontalAdvance(words)


def _paint_key(painter: QPainter, mark: Picture, middle: QPointF, look: Look) -> None:
    """Paint the scale of a heat map's colours between the values at its ends."""
    low, high = _ends(mark)
    left = _write(painter, middle.x(), middle.y(), low, look) + _BESIDE
    for step in range(int(_KEY)):
        color = heat_color(step / (_KEY - 1), look.theme, centred=mark.centred)
        painter.fillRect(QRectF(left + step, middle.y() - 5, 1.0, 10.0), color)
    painter.setPen(QPen(look.border, 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(left, middle.y() - 5, _KEY, 10.0))
    _write(painter, left + _KEY + _BESIDE, middle.y(), high, look)


def _paint_sample(painter: QPainter, look: Stroke | QColor | None, middle: QPointF) -> None:
    if isinstance(look, Stroke):
        painter.setPen(look.pen())
        painter.drawLine(middle, middle + QPointF(_SAMPLE, 0.0))
    elif look is not None:
        painter.setPen(QPen(look, 1.2))
        painter.setBrush(look)
        painter.drawRect(QRectF(middle.x() + _SAMPLE / 2 - 5, middle.y() - 4, 10, 8))
