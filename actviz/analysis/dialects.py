"""What each dialect's own word for an activation means, and how far that is from a curve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from actviz.activations import row
from actviz.formats import DIALECTS, dialect_named
from actviz.formats.dialect import Dialect, losses
from actviz.layers import LayerConfig
from actviz.param import Value

REACH = 10.0
"""Differences are looked for at |x| up to this: those of slopes grow without end."""
_POINTS = 4001


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a dialect's bare word for an activation computes.

    Parameters
    ----------
    dialect, title
        The dialect's name, and as it is shown.
    values
        All values of the activation that the word means.
    difference, at
        The largest |f − f| to the curve it was compared with for |x| ≤ `REACH`, and an x where it
        is; 0 where both are the same.
    """

    dialect: str
    title: str
    values: Mapping[str, Value]
    difference: float
    at: float


def meanings(
    activation: str, values: Mapping[str, Value], dialects: Iterable[str] = tuple(DIALECTS)
) -> tuple[Meaning, ...]:
    """Compare an activation with what the dialects that have a word for it mean by the word.

    The difference is taken at both functions' kinks too, where those of piecewise linear
    functions have their maximum: it is exact there. An activation of vectors has none.
    """
    own = row(activation)
    found = []
    for dialect in map(dialect_named, dialects):
        if activation not in dialect.words or own.vector:
            continue
        meant = own.complete(dialect.words[activation])
        found.append(
            Meaning(dialect.name, dialect.title, meant, *_apart(activation, values, meant))
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Standing:
    """What becomes of a layer in a dialect.

    Parameters
    ----------
    dialect, title
        The dialect's name, and as it is shown.
    refusal
        Why it cannot be written; empty where it can.
    written
        How the activation is written, in few words; empty where the layer cannot be written.
    remarks, losses
        What a reader of the file needs, and among it what is lost or taken otherwise.
    word
        All values that the dialect's own bare word for the activation means; None without one.
    meaning
        How far that curve is from the layer's; None also for an activation of vectors.
    """

    dialect: str
    title: str
    refusal: str
    written: str
    remarks: tuple[str, ...]
    losses: tuple[str, ...]
    word: Mapping[str, Value] | None
    meaning: Meaning | None


def standings(config: LayerConfig, slot: str) -> tuple[Standing, ...]:
    """Say of every dialect what becomes of a layer and of the activation in one of its slots."""
    found = {each.dialect: each for each in meanings(*config.activations[slot])}
    return tuple(_standing(each, config, slot, found.get(name)) for name, each in DIALECTS.items())


def _standing(
    dialect: Dialect, config: LayerConfig, slot: str, meaning: Meaning | None
) -> Standing:
    try:
        remarks = dialect.remarks(config)
        written, refusal = dialect.spoken(config, slot), ""
    except ValueError as error:
        remarks, written, refusal = (), "", str(error)
    activation, _ = config.activations[slot]
    word = dialect.words.get(activation)
    return Standing(
        dialect.name,
        dialect.title,
        refusal,
        written,
        remarks,
        losses(remarks),
        None if word is None else row(activation).complete(word),
        meaning,
    )


def _apart(
    activation: str, one: Mapping[str, Value], other: Mapping[str, Value]
) -> tuple[float, float]:
    """Find the largest difference and where it is, as near to 0 as it is anywhere."""
    own = row(activation)
    kinks = [each.x for values in (one, other) for each in own.breaks(values)]
    x = np.unique(np.concatenate([np.linspace(-REACH, REACH, _POINTS), kinks]))
    x = x[np.abs(x) <= REACH]
    with np.errstate(all="ignore"):
        apart = np.abs(own.evaluate(x, dict(one))[0] - own.evaluate(x, dict(other))[0])
    apart = np.where(np.isfinite(apart), apart, 0.0)
    largest = float(apart.max())
    near = x[apart >= largest * (1.0 - 1e-12)]
    return largest, float(near[np.argmin(np.abs(near))]) if largest else 0.0


def spoken_by(activation: str, values: Mapping[str, Value]) -> tuple[str, ...] | None:
    """Name the dialects whose bare word means an activation at just these values.

    None where no two dialects mean different things by it, so that nothing needs to be said.
    """
    own = row(activation)
    words = [each for each in map(dialect_named, DIALECTS) if activation in each.words]
    meant = [own.complete(each.words[activation]) for each in words]
    if own.vector or all(each == meant[0] for each in meant):
        return None
    here = dict(values)
    return tuple(each.title for each, means in zip(words, meant, strict=True) if means == here)
