"""Put numbers that a script has made into a source file, in the place of those of the same name.

What else stands in the file stays: comments, the type of a table's numbers. The comment above a
polynomial says `within 2^-…`: its largest relative error is written there.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from mpmath import mp, mpf

DIGITS = 60
_WITHIN = re.compile(r"within 2\^-\d+(?:\.\d+)?")
_COMMENT_ABOVE = re.compile(r"/\*(?:(?!\*/).)*\*/\n(?:#define [^\n]*\n)*\Z", re.DOTALL)
_LITERAL = re.compile(r"(?<![\w.])\d+\.\d+(?:e[-+]?\d+)?f?\b")


class Definition(Protocol):
    """Something that a file defines once."""

    def put_into(self, text: str) -> str:
        """Give the file's text with the new definition."""


Made = Sequence[Definition]


def float32(number: mpf) -> str:
    """Write a float32 number as OpenCL C, with as few digits as tell it from all others."""
    return f"{np.float32(float(number))!s}f"


def float64(number: mpf) -> str:
    """Write a float64 number as OpenCL C or Python, likewise."""
    return repr(float(number))


class Table(NamedTuple):
    """An array in constant memory; each of its rows begins on a line of its own."""

    name: str
    rows: Sequence[Sequence[mpf]]
    error: mpf
    literal: Callable[[mpf], str]

    def put_into(self, text: str) -> str:
        """Give the text with it."""
        pattern = rf"^(__constant \w+ {self.name})\[\d+\] = \{{[^}}]*\}};$"
        match = _only(self.name, pattern, text)
        body = "\n".join(_filled(map(self.literal, row)) for row in self.rows)
        new = f"{match[1]}[{sum(map(len, self.rows))}] = {{\n{body}\n}};"
        return _with_error(self.name, text, match.start(), self.error) + new + text[match.end() :]


class Constants(NamedTuple):
    """The numbers in a function, as many as stand there, in their order."""

    name: str
    numbers: Sequence[mpf]
    error: mpf
    literal: Callable[[mpf], str]

    def put_into(self, text: str) -> str:
        """Give the text with it."""
        match = _only(self.name, rf"^inline \w+ {self.name}\(.*?^\}}$", text)
        words = [self.literal(number) for number in self.numbers]
        if len(_LITERAL.findall(match[0])) != len(words):
            raise ValueError(f"{self.name}: there must be {len(words)} numbers in the function")
        new = _LITERAL.sub(lambda _: words.pop(0), match[0])
        return _with_error(self.name, text, match.start(), self.error) + new + text[match.end() :]


class Define(NamedTuple):
    """What a name stands for in the text; a comment behind it stays."""

    name: str
    content: str

    def put_into(self, text: str) -> str:
        """Give the text with it."""
        match = _only(self.name, rf"^(#define {self.name} )[^\n]*?((?: +/\*[^\n]*)?)$", text)
        return text[: match.end(1)] + self.content + text[match.start(2) :]


class Assignment(NamedTuple):
    """A name in a Python module, whose value stands on its line or in brackets up to a line."""

    name: str
    content: str

    def put_into(self, text: str) -> str:
        """Give the text with it."""
        value = r"(?:[^\n]*[(\[]\n.*?^[)\]]+|[^\n]*?)"
        match = _only(self.name, rf"^({self.name}(?:: Array)? = ){value}((?:  #[^\n]*)?)$", text)
        return text[: match.end(1)] + self.content + text[match.start(2) :]


def _only(name: str, pattern: str, text: str) -> re.Match[str]:
    """Find the one place that a pattern fits."""
    found = list(re.finditer(pattern, text, re.MULTILINE | re.DOTALL))
    if len(found) != 1:
        raise ValueError(f"{name}: {len(found)} definitions; there must be one")
    return found[0]


def _filled(words: Iterable[str]) -> str:
    margin = " " * 4
    text = " ".join(f"{word}," for word in words)
    return textwrap.fill(
        text, 100, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False
    )


def _with_error(name: str, text: str, start: int, error: mpf) -> str:
    """Give the text up to a place, with the error in the comment that ends there."""
    before = text[:start]
    comment = _COMMENT_ABOVE.search(before)
    if comment is None or len(_WITHIN.findall(comment[0])) != 1:
        raise ValueError(f"{name}: the comment above it must say 'within 2^-0' once")
    bits = mp.floor(-10 * mp.log(error, 2)) / 10
    new = _WITHIN.sub(f"within 2^-{float(bits):.1f}", comment[0])
    return before[: comment.start()] + new


def computed(make: Callable[[], Made]) -> Made:
    """Make definitions, with DIGITS digits."""
    with mp.workdps(DIGITS):
        return make()


def renewed(text: str, made: Made) -> str:
    """Give a file's text with the definitions put into it."""
    for definition in made:
        text = definition.put_into(text)
    return text


def write(folder: Path, suffix: str, files: Mapping[str, Callable[[], Made]]) -> None:
    """Make the definitions of all files anew, and write the files."""
    for name, make in files.items():
        path = folder / f"{name}.{suffix}"
        path.write_text(renewed(path.read_text("utf-8"), computed(make)), "utf-8")
        print(path.name)
