"""What one published number is checked by: how this program computes it, and what is published."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Finding = Literal["pass", "fail", "heuristic"]

EXACT = 1e-12
"""What is allowed relative to a number that is published with all its digits."""


@dataclass(frozen=True, slots=True)
class Check:
    """One published number.

    Parameters
    ----------
    name
        The quantity.
    published
        As it is printed: its digits say how exact it is; a word where it is no number.
    ours
        Computes the same with this program's own functions.
    source
        Where it is published, or the closed form.
    relative
        The tolerance where the digits do not say it, as of Monte Carlo figures.
    exact
        No digits follow the printed ones, as in 0.25; so it is of whole numbers always.
    heuristic
        A rule of thumb that names no moment: shown beside ours, never judged.
    note
        What a reader should know, such as where published figures are wrong.
    """

    name: str
    published: str
    ours: Callable[[], float | str]
    source: str
    relative: float | None = None
    exact: bool = False
    heuristic: bool = False
    note: str = ""

    @property
    def number(self) -> float | None:
        """The published number; None where it is a word."""
        try:
            return float(self.published)
        except ValueError:
            return None

    @property
    def tolerance(self) -> float:
        """How far ours may be off: half a unit in the last digit, if nothing else is said."""
        number = self.number
        if number is None or math.isinf(number):
            return 0.0
        if self.relative is not None:
            return self.relative * abs(number)
        if self.exact or self.published.lstrip("-").isdigit():
            return EXACT * max(1.0, abs(number))
        mantissa, _, exponent = self.published.lower().partition("e")
        decimals = len(mantissa.partition(".")[2])
        half = 0.5 * 10.0 ** (int(exponent or "0") - decimals)
        return max(half * (1.0 + 1e-9), EXACT * abs(number))


@dataclass(frozen=True, slots=True)
class Verdict:
    """A check with what this program found: `value` is NaN, and `trouble` says why, if nothing."""

    group: str
    check: Check
    value: float | str
    trouble: str = ""

    @property
    def deviation(self) -> float | None:
        """Ours minus the published number; None where these are words."""
        number = self.check.number
        if number is None or isinstance(self.value, str):
            return None
        return 0.0 if self.value == number else self.value - number

    @property
    def finding(self) -> Finding:
        """Pass or fail; a rule of thumb does neither."""
        if self.check.heuristic and not self.trouble:
            return "heuristic"
        if self.deviation is None:
            return "pass" if self.value == self.check.published else "fail"
        return "pass" if abs(self.deviation) <= self.check.tolerance else "fail"


def verdict(group: str, check: Check) -> Verdict:
    """Compute one check; what cannot be computed has failed, and says why."""
    try:
        return Verdict(group, check, check.ours())
    except (ValueError, ArithmeticError) as error:
        return Verdict(group, check, math.nan, str(error))
