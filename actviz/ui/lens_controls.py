"""The settings of a lens over its board: a name and an editor each, in as many columns as fit."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from actviz.param import Param, Value
from actviz.ui.elided import ElidedLabel
from actviz.ui.form import FormRow, symbol_of
from actviz.ui.theme import zoom_of

_WIDTH = 264
"""Pixels that a setting needs."""
_NAME = 92
_APART = 14


class ControlRow(FormRow):
    """One setting: its name, its editor, the way back, and under them what is wrong."""

    def __init__(self, param: Param, place: str) -> None:
        super().__init__(param, place, wide=True, label=ElidedLabel())
        symbol = symbol_of(param)
        name = param.name.replace("_", " ")
        self.label.setText(f"{symbol}  {name}" if symbol and symbol != param.name else name)
        unit = f" ({param.unit})" if param.unit else ""
        self.label.setToolTip(f"{param.name}{unit}: {param.doc}")
        self.editor.setToolTip(param.doc)
        self.label.setFixedWidth(_NAME)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        line = QHBoxLayout()
        layout.addLayout(line)
        line.setSpacing(4)
        line.addWidget(self.label)
        line.addWidget(self.editor, 1)
        line.addWidget(self.back)
        layout.addWidget(self.sentence)


class LensControls(QWidget):
    """Rows for the settings of the lens in use; tells what was edited, and changes nothing."""

    edited = Signal(str, object)
    reset = Signal(str)
    finished = Signal()
    built = Signal()
    """Emitted when there are other rows than before."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, ControlRow] = {}
        self._params: tuple[Param, ...] = ()
        self._across = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(2, 0, 2, 0)
        self._grid.setHorizontalSpacing(_APART)
        self._grid.setVerticalSpacing(3)

    def show_settings(
        self, params: tuple[Param, ...], values: Mapping[str, Value], place: str
    ) -> None:
        """Show these settings; rows are made anew only when they are others."""
        if params != self._params:
            self._build(params, place)
        for name, row in self.rows.items():
            row.show_value(values[name])
        self.setVisible(bool(params))

    def refuse(self, name: str, sentence: str) -> None:
        """Say at a setting what is wrong with its last input."""
        self.rows[name].refuse(sentence)

    def _build(self, params: tuple[Param, ...], place: str) -> None:
        for row in self.rows.values():
            self._grid.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._params, self._across = params, 0
        self.rows = {param.name: ControlRow(param, place) for param in params}
        for row in self.rows.values():
            row.edited.connect(self.edited)
            row.reset.connect(self.reset)
            row.finished.connect(self.finished)
        self._arrange()
        self.built.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use as many columns as there is room for."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Use fewer columns for larger text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._arrange()

    def minimumSizeHint(self) -> QSize:
        """Need no more width than one column."""
        return QSize(self._widest() + 4, super().minimumSizeHint().height())

    def _widest(self) -> int:
        return max((row.minimumSizeHint().width() for row in self.rows.values()), default=0)

    def _arrange(self) -> None:
        column = max(_WIDTH * zoom_of(self), self._widest() + _APART)
        across = max(1, min(int(self.width() / column), max(len(self.rows), 1)))
        if across == self._across:
            return
        self._across = across
        for index, row in enumerate(self.rows.values()):
            self._grid.addWidget(row, *divmod(index, across))
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 1 if column < across else 0)
