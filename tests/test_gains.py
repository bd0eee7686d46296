"""Gains in all conventions, against published ones and torch's own function."""

from __future__ import annotations

import math
from typing import Any

import pytest

from actviz.activations import row
from actviz.analysis.gains import gains, torch_gain
from actviz.analysis.moments import moments


def of(activation: str, **given: Any) -> dict[str, float]:
    values = row(activation).complete(given)
    return {
        each.name: each.value for each in gains(activation, values, moments(activation, **given))
    }


# NFNet's list, as timm has it: Monte Carlo, so 1.5e-3 relative.
NFNET = {
    "relu": 1.71395886,
    "gelu": 1.70150435,
    "swish": 1.78812933,
    "elu": 1.27160048,
    "selu": 1.00085155,
    "sigmoid": 4.80383539,
    "tanh": 1.59391177,
}


@pytest.mark.parametrize("activation", NFNET)
def test_the_variance_gain_is_nfnets(activation: str) -> None:
    assert of(activation)["1/√Var f"] == pytest.approx(NFNET[activation], rel=1.5e-3)


def test_the_three_conventions_differ_for_a_sigmoid() -> None:
    found = of("sigmoid")
    names = ("1/√E f²", "1/√Var f", "1/√E f′²")
    assert [found[name] for name in names] == pytest.approx([1.846, 4.801, 4.723], abs=5e-4)


def test_he_is_right_for_relu_and_lecun_for_selu() -> None:
    assert of("relu")["1/√E f²"] == pytest.approx(of("relu")["He"], abs=1e-10)
    assert of("selu")["1/√E f²"] == pytest.approx(of("selu")["LeCun"], abs=1e-10)


@pytest.mark.parametrize("activation", ["gelu", "swish", "thresholded_relu", "softplus"])
def test_torch_has_no_gain_for_others(activation: str) -> None:
    assert math.isnan(torch_gain(activation, row(activation).complete({})))


def test_a_function_of_no_variance_needs_an_infinite_gain() -> None:
    found = of("relu", max_value=0.0)
    assert found["1/√E f²"] == math.inf
    assert found["1/√Var f"] == math.inf
