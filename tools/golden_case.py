"""What a case of tests/golden/activations.json is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mpmath import mp, mpf

mp.dps = 60
Function = Callable[[mpf], mpf]


class Case(NamedTuple):
    """f and f′ at finite x, their limits at −∞ and +∞, and the points to look at closely."""

    name: str
    values: dict[str, object]
    f: Function
    df: Function
    left: tuple[float, float]
    right: tuple[float, float]
    points: tuple[float, ...] = ()


def sigma(z: mpf) -> mpf:
    return 1 / (1 + mp.exp(-z))
