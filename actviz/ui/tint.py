"""Tints of what dialects write: JSON, Python, and the list that stands for an ONNX model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from actviz.ui.theme import Theme

_JSON = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=\s*:)|(?P<string>"(?:[^"\\]|\\.)*")'
    r"|(?P<number>-?\d[\d.eE+-]*)|(?P<word>true|false|null)"
)
_KEYWORDS = (
    "and|as|assert|class|def|else|elif|for|from|if|import|in|is|lambda|not|or|raise|return|with"
)
_PYTHON = re.compile(
    r'(?P<open>[rb]?""")|(?P<string>"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\')|(?P<comment>\#.*)'
    rf"|(?P<key>\b(?:{_KEYWORDS})\b|@[\w.]+)|(?P<word>\b(?:None|True|False)\b)"
    r"|(?P<number>(?<![\w.])\d[\w.]*(?:(?<=[eE])[+-]\d+)?)"
)
_LISTING = re.compile(
    r"(?P<key>^\s*(?:model|graph|input|weight|output)\b)|(?P<string>(?<== )\w+(?=\())"
    r"|(?P<number>(?<![\w.])-?\d[\d.]*(?:[eE][+-]?\d+)?(?![\w.]))"
)
_CLOSE = re.compile(r'(?:[^"\\]|\\.|"(?!""))*"""')
PATTERNS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {".json": _JSON, ".py": _PYTHON, ".onnx": _LISTING}
)
"""The tokens of a text by the end of its file's name."""
_OUTSIDE, _INSIDE = 0, 1
"""States of a line's end: inside is a string of several lines."""


class Tint(QSyntaxHighlighter):
    """Tints a text in the colours of a theme, by the syntax of its file."""

    def __init__(self, text: QTextDocument, theme: Theme) -> None:
        super().__init__(text)
        self._pattern: re.Pattern[str] | None = _JSON
        self._formats: dict[str, QTextCharFormat] = {}
        self.set_theme(theme)

    def set_syntax(self, suffix: str) -> None:
        """Tint what is shown next as a file with this ending is; another ending is not tinted.

        The longest known ending counts: ".haibal.json" is JSON.
        """
        self._pattern = PATTERNS.get(f".{suffix.rpartition('.')[2]}")

    def set_theme(self, theme: Theme) -> None:
        """Tint in another theme's colours."""
        colours = {
            "key": theme.f,
            "string": theme.string,
            "unclosed": theme.string,
            "number": theme.number,
            "word": theme.number,
            "comment": theme.dim,
        }
        for kind, colour in colours.items():
            made = QTextCharFormat()
            made.setForeground(QColor(colour))
            self._formats[kind] = made
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Tint one line."""
        self.setCurrentBlockState(_OUTSIDE)
        if self._pattern is None:
            return
        inside = self._pattern is _PYTHON and self.previousBlockState() == _INSIDE
        for start, end, kind in _tokens(self._pattern, text, inside=inside):
            if kind == "unclosed":
                self.setCurrentBlockState(_INSIDE)
            self.setFormat(start, end - start, self._formats[kind])


def _tokens(pattern: re.Pattern[str], text: str, *, inside: bool) -> Iterator[tuple[int, int, str]]:
    """Give where the tokens of a line begin and end and what they are.

    A string that goes on in the next line is "unclosed"; `inside` says that this line begins in
    one.
    """
    begin = at = 0
    while True:
        if inside:
            closed = _CLOSE.match(text, at)
            if closed is None:
                yield begin, len(text), "unclosed"
                return
            yield begin, closed.end(), "string"
            at = closed.end()
        found = pattern.search(text, at)
        if found is None:
            return
        begin, at = found.span()
        inside = found.lastgroup == "open"
        if not inside:
            yield begin, at, str(found.lastgroup)
