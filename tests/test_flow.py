"""The map of means and variances, against Klambauer's numbers, closed forms and Monte Carlo."""

from __future__ import annotations

import math

import numpy as np
import pytest

from actviz.activations import ROWS, Row
from actviz.analysis.curve import Curve
from actviz.analysis.flow import PROVEN, field, fixed_point, in_box, jacobian, orbit, step
from actviz.analysis.moments import moments_of
from actviz.analysis.saturation import scalar_curve
from actviz.expression import Formula

SELU = scalar_curve("selu", {})
SCALAR = [each for each in ROWS if not each.vector]


def test_selu_has_the_published_fixed_point() -> None:
    """Klambauer et al. 2017, section 2: (0, 1), the Jacobian there, its spectral norm."""
    found = fixed_point(SELU)
    assert found.fate == "found"
    assert (found.mean, found.variance) == (pytest.approx(0.0, abs=1e-14), pytest.approx(1.0))
    published = np.array([[0.0, 0.088834], [0.0, 0.782648]])
    assert np.abs(np.array(found.jacobian) - published).max() < 1e-6
    assert found.norm == pytest.approx(0.7877, abs=5e-5)
    assert found.radius == pytest.approx(0.782648, abs=1e-6)


def test_all_positive_weights_break_it() -> None:
    """With ω = 1 (0, 1) is a fixed point still, but it attracts no more."""
    found = fixed_point(SELU, omega=1.0)
    assert (found.mean, found.variance) == (pytest.approx(0.0, abs=1e-12), pytest.approx(1.0))
    assert found.norm == pytest.approx(1.1109491419944094, rel=1e-12)  # mpmath
    assert found.radius > 1.0


@pytest.mark.parametrize("each", SCALAR, ids=lambda each: each.name)
def test_a_step_has_the_moments_of_the_readings(each: Row) -> None:
    curve = Curve.of(each, each.complete())
    for mean, variance, omega, tau in ((0.0, 1.0, 0.0, 1.0), (0.4, 0.7, 0.5, 1.1)):
        found = step(curve, np.array([mean]), np.array([variance]), omega, tau)
        expected = moments_of(curve, omega * mean, math.sqrt(tau * variance))
        assert found[0][0] == pytest.approx(expected.mean, abs=1e-10)
        assert found[1][0] == pytest.approx(expected.variance, abs=1e-10)
        coarse = field(curve, np.array([mean]), np.array([variance]), omega, tau)
        assert coarse[0][0] == pytest.approx(expected.mean, abs=1e-4)
        assert coarse[1][0] == pytest.approx(expected.variance, rel=1e-3)


@pytest.mark.parametrize("each", SCALAR, ids=lambda each: each.name)
def test_the_jacobian_is_the_maps_slope(each: Row) -> None:
    curve = Curve.of(each, each.complete())
    point, h = np.array([0.3, 0.9]), 1e-4
    found = jacobian(curve, *point, 0.8, 1.2)
    for index in range(2):
        ends = [point + sign * h * np.eye(2)[index] for sign in (1.0, -1.0)]
        high, low = (np.concatenate(step(curve, at[:1], at[1:], 0.8, 1.2)) for at in ends)
        assert found[:, index] == pytest.approx((high - low) / (2 * h), abs=2e-6, rel=2e-6)


def test_a_step_is_what_a_layer_does() -> None:
    """Monte Carlo: a wide layer with weights of sum ω and of squares τ, seed 5."""
    rng = np.random.default_rng(5)
    n, omega, tau, mean, variance = 400, 0.3, 1.05, 0.2, 1.3
    weights = rng.normal(size=n)
    weights -= weights.mean()
    weights *= math.sqrt((tau - omega**2 / n) / np.sum(weights**2))
    weights += omega / n
    assert (weights.sum(), np.sum(weights**2)) == (pytest.approx(omega), pytest.approx(tau))
    z = rng.normal(mean, math.sqrt(variance), size=(20_000, n)) @ weights
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    y = scale * np.where(z > 0, z, alpha * np.expm1(z))
    found = step(SELU, np.array([mean]), np.array([variance]), omega, tau)
    assert found[0][0] == pytest.approx(y.mean(), abs=5 * y.std() / math.sqrt(y.size))
    assert found[1][0] == pytest.approx(y.var(), rel=0.05)


@pytest.mark.parametrize(
    ("activation", "fate"),
    [
        ("relu", "dies out"),
        ("tanh", "dies out"),
        ("sigmoid", "dies out"),
        ("gelu", "dies out"),
        ("exponential", "grows without bound"),
        ("linear", "not isolated"),
    ],
)
def test_the_fate_of_other_activations(activation: str, fate: str) -> None:
    found = fixed_point(scalar_curve(activation, {}))
    assert found.fate == fate
    assert math.isnan(found.norm) == (not found.exists)


def test_relu_needs_its_own_tau() -> None:
    """Var relu(z) is (1 − 1/π)/2 of the variance: τ = 2.9339 keeps it, a little more does not."""
    relu = scalar_curve("relu", {})
    tau = 2.0 / (1.0 - 1.0 / math.pi)
    assert step(relu, np.zeros(1), np.ones(1), 0.0, tau)[1][0] == pytest.approx(1.0, rel=1e-12)
    assert fixed_point(relu, 0.0, tau).fate == "not isolated"
    assert fixed_point(relu, 0.0, 1.05 * tau).fate == "grows without bound"


def test_an_orbit_goes_to_the_fixed_point_and_ends_where_nothing_is_left() -> None:
    means, variances = orbit(SELU, (0.1, 1.5), 60)
    assert (len(means), means[0], variances[0]) == (61, 0.1, 1.5)
    assert (abs(means[-1]), variances[-1]) == (pytest.approx(0.0, abs=1e-6), pytest.approx(1.0))
    assert np.all(np.diff(variances) < 0.0)
    means, variances = orbit(scalar_curve("relu", {}), (0.0, 1.0), 500)
    assert len(means) < 80
    assert variances[-1] < 1e-29


def test_a_users_formula_has_its_flow() -> None:
    curve = scalar_curve(Formula.own("x + 0.5"), {})
    assert fixed_point(curve, 0.0, 1.0).mean == pytest.approx(0.5)
    nowhere = scalar_curve(Formula.own("log(x)"), {})
    assert fixed_point(nowhere).fate == "not found"


def test_the_proven_box() -> None:
    assert in_box(0.1, 0.8, -0.1, 1.1)
    assert not in_box(0.0, 1.0, 0.2, 1.0)
    assert PROVEN.variance == (0.8, 1.5)


@pytest.mark.parametrize("activation", ["selu", "exponential", "hard_shrink"])
@pytest.mark.parametrize("layer", [(1.0, 1e6), (-1e6, 1e-300), (0.0, 1e6), (1e6, 1e-300)])
@pytest.mark.parametrize("start", [(100.0, 1e-300), (0.0, 100.0)])
def test_extreme_layers_have_a_fate(
    activation: str, layer: tuple[float, float], start: tuple[float, float]
) -> None:
    curve = scalar_curve(activation, {})
    found = fixed_point(curve, *layer, start)
    assert found.exists == math.isfinite(found.variance)
    means, variances = orbit(curve, start, 5, *layer)
    assert np.isfinite(means).all()
    assert (variances > 0.0).all()
