"""The rectifiers and hard sigmoid in float64, exact about which piece they are on."""

from __future__ import annotations

import numpy as np

from actviz.reference.compensated import Array, twin, two_product, two_sum

_SIXTH = 1.0 / 6.0
_HUGE = 1e300  # cut off in any case, and not to be multiplied any more


@twin
def relu(x: Array, negative_slope: Array, max_value: Array, threshold: Array) -> Array:
    """Compute min(x, max_value) for x > threshold, else negative_slope·(x − threshold).

    A zero has the sign of negative_slope·(x − threshold), and of x beyond the threshold.
    """
    distance = x - threshold
    left = negative_slope * distance
    halved = 2.0 * (negative_slope * (0.5 * x - 0.5 * threshold))
    left = np.where(np.isinf(distance) & np.isfinite(x), halved, left)
    left = np.where((negative_slope == 0.0) & ~np.isnan(x), 0.0, left)
    return np.where(x > threshold, np.where(x > max_value, max_value, x), left)


@twin
def relu_grad(x: Array, negative_slope: Array, max_value: Array, threshold: Array) -> Array:
    """Compute negative_slope for x ≤ threshold, 1 up to max_value, 0 beyond."""
    right = np.where(x <= max_value, 1.0, 0.0)
    slope = np.where(x <= threshold, negative_slope, right)
    return np.where(np.isnan(x), x, slope)


@twin
def prelu(x: Array, alpha: Array) -> Array:
    """Compute x for x > 0, else alpha·x; a zero has the sign of that product."""
    left = np.where((alpha == 0.0) & ~np.isnan(x), 0.0, alpha * x)
    return np.where(x > 0.0, x, left)


@twin
def prelu_grad(x: Array, alpha: Array) -> Array:
    """Compute 1 for x > 0, else alpha."""
    return np.where(np.isnan(x), x, np.where(x > 0.0, 1.0, alpha))


@twin
def thresholded_relu(x: Array, theta: Array) -> Array:
    """Compute x for x > theta, else 0."""
    return np.where(np.isnan(x) | (x > theta), x, 0.0)


@twin
def thresholded_relu_grad(x: Array, theta: Array) -> Array:
    """Compute 1 for x > theta, else 0."""
    return np.where(np.isnan(x), x, np.where(x > theta, 1.0, 0.0))


@twin
def hard_sigmoid(x: Array, alpha: Array, beta: Array) -> Array:
    """Compute alpha·x + beta in double the precision, cut off at 0 and 1.

    alpha = float64(1/6) means the exact sixth: (x + 6·beta)/6.
    """
    sixth = alpha == _SIXTH
    slope, slope_low = two_product(x, np.where(sixth, 1.0, alpha))
    offset, offset_low = two_product(beta, np.where(sixth, 6.0, 1.0))
    high, low = two_sum(slope, offset)
    low = low + (slope_low + offset_low)
    divisor = np.where(sixth, 6.0, 1.0)
    quotient = high / divisor
    back, back_low = two_product(quotient, divisor)
    rest = ((high - back) - back_low) + low
    value = np.where(np.abs(high) < _HUGE, quotient + rest / divisor, high)
    return np.clip(value, 0.0, 1.0) + 0.0  # the sign that clip gives a zero is a platform's own


@twin
def hard_sigmoid_grad(x: Array, alpha: Array, left: Array, right: Array) -> Array:
    """Compute alpha for left < x ≤ right, else 0.

    The corners −beta/alpha and (1 − beta)/alpha come rounded to float64, so that 2.5 is the
    corner of slope 0.2 on every device.
    """
    inside = (x > left) & (x <= right)
    return np.where(np.isnan(x), x, np.where(inside, alpha, 0.0))
