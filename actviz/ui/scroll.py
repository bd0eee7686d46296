"""A scroll area that is as high as what it holds, as long as there is room."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

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
        """Take the height of the content at the full width: without a bar, if all has room."""
        content = self._content
        width = self.contentsRect().width()
        tall = content.heightForWidth(width) if content.hasHeightForWidth() else -1
        height = tall if tall >= 0 else content.sizeHint().height()
        return QSize(content.sizeHint().width() + _BAR, height)

    def minimumSizeHint(self) -> QSize:
        """Leave at least so many pixels; less where the content is lower."""
        hint = self.sizeHint()
        narrow = self._content.minimumSizeHint().width()
        return QSize(narrow, min(hint.height(), self._least))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask again when the width, and so the wrapping of text, has changed."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask again when the content has changed."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
