"""Chebyshev series in mpmath: nearly the best polynomials, where float64 is to be held.

A degree is right when the largest relative error is below SMALLEST_ERROR, a thirtieth of a unit
in the last place of float64; a script names it, and what is too low is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fitting import horner
from mpmath import mp, mpf

SMALLEST_ERROR = mpf(2) ** -58
SAMPLES = 101
Real = Callable[[mpf], mpf]


def chebyshev(function: Real, degree: int) -> list[mpf]:
    """Interpolate on [-1, 1] at Chebyshev points; gives the coefficients of T_0 … T_degree."""
    count = degree + 1
    angles = [mp.pi * (2 * k + 1) / (2 * count) for k in range(count)]
    values = [function(mp.cos(angle)) for angle in angles]
    coefficients = []
    for j in range(count):
        terms = (v * mp.cos(j * angle) for v, angle in zip(values, angles, strict=True))
        coefficients.append(2 * mp.fsum(terms) / count)
    coefficients[0] /= 2
    return coefficients


def to_powers(coefficients: Sequence[mpf], scale: mpf) -> list[mpf]:
    """Turn a Chebyshev series in u = scale·d into a polynomial in d, constant term first."""
    before, now = [mpf(1)], [mpf(0), mpf(1)]
    total = [mpf(0)] * len(coefficients)
    for n, c in enumerate(coefficients):
        polynomial = before if n == 0 else now
        for i, p in enumerate(polynomial):
            total[i] += c * p
        if n > 0:
            following = [mpf(0), *(2 * p for p in now)]
            for i, p in enumerate(before):
                following[i] -= p
            before, now = now, following
    return [t * scale**i for i, t in enumerate(total)]


def series(function: Real, low: mpf, high: mpf, degree: int) -> list[mpf]:
    """Give the polynomial in the distance from the middle of an interval, constant term first.

    Raises
    ------
    ValueError
        When the degree is too low.
    """
    middle, half = (low + high) / 2, (high - low) / 2
    found = to_powers(chebyshev(lambda u: function(middle + half * u), degree), 1 / half)
    error = largest_error(function, low, high, lambda x: horner(found, x - middle))
    if error >= SMALLEST_ERROR:
        raise ValueError(f"degree: {degree} gives an error of {mp.nstr(error, 2)}; it must be more")
    return found


def largest_error(
    function: Real, low: mpf, high: mpf, polynomial: Real, weight: Real | None = None
) -> mpf:
    """Look for the largest error on an interval: relative, or weighted as `fitting.fit` has it."""
    middle, half = (low + high) / 2, (high - low) / 2
    worst = mpf(0)
    for k in range(SAMPLES):  # neither the middle, where a quotient may be 0/0, nor the ends
        x = middle - half * mp.cos(mp.pi * (k + mpf("0.4")) / SAMPLES)
        wanted = function(x)
        error = abs(polynomial(x) - wanted) * (abs(weight(x)) if weight else 1 / abs(wanted))
        worst = max(worst, error)
    return worst
