"""Named, typed values with their domains: for activations, layer fields and lens settings alike.

A `Param` says once what a value is called, what it may be and what it means; the sliders, the
command line, the file readers and the documentation all read it from here.
"""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Value = float | int | bool | str | tuple[float, ...] | tuple[int, ...] | None
Values = Mapping[str, Value]

NONE = "none"
LARGEST_INTEGER = 2**31 - 1
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?(/\d+)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,20}", re.ASCII)


class Domain(Protocol):
    """What a value may be: checks it, reads it from text, writes it as text."""

    def check(self, value: object, where: str) -> Value:
        """Return `value` in its one spelling, or raise a ValueError that names `where`."""

    def parse(self, text: str, where: str) -> Value:
        """Read a value from text in C's locale, or raise a ValueError that names `where`."""

    def describe(self) -> str:
        """Say in a few words what is allowed, to stand behind "must be"."""


def refuse(where: str, value: object, allowed: str) -> ValueError:
    """Make the one error sentence: the place, the value, what is allowed."""
    try:
        shown = "none" if value is None else repr(value)
    except ValueError:  # Python writes no whole number of more than 4300 digits
        shown = "a huge number"
    if len(shown) > 60:
        shown = shown[:57] + "…"
    return ValueError(f"{where}: {shown} is not allowed; it must be {allowed}")


def number_text(value: float) -> str:
    """Write a number as short as it can be read back exactly, without a trailing ".0"."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _read_number(text: str, where: str, allowed: str) -> float:
    """Read a decimal number or a fraction such as 1/6; never evaluates the text."""
    stripped = text.strip().replace("−", "-")
    if len(stripped) > 400 or not _NUMBER.fullmatch(stripped):
        raise refuse(where, text, allowed)
    top, _, bottom = stripped.partition("/")
    divisor = float(bottom) if bottom else 1.0
    if divisor == 0.0 or math.isinf(divisor):
        raise refuse(where, text, allowed)
    return float(top) / divisor


@dataclass(frozen=True, slots=True)
class Real:
    """A finite real number between two bounds, held as float64; `optional` also allows none."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    optional: bool = False

    def check(self, value: object, where: str) -> Value:
        """Return the number as a float; booleans, NaN and infinities are refused."""
        if value is None and self.optional:
            return None
        number = value if type(value) is float else self._float(value, where)
        below = number <= self.low if self.low_open else number < self.low
        if not math.isfinite(number) or below or number > self.high:
            raise refuse(where, value, self.describe())
        return number + 0.0

    def _float(self, value: object, where: str) -> float:
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise refuse(where, value, self.describe())
        try:
            return float(value)
        except OverflowError:
            raise refuse(where, value, self.describe()) from None

    def parse(self, text: str, where: str) -> Value:
        """Read a decimal number, a fraction such as 1/6, or "none" where it is optional."""
        if self.optional and text.strip().lower() in (NONE, "∞", ""):
            return None
        return self.check(_read_number(text, where, self.describe()), where)

    def describe(self) -> str:
        """Say which numbers are allowed."""
        words = "a finite number"
        low, high = number_text_or_none(self.low), number_text_or_none(self.high)
        if low is not None and high is not None:
            bound = "greater than " if self.low_open else "from "
            words = f"a number {bound}{low} {'and at most' if self.low_open else 'to'} {high}"
        elif low is not None:
            words = f"a finite number {'greater than' if self.low_open else 'of at least'} {low}"
        elif high is not None:
            words = f"a finite number of at most {high}"
        return words + (" or none" if self.optional else "")


def number_text_or_none(value: float) -> str | None:
    """Write a finite number, or give None for an infinite bound."""
    return number_text(value) if math.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number between two bounds; `optional` also allows none."""

    low: int = -LARGEST_INTEGER
    high: int = LARGEST_INTEGER
    optional: bool = False

    def check(self, value: object, where: str) -> Value:
        """Return the int; booleans and numbers with a fraction or a decimal point are refused."""
        if value is None and self.optional:
            return None
        if isinstance(value, bool) or not isinstance(value, numbers.Integral):
            raise refuse(where, value, self.describe())
        number = int(value)
        if not self.low <= number <= self.high:
            raise refuse(where, value, self.describe())
        return number

    def parse(self, text: str, where: str) -> Value:
        """Read a whole number, or "none" where it is optional."""
        if self.optional and text.strip().lower() in (NONE, ""):
            return None
        stripped = text.strip().replace("−", "-")
        if not _INTEGER.fullmatch(stripped):
            raise refuse(where, text, self.describe())
        return self.check(int(stripped), where)

    def describe(self) -> str:
        """Say which whole numbers are allowed."""
        if self.high < LARGEST_INTEGER:
            words = f"a whole number from {self.low} to {self.high}"
        elif self.low > -LARGEST_INTEGER:
            words = f"a whole number from {self.low} to {LARGEST_INTEGER}"
        else:
            words = f"a whole number between −{LARGEST_INTEGER} and {LARGEST_INTEGER}"
        return words + (" or none" if self.optional else "")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words; `optional` also allows none."""

    options: tuple[str, ...]
    optional: bool = False

    def check(self, value: object, where: str) -> Value:
        """Return the word as it is spelled in `options`."""
        if value is None and self.optional:
            return None
        if not isinstance(value, str) or value not in self.options:
            raise refuse(where, value, self.describe())
        return value

    def parse(self, text: str, where: str) -> Value:
        """Read one of the words, or "none" where it is optional."""
        stripped = text.strip()
        if self.optional and NONE not in self.options and stripped.lower() in (NONE, ""):
            return None
        return self.check(stripped, where)

    def describe(self) -> str:
        """List the words."""
        words = [*self.options, *([NONE] if self.optional else [])]
        return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def check(self, value: object, where: str) -> Value:
        """Return the bool; numbers and the words "true" and "false" are not booleans."""
        if not isinstance(value, bool):
            raise refuse(where, value, self.describe())
        return value

    def parse(self, text: str, where: str) -> Value:
        """Read "true" or "false"."""
        word = text.strip().lower()
        if word not in ("true", "false"):
            raise refuse(where, text, self.describe())
        return word == "true"

    def describe(self) -> str:
        """Name both values."""
        return "true or false"


@dataclass(frozen=True, slots=True)
class Sizes:
    """One whole number for each of `rank` axes; a single number stands for all axes."""

    rank: int
    low: int = 1
    optional: bool = False

    def check(self, value: object, where: str) -> Value:
        """Return a tuple of `rank` ints."""
        if value is None and self.optional:
            return None
        items = (value,) * self.rank if isinstance(value, numbers.Integral) else value
        if not isinstance(items, (tuple, list)) or len(items) != self.rank:
            raise refuse(where, value, self.describe())
        for item in items:
            if isinstance(item, bool) or not isinstance(item, numbers.Integral):
                raise refuse(where, value, self.describe())
            if not self.low <= int(item) <= LARGEST_INTEGER:
                raise refuse(where, value, self.describe())
        return tuple(int(item) for item in items)

    def parse(self, text: str, where: str) -> Value:
        """Read "3", "3,3", "3×3" or "3 x 3", or "none" where it is optional."""
        if self.optional and text.strip().lower() in (NONE, ""):
            return None
        parts = [part.strip() for part in re.split(r"[,;x×*]|\s+", text.strip()) if part.strip()]
        if not parts or not all(_INTEGER.fullmatch(part) for part in parts):
            raise refuse(where, text, self.describe())
        numbers = tuple(int(part) for part in parts)
        return self.check(numbers[0] if len(numbers) == 1 else numbers, where)

    def describe(self) -> str:
        """Say how many numbers, and how small they may be."""
        many = "a whole number" if self.rank == 1 else f"1 or {self.rank} whole numbers"
        return f"{many} of at least {self.low}" + (" or none" if self.optional else "")


@dataclass(frozen=True, slots=True)
class Vector:
    """A list of `shortest` to `longest` finite real numbers."""

    shortest: int = 1
    longest: int = 64

    def check(self, value: object, where: str) -> Value:
        """Return a tuple of floats; a single number is a list of one."""
        items = (value,) if isinstance(value, numbers.Real) else value
        if not isinstance(items, (tuple, list)):
            raise refuse(where, value, self.describe())
        if not self.shortest <= len(items) <= self.longest:
            raise refuse(where, value, self.describe())
        try:
            return tuple(_real(item, where) for item in items)
        except ValueError:
            raise refuse(where, value, self.describe()) from None

    def parse(self, text: str, where: str) -> Value:
        """Read numbers separated by commas, semicolons or blanks."""
        parts = [part for part in re.split(r"[,;]|\s+", text.strip()) if part]
        return self.check([_read_number(part, where, self.describe()) for part in parts], where)

    def describe(self) -> str:
        """Say how many numbers are allowed."""
        return f"{self.shortest} to {self.longest} finite numbers"


def _real(value: object, where: str) -> float:
    number = Real().check(value, where)
    assert isinstance(number, float)
    return number


@dataclass(frozen=True, slots=True)
class Text:
    """A short text without control characters; `forbidden` characters are refused too."""

    longest: int = 200
    forbidden: str = ""
    optional: bool = False

    def check(self, value: object, where: str) -> Value:
        """Return the text unchanged."""
        if value is None and self.optional:
            return None
        if not isinstance(value, str) or not 1 <= len(value) <= self.longest:
            raise refuse(where, value, self.describe())
        if any(letter in self.forbidden or not letter.isprintable() for letter in value):
            raise refuse(where, value, self.describe())
        return value

    def parse(self, text: str, where: str) -> Value:
        """Take the text as it is; an empty one or "none" is none where that is allowed."""
        absent = self.optional and text.strip().lower() in (NONE, "")
        return self.check(None if absent else text.strip(), where)

    def describe(self) -> str:
        """Say how long it may be and what it must not hold."""
        without = f" without {' or '.join(self.forbidden)}" if self.forbidden else ""
        return f"a text of 1 to {self.longest} printable characters{without}" + (
            " or none" if self.optional else ""
        )


FINITE = Real()
POSITIVE = Real(low=0.0, low_open=True)
NOT_NEGATIVE = Real(low=0.0)


@dataclass(frozen=True, slots=True)
class Param:
    """A named value: its default, its domain, its slider's range, its unit and a sentence.

    Parameters
    ----------
    name
        As Keras spells it (`alpha`, `negative_slope`, `kernel_size`).
    default
        The value that is meant where none is given.
    domain
        What it may be; typing is bounded by the domain only, never by the slider.
    slider
        The range a slider shows, for real numbers.
    doc
        One sentence for the reader; no default is repeated in it.
    symbol
        How a formula prints it, in LaTeX; the name where empty.
    """

    name: str
    default: Value
    domain: Domain = FINITE
    slider: tuple[float, float] | None = None
    doc: str = ""
    unit: str = ""
    symbol: str = ""

    def check(self, value: object, place: str = "") -> Value:
        """Return the value in its one spelling, or raise a ValueError naming place and name."""
        return self.domain.check(value, f"{place}.{self.name}" if place else self.name)

    def parse(self, text: str, place: str = "") -> Value:
        """Read the value from text in C's locale, or raise a ValueError."""
        return self.domain.parse(text, f"{place}.{self.name}" if place else self.name)


def text_of(value: Value) -> str:
    """Write a value so that its domain's `parse` reads it back exactly (C's locale)."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(number_text(item) for item in value)
    return value if isinstance(value, str) else number_text(value)


def complete(params: Sequence[Param], values: Mapping[str, object], place: str) -> dict[str, Value]:
    """Check given values against `params` and fill in the defaults, in the order of `params`.

    Raises
    ------
    ValueError
        For a name that is not among `params` (all allowed names are listed) or a bad value.
    """
    full = {
        param.name: param.check(values[param.name], place)
        if param.name in values
        else param.default
        for param in params
    }
    for name in values:
        if name not in full:
            allowed = ", ".join(full) if full else "none: it has no parameters"
            raise ValueError(f"{place}: there is no parameter {name!r}; allowed: {allowed}")
    return full
