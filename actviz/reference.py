"""The activations and their derivatives in NumPy float64: the twins of the OpenCL prelude.

Each function takes x of any shape (and its parameters as numbers or arrays), returns float64, and
is good to a few units in the last place everywhere: in the far tails, beside the zeros of the
derivative, for subnormal results; at ±∞ it gives the limit, and NaN for NaN only. Where the
textbook form would cancel or underflow the algebra used instead stands beside it.
At a kink the derivative is the left-hand one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import numpy as np

from actviz.compensated import Array, exponential, polynomial, two_product, two_sum
from actviz.errorfunction import gaussian, half_erfcx

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805
_SELU_LEFT = SELU_SCALE * SELU_ALPHA
_SIXTH = 1.0 / 6.0
_INVERSE_SQRT_2PI = 0.3989422804014327

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
_SWISH_T0 = 0.2784645427610738  # e^root = −1 − root

# 2√(2/π) and 0.044715 times it, as high and low part: the tanh form of GELU is x·sigmoid(w) with
# w = x(c₁ + c₃x²), because (1 + tanh u)/2 = sigmoid(2u).
_C1 = (1.5957691216057308, -9.96930880911092e-17)
_C3 = (0.07135481627260025, -6.175149918155315e-19)


def _twin(function: Callable[..., Array]) -> Callable[..., Array]:
    """Take anything array-like as float64, and keep NumPy's warnings inside."""

    @wraps(function)
    def quiet(*arguments: Array | float) -> Array:
        with np.errstate(all="ignore"):
            return function(*(np.asarray(a, dtype=np.float64) for a in arguments))

    return quiet


@_twin
def sigmoid(x: Array) -> Array:
    """Compute 1/(1 + e^−x) as (x ≥ 0 ? 1 : t)/(1 + t), t = e^−|x|."""
    return _sigmoid(x, np.zeros_like(x))


@_twin
def sigmoid_grad(x: Array) -> Array:
    """Compute t/(1 + t)², t = e^−|x|; s(1 − s) would be 0 from x = 37 on."""
    return _sigmoid_grad(x, np.zeros_like(x))


def _sigmoid(high: Array, low: Array) -> Array:
    mantissa, exponent = exponential(-np.abs(high), np.where(high > 0.0, -low, low))
    bottom = 1.0 + np.ldexp(mantissa, exponent)
    return np.where(high >= 0.0, 1.0 / bottom, np.ldexp(mantissa / bottom, exponent))


def _sigmoid_grad(high: Array, low: Array) -> Array:
    mantissa, exponent = exponential(-np.abs(high), np.where(high > 0.0, -low, low))
    bottom = 1.0 + np.ldexp(mantissa, exponent)
    return np.ldexp(mantissa / (bottom * bottom), exponent)


@_twin
def sigmoid_shifted(x: Array, shift: Array) -> Array:
    """Compute sigmoid(x − shift) with the exact difference: a softmax along one logit."""
    return _sigmoid(*two_sum(x, -shift))


@_twin
def sigmoid_shifted_grad(x: Array, shift: Array) -> Array:
    """Compute the derivative of sigmoid(x − shift) with the exact difference."""
    return _sigmoid_grad(*two_sum(x, -shift))


@_twin
def softplus(x: Array) -> Array:
    """Compute ln(1 + e^x) as max(x, 0) + log1p(e^−|x|)."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


@_twin
def tanh(x: Array) -> Array:
    """Compute −E/(2 + E) with E = expm1(−2|x|), and the sign of x."""
    shrunk = np.expm1(-2.0 * np.abs(x))
    return np.copysign(shrunk / (2.0 + shrunk), x)


@_twin
def tanh_grad(x: Array) -> Array:
    """Compute 4t/(1 + t)², t = e^(−2|x|); 1 − tanh² would be 0 from |x| = 19 on."""
    return 4.0 * _sigmoid_grad(2.0 * x, np.zeros_like(x))


@_twin
def elu(x: Array, alpha: Array) -> Array:
    """Compute x for x > 0, else alpha·(e^x − 1)."""
    return np.where(x > 0.0, x, alpha * np.expm1(np.minimum(x, 0.0)))


@_twin
def elu_grad(x: Array, alpha: Array) -> Array:
    """Compute 1 for x > 0, else alpha·e^x, scaled last: a huge alpha keeps its tail."""
    return np.where(x > 0.0, 1.0, _scaled_exp(x, alpha))


@_twin
def selu(x: Array) -> Array:
    """Compute scale·x for x > 0, else scale·alpha·(e^x − 1), with Keras's constants."""
    return np.where(x > 0.0, SELU_SCALE * x, _SELU_LEFT * np.expm1(np.minimum(x, 0.0)))


@_twin
def selu_grad(x: Array) -> Array:
    """Compute scale for x > 0, else scale·alpha·e^x."""
    return np.where(x > 0.0, SELU_SCALE, _scaled_exp(x, np.asarray(_SELU_LEFT)))


def _scaled_exp(x: Array, factor: Array) -> Array:
    """Compute factor·e^x for x ≤ 0, rounded once."""
    mantissa, exponent = exponential(np.minimum(x, 0.0))
    fraction, power = np.frexp(factor)
    return np.ldexp(fraction * mantissa, exponent + power)


@_twin
def gelu(x: Array) -> Array:
    """Compute x·Φ(x): −a·Φ(−a) left of 0, x − a·Φ(−a) right of it, a = |x|."""
    a = np.minimum(np.abs(x), 60.0)
    mantissa, exponent = gaussian(a)
    left = np.ldexp(-a * half_erfcx(a) * mantissa, exponent)
    return np.where(x > 0.0, x + left, left)


@_twin
def gelu_grad(x: Array) -> Array:
    """Compute Φ(x) + x·φ(x).

    Left of 0 this is e^(−a²/2)·(erfcx(a/√2)/2 − a/√(2π)), a = |x|, and beside its zero at
    −0.7518 a polynomial with the zero as a factor; right of 0 it is 1 − f′(−x).
    """
    a = np.minimum(np.abs(x), 60.0)
    mantissa, exponent = gaussian(a)
    left = np.ldexp((half_erfcx(a) - a * _INVERSE_SQRT_2PI) * mantissa, exponent)
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


@_twin
def gelu_tanh(x: Array) -> Array:
    """Compute x·sigmoid(w), w = x(c₁ + c₃x²) in double the precision."""
    a = np.minimum(np.abs(x), 24.0)
    high, low, _ = _tanh_form(a)
    mantissa, exponent = exponential(-high, -low)
    bottom = 1.0 + np.ldexp(mantissa, exponent)
    return np.where(x >= 0.0, x / bottom, np.ldexp(-a * mantissa / bottom, exponent))


@_twin
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


@_twin
def swish(x: Array, beta: Array) -> Array:
    """Compute x·sigmoid(beta·x) from the exact product; x/2 at beta = 0."""
    high, low = _scaled_input(x, beta)
    mantissa, exponent = exponential(-np.abs(high), np.where(high > 0.0, -low, low))
    bottom = 1.0 + np.ldexp(mantissa, exponent)
    fraction, power = np.frexp(np.where(np.isinf(x) & (high < 0.0), np.copysign(1.0, x), x))
    left = np.ldexp(fraction * (mantissa / bottom), exponent + power)
    return np.where(high >= 0.0, x / bottom, left)


@_twin
def swish_grad(x: Array, beta: Array) -> Array:
    """Compute t(1 + t − a)/(1 + t)², t = e^−a, a = |beta·x|, and 1 minus it for beta·x > 0.

    Beside its zero at −1.2785 the bracket is t₀·expm1(d) + d, d = −a − root.
    """
    high, low = _scaled_input(x, beta)
    low = np.where(high > 0.0, -low, low)  # beta·x = −(a − low)
    a = np.minimum(np.abs(high), 3000.0)
    mantissa, exponent = exponential(-a, low)
    t = np.ldexp(mantissa, exponent)
    distance = (-a - _SWISH_ROOT[0]) + (low - _SWISH_ROOT[1])
    near = _SWISH_T0 * np.expm1(np.clip(distance, -0.5, 0.5)) + distance
    bracket = np.where(np.abs(distance) < 0.5, near, ((1.0 - a) + low) + t)
    left = np.ldexp(mantissa * bracket / ((1.0 + t) * (1.0 + t)), exponent)
    return np.where(high >= 0.0, 1.0 - left, left)


def _line(x: Array, alpha: Array, beta: Array) -> tuple[Array, Array, Array]:
    """Give alpha·x + beta as high and low part and a divisor still to apply.

    alpha = float64(1/6) means the exact sixth: (x + 6·beta)/6.
    """
    sixth = alpha == _SIXTH
    slope, slope_low = two_product(x, np.where(sixth, 1.0, alpha))
    offset, offset_low = two_product(beta, np.where(sixth, 6.0, 1.0))
    high, low = two_sum(slope, offset)
    return high, low + (slope_low + offset_low), np.where(sixth, 6.0, 1.0)


@_twin
def hard_sigmoid(x: Array, alpha: Array, beta: Array) -> Array:
    """Compute alpha·x + beta cut off at 0 and 1; alpha = float64(1/6) means the exact sixth."""
    high, low, divisor = _line(x, alpha, beta)
    quotient = high / divisor
    back, back_low = two_product(quotient, divisor)
    rest = ((high - back) - back_low) + low
    value = np.where(np.isfinite(high), quotient + rest / divisor, high)
    return np.clip(value, 0.0, 1.0)


@_twin
def hard_sigmoid_grad(x: Array, alpha: Array, beta: Array) -> Array:
    """Compute alpha where 0 < alpha·x + beta ≤ 1 exactly, else 0."""
    high, low, divisor = _line(x, alpha, beta)
    above, above_low = two_sum(high, -divisor)
    inside = (high + low > 0.0) & (above + (above_low + low) <= 0.0)
    return np.where(np.isnan(x), x, np.where(inside, alpha, 0.0))


@_twin
def relu(x: Array, negative_slope: Array, max_value: Array, threshold: Array) -> Array:
    """Compute min(x, max_value) for x > threshold, else negative_slope·(x − threshold)."""
    distance = x - threshold
    left = negative_slope * distance
    halved = 2.0 * (negative_slope * (0.5 * x - 0.5 * threshold))
    left = np.where(np.isinf(distance) & np.isfinite(x), halved, left)
    left = np.where((negative_slope == 0.0) & ~np.isnan(x), 0.0, left)
    return np.where(x > threshold, np.minimum(x, max_value), left)


@_twin
def relu_grad(x: Array, negative_slope: Array, max_value: Array, threshold: Array) -> Array:
    """Compute negative_slope for x ≤ threshold, 1 up to max_value, 0 beyond."""
    right = np.where(x <= max_value, 1.0, 0.0)
    slope = np.where(x <= threshold, negative_slope, right)
    return np.where(np.isnan(x), x, slope)


@_twin
def thresholded_relu(x: Array, theta: Array) -> Array:
    """Compute x for x > theta, else 0."""
    return np.where(np.isnan(x) | (x > theta), x, 0.0)


@_twin
def thresholded_relu_grad(x: Array, theta: Array) -> Array:
    """Compute 1 for x > theta, else 0."""
    return np.where(np.isnan(x), x, np.where(x > theta, 1.0, 0.0))


def softmax(x: Array, axis: int) -> tuple[Array, Array]:
    """Compute e^x/Σe^x along an axis, and the diagonal of its Jacobian, in x's shape.

    e^(x − max) comes from the exact difference; the diagonal is sᵢ·(sum of the others)/sum, for
    the largest element summed without it. Infinite logits that tie for the largest share 1.

    Raises
    ------
    ValueError
        When x has no such axis.
    """
    x = np.asarray(x, dtype=np.float64)
    if not -x.ndim <= axis < x.ndim:
        allowed = f"from {-x.ndim} to {x.ndim - 1}" if x.ndim else "absent: x is a single number"
        raise ValueError(f"softmax.axis: {axis} is not allowed; it must be {allowed}")
    with np.errstate(all="ignore"):
        return _softmax(np.moveaxis(x, axis, -1), axis) if x.size else (x, x)


def _softmax(x: Array, axis: int) -> tuple[Array, Array]:
    largest = np.max(x, axis=-1, keepdims=True)
    difference, rest = two_sum(x, -largest)
    mantissa, exponent = exponential(np.where(x == largest, 0.0, difference), rest)
    terms = np.ldexp(mantissa, exponent)
    first = np.argmax(x, axis=-1, keepdims=True)
    others = np.sum(np.where(np.arange(x.shape[-1]) == first, 0.0, terms), -1, keepdims=True)
    total = 1.0 + others
    y = np.ldexp(mantissa / total, exponent)
    here = np.arange(x.shape[-1]) == first
    rest_of_sum = np.where(here, others, total - terms)
    dy = np.ldexp(mantissa / total * (rest_of_sum / total), exponent)
    return np.moveaxis(y, -1, axis), np.moveaxis(dy, -1, axis)
