"""Presenting: the lens alone in the whole screen, large enough for the last row of a room.

It is no part of the document and is forgotten with the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QLabel, QMainWindow, QWidget

from actviz.ui.stylesheet import stylesheet
from actviz.ui.theme import Theme

_ROOM = (1066.0, 600.0)
"""Pixels that a lens is laid out in, whatever the screen: 1.8 times as large at 1920 × 1080."""
_LEAST, _MOST = 1.25, 4.0
_HINT_TIME = 6000
"""Milliseconds for which is said how to leave."""


class Lens(Protocol):
    """A widget that shows a lens, and the next one, and can show it larger."""

    def set_zoom(self, zoom: float) -> None:
        """Show plots and figures so many times as large."""


class Presentation(QObject):
    """Takes everything but the lens away, enlarges it to fit the screen, and brings all back."""

    changed = Signal()
    """Emitted when it begins and when it ends."""

    def __init__(
        self,
        window: QMainWindow,
        frame: QWidget,
        others: Sequence[QWidget],
        lenses: Lens,
        theme: Theme,
    ) -> None:
        super().__init__(window)
        self._window, self._frame, self._lenses, self._theme = window, frame, lenses, theme
        self._others, self._hidden = others, list[QWidget]()
        self._before = Qt.WindowState.WindowNoState
        self.zoom = 1.0
        self.hint = QLabel("Esc: back to the window.  Ctrl+Page Down, Ctrl+Page Up: other lenses.")
        self.hint.setProperty("look", "note")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.hide()
        layout = frame.layout()
        assert layout is not None
        layout.addWidget(self.hint)
        self._silence = QTimer(self, singleShot=True, interval=_HINT_TIME)
        self._silence.timeout.connect(self.hint.hide)
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), window)
        self._escape.setEnabled(False)
        self._escape.activated.connect(self.leave)
        window.installEventFilter(self)

    @property
    def on(self) -> bool:
        """Whether the lens is alone."""
        return self.zoom != 1.0

    def toggle(self) -> None:
        """Begin, or leave."""
        if self.on:
            self.leave()
        else:
            self._begin()

    def _begin(self) -> None:
        """Hide the other parts, take the whole screen and enlarge the lens."""
        self._hidden = [each for each in self._others if not each.isHidden()]
        for each in self._hidden:
            each.hide()
        self._before = self._window.windowState()
        self._escape.setEnabled(True)
        self.hint.show()
        self._silence.start()
        self._fit()
        self._window.setWindowState(self._before | Qt.WindowState.WindowFullScreen)
        self.changed.emit()

    def leave(self) -> None:
        """Show the window as it was before."""
        if not self.on:
            return
        self._escape.setEnabled(False)
        self.hint.hide()
        self._enlarge(1.0)
        self._window.setWindowState(self._before)
        for each in self._hidden:
            each.show()
        self.changed.emit()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        if self.on:
            self._frame.setStyleSheet(stylesheet(theme, self.zoom))

    def refresh(self) -> None:
        """Enlarge controls that were made meanwhile, for another lens."""
        if self.on:
            _grow(self._frame, self.zoom)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size."""
        if event.type() == QEvent.Type.Resize and self.on:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        size = self._window.size()
        fitting = min(size.width() / _ROOM[0], size.height() / _ROOM[1])
        zoom = round(min(max(fitting, _LEAST), _MOST), 2)
        if zoom != self.zoom:
            self._enlarge(zoom)

    def _enlarge(self, zoom: float) -> None:
        self.zoom = zoom
        self._frame.setStyleSheet(stylesheet(self._theme, zoom) if self.on else "")
        _grow(self._frame, zoom)
        self._lenses.set_zoom(zoom)


def _grow(root: QWidget, zoom: float) -> None:
    """Enlarge what the stylesheet does not reach: fixed widths and heights, and icons."""
    for widget in root.findChildren(QWidget):
        least, most = widget.minimumSize(), widget.maximumSize()
        fixed = least.width() == most.width(), least.height() == most.height()
        natural = widget.property("natural_size") or least
        if any(fixed):
            widget.setProperty("natural_size", natural)
        if fixed[0]:
            widget.setFixedWidth(round(natural.width() * zoom))
        if fixed[1]:
            widget.setFixedHeight(round(natural.height() * zoom))
        if isinstance(widget, QAbstractButton):
            icon: QSize = widget.property("natural_icon") or widget.iconSize()
            widget.setProperty("natural_icon", icon)
            widget.setIconSize(icon * zoom)
