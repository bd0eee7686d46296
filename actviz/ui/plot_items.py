"""What a plot shows, as values, and how each is prepared once and painted often.

An exception while Qt paints ends the process, so all that can fail happens in `prepare`: painting
only draws what lies ready.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPaintEngine, QPainter, QPen, QPolygonF
from shiboken6 import VoidPtr

from actviz.ui.axis import Axis
from actviz.ui.sampling import TOLERANCE, Floats, Piece, clipped, simplified

DOT = 4.5
"""Radius of the dots at a jump, in pixels."""
_OUTSIDE = 12.0
"""Lines are followed this far beyond a pane, so that their caps and joins stay out of sight."""
_SHARP = 0.12
"""Sine of the angle from which two parts leave a notch that can be seen."""
_PATCH = 3.0
"""Pixels of both sides that a patch covers."""
_OVERLAP = 0.6
"""Pixels by which neighbouring parts overlap, on each side."""
_FARTHEST = 1e15
"""Pixels; keeps differences of heights finite."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a line looks: colour, width in pixels, dashes and gaps in units of the width."""

    color: QColor
    width: float = 2.0
    dashes: tuple[float, ...] = ()

    def pen(self) -> QPen:
        """Make the pen."""
        pen = QPen(self.color, self.width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if self.dashes:
            pen.setDashPattern(self.dashes)
        return pen


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve as pieces that nothing joins; `stepped` ones are drawn to the letter."""

    pieces: Sequence[Piece]
    stroke: Stroke
    stepped: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A dot on a curve: filled where the value is taken, open at the limit that is not."""

    x: float
    y: float
    color: QColor
    filled: bool = True
    diamond: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A shaded range of x; its ends are marked by a dotted line where they are finite."""

    low: float
    high: float
    color: QColor
    edge: QColor


@dataclass(frozen=True, slots=True)
class Label:
    """Words near a point of the plane, placed where they cover nothing.

    `within` is a range of x that they stay in where there is room; with `side` they stand right
    above (1) or below (−1) their point or nowhere. `key` tells labels apart from one frame to the
    next, and is reported when a label with `link` is clicked.
    """

    key: str
    text: str
    x: float
    y: float
    color: QColor
    within: tuple[float, float] | None = None
    link: bool = False
    side: int = 0


def polygon(x: Floats, y: Floats) -> QPolygonF:
    """Make a polygon of points; NumPy writes straight into Qt's memory."""
    made = QPolygonF()
    made.resize(len(x))
    memory = VoidPtr(made.data(), 16 * len(x), True)  # type: ignore[arg-type, call-arg]
    points = np.frombuffer(memory, dtype=np.float64).reshape(-1, 2)  # type: ignore[call-overload]
    points[:, 0], points[:, 1] = x, y
    return made


def in_pixels(curve: Curve, x: Axis, y: Axis, scale: float) -> list[Piece]:
    """Map a curve to pixels, cut it off just outside the pane, and leave out what adds nothing."""
    top, bottom = min(y.first, y.last) - _OUTSIDE, max(y.first, y.last) + _OUTSIDE
    lines = []
    for piece_x, piece_y in curve.pieces:
        with np.errstate(over="ignore"):
            height = np.minimum(np.maximum(y.pixels(piece_y), -_FARTHEST), _FARTHEST)
        line = clipped(x.pixels(piece_x), height, top, bottom)
        lines.append(line if curve.stepped else simplified(*line, TOLERANCE / scale))
    return lines


class Lines:
    """One curve's lines, ready to be painted.

    Qt strokes a wide antialiased polyline through its path rasteriser, which takes seven times as
    long as the same line in straight parts. So solid curves on the screen are painted in parts,
    with the sharp corners patched; dashed and stepped ones, and all curves in vector pictures,
    are painted as the polylines they are.
    """

    def __init__(self, lines: Sequence[Piece], stroke: Stroke, *, whole: bool = False) -> None:
        self._polygons = [polygon(*line) for line in lines]
        self._pen = stroke.pen()
        self._parts: list[QLineF] = []
        self._corners: list[QPolygonF] = []
        self._whole = whole or bool(stroke.dashes)
        if not self._whole:
            for line in lines:
                self._parts += parts(*line)
                self._corners += corners(*line)

    def paint(self, painter: QPainter) -> None:
        """Draw the lines."""
        painter.setPen(self._pen)
        if self._whole or painter.paintEngine().type() != QPaintEngine.Type.Raster:
            for each in self._polygons:
                painter.drawPolyline(each)
            return
        painter.drawLines(self._parts)
        for each in self._corners:
            painter.drawPolyline(each)


def parts(x: Floats, y: Floats) -> list[QLineF]:
    """Give the straight parts of a line, each a little longer than it is.

    Two that only met would let the ground through: a pixel covered by halves is not covered.
    """
    dx, dy = np.diff(x), np.diff(y)
    longer = _OVERLAP / np.maximum(np.hypot(dx, dy), _OVERLAP)
    before, after = longer.copy(), longer
    before[0] = after[-1] = 0.0
    ends = (x[:-1] - before * dx, y[:-1] - before * dy, x[1:] + after * dx, y[1:] + after * dy)
    return list(map(QLineF, *(end.tolist() for end in ends)))


def corners(x: Floats, y: Floats) -> list[QPolygonF]:
    """Give the sharp corners of a line, each with a little of both sides."""
    dx, dy = np.diff(x), np.diff(y)
    length = np.hypot(dx, dy)
    cross = dx[:-1] * dy[1:] - dy[:-1] * dx[1:]
    found = np.flatnonzero(np.abs(cross) > _SHARP * length[:-1] * length[1:])
    patches = []
    for index in found.tolist():
        ends = []
        for side in (index, index + 1):
            share = min(_PATCH / length[side], 1.0) * (-1 if side == index else 1)
            ends.append((x[index + 1] + share * dx[side], y[index + 1] + share * dy[side]))
        middle = QPointF(x[index + 1], y[index + 1])
        patches.append(QPolygonF([QPointF(*ends[0]), middle, QPointF(*ends[1])]))
    return patches


class Dots:
    """Dots, ready to be painted; `ground` fills the open ones."""

    def __init__(self, dots: Sequence[Dot], x: Axis, y: Axis, ground: QColor) -> None:
        self._dots = [
            (QPointF(x.pixel(dot.x), y.pixel(dot.y)), QPen(dot.color, 1.8), dot, ground)
            for dot in dots
            if x.low <= dot.x <= x.high and y.low <= dot.y <= y.high
        ]

    def paint(self, painter: QPainter) -> None:
        """Draw the dots."""
        for centre, pen, dot, ground in self._dots:
            painter.setPen(pen)
            painter.setBrush(dot.color if dot.filled else ground)
            if dot.diamond:
                painter.drawPolygon(_diamond(centre))
            else:
                painter.drawEllipse(centre, DOT, DOT)

    def boxes(self) -> list[tuple[float, float, float, float]]:
        """Give the squares that the dots take."""
        size = 2 * DOT + 2
        return [(p.x() - size / 2, p.y() - size / 2, size, size) for p, *_ in self._dots]


def _diamond(centre: QPointF) -> QPolygonF:
    return QPolygonF(
        [
            centre + QPointF(0, -DOT),
            centre + QPointF(DOT, 0),
            centre + QPointF(0, DOT),
            centre + QPointF(-DOT, 0),
        ]
    )


class Bands:
    """Shaded ranges, ready to be painted over a pane."""

    def __init__(self, bands: Sequence[Band], x: Axis, pane: QRectF) -> None:
        self._fills: list[tuple[QRectF, QColor]] = []
        self._edges: list[tuple[QPointF, QPointF, QPen]] = []
        for band in bands:
            left = x.pixel(min(max(band.low, x.low), x.high))
            right = x.pixel(min(max(band.high, x.low), x.high))
            if right > left:
                self._fills.append(
                    (QRectF(left, pane.top(), right - left, pane.height()), band.color)
                )
            for place in (band.low, band.high):
                if x.low < place < x.high:
                    self._edges.append(_upright(x.pixel(place), pane, band.edge))

    def paint(self, painter: QPainter) -> None:
        """Draw the shades and their edges."""
        # Antialiasing would blend whole areas the slow way for the sake of half a pixel.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for rect, color in self._fills:
            painter.fillRect(rect, color)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for top, bottom, pen in self._edges:
            painter.setPen(pen)
            painter.drawLine(top, bottom)


def _upright(pixel: float, pane: QRectF, color: QColor) -> tuple[QPointF, QPointF, QPen]:
    pen = QPen(color, 1.2)
    pen.setDashPattern((1.5, 2.5))
    return QPointF(pixel, pane.top()), QPointF(pixel, pane.bottom()), pen
