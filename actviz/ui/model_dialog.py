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
from actviz.layers.sizes import layer_sizes
from actviz.ui.layer_facts import shape_text
from actviz.ui.layer_parts import activation_label

_COLUMNS = ("", "Name", "Type", "Output", "Parameters", "Activation")
_NUMBERS = (0, 4)
_SAID = 5
_UNKNOWN = "—"
_SIZE = (820, 460)


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
        self.list = self._list()
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

    def _list(self) -> QTreeWidget:
        made = QTreeWidget()
        made.setAccessibleName("Layers of the model")
        made.setRootIsDecorated(False)
        made.setAllColumnsShowFocus(True)
        made.setHeaderLabels(list(_COLUMNS))
        made.addTopLevelItems([_item(*each) for each in enumerate(self._layers)])
        for column in _NUMBERS:
            made.headerItem().setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        made.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        made.itemActivated.connect(lambda *_: self.accept())
        made.currentItemChanged.connect(lambda *_: self._show_choice())
        return made

    def _filter(self, text: str) -> None:
        """Hide the layers without these words; the first that can be opened is marked."""
        first = None
        for index in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(index)
            assert item is not None
            held = " ".join(item.text(column) for column in (1, 2, _SAID)).casefold()
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


def _item(index: int, layer: ModelLayer) -> QTreeWidgetItem:
    config = layer.config
    said = layer.reason
    if config is not None:
        said = "; ".join(activation_label(*each) for each in config.activations.values())
    class_name = config.layer if config else layer.class_name
    words = (str(index + 1), layer.name, class_name, *_sizes(layer), said)
    item = QTreeWidgetItem([_one_line(each) for each in words])
    item.setData(0, Qt.ItemDataRole.UserRole, index)
    item.setToolTip(_SAID, said)
    for column in _NUMBERS:
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    if config is None:
        item.setDisabled(True)
    return item


def _sizes(layer: ModelLayer) -> tuple[str, str]:
    """Write the shape of the output and how many numbers the weights hold, where they are known."""
    if layer.config is None or layer.input_shape is None:
        return _UNKNOWN, _UNKNOWN
    known = layer_sizes(layer.config, layer.input_shape)
    if known is None:
        return _UNKNOWN, _UNKNOWN
    return shape_text(known.output_shape), f"{known.parameters:,}"


def _one_line(text: str) -> str:
    """Cut what a file says to what a row shows."""
    line = " ".join(text.split())
    return line if len(line) <= 120 else line[:119] + "…"
