"""Softplus with a steepness, and the logarithm of the sigmoid, in float64."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from actviz.reference.bounded import sigmoid_of
from actviz.reference.compensated import Array, exponential, twin, two_product


@twin
def softplus_beta(x: Array, beta: Array) -> Array:
    """Compute max(x, 0) + ln(1 + e^−|z|)/beta from the exact product z = beta·x, beta > 0.

    The power of two of the second part is put on last: a tiny beta keeps its tail.
    """
    high, low = two_product(x, beta)
    mantissa, exponent = _bend(-np.abs(high), np.where(high > 0.0, -low, low))
    fraction, power = np.frexp(beta)
    bend = np.ldexp(mantissa / fraction, exponent - power)
    return np.where(x > 0.0, x + bend, np.where(np.isnan(x), x, bend))


@twin
def softplus_beta_grad(x: Array, beta: Array) -> Array:
    """Compute sigmoid(beta·x) from the exact product."""
    return sigmoid_of(*two_product(x, beta))


@twin
def log_sigmoid(x: Array) -> Array:
    """Compute ln(1/(1 + e^−x)) as min(x, 0) − ln(1 + e^−|x|)."""
    bend = np.ldexp(*_bend(-np.abs(x), np.zeros_like(x)))
    return np.where(x < 0.0, x - bend, np.where(np.isnan(x), x, -bend))


@twin
def log_sigmoid_grad(x: Array) -> Array:
    """Compute sigmoid(−x)."""
    return sigmoid_of(-x, np.zeros_like(x))


def _bend(high: Array, low: Array) -> tuple[Array, NDArray[np.int_]]:
    """Give ln(1 + e^(high + low)) for high ≤ 0 as (m, n), meaning m·2ⁿ."""
    mantissa, exponent = exponential(high, low)
    t = np.ldexp(mantissa, exponent)
    curved = np.where(t > 1e-30, np.log1p(t) / t, 1.0)
    return mantissa * curved, exponent
