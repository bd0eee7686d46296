"""The ruler, against numbers measured by hand and against the tests' own."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from golden_numbers import errors_in_ulp as other_ruler
from hypothesis import given
from hypothesis import strategies as st

from actviz.analysis.ulp import errors_in_ulp, faults, overflow, unit
from actviz.dtypes import DTYPES

SMALLEST, LARGEST = 2.0**-149, (2.0 - 2.0**-23) * 2.0**127


def one(computed: float, truth: float, dtype: str = "float32", rest: float = 0.0) -> float:
    return float(errors_in_ulp(np.array([computed]), np.array([truth]), dtype, rest)[0])


@pytest.mark.parametrize(
    ("computed", "truth", "error"),
    [
        (1.0, 1.0, 0.0),
        (1.0 + 2.0**-23, 1.0, 1.0),
        (1.0 - 2.0**-24, 1.0, 0.5),  # the unit is that at the truth, not at the result
        (1.0, 1.0 - 2.0**-24, 1.0),
        (1.0, 1.0 + 2.0**-25, 0.25),  # the truth is not rounded
        (SMALLEST, 0.0, 1.0),
        (0.0, 0.75 * SMALLEST, 0.75),
        (0.0, 2.0**-126, 2.0**23),
        (3.0 * SMALLEST, SMALLEST, 2.0),
        (-0.0, 0.0, 0.0),
        (math.nan, math.nan, 0.0),
        (math.inf, math.inf, 0.0),
        (math.inf, 2.0**128, 0.0),
        (math.inf, 1e300, 0.0),
        (LARGEST, LARGEST, 0.0),
        (math.nan, 1.0, math.inf),
        (1.0, math.nan, math.inf),
        (math.nan, math.inf, math.inf),
        (math.inf, math.nan, math.inf),
        (math.inf, LARGEST, math.inf),
        (LARGEST, 2.0**128, math.inf),
        (LARGEST, math.inf, math.inf),
        (-math.inf, math.inf, math.inf),
        (-math.inf, 1e300, math.inf),
    ],
)
def test_errors_by_hand(computed: float, truth: float, error: float) -> None:
    assert one(computed, truth) == error
    # the same beside a number that takes the quick way
    pair = errors_in_ulp(np.array([1.0, computed]), np.array([1.0, truth]), "float32")
    assert pair.tolist() == [0.0, error]


@pytest.mark.parametrize(
    ("dtype", "truth", "expected"),
    [
        ("float16", 1.0, 2.0**-10),
        ("float16", 1e-6, 2.0**-24),
        ("bfloat16", 3.0, 2.0**-6),
        ("bfloat16", 0.0, 2.0**-133),
        ("float32", -0.75, 2.0**-24),
        ("float64", 1.0, 2.0**-52),
        ("float64", 5e-324, 5e-324),
        ("float64", 1.7e308, 2.0**971),
    ],
)
def test_units(dtype: str, truth: float, expected: float) -> None:
    assert float(unit(np.array([truth]), dtype)[0]) == expected


def test_what_float64_cannot_hold_of_the_truth_counts() -> None:
    assert one(1.0, 1.0, "float64", 0.25) == 0.25
    assert one(1.0 + 2.0**-52, 1.0, "float64", 0.25) == 0.75
    assert one(0.0, 5e-324, "float64", -0.5) == 0.5
    assert one(5e-324, 5e-324, "float64") == 0.0
    assert one(0.0, 5e-324, "float64") == 1.0
    assert one(math.inf, 1.7e308, "float64") == math.inf


@given(st.floats(width=32), st.floats(width=32), st.floats(-3.0, 3.0))
def test_errors_are_those_of_exact_fractions(truth: float, other: float, shift: float) -> None:
    near = float(np.float32(truth)) * (1.0 + shift * 2.0**-23)
    for computed in (other, float(np.float32(truth))):
        if not (math.isfinite(computed) and math.isfinite(near) and abs(near) < LARGEST):
            continue
        size = max(abs(Fraction(near)), Fraction(2) ** -126)
        exponent = math.floor(math.log2(size))
        exponent += (size >= Fraction(2) ** (exponent + 1)) - (size < Fraction(2) ** exponent)
        error = abs(Fraction(computed) - Fraction(near)) / Fraction(2) ** (exponent - 23)
        assert one(computed, near) == pytest.approx(float(error), rel=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_it_agrees_with_the_ruler_of_the_golden_tests(dtype: str) -> None:
    """That one also calls a wrong sign infinitely wrong; here it is a fault, with its distance."""
    width = int(dtype[5:])
    every = np.arange(0, 1 << width, 1 << (width - 16), dtype=f"u{width // 8}").view(dtype)
    with np.errstate(all="ignore"):
        every = every[~np.isnan(every)]
        truth = every.astype(np.float64) * (1.0 + 2.0**-12)
        truth[::7] *= 3.0
    ours, theirs = errors_in_ulp(every, truth, dtype), other_ruler(every, truth, dtype)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@pytest.mark.parametrize("dtype", list(DTYPES))
def test_the_overflow_of_a_format_is_where_numpy_rounds_to_infinity(dtype: str) -> None:
    limit = overflow(dtype)
    if dtype == "float64":
        assert limit == math.inf
        return
    below = np.array([np.nextafter(limit, 0.0), limit])
    assert one(math.inf, limit, dtype) == 0.0
    assert one(math.inf, float(below[0]), dtype) == math.inf
    assert np.isinf(DTYPES[dtype].rounded(below)).tolist() == [False, True]


@pytest.mark.parametrize(
    ("computed", "truth", "kind"),
    [
        (0.0, SMALLEST, "zeros"),
        (-0.0, -1e-30, "zeros"),
        (1e-40, -1e-40, "signs"),
        (-SMALLEST, 1e-300, "signs"),
        (math.inf, 1.0, "infinities"),
        (LARGEST, 1e300, "infinities"),
        (math.inf, -math.inf, "infinities"),
        (math.nan, math.inf, "nans"),
        (0.0, math.nan, "nans"),
    ],
)
def test_a_fault_is_found_once(computed: float, truth: float, kind: str) -> None:
    found = faults(np.array([computed]), np.array([truth]), "float32")
    assert [name for name, where in found._asdict().items() if where[0]] == [kind]
    assert one(computed, truth) >= 1.0


def test_the_smallest_float64_is_perhaps_half_of_it() -> None:
    found = faults(np.zeros(2), np.array([5e-324, 1e-323]), "float64")
    assert found.zeros.tolist() == [False, True]


@pytest.mark.parametrize(
    ("computed", "truth"),
    [(0.0, 0.9 * SMALLEST), (0.0, -0.0), (math.nan, math.nan), (math.inf, 1e300), (1.0, 2.0)],
)
def test_what_is_no_fault(computed: float, truth: float) -> None:
    found = faults(np.array([computed]), np.array([truth]), "float32")
    assert not any(where.any() for where in found)
