"""Softmax in float64: its values, the diagonal of its Jacobian, and the whole of it.

A vector lies along the first axis. With M the largest logit and T the temperature,
tᵢ = e^((xᵢ − M)/T) and S = Σ tᵢ:

    sᵢ = tᵢ/S        ∂sᵢ/∂xⱼ = −tᵢ·tⱼ/(S²·T)        ∂sᵢ/∂xᵢ = tᵢ·(S − tᵢ)/(S²·T)

xᵢ − M is exact and divided by T with its rounding error. S − tᵢ is the sum of the others, at least
1 for all but M itself; for M it is summed without M, at the scale of its largest term, so that it
neither cancels nor underflows: sᵢ·(1 − sᵢ) would be 0 from a lead of 37 on. Logits that tie for
the largest share, infinite ones too; any other logit beside +∞ has 0. A NaN makes all NaN.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from actviz.reference.compensated import Array, exponential, two_product, two_sum

_BEYOND = -(1 << 20)
"""An exponent of 0: no temperature brings e^(−3000) back into float64."""
_FARTHEST = -3000.0


class Terms(NamedTuple):
    """What values and Jacobian are made of, each vector along the first axis.

    tᵢ = mantissa·2^exponent; `top` marks the largest; total is S; others·2^scale is the sum of all
    but one of the largest.
    """

    mantissa: Array
    exponent: NDArray[np.int32]
    top: NDArray[np.bool_]
    total: Array
    others: Array
    scale: NDArray[np.int32]


def softmax_terms(x: Array, temperature: float = 1.0) -> Terms:
    """Split the softmax of vectors along the first axis, which is not empty, into its terms."""
    largest = np.max(x, axis=0)
    top = x == largest
    high, low = _divided(x, largest, temperature)
    mantissa, power = exponential(np.where(top, 0.0, high), np.where(top, 0.0, low))
    exponent = np.where(~top & (high < _FARTHEST), _BEYOND, power).astype(np.int32)
    scale = np.max(np.where(top, _BEYOND, exponent), axis=0)
    high, low = _sum(np.where(top, 0.0, np.ldexp(mantissa, exponent - scale)))
    ties = np.count_nonzero(top, axis=0) - 1
    total, rest = two_sum(ties + 1.0, np.ldexp(high, scale))
    total = total + (rest + np.ldexp(low, scale))
    tied = ties > 0
    others = np.where(tied, total - 1.0, high + low)
    return Terms(mantissa, exponent, top, total, others, np.where(tied, 0, scale))


def _divided(x: Array, largest: Array, temperature: float) -> tuple[Array, Array]:
    """Give (x − largest)/temperature with its rounding error."""
    if temperature == 1.0:
        return two_sum(x, -largest)
    # a quarter cannot overflow; what it costs subnormal logits counts for small temperatures only
    quarter = 0.25 if temperature > 1.0 else 1.0
    high, low = two_sum(quarter * x, -quarter * largest)
    mantissa, exponent = np.frexp(high)
    divisor, power = math.frexp(temperature * quarter)
    quotient = mantissa / divisor
    product, error = two_product(quotient, np.asarray(divisor))
    rest = ((mantissa - product) - error) + np.ldexp(low, -exponent)
    return np.ldexp(quotient, exponent - power), np.ldexp(rest / divisor, exponent - power)


def _sum(terms: Array) -> tuple[Array, Array]:
    """Add along the first axis, halves upon halves, each rounding error kept."""
    high, low = terms, np.zeros_like(terms)
    while len(high) > 1:
        half, last = len(high) // 2, high[len(high) // 2 * 2 :]
        total, error = two_sum(high[:half], high[half : 2 * half])
        low = np.concatenate([low[:half] + low[half : 2 * half] + error, low[2 * half :]])
        high = np.concatenate([total, last])
    return high[0], low[0]


def softmax_values(terms: Terms) -> Array:
    """Compute sᵢ, in the shape of the logits."""
    return np.ldexp(terms.mantissa / terms.total, terms.exponent)


def softmax_diagonal(terms: Terms, temperature: float = 1.0) -> Array:
    """Compute ∂sᵢ/∂xᵢ, in the shape of the logits."""
    value = np.ldexp(terms.mantissa, terms.exponent)
    others = np.where(terms.top, terms.others, terms.total - value)
    scale = np.where(terms.top, terms.scale, terms.exponent)
    return _over(terms.mantissa / terms.total * (others / terms.total), scale, temperature)


def softmax_jacobian(terms: Terms, rows: slice, temperature: float = 1.0) -> Array:
    """Compute rows of the Jacobian of one vector, ∂sᵢ/∂xⱼ at [i, j]; its diagonal is not filled in.

    Parameters
    ----------
    terms
        Those of a single vector, or of many: shape (n, …) gives (rows, n, …).
    rows
        Which i.
    temperature
        That of the terms.
    """
    shares = terms.mantissa / terms.total
    product = shares[rows, np.newaxis] * shares[np.newaxis]
    scale = terms.exponent[rows, np.newaxis] + terms.exponent[np.newaxis]
    return -_over(product, scale, temperature)


def _over(value: Array, scale: NDArray[np.int32], temperature: float) -> Array:
    """Compute value·2^scale/temperature, rounded to a subnormal only once."""
    divisor, power = math.frexp(temperature)
    return np.ldexp(value / divisor, scale - power)
