"""The line in which a user types f(x), and the mark under the character that is wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from actviz.activations.own import TEXT
from actviz.expression import OWN_FUNCTIONS, FormulaError
from actviz.ui.controls import Field
from actviz.ui.editors import FieldEditor
from actviz.ui.form import FormRow

_SEEN = 30
"""Characters of the text that are shown over the mark."""
_MARK = "▲"
_BLANK = "\u00a0"


class FormulaField(Field):
    """A line of code; after a refusal the cursor stands where the fault is."""

    def __init__(self) -> None:
        super().__init__()
        self.fault: int | None = None
        self.setProperty("look", "code")
        self.setPlaceholderText(TEXT.default if isinstance(TEXT.default, str) else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the text over on Enter, and go to the fault."""
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.wrong:
            self.deselect()
            if self.fault is not None:
                self.setCursorPosition(self.fault)


class FormulaEditor(FieldEditor):
    """A field for the text of a formula."""

    def __init__(self) -> None:
        super().__init__(TEXT, TEXT.name, FormulaField())
        self.setToolTip("Functions: " + ", ".join(OWN_FUNCTIONS))

    def sentence(self, text: str, error: ValueError) -> str:
        """Show the text with a mark under the fault, and say what it is."""
        assert isinstance(self.field, FormulaField)
        if not isinstance(error, FormulaError):
            self.field.fault = None
            return str(error)
        self.field.fault = error.column - 1
        return "\n".join([*marked(text, error.column - 1), error.what])


def marked(text: str, at: int) -> tuple[str, str]:
    """Give the part of a text round one character, and a line with a mark under it."""
    first = max(0, min(at - _SEEN // 2, len(text) + 1 - _SEEN))
    seen = text[first : first + _SEEN]
    head, tail = "…" if first else "", "…" if first + _SEEN < len(text) else ""
    under = _BLANK * (len(head) + at - first) + _MARK
    return (head + seen + tail).replace(" ", _BLANK), under


class FormulaRow(FormRow):
    """The user's formula: "f(x) =", the field in full width, and under it what is wrong."""

    def __init__(self) -> None:
        super().__init__(TEXT, editor=FormulaEditor())
        self.label.setText("f(x) =")
        self.label.setProperty("look", "note")
        self.label.setToolTip(self.editor.toolTip())
        self.hint = QLabel("x, numbers, letters as parameters, functions: sin, exp, max …")
        self.hint.setProperty("look", "note")
        self.hint.setWordWrap(True)
        self.hint.setToolTip(self.editor.toolTip())
        self.sentence.setProperty("look", "fault")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        line = QHBoxLayout()
        layout.addLayout(line)
        line.setSpacing(4)
        for widget in (self.label, self.back):
            line.addWidget(widget)
        line.insertWidget(1, self.editor, 1)
        layout.addWidget(self.sentence)
        layout.addWidget(self.hint)

    def _show_sentence(self, *, shown: bool) -> None:
        """Say what is wrong in the place of the hint."""
        super()._show_sentence(shown=shown)
        self.hint.setVisible(not shown)
