"""A lens painted into a file: name of the curve, plots, figures; no window, no display."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPageSize,
    QPainter,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from actviz import __version__
from actviz.activations import row
from actviz.evaluation import NumPyEngine
from actviz.files import write_atomic
from actviz.param import refuse
from actviz.session import Session
from actviz.ui.lenses.curve_details import details, footer, key_of
from actviz.ui.lenses.curve_picture import Picture
from actviz.ui.lenses.curve_words import title
from actviz.ui.look import Look
from actviz.ui.plot_items import Stroke
from actviz.ui.readings import Reading
from actviz.ui.theme import TEXT_SIZE, font, theme_named

_EDGE = 16.0
_SAMPLE = 44.0
_NARROW = 700.0
"""A narrower picture has its figures in two rows."""
_VECTOR_SCALE = 2.0
"""Samples a device-independent pixel where the picture can be enlarged."""
_DOTS_PER_INCH = 96
_POINTS_PER_INCH = 72

Paint = Callable[[QPainter], None]


def render_session(session: Session, theme: str, size: tuple[int, int], path: Path) -> None:
    """Draw a session's lens into a .png, .svg or .pdf file of `size` pixels.

    NumPy computes the curves, in the session's precision.

    Raises
    ------
    ValueError
        For another suffix, an unknown theme, or a file that cannot be written; nothing is then
        written.
    """
    from actviz.ui.app import make_application

    writers = {".png": _png, ".svg": _svg, ".pdf": _pdf}
    suffix = path.suffix.lower()
    if suffix not in writers:
        raise refuse("output", path.name, "a file that ends in " + ", ".join(writers))
    look_theme = theme_named(theme)
    make_application()
    look = Look(look_theme)
    scale = 1.0 if suffix == ".png" else _VECTOR_SCALE
    page = Page(session, look, QSizeF(*size), scale)
    write_atomic(path, writers[suffix](page.paint, QSize(*size), page.name))


def png_of(widget: QWidget) -> bytes:
    """Take a picture of a widget, as PNG."""
    return _encoded(widget.grab().toImage())


class Page:
    """A lens laid out on a page."""

    def __init__(self, session: Session, look: Look, size: QSizeF, scale: float) -> None:
        self.name = title(row(session.activation).bound(session.values), session.values)
        self._look = look
        self._size = size
        self._picture = Picture(session, look)
        self._readings = footer(details(key_of(session)))
        self._small, self._bold = QFontMetricsF(look.small), QFontMetricsF(look.title)
        self._fill(scale)

    def paint(self, painter: QPainter) -> None:
        """Draw the page from the painter's origin."""
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing
        )
        painter.fillRect(QRectF(QPointF(), self._size), self._look.panel)
        self._paint_names(painter)
        painter.save()
        painter.translate(_EDGE, self._top)
        self._picture.figure.paint_background(painter)
        self._picture.figure.paint_contents(painter)
        painter.restore()
        self._paint_readings(painter)

    def _fill(self, scale: float) -> None:
        """Compute and compose what the figure shows, in the room between names and figures."""
        picture = self._picture
        picture.details = details(key_of(picture.session))
        figure = picture.figure
        figure.scale = scale
        figure.size = QSizeF(
            max(self._size.width() - 2 * _EDGE, 1.0),
            max(self._size.height() - self._top - self._footer_height - _EDGE, 1.0),
        )
        figure.lay_out()
        engine = NumPyEngine()
        for key, request in picture.requests().items():
            picture.take(key, engine.run(request))
        picture.measure()
        picture.compose()
        figure.prepare()

    # Names

    @property
    def _line(self) -> float:
        return self._bold.height() + 6.0

    @property
    def _top(self) -> float:
        """Where the figure begins: under the title, and a line of pinned curves if there are."""
        return _EDGE + self._line * (2 if self._picture.session.pins else 1)

    def _paint_names(self, painter: QPainter) -> None:
        look, room = self._look, self._size.width() - 2 * _EDGE
        painter.setFont(font(TEXT_SIZE + 2, QFont.Weight.DemiBold))
        painter.setPen(look.text)
        cut = QFontMetricsF(painter.font()).elidedText(self.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(_EDGE, _EDGE + self._bold.ascent()), cut)
        pins = self._picture.session.pins
        shown = [(look.pin(pin.style), pin.label) for pin in pins if pin.visible]
        if pins:
            shown.insert(0, (Stroke(look.f), self.name))
        share = room / max(len(shown), 1)
        for index, (stroke, name) in enumerate(shown):
            left, middle = _EDGE + index * share, _EDGE + self._line + self._small.height() / 2
            painter.setPen(stroke.pen())
            painter.drawLine(QPointF(left, middle), QPointF(left + _SAMPLE, middle))
            painter.setPen(look.dim)
            painter.setFont(look.small)
            label = self._small.elidedText(name, Qt.TextElideMode.ElideRight, share - _SAMPLE - 16)
            at = QPointF(left + _SAMPLE + 6, middle + self._small.ascent() / 2 - 1)
            painter.drawText(at, label)

    # Figures

    @property
    def _rows(self) -> list[list[Reading]]:
        if self._size.width() >= _NARROW:
            return [self._readings]
        half = (len(self._readings) + 1) // 2
        return [self._readings[:half], self._readings[half:]]

    @property
    def _footer_height(self) -> float:
        return len(self._rows) * (self._small.height() + self._bold.height() + 8.0)

    def _paint_readings(self, painter: QPainter) -> None:
        top = self._size.height() - _EDGE - self._footer_height + 8.0
        for readings in self._rows:
            share = (self._size.width() - 2 * _EDGE) / max(len(readings), 1)
            for index, reading in enumerate(readings):
                self._paint_reading(painter, reading, _EDGE + index * share, top, share - 10)
            top += self._small.height() + self._bold.height() + 8.0

    def _paint_reading(
        self, painter: QPainter, reading: Reading, left: float, top: float, room: float
    ) -> None:
        look, cut = self._look, Qt.TextElideMode.ElideRight
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


def _png(paint: Paint, size: QSize, name: str) -> bytes:
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.setText("Title", name)
    painter = QPainter(image)
    paint(painter)
    painter.end()
    return _encoded(image)


def _svg(paint: Paint, size: QSize, name: str) -> bytes:
    buffer = _buffer()
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.SvgTiny12)
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRectF(QPointF(), QSizeF(size)))
    generator.setResolution(_DOTS_PER_INCH)
    generator.setTitle(name)
    generator.setDescription(f"Drawn by actviz {__version__}")
    painter = QPainter(generator)
    paint(painter)
    painter.end()
    return bytes(buffer.data().data())


def _pdf(paint: Paint, size: QSize, name: str) -> bytes:
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    points = QSizeF(size) * _POINTS_PER_INCH / _DOTS_PER_INCH
    writer.setPageSize(
        QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    )
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setResolution(_DOTS_PER_INCH)
    writer.setTitle(name)
    writer.setCreator(f"actviz {__version__}")
    painter = QPainter(writer)
    paint(painter)
    painter.end()
    return bytes(buffer.data().data())


def _encoded(image: QImage) -> bytes:
    buffer = _buffer()
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
