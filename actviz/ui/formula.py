"""The formulas of f and f′, as in a textbook, with symbols or with the live numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from actviz.ui.theme import Theme
from actviz.ui.typeset import Typesetter

if TYPE_CHECKING:
    from PySide6.QtSvg import QSvgRenderer

_GAP = 10
_LEAST = 40
_HEADS = ("f(x) = ", "f'(x) = ")


class FormulaView(QWidget):
    """Two formulas under each other, scaled down where they are too wide.

    The last ones stay until the new ones are set.
    """

    def __init__(self, typesetter: Typesetter, theme: Theme) -> None:
        super().__init__()
        self._typesetter = typesetter
        self._theme = theme
        self._wanted: tuple[str, ...] = ()
        self._drawn: list[QSvgRenderer] = []
        self._shown: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        typesetter.done.connect(self._take)

    @property
    def shown(self) -> tuple[str, ...]:
        """The LaTeX of the formulas that are drawn."""
        return self._shown

    def show_pair(self, pair: tuple[str, str], alternative: str) -> None:
        """Show f and f′ from their LaTeX; `alternative` is read out instead."""
        self._wanted = tuple(head + latex for head, latex in zip(_HEADS, pair, strict=True))
        self.setAccessibleName("formula")
        self.setAccessibleDescription(alternative)
        if not self._draw():
            self._ask()

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme's text colour."""
        self._theme = theme
        self._shown = ()
        if not self._draw():
            self._ask()

    def sizeHint(self) -> QSize:
        """Take the height of the formulas."""
        heights = [renderer.defaultSize().height() for renderer in self._drawn]
        return QSize(200, max(sum(heights) + _GAP * (len(heights) - 1), _LEAST))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the formulas from the left, each in its size unless it is too wide."""
        painter = QPainter(self)
        top = 0.0
        for renderer in self._drawn:
            size = renderer.defaultSize()
            scale = min(1.0, self.width() / max(size.width(), 1))
            area = QRectF(0, top, size.width() * scale, size.height() * scale)
            renderer.render(painter, area)
            top += area.height() + _GAP
        painter.end()

    def _ask(self) -> None:
        for latex in self._wanted:
            self._typesetter.ask(latex, self._theme.text)

    def _take(self, latex: str, colour: str) -> None:
        if latex in self._wanted and colour == self._theme.text:
            self._draw()

    def _draw(self) -> bool:
        """Draw the wanted formulas if both are there."""
        if self._shown == self._wanted:
            return True
        found = [self._typesetter.found(latex, self._theme.text) for latex in self._wanted]
        if None in found:
            return False
        from PySide6.QtSvg import QSvgRenderer

        self._drawn = [QSvgRenderer(QByteArray(svg)) for svg in found if svg is not None]
        self._shown = self._wanted
        self.updateGeometry()
        self.update()
        return True
