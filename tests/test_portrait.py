"""What the Saturation lens shows, against values from outside: closed forms and definitions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from actviz.activations import Activation, row
from actviz.analysis.portrait import Portrait, portrait, view_of


def of(activation: str, *, std: float = 1.0, mean: float = 0.0, **given: Any) -> Portrait:
    values = tuple(row(activation).complete(given).items())
    view = view_of(activation, values, mean, std)
    return portrait(activation, values, 0.01, (mean, std), view)


@pytest.mark.parametrize(
    ("activation", "given", "order", "places"),
    [
        ("elu", {"alpha": 1.0}, 1, (0.0,)),
        ("elu", {"alpha": 0.5}, 0, (0.0,)),
        ("selu", {}, 0, (0.0,)),
        ("relu", {}, 0, (0.0,)),
        ("thresholded_relu", {}, -1, (1.0,)),
        ("gelu", {}, math.inf, ()),
        ("sigmoid", {}, math.inf, ()),
        ("hard_sigmoid", {}, 0, (-3.0, 3.0)),
        ("sparse_plus", {}, 1, (-1.0, 1.0)),
    ],
)
def test_smoothness_is_the_textbooks(
    activation: str, given: dict[str, float], order: float, places: tuple[float, ...]
) -> None:
    found = of(activation, **given).smoothness
    assert found.order == order
    assert found.places == pytest.approx(places)


def test_dead_mass_is_what_lies_where_the_slope_is_zero() -> None:
    assert of("relu").dead == pytest.approx(0.5, abs=1e-15)
    assert of("thresholded_relu").dead == pytest.approx(0.8413447461, abs=1e-10)
    assert of("hard_sigmoid").dead == pytest.approx(0.0026997961, abs=1e-10)
    assert of("sigmoid").dead == 0.0
    assert of("gelu").dead == 0.0
    shifted = of("relu", mean=1.0, std=2.0).dead
    assert shifted == pytest.approx(0.3085375387, abs=1e-10)


def test_a_jump_is_not_joined() -> None:
    found = of("thresholded_relu")
    at = np.flatnonzero(np.isnan(found.f))
    assert len(at) == 1
    before, after = found.f[at[0] - 1], found.f[at[0] + 1]
    assert (before, after) == (0.0, 1.0)
    assert found.x[at[0] - 1] == found.x[at[0]] == found.x[at[0] + 1] == 1.0


@pytest.mark.parametrize("activation", [each.value for each in Activation])
def test_samples_ascend_and_are_the_rows(activation: str) -> None:
    found = of(activation)
    assert np.all(np.diff(found.x) >= 0)
    seen = ~np.isnan(found.f)
    inside = seen & ~np.isin(found.x, [each.x for each in found.readings.breaks])
    y, _ = row(activation).evaluate(found.x[inside], row(activation).complete({}))
    assert np.allclose(found.f[inside], y, rtol=1e-9, atol=1e-12)
