"""Scroll areas: one as high as what it holds, one that gives its parts all the room there is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

_BAR = 12


class FittingScroll(QScrollArea):
    """Scrolls vertically, and asks for no more height than its content needs."""

    def __init__(self, content: QWidget, least: int) -> None:
        super().__init__()
        self._least = least
        self._content = content
        content.setProperty("look", "page")
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content.installEventFilter(self)

    def sizeHint(self) -> QSize:
        """Take the height of the content."""
        return QSize(self._content.sizeHint().width() + _BAR, self._needed())

    def minimumSizeHint(self) -> QSize:
        """Leave at least so many pixels; less where the content is lower."""
        return QSize(self._content.minimumSizeHint().width(), min(self._needed(), self._least))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask again, as text may wrap otherwise at the new width."""
        super().resizeEvent(event)
        self._adapt()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask again when the content has changed."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._adapt()
        return super().eventFilter(watched, event)

    def _needed(self) -> int:
        """Give the height of the content at the full width: without a bar."""
        content, width = self._content, self.contentsRect().width()
        tall = content.heightForWidth(width) if content.hasHeightForWidth() else -1
        return tall if tall >= 0 else content.sizeHint().height()

    def _adapt(self) -> None:
        """Have a bar only where one is needed without it.

        A bar that is there makes the content narrower, and so higher, and would keep itself.
        """
        policies = Qt.ScrollBarPolicy
        fits = self._needed() <= self.contentsRect().height()
        wanted = policies.ScrollBarAlwaysOff if fits else policies.ScrollBarAsNeeded
        if wanted != self.verticalScrollBarPolicy():
            self.setVerticalScrollBarPolicy(wanted)
        self.updateGeometry()


class Page(QScrollArea):
    """Widgets under each other, of which some stretch; scrolled where all do not have room."""

    def __init__(self, parts: Sequence[QWidget], stretching: Sequence[QWidget]) -> None:
        super().__init__()
        content = QWidget()
        content.setProperty("look", "page")
        page = QVBoxLayout(content)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(6)
        for part in parts:
            page.addWidget(part, int(part in stretching))
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def minimumSizeHint(self) -> QSize:
        """Leave the parts the width that they need; only their height is scrolled."""
        hint = super().minimumSizeHint()
        content = self.widget()
        assert content is not None
        return QSize(content.minimumSizeHint().width() + _BAR, hint.height())

    def settle(self) -> None:
        """Give all parts their places now, so that none is painted at a place that it leaves."""
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
