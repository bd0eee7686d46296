"""Small pictures of curves for lists."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from actviz.activations import Break, row
from actviz.evaluation import Array, Grid, Request, Result
from actviz.param import Value
from actviz.ui.theme import Theme

SIZE = QSize(44, 26)
_RANGE = 4.0
_BEYOND = 1.25  # how far the picture reaches behind the farthest kink
_FARTHEST = 20.0
_LEAST_SHARE = 0.1
_POINTS = 81
_MARGIN = 3.0


def thumbnail_request(activation: str, values: Mapping[str, Value] | None = None) -> Request:
    """Ask for an activation, with its defaults if without values, where most of its shape is."""
    given = values or {}
    farthest = max((abs(each.x) for each in row(activation).breaks(given)), default=0.0)
    reach = max(_RANGE, min(_BEYOND * farthest, _FARTHEST))
    return Request.of(activation, given, Grid(-reach, reach, _POINTS))


def thumbnail(result: Result, theme: Theme, ratio: float) -> QPixmap:
    """Draw f small, over axes; `ratio` is the screen's pixels per device-independent pixel."""
    picture = QPixmap(SIZE * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    y = result.y.astype(np.float64)
    low, high = _limits(y, _breaks(result))
    x = result.x.astype(np.float64)
    x_scale = (SIZE.width() - 2 * _MARGIN) / (x[-1] - x[0])
    y_scale = (SIZE.height() - 2 * _MARGIN) / max(high - low, 1e-9)
    across = _MARGIN + (x - x[0]) * x_scale
    down = SIZE.height() - _MARGIN - (np.clip(y, low, high) - low) * y_scale
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


def _breaks(result: Result) -> tuple[Break, ...]:
    return row(result.request.activation).breaks(dict(result.request.values))


def _is_pole(at: Break) -> bool:
    return math.isinf(at.f_left) or math.isinf(at.f_right)


def _limits(y: Array, breaks: tuple[Break, ...]) -> tuple[float, float]:
    """Span the values and 0, without the ends of a curve that goes beyond them."""
    finite = y[np.isfinite(y)]
    if not finite.size:
        return 0.0, 0.0
    low, high = float(finite.min()), float(finite.max())
    if finite.size < y.size or any(map(_is_pole, breaks)):
        inner = np.quantile(finite, (_LEAST_SHARE, 1.0 - _LEAST_SHARE)).tolist()
        room = inner[1] - inner[0]
        low, high = max(low, inner[0] - room), min(high, inner[1] + room)
    return min(low, 0.0), max(high, 0.0)


def _parts(result: Result) -> list[Array]:
    """Divide the points at jumps and gaps, so that no line joins what is apart."""
    jumps = [each.x for each in _breaks(result) if each.jump]
    points = np.arange(len(result.x))
    parts = np.split(points, np.searchsorted(result.x, jumps, side="right"))
    defined = np.isfinite(result.y)
    return [run for part in parts for run in _runs(part, defined)]


def _runs(part: Array, defined: Array) -> list[Array]:
    """Divide neighbouring points where one is not defined."""
    kept = part[defined[part]]
    return np.split(kept, np.flatnonzero(np.diff(kept) > 1) + 1) if kept.size else []
