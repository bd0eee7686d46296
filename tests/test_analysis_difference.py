"""How far curves lie apart, against numbers worked out by hand and by torch."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from actviz.activations import ROWS, Row, row
from actviz.analysis.difference import Difference, difference
from actviz.formats import DIALECTS


def between(activation: str, first: str, second: str) -> Difference:
    """Compare what two dialects mean by one word."""
    one, other = (row(activation).complete(DIALECTS[d].words[activation]) for d in (first, second))
    return difference(activation, one, activation, other)


def test_hard_sigmoid_of_keras_2_and_3_differs_by_a_twelfth() -> None:
    found = between("hard_sigmoid", "keras", "keras2")
    assert found.fraction == Fraction(1, 12)
    assert found.places == (-2.5, 2.5)


def test_the_slopes_of_leaky_relu_part_without_bound() -> None:
    for first, second in (("keras", "torch"), ("keras", "haibal")):
        assert between("leaky_relu", first, second) == Difference(math.inf, (-math.inf,))


def test_the_two_forms_of_gelu_are_as_far_apart_as_in_torch() -> None:
    exact, tanh = ({"approximate": word} for word in ("none", "tanh"))
    found = difference("gelu", exact, "gelu", tanh)
    x = torch.linspace(-8.0, 8.0, 400_001, dtype=torch.float64)
    gelu = torch.nn.functional.gelu
    apart = (gelu(x) - gelu(x, approximate="tanh")).abs()
    assert found.size == pytest.approx(float(apart.max()), rel=1e-6)
    assert found.fraction is None
    assert [abs(x) for x in found.places] == pytest.approx(
        [abs(float(x[apart.argmax()]))] * 2, abs=1e-3
    )


def test_a_difference_is_found_at_kinks_at_jumps_and_at_infinity() -> None:
    relu = row("relu").complete()
    found = difference("softplus", {"beta": 1.0}, "relu", relu)
    assert found.size == pytest.approx(math.log(2), rel=1e-15)
    assert found.places == (0.0,)
    found = difference("thresholded_relu", {"theta": 1.0}, "relu", relu)
    assert (found.size, found.places) == (1.0, (1.0,))
    found = difference("elu", {"alpha": 1.0}, "elu", {"alpha": 0.7})
    assert (found.fraction, found.places) == (Fraction(3, 10), (-math.inf,))
    assert difference("elu", {"alpha": 0.7}, "elu", {"alpha": 0.7}) == Difference(0.0, ())


@pytest.mark.parametrize("each", ROWS, ids=lambda each: each.name)
def test_every_pair_of_dialects_can_be_compared(each: Row) -> None:
    name = each.name
    words = [each.words[name] for each in DIALECTS.values() if name in each.words]
    meant = [row(name).complete(values) for values in words]
    for first in meant:
        for second in meant:
            found = difference(name, first, name, second)
            assert found.size >= 0
            assert (found.size == 0) == (not found.places)
            if math.isfinite(found.size):
                x = np.linspace(-30.0, 30.0, 997)
                apart = np.abs(row(name).evaluate(x, first)[0] - row(name).evaluate(x, second)[0])
                assert apart.max() <= found.size * (1 + 1e-12)
