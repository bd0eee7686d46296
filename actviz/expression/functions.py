"""The table of functions a formula may use: one row each, with all its meanings.

A row holds the function's NumPy float64 meaning, its OpenCL C text, its LaTeX and its derivative
(as formula text in its own arguments). A function is missing wherever its row is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from actviz.reference import TWINS, Array

ADDITIVE, MULTIPLICATIVE, UNARY, POWER, ATOM = 1, 2, 3, 4, 5
"""How tightly an expression binds, in Python's order."""


@dataclass(frozen=True, slots=True)
class Function:
    r"""One function of the expression language.

    Parameters
    ----------
    arguments
        The names of its arguments, as used in `derivatives` and `helper`.
    numpy
        Its meaning on float64 arrays.
    latex
        A template with @1, @2 … for the arguments, or a bare name such as `\sin`, which stands
        in front of its arguments in parentheses and takes a power as `\sin^{2}`.
    derivatives
        The partial derivative by each argument, as formula text; None where there is none.
    builtin
        The OpenCL C built-in with this meaning, if there is one.
    helper
        Otherwise the body of an OpenCL C function over the type REAL (float or double).
    prelude
        Kernels call `av_<name>` of their precision's prelude. In float32 every argument but the
        first is then an av_real, the float64 itself (three floats and an exponent).
    binding
        How tightly the printed LaTeX binds.
    """

    name: str
    arguments: tuple[str, ...]
    numpy: Callable[..., Array]
    latex: str
    derivatives: tuple[str | None, ...]
    builtin: str = ""
    helper: str = ""
    prelude: bool = False
    binding: int = ATOM


def _one(
    name: str,
    numpy: Callable[..., Array],
    latex: str,
    derivative: str | None,
    **more: str | bool | int,
) -> Function:
    """Make the row of a function of one argument u; built in to OpenCL C unless said otherwise."""
    if not ("helper" in more or "prelude" in more or "builtin" in more):
        more["builtin"] = name
    return Function(name, ("u",), numpy, latex, (derivative,), **more)  # type: ignore[arg-type]


_ELEMENTARY = (
    _one("exp", np.exp, "e^{@1}", "exp(u)", binding=POWER),
    _one("expm1", np.expm1, "e^{@1} - 1", "exp(u)", binding=ADDITIVE),
    _one("log", np.log, r"\ln", "1 / u"),
    _one("log1p", np.log1p, r"\ln\left(1 + @1\right)", "1 / (1 + u)"),
    _one("sqrt", np.sqrt, r"\sqrt{@1}", "1 / (2 * sqrt(u))"),
    _one("sin", np.sin, r"\sin", "cos(u)"),
    _one("cos", np.cos, r"\cos", "-sin(u)"),
    _one("tan", np.tan, r"\tan", "1 + tan(u) ** 2"),
    _one("sinh", np.sinh, r"\sinh", "cosh(u)"),
    _one("cosh", np.cosh, r"\cosh", "sinh(u)"),
    _one("asinh", np.arcsinh, r"\operatorname{arsinh}", "1 / sqrt(1 + u ** 2)"),
    _one("atan", np.arctan, r"\arctan", "1 / (1 + u ** 2)"),
    _one("erf", TWINS["erf"], r"\operatorname{erf}", "2 / sqrt(pi) * exp(-u ** 2)"),
    _one("erfc", TWINS["erfc"], r"\operatorname{erfc}", "-2 / sqrt(pi) * exp(-u ** 2)"),
    _one("abs", np.abs, r"\left|@1\right|", "1 if u > 0 else -1", builtin="fabs"),
    _one(
        "sign",
        np.sign,
        r"\operatorname{sgn}",
        "0",
        helper="return u > 0 ? (REAL)1 : u < 0 ? (REAL)-1 : u;",
    ),
    _one(
        "softplus",
        TWINS["softplus"],
        r"\ln\left(1 + e^{@1}\right)",
        "sigmoid(u)",
        helper="return (u > 0 ? u : (REAL)0) + log1p(exp(-fabs(u)));",
    ),
    _one(
        "normal_cdf",
        TWINS["normal_cdf"],
        r"\Phi",
        "normal_pdf(u)",
        helper="return (REAL)0.5 * erfc((REAL)-0.70710678118654752 * u);",
    ),
    _one(
        "normal_pdf",
        TWINS["normal_pdf"],
        r"\varphi",
        "-u * normal_pdf(u)",
        helper="return (REAL)0.39894228040143268 * exp((REAL)-0.5 * u * u);",
    ),
    Function(
        "min",
        ("u", "v"),
        np.minimum,  # keeps NaN, unlike np.fmin
        r"\min",
        ("1 if u <= v else 0", "0 if u <= v else 1"),
        helper="return u < v || u != u ? u : v;",
    ),
    Function(
        "max",
        ("u", "v"),
        np.maximum,
        r"\max",
        ("1 if u > v else 0", "0 if u > v else 1"),
        helper="return u > v || u != u ? u : v;",
    ),
)


def _pair(
    name: str,
    latex: str,
    *parameters: str,
    second: str | None = None,
    corners: tuple[tuple[str, str], ...] = (),
) -> tuple[Function, Function]:
    """Make the rows of an activation of the prelude and of its derivative `<name>_grad`.

    Both are called `av_<name>` and `av_<name>_grad` there, and their twins stand in `TWINS`.

    The derivative takes the same arguments, but `corners`, each with its text, for all but the
    first two where they are given.
    """
    arguments = ("u", *parameters)
    slope_arguments = (*arguments[:2], *(name for name, _ in corners)) if corners else arguments
    given = (*arguments[:2], *(text for _, text in corners)) if corners else arguments
    call = f"{name}_grad({', '.join(given)})"
    return (
        Function(
            name,
            arguments,
            TWINS[name],
            latex,
            (call, *(None for _ in parameters)),
            prelude=True,
        ),
        Function(
            f"{name}_grad",
            slope_arguments,
            TWINS[f"{name}_grad"],
            latex + "'",
            (second, *(None for _ in slope_arguments[1:])),
            prelude=True,
        ),
    )


_RELU = ("negative_slope", "max_value", "threshold")
_PAIRS = (
    _pair("celu", r"\operatorname{celu}", "alpha"),
    _pair("elu", r"\operatorname{elu}", "alpha"),
    _pair("exponential", r"\exp", second="exponential(u)"),
    _pair("gelu", r"\operatorname{gelu}"),
    _pair("gelu_tanh", r"\operatorname{gelu}_{\tanh}"),
    _pair("hard_shrink", r"\operatorname{hardshrink}", "threshold"),
    _pair(
        "hard_sigmoid",
        r"\operatorname{hard}\sigma",
        "alpha",
        "beta",
        corners=(("left", "-beta / alpha"), ("right", "(1 - beta) / alpha")),
    ),
    _pair("hard_swish", r"\operatorname{hardswish}"),
    _pair("hard_tanh", r"\operatorname{hardtanh}", "min_value", "max_value"),
    _pair("log_sigmoid", r"\ln\sigma", second="-sigmoid(u) * sigmoid(-u)"),
    _pair("mish", r"\operatorname{mish}"),
    _pair("prelu", r"\operatorname{prelu}", "alpha"),
    _pair("relu", r"\operatorname{relu}", *_RELU),
    _pair("selu", r"\operatorname{selu}"),
    _pair(
        "sigmoid",
        r"\sigma",
        second="sigmoid_grad(u) * (1 - 2 * sigmoid(u))",
    ),
    _pair("sigmoid_shifted", r"\sigma", "largest", "rest"),
    _pair("soft_shrink", r"\operatorname{softshrink}", "threshold"),
    _pair("softplus_beta", r"\operatorname{softplus}", "beta"),
    _pair("softsign", r"\operatorname{softsign}"),
    _pair("sparse_plus", r"\operatorname{sparseplus}"),
    _pair("squareplus", r"\operatorname{squareplus}", "b"),
    _pair("swish", r"\operatorname{swish}", "beta"),
    _pair("threshold", r"\operatorname{threshold}", "threshold", "default_value"),
    _pair("thresholded_relu", r"\operatorname{relu}", "theta"),
    _pair(
        "tanh",
        r"\tanh",
        second="-2 * tanh(u) * tanh_grad(u)",
    ),
    _pair("tanh_shrink", r"\operatorname{tanhshrink}"),
)

FUNCTIONS: dict[str, Function] = {
    row.name: row for row in (*_ELEMENTARY, *(row for pair in _PAIRS for row in pair))
}
