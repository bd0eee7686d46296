"""Softmax on the bench, against mpmath, torch and closed forms."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import torch

from actviz.analysis.bench import Bench, double_floor, shares_of, sigmoid_of_two

VECTORS = [(1.0, 2.0, 3.0), (0.0,), (5.0, -3.0), (0.0, 0.0, 0.0, 0.0), (700.0, -700.0, 3.0, 3.0)]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0, 30.0])
@pytest.mark.parametrize("logits", VECTORS, ids=str)
def test_all_of_it_agrees_with_mpmath(logits: tuple[float, ...], temperature: float) -> None:
    bench = Bench.of(logits, temperature)
    with mpmath.workdps(1500):
        terms = [mpmath.exp(mpmath.mpf(x) / temperature) for x in logits]
        shares = [term / sum(terms) for term in terms]
        entropy = -sum(p * mpmath.log(p) for p in shares)
        logs = [float(mpmath.log(p)) for p in shares]
        odds = [float(mpmath.log(p / (1 - p))) if len(logits) > 1 else math.inf for p in shares]
    assert bench.probabilities == pytest.approx([float(p) for p in shares], rel=1e-14)
    assert bench.entropy == pytest.approx(float(entropy), rel=1e-12, abs=1e-300)
    assert bench.log_probabilities == pytest.approx(logs, rel=1e-13, abs=1e-15)
    assert bench.log_odds == pytest.approx(odds, rel=1e-13, abs=1e-14)
    assert bench.most_entropy == math.log(len(logits))


@pytest.mark.parametrize("logits", VECTORS, ids=str)
def test_the_jacobian_is_torchs_and_its_eigenvalues_belong_to_it(
    logits: tuple[float, ...],
) -> None:
    bench = Bench.of(logits, 0.7)
    x = torch.tensor(logits, dtype=torch.float64)
    judge = torch.autograd.functional.jacobian(lambda z: torch.softmax(z / 0.7, -1), x).numpy()
    assert np.allclose(bench.jacobian, judge, rtol=1e-12, atol=1e-14)
    assert np.abs(bench.jacobian.sum(axis=1)).max() < 1e-15
    assert np.allclose(bench.eigenvalues, np.sort(np.linalg.eigvals(judge).real), atol=1e-14)
    assert bench.eigenvalues[0] == 0.0
    assert np.all(np.diff(bench.eigenvalues) >= 0.0)
    assert bench.eigenvalues[-1] <= 0.5 / 0.7 + 1e-15


def test_a_double_softmax_has_a_floor() -> None:
    """torch's cross-entropy, given the best probabilities there are, cannot go below it."""
    for classes in (2, 4, 10):
        best = torch.zeros(1, classes, dtype=torch.float64)
        best[0, 0] = 1.0
        loss = torch.nn.functional.cross_entropy(best, torch.tensor([0]))
        assert double_floor(classes) == pytest.approx(float(loss), rel=1e-14)
    bench = Bench.of((60.0, 0.0, 0.0, 0.0))
    assert -math.log(bench.twice[0]) == pytest.approx(bench.floor, rel=1e-12)
    assert bench.loss(0) < 1e-20
    with pytest.raises(ValueError, match="classes: 0 is not allowed"):
        double_floor(0)


@pytest.mark.parametrize(("first", "second"), [(1.0, 3.0), (0.0, 0.0), (800.0, -800.0)])
def test_sigmoid_is_a_softmax_of_two(first: float, second: float) -> None:
    found = sigmoid_of_two(first, second, 2.0)
    assert found.softmax == pytest.approx(found.sigmoid, rel=1e-14, abs=0.0)
    judge = torch.sigmoid(torch.tensor((first - second) / 2.0, dtype=torch.float64))
    assert found.sigmoid[0] == pytest.approx(float(judge), rel=1e-14)


def test_a_table_has_its_softmax_along_either_axis() -> None:
    table = np.random.default_rng(3).normal(size=(3, 5))
    for axis in (0, 1, -1):
        judge = torch.softmax(torch.tensor(table) / 0.5, axis).numpy()
        assert shares_of(table, axis, 0.5) == pytest.approx(judge, rel=1e-13)
    with pytest.raises(ValueError, match=r"softmax\.axis: 2 is not allowed"):
        shares_of(table, 2)


@pytest.mark.parametrize(
    ("logits", "temperature", "said"),
    [
        ((), 1.0, r"logits: the shape \(0,\)"),
        (np.zeros((2, 2)), 1.0, r"logits: the shape \(2, 2\)"),
        (np.zeros(65), 1.0, "one row of 1 to 64"),
        ((1.0, math.nan), 1.0, "logits: nan is not allowed"),
        ((1.0, math.inf), 1.0, "logits: inf is not allowed"),
        ((1.0,), 0.0, "temperature"),
    ],
)
def test_bad_vectors_are_refused(logits: object, temperature: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Bench.of(logits, temperature)
