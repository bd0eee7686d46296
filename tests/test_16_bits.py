"""float16 and bfloat16 in every engine: all their numbers are rounded once."""

from __future__ import annotations

import numpy as np
import pytest
from golden_numbers import Array, Golden, golden_cases

from actviz.activations import row
from actviz.analysis.ulp import errors_in_ulp, faults
from actviz.dtypes import DTYPES
from actviz.evaluation import Grid, NumPyEngine, Request
from actviz.opencl.engine import OpenCLEngine

SETTINGS = {case.label: case for case in golden_cases("float32")}
FEW_BITS = ("float16", "bfloat16")


def all_points(case: Golden, dtype: str) -> Array | Grid:
    """All 65,536 numbers of a dtype, or for a slice a grid."""
    if row(case.activation).vector:
        return Grid(-110.0, 110.0, 22_001)
    return np.arange(1 << 16, dtype=np.uint16).view(DTYPES[dtype].numpy)


@pytest.mark.parametrize("dtype", FEW_BITS)
@pytest.mark.parametrize("label", SETTINGS)
def test_every_number_of_16_bits_is_rounded_once(
    engines: list[OpenCLEngine], label: str, dtype: str
) -> None:
    """Against float64 by NumPy, which is within 8 ULP of it: 2⁻³⁹ units of float16.

    That it is, the golden numbers of mpmath say, at hard points of the same functions.
    """
    case = SETTINGS[label]
    request = Request.of(case.activation, case.values, all_points(case, dtype), dtype)
    numpy = NumPyEngine().run(request)
    with np.errstate(invalid="ignore"):  # signalling NaNs
        x = numpy.x.astype(np.float64)
    truths = row(case.activation).evaluate(x, case.values)
    numbers = ~np.isnan(x)
    for result in (numpy, *(each.run(request) for each in engines)):
        assert result.y.dtype == result.dy.dtype == DTYPES[dtype].numpy
        bits, same = result.x.view(np.uint16), numpy.x.view(np.uint16)
        np.testing.assert_array_equal(bits[numbers], same[numbers])
        for got, truth in zip((result.y, result.dy), truths, strict=True):
            assert np.max(errors_in_ulp(got, truth, dtype)) <= 0.501
            assert not any(each.any() for each in faults(got, truth, dtype))


@pytest.mark.parametrize("dtype", FEW_BITS)
def test_golden_numbers_of_16_bits(engines: list[OpenCLEngine], dtype: str) -> None:
    """Where golden float32 inputs are numbers of 16 bits too, mpmath itself is the truth."""
    for case in SETTINGS.values():
        with np.errstate(over="ignore", invalid="ignore"):
            exact = DTYPES[dtype].rounded(case.x).astype(np.float64) == case.x
        exact &= np.isfinite(case.x)
        assert exact.sum() > 10
        if row(case.activation).vector:
            continue
        request = Request.of(case.activation, case.values, case.x[exact], dtype)
        for result in (each.run(request) for each in (NumPyEngine(), *engines)):
            for got, truth in ((result.y, case.f[exact]), (result.dy, case.df[exact])):
                assert np.max(errors_in_ulp(got, truth, dtype)) <= 0.501, case.label
