"""The nineteen layer types in one list: grouped by family, searched by typing."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QCompleter

from actviz.layers import ROWS
from actviz.ui.controls import Combo

_LAYER = Qt.ItemDataRole.UserRole


class LayerCombo(Combo):
    """Tells `chosen` with a layer's name; part of a name is enough to find it."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._shown = ""
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setAccessibleName("Target layer")
        self.setMaxVisibleItems(30)
        self.setModel(_model())
        self.setCompleter(self._completer())
        self.activated.connect(self._activate)
        field = self.lineEdit()
        assert field is not None
        field.setAccessibleName("Target layer: type to search")
        field.setAcceptDrops(False)
        field.editingFinished.connect(self._finish)

    def show_layer(self, name: str) -> None:
        """Show a layer's name without telling anybody."""
        self._shown = name
        index = self.findData(name, _LAYER)
        if index != self.currentIndex() or self.currentText() != name:
            self.blockSignals(True)
            self.setCurrentIndex(index)
            self.setEditText(name)
            self.blockSignals(False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select the name, so that typing begins a search."""
        super().focusInEvent(event)
        field = self.lineEdit()
        if field is not None:
            field.selectAll()

    def _activate(self, index: int) -> None:
        name = self.itemData(index, _LAYER)
        if name and name != self._shown:
            self.chosen.emit(name)

    def _finish(self) -> None:
        """Take the name that was typed, or the first that holds it; otherwise keep the layer."""
        text = self.currentText().strip().casefold()
        names = [row.name for row in ROWS]
        same = [name for name in names if name.casefold() == text]
        like = [name for name in names if text and text in name.casefold()]
        found = (same or like or [self._shown])[0]
        if found != self._shown:
            self.chosen.emit(found)
        self.show_layer(self._shown)

    def _completer(self) -> QCompleter:
        layers = QSortFilterProxyModel(self)
        layers.setSourceModel(self.model())
        layers.setFilterRole(_LAYER)
        layers.setFilterRegularExpression(".")
        completer = QCompleter(layers, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setMaxVisibleItems(19)
        return completer


def _model() -> QStandardItemModel:
    """Put each family's name above its layers, where it cannot be chosen."""
    model = QStandardItemModel()
    for family, rows in groupby(ROWS, key=lambda row: row.family):
        heading = QStandardItem(family)
        heading.setFlags(Qt.ItemFlag.NoItemFlags)
        heading.setFont(QFont(heading.font().family(), weight=QFont.Weight.DemiBold))
        model.appendRow(heading)
        for row in rows:
            item = QStandardItem(row.name)
            item.setData(row.name, _LAYER)
            item.setToolTip(row.doc)
            model.appendRow(item)
    return model
