"""Softmax of whole vectors and its Jacobian in NumPy: golden numbers, shapes, limits."""

from __future__ import annotations

import numpy as np
import pytest
from golden_numbers import worst
from golden_softmax import GoldenSoftmax, softmax_cases

from actviz import vectors
from actviz.evaluation import NumPyEngine
from actviz.vectors import SoftmaxRequest, SoftmaxResult, pieces

BOUND = {"float32": 0.501, "float64": 8.0}
SMALL = 1000
"""Vectors up to this length have their whole Jacobian checked."""


def softmax_of(x: object, axis: object = -1, temperature: object = 1.0) -> SoftmaxResult:
    return NumPyEngine().softmax(SoftmaxRequest.of(np.asarray(x), axis, temperature))


@pytest.mark.parametrize(
    "case", [*softmax_cases("float32"), *softmax_cases("float64")], ids=lambda case: case.label
)
def test_numpy_holds_its_bounds(case: GoldenSoftmax) -> None:
    result = softmax_of(case.x, -1, case.temperature)
    assert result.y.dtype == case.dtype
    assert worst(result.y[case.picked], case.f, case.dtype) <= BOUND[case.dtype]
    assert worst(result.diagonal[case.picked], case.df, case.dtype) <= BOUND[case.dtype]
    if len(case.x) <= SMALL:
        jacobian = result.jacobian
        assert np.array_equal(np.diagonal(jacobian), result.diagonal)
        assert np.array_equal(jacobian, jacobian.T)
        if len(case.pairs):
            off = jacobian[case.pairs[:, 0], case.pairs[:, 1]]
            assert worst(off, case.off, case.dtype) <= BOUND[case.dtype]


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_every_vector_along_an_axis_is_its_own(axis: int, monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(8).normal(size=(5, 6, 7))
    whole = softmax_of(x, axis, 0.7)
    monkeypatch.setattr(vectors, "_PIECE", 20)
    parts = softmax_of(x, axis, 0.7)
    for one, other in ((whole.y, parts.y), (whole.diagonal, parts.diagonal)):
        assert np.array_equal(one, other)
    assert np.array_equal(whole.jacobian, parts.jacobian)
    moved, y, diagonal = (np.moveaxis(each, axis, -1) for each in (x, whole.y, whole.diagonal))
    n = x.shape[axis]
    assert whole.jacobian.shape == (*moved.shape, n)
    for place in ((0, 0), (2, 3), (-1, -1)):
        alone = softmax_of(moved[place], -1, 0.7)
        assert np.array_equal(alone.y, y[place])
        assert np.array_equal(alone.diagonal, diagonal[place])
        assert np.array_equal(alone.jacobian, whole.jacobian[place])


@pytest.mark.parametrize("shape", [(7, 5, 3), (1, 5, 300), (300, 5, 1), (3, 50, 3), (2, 1, 1)])
@pytest.mark.parametrize("most", [1, 10, 40, 10**6])
def test_pieces_cover_all_vectors_once(shape: tuple[int, int, int], most: int) -> None:
    seen = np.zeros(shape, int)
    for outer, inner in pieces(shape, most):
        seen[outer, :, inner] += 1
        assert seen[outer, :, inner].size <= max(most, shape[1])
    assert (seen == 1).all()


@pytest.mark.parametrize(
    ("shape", "axis", "jacobian"),
    [
        ((0,), 0, (0, 0)),
        ((3, 0), 1, (3, 0, 0)),
        ((3, 0), 0, (0, 3, 3)),
        ((0, 4), -1, (0, 4, 4)),
        ((1,), 0, (1, 1)),
        ((2, 3, 4), 1, (2, 4, 3, 3)),
    ],
)
def test_shapes(shape: tuple[int, ...], axis: int, jacobian: tuple[int, ...]) -> None:
    result = softmax_of(np.zeros(shape, np.float32), axis)
    assert result.y.shape == result.diagonal.shape == shape
    assert result.jacobian.shape == jacobian
    assert result.jacobian.dtype == np.float32


def test_a_jacobian_too_large_names_its_size() -> None:
    result = softmax_of(np.zeros(1_000_000, np.float32))
    with pytest.raises(
        ValueError, match=r"jacobian: 1 × 1000000 × 1000000 .* 4000000000000 bytes; .* 2147483648"
    ):
        _ = result.jacobian


def test_infinite_logits_and_nan() -> None:
    inf, nan = np.inf, np.nan
    for x, y in (
        ([inf, 1.0, -inf], [1.0, 0.0, 0.0]),
        ([inf, 1.0, inf], [0.5, 0.0, 0.5]),
        ([-inf, -inf], [0.5, 0.5]),
        ([-inf, 2.0], [0.0, 1.0]),
        ([nan, 1.0], [nan, nan]),
        ([inf, nan, 0.0], [nan, nan, nan]),
    ):
        s = np.array(y)
        result = softmax_of(np.array(x), -1, 0.5)
        np.testing.assert_array_equal(result.y, s)
        np.testing.assert_array_equal(result.jacobian, (np.diag(s) - np.outer(s, s)) / 0.5)
        np.testing.assert_array_equal(result.diagonal, s * (1 - s) / 0.5)


@pytest.mark.parametrize("n", [1, 2, 5, 1000])
def test_a_huge_temperature_makes_all_equal(n: int) -> None:
    x = np.random.default_rng(n).normal(size=n) * 1e30
    assert (softmax_of(x, -1, 1e300).y == 1 / n).all()


def test_a_shift_of_all_logits_changes_no_bit() -> None:
    x = np.random.default_rng(3).integers(-50, 50, (4, 30)) / 8.0
    for dtype in (np.float32, np.float64):
        first, moved = (softmax_of((x + by).astype(dtype), -1, 0.3) for by in (0.0, 1024.0))
        assert np.array_equal(first.y, moved.y)
        assert np.array_equal(first.jacobian, moved.jacobian)


def test_probabilities_add_up_to_1_and_rows_of_the_jacobian_to_0() -> None:
    x = np.random.default_rng(4).normal(size=(50, 40)) * 5
    result = softmax_of(x)
    assert np.abs(result.y.sum(axis=-1) - 1.0).max() < 40 * 2.0**-53
    assert np.abs(result.jacobian.sum(axis=-1)).max() < 40 * 2.0**-54


@pytest.mark.parametrize(
    ("axis", "temperature", "words"),
    [
        (2, 1.0, r"softmax\.axis: 2 is not allowed; it must be from -2 to 1"),
        (-3, 1.0, r"softmax\.axis: -3 is not allowed; it must be from -2 to 1"),
        (1.0, 1.0, r"softmax\.axis: 1\.0 .* a whole number"),
        (True, 1.0, r"softmax\.axis: True"),
        (0, 0.0, r"softmax\.temperature: 0\.0 .* a finite number greater than 0"),
        (0, -1.0, r"softmax\.temperature: -1\.0"),
        (0, np.nan, r"softmax\.temperature: nan"),
        (0, np.inf, r"softmax\.temperature: inf"),
        (0, "1", r"softmax\.temperature: '1'"),
        (0, True, r"softmax\.temperature: True"),
    ],
)
def test_bad_values_are_refused(axis: object, temperature: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        softmax_of(np.zeros((2, 3)), axis, temperature)


def test_a_single_number_has_no_axis() -> None:
    with pytest.raises(ValueError, match=r"softmax\.axis: -1 .* a single number has no axis"):
        softmax_of(1.0)
