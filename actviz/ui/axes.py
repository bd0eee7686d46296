"""Grid, axes, ticks and their words: the layer under the curves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from actviz.ui.axis import Axis
from actviz.ui.log_axis import LogAxis
from actviz.ui.look import Look
from actviz.ui.numbers import decimals

if TYPE_CHECKING:
    from actviz.ui.plot import Pane

AnyAxis = Axis | LogAxis
RIGHT = 14.0
"""Pixels right of the panes."""
_TICK = 4.0
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
_MIDDLE = int(Qt.AlignmentFlag.AlignCenter)


def paint_axes(painter: QPainter, panes: Sequence[Pane], x: Axis, look: Look) -> None:
    """Draw the grid, the axes, the ticks, their words and the titles of all panes."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for pane in panes:
        _paint_grid(painter, pane.rect, pane.y, x, look)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(look.dim)
    for pane in panes:
        painter.setFont(look.small)
        _paint_words(painter, pane.rect, pane.y, x, look, x_words=pane.x_words)
        painter.setFont(look.font)
        _paint_title(painter, pane.rect, pane.y.title(pane.title, decimals), 2)
    painter.setFont(look.font)
    _paint_x_title(painter, panes[-1].rect, x.title("x", decimals), look)


def paint_frame(
    painter: QPainter,
    rect: QRectF,
    axes: tuple[AnyAxis, AnyAxis],
    titles: tuple[str, str],
    look: Look,
    *,
    x_words: bool = True,
) -> None:
    """Draw grid, frame, ticks, words and titles of one plot that has its own two axes."""
    x, y = axes
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    _paint_grid(painter, rect, y, x, look)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(look.dim)
    painter.setFont(look.small)
    _paint_words(painter, rect, y, x, look, x_words=x_words)
    _paint_title(
        painter, rect, y.title(titles[1], decimals), max(rect.left() - _beside(y, look), 0)
    )
    if x_words:
        _paint_x_title(painter, rect, x.title(titles[0], decimals), look)


def _beside(y: AnyAxis, look: Look) -> float:
    """Give how far left of a plot the title of its vertical axis stands."""
    font = QFontMetricsF(look.small)
    widest = max((font.horizontalAdvance(word) for word in y.words(decimals)), default=0.0)
    return widest + _TICK + 7 + font.height()


def _uprights(pixels: Iterable[float], rect: QRectF) -> list[QRectF]:
    return [QRectF(round(at), rect.top(), 1.0, rect.height()) for at in pixels]


def _levels(pixels: Iterable[float], rect: QRectF) -> list[QRectF]:
    return [QRectF(rect.left(), round(at), rect.width(), 1.0) for at in pixels]


def _fill(painter: QPainter, lines: list[QRectF], color: QColor) -> None:
    for line in lines:
        painter.fillRect(line, color)


def _paint_grid(painter: QPainter, rect: QRectF, y: AnyAxis, x: AnyAxis, look: Look) -> None:
    """Draw the lines of the grid as thin rectangles, several times as fast as lines."""
    for ticks, color in (("minor_tick_pixels", look.minor_grid), ("tick_pixels", look.grid)):
        _fill(painter, _uprights(getattr(x, ticks).tolist(), rect), color)
        _fill(painter, _levels(getattr(y, ticks).tolist(), rect), color)
    zero_x = [x.pixel(0.0)] if x.low < 0 < x.high else []
    zero_y = [y.pixel(0.0)] if y.low < 0 < y.high else []
    _fill(painter, _uprights(zero_x, rect) + _levels(zero_y, rect), look.zero)
    frame = _uprights([rect.left()], rect) + _levels([rect.bottom()], rect)
    _fill(painter, frame, look.axis)


def _paint_words(
    painter: QPainter,
    rect: QRectF,
    y: AnyAxis,
    x: AnyAxis,
    look: Look,
    *,
    x_words: bool = True,
) -> None:
    metrics = QFontMetricsF(look.small)
    height, under = metrics.height(), rect.bottom() + _TICK + 2
    for at, word in zip(y.tick_pixels.tolist(), y.words(decimals), strict=True):
        box = QRectF(0, at - height / 2, rect.left() - _TICK - 3, height)
        painter.drawText(box, _RIGHT, word)
        painter.drawLine(QPointF(rect.left() - _TICK, at), QPointF(rect.left(), at))
    for at, word in zip(x.tick_pixels.tolist(), x.words(decimals), strict=True):
        painter.drawLine(QPointF(at, rect.bottom()), QPointF(at, rect.bottom() + _TICK))
        if x_words:
            # A word under the right end is moved in rather than cut off.
            half = metrics.horizontalAdvance(word) / 2 + 1
            left = min(at + half, rect.right() + RIGHT) - 2 * half
            painter.drawText(QRectF(left, under, 2 * half, height), _CENTRE, word)


def _paint_title(painter: QPainter, rect: QRectF, text: str, left: float) -> None:
    """Write what the vertical axis shows, upwards beside it, and how its ticks are meant."""
    height = painter.fontMetrics().height()
    length = rect.height()
    cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(length))
    painter.save()
    painter.translate(left, rect.center().y())
    painter.rotate(-90)
    painter.drawText(QRectF(-length / 2, 0, length, height), _MIDDLE, cut)
    painter.restore()


def _paint_x_title(painter: QPainter, rect: QRectF, text: str, look: Look) -> None:
    font = QFontMetricsF(look.small)
    top = rect.bottom() + _TICK + 2 + font.height()
    painter.drawText(QRectF(rect.left(), top, rect.width(), font.height() + 4), _CENTRE, text)
