"""The map over σw × σb against the solver, and critical lines against what is known of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from actviz.analysis.meanfield import mean_field_of
from actviz.analysis.phase import line_of, phase_map, recursion_of, sampling

SIGMA_W, SIGMA_B = np.linspace(0.0, 4.0, 33), np.linspace(0.0, 2.0, 17)


@pytest.mark.parametrize("name", ["tanh", "relu", "gelu", "elu", "sigmoid", "swish", "exponential"])
def test_the_map_is_what_the_solver_finds(name: str) -> None:
    recursion = recursion_of(name, ())
    *_, sampled = sampling(recursion)
    assert sampled is not None
    chi = phase_map(sampled, SIGMA_W, SIGMA_B)
    assert chi.shape == (17, 33)
    random = np.random.default_rng(5)
    for row, column in zip(random.integers(0, 17, 12), random.integers(0, 33, 12), strict=True):
        weight, bias = float(SIGMA_W[column]) ** 2, float(SIGMA_B[row]) ** 2
        solved = mean_field_of(recursion, weight, bias).chi
        if solved is None:
            assert np.isnan(chi[row, column])
        else:
            assert chi[row, column] == pytest.approx(solved, rel=0.05, abs=1e-9)  # a shade


def test_tanhs_critical_line_has_schoenholz_point_on_it() -> None:
    *_, line = line_of(recursion_of("tanh", ()))
    points = [each for each in line if each is not None]
    assert (points[0].weight_variance, points[0].bias_variance) == (1.0, 0.0)
    bias = [each.bias_variance for each in points]
    weight = [each.weight_variance for each in points]
    assert bias == sorted(bias)
    assert np.interp(0.05, bias, weight) == pytest.approx(1.76, abs=5e-3)


def test_gelus_critical_line_begins_at_its_half_stable_point() -> None:
    *_, line = line_of(recursion_of("gelu", ()))
    first = next(each for each in line if each is not None)
    assert first.q == pytest.approx((3 + math.sqrt(17)) / 2, rel=0.13)  # a step of the line
    assert first.q > (3 + math.sqrt(17)) / 2
    assert first.weight_variance == pytest.approx(1.983058, abs=1e-3)


def test_recursions_are_kept() -> None:
    assert recursion_of("elu", (("alpha", 2.0),)) is recursion_of("elu", (("alpha", 2.0),))
