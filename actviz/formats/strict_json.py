"""The one JSON reader of this program: what a file says twice, cut off or in disguise is refused.

Python's reader takes NaN, the last of two equal keys, integers of any length and half surrogates
without a word, and dies of deep nesting. Here each of them is a ValueError with line and column.
"""

from __future__ import annotations

import json
import math
import re

LARGEST_TEXT = 10_000_000
LARGEST_COUNT = 500_000
DEEPEST = 100
LONGEST_INTEGER = 18
LONGEST_NUMBER = 400

# The lexical skeleton: strings (with the colon that makes one a key), brackets, everything else
# that stands outside them. Possessive repeats: no backtracking, so the time is linear.
_TOKEN = re.compile(
    r'(?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+")(?P<colon>[ \t\n\r]*+:)?'
    r"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<word>[^\s\[\]{},:\"]++)|(?P<broken>\")",
    re.DOTALL,
)
_INTEGER = re.compile(r"-?\d++")
_FLOAT = re.compile(r"-?\d++(?:\.\d++)?(?:[eE][+-]?\d++)?")
_HALF = re.compile("[\ud800-\udfff]")
_HALVED = "half a surrogate pair; whole characters are allowed"
_CONSTANTS = frozenset(("NaN", "Infinity", "-Infinity"))
_FOREIGN = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


def strict_json(text: str | bytes, place: str) -> object:
    """Read one JSON value from a text or from bytes in UTF-8, in time linear in its length.

    A byte-order mark of UTF-8 at the start is accepted and dropped: Windows editors write it.

    Raises
    ------
    ValueError
        Names `place`, line and column, what is wrong and what is allowed: text that is not JSON or
        goes on after the value, another encoding, half surrogates, NaN and infinities, numbers that
        overflow a float64 or are longer than `LONGEST_NUMBER`, integers of more than
        `LONGEST_INTEGER` digits, a key twice in one object, nesting deeper than `DEEPEST`,
        more than `LARGEST_TEXT` bytes or `LARGEST_COUNT` values.
    """
    source = _decoded(text, place).removeprefix("\ufeff")
    if not source.strip():
        raise ValueError(f"{place}: there is no text in it; one JSON value is needed")
    _Skeleton(source, place).check()
    try:
        return json.loads(source)
    except json.JSONDecodeError as error:
        raise _syntax_error(source, place, error) from None


def _decoded(text: str | bytes, place: str) -> str:
    """Make sure of the size and of valid Unicode."""
    if len(text) > LARGEST_TEXT:
        raise _too_large(place, len(text))
    if isinstance(text, str):
        try:
            size = len(text.encode())
        except UnicodeEncodeError as error:
            where = _where(text, place, error.start)
            raise ValueError(f"{where}: {_HALVED}") from None
        if size > LARGEST_TEXT:
            raise _too_large(place, size)
        return text
    for mark, encoding in _FOREIGN:
        if text.startswith(mark):
            raise ValueError(f"{place}: the text is in {encoding}; UTF-8 is allowed")
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        before = text[: error.start].decode()
        where = _where(before, place, len(before))
        raise ValueError(
            f"{where}: byte {text[error.start]:#04x} is not UTF-8; UTF-8 is allowed"
        ) from None


def _too_large(place: str, size: int) -> ValueError:
    return ValueError(f"{place}: it holds {size:,} bytes; at most {LARGEST_TEXT:,} are allowed")


def _where(source: str, place: str, position: int) -> str:
    """Name place, line and column of a character, both counted from 1."""
    line = source.count("\n", 0, position) + 1
    column = position - source.rfind("\n", 0, position)
    return f"{place}, line {line} column {column}"


def _syntax_error(source: str, place: str, error: json.JSONDecodeError) -> ValueError:
    """Say in our words where the text stops being JSON."""
    where = _where(source, place, error.pos)
    if error.msg == "Extra data":
        return ValueError(f"{where}: there is text after the value; one JSON value is allowed")
    what = (error.msg[0].lower() + error.msg[1:]).removesuffix(" at").removesuffix(" starting")
    if error.pos >= len(source.rstrip()) or error.msg.startswith("Unterminated"):
        return ValueError(f"{where}: the text ends too early ({what}); whole JSON is needed")
    return ValueError(f"{where}: this is not JSON ({what}); one JSON value is needed")


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


class _Skeleton:
    """One pass over the tokens for what Python's reader would take or die of.

    It stops without a word where the text is not JSON any more: the reader says that better, and
    up to there it has met nothing that this pass has not seen.
    """

    def __init__(self, source: str, place: str) -> None:
        self.source = source
        self.place = place
        self.keys: list[set[str]] = []
        self.count = 0

    def check(self) -> None:
        """Walk over the tokens; a ValueError names line and column of the first fault."""
        for token in _TOKEN.finditer(self.source):
            kind = token.lastgroup
            if kind == "close":
                if not self.keys:
                    return
                self.keys.pop()
                continue
            self._count(token.start())
            if kind == "open":
                self._open(token.start())
            elif kind == "word":
                self._word(token.group(), token.start())
            elif kind == "broken" or not self._string(token):
                return

    def _fault(self, position: int, what: str) -> ValueError:
        return ValueError(f"{_where(self.source, self.place, position)}: {what}")

    def _count(self, position: int) -> None:
        self.count += 1
        if self.count > LARGEST_COUNT:
            what = f"there are more than {LARGEST_COUNT:,} values, which is the most allowed"
            raise self._fault(position, what)

    def _open(self, position: int) -> None:
        self.keys.append(set())
        if len(self.keys) > DEEPEST:
            raise self._fault(position, f"nested deeper than the {DEEPEST} levels allowed")

    def _word(self, word: str, position: int) -> None:
        if word in _CONSTANTS:
            raise self._fault(position, f"{word} is not JSON; finite numbers are allowed")
        if len(word) > LONGEST_NUMBER and word[-1].isdigit():
            what = f"a number of {len(word):,} characters; at most {LONGEST_NUMBER} are allowed"
            raise self._fault(position, what)
        if _INTEGER.fullmatch(word):
            digits = len(word.lstrip("-"))
            if digits > LONGEST_INTEGER:
                what = f"an integer of {digits} digits; at most {LONGEST_INTEGER} are allowed"
                raise self._fault(position, what)
        elif _FLOAT.fullmatch(word) and math.isinf(float(word)):
            what = f"{_short(word)} overflows; numbers up to 1.8e308 are allowed"
            raise self._fault(position, what)

    def _string(self, token: re.Match[str]) -> bool:
        """Check a string; False where it is not one to Python's reader."""
        written = token["string"]
        if "\\" in written:
            try:
                text = str(json.loads(written))
            except json.JSONDecodeError:
                return False
            if _HALF.search(text):
                raise self._fault(token.start(), _HALVED)
        else:
            text = written[1:-1]
        if token["colon"] is not None and self.keys:
            if text in self.keys[-1]:
                what = f"the key {_short(text)!r} stands twice in one object; once is allowed"
                raise self._fault(token.start(), what)
            self.keys[-1].add(text)
        return True
