"""Fit polynomials whose coefficients are floats: the smallest largest weighted error.

Remez's exchange (Cheney 1966, Introduction to Approximation Theory, chapter 3) on a fine grid of
Chebyshev points. The coefficients are then rounded one after another, the constant term first, and
the later ones are fitted again to what rounding has left over. All is computed with the digits
that mpmath is set to, and depends on nothing but the arguments.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import NamedTuple

from mpmath import mp, mpf

POINTS = 12
"""Points of the grid for each coefficient."""
TOLERANCE = mpf("0.001")
"""How far, relatively, the largest error may be above the least that is possible."""
FLOAT32, FLOAT64 = 24, 53
"""Bits of a significand."""
Real = Callable[[mpf], mpf]


class Fit(NamedTuple):
    """The coefficients, constant term first, and their largest weighted error.

    The constant term is two numbers, a high and a low part, where two were asked for.
    """

    numbers: list[mpf]
    error: mpf


class Problem(NamedTuple):
    """Points of a grid, what the polynomial should be there, and the weights of its errors."""

    y: list[mpf]
    wanted: list[mpf]
    weights: list[mpf]


def rounded(value: mpf, bits: int) -> mpf:
    """Round to the nearest float with so many bits; its exponent has no bounds."""
    with mp.workprec(bits):
        return +value


def split(value: mpf, bits: int, parts: int = 2) -> list[mpf]:
    """Write a number as a sum of floats, each the nearest to what those before it leave."""
    found: list[mpf] = []
    for _ in range(parts):
        found.append(rounded(value, bits))
        value -= found[-1]
    return found


def fit(
    function: Real,
    low: mpf,
    high: mpf,
    degree: int,
    weight: Real | None = None,
    *,
    fine: bool = False,
    centre: mpf | None = None,
    bits: int = FLOAT32,
) -> Fit:
    """Fit c₀ + c₁·y + … + c_degree·y^degree for low ≤ x ≤ high, y = x − centre.

    Parameters
    ----------
    function
        What the polynomial should be at x; never 0 where there is no `weight`.
    weight
        How much an absolute error counts at x; without it errors relative to the function count.
        For the relative error of a whole that holds the polynomial as a part it is that part's
        factor over the whole.
    fine
        Give the constant term in two parts.
    centre
        0 where it is left out.
    bits
        Of a coefficient.
    """
    x = _grid(low, high, degree)
    wanted = [function(each) for each in x]
    weights = [abs(weight(each)) for each in x] if weight else [1 / abs(each) for each in wanted]
    problem = Problem([each - (centre or 0) for each in x], wanted, weights)
    numbers: list[mpf] = []
    places: list[int] = []
    for power in range(degree + 1):
        free, places = minimax(problem, degree + 1 - power, places)
        parts = split(free[0], bits, 2 if fine and power == 0 else 1)
        numbers += parts
        problem = _without(problem, mp.fsum(parts))
    return Fit(numbers, max(abs(g * w) for _, g, w in zip(*problem, strict=True)))


def minimax(problem: Problem, count: int, start: Sequence[int]) -> tuple[list[mpf], list[int]]:
    """Find the polynomial of so many coefficients with the smallest largest weighted error.

    Gives the coefficients, and the places in the grid where the error is largest and alternates,
    one more than there are coefficients; such places for one coefficient more are a good start.
    """
    reference = _first_reference(len(problem.y), count + 1, start)
    while True:
        coefficients, level = _levelled(problem, reference)
        errors = _errors(problem, coefficients)
        if max(map(abs, errors)) <= abs(level) * (1 + TOLERANCE):
            return coefficients, reference
        reference = _exchanged(errors, reference, level)


def _grid(low: mpf, high: mpf, degree: int) -> list[mpf]:
    """Choose points of an interval, dense at its ends: an even number, none in the middle."""
    count = POINTS * (degree + 2)
    middle, half = (low + high) / 2, (high - low) / 2
    return [middle - half * mp.cos(mp.pi * (2 * k + 1) / (2 * count)) for k in range(count)]


def _without(problem: Problem, constant: mpf) -> Problem:
    """Take away the constant term, which is settled, and divide by y what is left.

    The weights are multiplied by |y|: they stay positive, as the exchange needs it.
    """
    wanted = [(g - constant) / y for y, g in zip(problem.y, problem.wanted, strict=True)]
    weights = [w * abs(y) for y, w in zip(problem.y, problem.weights, strict=True)]
    return Problem(problem.y, wanted, weights)


def _first_reference(points: int, size: int, start: Sequence[int]) -> list[int]:
    """Spread the places evenly over the grid, or drop one of a known start."""
    if len(start) == size + 1:
        return list(start[1:])
    return [round(k * (points - 1) / (size - 1)) for k in range(size)]


def _levelled(problem: Problem, reference: Sequence[int]) -> tuple[list[mpf], mpf]:
    """Solve for the coefficients whose error is ±level in turn at the reference."""
    size = len(reference)
    matrix, right = mp.matrix(size, size), mp.matrix(size, 1)
    for i, place in enumerate(reference):
        weight = problem.weights[place]
        for power in range(size - 1):
            matrix[i, power] = weight * problem.y[place] ** power
        matrix[i, size - 1] = (-1) ** i
        right[i] = weight * problem.wanted[place]
    *coefficients, level = mp.lu_solve(matrix, right)
    return coefficients, level


def _errors(problem: Problem, coefficients: Sequence[mpf]) -> list[mpf]:
    return [
        (g - horner(coefficients, y)) * w
        for y, g, w in zip(problem.y, problem.wanted, problem.weights, strict=True)
    ]


def horner(coefficients: Sequence[mpf], y: mpf) -> mpf:
    """Evaluate a polynomial, constant term first."""
    total = mpf(0)
    for c in reversed(coefficients):
        total = total * y + c
    return total


def _exchanged(errors: Sequence[mpf], reference: Sequence[int], level: mpf) -> list[int]:
    """Put places of larger errors into the reference, of alternating sign.

    All peaks are taken at once where none is below the level, otherwise the largest error alone:
    the level rises each time, so that this comes to an end.
    """
    peaks = _peaks(errors)
    while len(peaks) > len(reference):
        first_is_less = abs(errors[peaks[0]]) < abs(errors[peaks[-1]])
        peaks.pop(0 if first_is_less else -1)
    if min(abs(errors[peak]) for peak in peaks) >= abs(level) * (1 - TOLERANCE / 1000):
        return peaks
    return _with_largest(errors, reference)


def _peaks(errors: Sequence[mpf]) -> list[int]:
    """Find the largest error of each run of one sign."""
    peaks: list[int] = []
    for place, error in enumerate(errors):
        if peaks and (errors[peaks[-1]] > 0) == (error > 0):
            if abs(error) > abs(errors[peaks[-1]]):
                peaks[-1] = place
        else:
            peaks.append(place)
    return peaks


def _with_largest(errors: Sequence[mpf], reference: Sequence[int]) -> list[int]:
    """Let the largest error take the place of a neighbour of its sign, or of the far end."""
    place = max(range(len(errors)), key=lambda each: abs(errors[each]))
    changed = list(reference)
    right = bisect_left(changed, place)
    for beside in (right - 1, right):
        if 0 <= beside < len(changed) and (errors[changed[beside]] > 0) == (errors[place] > 0):
            changed[beside] = place
            return changed
    return [place, *changed[:-1]] if right == 0 else [*changed[1:], place]
