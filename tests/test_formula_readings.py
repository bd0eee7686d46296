"""The other readings of a formula: its derivative, what is left of it, OpenCL C, LaTeX."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from mpmath import mp, mpf

from actviz.expression import Formula

NAMES = ("x", "a", "beta")


def formula(text: str) -> Formula:
    return Formula.parse(text, NAMES)


# --- derivatives -------------------------------------------------------------------------------

SMOOTH = {
    "exp": mp.exp,
    "expm1": mp.expm1,
    "log": mp.log,
    "log1p": mp.log1p,
    "sqrt": mp.sqrt,
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": mp.tan,
    "sinh": mp.sinh,
    "cosh": mp.cosh,
    "tanh": mp.tanh,
    "atan": mp.atan,
    "erf": mp.erf,
    "erfc": mp.erfc,
    "abs": abs,
    "sign": mp.sign,
    "softplus": lambda u: mp.log1p(mp.exp(u)),
    "sigmoid": lambda u: 1 / (1 + mp.exp(-u)),
    "sigmoid_grad": lambda u: mp.exp(-u) / (1 + mp.exp(-u)) ** 2,
    "tanh_grad": lambda u: mp.sech(u) ** 2,
    "normal_cdf": mp.ncdf,
    "normal_pdf": mp.npdf,
    "gelu": lambda u: u * mp.ncdf(u),
    "selu": lambda u: mpf("1.0507009873554805") * u,  # right of 0
}


@pytest.mark.parametrize("name", SMOOTH)
def test_functions_and_their_derivatives_against_mpmath(name: str) -> None:
    for x in (0.3, 1.7, 2.9):
        text = f"{name}(x)"
        assert formula(text).evaluate({"x": x}) == pytest.approx(
            float(SMOOTH[name](mpf(x))), rel=1e-14
        )
        slope = formula(text).derivative().evaluate({"x": x})
        with mp.workdps(40):
            truth = float(mp.diff(SMOOTH[name], mpf(x)))
        assert slope == pytest.approx(truth, rel=1e-13, abs=1e-13)


@pytest.mark.parametrize(
    ("text", "derivative"),
    [
        ("a", "0"),
        ("x", "1"),
        ("a * x + beta", "a"),
        ("x ** 2", "2 * x"),
        ("x ** 3 / 3", "x ** 2"),
        ("log(1 + exp(x))", "exp(x) / (1 + exp(x))"),
        ("sin(x) / x", "(x * cos(x) - sin(x)) / x ** 2"),
        ("sqrt(x ** 2 + 1)", "x / sqrt(x ** 2 + 1)"),
        ("max(x, x ** 2)", "1 if x > x ** 2 else 2 * x"),
        ("abs(sin(x))", "cos(x) if sin(x) > 0 else -cos(x)"),
        ("tanh(max(x, 0))", "tanh_grad(max(x, 0)) if x > 0 else 0"),
        ("sign(x) * x", "1 if x > 0 else -1 if x < 0 else 0"),
        ("-x", "-1"),
        ("a - x", "-1"),
        ("1 / x", "-1 / x ** 2"),
        ("a ** x", "a ** x * log(a)"),
        ("exp(-x)", "-exp(-x)"),
        ("x if x > 0 else a * x", "1 if x > 0 else a"),
        ("1 if x > 0 else 2", "0"),
        ("max(x, 0)", "1 if x > 0 else 0"),
        ("min(x, a)", "1 if x <= a else 0"),
        ("abs(x)", "1 if x > 0 else -1"),
        ("elu(x, a)", "elu_grad(x, a)"),
        ("elu(2 * x, a)", "2 * elu_grad(2 * x, a)"),
        ("hard_sigmoid(x, a, beta)", "hard_sigmoid_grad(x, a, -(beta / a), (1 - beta) / a)"),
        ("swish(x, beta)", "swish_grad(x, beta)"),
    ],
)
def test_derivatives_are_simple(text: str, derivative: str) -> None:
    assert formula(text).derivative().text == derivative


@pytest.mark.parametrize(
    "text",
    [
        "x ** a * exp(beta * x)",
        "(x + 1) ** x",
        "x / (1 + abs(x))",
        "x * tanh(log1p(exp(x)))",
        "x * sigmoid(beta * x)",
        "0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x ** 3)))",
        "log(1 + x ** 2) / sqrt(beta + cos(x))",
        "min(x ** 2, a) - max(sin(x), 0.2) + atan(x)",
    ],
)
def test_derivatives_are_the_slope(text: str) -> None:
    x, h = np.linspace(0.1, 3.0, 59), 1e-6
    found, arguments = formula(text), {"a": 1.3, "beta": 2.5}
    slope = (
        found.evaluate({"x": x + h, **arguments}) - found.evaluate({"x": x - h, **arguments})
    ) / (2 * h)
    assert np.allclose(
        found.derivative().evaluate({"x": x, **arguments}), slope, rtol=1e-6, atol=1e-6
    )


def test_derivatives_by_parameters_and_twice() -> None:
    assert formula("a * x ** 2").derivative("a").text == "x ** 2"
    assert formula("sin(x)").derivative().derivative().text == "-sin(x)"
    assert formula("sigmoid(x)").derivative().derivative().evaluate({"x": 0.0}) == 0.0


@pytest.mark.parametrize("text", ["elu_grad(x, a)", "elu(a, x)", "swish(x, x)", "relu(1, x, 2, 3)"])
def test_what_the_table_cannot_differentiate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"formula: the derivative of \w+ by this argument"):
        formula(text).derivative()


# --- partial evaluation ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "known", "left"),
    [
        ("a * x + beta", {"a": 2.0}, "2 * x + beta"),
        ("a * x + beta", {"a": 1.0, "beta": 0.0}, "x"),
        ("a * x + beta", {"a": 0.0}, "beta"),
        ("a * x + beta", {"beta": -0.5}, "a * x - 0.5"),
        ("beta - a * x", {"a": -3.0}, "beta + 3 * x"),
        ("x - a", {"a": -2.0}, "x + 2"),
        ("a * beta + x", {"a": 2.0, "beta": 3.0}, "6 + x"),
        ("sqrt(2 / pi) * x", {"a": 1.0}, "sqrt(2 / pi) * x"),
        ("sqrt(a / pi)", {"a": math.pi}, "1"),
        ("x if a == 1 else -x", {"a": 1.0}, "x"),
        ("x if a == 1 else -x", {"a": 0.0}, "-x"),
        ("x if x > a else 0", {"a": 1.5}, "x if x > 1.5 else 0"),
        ("a if x > 0 else beta", {"a": 1.0, "beta": 1.0}, "1"),
        ("min(x, a)", {"a": math.inf}, "x"),
        ("max(a, x)", {"a": -math.inf}, "x"),
        ("min(x, a)", {"a": 6.0}, "min(x, 6)"),
        ("1 if x <= a else 0", {"a": math.inf}, "1"),
        ("1 if x > a else 0", {"a": math.inf}, "0"),
        ("x ** a", {"a": 1.0}, "x"),
        ("x / a", {"a": 1.0}, "x"),
        ("1 if sqrt(a) > 0 else 2", {"a": -1.0}, "1 if sqrt(-1) > 0 else 2"),
    ],
)
def test_resolving_folds_what_is_known(text: str, known: dict[str, float], left: str) -> None:
    assert formula(text).resolve(known).text == left


# --- OpenCL C ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "float32", "float64"),
    [
        ("x", "x", "x"),
        ("0.1", "0.10000000149011612f", "0.1"),
        ("-2", "(-2.0f)", "(-2.0)"),
        ("1e300", "INFINITY", "1e+300"),
        ("1e-50", "0.0f", "1e-50"),
        ("pi", "3.1415927410125732f", "3.141592653589793"),
        ("a * x + 1", "((a.high * x) + 1.0f)", "((a * x) + 1.0)"),
        ("x ** 3", "pown(x, 3)", "pown(x, 3)"),
        ("x ** -2", "pown(x, -2)", "pown(x, -2)"),
        ("x ** 0.5", "pow(x, 0.5f)", "pow(x, 0.5)"),
        ("abs(-x)", "fabs((-x))", "fabs((-x))"),
        ("tanh(x)", "av_tanh(x)", "av_tanh(x)"),
        ("sigmoid(x)", "av_sigmoid(x)", "av_sigmoid(x)"),
        ("min(x, 1)", "av_min_float32(x, 1.0f)", "av_min_float64(x, 1.0)"),
        ("x if a == 1 else 0", "(a.high == 1.0f ? x : 0.0f)", "(a == 1.0 ? x : 0.0)"),
        (
            "x if x > 0 else a",
            "av_choose_more_float32(x, 0.0f, x, a.high)",
            "av_choose_more_float64(x, 0.0, x, a)",
        ),
    ],
)
def test_opencl(text: str, float32: str, float64: str) -> None:
    assert formula(text).opencl("float32") == float32
    assert formula(text).opencl("float64") == float64


def test_the_prelude_takes_parameters_whole() -> None:
    assert formula("elu(x, a)").opencl() == "av_elu(x, a)"
    assert formula("elu(2 * x, a)").opencl() == "av_elu((2.0f * x), a)"
    assert formula("elu(x, a + 1)").opencl() == "av_elu(x, av_real_of_float((a.high + 1.0f)))"
    assert formula("elu(x, a + 1)").opencl("float64") == "av_elu(x, (a + 1.0))"
    with pytest.raises(ValueError, match="precision 'half'; it must be float32 or float64"):
        formula("x").opencl("half")


@pytest.mark.parametrize(
    "text",
    [
        "1.5 + .5e-3 * x ** 2 - pi / 3",
        "1 if x < a else 2 if x < beta else 3",
        "normal_cdf(x) + normal_pdf(x) + softplus(x) + sign(x) + abs(x)",
        "min(x, 0.1) + max(x, -2.5) + elu(x, 0.3) + gelu(x)",
    ],
)
def test_a_float32_kernel_has_no_double(text: str) -> None:
    program = formula(text).opencl("float32") + formula(text).opencl_helpers("float32")
    assert "double" not in program
    for number in re.findall(r"\d+\.\d*(?:e[-+]?\d+)?\w?", program):
        assert number.endswith("f")


def test_helpers_define_what_the_text_calls() -> None:
    found = formula("min(max(x, 0), 1) if x > 0 else softplus(x)")
    for precision, real in (("float32", "float"), ("float64", "double")):
        called = set(re.findall(rf"av_\w+_{precision}", found.opencl(precision)))
        defined = re.findall(rf"^inline {real} (\w+)\(", found.opencl_helpers(precision), re.M)
        assert called == set(defined)
        assert len(defined) == len(called) == 4
    assert formula("elu(x, a) + exp(x)").opencl_helpers() == ""


# --- LaTeX -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("a * x + beta", r"\alpha x + \mathrm{beta}"),
        ("2 * 3 * x", r"2 \cdot 3 \cdot x"),
        ("x * (x + 1)", r"x (x + 1)"),
        ("x - (1 - x)", r"x - (1 - x)"),
        ("x - (1 + x)", r"x - (1 + x)"),
        ("x + (1 - x)", r"x + 1 - x"),
        ("x / (1 + x)", r"\frac{x}{1 + x}"),
        ("(x / 2) ** 2", r"\left(\frac{x}{2}\right)^{2}"),
        ("(x + 1) ** 2", r"(x + 1)^{2}"),
        ("(-2) ** x", r"(-2)^{x}"),
        ("-x ** 2", r"-x^{2}"),
        ("-(x + 1)", r"-(x + 1)"),
        ("exp(-x) ** 2", r"(e^{-x})^{2}"),
        ("sin(x) ** 2", r"\sin^{2}(x)"),
        ("expm1(x) * x", r"(e^{x} - 1) x"),
        ("x * -1", "-x"),
        ("1e-7 * x", r"10^{-7} x"),
        ("x * 1.25e10", r"1.25 \cdot 10^{10} \cdot x"),
        ("pi * x", r"\pi x"),
        ("sqrt(2 / pi)", r"\sqrt{\frac{2}{\pi}}"),
        ("abs(x)", r"\left|x\right|"),
        ("0.123456789", "0.12346"),
        ("1 / 3", r"\frac{1}{3}"),
        ("1 if x == 0 else 2", r"\begin{cases} 1 & \quad x = 0 \\ 2 & \quad x \ne 0 \end{cases}"),
        (
            "1 if x < 0 else 2 if x < 1 else 3",
            r"\begin{cases} 1 & \quad x < 0 \\ 2 & \quad 0 \le x < 1 \\ "
            r"3 & \quad x \ge 1 \end{cases}",
        ),
        (
            "1 if x < 0 else 2 if a > 1 else 3",
            r"\begin{cases} 1 & \quad x < 0 \\ 2 & \quad \alpha > 1 \\ "
            r"3 & \quad \text{otherwise} \end{cases}",
        ),
    ],
)
def test_latex(text: str, latex: str) -> None:
    assert formula(text).latex({"a": r"\alpha"}) == latex


@pytest.mark.parametrize(
    ("text", "numbers", "latex"),
    [
        ("x - a", {"a": 0.5}, "x - 0.5"),
        ("x - a", {"a": -0.5}, "x + 0.5"),
        ("x + a", {"a": -0.5}, "x - 0.5"),
        ("a * (x - beta)", {"a": -1.0, "beta": 2.0}, r"2 - x"),
        ("a * x", {"a": 1 / 6}, r"\frac{1}{6} x"),
        ("a * x", {"a": 1.23456789}, "1.2346 x"),
        ("a * x", {"a": 1.0}, "x"),
        ("-a * x", {"a": 3.0}, "-3 x"),
        ("x + a * x", {"a": -3.0}, "x - 3 x"),
    ],
)
def test_latex_with_live_numbers(text: str, numbers: dict[str, float], latex: str) -> None:
    assert formula(text).latex(numbers) == latex
