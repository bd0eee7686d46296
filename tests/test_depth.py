"""A study of depth: what it finds at the end, on the way, and where there is nothing to find."""

from __future__ import annotations

import math

import numpy as np
import pytest

from actviz.analysis.depth import Study, Subject, bins_for, over_networks, study
from actviz.analysis.jacobian import singular_values
from actviz.analysis.network import Network
from actviz.analysis.propagation import Drawn
from actviz.analysis.saturation import scalar_curve

SMALL = Network(width=32, depth=10, batch=8, sigma_w=math.sqrt(2.0))
RELU: Subject = ("relu", ())


def whole(subjects: list[Subject], network: Network = SMALL, networks: int = 3) -> Study:
    parts = list(study(subjects, network, networks))
    done = [each for each, _ in parts]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0.0, 1.0)
    assert all(each.measured is None for each in parts[0][1])
    return parts[-1][1]


def test_the_mean_field_of_relu_is_flat_and_its_map_the_published_one() -> None:
    (found,) = whole([RELU])
    assert found.theory.q == pytest.approx([2.0] * 10, rel=1e-12)
    assert found.theory.gradient == pytest.approx([0.0] * 11, abs=1e-12)
    assert found.theory.fixed.chi == pytest.approx(1.0)
    assert found.correlation is not None
    c, after = found.correlation
    closed = (np.sqrt(1 - c**2) + c * (math.pi - np.arccos(c))) / math.pi
    assert after == pytest.approx(closed, abs=1e-12)


def test_every_network_is_measured_and_the_same_each_time() -> None:
    one, again = whole([RELU])[0].measured, whole([RELU])[0].measured
    assert one is not None
    assert again is not None
    assert one.second.shape == (3, 10)
    assert one.gradient.shape == (3, 11)
    for name in ("second", "gradient", "dead", "density"):
        first, second = getattr(one, name), getattr(again, name)
        assert np.isfinite(first).all()
        assert np.array_equal(first, second)
    assert len({float(each) for each in one.second[:, -1]}) == 3
    assert one.density.sum(axis=0) == pytest.approx(1.0, abs=0.15)
    *_, last = singular_values(SMALL, "relu", {}, Drawn(SMALL), device="numpy")
    assert one.singular == last


def test_curves_are_studied_side_by_side() -> None:
    found = whole([("sigmoid", ()), ("leaky_relu", (("negative_slope", 0.5),))])
    assert found[0].theory.gradient[0] < -5.0
    assert found[1].theory.fixed.q is None  # it grows without bound
    assert found[1].theory.gradient[0] == pytest.approx(10 * math.log10(2 * 0.625) / 2)
    for each in found:
        assert each.measured is not None
        measured = over_networks(each.measured.gradient, 2.0)
        assert measured == pytest.approx(each.theory.gradient, abs=0.5)


def test_overflow_is_kept_as_such() -> None:
    (found,) = whole([RELU], Network(16, 60, 4, sigma_w=1e5))
    assert found.measured is not None
    assert found.measured.overflow == (8, 8, 8)
    assert np.isnan(found.measured.gradient).all()
    assert found.theory.q[-1] == math.inf
    assert found.theory.fixed.q is None


def test_zero_weights_leave_nothing() -> None:
    (found,) = whole([("tanh", ())], Network(16, 5, 4, sigma_w=0.0))
    assert np.all(found.theory.q == 0.0)
    assert found.theory.gradient[0] == -math.inf
    assert found.measured is not None
    assert np.all(found.measured.second == 0.0)
    assert np.all(found.measured.gradient[:, :-1] == -math.inf)


@pytest.mark.parametrize("name", ["sigmoid", "relu", "gelu", "exponential", "linear", "hard_tanh"])
@pytest.mark.parametrize("sigma_w", [0.0, 1.0, 1e4])
def test_bins_hold_the_first_layers_activations(name: str, sigma_w: float) -> None:
    network = Network(64, 1, 16, sigma_w=sigma_w)
    bins = bins_for(scalar_curve(name, {}), network)
    assert -math.inf < bins.low < bins.high < math.inf
    if name != "exponential" or sigma_w <= 1.0:
        h = network.inputs() @ network.weights(1)
        inside = scalar_curve(name, {}).f(h.astype(np.float64))
        assert np.mean((inside >= bins.low) & (inside <= bins.high)) > 0.95


def test_means_over_networks_are_of_any_size() -> None:
    logs = np.array([[-500.0, 0.0, math.nan, -math.inf], [-500.0, 1.0, 2.0, -math.inf]])
    assert over_networks(logs) == pytest.approx([-500.0, math.log10(5.5), 2.0, -math.inf])
    root = over_networks(logs, 2.0)
    assert root[1] == pytest.approx(math.log10(math.sqrt((1 + 100) / 2)))


def test_what_acts_on_vectors_is_refused() -> None:
    with pytest.raises(ValueError, match=r"use actviz\.softmax"):
        list(study([("softmax", ())], SMALL, 1))


@pytest.mark.parametrize("most", [1e-300, -1e-300, 1e-40])
def test_activations_that_hardly_differ_share_a_bin(most: float) -> None:
    subject: Subject = ("relu", (("max_value", most),))
    (found,) = whole([subject], Network(8, 3, 8))
    assert found.measured is not None
    assert np.isfinite(found.measured.second).all()
