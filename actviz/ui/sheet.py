"""A sheet for files: the name of the curve, what a lens draws, the figures under it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from actviz.activations import row
from actviz.analysis.dialects import spoken_by
from actviz.session import Session
from actviz.ui.lenses.curve_words import title
from actviz.ui.look import Look
from actviz.ui.plot_items import Stroke
from actviz.ui.readings import Reading
from actviz.ui.theme import TEXT_SIZE, font

EDGE = 16.0
_SAMPLE = 44.0
_NARROW = 700.0
"""A narrower picture has its figures in two rows."""
_LEAST_READING = 118.0
"""Pixels that a figure needs; more than fit side by side have more rows."""


def _name(session: Session) -> str:
    """Name the curve with its values, and whose it is where dialects mean different ones."""
    name = title(row(session.activation).bound(session.values), session.values)
    whose = spoken_by(session.activation, session.values)
    if whose is None:
        return name
    bare = f"the bare word in {', '.join(whose)}" if whose else "no dialect's bare word"
    return f"{name} ({bare})"


class Sheet:
    """Names above, figures below; who derives from it fills and paints the area between."""

    def __init__(self, session: Session, look: Look, size: QSizeF) -> None:
        self.name = _name(session)
        self.session, self.look, self.size = session, look, size
        self.readings: Sequence[Reading] = ()
        self.sentence = ""
        self._small, self._bold = QFontMetricsF(look.small), QFontMetricsF(look.title)

    def paint(self, painter: QPainter) -> None:
        """Draw the sheet from the painter's origin."""
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing
        )
        painter.fillRect(QRectF(QPointF(), self.size), self.look.panel)
        self._paint_names(painter)
        painter.save()
        painter.translate(EDGE, self._top)
        self.paint_area(painter)
        painter.restore()
        self._paint_sentence(painter)
        self._paint_readings(painter)

    def paint_area(self, painter: QPainter) -> None:
        """Draw what the lens shows, from the painter's origin into `area`."""
        raise NotImplementedError

    @property
    def area(self) -> QSizeF:
        """The room between the names and the figures."""
        below = self._sentence_height + self._footer_height + EDGE
        return QSizeF(
            max(self.size.width() - 2 * EDGE, 1.0),
            max(self.size.height() - self._top - below, 1.0),
        )

    # Names

    @property
    def _line(self) -> float:
        return self._bold.height() + 6.0

    @property
    def _top(self) -> float:
        """Where the area begins: under the title, and a line of pinned curves if there are."""
        return EDGE + self._line * (2 if self.session.pins else 1)

    def _paint_names(self, painter: QPainter) -> None:
        look, room = self.look, self.size.width() - 2 * EDGE
        painter.setFont(font(TEXT_SIZE + 2, QFont.Weight.DemiBold))
        painter.setPen(look.text)
        cut = QFontMetricsF(painter.font()).elidedText(self.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(EDGE, EDGE + self._bold.ascent()), cut)
        pins = self.session.pins
        shown = [(look.pin(pin.style), pin.label) for pin in pins if pin.visible]
        if pins:
            shown.insert(0, (Stroke(look.f), self.name))
        share = room / max(len(shown), 1)
        for index, (stroke, name) in enumerate(shown):
            left, middle = EDGE + index * share, EDGE + self._line + self._small.height() / 2
            painter.setPen(stroke.pen())
            painter.drawLine(QPointF(left, middle), QPointF(left + _SAMPLE, middle))
            painter.setPen(look.dim)
            painter.setFont(look.small)
            label = self._small.elidedText(name, Qt.TextElideMode.ElideRight, share - _SAMPLE - 16)
            at = QPointF(left + _SAMPLE + 6, middle + self._small.ascent() / 2 - 1)
            painter.drawText(at, label)

    # What is assumed

    @property
    def _sentence_box(self) -> QRectF:
        wide = QRectF(0.0, 0.0, self.size.width() - 2 * EDGE, 1e4)
        return self._small.boundingRect(wide, int(Qt.TextFlag.TextWordWrap), self.sentence)

    @property
    def _sentence_height(self) -> float:
        return self._sentence_box.height() + 8.0 if self.sentence else 0.0

    def _paint_sentence(self, painter: QPainter) -> None:
        top = self.size.height() - EDGE - self._footer_height - self._sentence_height + 8.0
        painter.setFont(self.look.small)
        painter.setPen(self.look.dim)
        box = QRectF(EDGE, top, self.size.width() - 2 * EDGE, self._sentence_height)
        painter.drawText(box, int(Qt.TextFlag.TextWordWrap), self.sentence)

    # Figures

    @property
    def _rows(self) -> list[Sequence[Reading]]:
        count, wide = len(self.readings), self.size.width() - 2 * EDGE
        across = count if self.size.width() >= _NARROW else (count + 1) // 2
        across = max(min(across, int(wide // _LEAST_READING)), 1)
        lines = -(-count // across)
        across = max(-(-count // max(lines, 1)), 1)
        return [self.readings[at : at + across] for at in range(0, count, across)]

    @property
    def _footer_height(self) -> float:
        return len(self._rows) * (self._small.height() + self._bold.height() + 8.0)

    def _paint_readings(self, painter: QPainter) -> None:
        top = self.size.height() - EDGE - self._footer_height + 8.0
        for readings in self._rows:
            share = (self.size.width() - 2 * EDGE) / max(len(self._rows[0]), 1)
            for index, reading in enumerate(readings):
                self._paint_reading(painter, reading, EDGE + index * share, top, share - 10)
            top += self._small.height() + self._bold.height() + 8.0

    def _paint_reading(
        self, painter: QPainter, reading: Reading, left: float, top: float, room: float
    ) -> None:
        look, cut = self.look, Qt.TextElideMode.ElideRight
        lines: tuple[tuple[QFont, QFontMetricsF, QColor, str], ...] = (
            (look.small, self._small, look.dim, reading.caption),
            (look.title, self._bold, look.text, reading.value),
        )
        for typeface, metrics, colour, text in lines:
            painter.setFont(typeface)
            painter.setPen(colour)
            painter.drawText(
                QPointF(left, top + metrics.ascent()), metrics.elidedText(text, cut, room)
            )
            top += metrics.height()
