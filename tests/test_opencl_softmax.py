"""Softmax of whole vectors on every OpenCL device: accuracy, equal bits, batches, no races."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
import pytest
from golden_numbers import Array, errors_in_ulp, worst
from golden_softmax import GoldenSoftmax, softmax_cases
from hypothesis import given, settings
from hypothesis import strategies as st

from actviz.analysis.ulp import errors_in_ulp as ruler
from actviz.dtypes import DTYPES
from actviz.evaluation import DeviceError, NumPyEngine, Request
from actviz.opencl import softmax_kernels as module
from actviz.opencl.devices import open_handle
from actviz.opencl.engine import OpenCLEngine
from actviz.opencl.memory import Sharing
from actviz.opencl.softmax_kernels import FAN, inverse_of
from actviz.opencl.source import softmax_text
from actviz.vectors import SoftmaxRequest, SoftmaxResult

OCLGRIND = Path("/usr/lib/oclgrind/liboclgrind-rt-icd.so")
BOUND = 0.9
"""Of a unit in the last place. 300 million results were at most 0.62 off on the diagonal and in the
values and 0.72 beside it; subnormal ones, which are rounded twice, 0.82."""
BOUNDS = {"float32": BOUND, "float64": 1.0 + 0.5}
"""The golden numbers themselves are rounded to float64."""
SMALL = 1000


def softmax_of(
    engine: OpenCLEngine,
    x: object,
    axis: int = -1,
    temperature: float = 1.0,
    dtype: str = "float32",
) -> SoftmaxResult:
    return engine.softmax(SoftmaxRequest.of(np.asarray(x, dtype), axis, temperature))


def parts(result: SoftmaxResult) -> list[Array]:
    """y and the diagonal, and the whole Jacobian of short vectors."""
    both = [result.y, result.diagonal]
    return [*both, result.jacobian] if result.request.length <= SMALL else both


def assert_same_bits(one: SoftmaxResult, other: SoftmaxResult) -> None:
    for a, b in zip(parts(one), parts(other), strict=True):
        np.testing.assert_array_equal(a.view(np.uint8), b.view(np.uint8))


CASES = [*softmax_cases("float32"), *softmax_cases("float64")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_every_result_is_within_its_bound(case: GoldenSoftmax, engine: OpenCLEngine) -> None:
    result = softmax_of(engine, case.x, -1, case.temperature, case.dtype)
    bound = BOUNDS[case.dtype]
    assert result.device == engine.device
    assert worst(result.y[case.picked], case.f, case.dtype) <= bound
    assert worst(result.diagonal[case.picked], case.df, case.dtype) <= bound
    if len(case.pairs):
        off = result.jacobian[case.pairs[:, 0], case.pairs[:, 1]]
        assert worst(off, case.off, case.dtype) <= bound
        assert np.array_equal(np.diagonal(result.jacobian), result.diagonal)
        assert np.array_equal(result.jacobian, result.jacobian.T)


def test_all_devices_give_the_same_bits(engines: list[OpenCLEngine]) -> None:
    for case in CASES:
        first, *others = (
            softmax_of(each, case.x, -1, case.temperature, case.dtype) for each in engines
        )
        for other in others:
            assert_same_bits(first, other)


SIMULATED = """
import json, sys
import numpy as np
import pyopencl as cl
from actviz.opencl.devices import find
from actviz.opencl.engine import OpenCLEngine
from actviz.vectors import SoftmaxRequest
made, kept = cl.Buffer, []  # oclgrind remembers wrongly what was at an address before
cl.Buffer = lambda *words, **more: kept.append(made(*words, **more)) or kept[-1]
found = find()[0]
engine = OpenCLEngine(found.device, found.handle)
bits = []
for dtype, shape, axis, temperature, numbers in json.load(sys.stdin):
    x = np.array(numbers, dtype).reshape(shape)
    result = engine.softmax(SoftmaxRequest.of(x, axis, temperature))
    each = result.y, result.diagonal, result.jacobian
    bits.append([part.reshape(-1).view(np.uint8).tolist() for part in each])
print(json.dumps([found.device.id, bits]))
"""


def test_a_simulator_gives_the_same_bits_and_sees_no_fault(
    engines: list[OpenCLEngine], tmp_path: Path
) -> None:
    """No race, no access out of bounds, nothing read that was not written."""
    assert OCLGRIND.exists(), "oclgrind is missing: apt-get install oclgrind"
    folder = tmp_path / "actviz-vendors-simulator"
    folder.mkdir()
    (folder / "oclgrind.icd").write_text(f"{OCLGRIND}\n")
    log = tmp_path / "oclgrind.log"
    rng = np.random.default_rng(11)
    asked = [
        (case.dtype, (n,), 0, case.temperature, case.x.tolist())
        for case in CASES
        if (n := len(case.x)) <= 8
    ]
    for shape, axis in (((2, 130), 1), ((3, 67, 2), 1), ((5, 70), 0), ((70, 3), 1)):
        for dtype in BOUNDS:
            numbers = rng.normal(size=shape).astype(dtype).ravel().tolist()
            asked.append((dtype, shape, axis, 0.7, numbers))
    told = subprocess.run(
        [sys.executable, "-c", SIMULATED],
        input=json.dumps(asked),
        env={
            **os.environ,
            "OCL_ICD_VENDORS": f"{folder}/",
            "OCLGRIND_DATA_RACES": "1",
            "OCLGRIND_UNIFORM_WRITES": "1",
            "OCLGRIND_UNINITIALIZED": "1",
            "OCLGRIND_LOG": str(log),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    device, bits = json.loads(told.stdout)
    assert device == "oclgrind-cpu"
    assert log.read_text() == ""
    for (dtype, shape, axis, temperature, numbers), simulated in zip(asked, bits, strict=True):
        x = np.array(numbers).reshape(shape)
        here = softmax_of(engines[0], x, axis, temperature, dtype)
        for part, seen in zip((here.y, here.diagonal, here.jacobian), simulated, strict=True):
            assert part.reshape(-1).view(np.uint8).tolist() == seen


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**31),
    length=st.integers(1, 300),
    spread=st.floats(-30.0, 37.0),
    temperature=st.floats(1e-300, 1e300) | st.floats(0.01, 100.0),
)
def test_the_bound_holds_for_any_logits_and_temperature(
    engine: OpenCLEngine, seed: int, length: int, spread: float, temperature: float
) -> None:
    rng = np.random.default_rng(seed)
    x = (rng.normal(size=length) * 10.0**spread).astype(np.float32)
    x[rng.random(length) < 0.1] = x[0]
    here = softmax_of(engine, x, -1, temperature)
    there = NumPyEngine().softmax(SoftmaxRequest.of(x.astype(np.float64), -1, temperature))
    for got, want in zip(parts(here), parts(there), strict=True):
        # NumPy's own error and the rounding of its double are far below
        assert np.max(errors_in_ulp(got, want, "float32"), initial=0.0) < BOUND + 1e-6


@pytest.mark.parametrize("length", [1, 2, FAN - 1, FAN, FAN + 1, FAN**2, FAN**2 + 1, 30_011])
def test_vectors_of_any_length_hold_the_bound(engine: OpenCLEngine, length: int) -> None:
    x = (np.random.default_rng(length).normal(size=length) * 6).astype(np.float32)
    here = softmax_of(engine, x)
    there = NumPyEngine().softmax(SoftmaxRequest.of(x.astype(np.float64), -1))
    for got, want in zip(parts(here), parts(there), strict=True):
        assert worst(got, want, "float32") < BOUND


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("most", [64, 1000, 1 << 22])
def test_a_vector_in_a_batch_has_the_bits_that_it_has_alone(
    engine: OpenCLEngine, axis: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the batch is cut into pieces, along whichever axis, with or without shared memory."""
    x = (np.random.default_rng(2).normal(size=(9, 70, 8)) * 5).astype(np.float32)
    softmax_of(engine, [0.0])
    kernels = engine._vectors._kernels["float32"]
    monkeypatch.setattr(kernels, "_place", kernels._place._replace(most=most))
    monkeypatch.setattr(engine, "_sharing", Sharing.COPIED if most == 1000 else Sharing.MAPPED)
    whole = softmax_of(engine, x, axis, 0.7)
    monkeypatch.undo()
    rows, y, diagonal = (np.moveaxis(each, axis, -1) for each in (x, whole.y, whole.diagonal))
    for index in ((0, 0), (3, 5), (-1, -1)):
        alone = softmax_of(engine, rows[index], -1, 0.7)
        np.testing.assert_array_equal(alone.y, y[index])
        np.testing.assert_array_equal(alone.diagonal, diagonal[index])
        np.testing.assert_array_equal(alone.jacobian, whole.jacobian[index])


def test_a_jacobian_is_made_in_pieces(
    engine: OpenCLEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = (np.random.default_rng(2).normal(size=(7, 40)) * 5).astype(np.float32)
    whole = softmax_of(engine, x).jacobian
    kernels = engine._vectors._kernels["float32"]
    for most in (1, 1700, 5000):  # a row, a matrix, some matrices at a time
        monkeypatch.setattr(kernels, "_place", kernels._place._replace(most=most))
        assert np.array_equal(softmax_of(engine, x).jacobian, whole)


@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 3), (2, 0, 3)])
def test_empty_arrays(engine: OpenCLEngine, shape: tuple[int, ...]) -> None:
    result = softmax_of(engine, np.zeros(shape))
    assert result.y.shape == result.diagonal.shape == shape
    assert result.jacobian.shape == (*shape, shape[-1])


def test_infinite_logits_and_nan_are_as_in_numpy(engine: OpenCLEngine) -> None:
    inf, nan = np.inf, np.nan
    vectors = [
        *([inf, 1.0, -inf], [inf, 1.0, inf], [-inf, -inf, -inf], [-inf, 2.0, 2.0]),
        *([nan, 1.0, 2.0], [1.0, nan, inf], [1.0, 2.0, nan], [nan, nan, nan], [3e38, -3e38, inf]),
    ]
    for temperature in (1.0, 0.25, 1e-300, 1e300):
        for dtype in BOUNDS:
            x = np.array(vectors, dtype)
            here = softmax_of(engine, x, -1, temperature, dtype)
            there = NumPyEngine().softmax(SoftmaxRequest.of(x, -1, temperature))
            for got, want in zip(parts(here), parts(there), strict=True):
                # the same zeros, infinities and NaN, and 2/9 as far as it is known
                np.testing.assert_allclose(got, want, rtol=8 * np.finfo(dtype).eps, atol=0.0)


def test_a_shift_of_all_logits_changes_no_bit(engine: OpenCLEngine) -> None:
    x = np.random.default_rng(3).integers(-50, 50, (4, 30)) / 8.0
    assert_same_bits(softmax_of(engine, x, -1, 0.3), softmax_of(engine, x + 1024.0, -1, 0.3))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_16_bits_are_rounded_once(engine: OpenCLEngine, dtype: str) -> None:
    x = DTYPES[dtype].rounded(np.random.default_rng(5).normal(size=(40, 30)) * 4)
    result = engine.softmax(SoftmaxRequest.of(x, 0, 0.5))
    truth = NumPyEngine().softmax(SoftmaxRequest.of(x.astype(np.float64), 0, 0.5))
    for got, want in zip(parts(result), parts(truth), strict=True):
        assert got.dtype == x.dtype
        assert np.max(ruler(got, want, dtype)) <= 0.501


def test_a_dtype_that_a_device_lacks_is_refused(engine: OpenCLEngine) -> None:
    lesser = msgspec.structs.replace(engine.device, dtypes=("float32",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "device", lesser)
        with pytest.raises(ValueError, match=r"dtype: 'float64' is not allowed .* of float32"):
            softmax_of(engine, [1.0, 2.0], dtype="float64")


def test_evaluate_over_an_array_is_the_softmax(engine: OpenCLEngine) -> None:
    x = np.random.default_rng(6).normal(size=(3, 5, 4))
    result = engine.run(Request.of("softmax", {"axis": 1}, x))
    same = softmax_of(engine, x, 1)
    assert result.device == engine.device
    np.testing.assert_array_equal(result.x, x.astype(np.float32))
    np.testing.assert_array_equal(result.y, same.y)
    np.testing.assert_array_equal(result.dy, same.diagonal)


def test_results_outlive_later_runs(engine: OpenCLEngine) -> None:
    first = softmax_of(engine, np.arange(100.0))
    kept = first.y.copy()
    softmax_of(engine, -np.arange(100.0))
    np.testing.assert_array_equal(first.y, kept)


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("0.6931472f", "0.693147182f", None),
        ("0.6931472f", "0.6931f", "it computes wrong numbers: softmax"),
        ("av_negate(av_term_value", "(av_term_value", "softmax diagonal is"),
        ("-entry", "entry", "softmax Jacobian is"),
        ("__kernel", "__kernal", "does not build the program"),
    ],
)
def test_a_device_with_wrong_numbers_is_not_used(
    engine_id: str, right: str, wrong: str, words: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = softmax_text()
    assert right in text
    monkeypatch.setattr(module, "softmax_text", lambda precision: text.replace(right, wrong))
    found = open_handle(engine_id)
    other = OpenCLEngine(found.device, found.handle)
    if words is None:  # the same float
        assert softmax_of(other, [0.0, 1.0]).y.sum() == pytest.approx(1.0)
        return
    for _ in range(2):
        with pytest.raises(DeviceError, match=words) as caught:
            softmax_of(other, [0.0, 1.0])
        assert caught.value.device == engine_id


@pytest.mark.parametrize(("precision", "bits"), [("float32", 47), ("float64", 105)])
@given(temperature=st.floats(min_value=5e-324, allow_nan=False, allow_infinity=False))
def test_the_temperature_reaches_the_kernel(precision: str, bits: int, temperature: float) -> None:
    before, after, first, second, high, low, power, _ = (
        Fraction(float(each)) for each in inverse_of(temperature, precision)
    )
    exact = 1 / Fraction(temperature)
    assert abs((high + low) * Fraction(2) ** int(power) - exact) <= exact / 2**bits
    asked = Fraction(2) ** int(power) / before / after
    if Fraction(1, 2**252) <= asked <= 2**252:
        assert first * second == asked
