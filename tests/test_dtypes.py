"""The number formats: what they hold, and that numbers are rounded to them once."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from actviz.dtypes import DTYPES
from actviz.evaluation import NumPyEngine, Request


def all_numbers(name: str) -> np.ndarray:
    """All finite numbers of a format of 16 bits, ascending, each once."""
    bits = np.arange(1 << 16, dtype=np.uint16)
    with np.errstate(invalid="ignore"):
        numbers = bits.view(DTYPES[name].numpy).astype(np.float64)
    return np.unique(numbers[np.isfinite(numbers)])


@pytest.mark.parametrize("name", DTYPES)
def test_formats_are_those_of_numpy(name: str) -> None:
    dtype = DTYPES[name]
    info = ml_dtypes.finfo(dtype.numpy)
    assert dtype.numpy.name == name
    assert dtype.bits == info.nmant + 1
    assert dtype.largest == float(info.max)
    assert 2.0**dtype.lowest == float(info.smallest_normal)
    assert dtype.spacing(0.0) == float(info.smallest_subnormal)
    assert dtype.spacing(1.0) == float(info.eps)
    assert dtype.spacing(-1e-300) == (2.0**-1049 if name == "float64" else dtype.spacing(0.0))
    assert dtype.spacing(1e308 * 10) == 2.0 ** (dtype.highest - dtype.bits + 1)
    assert dtype.digits == np.ceil(1 + dtype.bits * np.log10(2.0))


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_float64_is_rounded_once(name: str) -> None:
    """At all numbers of 16 bits, halfway between them, and next to halfway on both sides."""
    numbers = all_numbers(name)
    halfway = numbers[:-1] / 2 + numbers[1:] / 2
    below, above = np.nextafter(halfway, -np.inf), np.nextafter(halfway, np.inf)
    dtype = DTYPES[name]
    np.testing.assert_array_equal(dtype.rounded(numbers).astype(np.float64), numbers)
    np.testing.assert_array_equal(dtype.rounded(below).astype(np.float64), numbers[:-1])
    np.testing.assert_array_equal(dtype.rounded(above).astype(np.float64), numbers[1:])
    even = dtype.rounded(halfway)
    assert not (even.view(np.uint16) & 1).any()
    assert ((even == numbers[:-1]) | (even == numbers[1:])).all()


def test_the_ends_of_bfloat16() -> None:
    dtype = DTYPES["bfloat16"]
    over = dtype.largest + dtype.spacing(dtype.largest) / 2
    least = 2.0**-133
    given = [over, np.nextafter(over, 0.0), -1e300, least / 2, np.nextafter(least / 2, 1.0), -0.0]
    told = dtype.rounded(np.array([*given, np.inf, np.nan])).astype(np.float64)
    np.testing.assert_array_equal(
        told, [np.inf, dtype.largest, -np.inf, 0.0, least, -0.0, np.inf, np.nan]
    )
    assert np.signbit(told[5])


@pytest.mark.parametrize("kind", [np.int64, np.float16, np.float32, np.longdouble])
def test_all_kinds_of_numbers_become_bfloat16(kind: type) -> None:
    x = np.array([[0, 1, 2, 257], [-3, 255, 513, 2047]]).astype(kind)
    told = DTYPES["bfloat16"].rounded(x)
    assert told.shape == x.shape
    assert told.astype(np.float64).tolist() == [[0, 1, 2, 256], [-3, 255, 512, 2048]]


def test_bfloat16_is_taken_and_given() -> None:
    x = np.array([0.1, -2.0], np.float32).astype(ml_dtypes.bfloat16)
    result = NumPyEngine().run(Request.of("sigmoid", {}, x, "bfloat16"))
    assert result.x.dtype == result.y.dtype == result.dy.dtype == ml_dtypes.bfloat16
    assert np.array_equal(result.x, x)
    again = NumPyEngine().run(Request.of("sigmoid", {}, result.x[::-1], "float64"))
    assert np.array_equal(again.y[::-1], 1 / (1 + np.exp(-x.astype(np.float64))))


def test_a_softmax_is_rounded_once_to_bfloat16() -> None:
    x = np.random.default_rng(3).normal(size=(50, 40))
    result = NumPyEngine().run(Request.of("softmax", {}, x, "bfloat16"))
    exact = NumPyEngine().run(Request.of("softmax", {}, result.x, "float64"))
    unit = np.ldexp(1.0, np.frexp(exact.y)[1] - 8)
    assert np.max(np.abs(result.y.astype(np.float64) - exact.y) / unit) <= 0.5
