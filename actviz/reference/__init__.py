"""The activations and their derivatives in NumPy float64: the twins of the OpenCL prelude.

Each function takes x of any shape (and its parameters as numbers or arrays), returns float64, and
is good to a few units in the last place everywhere: in the far tails, beside the zeros of the
derivative, for subnormal results; at ±∞ it gives the limit, and NaN for NaN only. Where the
textbook form would cancel or underflow, the algebra used instead stands in the docstring.
At a kink the derivative is the left-hand one.
"""

from __future__ import annotations

from actviz.reference.bounded import (
    elu,
    elu_grad,
    selu,
    selu_grad,
    sigmoid,
    sigmoid_grad,
    sigmoid_shifted,
    sigmoid_shifted_grad,
    softmax,
    softplus,
    tanh,
    tanh_grad,
)
from actviz.reference.compensated import Array
from actviz.reference.errorfunction import erf, erfc, erfcx, normal_cdf, normal_pdf
from actviz.reference.gated import gelu, gelu_grad, gelu_tanh, gelu_tanh_grad, swish, swish_grad
from actviz.reference.piecewise import (
    hard_sigmoid,
    hard_sigmoid_grad,
    relu,
    relu_grad,
    thresholded_relu,
    thresholded_relu_grad,
)

__all__ = [
    "Array",
    "elu",
    "elu_grad",
    "erf",
    "erfc",
    "erfcx",
    "gelu",
    "gelu_grad",
    "gelu_tanh",
    "gelu_tanh_grad",
    "hard_sigmoid",
    "hard_sigmoid_grad",
    "normal_cdf",
    "normal_pdf",
    "relu",
    "relu_grad",
    "selu",
    "selu_grad",
    "sigmoid",
    "sigmoid_grad",
    "sigmoid_shifted",
    "sigmoid_shifted_grad",
    "softmax",
    "softplus",
    "swish",
    "swish_grad",
    "tanh",
    "tanh_grad",
    "thresholded_relu",
    "thresholded_relu_grad",
]
