"""What a dialect is: how a layer is written for one kind of reader, and what its words mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

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


@dataclass(frozen=True, slots=True)
class Dialect:
    """A way in which layer files are written, and for whom.

    Parameters
    ----------
    name
        As in commands and sessions.
    title
        As shown to people.
    suffix
        What its files' names end with.
    write
        From a configuration to text, or to bytes; a ValueError names what cannot be said in it,
        and why.
    remarks
        What a reader of the file needs, a sentence each, and what it loses, as a `Loss`; a
        ValueError as `write`.
    spoken
        How an activation is written, in few words: `LeakyReLU(negative_slope=0.3)`.
    shown
        The text that a person sees of what `write` gives as bytes.
    words
        The activations it has a word of its own for, and which values that word means where
        nothing more is said: `hard_sigmoid` is clip(x/6 + ½) in Keras 3 and clip(0.2·x + ½) in
        Keras 2. Values that are left out are the row's.
    """

    name: str
    title: str
    suffix: str
    write: Callable[[LayerConfig], str | bytes]
    remarks: Callable[[LayerConfig], tuple[str, ...]]
    spoken: Spoken
    shown: Callable[[LayerConfig], str] | None = None
    words: Words = field(default_factory=lambda: MappingProxyType({}))
