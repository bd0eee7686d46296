"""What a dialect is: how a layer is written for one kind of reader, and what its words mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Protocol, cast

from actviz.layers import LayerConfig
from actviz.param import Value

Words = Mapping[str, Mapping[str, Value]]
"""For an activation's name: the values that a dialect's own bare word for it stands for."""
Spoken = Callable[[LayerConfig, str], str]
"""From a layer and a slot to how the slot's activation is written; a ValueError as `write`."""


class Loss(str):
    """A remark about what a file does not carry, or what its reader takes otherwise than meant."""

    __slots__ = ()


def losses(remarks: Iterable[str]) -> tuple[str, ...]:
    """Pick the remarks that are to be known before a file is written."""
    return tuple(each for each in remarks if isinstance(each, Loss))


class DialectFile(Protocol):
    """What a dialect's file holds, besides `shown` where `write` gives bytes."""

    WORDS: Words

    def write(self, config: LayerConfig) -> str | bytes:
        """Write a configuration; a ValueError names what cannot be said in it, and why."""

    def remarks(self, config: LayerConfig) -> tuple[str, ...]:
        """Say what a reader of the file needs, and what it loses; a ValueError as `write`."""

    def spoken(self, config: LayerConfig, slot: str) -> str:
        """Say how a slot's activation is written, in few words."""


@dataclass(frozen=True)
class Dialect:
    """A way in which layer files are written, and for whom.

    The file `actviz/formats/<name>.py` says how; it is loaded when it is first asked.

    Parameters
    ----------
    name
        As in commands and sessions.
    title
        As shown to people.
    suffix
        What its files' names end with.
    """

    name: str
    title: str
    suffix: str

    @cached_property
    def file(self) -> DialectFile:
        """The dialect's file."""
        return cast(DialectFile, import_module(f"actviz.formats.{self.name}"))

    @property
    def words(self) -> Words:
        """The activations it has a word of its own for, and which values that word means.

        `hard_sigmoid` is clip(x/6 + ½) in Keras 3 and clip(0.2·x + ½) in Keras 2, where nothing
        more is said. Values that are left out are the row's.
        """
        return self.file.WORDS

    def write(self, config: LayerConfig) -> str | bytes:
        """Write a configuration; a ValueError names what cannot be said in it, and why."""
        return self.file.write(config)

    def remarks(self, config: LayerConfig) -> tuple[str, ...]:
        """Say what a reader of the file needs, a sentence each, and what it loses, as a `Loss`.

        A ValueError as `write`.
        """
        return self.file.remarks(config)

    def spoken(self, config: LayerConfig, slot: str) -> str:
        """Say how a slot's activation is written: `LeakyReLU(negative_slope=0.3)`."""
        return self.file.spoken(config, slot)

    def shown(self, config: LayerConfig) -> str:
        """Give the text that a person sees: what `write` gives, or what stands for its bytes."""
        shown = getattr(self.file, "shown", self.file.write)(config)
        assert isinstance(shown, str)
        return shown
