"""The activations and their derivatives in NumPy float64: the twins of the OpenCL prelude.

A family module makes each of its functions a twin, which puts it into `TWINS` under its own name.
Each function takes x of any shape (and its parameters as numbers or arrays), returns float64, and
is good to a few units in the last place everywhere: in the far tails, beside the zeros of the
derivative, for subnormal results; at ±∞ it gives the limit, and NaN for NaN only. Where the
textbook form would cancel or underflow, the algebra used instead stands in the docstring.
At a kink the derivative is the left-hand one.
"""

from __future__ import annotations

from actviz.reference import (
    algebraic,
    bounded,
    celu,
    clipped,
    errorfunction,
    gated,
    mish,
    piecewise,
    softplus,
    tanh_shrink,
)
from actviz.reference.compensated import TWINS, Array

__all__ = [
    "TWINS",
    "Array",
    "algebraic",
    "bounded",
    "celu",
    "clipped",
    "errorfunction",
    "gated",
    "mish",
    "piecewise",
    "softplus",
    "tanh_shrink",
]
