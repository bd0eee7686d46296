"""What is cut off or shrunk at corners, in float64, exact about which piece x is on."""

from __future__ import annotations

import numpy as np

from actviz.reference.compensated import Array, twin


@twin
def hard_tanh(x: Array, min_value: Array, max_value: Array) -> Array:
    """Compute min(max(x, min_value), max_value): all max_value where that is below min_value."""
    low = np.where(min_value > max_value, max_value, min_value)
    cut = np.where(x > max_value, max_value, x)
    return np.where(np.isnan(x) | (x > min_value), cut, low)


@twin
def hard_tanh_grad(x: Array, min_value: Array, max_value: Array) -> Array:
    """Compute 1 for min_value < x ≤ max_value, else 0."""
    inside = (x > min_value) & (x <= max_value)
    return np.where(np.isnan(x), x, np.where(inside, 1.0, 0.0))


@twin
def hard_swish(x: Array) -> Array:
    """Compute x·(x + 3)/6 for −3 < x ≤ 3, 0 left and x right of that."""
    inside = x * ((x + 3.0) / 6.0)
    return np.where((x > 3.0) | np.isnan(x), x, np.where(x > -3.0, inside, 0.0))


@twin
def hard_swish_grad(x: Array) -> Array:
    """Compute (2x + 3)/6 for −3 < x ≤ 3, 0 left and 1 right of that."""
    inside = (2.0 * x + 3.0) / 6.0
    return np.where(x > 3.0, 1.0, np.where((x > -3.0) | np.isnan(x), inside, 0.0))


@twin
def sparse_plus(x: Array) -> Array:
    """Compute (x + 1)²/4 for −1 < x < 1, 0 left and x right of that."""
    up = x + 1.0
    return np.where((x >= 1.0) | np.isnan(x), x, np.where(x > -1.0, 0.25 * up * up, 0.0))


@twin
def sparse_plus_grad(x: Array) -> Array:
    """Compute (x + 1)/2 for −1 < x < 1, 0 left and 1 right of that: the sparse sigmoid."""
    inside = 0.5 * (x + 1.0)
    return np.where(x >= 1.0, 1.0, np.where((x > -1.0) | np.isnan(x), inside, 0.0))


@twin
def soft_shrink(x: Array, threshold: Array) -> Array:
    """Compute |x| − threshold with the sign of x where that is above 0, else 0.

    A threshold of 0 gives x.
    """
    beyond = np.copysign(np.abs(x) - threshold, x)
    within = np.where((threshold == 0.0) | np.isnan(x), x, 0.0)
    return np.where(np.abs(x) > threshold, beyond, within)


@twin
def soft_shrink_grad(x: Array, threshold: Array) -> Array:
    """Compute 0 for −threshold < x ≤ threshold, else 1."""
    return _shrink_grad(x, threshold)


@twin
def hard_shrink(x: Array, threshold: Array) -> Array:
    """Compute x for |x| > threshold, else 0; a threshold of 0 gives x."""
    kept = (np.abs(x) > threshold) | (threshold == 0.0) | np.isnan(x)
    return np.where(kept, x, 0.0)


@twin
def hard_shrink_grad(x: Array, threshold: Array) -> Array:
    """Compute 0 for −threshold < x ≤ threshold, else 1."""
    return _shrink_grad(x, threshold)


def _shrink_grad(x: Array, threshold: Array) -> Array:
    within = (x > -threshold) & (x <= threshold)
    return np.where(np.isnan(x), x, np.where(within, 0.0, 1.0))


@twin
def threshold(x: Array, threshold: Array, default_value: Array) -> Array:
    """Compute x for x > threshold, else default_value."""
    return np.where(np.isnan(x) | (x > threshold), x, default_value)


@twin
def threshold_grad(x: Array, threshold: Array, default_value: Array) -> Array:
    """Compute 1 for x > threshold, else 0."""
    return np.where(np.isnan(x), x, np.where(x > threshold, 1.0, 0.0))
