"""GELU in both forms and Swish in float64: the input times a gate."""

from __future__ import annotations

import numpy as np

from actviz.reference.compensated import Array, exponential, polynomial, twin, two_product, two_sum
from actviz.reference.errorfunction import INVERSE_SQRT_2PI, gaussian, half_erfcx

# The zeros of the derivatives as high and low part, and derivative(root + d)/d as a polynomial
# in d: tools/make_reference_tables.py.
_GELU_ROOT = (-0.7517915246935645, 1.4956759177009883e-17)
_GELU_NEAR_ROOT = (
    0.4314939923140469,
    0.388284982990552,
    -0.018199676398671094,
    -0.1140082332972217,
    -0.014771522148242821,
    0.019421679838189123,
    0.004539228378990553,
    -0.0022395380680787173,
    -0.0007448268327840992,
    0.00018633974646047258,
    8.615933883765426e-05,
    -1.1214385607096226e-05,
    -7.746622540385072e-06,
    4.3291647106766094e-07,
    5.576562620467289e-07,
    -2.0962889633082426e-09,
)
_GELU_TANH_ROOT = (-0.7524614220710163, 3.635560509207687e-17)
_GELU_TANH_NEAR_ROOT = (
    0.4304000910248585,
    0.38751844613578895,
    -0.015782853521848033,
    -0.11394448308095899,
    -0.016619328343050545,
    0.019682309459832445,
    0.005261059254663296,
    -0.0024227318457890274,
    -0.0009274420067416118,
    0.00026392763511142814,
    0.0001242517210674753,
    -3.4955986551193115e-05,
    -1.5940321677150052e-05,
    5.915100864986313e-06,
    2.3285359482788096e-06,
    -9.550934691521035e-07,
)
_SWISH_ROOT = (-1.2784645427610737, -1.0946994183093437e-16)
_SWISH_ROOT_REST = -3.907766676128665e-33
_SWISH_T0 = 0.2784645427610738  # e^root = −1 − root

# 2√(2/π) and 0.044715 times it, as high and low part: the tanh form of GELU is x·sigmoid(w) with
# w = x(c₁ + c₃x²), because (1 + tanh u)/2 = sigmoid(2u).
_C1 = (1.5957691216057308, -9.96930880911092e-17)
_C3 = (0.07135481627260025, -6.175149918155315e-19)

_FLAT = 3000.0  # where e^−a is 0 whatever it is multiplied with


@twin
def gelu(x: Array) -> Array:
    """Compute x·Φ(x): −a·Φ(−a) left of 0, x − a·Φ(−a) right of it, a = |x|."""
    a = np.minimum(np.abs(x), 60.0)
    mantissa, exponent = gaussian(a)
    tail = np.ldexp(a * half_erfcx(a) * mantissa, exponent)
    return np.where(x > 0.0, x - tail, np.copysign(tail, x))


@twin
def gelu_grad(x: Array) -> Array:
    """Compute Φ(x) + x·φ(x).

    Left of 0 this is e^(−a²/2)·(erfcx(a/√2)/2 − a/√(2π)), a = |x|, and beside its zero at
    −0.7518 a polynomial with the zero as a factor; right of 0 it is 1 − f′(−x).
    """
    a = np.minimum(np.abs(x), 60.0)
    mantissa, exponent = gaussian(a)
    left = np.ldexp((half_erfcx(a) - a * INVERSE_SQRT_2PI) * mantissa, exponent)
    distance = (-a - _GELU_ROOT[0]) - _GELU_ROOT[1]
    near = np.clip(distance, -0.3, 0.3)
    left = np.where(np.abs(distance) < 0.3, near * polynomial(_GELU_NEAR_ROOT, near), left)
    return np.where(x > 0.0, 1.0 - left, left)


def _tanh_form(a: Array) -> tuple[Array, Array, Array]:
    """Give w = a(c₁ + c₃a²) as high and low part, and c₃a², for 0 ≤ a ≤ 24."""
    square, rest = two_product(a, a)
    cubic, cubic_low = two_product(np.asarray(_C3[0]), square)
    cubic_low = cubic_low + (_C3[0] * rest + _C3[1] * square)
    factor, factor_low = two_sum(np.asarray(_C1[0]), cubic)
    factor_low = factor_low + (cubic_low + _C1[1])
    high, low = two_product(a, factor)
    return high, low + a * factor_low, cubic


@twin
def gelu_tanh(x: Array) -> Array:
    """Compute x·sigmoid(w), w = x(c₁ + c₃x²) in double the precision."""
    a = np.minimum(np.abs(x), 24.0)
    high, low, _ = _tanh_form(a)
    mantissa, exponent = exponential(-high, -low)
    bottom = 1.0 + np.ldexp(mantissa, exponent)
    return np.where(x >= 0.0, x / bottom, np.ldexp(-a * mantissa / bottom, exponent))


@twin
def gelu_tanh_grad(x: Array) -> Array:
    """Compute t(1 + t − a·w′)/(1 + t)², t = e^−w, at −a = −|x|, and 1 minus it on the right.

    Beside its zero at −0.7525 a polynomial with the zero as a factor.
    """
    a = np.minimum(np.abs(x), 24.0)
    high, low, cubic = _tanh_form(a)
    mantissa, exponent = exponential(-high, -low)
    t = np.ldexp(mantissa, exponent)
    top = mantissa * ((1.0 - a * (_C1[0] + 3.0 * cubic)) + t)
    left = np.ldexp(top / ((1.0 + t) * (1.0 + t)), exponent)
    distance = (-a - _GELU_TANH_ROOT[0]) - _GELU_TANH_ROOT[1]
    near = np.clip(distance, -0.25, 0.25)
    left = np.where(np.abs(distance) < 0.25, near * polynomial(_GELU_TANH_NEAR_ROOT, near), left)
    return np.where(x >= 0.0, 1.0 - left, left)


def _scaled_input(x: Array, beta: Array) -> tuple[Array, Array]:
    """Give z = beta·x as high and low part; beta = 0 gives 0 also at ±∞."""
    zero = (beta == 0.0) & ~np.isnan(x)
    return two_product(np.where(zero, 0.0, x), beta)


@twin
def swish(x: Array, beta: Array) -> Array:
    """Compute x·sigmoid(beta·x) from the exact product; x/2 at beta = 0."""
    high, low = _scaled_input(x, beta)
    mantissa, exponent = exponential(-np.abs(high), np.where(high > 0.0, -low, low))
    bottom = 1.0 + np.ldexp(mantissa, exponent)
    fraction, power = np.frexp(np.where(np.isinf(x) & (high < 0.0), np.copysign(1.0, x), x))
    left = np.ldexp(fraction * (mantissa / bottom), exponent + power)
    return np.where(high >= 0.0, x / bottom, left)


@twin
def swish_grad(x: Array, beta: Array) -> Array:
    """Compute t(1 + t − a)/(1 + t)², t = e^−a, a = |beta·x|, and 1 minus it for beta·x > 0.

    Beside its zero at −1.2785 the bracket is t₀·expm1(d) + d, d = −a − root, where beta·x to
    2 × 53 bits may lie within 10⁻²⁰ of the root.
    """
    high, low = _scaled_input(x, beta)
    far = np.abs(high) > _FLAT
    low = np.where(far, 0.0, np.where(high > 0.0, -low, low))  # |beta·x| = a − low
    a = np.where(far, _FLAT, np.abs(high))
    mantissa, exponent = exponential(-a, low)
    t = np.ldexp(mantissa, exponent)
    apart, rest = two_sum(low, np.asarray(-_SWISH_ROOT[1]))
    distance = ((-a - _SWISH_ROOT[0]) + apart) + (rest - _SWISH_ROOT_REST)
    near = _SWISH_T0 * np.expm1(np.clip(distance, -0.5, 0.5)) + distance
    bracket = np.where(np.abs(distance) < 0.5, near, ((1.0 - a) + low) + t)
    left = np.ldexp(mantissa * bracket / ((1.0 + t) * (1.0 + t)), exponent)
    return np.where(high >= 0.0, 1.0 - left, left)
