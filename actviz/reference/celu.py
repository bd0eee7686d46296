"""The exponential itself and CELU in float64."""

from __future__ import annotations

import numpy as np

from actviz.reference.compensated import Array, twin, two_product
from actviz.reference.compensated import exponential as power


@twin
def exponential(x: Array) -> Array:
    """Compute e^x, rounded to a subnormal only once."""
    return np.ldexp(*power(x))


@twin
def exponential_grad(x: Array) -> Array:
    """Compute e^x."""
    return np.ldexp(*power(x))


@twin
def celu(x: Array, alpha: Array) -> Array:
    """Compute x for x > 0, else alpha·(e^(x/alpha) − 1), which is x itself for a tiny x/alpha."""
    high, _ = _ratio(x, alpha)
    left = np.where(high > -1e-20, x, alpha * np.expm1(high))
    return np.where(x > 0.0, x, left)


@twin
def celu_grad(x: Array, alpha: Array) -> Array:
    """Compute 1 for x > 0, else e^(x/alpha) from the quotient in double the precision."""
    mantissa, exponent = power(*_ratio(x, alpha))
    return np.where(x > 0.0, 1.0, np.ldexp(mantissa, exponent))


def _ratio(x: Array, alpha: Array) -> tuple[Array, Array]:
    """Give min(x, 0)/alpha as high and low part: the quotient and what it leaves over."""
    (x, x_exponent), (alpha, alpha_exponent) = np.frexp(np.where(x > 0.0, 0.0, x)), np.frexp(alpha)
    quotient = x / alpha
    back, back_low = two_product(quotient, alpha)
    rest = np.where(np.isinf(x), 0.0, (x - back) - back_low)
    exponent = x_exponent - alpha_exponent
    return np.ldexp(quotient, exponent), np.ldexp(rest / alpha, exponent)
