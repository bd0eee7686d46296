"""Sigmoid and tanh in float64, with ELU, SELU and softplus: made of one exponential."""

from __future__ import annotations

import numpy as np

from actviz.reference.compensated import Array, exponential, twin, two_sum

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805
_SELU_LEFT = SELU_SCALE * SELU_ALPHA


@twin
def sigmoid(x: Array) -> Array:
    """Compute 1/(1 + e^−x) as (x ≥ 0 ? 1 : t)/(1 + t), t = e^−|x|."""
    return sigmoid_of(x, np.zeros_like(x))


@twin
def sigmoid_grad(x: Array) -> Array:
    """Compute t/(1 + t)², t = e^−|x|; s(1 − s) would be 0 from x = 37 on."""
    return _sigmoid_grad(x, np.zeros_like(x))


@twin
def sigmoid_shifted(x: Array, largest: Array, rest: Array) -> Array:
    """Compute sigmoid(x − largest − rest), the difference to 2 × 53 bits: a slice of softmax."""
    return sigmoid_of(*_shifted(x, largest, rest))


@twin
def sigmoid_shifted_grad(x: Array, largest: Array, rest: Array) -> Array:
    """Compute the derivative of sigmoid(x − largest − rest)."""
    return _sigmoid_grad(*_shifted(x, largest, rest))


def _shifted(x: Array, largest: Array, rest: Array) -> tuple[Array, Array]:
    high, low = two_sum(x, -largest)
    high, more = two_sum(high, -rest)
    return two_sum(high, low + more)


def sigmoid_of(high: Array, low: Array) -> Array:
    """Compute the sigmoid of high + low."""
    mantissa, exponent = exponential(-np.abs(high), np.where(high > 0.0, -low, low))
    bottom = 1.0 + np.ldexp(mantissa, exponent)
    return np.where(high >= 0.0, 1.0 / bottom, np.ldexp(mantissa / bottom, exponent))


def _sigmoid_grad(high: Array, low: Array, power: int = 0) -> Array:
    """Compute 2^power · t/(1 + t)², t = e^−|high + low|, rounded to a subnormal only once."""
    mantissa, exponent = exponential(-np.abs(high), np.where(high > 0.0, -low, low))
    bottom = 1.0 + np.ldexp(mantissa, exponent)
    return np.ldexp(mantissa / (bottom * bottom), exponent + power)


@twin
def tanh(x: Array) -> Array:
    """Compute −E/(2 + E) with E = expm1(−2|x|), and the sign of x."""
    shrunk = np.expm1(-2.0 * np.abs(x))
    return np.copysign(shrunk / (2.0 + shrunk), x)


@twin
def tanh_grad(x: Array) -> Array:
    """Compute 4t/(1 + t)², t = e^(−2|x|); 1 − tanh² would be 0 from |x| = 19 on."""
    return _sigmoid_grad(2.0 * x, np.zeros_like(x), power=2)


@twin
def softplus(x: Array) -> Array:
    """Compute ln(1 + e^x) as max(x, 0) + log1p(e^−|x|)."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


@twin
def elu(x: Array, alpha: Array) -> Array:
    """Compute x for x > 0, else alpha·(e^x − 1)."""
    return np.where(x > 0.0, x, alpha * np.expm1(np.where(x > 0.0, 0.0, x)))


@twin
def elu_grad(x: Array, alpha: Array) -> Array:
    """Compute 1 for x > 0, else alpha·e^x, scaled last: a huge alpha keeps its tail."""
    return np.where(x > 0.0, 1.0, _scaled_exp(x, alpha))


@twin
def selu(x: Array) -> Array:
    """Compute scale·x for x > 0, else scale·alpha·(e^x − 1), with Keras's constants."""
    return np.where(x > 0.0, SELU_SCALE * x, _SELU_LEFT * np.expm1(np.where(x > 0.0, 0.0, x)))


@twin
def selu_grad(x: Array) -> Array:
    """Compute scale for x > 0, else scale·alpha·e^x."""
    return np.where(x > 0.0, SELU_SCALE, _scaled_exp(x, np.asarray(_SELU_LEFT)))


def _scaled_exp(x: Array, factor: Array) -> Array:
    """Compute factor·e^x for x ≤ 0, rounded once."""
    mantissa, exponent = exponential(np.minimum(x, 0.0))
    fraction, power = np.frexp(factor)
    return np.ldexp(fraction * mantissa, exponent + power)
