"""Softsign and squareplus in float64: made of a quotient and of a square root."""

from __future__ import annotations

import numpy as np

from actviz.reference.compensated import Array, twin


@twin
def softsign(x: Array) -> Array:
    """Compute x/(1 + |x|)."""
    return np.where(np.isinf(x), np.sign(x), x / (1.0 + np.abs(x)))


@twin
def softsign_grad(x: Array) -> Array:
    """Compute 1/(1 + |x|)², divided twice: the square would overflow before it is 0."""
    bottom = 1.0 + np.abs(x)
    return 1.0 / bottom / bottom


@twin
def squareplus(x: Array, b: Array) -> Array:
    """Compute (x + s)/2, s = √(x² + b): x + (s − x)/2 right of 0, b/(s − x)/2 left of it."""
    a, root = np.abs(x), np.sqrt(b)
    s = np.hypot(a, root)
    right = np.where(np.isinf(x), x, a + 0.5 * (s - a))
    left = root * (root / (0.5 * s + 0.5 * a)) * 0.25
    smooth = np.where(x > 0.0, right, left)
    return np.where(b == 0.0, np.where(x <= 0.0, 0.0, x), smooth)


@twin
def squareplus_grad(x: Array, b: Array) -> Array:
    """Compute (1 + x/s)/2, s = √(x² + b); b/(s(s − x))/2 left of 0, where that would cancel."""
    a, root = np.abs(x), np.sqrt(b)
    s = np.hypot(a, root)
    right = np.where(np.isinf(x), 1.0, 0.5 * (1.0 + a / s))
    left = (root / s) * (root / (0.5 * s + 0.5 * a)) * 0.25
    smooth = np.where(x > 0.0, right, left)
    corner = np.where(x <= 0.0, 0.0, np.where(x > 0.0, 1.0, x))
    return np.where(b == 0.0, corner, smooth)
