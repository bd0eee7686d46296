"""Any legal value of a parameter, for the tests that draw values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from actviz.layers.named import Named, Word
from actviz.layers.words import Axes, Single
from actviz.param import Choice, Flag, Integer, Param, Real, Sizes, Text, Value, Vector

FINITE = {"allow_nan": False, "allow_infinity": False}


def legal(param: Param, within: tuple[float, float] | None = None) -> st.SearchStrategy[Any]:
    """Any value that the parameter's domain allows, its bounds and none included.

    Real numbers are kept `within` a range where one is given.
    """
    found = _of(param.domain, *(within or (-math.inf, math.inf)))
    return st.none() | found if getattr(param.domain, "optional", False) else found


def _of(domain: object, least: float, most: float) -> st.SearchStrategy[Any]:
    match domain:
        case Real():
            low, high = max(domain.low, least), min(domain.high, most)
            return st.floats(
                low if math.isfinite(low) else None,
                high if math.isfinite(high) else None,
                exclude_min=domain.low_open and low == domain.low,
                **FINITE,
            )
        case Vector():
            numbers = _of(Real(), least, most)
            longest = max(domain.shortest, min(domain.longest, 4))
            return st.lists(numbers, min_size=domain.shortest, max_size=longest).map(tuple)
        case Integer():
            return st.integers(domain.low, domain.high)
        case Sizes():
            return st.tuples(*[st.integers(domain.low, domain.low + 3)] * domain.rank)
        case Named() | Single() | Axes():
            return _part(domain)
        case Choice():
            return st.sampled_from(domain.options)
        case Flag():
            return st.booleans()
        case Text():
            return st.text(min_size=1, max_size=min(domain.longest, 20)).filter(
                lambda text: text.isprintable() and not set(text) & set(domain.forbidden)
            )
    raise AssertionError(f"say here how to draw a {type(domain).__name__}")


def _part(domain: Named | Single | Axes) -> st.SearchStrategy[Any]:
    """Any word with legal arguments, or one of the arguments that only words have."""
    if isinstance(domain, Named):
        return st.sampled_from(domain.words).flatmap(lambda word: _spelled(domain, word))
    if isinstance(domain, Single):
        return st.floats(0, 1e6).map(lambda number: domain.check(number, ""))
    axes = st.integers(-domain.rank, domain.rank - 1)
    every = st.lists(axes, min_size=1, unique_by=lambda axis: axis % domain.rank)
    return every.map(lambda found: found[0] if len(found) == 1 else tuple(found))


def _spelled(domain: Named, word: Word) -> st.SearchStrategy[str]:
    """Any legal arguments of a word, in its one spelling."""
    given = st.fixed_dictionaries(
        {}, optional={param.name: legal(param, (-1e6, 1e6)) for param in word.arguments}
    )

    def spelled(values: dict[str, Any]) -> str:
        try:
            return domain.spell(word.name, values, "")
        except ValueError:  # two of them in the wrong order
            return word.name

    return given.map(spelled)


def allowed(param: Param, numbers: Iterable[float]) -> list[Value]:
    """Those of some values that the parameter's domain allows."""
    found = []
    for number in numbers:
        try:
            found.append(param.check(number))
        except ValueError:
            continue
    return found
