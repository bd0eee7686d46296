"""x − tanh x in float64."""

from __future__ import annotations

import numpy as np

from actviz.reference.compensated import Array, polynomial, twin

# (x − tanh x)/x³ for |x| ≤ 1 as a polynomial in 2x² − 1: tools/make_reference_tables.py.
_SMALL_TANH_SHRINK = (
    0.2778856568389047,
    -0.04611875889321073,
    0.007757311213734246,
    -0.0013068008522789574,
    0.00022018657484167882,
    -3.7100775155392464e-05,
    6.251389015827028e-06,
    -1.0533440802442483e-06,
    1.7748596094591006e-07,
    -2.990588041911923e-08,
    5.0390694423105715e-09,
    -8.492227764384552e-10,
    1.4309201010245648e-10,
    -2.394739248922938e-11,
    4.035078454178401e-12,
    -7.731979681384381e-13,
    1.3028201143207025e-13,
)


@twin
def tanh_shrink(x: Array) -> Array:
    """Compute x − tanh x: x³ times a polynomial for |x| ≤ 1, beyond |x| − 1 + 2t/(1 + t).

    There t = e^(−2|x|), and nothing cancels.
    """
    size = np.abs(x)
    near = np.minimum(size, 1.0)
    fraction, exponent = np.frexp(x)
    cube = fraction * fraction * fraction * polynomial(_SMALL_TANH_SHRINK, 2.0 * near * near - 1.0)
    t = np.exp(-2.0 * size)
    far = np.copysign((size - 1.0) + 2.0 * t / (1.0 + t), x)
    return np.where(size <= 1.0, np.ldexp(cube, 3 * exponent), far)


@twin
def tanh_shrink_grad(x: Array) -> Array:
    """Compute tanh² x = (E/(2 + E))², E = e^(−2|x|) − 1."""
    shrunk = np.expm1(-2.0 * np.abs(x))
    root = shrunk / (2.0 + shrunk)
    return root * root
