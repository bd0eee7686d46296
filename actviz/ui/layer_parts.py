"""Parts of the layer panel: a row for each activation slot, and groups of fields that fold."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from actviz.activations import row
from actviz.expression.letters import letter_of
from actviz.layers import Slot
from actviz.param import Param, Value
from actviz.ui.elided import draw_elided
from actviz.ui.form import Form
from actviz.ui.icons import icon
from actviz.ui.typed import shown

_HEIGHT = 32
_EDGE = 14


def activation_label(name: str, values: Mapping[str, Value]) -> str:
    """Name an activation and the values that are not its defaults, in the user's locale."""
    chosen = row(name).bound(values)
    parts = [
        f"{letter_of(param.name)} = {shown(values[param.name], param.domain)}"
        for param in chosen.labelled
        if values[param.name] != param.default
    ]
    return "  ".join([chosen.title, ", ".join(parts)]).strip()


class SlotButton(QPushButton):
    """An activation slot of the layer: what it holds, and whether it is the one being edited."""

    chosen = Signal(str)

    def __init__(self, slot: Slot) -> None:
        super().__init__()
        self._slot = slot.name
        self._words = ""
        self._doc = slot.doc
        self.setCheckable(True)
        self.setFixedHeight(_HEIGHT)
        self.setMinimumWidth(80)
        self.setProperty("look", "slot")
        self.clicked.connect(lambda: self.chosen.emit(self._slot))

    @property
    def words(self) -> str:
        """What the slot is called and what it holds."""
        return self._words

    def show_activation(self, name: str, values: Mapping[str, Value], *, chosen: bool) -> None:
        """Show what the slot holds, and mark it where it is edited."""
        words = f"{self._slot}:  {activation_label(name, values)}"
        if (words, chosen) != (self._words, self.isChecked()):
            self._words = words
            self.setChecked(chosen)
            self.setToolTip(f"{self._doc}\n{words}")
            state = "edited in the left column" if chosen else "press to edit"
            self.setAccessibleName(f"{words}, {state}")
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame, and of the words what there is room for."""
        super().paintEvent(event)
        draw_elided(self, self._words, self.rect().adjusted(_EDGE, 0, -_EDGE, 0))


class FoldSection(QWidget):
    """A group of fields under a title that opens and closes it.

    The rows of a closed group are made when it is opened for the first time.
    """

    def __init__(self, title: str, *, unfolded: bool) -> None:
        super().__init__()
        self._title = title
        self._shown: tuple[tuple[Param, ...], Mapping[str, Value], str] = ((), {}, "")
        self.fold = QPushButton(title)
        self.fold.setCheckable(True)
        self.fold.setChecked(unfolded)
        self.fold.setProperty("look", "fold")
        self.fold.toggled.connect(self._toggle)
        self.form = Form(wide=False)
        self.form.setVisible(unfolded)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.fold)
        layout.addWidget(self.form)
        self._turn()

    def show_params(
        self, params: tuple[Param, ...], values: Mapping[str, Value], place: str
    ) -> None:
        """Show these fields, at once or when the group is opened."""
        self._shown = (params, values, place)
        changed = sum(values[param.name] != param.default for param in params)
        self.fold.setText(f"{self._title}  ·  {changed} changed" if changed else self._title)
        if self.fold.isChecked():
            self.form.show_params(*self._shown)

    def _toggle(self, unfolded: bool) -> None:
        if unfolded:
            self.form.show_params(*self._shown)
        self.form.setVisible(unfolded)
        self._turn()

    def _turn(self) -> None:
        unfolded = self.fold.isChecked()
        self.fold.setIcon(icon("chevron-down" if unfolded else "chevron-right"))
        self.fold.setAccessibleName(f"{self._title}: {'fold' if unfolded else 'unfold'}")
