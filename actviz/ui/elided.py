"""Text that is cut where it has no room, and that asks nobody to lay anything out again.

A QLabel or a button with another text has the whole window laid out: too much for what changes
with every move of a slider.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QSizePolicy, QWidget


def draw_elided(
    widget: QWidget,
    text: str,
    area: QRect,
    *,
    role: QPalette.ColorRole = QPalette.ColorRole.WindowText,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """Draw a line of text into an area of a widget, in a colour of the program's palette."""
    cut = widget.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter = QPainter(widget)
    painter.setPen(QApplication.palette().color(role))
    painter.drawText(area, align | Qt.AlignmentFlag.AlignVCenter, cut)
    painter.end()


class ElidedLabel(QLabel):
    """A dim label that is cut where it has no room; it can be as narrow as it must."""

    def minimumSizeHint(self) -> QSize:
        """Ask for no width."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what there is room for."""
        draw_elided(self, self.text(), self.rect(), role=QPalette.ColorRole.PlaceholderText)


class Elided(QWidget):
    """A line of dim text; its tip and its accessible name have all of it."""

    def __init__(self, name: str, align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft) -> None:
        super().__init__()
        self._name = name
        self._text = ""
        self._wrong = False
        self._align = align
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def text(self) -> str:
        """Give the whole text."""
        return self._text

    def wrong(self) -> bool:
        """Tell whether the text says that something is wrong."""
        return self._wrong

    def show_text(self, text: str, *, wrong: bool = False) -> None:
        """Show a text, in the colour of refusals where something is wrong."""
        if (text, wrong) != (self._text, self._wrong):
            self._text, self._wrong = text, wrong
            self.setToolTip(text)
            self.setAccessibleName(f"{self._name}: {text}")
            self.update()

    def sizeHint(self) -> QSize:
        """Ask for the height of a line, and for no width."""
        return QSize(0, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what there is room for."""
        roles = QPalette.ColorRole
        role = roles.BrightText if self._wrong else roles.PlaceholderText
        draw_elided(self, self._text, self.rect(), role=role, align=self._align)
