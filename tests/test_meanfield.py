"""The mean field: published critical points and maps, closed forms, mpmath; and honest refusals."""

from __future__ import annotations

import math

import mpmath
import pytest

from actviz import mean_field
from actviz.activations import Activation
from actviz.analysis.correlation import correlation_after, correlation_fixed_point, paired
from actviz.analysis.criticality import critical_for, critical_line, half_stable
from actviz.analysis.meanfield import Recursion, depth_scale, layers, mean_field_of
from actviz.analysis.moments import moments_of, passed_on
from actviz.analysis.saturation import scalar_curve
from actviz.param import Value

SCALAR = [each for each in Activation if not each.row.vector]


def recursion(name: str, **values: Value) -> Recursion:
    return Recursion(scalar_curve(name, values))


# Poole 2016 and Schoenholz 2017: tanh
@pytest.mark.parametrize(("sigma_w", "ordered"), [(1.3, True), (2.5, False), (4.0, False)])
def test_tanh_is_ordered_and_chaotic_where_published(sigma_w: float, ordered: bool) -> None:
    found = mean_field("tanh", weight_variance=sigma_w**2, bias_variance=0.09)
    assert found.converged
    assert found.chi is not None
    assert (found.chi < 1) == ordered
    assert found.depth_scale == pytest.approx(-1 / math.log(found.chi))


def test_tanh_is_critical_where_schoenholz_says() -> None:
    found = critical_for(recursion("tanh"), 0.05)
    assert found is not None
    assert found.weight_variance == pytest.approx(1.76, abs=5e-3)
    assert found.bias_variance == pytest.approx(0.05, rel=1e-9)
    there = mean_field("tanh", weight_variance=found.weight_variance, bias_variance=0.05)
    assert there.chi == pytest.approx(1.0, abs=1e-10)


# Roberts, Yaida, Hanin 2022: GELU exactly, SWISH to seven digits
@pytest.mark.parametrize(
    ("name", "q", "weight", "bias"),
    [
        ("gelu", (3 + math.sqrt(17)) / 2, 1.983058, 0.172922),
        ("swish", 14.32017, 1.988005, 0.555143),
    ],
)
def test_half_stable_points(name: str, q: float, weight: float, bias: float) -> None:
    (found,) = half_stable(recursion(name))
    assert found.q == pytest.approx(q, rel=4e-7)  # half a unit in the last printed place
    assert found.weight_variance == pytest.approx(weight, abs=1e-6)
    assert found.bias_variance == pytest.approx(bias, abs=1e-6)


def test_gelus_half_stable_point_is_exact() -> None:
    (found,) = half_stable(recursion("gelu"))
    assert found.q == pytest.approx((3 + math.sqrt(17)) / 2, rel=1e-12)


@pytest.mark.parametrize("slope", [0.0, 0.01, 0.3])
def test_rectifiers_are_critical_at_one_point(slope: float) -> None:
    own = recursion("leaky_relu", negative_slope=slope)
    for each in critical_line(own):
        assert each.weight_variance == pytest.approx(2 / (1 + slope**2), rel=1e-13)
        assert each.bias_variance == 0.0
    there = mean_field_of(own, 2 / (1 + slope**2), 0.0)
    assert there.q == pytest.approx(2 / (1 + slope**2))
    assert there.converged
    assert there.depth_scale == math.inf
    assert half_stable(own) == []


@pytest.mark.parametrize(
    ("name", "values", "weight", "bias"),
    [
        ("elu", {}, 2.0, 0.0),
        ("leaky_relu", {}, 2.0, 0.0),
        ("relu", {}, 2.0, 0.1),
        ("relu", {}, 2.1, 0.0),
        ("linear", {}, 1.0, 0.1),
        ("exponential", {}, 1.0, 0.0),
        ("hard_shrink", {}, 1.0, 0.1),
        ("squareplus", {}, 2.0, 0.0),
    ],
)
def test_no_finite_fixed_point(
    name: str, values: dict[str, Value], weight: float, bias: float
) -> None:
    found = mean_field(name, weight_variance=weight, bias_variance=bias, **values)
    assert (found.q, found.chi, found.depth_scale, found.converged) == (None, None, None, False)


@pytest.mark.parametrize(
    ("name", "weight", "bias", "q", "converged"),
    [
        ("tanh", 1.0, 0.0, 0.0, False),  # algebraically: q ≈ 1/(2·layers)
        ("tanh", 0.9, 0.0, 0.0, True),
        ("relu", 1.9, 0.1, 2.0, True),
        ("linear", 0.5, 0.1, 0.2, True),
        ("selu", 1.0, 0.0, 1.0, True),
        ("relu", 1.0, 0.0, 0.0, True),
        ("tanh", 0.0, 0.3, 0.3, True),
        ("tanh", 0.0, 0.0, 0.0, True),
    ],
)
def test_fixed_points_are_solved(
    name: str, weight: float, bias: float, q: float, converged: bool
) -> None:
    found = mean_field(name, weight_variance=weight, bias_variance=bias)
    assert found.q == pytest.approx(q, rel=1e-10, abs=1e-30)
    assert found.converged == converged


def test_exponential_has_its_closed_form() -> None:
    """V(q) = e^(2q): the fixed point of 0.1·e^(2q) is −W(−0.2)/2."""
    found = mean_field("exponential", weight_variance=0.1, bias_variance=0.0)
    assert found.q == pytest.approx(float(-mpmath.lambertw(-0.2) / 2), rel=1e-10)
    assert found.chi == pytest.approx(found.q)


def test_selus_gradients_grow_by_seven_percent() -> None:
    found = mean_field("selu", weight_variance=1.0, bias_variance=0.0)
    assert found.chi == pytest.approx(1.0715750, abs=5e-8)
    assert found.depth_scale is not None
    assert found.depth_scale < 0


def test_a_map_that_falls_is_followed() -> None:
    found = mean_field("formula", weight_variance=1.0, bias_variance=0.1, formula="3*sin(5*x)")
    assert found.q == pytest.approx(4.6)  # E sin² is 1/2 for so wide an input


@pytest.mark.parametrize("each", SCALAR, ids=lambda each: each.value)
def test_a_fixed_point_stays_where_it_is(each: Activation) -> None:
    own = recursion(each.value)
    found = mean_field_of(own, 0.8, 0.3)
    if found.q is not None:
        after = 0.8 * moments_of(own.curve, 0.0, math.sqrt(found.q)).second + 0.3
        assert after == pytest.approx(found.q, rel=1e-10)


@pytest.mark.parametrize("each", SCALAR, ids=lambda each: each.value)
def test_the_slope_of_v_is_that_of_its_values(each: Activation) -> None:
    curve = scalar_curve(each.value, {})
    for q in (0.3, 1.7):
        step = 1e-4 * q
        low, high = (passed_on(curve, q + side * step)[0] for side in (-1, 1))
        assert passed_on(curve, q)[2] == pytest.approx((high - low) / (2 * step), rel=1e-6)


def test_wide_inputs_are_resolved() -> None:
    """E tanh′² → (4/3)·φ(0)/√q: all of it lies within a 5,000th of the input's spread."""
    found = moments_of(scalar_curve("tanh", {}), 0.0, 1e4).slope_second
    assert found == pytest.approx(4 / 3 / math.sqrt(2 * math.pi) / 1e4, rel=1e-7)


def test_layers_follow_the_recursion_and_say_when_they_overflow() -> None:
    q, chi = zip(*layers(recursion("relu"), 2.0, 0.0, 20), strict=True)
    assert q == pytest.approx([2.0] * 20, rel=1e-12)
    assert math.prod(chi) == pytest.approx(1.0, rel=1e-12)
    grown = [each for each, _ in layers(recursion("relu"), 2e5, 0.0, 70)]
    assert grown[49] == pytest.approx(2e5 * 1e5**49)
    assert grown[-1] == math.inf


@pytest.mark.parametrize(
    ("c", "after"), [(0.0, 0.318310), (0.5, 0.608998), (0.9, 0.909538), (1.0, 1.0)]
)
def test_relus_correlation_map_is_the_published_one(c: float, after: float) -> None:
    assert correlation_after(recursion("relu"), 2.0, 0.0, 2.0, c) == pytest.approx(after, abs=5e-7)


@pytest.mark.parametrize("q", [1e-3, 1.0, 1e4])
@pytest.mark.parametrize("c", [-1.0, -0.9, 0.0, 0.5, 0.99, 1 - 1e-9])
def test_relus_pairs_have_their_closed_form(q: float, c: float) -> None:
    arc = (math.sqrt(1 - c * c) + c * (math.pi - math.acos(c))) / math.pi
    assert 2 * paired(scalar_curve("relu", {}), q, c) / q == pytest.approx(arc, abs=1e-12)


@pytest.mark.parametrize("q", [0.1, 1.0, 100.0])
@pytest.mark.parametrize("c", [-0.9, 0.0, 0.5, 1 - 1e-9])
def test_erf_pairs_have_williams_closed_form(q: float, c: float) -> None:
    erf = scalar_curve("formula", {"formula": "erf(x)"})
    closed = 2 / math.pi * math.asin(2 * q * c / (1 + 2 * q))
    assert paired(erf, q, c) == pytest.approx(closed, abs=1e-12)


def test_jumps_in_pairs_are_split() -> None:
    """E H(u₁)H(u₂) = 1/4 + asin(c)/2π for the step, Sheppard 1899."""
    step = scalar_curve("formula", {"formula": "1 if x > 0 else 0"})
    for c in (-0.5, 0.3, 0.999):
        assert paired(step, 1.0, c) == pytest.approx(0.25 + math.asin(c) / (2 * math.pi), abs=1e-12)


@pytest.mark.parametrize("name", ["tanh", "elu"])
def test_the_correlation_maps_slope_at_1_is_chi(name: str) -> None:
    own = recursion(name)
    found = mean_field_of(own, 1.2, 0.2)
    assert found.q is not None
    step = 1e-6
    slope = (1 - correlation_after(own, 1.2, 0.2, found.q, 1 - step)) / step
    assert slope == pytest.approx(found.chi, rel=1e-4)


def test_correlations_settle_below_1_in_chaos_only() -> None:
    own = recursion("tanh")
    for weight, bias in ((1.69, 0.09), (6.25, 0.09), (6.25, 0.0)):
        q = mean_field_of(own, weight, bias).q
        assert q is not None
        settled = correlation_fixed_point(own, weight, bias, q)
        assert settled is not None
        after = correlation_after(own, weight, bias, q, settled)
        assert after == pytest.approx(settled, abs=1e-12)
        assert (settled == 1.0) == (weight == 1.69)
        assert (settled == 0.0) == (bias == 0.0)
    assert correlation_fixed_point(own, 1.0, 0.0, 0.0) is None


def test_depth_scales() -> None:
    assert depth_scale(math.exp(-0.1)) == pytest.approx(10)
    assert depth_scale(math.exp(0.1)) == pytest.approx(-10)
    assert depth_scale(1 + 1e-13) == math.inf
    assert depth_scale(0.0) == 0.0


def test_bad_values_are_refused() -> None:
    with pytest.raises(ValueError, match=r"mean_field\.weight_variance: -1\.0 is not allowed"):
        mean_field("relu", weight_variance=-1.0, bias_variance=0.0)
    with pytest.raises(ValueError, match=r"mean_field\.bias_variance: nan"):
        mean_field("relu", weight_variance=1.0, bias_variance=math.nan)
    with pytest.raises(ValueError, match=r"use actviz\.softmax"):
        mean_field("softmax", weight_variance=1.0, bias_variance=0.0)
