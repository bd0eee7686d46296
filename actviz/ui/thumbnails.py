"""Small pictures of curves for lists."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from actviz.activations import row
from actviz.evaluation import Array, Grid, Request, Result
from actviz.ui.theme import Theme

SIZE = QSize(44, 26)
_RANGE = 4.0
_BEYOND = 1.25  # how far the picture reaches behind the farthest kink
_POINTS = 81
_MARGIN = 3.0


def thumbnail_request(activation: str) -> Request:
    """Ask for an activation with its defaults, where most of its shape is."""
    farthest = max((abs(each.x) for each in row(activation).breaks()), default=0.0)
    reach = max(_RANGE, _BEYOND * farthest)
    return Request.of(activation, {}, Grid(-reach, reach, _POINTS))


def thumbnail(result: Result, theme: Theme, ratio: float) -> QPixmap:
    """Draw f small, over axes; `ratio` is the screen's pixels per device-independent pixel."""
    picture = QPixmap(SIZE * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    y = result.y.astype(np.float64)
    low, high = min(float(y.min()), 0.0), max(float(y.max()), 0.0)
    x = result.x.astype(np.float64)
    x_scale = (SIZE.width() - 2 * _MARGIN) / (x[-1] - x[0])
    y_scale = (SIZE.height() - 2 * _MARGIN) / max(high - low, 1e-9)
    across = _MARGIN + (x - x[0]) * x_scale
    down = SIZE.height() - _MARGIN - (y - low) * y_scale
    zero_down = SIZE.height() - _MARGIN + low * y_scale
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.border), 1.0))
    painter.drawLine(QPointF(_MARGIN, zero_down), QPointF(SIZE.width() - _MARGIN, zero_down))
    painter.drawLine(QPointF(SIZE.width() / 2, 1), QPointF(SIZE.width() / 2, SIZE.height() - 1))
    painter.setPen(QPen(QColor(theme.f), 1.6))
    for part in _parts(result):
        points = zip(across[part].tolist(), down[part].tolist(), strict=True)
        painter.drawPolyline(QPolygonF([QPointF(*point) for point in points]))
    painter.end()
    return picture


def _parts(result: Result) -> list[Array]:
    """Divide the points at jumps, so that no line joins what is apart."""
    breaks = row(result.request.activation).breaks(dict(result.request.values))
    jumps = [each.x for each in breaks if each.jump]
    points = np.arange(len(result.x))
    return np.split(points, np.searchsorted(result.x, jumps, side="right"))
