"""An axis: which range is shown, where a value lies in pixels, which ticks and words it has.

Pure NumPy, no Qt. Deep in a zoom, and for very large or small numbers, ticks are written relative
to a base and a power of ten that the title of the axis names.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from actviz.ui.sampling import Floats

LARGEST = 1e300
_MOST_DIGITS = 5
_SLACK = 1e-6
_PAD = 0.06
_LEAST_PAD = 0.015
_AHEAD = 0.25
"""Room beside the curve, as a share of its span: fitted, at least, and where it grows."""
_FULL = 0.7
"""A fitted range is kept while the curve fills this share of it."""
_SMALLEST_SHARE = 2.0**-50
"""A curve that varies by less than this share of its values is level: a few float64 spacings."""
_SMALLEST_SPREAD = 1e-300
"""What varies by less is level too: its pixels would not be numbers."""
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

Number = Callable[[float, int], str]
"""Writes a number with so many decimals, the way the user's locale does."""


@dataclass(frozen=True)
class Axis:
    """A range of values over a range of pixels; `first` and `last` are where the ends lie.

    Ticks stand about `pitch` pixels apart.
    """

    low: float
    high: float
    first: float
    last: float
    pitch: float = 52.0

    def pixels(self, values: Floats) -> Floats:
        """Map values to pixels, in float64: exact however deep the zoom is."""
        mapped = values - self.low
        mapped *= self._scale
        mapped += self.first
        return mapped

    def pixel(self, value: float) -> float:
        """Map one value to pixels."""
        return (value - self.low) * self._scale + self.first

    def holds(self, value: float) -> bool:
        """Say whether a value is in view."""
        return self.low <= value <= self.high

    @cached_property
    def _scale(self) -> float:
        """Pixels to a unit; axes reach to ±1e300 at most, so that no span overflows."""
        return (self.last - self.first) / (self.high - self.low)

    def value(self, pixel: float) -> float:
        """Map a place in pixels to a value."""
        share = (pixel - self.first) / (self.last - self.first)
        return self.low * (1 - share) + self.high * share

    @property
    def per_pixel(self) -> float:
        """How much the value changes over one pixel."""
        return 1.0 / abs(self._scale)

    @cached_property
    def step(self) -> float:
        """Distance between ticks: 1, 2 or 5 times a power of ten."""
        return nice_step(self.per_pixel * self.pitch)

    @cached_property
    def base(self) -> float:
        """What ticks are written relative to; 0 unless that would take too many digits."""
        centre = self.low / 2 + self.high / 2
        if abs(centre) < 10.0**_MOST_DIGITS * self.step:
            return 0.0
        return _round_to(centre, 10.0 ** math.ceil(math.log10(self.step) + 1))

    @cached_property
    def exponent(self) -> int:
        """The power of ten, a multiple of three, that ticks are written in; mostly 0."""
        largest = max(abs(self.low - self.base), abs(self.high - self.base))
        power = math.floor(math.log10(largest) + 1e-9)
        return 0 if -4 < power < 5 else 3 * math.floor(power / 3)

    @cached_property
    def ticks(self) -> Floats:
        """Where the labelled ticks are."""
        return self._multiples(self.step)

    @cached_property
    def minor_ticks(self) -> Floats:
        """Where the fine lines are, labelled ticks included: four or five to a step."""
        return self._multiples(self._minor_step)

    @property
    def _minor_step(self) -> float:
        fives = round(self.step / 10 ** math.floor(math.log10(self.step))) != 2
        return self.step / (5 if fives else 4)

    @cached_property
    def tick_pixels(self) -> Floats:
        """Where the labelled ticks lie, in pixels: right also where float64 has none of them."""
        return self._multiple_pixels(self.step)

    @cached_property
    def minor_tick_pixels(self) -> Floats:
        """Where the fine lines lie, in pixels."""
        return self._multiple_pixels(self._minor_step)

    def _multiples(self, step: float) -> Floats:
        return self.base + self._counts(step) * step

    def _multiple_pixels(self, step: float) -> Floats:
        return (self._counts(step) * step + (self.base - self.low)) * self._scale + self.first

    def _counts(self, step: float) -> Floats:
        """Count the steps from the base to each multiple; one at an end is in, rounded or not."""
        slack = _SLACK * self.per_pixel
        first = math.ceil((self.low - self.base - slack) / step)
        last = math.floor((self.high - self.base + slack) / step)
        return np.arange(first, last + 1, dtype=np.float64)

    def words(self, number: Number) -> list[str]:
        """Write the labelled ticks."""
        scale = 10.0**self.exponent
        decimals = max(0, -math.floor(math.log10(self.step / scale) + 1e-9))
        relative = (self._counts(self.step) * self.step / scale).tolist()
        return [number(each + 0.0, decimals) for each in relative]

    def title(self, name: str, number: Number) -> str:
        """Name what is shown, and say how its ticks are meant: "x = 1.25 + tick·10⁻⁶"."""
        tick = f"tick·{power_of_ten(self.exponent)}" if self.exponent else "tick"
        if not self.base:
            return f"{name} = {tick}" if self.exponent else name
        sign = "−" if self.base < 0 else ""
        return f"{name} = {sign}{_shortest(abs(self.base), number)} + {tick}"


def _shortest(value: float, number: Number) -> str:
    """Write a positive number with all its digits."""
    if 1e-4 <= value < 1e7:
        return number(value, 0 if value == int(value) else len(repr(value).partition(".")[2]))
    mantissa, exponent = next(
        text.split("e")
        for text in (f"{value:.{decimals}e}" for decimals in range(18))
        if float(text) == value
    )
    digits = number(float(mantissa), len(mantissa.partition(".")[2]))
    return f"{digits}·{power_of_ten(int(exponent))}"


def power_of_ten(exponent: int) -> str:
    """Write a power of ten: "10⁻⁶"."""
    return "10" + str(exponent).translate(_SUPERSCRIPTS)


def nice_step(rough: float) -> float:
    """Round up to 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    for factor in (1.0, 2.0, 5.0):
        if rough <= factor * power * (1 + 1e-9):
            return factor * power
    return 10.0 * power


def _round_to(value: float, unit: float) -> float:
    """Round to a multiple of a power of ten, to the float64 that its decimal digits mean."""
    rounded = round(value / unit) * unit
    digits = max(0, -round(math.log10(unit)))
    return round(rounded, digits) if digits < 300 else rounded


def fitted(
    low: float, high: float, present: tuple[float, float] | None = None, *, shrink: bool = True
) -> tuple[float, float]:
    """Choose the range of an axis for a curve between low and high.

    The range has round ends a little beyond the curve. The `present` range is kept while the
    curve lies in it and fills most of it, so that ticks stand still while a slider moves;
    without `shrink` it only grows.
    """
    low, high = max(low, -LARGEST), min(high, LARGEST)
    if high - low <= max(_SMALLEST_SHARE * max(abs(low), abs(high)), _SMALLEST_SPREAD):
        low, high = min(low, 0.0), max(high, 0.0)
        high = high if high - low > _SMALLEST_SPREAD else low + 1.0
    if present is None:
        return _rounded_out(low, high)
    span = high - low
    inside = present[0] <= low - _LEAST_PAD * span and high + _LEAST_PAD * span <= present[1]
    if inside and (not shrink or span >= _FULL * (present[1] - present[0])):
        return present
    if shrink:
        return _rounded_out(low, high)
    # Growing in large steps: a slider then moves the ticks a few times and not all the time.
    ahead = _rounded_out(low, high, _AHEAD)
    low = present[0] if low - _LEAST_PAD * span >= present[0] else min(ahead[0], present[0])
    high = present[1] if high + _LEAST_PAD * span <= present[1] else max(ahead[1], present[1])
    return low, high


def _rounded_out(low: float, high: float, room: float = _PAD) -> tuple[float, float]:
    pad = room * (high - low)
    unit = nice_step((high - low) / 40)
    return math.floor((low - pad) / unit) * unit, math.ceil((high + pad) / unit) * unit
