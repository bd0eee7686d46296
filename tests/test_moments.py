"""Gaussian moments: closed forms, published gains, and mpmath's quadrature."""

from __future__ import annotations

import math

import mpmath
import pytest

from actviz import moments
from actviz.activations import Activation, Row, row
from actviz.analysis.curve import Curve
from actviz.analysis.moments import moments_of
from actviz.param import Value

PI = math.pi
SQRT_3 = math.sqrt(3)


def phi(x: float) -> float:
    return float(mpmath.npdf(x))


def cumulative(x: float) -> float:
    return float(mpmath.ncdf(x))


# E f, E f², E f′² for N(0, 1); None where there is no closed form
CLOSED: list[tuple[str, dict[str, Value], float | None, float | None, float | None]] = [
    ("relu", {}, 1 / math.sqrt(2 * PI), 0.5, 0.5),
    ("leaky_relu", {"negative_slope": 0.3}, 0.7 / math.sqrt(2 * PI), 0.545, 0.545),
    ("leaky_relu", {"negative_slope": -2.0}, 3 / math.sqrt(2 * PI), 2.5, 2.5),
    (
        "gelu",
        {},
        1 / (2 * math.sqrt(PI)),
        1 / 3 + 1 / (2 * SQRT_3 * PI),
        1 / 3 + 2 / (3 * SQRT_3 * PI),
    ),
    (
        "elu",
        {},
        math.sqrt(math.e) * cumulative(-1) - 0.5 + 1 / math.sqrt(2 * PI),
        None,
        math.e**2 * cumulative(-2) + 0.5,
    ),
    ("thresholded_relu", {}, phi(1), phi(1) + cumulative(-1), cumulative(-1)),
    ("linear", {}, 0.0, 1.0, 1.0),
    (
        "soft_shrink",
        {"threshold": 1.0},
        0.0,
        4 * cumulative(-1) - 2 * phi(1),
        2 * cumulative(-1),
    ),
    ("hard_tanh", {}, 0.0, None, 1 - 2 * cumulative(-1)),
    ("prelu", {"alpha": -2.0}, 3 / math.sqrt(2 * PI), 2.5, 2.5),
    ("selu", {}, 0.0, 1.0, None),
    ("sigmoid", {}, 0.5, None, None),
    ("tanh", {}, 0.0, None, None),
]


@pytest.mark.parametrize(("name", "values", "first", "second", "slope"), CLOSED)
def test_closed_forms(
    name: str,
    values: dict[str, Value],
    first: float | None,
    second: float | None,
    slope: float | None,
) -> None:
    found = moments(name, **values)
    for value, expected in (
        (found.mean, first),
        (found.second, second),
        (found.slope_second, slope),
    ):
        if expected is not None:
            assert value == pytest.approx(expected, abs=1e-13)
    assert found.variance == pytest.approx(found.second - found.mean**2, abs=1e-13)


def test_selu_keeps_the_signal_and_not_the_gradient() -> None:
    assert moments("selu").slope_second == pytest.approx(1.0715750, abs=5e-8)


# NFNet/timm γ = 1/√Var f, by Monte Carlo: good to 1.5e-3
PUBLISHED = {
    "relu": 1.71395886,
    "gelu": 1.70150435,
    "swish": 1.78812933,
    "elu": 1.27160048,
    "selu": 1.00085155,
    "sigmoid": 4.80383539,
    "tanh": 1.59391177,
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_gains(name: str) -> None:
    assert moments(name).variance ** -0.5 == pytest.approx(PUBLISHED[name], rel=1.5e-3)
    assert moments("leaky_relu", negative_slope=0.01).variance ** -0.5 == pytest.approx(
        1.70590341, rel=1.5e-3
    )


def test_the_three_gains_of_the_sigmoid_differ() -> None:
    found = moments("sigmoid")
    assert found.gain == pytest.approx(1.846, abs=5e-4)
    assert found.variance**-0.5 == pytest.approx(4.801, abs=5e-4)
    assert found.slope_second**-0.5 == pytest.approx(4.723, abs=5e-4)
    assert moments("relu", negative_slope=0.0, max_value=0.0).gain == math.inf


def test_lecuns_tanh() -> None:
    f, df = "1.7159 * tanh(2 * x / 3)", "1.7159 * 2 / 3 * tanh_grad(2 * x / 3)"
    lecun = Row("lecun", "LeCun's tanh", "own", f=f, df=df, doc="", source="LeCun et al. 1998")
    assert moments_of(Curve.of(lecun, {})).second == pytest.approx(0.7504302763, abs=5e-11)


# The textbook forms in mpmath, with the points where the formula changes
def sigmoid(x: mpmath.mpf) -> mpmath.mpf:
    return 1 / (1 + mpmath.exp(-x))


def shapes(name: str, p: dict[str, float]) -> tuple[list, list[float]]:
    """Give (f, f′) as functions of mpmath numbers and the joints."""
    if name == "elu":
        a = p["alpha"]
        return [
            lambda x: x if x > 0 else a * mpmath.expm1(x),
            lambda x: 1 if x > 0 else a * mpmath.exp(x),
        ], [0]
    if name == "swish":
        b = p["beta"]
        return [
            lambda x: x * sigmoid(b * x),
            lambda x: sigmoid(b * x) * (1 + b * x * sigmoid(-b * x)),
        ], [0]
    if name == "hard_sigmoid":
        a, b = mpmath.mpf(p["alpha"]), mpmath.mpf(p["beta"])
        return [
            lambda x: min(max(a * x + b, 0), 1),
            lambda x: a if 0 < a * x + b <= 1 else 0,
        ], [-b / a, (1 - b) / a]
    if name == "relu":
        s, m, t = p["negative_slope"], p["max_value"], p["threshold"]
        return [
            lambda x: min(x, m) if x > t else s * (x - t),
            lambda x: s if x <= t else 1 if x <= m else 0,
        ], [t, m]
    assert name == "sigmoid"
    return [sigmoid, lambda x: sigmoid(x) * sigmoid(-x)], [0]


@pytest.mark.parametrize(
    ("name", "values", "mean", "std"),
    [
        ("elu", {"alpha": 1.0}, 0.37, 1.7),
        ("elu", {"alpha": 1.0}, -1.1, 0.3),
        ("elu", {"alpha": 3.3}, 2.0, 0.1),
        ("elu", {"alpha": -0.8}, 0.0, 1.0),
        ("swish", {"beta": 1.0}, 0.0, 1.0),
        ("swish", {"beta": 50.0}, 0.123, 1.0),
        ("swish", {"beta": -2.0}, 1.0, 3.0),
        ("hard_sigmoid", {"alpha": 0.2, "beta": 0.4}, 0.3, 2.0),
        ("hard_sigmoid", {"alpha": 9.0, "beta": -3.0}, 0.5, 0.4),
        ("relu", {"negative_slope": 0.1, "max_value": 6.0, "threshold": 1.0}, 1.5, 3.0),
        ("relu", {"negative_slope": -0.5, "max_value": 0.2, "threshold": 1.0}, 0.0, 1.0),
        ("sigmoid", {}, -3.0, 0.01),
        ("sigmoid", {}, 1.0, 20.0),
    ],
)
def test_mpmath_agrees(name: str, values: dict[str, float], mean: float, std: float) -> None:
    functions, joints = shapes(name, values)
    cuts = sorted({-14.0, *range(-12, 13), 14.0, *((float(j) - mean) / std for j in joints)})
    cuts = [cut for cut in cuts if -14 <= cut <= 14]
    f, df = functions

    def expectation(g) -> float:
        return float(
            mpmath.quad(lambda z: g(mpmath.mpf(mean) + std * z) * mpmath.npdf(z), cuts, maxdegree=8)
        )

    found = moments(name, mean=mean, std=std, **values)
    first = expectation(f)
    assert found.mean == pytest.approx(first, abs=1e-12)
    assert found.second == pytest.approx(expectation(lambda x: f(x) ** 2), abs=1e-11, rel=1e-13)
    assert found.variance == pytest.approx(
        expectation(lambda x: (f(x) - first) ** 2), abs=1e-12, rel=1e-12
    )
    assert found.slope_second == pytest.approx(expectation(lambda x: df(x) ** 2), abs=1e-12)


def test_a_shifted_relu_has_its_closed_form() -> None:
    for mean, std in ((0.5, 2.0), (-3.0, 0.7), (5.0, 0.001)):
        u = mean / std
        found = moments("relu", mean=mean, std=std)
        assert found.mean == pytest.approx(mean * cumulative(u) + std * phi(u), abs=1e-13)
        assert found.slope_second == pytest.approx(cumulative(u), abs=1e-13)


def test_a_small_variance_does_not_cancel() -> None:
    found = moments("sigmoid", mean=1.0, std=1e-6)
    slope = float(mpmath.mpf(sigmoid(1)) * sigmoid(-1))
    assert found.variance == pytest.approx((slope * 1e-6) ** 2, rel=1e-9)


@pytest.mark.parametrize("each", list(Activation))
def test_every_scalar_activation_has_finite_moments(each: Activation) -> None:
    if each.row.vector:
        with pytest.raises(ValueError, match=r"use actviz\.softmax"):
            moments(each)
        sliced = moments_of(Curve.of(row("softmax"), {"logits": (0.0,)}))
        assert sliced == moments("sigmoid")
    else:
        found = moments(each, mean=0.1, std=2.0)
        assert 0 < found.variance <= found.second < 4000


def test_bad_values_are_refused() -> None:
    with pytest.raises(ValueError, match=r"moments\.std: 0\.0 is not allowed"):
        moments("relu", std=0.0)
    with pytest.raises(ValueError, match=r"moments\.mean"):
        moments("relu", mean=math.nan)
    with pytest.raises(ValueError, match=r"elu: there is no parameter 'beta'"):
        moments("elu", beta=1.0)
