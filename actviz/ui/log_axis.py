"""A logarithmic axis, and one whose ticks are words: what charts need beside `axis.Axis`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from actviz.ui.axis import Axis, Number, fitted, power_of_ten
from actviz.ui.sampling import Floats

SMALLEST, LARGEST = 1e-320, 1e300
"""What a logarithmic axis reaches; 1e-300 stays visible."""
_FEW_DECADES = 3.0
"""Up to so many decades, 2 and 5 are labelled too."""
_PLAIN = 4
_AIR = 0.05


@dataclass(frozen=True)
class LogAxis:
    """Positive values from `low` to `high` over the pixels from `first` to `last`."""

    low: float
    high: float
    first: float
    last: float
    pitch: float = 52.0

    @cached_property
    def _span(self) -> tuple[float, float]:
        return math.log10(self.low), math.log10(self.high)

    @property
    def _scale(self) -> float:
        low, high = self._span
        return (self.last - self.first) / (high - low)

    def pixels(self, values: Floats) -> Floats:
        """Map values to pixels; what is not positive is NaN."""
        with np.errstate(divide="ignore", invalid="ignore"):
            powers = np.where(values > 0, np.log10(np.where(values > 0, values, 1.0)), np.nan)
        return (powers - self._span[0]) * self._scale + self.first

    def pixel(self, value: float) -> float:
        """Map one positive value to pixels."""
        return float(self.pixels(np.array([value]))[0])

    def value(self, pixel: float) -> float:
        """Map a place in pixels to a value."""
        return float(10.0 ** (self._span[0] + (pixel - self.first) / self._scale))

    def holds(self, value: float) -> bool:
        """Say whether a value is in view."""
        return self.low <= value <= self.high

    @cached_property
    def _ticks(self) -> list[tuple[int, int]]:
        """List the labelled ticks as (digit, power)."""
        low, high = self._span
        if high - low <= _FEW_DECADES and abs(self._scale) * math.log10(2) >= self.pitch / 2:
            digits: tuple[int, ...] = (1, 2, 5)
        else:
            digits = (1,)
        step = max(1, math.ceil(self.pitch / abs(self._scale)))
        step = next((each for each in (1, 2, 5, 10, 20, 50, 100) if each >= step), 100)
        powers = range(math.floor(low), math.ceil(high) + 1)
        found = [(digit, power) for power in powers if power % step == 0 for digit in digits]
        return [each for each in found if self._inside(each[0] * 10.0 ** each[1])]

    def _inside(self, value: float) -> bool:
        return self.low * (1 - 1e-9) <= value <= self.high * (1 + 1e-9)

    @property
    def tick_pixels(self) -> Floats:
        """Where the labelled ticks lie, in pixels."""
        return self.pixels(np.array([digit * 10.0**power for digit, power in self._ticks]))

    @property
    def minor_tick_pixels(self) -> Floats:
        """Where the fine lines lie: at each digit where there is room, else at each decade."""
        low, high = self._span
        digits = range(1, 10) if abs(self._scale) >= self.pitch else (1,)
        if abs(self._scale) < 4.0:
            return self.tick_pixels
        powers = range(math.floor(low), math.ceil(high) + 1)
        values = [digit * 10.0**power for power in powers for digit in digits]
        return self.pixels(np.array([each for each in values if self._inside(each)]))

    def words(self, number: Number) -> list[str]:
        """Write the labelled ticks: "0.01", or "10⁻⁵" far from 1."""
        low, high = self._span
        plain = low >= -_PLAIN and high <= _PLAIN
        return [self._word(*tick, plain=plain, number=number) for tick in self._ticks]

    @staticmethod
    def _word(digit: int, power: int, *, plain: bool, number: Number) -> str:
        if plain:
            return number(digit * 10.0**power, max(0, -power))
        return power_of_ten(power) if digit == 1 else f"{digit}·{power_of_ten(power)}"

    def title(self, name: str, number: Number) -> str:
        """Name what is shown."""
        return name


@dataclass(frozen=True)
class WordAxis(Axis):
    """A linear axis whose ticks are words at places of their own."""

    places: tuple[tuple[float, str], ...] = ()

    @property
    def _seen(self) -> list[tuple[float, str]]:
        return [each for each in self.places if self.holds(each[0])]

    @property
    def tick_pixels(self) -> Floats:
        """Where the words stand, in pixels."""
        return self.pixels(np.array([place for place, _ in self._seen], dtype=np.float64))

    @property
    def minor_tick_pixels(self) -> Floats:
        """No fine lines: nothing lies between words."""
        return np.zeros(0)

    def words(self, number: Number) -> list[str]:
        """Give the words."""
        return [word for _, word in self._seen]

    def title(self, name: str, number: Number) -> str:
        """Name what is shown."""
        return name


def log_range(values: Floats) -> tuple[float, float]:
    """Choose the range of a logarithmic axis for some values: whole decades, or less if few."""
    seen = np.clip(values[np.isfinite(values) & (values > 0)], SMALLEST, LARGEST / 10.0)
    if not seen.size:
        return 0.1, 10.0
    low, high = math.log10(float(seen.min())), math.log10(float(seen.max()))
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    pad = _AIR * (high - low)
    low, high = low - pad, high + pad
    if high - low > _FEW_DECADES:
        low, high = math.floor(low), math.ceil(high)
    return max(10.0**low, SMALLEST), min(10.0 ** min(high, 300.0), LARGEST)


def linear_range(values: Floats) -> tuple[float, float]:
    """Choose the range of a linear axis for some values."""
    seen = values[np.isfinite(values)]
    return fitted(float(seen.min()), float(seen.max())) if seen.size else (0.0, 1.0)
