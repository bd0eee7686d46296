"""Words with arguments: an initializer, a regularizer or a constraint and what it is given.

A value is a text in one spelling: `he_normal` where all arguments have their defaults, otherwise
`variance_scaling(scale=2, mode=fan_avg)` with those that have not, in their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from actviz.param import NONE, Choice, Param, Value, refuse, text_of

_LONGEST = 400
_SPELLED = re.compile(r"([A-Za-z]\w*)\s*(?:\((.*)\))?", re.ASCII | re.DOTALL)
_ARGUMENT = re.compile(r"\s*(\w+)\s*=\s*(\[[^\[\]()=]*\]|[^\[\]()=,]+)\s*", re.ASCII)
_BETWEEN = re.compile(r",(?![^\[]*\])")


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its arguments; `ordered` names two of them, the first at most the second."""

    name: str
    arguments: tuple[Param, ...] = ()
    ordered: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Named(Choice):
    """One of a few words, each with arguments of its own; `optional` also allows none."""

    words: tuple[Word, ...] = ()

    def check(self, value: object, where: str) -> Value:
        """Return the word and its arguments in their one spelling."""
        if value is None and self.optional:
            return None
        if not isinstance(value, str):
            raise refuse(where, value, self.describe())
        return self.spell(*self._read(value, where), where)

    def parse(self, text: str, where: str) -> Value:
        """Read a word with or without arguments, or "none" where it is optional."""
        absent = self.optional and text.strip().lower() in (NONE, "")
        return self.check(None if absent else text, where)

    def describe(self) -> str:
        """List the words, and show how arguments are written."""
        words = Choice.describe(self)
        example = next((word for word in reversed(self.words) if word.arguments), None)
        if example is None:
            return words
        first = example.arguments[0]
        return f"{words}; arguments as in {example.name}({first.name}={_text(first.default)})"

    def word(self, name: str) -> Word:
        """Look up a word that is one of the options."""
        return next(word for word in self.words if word.name == name)

    def split(self, value: str) -> tuple[str, dict[str, Value]]:
        """Give the word of a checked value, and all its arguments."""
        name, given = self._read(value, "")
        return name, {
            param.name: param.check(given[param.name]) if param.name in given else param.default
            for param in self.word(name).arguments
        }

    def spell(self, name: str, given: Mapping[str, object], where: str) -> str:
        """Check a word's arguments and write both in the one spelling.

        Raises
        ------
        ValueError
            For an argument that the word has not, or whose value is not allowed; it names
            `where`, the word and the argument.
        """
        word, place = self.word(name), f"{where}.{name}" if where else name
        for key in given:
            if all(key != param.name for param in word.arguments):
                allowed = ", ".join(param.name for param in word.arguments) or NONE
                raise ValueError(f"{place}: there is no argument {key[:60]!r}; allowed: {allowed}")
        values = {
            param.name: param.check(given[param.name], place)
            for param in word.arguments
            if param.name in given
        }
        _check_order(word, values, place)
        said = {
            param.name: values[param.name]
            for param in word.arguments
            if param.name in values and values[param.name] != param.default
        }
        return f"{name}({spelled(said)})" if said else name

    def _read(self, text: str, where: str) -> tuple[str, dict[str, Value]]:
        """Take a text apart; nothing of it is evaluated."""
        found = _SPELLED.fullmatch(text.strip()) if len(text) <= _LONGEST else None
        if found is None or found[1] not in self.options:
            raise refuse(where, text, self.describe())
        given: dict[str, Value] = {}
        inside = (found[2] or "").strip()
        params = {param.name: param for param in self.word(found[1]).arguments}
        place = f"{where}.{found[1]}" if where else found[1]
        for piece in _BETWEEN.split(inside) if inside else ():
            argument = _ARGUMENT.fullmatch(piece)
            if argument is None:
                raise refuse(place, piece, "argument=value, with commas between arguments")
            key = argument[1]
            if key in given:
                raise ValueError(
                    f"{place}: the argument {key[:60]!r} is given twice; once is allowed"
                )
            if key not in params:
                allowed = ", ".join(params) or NONE
                raise ValueError(f"{place}: there is no argument {key[:60]!r}; allowed: {allowed}")
            given[key] = params[key].parse(argument[2], place)
        return found[1], given


def named(words: Iterable[Word], *, optional: bool = False) -> Named:
    """Make the domain of these words."""
    listed = tuple(words)
    return Named(tuple(word.name for word in listed), optional, listed)


def _check_order(word: Word, values: Mapping[str, Value], place: str) -> None:
    """Refuse a lower bound above the upper one: Keras takes it and computes nonsense."""
    if word.ordered is None:
        return
    whole = {param.name: param.default for param in word.arguments} | dict(values)
    low, high = (whole[key] for key in word.ordered)
    assert isinstance(low, float)
    assert isinstance(high, float)
    if low > high:
        first, second = word.ordered
        raise refuse(f"{place}.{first}", low, f"at most {second}, which is {text_of(high)}")


def spelled(arguments: Mapping[str, Value]) -> str:
    """Write arguments as they stand between the brackets."""
    return ", ".join(f"{name}={_text(value)}" for name, value in arguments.items())


def _text(value: Value) -> str:
    return f"[{text_of(value)}]" if isinstance(value, tuple) else text_of(value)
