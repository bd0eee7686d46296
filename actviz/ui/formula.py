"""The formulas of f and f′, as in a textbook, with symbols or with the live numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from actviz.ui.theme import SMALL_SIZE, Theme, mono_font
from actviz.ui.typeset import Typesetter

if TYPE_CHECKING:
    from PySide6.QtSvg import QSvgRenderer

_GAP = 10
_LEAST = 40
_WIDTH = 200
_HEADS = ("f(x) = ", "f'(x) = ")
_TEXT_HEADS = ("f(x) = ", "f′(x) = ")
_SMALLEST = 0.6
"""A formula that had to be made smaller than this is written as text."""
_LONGEST = 400
"""Letters of such a text."""
_WRAP = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere


@dataclass(frozen=True, slots=True)
class _Line:
    """A formula as it was set, if it was, and as text."""

    drawn: QSvgRenderer | None
    text: str

    def scale(self, width: int) -> float:
        """Say how much smaller it must be to fit; 0 where it is written as text."""
        if self.drawn is None:
            return 0.0
        scale = min(1.0, width / max(self.drawn.defaultSize().width(), 1))
        return scale if scale >= _SMALLEST else 0.0

    def height(self, width: int) -> int:
        """Give the height that it takes in some width; the same however much smaller it is."""
        if self.drawn is not None and self.scale(width):
            return self.drawn.defaultSize().height()
        metrics = QFontMetrics(mono_font(SMALL_SIZE))
        return metrics.boundingRect(QRect(0, 0, width, 10_000), _WRAP, self.text).height()

    def paint(self, painter: QPainter, top: int, width: int) -> int:
        """Draw it from the left; gives the height that it took."""
        scale = self.scale(width)
        if self.drawn is None or not scale:
            height = self.height(width)
            painter.drawText(QRect(0, top, width, height), _WRAP, self.text)
            return height
        size = self.drawn.defaultSize()
        self.drawn.render(painter, QRectF(0, top, size.width() * scale, size.height() * scale))
        return round(size.height() * scale)


class FormulaView(QWidget):
    """Two formulas under each other, smaller where they are too wide, and as text where much.

    The last ones stay until the new ones are set.
    """

    def __init__(self, typesetter: Typesetter, theme: Theme) -> None:
        super().__init__()
        self._typesetter = typesetter
        self._theme = theme
        self._wanted: tuple[str, ...] = ()
        self._texts: tuple[str, ...] = ()
        self._lines: list[_Line] = []
        self._shown: tuple[str, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        typesetter.done.connect(self._take)

    @property
    def shown(self) -> tuple[str, ...]:
        """The LaTeX of the formulas that are drawn."""
        return self._shown

    def show_pair(self, pair: tuple[str, str], texts: tuple[str, str]) -> None:
        """Show f and f′ from their LaTeX, from their texts where that is empty or too wide.

        The texts are read out.
        """
        self._wanted = tuple(head + latex for head, latex in zip(_HEADS, pair, strict=True))
        self._texts = tuple(
            _shortened(head + text) for head, text in zip(_TEXT_HEADS, texts, strict=True)
        )
        self.setAccessibleName("formula")
        self.setAccessibleDescription("; ".join(self._texts))
        if not self._draw():
            self._ask()

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme's text colour."""
        self._theme = theme
        self._shown = ()
        if not self._draw():
            self._ask()

    def heightForWidth(self, width: int) -> int:
        """Take the height of the formulas, those that are written as text wrapped."""
        heights = [line.height(width) for line in self._lines]
        return max(sum(heights) + _GAP * (len(heights) - 1), _LEAST)

    def sizeHint(self) -> QSize:
        """Take the height of the formulas."""
        return QSize(_WIDTH, self.heightForWidth(max(self.width(), _WIDTH)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the formulas from the left, each in its size unless it is too wide."""
        painter = QPainter(self)
        painter.setPen(QColor(self._theme.text))
        painter.setFont(mono_font(SMALL_SIZE))
        top = 0
        for line in self._lines:
            top += line.paint(painter, top, self.width()) + _GAP
        painter.end()

    def _ask(self) -> None:
        for latex in self._wanted:
            if latex not in _HEADS:
                self._typesetter.ask(latex, self._theme.text)

    def _take(self, latex: str, colour: str) -> None:
        if latex in self._wanted and colour == self._theme.text:
            self._draw()

    def _draw(self) -> bool:
        """Draw the wanted formulas if both are there."""
        if self._shown == self._wanted:
            return True
        found = [
            b"" if latex in _HEADS else self._typesetter.found(latex, self._theme.text)
            for latex in self._wanted
        ]
        if None in found:
            return False
        from PySide6.QtSvg import QSvgRenderer

        self._lines = [
            _Line(QSvgRenderer(QByteArray(svg)) if svg else None, text)
            for svg, text in zip(found, self._texts, strict=True)
        ]
        self._shown = self._wanted
        self.updateGeometry()
        self.update()
        return True


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
