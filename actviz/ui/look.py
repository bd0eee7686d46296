"""A theme made ready for painting: colours, fonts and pens instead of their names."""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont

from actviz.ui.plot_items import Stroke
from actviz.ui.theme import SMALL_SIZE, TEXT_SIZE, Theme, font

_SHADE = 0.11
_MINOR = 0.45
_BOX = 0.92


def _faint(colour: str, opacity: float) -> QColor:
    made = QColor(colour)
    made.setAlphaF(opacity)
    return made


def _mixed(colour: str, ground: str, share: float) -> QColor:
    """Mix an opaque colour: Qt draws a grid of it twenty times as fast as of a translucent one."""
    a, b, rest = QColor(colour), QColor(ground), 1 - share
    return QColor.fromRgbF(
        share * a.redF() + rest * b.redF(),
        share * a.greenF() + rest * b.greenF(),
        share * a.blueF() + rest * b.blueF(),
    )


class Look:
    """The colours, fonts and strokes of a figure in one theme."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.panel = QColor(theme.panel)
        self.box = _faint(theme.panel, _BOX)
        self.border = QColor(theme.border)
        self.text = QColor(theme.text)
        self.dim = QColor(theme.dim)
        self.grid = QColor(theme.grid)
        self.minor_grid = _mixed(theme.grid, theme.panel, _MINOR)
        self.zero = QColor(theme.border)
        self.axis = QColor(theme.axis)
        self.crosshair = QColor(theme.cross)
        self.f = QColor(theme.f)
        self.df = QColor(theme.df)
        self.danger = QColor(theme.danger)
        self.shade = _faint(theme.danger, _SHADE)
        self.font: QFont = font(TEXT_SIZE)
        self.small: QFont = font(SMALL_SIZE)
        self.title: QFont = font(TEXT_SIZE, QFont.Weight.DemiBold)

    def pin(self, style: int) -> Stroke:
        """Give the stroke of a pinned curve."""
        chosen = self.theme.pins[style % len(self.theme.pins)]
        return Stroke(QColor(chosen.colour), 1.8, chosen.dash)
