"""The row of figures under a lens: a caption and a value each, to be read and copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from actviz.ui.theme import SMALL_SIZE, TEXT_SIZE, Theme, font

_SPACING = 14
_SIDES = 4
_CALM = 0.9
"""Two rows become one again when that takes no more than this share of the width."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure: what it is, its value, and a sentence about it."""

    caption: str
    value: str
    hint: str


class ReadingsRow(QWidget):
    """Shows figures side by side; each can be selected and copied."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._cells: list[tuple[QLabel, QLabel]] = []
        self._shown: tuple[Reading, ...] = ()
        self._arrangement = (0, 0)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(_SIDES, 0, _SIDES, 0)
        self._grid.setHorizontalSpacing(_SPACING)
        self._grid.setVerticalSpacing(1)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        for caption, value in self._cells:
            self._colour(caption, value)

    def show_readings(self, readings: Sequence[Reading]) -> None:
        """Show these figures; idempotent."""
        if tuple(readings) != self._shown:
            self._shown = tuple(readings)
            while len(self._cells) < len(readings):
                self._cells.append(self._new_cell())
            for index, (caption, value) in enumerate(self._cells):
                used = index < len(readings)
                caption.setVisible(used)
                value.setVisible(used)
                if used:
                    self._fill(caption, value, readings[index])
            self.arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use more rows where one is too narrow."""
        super().resizeEvent(event)
        self.arrange()

    def arrange(self) -> None:
        """Put the cells into columns as wide as their words ask for."""
        used = self._cells[: len(self._shown)]
        across = self._columns(used)
        arrangement = (across, len(used))
        widths = [0] * max(across, 1)
        for index, (caption, value) in enumerate(used):
            row, column = divmod(index, across)
            widths[column] = max(widths[column], _width_of(caption, value))
            if arrangement != self._arrangement:
                self._grid.addWidget(caption, 2 * row, column)
                self._grid.addWidget(value, 2 * row + 1, column)
        self._arrangement = arrangement
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, widths[column] if column < across else 0)

    def _columns(self, cells: Sequence[tuple[QLabel, QLabel]]) -> int:
        """Say how many figures stand side by side: all, half or a third of them."""
        if self._has_room(cells):
            return len(cells)
        half, third = (len(cells) + 1) // 2, (len(cells) + 2) // 3
        widest = [max(_width_of(*cell) for cell in cells[at::half]) for at in range(half)]
        needed = sum(widest) + (half - 1) * _SPACING + 2 * _SIDES
        return half if needed <= self.width() else third

    def _has_room(self, cells: Sequence[tuple[QLabel, QLabel]]) -> bool:
        """Tell whether all cells can stand in one row."""
        needed = sum(_width_of(*cell) + _SPACING for cell in cells) - _SPACING + 2 * _SIDES
        one_row = self._arrangement == (len(cells), len(cells)) or self._arrangement == (0, 0)
        return needed <= self.width() * (1.0 if one_row else _CALM)

    def texts(self) -> dict[str, str]:
        """Give the shown values by their captions."""
        return {reading.caption: reading.value for reading in self._shown}

    def _new_cell(self) -> tuple[QLabel, QLabel]:
        caption, value = QLabel(self), QLabel(self)
        caption.setFont(font(SMALL_SIZE))
        value.setFont(font(TEXT_SIZE, QFont.Weight.DemiBold))
        value.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        for label in (caption, value):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._colour(caption, value)
        return caption, value

    def _colour(self, caption: QLabel, value: QLabel) -> None:
        caption.setStyleSheet(f"color: {self._theme.dim}; background: transparent;")
        value.setStyleSheet(f"color: {self._theme.text}; background: transparent;")

    @staticmethod
    def _fill(caption: QLabel, value: QLabel, reading: Reading) -> None:
        if caption.text() != reading.caption:
            caption.setText(reading.caption)
        if value.text() != reading.value:
            value.setText(reading.value)
        value.setAccessibleName(f"{reading.caption}: {reading.value}")
        value.setToolTip(f"{reading.hint}\n{reading.value}")


def _width_of(caption: QLabel, value: QLabel) -> int:
    return max(caption.sizeHint().width(), value.sizeHint().width())
