"""A figure: panes above each other over one x axis, laid out, prepared and painted.

The figure knows no widget: the window shows it, and pictures, SVG and PDF are painted from it.
Axes and grid are one layer and the curves another, so that a widget can keep the first as a
picture while a slider moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF, QPainter

from actviz.ui.axes import RIGHT, paint_axes
from actviz.ui.axis import Axis
from actviz.ui.labels import Labels
from actviz.ui.look import Look
from actviz.ui.numbers import decimals
from actviz.ui.placing import Room
from actviz.ui.plot_items import Band, Bands, Curve, Dot, Dots, Label, Lines, in_pixels
from actviz.ui.sampling import Piece

_TOP, _GAP, _LEFT = 8.0, 12.0, 26.0
_MARGIN_UNIT = 10.0
_TICK_WORDS = 8.0
_USUAL_WORD = "−0.00"
_BOTH_LABELLED = 430.0
"""From this height on, x is written under every pane and not under the last only."""


@dataclass
class Pane:
    """One plot of a figure: its vertical range, what it shows, and that made ready for painting.

    `share` is its part of the height; `fixed` says that the user chose the range.
    """

    title: str
    share: float
    range: tuple[float, float] = (0.0, 1.0)
    fixed: bool = False
    curves: Sequence[Curve] = ()
    dots: Sequence[Dot] = ()
    labels: Sequence[Label] = ()
    rect: QRectF = field(default_factory=QRectF)
    y: Axis = field(default_factory=lambda: Axis(0.0, 1.0, 1.0, 0.0))
    x_words: bool = True
    placed: Labels = field(default_factory=Labels)
    lines: list[Lines] = field(default_factory=list)
    points: Dots | None = None
    bands: Bands | None = None
    mapped: list[Piece] = field(default_factory=list)

    def prepare(
        self, x: Axis, bands: Sequence[Band], look: Look, scale: float, *, words: bool
    ) -> None:
        """Map everything to pixels and, with `words`, find a place for every label."""
        self.bands = Bands(bands, x, self.rect)
        self.points = Dots(self.dots, x, self.y, look.panel)
        self.lines, self.mapped = [], []
        for curve in self.curves:
            mapped = in_pixels(curve, x, self.y, scale)
            self.lines.append(Lines(mapped, curve.stroke, whole=curve.stepped))
            self.mapped += mapped
        if words:
            metrics = QFontMetricsF(look.font)
            self.placed.prepare(self.labels, self.room(), (x, self.y), self.rect, metrics)

    def room(self) -> Room:
        """Give the room that curves and dots leave free."""
        left, top = self.rect.left(), self.rect.top()
        room = Room(self.rect.width(), self.rect.height())
        for x, y in self.mapped:
            room.add_line((x - left, y - top))
        for box_left, box_top, width, height in self.points.boxes() if self.points else ():
            room.add_box((box_left - left, box_top - top, width, height))
        return room

    def paint(self, painter: QPainter, look: Look) -> None:
        """Draw bands, curves, dots and labels."""
        painter.save()
        painter.setClipRect(self.rect)
        if self.bands:
            self.bands.paint(painter)
        for line in reversed(self.lines):
            line.paint(painter)
        painter.restore()
        if self.points:
            self.points.paint(painter)
        self.placed.paint(painter, look)


class Figure:
    """Panes over one x axis, in a look, at a size.

    Set `view`, each pane's `range` and contents and `bands`, then `lay_out` when the geometry
    or a range changed and `prepare` when anything did; then paint as often as needed.
    """

    def __init__(self, panes: Sequence[Pane], look: Look) -> None:
        self.panes = tuple(panes)
        self.look = look
        self.view = (-8.0, 4.0)
        self.size = QSizeF(1.0, 1.0)
        self.scale = 1.0
        self.x = Axis(-8.0, 4.0, 0.0, 1.0)
        self.bands: Sequence[Band] = ()
        self.fresh = True
        self._laid_out: tuple[object, ...] = ()

    def lay_out(self) -> None:
        """Divide the area among the panes and make the axes, where anything has changed."""
        if self._laid_out == self.background_key and not self.fresh:
            return
        self._laid_out = self.background_key
        font = QFontMetricsF(self.look.small)
        under = font.height() + _TICK_WORDS
        both = self.size.height() >= _BOTH_LABELLED
        room = self.size.height() - _TOP - under - font.height() - 2
        room -= (len(self.panes) - 1) * (_GAP + (under if both else 0.0))
        shares = sum(pane.share for pane in self.panes)
        top = _TOP
        for pane in self.panes:
            height = max(room * pane.share / shares, 20.0)
            pane.rect = QRectF(0.0, top, 1.0, height)
            pane.y = Axis(*pane.range, top + height, top, pitch=52.0)
            pane.x_words = both or pane is self.panes[-1]
            top += height + _GAP + (under if both else 0.0)
        self._lay_out_across(font)

    def _lay_out_across(self, font: QFontMetricsF) -> None:
        """Leave room for the widest tick; the margin grows by whole units, so it mostly stays.

        It shrinks only where `fresh` allows it: a plot that moves sideways is hard to zoom into.
        """
        words = [word for pane in self.panes for word in pane.y.words(decimals)]
        needed = max(font.horizontalAdvance(word) for word in [*words, _USUAL_WORD])
        margin = _LEFT + (needed // _MARGIN_UNIT + 1) * _MARGIN_UNIT
        margin = margin if self.fresh else max(margin, self.x.first)
        self.fresh = False
        width = max(self.size.width() - margin - RIGHT, 20.0)
        for pane in self.panes:
            pane.rect = QRectF(margin, pane.rect.top(), width, pane.rect.height())
        self.x = Axis(*self.view, margin, margin + width, pitch=48.0)

    def prepare(self, *, words: bool = True) -> None:
        """Map all contents to pixels; without `words` the labels stay where they are."""
        for pane in self.panes:
            pane.prepare(self.x, self.bands, self.look, self.scale, words=words)

    @property
    def columns(self) -> int:
        """How many device pixels the panes are wide."""
        return round(self.panes[0].rect.width() * self.scale)

    @property
    def background_key(self) -> tuple[object, ...]:
        """What the layer of axes and grid depends on."""
        ranges = tuple((pane.title, pane.range) for pane in self.panes)
        return self.view, ranges, self.size.toTuple(), self.scale, self.look.theme.name

    def paint_background(self, painter: QPainter) -> None:
        """Draw the ground, the grid, the axes and their words."""
        painter.fillRect(QRectF(0, 0, self.size.width(), self.size.height()), self.look.panel)
        paint_axes(painter, self.panes, self.x, self.look)

    def paint_contents(self, painter: QPainter) -> None:
        """Draw what the panes show."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.look.font)
        for pane in self.panes:
            pane.paint(painter, self.look)
