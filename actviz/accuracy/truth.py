"""What f and f′ truly are: the float64 NumPy twins, or for float64 results many more digits.

The twins are within 8 units in the last place of float64, which the tests prove against mpmath:
1.5e-8 units of float32, and nothing for 16 bits. A float64 result needs a truth with more digits:
`exact` computes the textbook formula with mpmath.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from actviz.accuracy.exact import exact
from actviz.activations import Row
from actviz.analysis.ulp import Array
from actviz.param import Value


class Truth(NamedTuple):
    """f and f′ in float64, each with what that cannot hold, in units in the last place."""

    f: Array
    df: Array
    f_rest: Array | float = 0.0
    df_rest: Array | float = 0.0


def truth_for(row: Row, values: Mapping[str, Value], dtype: str) -> Callable[[Array], Truth]:
    """Choose the truth for results of a dtype.

    Raises
    ------
    ValueError
        For float64 where mpmath is not installed.
    """
    return exactly(row, values) if dtype == "float64" else by_twins(row, values)


def by_twins(row: Row, values: Mapping[str, Value]) -> Callable[[Array], Truth]:
    """Compute with the row's float64 twins."""

    def truth(x: Array) -> Truth:
        with np.errstate(all="ignore"):
            return Truth(*row.evaluate(x.astype(np.float64), values))

    return truth


def exactly(row: Row, values: Mapping[str, Value]) -> Callable[[Array], Truth]:
    """Compute the textbook formulas with mpmath; limits at ±∞ are those of the twins."""
    pair = exact(row, values)
    twins = by_twins(row, values)

    def truth(x: Array) -> Truth:
        limits = twins(x)
        found = [_split(*each) for each in zip(pair, (x, x), limits[:2], strict=True)]
        (f, f_rest), (df, df_rest) = found
        return Truth(f, df, f_rest, df_rest)

    return truth


def _split(
    formula: Callable[[float], tuple[float, float]], x: Array, limits: Array
) -> tuple[Array, Array]:
    """Evaluate one point after another; NaN and ±∞ keep their limits."""
    high, low = limits.copy(), np.zeros_like(limits)
    for place in np.flatnonzero(np.isfinite(x)):
        high[place], low[place] = formula(float(x[place]))
    return high, low
