"""The layer's text as it will be written: read only, tinted, or the reason why it cannot be."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit

from actviz.ui.theme import SMALL_SIZE, Theme, mono_font

_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=\s*:)|(?P<string>"(?:[^"\\]|\\.)*")'
    r"|(?P<number>-?\d[\d.eE+-]*)|(?P<word>true|false|null)"
)


class JsonTint(QSyntaxHighlighter):
    """Tints keys, strings, numbers and words of JSON."""

    def __init__(self, text: QTextDocument, theme: Theme) -> None:
        super().__init__(text)
        self.tinting = True
        self._formats: dict[str, QTextCharFormat] = {}
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Tint in another theme's colours."""
        colours = {
            "key": theme.f,
            "string": theme.string,
            "number": theme.number,
            "word": theme.number,
        }
        for kind, colour in colours.items():
            made = QTextCharFormat()
            made.setForeground(QColor(colour))
            self._formats[kind] = made
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Tint one line."""
        if not self.tinting:
            return
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup
            assert kind is not None
            self.setFormat(match.start(), match.end() - match.start(), self._formats[kind])


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
        self._tint = JsonTint(self.document(), theme)
        self._wrong = False

    def show_text(self, text: str) -> None:
        """Show the text of the file, and stay where the reader has scrolled to."""
        self._put(text, wrong=False)

    def show_sentence(self, sentence: str) -> None:
        """Say why there is no file to be written."""
        self._put(sentence, wrong=True)

    def set_theme(self, theme: Theme) -> None:
        """Tint in another theme's colours."""
        self._tint.set_theme(theme)

    def _put(self, text: str, *, wrong: bool) -> None:
        if (text, wrong) == (self.toPlainText(), self._wrong):
            return
        if wrong != self._wrong:
            self._wrong = wrong
            self._tint.tinting = not wrong
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
