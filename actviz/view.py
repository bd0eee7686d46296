"""The part of the plane that is seen, and the limits of what can be drawn."""

from __future__ import annotations

import msgspec

from actviz.param import FINITE, refuse

LARGEST_X = 1e30
SMALLEST_SPAN = 1e-30
SMALLEST_RELATIVE_SPAN = 2.0**-38
"""A view 2⁻³⁸ as wide as its largest |x| still has 2¹⁴ float64 numbers to draw."""
_ROUNDING = 1 - 2.0**-10


class View(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part of the plane that is seen: the shared x range, and both vertical ranges.

    A vertical range of None is fitted to the curve.
    """

    low: float = -8.0
    high: float = 4.0
    f_low: float | None = None
    f_high: float | None = None
    df_low: float | None = None
    df_high: float | None = None


def _checked_range(low: object, high: object, where: str) -> tuple[float, float]:
    """Give a range that can be drawn: what is too narrow or too wide is clamped.

    Mouse wheels run into these limits all the time, so they are no errors; numbers that make no
    range are.
    """
    a, b = FINITE.check(low, f"{where}.low"), FINITE.check(high, f"{where}.high")
    assert isinstance(a, float)
    assert isinstance(b, float)
    if a >= b:
        raise refuse(where, f"{a!r} to {b!r}", "two numbers, the smaller one first")
    a = min(max(a, -LARGEST_X), LARGEST_X)
    b = min(max(b, -LARGEST_X), LARGEST_X)
    span = max(SMALLEST_SPAN, SMALLEST_RELATIVE_SPAN * max(abs(a), abs(b)))
    if b - a >= span * _ROUNDING:
        return a, b
    centre = min(max(a / 2 + b / 2, -LARGEST_X + span), LARGEST_X - span)
    return centre - span / 2, centre + span / 2


def _checked_vertical(low: object, high: object, where: str) -> tuple[float | None, float | None]:
    if low is None and high is None:
        return None, None
    if low is None or high is None:
        raise refuse(where, None, "two finite numbers, or none for both ends")
    return _checked_range(low, high, where)


def refitted(view: View) -> View:
    """Give the view with its vertical ranges fitted to what will be there."""
    return View(low=view.low, high=view.high)


def checked_view(view: View) -> View:
    """Give the view with its spans clamped to what can be drawn.

    Raises
    ------
    ValueError
        For a range that is not two finite numbers in order, or a vertical one given by halves.
    """
    low, high = _checked_range(view.low, view.high, "view x")
    f_low, f_high = _checked_vertical(view.f_low, view.f_high, "view f")
    df_low, df_high = _checked_vertical(view.df_low, view.df_high, "view f′")
    return View(low=low, high=high, f_low=f_low, f_high=f_high, df_low=df_low, df_high=df_high)
