"""The dialects in one list: for whom the layer is written."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal

from actviz.formats import DIALECTS
from actviz.ui.controls import Combo


class DialectCombo(Combo):
    """Tells `chosen` with a dialect's name."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Written for")
        for each in DIALECTS.values():
            self.addItem(each.title, each.name)
            words = f"{each.title}: {each.name} in commands, files end with {each.suffix}"
            self.setItemData(self.count() - 1, words, Qt.ItemDataRole.ToolTipRole)
        self.activated.connect(lambda index: self.chosen.emit(self.itemData(index)))

    def show_dialect(self, name: str) -> None:
        """Show a dialect without telling anybody."""
        self.setCurrentIndex(self.findData(name))
        self.setToolTip(str(self.itemData(self.currentIndex(), Qt.ItemDataRole.ToolTipRole)))
