"""The layer's text as it will be written: read only, tinted, or the reason why it cannot be."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from actviz.ui.theme import SMALL_SIZE, Theme, mono_font
from actviz.ui.tint import Tint

_MARKED = 2_000
"""Milliseconds for which changed lines are marked."""
_MOST_CHANGED = 0.5
"""Where more of the lines have changed, it is another text."""


def changed_lines(before: Sequence[str], after: Sequence[str]) -> list[int]:
    """Give the numbers of the lines of `after` that are new or other than in `before`."""
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, before, after, autojunk=False)
    steps = matcher.get_opcodes()
    return [line for kind, _, _, low, high in steps if kind != "equal" for line in range(low, high)]


class JsonView(QPlainTextEdit):
    """Shows the text of a layer file."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(mono_font(SMALL_SIZE))
        self.setAccessibleName("Layer JSON")
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._tint = Tint(self.document(), theme)
        self._wrong = False
        self._mark = QColor(theme.hover)
        self._rest = QTimer(self, singleShot=True, interval=_MARKED)
        self._rest.timeout.connect(lambda: self._mark_lines(()))

    def show_text(self, text: str, suffix: str = ".json") -> None:
        """Show the text of the file; lines that have changed are brought into sight and marked.

        Otherwise it stays where the reader has scrolled to. It is tinted as files that end with
        `suffix` are.
        """
        before = [] if self._wrong else self.toPlainText().split("\n")
        after = text.split("\n")
        self._tint.set_syntax(suffix)
        self._put(text, wrong=False)
        lines = changed_lines(before, after)
        if before == after or not lines:
            return
        if len(lines) > _MOST_CHANGED * len(after):
            self._mark_lines(())
            self.verticalScrollBar().setValue(0)  # another layer
            return
        self._mark_lines(lines)
        self._bring_into_sight(lines)

    def show_sentence(self, sentence: str) -> None:
        """Say why there is no file to be written."""
        self._tint.set_syntax("")
        self._put(sentence, wrong=True)

    def set_theme(self, theme: Theme) -> None:
        """Tint in another theme's colours."""
        self._mark = QColor(theme.hover)
        self._mark_lines(())
        self._tint.set_theme(theme)

    def marked(self) -> list[str]:
        """Give the lines that are marked as changed."""
        return [selection.cursor.block().text() for selection in self.extraSelections()]

    def _mark_lines(self, lines: Sequence[int]) -> None:
        """Put a ground behind lines, for a while."""
        selections = []
        for line in lines:
            made = QTextEdit.ExtraSelection()
            made.cursor = QTextCursor(self.document().findBlockByNumber(line))
            made.format.setBackground(self._mark)
            made.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            selections.append(made)
        self.setExtraSelections(selections)
        if lines:
            self._rest.start()

    def _bring_into_sight(self, lines: Sequence[int]) -> None:
        """Scroll as little as is needed to see all of these lines, or the first of them."""
        bar = self.verticalScrollBar()
        room = max(self.viewport().height() // self.fontMetrics().lineSpacing() - 1, 1)
        bar.setValue(min(max(bar.value(), lines[-1] - room + 1), lines[0]))

    def _put(self, text: str, *, wrong: bool) -> None:
        if (text, wrong) == (self.toPlainText(), self._wrong):
            return
        if wrong != self._wrong:
            self._wrong = wrong
            mode = QPlainTextEdit.LineWrapMode
            self.setLineWrapMode(mode.WidgetWidth if wrong else mode.NoWrap)
            self.setProperty("wrong", wrong)
            self.style().unpolish(self)
            self.style().polish(self)
        bars = (self.verticalScrollBar(), self.horizontalScrollBar())
        places = [bar.value() for bar in bars]
        self.setPlainText(text)
        for bar, place in zip(bars, places, strict=True):
            bar.setValue(place)
