"""A lens painted into a file: name of the curve, plots, figures; no window, no display."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import (
    QImage,
    QPageSize,
    QPainter,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from actviz import __version__
from actviz.evaluation import NumPyEngine
from actviz.files import write_atomic
from actviz.lenses import CURVE
from actviz.param import refuse
from actviz.session import Session
from actviz.ui.board_figure import BoardFigure
from actviz.ui.lenses import drawing
from actviz.ui.lenses.curve_details import details, footer, key_of
from actviz.ui.lenses.curve_picture import Picture
from actviz.ui.look import Look
from actviz.ui.sheet import Sheet
from actviz.ui.theme import theme_named

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
    kind = CurvePage if session.lens == CURVE.name else BoardPage
    page = kind(session, look, QSizeF(*size), scale)
    write_atomic(path, writers[suffix](page.paint, QSize(*size), page.name))


def png_of(widget: QWidget) -> bytes:
    """Take a picture of a widget, as PNG."""
    return _encoded(widget.grab().toImage())


class CurvePage(Sheet):
    """The Curve lens laid out on a sheet."""

    def __init__(self, session: Session, look: Look, size: QSizeF, scale: float) -> None:
        super().__init__(session, look, size)
        self._picture = Picture(session, look)
        self.readings = footer(details(key_of(session)))
        self._fill(scale)

    def paint_area(self, painter: QPainter) -> None:
        """Draw the figure."""
        self._picture.figure.paint_background(painter)
        self._picture.figure.paint_contents(painter)

    def _fill(self, scale: float) -> None:
        """Compute and compose what the figure shows."""
        picture = self._picture
        picture.details = details(key_of(picture.session))
        figure = picture.figure
        figure.scale = scale
        figure.size = self.area
        figure.lay_out()
        engine = NumPyEngine()
        for key, request in picture.requests().items():
            picture.take(key, engine.run(request))
        picture.measure()
        picture.compose()
        figure.prepare()


class BoardPage(Sheet):
    """A lens that is drawn on a board, worked out to its end and laid out on a sheet."""

    def __init__(self, session: Session, look: Look, size: QSizeF, scale: float) -> None:
        super().__init__(session, look, size)
        drawn = drawing(session.lens)
        refused = drawn.refusal(session)
        if refused:
            raise ValueError(f"lens {session.lens}: {refused}")
        *_, part = drawn.work(drawn.key(session))
        board = drawn.board(part.found, session, look)
        self.readings, self.sentence = board.readings, board.sentence
        self._figure = BoardFigure(look)
        self._figure.show(board, self.area, scale)

    def paint_area(self, painter: QPainter) -> None:
        """Draw the board."""
        self._figure.paint(painter)


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
