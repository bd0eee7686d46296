"""Rows of a form: what a value is called, its editor, back to the default, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from actviz.expression.letters import symbol_letter
from actviz.param import Param, Value
from actviz.ui.controls import Field
from actviz.ui.editors import Editor, editor_for, tool_button
from actviz.ui.elided import ElidedLabel
from actviz.ui.theme import SMALL_SIZE, font

_LABEL_WIDTH, _LEAST_LABEL = 148, 118
_EDITOR_WIDTH = 146
"""What a row needs beside its name: a number with its steps, and the way back."""
_NAME_WEIGHT = int(QFont.Weight.DemiBold)
"""One of those that come with the program; any other is drawn by smearing."""
_LINES = 2


def symbol_of(param: Param) -> str:
    """Write the symbol that formulas use for a parameter, empty where it is its name."""
    return "" if "_" in param.symbol else symbol_letter(param.symbol)


def _escaped(text: str) -> str:
    """Write text so that no letter of it is taken for HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def keep_lines(label: QLabel) -> None:
    """Give a label of small words the height of two lines, whether or not it says so much."""
    label.setMinimumHeight(_LINES * QFontMetrics(font(SMALL_SIZE)).lineSpacing())
    label.setAlignment(Qt.AlignmentFlag.AlignTop)


class FormRow(QWidget):
    """One parameter: tells `edited` with its name and a new value that its domain allows.

    Whoever is told and cannot take the value calls `refuse` with the sentence.
    """

    edited = Signal(str, object)
    reset = Signal(str)
    finished = Signal()

    def __init__(
        self,
        param: Param,
        place: str = "",
        *,
        wide: bool = False,
        label: QLabel | None = None,
        editor: Editor | None = None,
    ) -> None:
        super().__init__()
        self.param = param
        self.refused = False
        self.editor = editor or editor_for(param, place, wide=wide)
        self.label = label or QLabel()
        self.label.setBuddy(self.editor.focus)
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.hide()
        self.sentence.setProperty("look", "wrong")
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.back = tool_button("reset", "back to the default")
        self.back.setAccessibleName(f"{param.name}: back to the default")
        keep = self.back.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.back.setSizePolicy(keep)
        self.back.clicked.connect(lambda: self.reset.emit(param.name))
        self.editor.edited.connect(self._tell)
        self.editor.refused.connect(self.refuse)
        self.editor.relented.connect(self.accept)
        self.editor.finished.connect(self.finished)

    def show_value(self, value: Value) -> None:
        """Show a value without telling anybody; what was refused before gives way to it."""
        self.give_way()
        self.editor.show_value(value)
        self.back.setVisible(value != self.param.default)

    def refuse(self, sentence: str) -> None:
        """Say under the editor what is wrong with the last input; the value stays."""
        self.refused = True
        self.sentence.setText(sentence)
        self._show_sentence(shown=True)
        self.editor.mark(True)
        self.editor.show_value(self.editor.value)

    def accept(self) -> None:
        """Take the sentence away."""
        if self.refused:
            self.refused = False
            self._show_sentence(shown=False)
            self.editor.mark(False)

    def give_way(self) -> None:
        """Take the sentence away, and the input that it was about."""
        if self.refused:
            self.accept()
            self.editor.restore()

    def _show_sentence(self, *, shown: bool) -> None:
        self.sentence.setVisible(shown)

    def _tell(self, value: object) -> None:
        self.accept()
        self.edited.emit(self.param.name, value)


class WideRow(FormRow):
    """A row with its words above the editor: for the parameters of an activation.

    What is wrong is said in the place of the words, and the place does not shrink again: nothing
    moves under the mouse when the sentence goes.
    """

    def __init__(self, param: Param, place: str = "") -> None:
        super().__init__(param, place, wide=True)
        symbol = symbol_of(param)
        name = f"{symbol} · {param.name}" if symbol and symbol != param.name else param.name
        self.label.setText(
            f'<span style="font-weight: {_NAME_WEIGHT}">{_escaped(name)}</span>'
            f" &nbsp;{_escaped(param.doc)}"
        )
        self.label.setWordWrap(True)
        self.label.setProperty("look", "note")
        words = QWidget()
        self._words = QStackedLayout(words)
        for label in (self.label, self.sentence):
            keep_lines(label)
            self._words.addWidget(label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(words)
        line = QHBoxLayout()
        line.setSpacing(2)
        layout.addLayout(line)
        line.addWidget(self.editor, 1)
        line.addWidget(self.back)

    def _show_sentence(self, *, shown: bool) -> None:
        self._words.setCurrentWidget(self.sentence if shown else self.label)


class NarrowRow(FormRow):
    """A row with its name before the editor: for the many fields of a layer.

    All rows of a width give their names the same room: the longest name, if the editor can spare
    it.
    """

    def __init__(self, param: Param, place: str = "") -> None:
        super().__init__(param, place, label=ElidedLabel())
        self.label.setText(param.name)
        self.label.setToolTip(f"{param.name}: {param.doc}")
        self.editor.setToolTip(param.doc)
        self.label.setFixedWidth(_LABEL_WIDTH)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(4)
        layout.setVerticalSpacing(2)
        layout.setColumnStretch(1, 1)
        layout.addWidget(self.label, 0, 0)
        layout.addWidget(self.editor, 0, 1)
        layout.addWidget(self.back, 0, 2)
        layout.addWidget(self.sentence, 1, 0, 1, 3)

    def minimumSizeHint(self) -> QSize:
        """Count the name with the least room."""
        hint = super().minimumSizeHint()
        return QSize(hint.width() - self.label.minimumWidth() + _LEAST_LABEL, hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new room."""
        super().resizeEvent(event)
        spare = event.size().width() - _EDITOR_WIDTH
        self.label.setFixedWidth(min(max(spare, _LEAST_LABEL), _LABEL_WIDTH))


class Form(QWidget):
    """Rows under each other, for as long as the parameters stay the same."""

    edited = Signal(str, object)
    reset = Signal(str)
    finished = Signal()

    def __init__(self, *, wide: bool) -> None:
        super().__init__()
        self._kind: type[WideRow] | type[NarrowRow] = WideRow if wide else NarrowRow
        self._params: tuple[Param, ...] = ()
        self._place = ""
        self.rows: dict[str, FormRow] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(10 if wide else 4)

    def show_params(self, params: Iterable[Param], values: Mapping[str, Value], place: str) -> None:
        """Show these parameters with these values; rows are made anew only when they differ."""
        wanted = tuple(params)
        if (wanted, place) != (self._params, self._place):
            self._build(wanted, place)
        for name, row in self.rows.items():
            row.show_value(values[name])

    def refuse(self, name: str, sentence: str) -> None:
        """Say at a row what is wrong with its last input."""
        self.rows[name].refuse(sentence)

    def accept(self) -> None:
        """Let all input that was refused give way to the values."""
        for row in self.rows.values():
            row.give_way()

    def fields(self) -> list[Field]:
        """Give all fields that can be typed into, from top to bottom."""
        return [field for row in self.rows.values() for field in row.findChildren(Field)]

    def _build(self, params: tuple[Param, ...], place: str) -> None:
        """Make the rows that are new: one that stays keeps the keyboard, as a switch for others."""
        kept = {} if place != self._place else {p: self.rows[p.name] for p in self._params}
        for param, row in zip(self._params, list(self.rows.values()), strict=True):
            if param not in params or param not in kept:
                self._layout.removeWidget(row)
                row.hide()
                row.deleteLater()
        self._params, self._place = params, place
        self.rows = {param.name: kept.get(param) or self._kind(param, place) for param in params}
        for at, (param, row) in enumerate(zip(params, self.rows.values(), strict=True)):
            if param not in kept:
                self._layout.insertWidget(at, row)
                row.edited.connect(self.edited)
                row.reset.connect(self.reset)
                row.finished.connect(self.finished)
