"""Float64 arithmetic with a second, low part: exact sums and products, e^x without underflow.

A pair (high, low) stands for high + low, |low| ≤ half a unit in the last place of high.
Methods: Dekker 1971 (products), Knuth (sums), Cody and Waite (reduction of the exponential).
NumPy's warnings are the caller's to silence: see `twin`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SPLITTER = 134217729.0  # 2²⁷ + 1 cuts a double into two halves of 26 bits
_LOG2_E = 1.4426950408889634
_LN2_HIGH = 0.6931471803691238  # the first 32 bits of ln 2: n·_LN2_HIGH is exact
_LN2_LOW = 1.9082149292705877e-10
_FARTHEST = 3000.0  # e^±3000 is far outside float64, whatever it is multiplied with


def two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """Give a + b as a rounded sum and its exact rounding error (0 where the sum is not finite)."""
    total = a + b
    part = total - a
    error = (a - (total - part)) + (b - part)
    return total, np.where(np.isfinite(total), error, 0.0)


def two_product(a: Array, b: Array) -> tuple[Array, Array]:
    """Give a·b as a rounded product and its rounding error (0 where it is not finite).

    The mantissas are multiplied, so the error is exact unless it underflows itself.
    """
    (a, a_exponent), (b, b_exponent) = np.frexp(a), np.frexp(b)
    product = a * b
    a_high, b_high = _upper_half(a), _upper_half(b)
    a_low, b_low = a - a_high, b - b_high
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    exponent = a_exponent + b_exponent
    high = np.ldexp(product, exponent)
    return high, np.where(np.isfinite(high), np.ldexp(error, exponent), 0.0)


def _upper_half(a: Array) -> Array:
    scaled = _SPLITTER * a
    upper: Array = scaled - (scaled - a)
    return upper


def exponential(high: Array, low: Array | float = 0.0) -> tuple[Array, NDArray[np.int_]]:
    """Give e^(high + low) as (m, n), meaning m·2ⁿ with m between 0.70 and 1.42.

    Nothing underflows or overflows before the caller puts the parts together with ldexp, once.
    """
    inside = np.abs(high) <= _FARTHEST
    low = np.where(inside, low, 0.0)
    high = np.where(inside | np.isnan(high), high, np.copysign(_FARTHEST, high))
    n = np.nan_to_num(np.rint(high * _LOG2_E))
    near = high - n * _LN2_HIGH
    tail = n * _LN2_LOW
    reduced = near - tail
    mantissa = np.exp(reduced)
    mantissa = mantissa + mantissa * (((near - reduced) - tail) + low)
    return mantissa, n.astype(np.int_)


def polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    """Evaluate a polynomial, constant term first, by Horner's rule."""
    total = np.full_like(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = total * x + coefficient
    return total


TWINS: dict[str, Callable[..., Array]] = {}
"""What `twin` has made, by name: where the table of functions finds a function's meaning."""


def twin(function: Callable[..., Array]) -> Callable[..., Array]:
    """Make a function take anything array-like as float64 and keep NumPy's warnings inside.

    It is put into `TWINS` under its name; `<name>_grad` is the derivative of `<name>`.
    """

    @wraps(function)
    def quiet(*arguments: Array | float) -> Array:
        with np.errstate(all="ignore"):
            return function(*(np.asarray(a, dtype=np.float64) for a in arguments))

    TWINS[function.__name__] = quiet
    return quiet
