"""The distribution of outputs, against closed forms and a large sample."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from actviz.activations import Activation, row
from actviz.analysis.curve import Curve
from actviz.analysis.pushforward import Pushed, pushed


def of(activation: str, mean: float = 0.0, std: float = 1.0, **values: Any) -> Pushed:
    own = row(activation)
    return pushed(Curve.of(own, own.complete(values)), mean, std)


def total(found: Pushed) -> float:
    inside = float(found.density @ np.diff(found.edges))
    return inside + sum(share for _, share in found.masses) + found.beyond


def phi(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


def test_a_rectifier_has_half_its_mass_at_zero() -> None:
    assert of("relu").masses == ((0.0, pytest.approx(0.5, abs=1e-15)),)
    assert of("hard_sigmoid", std=3.0).masses == (
        (0.0, pytest.approx(phi(-1.0), abs=1e-12)),
        (1.0, pytest.approx(phi(-1.0), abs=1e-12)),
    )
    assert of("thresholded_relu").masses == ((0.0, pytest.approx(phi(1.0), abs=1e-12)),)
    assert of("gelu").masses == ()


def test_a_sigmoids_output_is_logit_normal() -> None:
    found = of("sigmoid", std=1.5)
    inside = (found.edges > 0.0) & (found.edges < 1.0)
    y = found.edges[inside]
    expected = np.array([phi(each / 1.5) for each in np.log(y / (1 - y)).tolist()])
    below = np.concatenate([[0.0], np.cumsum(found.density * np.diff(found.edges))])[inside]
    assert len(y) > 300
    assert np.allclose(below - below[0], expected - expected[0], atol=3e-6)


@pytest.mark.parametrize("activation", [each.value for each in Activation])
def test_all_mass_is_somewhere_and_where_a_sample_has_it(activation: str) -> None:
    found = of(activation, 0.3, 1.7)
    assert total(found) == pytest.approx(1.0, abs=1e-9)
    rng = np.random.default_rng(7)
    x = 0.3 + 1.7 * rng.standard_normal(200_000)
    own = row(activation)
    y = Curve.of(own, own.complete({})).f(x)
    levels = [each for each, _ in found.masses]
    counted, _ = np.histogram(y[~np.isin(y, levels)], found.edges)
    expected = found.density * np.diff(found.edges) * len(x)
    # Forty bins together, so that chance is small beside what a fault would be.
    sums = counted.reshape(40, -1).sum(axis=1), expected.reshape(40, -1).sum(axis=1)
    assert np.all(np.abs(sums[0] - sums[1]) <= 5 * np.sqrt(sums[1]) + 12)
