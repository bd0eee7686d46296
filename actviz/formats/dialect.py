"""What a dialect is: how a layer is written for one kind of reader, and what its words mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from actviz.layers import LayerConfig
from actviz.param import Value

Words = Mapping[str, Mapping[str, Value]]
"""For an activation's name: the values that a dialect's own bare word for it stands for."""


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
        What a reader of the file needs or loses, a sentence each; a ValueError as `write`.
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
    shown: Callable[[LayerConfig], str] | None = None
    words: Words = field(default_factory=lambda: MappingProxyType({}))
