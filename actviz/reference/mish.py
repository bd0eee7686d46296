"""Mish in float64: the input times the tanh of its softplus."""

from __future__ import annotations

import numpy as np

from actviz.reference.compensated import Array, exponential, twin

# The zero of the derivative as high and low part, and e^zero: tools/make_reference_tables.py.
_MISH_ROOT = (-1.1924312145154952, -4.8484829848031044e-17)
_MISH_T0 = 0.3034825352815289

_FLAT = 3000.0  # where e^−a is 0 whatever it is multiplied with


@twin
def mish(x: Array) -> Array:
    """Compute x·tanh(ln(1 + e^x)): with t = e^−|x|, x(1 + 2t)/(1 + 2t + 2t²) right of 0.

    Left of it x·w/(w + 2), w = t(t + 2): tanh(ln(1 + t)) = ((1 + t)² − 1)/((1 + t)² + 1).
    """
    mantissa, exponent = exponential(-np.abs(x))
    t = np.ldexp(mantissa, exponent)
    fraction, power = np.frexp(np.where(x == -np.inf, -1.0, x))
    left = np.ldexp(fraction * mantissa * (t + 2.0) / (t * (t + 2.0) + 2.0), exponent + power)
    top = 1.0 + 2.0 * t
    return np.where(x >= 0.0, x * (top / (top + 2.0 * t * t)), left)


@twin
def mish_grad(x: Array) -> Array:
    """Compute t(w(t + 2) + 4x(1 + t))/w², t = e^x, w = t(t + 2) + 2, left of 0.

    Beside its zero r = −1.1924 the bracket is written in d = x − r and e^x − e^r. Right of 0, with
    t = e^−x and D = 1 + 2t + 2t², it is ((1 + 2t)D + 4x·t²(1 + t))/D².
    """
    a = np.where(np.abs(x) > _FLAT, _FLAT, np.abs(x))
    mantissa, exponent = exponential(-a)
    t = np.ldexp(mantissa, exponent)
    top = 1.0 + 2.0 * t
    bottom = top + 2.0 * t * t
    right = (top * bottom + 4.0 * a * (1.0 + t) * t * t) / (bottom * bottom)
    distance = (-a - _MISH_ROOT[0]) - _MISH_ROOT[1]
    d = np.clip(distance, -1.0, 1.0)
    step = _MISH_T0 * np.expm1(d)
    squares = t * t + t * _MISH_T0 + _MISH_T0 * _MISH_T0
    near = step * (squares + 4.0 * (t + _MISH_T0) + 6.0 - 4.0 * a) + 4.0 * d * (1.0 + _MISH_T0)
    w = t * (t + 2.0) + 2.0
    bracket = np.where(np.abs(distance) < 1.0, near, (t + 2.0) * w - 4.0 * a * (1.0 + t))
    return np.where(x >= 0.0, right, np.ldexp(mantissa * bracket / (w * w), exponent))
