"""The widget that shows a figure and turns mouse and keys into wishes for another view."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QSinglePointEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from actviz.ui.crosshair import Crosshair
from actviz.ui.gestures import Wish, box_wish, drag_wish, key_wish, pane_at, wheel_wish
from actviz.ui.plot import Figure

_SIDEWAYS = {int(Qt.Key.Key_Left): -1, int(Qt.Key.Key_Right): 1}
_BEYOND = 8.0
"""Pixels by which dots reach over the edge of a pane."""
_LEAST_BOX = 6.0
"""Pixels; a smaller box is a slip of the hand and zooms nowhere."""


@dataclass(frozen=True, slots=True)
class _Drag:
    """Where a drag began, and what was in view then; a box drag spans a box."""

    start: QPointF
    pane: int
    wish: Wish
    box: bool


class Canvas(QWidget):
    """Shows a `Figure`; the figure's owner fills it and calls `refresh`.

    Wheel, drag, box and keys ask for views with `looked`; nothing changes here until the owner
    grants it.
    """

    looked = Signal(object)
    """Another view is asked for: a `Wish`."""
    fit_wanted = Signal()
    home_wanted = Signal()
    hovered = Signal(float)
    """The mouse is at this pixel over the panes."""
    left = Signal()
    nudged = Signal(int)
    """The crosshair is to go so many pixels to the right."""
    leapt = Signal(int)
    """The crosshair is to go to the next (1) or the last (−1) notable point."""
    link_clicked = Signal(str)
    released = Signal()
    """A drag has ended."""
    resized = Signal()
    painted = Signal()
    """Emitted at the end of each painting; who listens must not paint."""

    def __init__(self, figure: Figure, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figure = figure
        self.zoom = 1.0
        """How many pixels of the widget one of the figure takes."""
        self.crosshair: Crosshair | None = None
        self.laid_out = False
        self._background = QPixmap()
        self._background_key: tuple[object, ...] = ()
        self._drag: _Drag | None = None
        self._box = QRectF()
        self._active = 0
        self._focus_shown = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(220, 180)

    @property
    def dragging(self) -> bool:
        """Whether the mouse is dragging the view."""
        return self._drag is not None

    # Painting

    def lay_out(self) -> None:
        """Fit the figure into the widget."""
        self.figure.size = QSizeF(self.size()) / self.zoom
        self.figure.scale = self.devicePixelRatioF() * self.zoom
        self.figure.lay_out()

    def set_zoom(self, zoom: float) -> None:
        """Show everything larger."""
        self.zoom = zoom
        self._fit_widget()
        self.refresh()

    def refresh(self, *, words: bool = True) -> None:
        """Make everything ready for painting, and have it painted."""
        self.figure.prepare(words=words)
        key = self.figure.background_key
        if key != self._background_key:
            self._background_key = key
            self._background = self._painted_background()
            self.update()
        else:
            self.update(self._contents_area())

    def _contents_area(self) -> QRect:
        """Give the part of the widget that changes while the axes stand still."""
        panes = self.figure.panes
        area = panes[0].rect.united(panes[-1].rect)
        below = self.figure.size.height() if self.crosshair else area.bottom() + _BEYOND
        area.setBottom(below)
        wide = area.adjusted(-_BEYOND, -_BEYOND, _BEYOND, 0.0)
        return QRectF(wide.topLeft() * self.zoom, wide.size() * self.zoom).toAlignedRect()

    def _painted_background(self) -> QPixmap:
        scale = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * scale)
        pixmap.setDevicePixelRatio(scale)
        painter = QPainter(pixmap)
        painter.scale(self.zoom, self.zoom)
        self.figure.paint_background(painter)
        painter.end()
        return pixmap

    def show_crosshair(self, crosshair: Crosshair | None) -> None:
        """Show, move or hide the crosshair."""
        self.crosshair = crosshair
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what lies ready."""
        painter = QPainter(self)
        try:
            self._paint(painter)
        finally:
            # A painter that outlives this call, if only in a traceback, ends the process.
            painter.end()
        self.painted.emit()

    def _paint(self, painter: QPainter) -> None:
        painter.drawPixmap(0, 0, self._background)
        painter.scale(self.zoom, self.zoom)
        if self.crosshair:
            self.crosshair.paint_line(painter)
        self.figure.paint_contents(painter)
        if self.crosshair:
            self.crosshair.paint(painter)
        if not self._box.isEmpty():
            painter.setPen(QPen(self.figure.look.f, 1.0, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self._box)
        if self._focus_shown and self.hasFocus():
            painter.resetTransform()
            self._paint_focus(painter)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus to those who move it with the keyboard."""
        keys = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._focus_shown = event.reason() in keys
        super().focusInEvent(event)

    def _paint_focus(self, painter: QPainter) -> None:
        painter.setPen(QPen(self.figure.look.f, 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the figure out again and ask for samples of the new pixels."""
        super().resizeEvent(event)
        self._fit_widget()

    def event(self, event: QEvent) -> bool:
        """Follow the window to a screen of another resolution."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._fit_widget()
        return super().event(event)

    def _fit_widget(self) -> None:
        self.lay_out()
        self.laid_out = True
        self.resized.emit()
        if self.figure.background_key != self._background_key:
            self.refresh()

    # The mouse

    def _at(self, event: QSinglePointEvent) -> QPointF:
        """Give the place of an event in the figure."""
        return event.position() / self.zoom

    def _inside(self, point: QPointF) -> bool:
        return any(pane.rect.contains(point) for pane in self.figure.panes)

    def _there(self, pane: int) -> int:
        """Give a pane, or the last one where it has gone since."""
        return min(pane, len(self.figure.panes) - 1)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the mouse, or pan."""
        event.accept()
        point, turn = self._at(event), event.angleDelta()
        self._ask(wheel_wish(self.figure, point, turn, event.modifiers()))

    def _ask(self, wish: Wish | None) -> None:
        if wish is not None:
            self.looked.emit(wish)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to pan with the left button, to span a box with Shift or the right one."""
        point, button = self._at(event), event.button()
        right = button == Qt.MouseButton.RightButton
        if button != Qt.MouseButton.LeftButton and not right:
            return
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        pane, figure = pane_at(self.figure, point), self.figure
        self._active = pane
        fixed = {
            i: (p.y.low, p.y.high) for i, p in enumerate(figure.panes) if p.fixed and i == pane
        }
        wish = Wish((figure.x.low, figure.x.high), fixed)
        self._drag = _Drag(point, pane, wish, right or shifted)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, span a box, or move the crosshair."""
        point = self._at(event)
        if self._drag is None:
            over = any(pane.placed.link_at(point) for pane in self.figure.panes)
            shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.CrossCursor
            self.setCursor(shape if over or self._inside(point) else Qt.CursorShape.ArrowCursor)
            self.hovered.emit(point.x())
        elif self._drag.box:
            rect = self.figure.panes[self._there(self._drag.pane)].rect
            self._box = QRectF(self._drag.start, point).normalized().intersected(rect)
            self.update()
        elif (point - self._drag.start).manhattanLength() > 2:
            self._ask(drag_wish(self.figure, self._drag.wish, point - self._drag.start))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag; a click on a label with a link follows it."""
        drag, box = self._drag, self._box
        self._drag, self._box = None, QRectF()
        if drag is None:
            return
        if drag.box and min(box.width(), box.height()) >= _LEAST_BOX:
            self._ask(box_wish(self.figure, box, self._there(drag.pane)))
        elif (self._at(event) - drag.start).manhattanLength() <= 2:
            for pane in self.figure.panes:
                label = pane.placed.link_at(self._at(event))
                if label:
                    self.link_clicked.emit(label.key)
        self.update()
        self.released.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole curve."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit_wanted.emit()

    def leaveEvent(self, event: QEvent) -> None:
        """Put the crosshair away."""
        super().leaveEvent(event)
        self.left.emit()

    # The keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pan and zoom the view, fit it with 0, and move the crosshair with Shift held."""
        key, modifiers = event.key(), event.modifiers()
        sideways = _SIDEWAYS.get(key, 0)
        wish = key_wish(self.figure, self._there(self._active), key)
        if sideways and modifiers & Qt.KeyboardModifier.ShiftModifier:
            leaps = modifiers & Qt.KeyboardModifier.ControlModifier
            (self.leapt if leaps else self.nudged).emit(sideways)
        elif wish is not None:
            self.looked.emit(wish)
        elif key == Qt.Key.Key_0:
            self.fit_wanted.emit()
        elif key == Qt.Key.Key_Home:
            self.home_wanted.emit()
        elif key == Qt.Key.Key_Escape and self.crosshair:
            self.left.emit()
        else:
            super().keyPressEvent(event)
