"""The layers of a model file in a list, of which one is picked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from actviz.formats import ModelLayer
from actviz.layers import LayerConfig
from actviz.ui.layer_parts import activation_label

_COLUMNS = ("", "Name", "Type", "Activation")
_SIZE = (640, 420)


class ModelDialog(QDialog):
    """Lists every layer; those that are none of ours are grey and say why.

    Typing into the field leaves the layers whose name, type or activation holds the words.
    """

    def __init__(self, parent: QWidget | None, title: str, layers: Sequence[ModelLayer]) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(*_SIZE)
        self._layers = layers
        self.search = QLineEdit(placeholderText="Type to search")
        self.search.setAccessibleName("Search the layers")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.list = QTreeWidget()
        self.list.setAccessibleName("Layers of the model")
        self.list.setRootIsDecorated(False)
        self.list.setAllColumnsShowFocus(True)
        self.list.setHeaderLabels(list(_COLUMNS))
        self.list.addTopLevelItems([self._item(*each) for each in enumerate(layers)])
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemActivated.connect(lambda *_: self.accept())
        self.list.currentItemChanged.connect(lambda *_: self._show_choice())
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Open | kinds.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (self.search, self.list, self.buttons):
            layout.addWidget(widget)
        self._filter("")
        self.list.setFocus()

    @property
    def chosen(self) -> LayerConfig | None:
        """The layer that is marked, if it is one of ours."""
        item = self.list.currentItem()
        if item is None or item.isHidden():
            return None
        index = int(item.data(0, Qt.ItemDataRole.UserRole))
        return self._layers[index].config

    def accept(self) -> None:
        """Close only with a layer that can be opened."""
        if self.chosen is not None:
            super().accept()

    def _item(self, index: int, layer: ModelLayer) -> QTreeWidgetItem:
        config = layer.config
        said = layer.reason
        if config is not None:
            said = "; ".join(activation_label(*each) for each in config.activations.values())
        words = (str(index + 1), layer.name, config.layer if config else layer.class_name, said)
        item = QTreeWidgetItem([_one_line(each) for each in words])
        item.setData(0, Qt.ItemDataRole.UserRole, index)
        item.setToolTip(3, said)
        if config is None:
            item.setDisabled(True)
        return item

    def _filter(self, text: str) -> None:
        """Hide the layers without these words; the first that can be opened is marked."""
        first = None
        for index in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(index)
            assert item is not None
            held = " ".join(item.text(column) for column in range(1, 4)).casefold()
            item.setHidden(not all(word in held for word in text.casefold().split()))
            if first is None and not item.isHidden() and not item.isDisabled():
                first = item
        if first is None:
            self.list.clearSelection()
        else:
            self.list.setCurrentItem(first)
        self._show_choice()

    def _show_choice(self) -> None:
        button = self.buttons.button(QDialogButtonBox.StandardButton.Open)
        button.setEnabled(self.chosen is not None)


def _one_line(text: str) -> str:
    """Cut what a file says to what a row shows."""
    line = " ".join(text.split())
    return line if len(line) <= 120 else line[:119] + "…"
