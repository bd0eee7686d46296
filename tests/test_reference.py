"""The float64 twins: error functions against mpmath, exact arithmetic, and the far ends."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from golden_numbers import Golden, golden_cases, worst
from mpmath import mp, mpf
from numpy.typing import NDArray

from actviz.activations import row
from actviz.reference import TWINS
from actviz.reference.compensated import exponential, two_product, two_sum

Array = NDArray[np.float64]
Exact = Callable[[mpf], mpf]
RANDOM = np.random.default_rng(11)
TINY = np.array([5e-324, -5e-324, 1e-310, -1e-310, 2.3e-308, 1e-200, -1e-100, 1e-17, -1e-9])
AROUND = np.concatenate([RANDOM.uniform(-3, 3, 120), RANDOM.uniform(-1.01, -0.99, 10), TINY])
TAILS = np.concatenate([RANDOM.uniform(-30, 30, 80), [-26.5, 26.5, 27.2, -38.4, -37.5, 60.0]])


def exactly(function: Exact, x: Array) -> Array:
    """Evaluate with 60 digits and round to float64 once, subnormals included."""

    def rounded(value: mpf) -> float:
        if abs(value) >= mpf(2) ** -1021:
            return float(value)
        return int(mp.nint(value * mpf(2) ** 1074)) * 2.0**-1074

    with mp.workdps(60):
        return np.array([rounded(function(mpf(float(each)))) for each in x])


@pytest.mark.parametrize(
    ("name", "exact", "bound"),
    [
        ("erf", mp.erf, 3.0),
        ("erfc", mp.erfc, 3.5),
        ("normal_cdf", mp.ncdf, 5.0),
        ("normal_pdf", mp.npdf, 3.5),
    ],
)
def test_error_functions(name: str, exact: Exact, bound: float) -> None:
    x = np.concatenate([AROUND, TAILS])
    assert worst(TWINS[name](x), exactly(exact, x), "float64") <= bound


def test_erfcx() -> None:
    x = np.concatenate([np.abs(AROUND), np.abs(TAILS), [100.0, 1e4]])
    truth = exactly(lambda z: mp.exp(z * z) * mp.erfc(z), x)
    assert worst(TWINS["erfcx"](x), truth, "float64") <= 3.5
    far = np.array([1e10, 1e160, 1e300, math.inf])
    assert TWINS["erfcx"](far)[:3] == pytest.approx(1 / (far[:3] * math.sqrt(math.pi)), rel=1e-15)
    assert TWINS["erfcx"](far)[3] == 0.0
    assert np.isnan(TWINS["erfcx"](np.array([math.nan]))[0])


def test_softplus() -> None:
    x = np.concatenate([RANDOM.uniform(-745, 40, 100), AROUND])
    truth = exactly(lambda z: mp.log1p(mp.exp(z)), x)
    assert worst(TWINS["softplus"](x), truth, "float64") <= 3.0
    assert list(TWINS["softplus"](np.array([-math.inf, math.inf, 1e300]))) == [
        0.0,
        math.inf,
        1e300,
    ]


@pytest.mark.parametrize("name", ["erf", "erfc", "normal_cdf", "normal_pdf"])
def test_error_functions_have_their_limits_and_keep_nan(name: str) -> None:
    limits = {
        "erf": (-1.0, 1.0),
        "erfc": (2.0, 0.0),
        "normal_cdf": (0.0, 1.0),
        "normal_pdf": (0, 0),
    }
    values = TWINS[name](np.array([-math.inf, -1e300, 1e300, math.inf, math.nan]))
    left, right = limits[name]
    assert list(values[:4]) == [left, left, right, right]
    assert np.isnan(values[4])


def test_sums_and_products_are_exact() -> None:
    a = RANDOM.normal(size=200) * 2.0 ** RANDOM.integers(-300, 300, 200)
    b = RANDOM.normal(size=200) * 2.0 ** RANDOM.integers(-300, 300, 200)
    for operation, exact in ((two_sum, Fraction.__add__), (two_product, Fraction.__mul__)):
        for x, y, high, low in zip(a, b, *operation(a, b), strict=True):
            assert Fraction(float(high)) + Fraction(float(low)) == exact(
                Fraction(float(x)), Fraction(float(y))
            )


def test_a_product_may_have_any_exponents() -> None:
    a, b = np.array([1e308, 1e308, 5e-324, math.inf]), np.array([1e-300, 10.0, 5e-324, 2.0])
    with np.errstate(all="ignore"):
        high, low = two_product(a, b)
    assert list(high) == [1e8, math.inf, 0.0, math.inf]
    assert list(low[1:]) == [0.0, 0.0, 0.0]
    assert Fraction(float(high[0])) + Fraction(float(low[0])) == Fraction(1e308) * Fraction(1e-300)


def test_the_exponential_has_no_range() -> None:
    x = np.array([-2500.0, -745.1, -0.1, 0.0, 0.1, 700.0, 2500.0])
    mantissa, exponent = exponential(x, x * 1e-17)
    with mp.workdps(60):
        for each, m, n in zip(x, mantissa, exponent, strict=True):
            truth = mp.exp(mpf(float(each)) + mpf(float(each * 1e-17)))
            assert 0.69 < m < 1.43
            assert abs(mpf(float(m)) * mpf(2) ** int(n) / truth - 1) < 2.5e-16
    assert np.ldexp(*exponential(np.array([-math.inf, -1e300])))[0] == 0.0


@pytest.mark.parametrize("beta", [0.0, 1.0, -1.0, 1e300, -1e300, 1e-300, 5e-324])
def test_swish_at_the_ends_for_any_beta(beta: float) -> None:
    f = TWINS["swish"](np.array([-math.inf, math.inf]), beta)
    df = TWINS["swish_grad"](np.array([-math.inf, math.inf]), beta)
    if beta == 0.0:
        assert [*f, *df] == [-math.inf, math.inf, 0.5, 0.5]
    elif beta > 0:
        assert [*f, *df] == [0.0, math.inf, 0.0, 1.0]
    else:
        assert [*f, *df] == [-math.inf, 0.0, 1.0, 0.0]
    assert TWINS["swish_grad"](0.0, beta) == 0.5


def test_a_huge_alpha_keeps_the_tail() -> None:
    truth = exactly(lambda z: mpf(1e300) * mp.exp(z), x := np.array([-800.0, -1000.0, -1400.0]))
    assert truth[1] > 0.0
    assert worst(TWINS["elu_grad"](x, 1e300), truth, "float64") <= 2.0
    assert list(TWINS["elu"](np.array([-math.inf, -800.0]), 1e300)) == [-1e300, -1e300]


def test_a_swish_far_out_is_not_lost_to_underflow() -> None:
    x, beta = np.array([-1.0e303, -1.4e303]), 1e-300
    truth = exactly(lambda z: z / (1 + mp.exp(-mpf(beta) * z)), x)
    assert truth[1] < 0.0
    assert worst(TWINS["swish"](x, beta), truth, "float64") <= 3.0


def test_relu_does_not_overflow_on_the_way() -> None:
    f = TWINS["relu"](np.array([-1.7e308]), 1e-5, math.inf, 1.7e308)
    assert f[0] == pytest.approx(-3.4e303, rel=1e-15)
    assert TWINS["relu"](-math.inf, 0.0, math.inf, 0.0) == 0.0
    assert TWINS["relu"](-math.inf, -0.5, math.inf, 0.0) == math.inf


@pytest.mark.parametrize("case", golden_cases("float64"), ids=lambda case: case.label)
def test_a_zero_at_the_origin_has_the_sign_of_slope_times_x(case: Golden) -> None:
    zeros = np.array([0.0, -0.0])
    f, df = row(case.activation).evaluate(zeros, case.values)
    assert np.array_equal(df.view(np.int64)[:1], df.view(np.int64)[1:])
    assert f[0] == f[1]
    if f[0] == 0.0 and df[0] != 0.0:
        assert list(np.signbit(f)) == list(np.signbit(df * zeros))


def test_parameters_may_be_arrays() -> None:
    x, beta = np.array([[-1.0], [2.0]]), np.array([0.0, 1.0, -2.0])
    y = TWINS["swish"](x, beta)
    assert y.shape == (2, 3)
    for i, j in np.ndindex(2, 3):
        assert y[i, j] == TWINS["swish"](x[i, 0], beta[j])
