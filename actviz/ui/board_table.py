"""A table on a board: lines of words in columns."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from actviz.ui.board import Table
from actviz.ui.look import Look

_LINE, _APART = 6.0, 16.0


def widths_of(table: Table, room: float, metrics: QFontMetricsF) -> list[float]:
    """Divide the room among the columns by what their words ask for."""
    lines = [table.columns, *table.rows]
    wanted = [
        max(metrics.horizontalAdvance(line[index]) for line in lines) + _APART
        for index in range(len(table.columns))
    ]
    if sum(wanted) > room:
        return _cut(wanted, room)
    share = room / max(sum(wanted), 1.0)
    return [each * share for each in wanted]


def _cut(wanted: list[float], room: float) -> list[float]:
    """Cut the widest columns off at one width, so that the others keep their words."""
    left, columns = room, len(wanted)
    for each in sorted(wanted):
        if each * columns > left:
            break
        left, columns = left - each, columns - 1
    return [min(each, left / max(columns, 1)) for each in wanted]


def table_height(table: Table, look: Look) -> float:
    """Give the height that all lines of a table take."""
    return (len(table.rows) + 1) * (QFontMetricsF(look.small).height() + _LINE)


def line_at(table: Table, rect: QRectF, point: QPointF, look: Look) -> str:
    """Write out the line under a point, each word with its column's name; empty without one."""
    height = QFontMetricsF(look.small).height() + _LINE
    index = int((point.y() - rect.top()) // height) - 1
    if not 0 <= index < len(table.rows):
        return ""
    pairs = zip(table.columns, table.rows[index], strict=True)
    return "\n".join(f"{name}: {word}" if name else word for name, word in pairs if word)


def paint_table(painter: QPainter, table: Table, rect: QRectF, look: Look) -> None:
    """Draw as many lines as there is room for; the last one says how many are left out."""
    metrics = QFontMetricsF(look.small)
    height = metrics.height() + _LINE
    widths = widths_of(table, rect.width(), metrics)
    painter.setFont(look.small)
    top = rect.top()
    rows = int((rect.height() - height) // height)
    left_out = len(table.rows) - rows
    shown = table.rows if left_out <= 0 else table.rows[: max(rows - 1, 0)]
    painter.setPen(look.dim)
    _paint_line(painter, table.columns, widths, QPointF(rect.left(), top), metrics)
    painter.fillRect(QRectF(rect.left(), top + height - 2, rect.width(), 1.0), look.border)
    for index, line in enumerate(shown):
        top += height
        painter.setPen(look.danger if index in table.bad else look.text)
        _paint_line(painter, line, widths, QPointF(rect.left(), top), metrics)
    if left_out > 0:
        painter.setPen(look.dim)
        words = f"… and {len(table.rows) - len(shown)} more"
        painter.drawText(QPointF(rect.left() + 2, top + height + metrics.ascent()), words)


def _paint_line(
    painter: QPainter,
    words: tuple[str, ...],
    widths: list[float],
    at: QPointF,
    metrics: QFontMetricsF,
) -> None:
    left = at.x() + 2
    for word, width in zip(words, widths, strict=True):
        text = metrics.elidedText(word, Qt.TextElideMode.ElideRight, width - _APART / 2)
        painter.drawText(QPointF(left, at.y() + metrics.ascent()), text)
        left += width
