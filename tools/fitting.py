"""Polynomials whose coefficients are float32 numbers, fitted with mpmath at 40 digits.

The error that matters is weighted: for the relative error of a whole that holds the polynomial as
a small part, the weight is that part's share of it. Coefficients are rounded one after another,
the constant term first, and the later ones are fitted again to what rounding has left over. The
result depends on nothing but its arguments.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from mpmath import mp, mpf

NODES = 200
DIGITS = 40
Real = Callable[[mpf], mpf]


def single(value: mpf) -> mpf:
    """Round to float32."""
    return mpf(float(np.float32(float(value))))


def fit(
    function: Real, low: mpf, high: mpf, degree: int, weight: Real, *, fine: bool = False
) -> list[mpf]:
    """Find c₀ … c_degree with the least weighted error at Chebyshev nodes of [low, high].

    With `fine` the constant term comes as two float32 numbers, the first two of the list.
    """
    with mp.workdps(DIGITS):
        nodes = _nodes(low, high)
        wanted = [function(x) for x in nodes]
        weights = [weight(x) for x in nodes]
        found: list[mpf] = []
        for power in range(degree + 1):
            best = _least_squares(nodes, wanted, weights, found, degree)
            rounded = single(best)
            if fine and power == 0:
                rounded += single(best - rounded)
            found.append(rounded)
        first = single(found[0])
        return [first, found[0] - first, *found[1:]] if fine else found


def _nodes(low: mpf, high: mpf) -> list[mpf]:
    middle, half = (low + high) / 2, (high - low) / 2
    angles = (mp.pi * (2 * k + 1) / (2 * NODES) for k in range(NODES))
    return [middle + half * mp.cos(angle) for angle in angles]


def _least_squares(
    nodes: list[mpf], wanted: list[mpf], weights: list[mpf], known: list[mpf], degree: int
) -> mpf:
    """Fit the coefficients behind the known ones; gives the first of them."""
    free = range(len(known), degree + 1)
    matrix, right = mp.matrix(len(nodes), len(free)), mp.matrix(len(nodes), 1)
    for row, (x, y, w) in enumerate(zip(nodes, wanted, weights, strict=True)):
        for column, power in enumerate(free):
            matrix[row, column] = w * x**power
        right[row] = w * (y - mp.fsum(c * x**power for power, c in enumerate(known)))
    return mp.lu_solve(matrix, right)[0]


def written(name: str, numbers: list[mpf]) -> str:
    """Write a table of float32 numbers as OpenCL C, eight a line at most."""
    words = [f"{np.float32(float(number))!s}f," for number in numbers]
    lines, line = [], "   "
    for word in words:
        if len(line) + len(word) >= 100:
            lines.append(line)
            line = "   "
        line += f" {word}"
    body = "\n".join([*lines, line])
    return f"__constant float {name}[{len(numbers)}] = {{\n{body}\n}};"
