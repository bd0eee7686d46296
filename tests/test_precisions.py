"""Every precision in every engine: how exact float64 is, points and shapes, refusals, memory."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from golden_numbers import Array, Golden, golden_cases, worst
from hypothesis import given, settings
from hypothesis import strategies as st
from legal_values import legal
from mpmath import mp, mpf

from actviz.activations import ROWS, Row, row
from actviz.analysis.ulp import errors_in_ulp, faults
from actviz.dtypes import DTYPES
from actviz.engines import evaluate
from actviz.evaluation import Device, DeviceError, Engine, Grid, NumPyEngine, Request
from actviz.opencl import kernels as kernels_module
from actviz.opencl.check import Verdict, examine, hard_points
from actviz.opencl.devices import open_handle
from actviz.opencl.engine import OpenCLEngine
from actviz.opencl.memory import Sharing
from actviz.opencl.source import missing, program_text

BOUND = 2.0
"""ULP of float64; 8 are promised. The truth is rounded, which is half a one, and the softmax's
slice gets a logarithm that is."""
CASES = golden_cases("float64")


def curve(engine: Engine, case: Golden) -> Array:
    """Compute f and f′ in float64, a softmax as its slice along one logit where that is finite."""
    if not row(case.activation).vector:
        result = engine.run(Request.of(case.activation, case.values, case.x, "float64"))
        return np.array([result.y, result.dy])
    out = np.array([case.f, case.df])
    for i in np.flatnonzero(np.isfinite(case.x)):
        point = Grid(float(case.x[i]), float(case.x[i]), 1)
        result = engine.run(Request.of(case.activation, case.values, point, "float64"))
        out[:, i] = result.y[0], result.dy[0]
    return out


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_float64_holds_its_bound(case: Golden, engine: OpenCLEngine) -> None:
    got, truth = curve(engine, case), np.array([case.f, case.df])
    assert worst(got, truth, "float64") <= BOUND
    assert not any(each.any() for each in faults(got, truth, "float64"))


def test_all_devices_give_the_same_float64(engines: list[OpenCLEngine]) -> None:
    for case in CASES:
        first, *others = (curve(each, case) for each in engines)
        for other in others:
            np.testing.assert_array_equal(other.view(np.int64), first.view(np.int64))


def test_every_row_has_its_float64_pair() -> None:
    assert {each.name: missing(each, "float64") for each in ROWS if missing(each, "float64")} == {}


def test_zeros_of_float64_have_the_sign_that_numpy_gives_them(engine: OpenCLEngine) -> None:
    for case in CASES:
        if row(case.activation).vector:
            continue
        x = hard_points(row(case.activation), case.values, "float64")
        request = Request.of(case.activation, case.values, x, "float64")
        here, numpy = engine.run(request), NumPyEngine().run(request)
        for got, want in ((here.y, numpy.y), (here.dy, numpy.dy)):
            zero = (got == 0.0) & (want == 0.0)
            assert np.array_equal(np.signbit(got[zero]), np.signbit(want[zero])), case.label


@pytest.mark.parametrize(
    "each", [each for each in ROWS if each.params and not each.vector], ids=lambda each: each.name
)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_float64_agrees_with_numpy_for_any_parameters(
    engine: OpenCLEngine, each: Row, data: st.DataObject, seed: int
) -> None:
    """Huge and tiny ones too, at hard points and at any bits of x; NumPy itself may be 8 off."""
    values = {param.name: data.draw(legal(param), param.name) for param in each.params}
    bits = np.random.default_rng(seed).integers(0, 2**64, 500, dtype=np.uint64)
    x = np.concatenate([hard_points(each, values, "float64"), bits.view(np.float64)])
    result = engine.run(Request.of(each.name, values, x, "float64"))
    twin = NumPyEngine().run(Request.of(each.name, values, x, "float64"))
    for got, want in ((result.y, twin.y), (result.dy, twin.dy)):
        assert np.max(errors_in_ulp(got, want, "float64")) <= 8.0 + BOUND
        assert not any(each.any() for each in faults(got, want, "float64"))


@pytest.mark.parametrize("beta", [2.303534255671007, -3.7467682091585375, 2.2002784217428903])
def test_a_product_may_be_closer_to_a_root_than_any_number(
    engines: list[OpenCLEngine], beta: float
) -> None:
    """beta·x, which has 106 bits, is within 10⁻²⁰ of the root at the first two of these."""
    with mp.workdps(60):
        x = float((-1 - mp.lambertw(mp.exp(-1)).real) / mpf(beta))
        z = mpf(beta) * mpf(x)
        s = 1 / (1 + mp.exp(-z))
        slope = s + z * s * (1 - s)
        unit = mpf(2) ** (mp.floor(mp.log(abs(slope), 2)) - 52)
        for engine in (NumPyEngine(), *engines):
            request = Request.of("swish", {"beta": beta}, np.array([x]), "float64")
            assert abs(mpf(float(engine.run(request).dy[0])) - slope) <= 8 * unit


# Points and shapes


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("count", [1, 257, 70_001])
def test_a_grid_is_the_same_in_every_engine(
    engines: list[OpenCLEngine], dtype: str, count: int
) -> None:
    grid = Grid(-8.123, 4.7, count)
    for engine in (NumPyEngine(), *engines):
        result = engine.run(Request.of("gelu", {}, grid, dtype))
        np.testing.assert_array_equal(result.x, DTYPES[dtype].rounded(grid.points()))
        again = engine.run(Request.of("gelu", {}, grid.points(), dtype))
        for name in ("x", "y", "dy"):
            np.testing.assert_array_equal(getattr(result, name), getattr(again, name))


@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (2, 3, 4)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_results_have_the_shape_of_x_and_their_dtype(
    engine: OpenCLEngine, shape: tuple[int, ...], dtype: str
) -> None:
    x = np.arange(np.prod(shape, dtype=int)).reshape(shape).T
    result = engine.run(Request.of("swish", {}, x, dtype))
    assert result.device.id == engine.device.id
    for each in (result.x, result.y, result.dy):
        assert each.shape == x.shape
        assert each.dtype == DTYPES[dtype].numpy
    np.testing.assert_array_equal(result.x, x)


@pytest.mark.parametrize("dtype", DTYPES)
def test_pieces_are_the_whole(
    engine: OpenCLEngine, monkeypatch: pytest.MonkeyPatch, dtype: str
) -> None:
    """Also of an array that is not in one row in memory."""
    points = np.linspace(-9, 9, 6002).reshape(2, 3001).T
    requests = [Request.of("gelu", {}, x, dtype) for x in (points, Grid(-9, 9, 3001))]
    whole = [engine.run(request) for request in requests]
    monkeypatch.setattr(engine, "_most", 1000)
    monkeypatch.setattr(engine, "_sharing", Sharing.COPIED)
    for one, other in zip(whole, map(engine.run, requests), strict=True):
        for part in ("x", "y", "dy"):
            np.testing.assert_array_equal(getattr(one, part), getattr(other, part))


# Refusals


def test_devices_tell_the_dtypes_they_compute(engine: OpenCLEngine) -> None:
    assert engine.device.dtypes == ("float16", "bfloat16", "float32", "float64")
    for dtype in engine.device.dtypes:
        assert engine.refusal(Request.of("elu", {}, np.ones(1), dtype)) == ""
    assert engine.refusal(Request.of("elu", {}, np.ones(1), "int8")) == (
        f"dtype: 'int8' is not allowed on {engine.device.id}; "
        "it must be one of float16, bfloat16, float32, float64"
    )


def test_without_its_float64_pair_a_row_is_refused_by_name(
    engine: OpenCLEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device that is named refuses it; else NumPy computes it, and the others go on."""
    lacks = ("elu_grad",)
    monkeypatch.setattr(engine, "_ways", {})
    monkeypatch.setattr(engine._kernels, "_needed", {("elu", "float64"): (lacks, ("alpha",))})
    words = (
        f"dtype: 'float64' is not allowed for elu on {engine.device.id}, which has no float64 form "
        "of elu_grad; the device must be numpy"
    )
    request = Request.of("elu", {}, np.ones(1), "float64")
    assert engine.refusal(request) == words
    with pytest.raises(ValueError, match=words):
        engine.run(request)
    assert engine.run(Request.of("gelu", {}, np.ones(1), "float64")).device.id == engine.device.id
    monkeypatch.setattr("actviz.engines._open", {None: engine, engine.device.id: engine})
    assert evaluate("elu", 1.0, dtype="float64").device.id == "numpy"
    assert evaluate("elu", 1.0, dtype="float32").device.id == engine.device.id


def test_a_program_leaves_out_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "actviz.opencl.source.missing", lambda row, _: ("elu",) if row.name == "elu" else ()
    )
    text = program_text((*ROWS[:3],), "float64")
    assert "av_points_elu(" not in text
    assert "av_points_gelu(" in text


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ("__kernel void f( { nonsense }", "its driver does not build the program"),
        ("", "in float64 it computes wrong numbers: Swish f′"),
    ],
)
def test_float64_that_fails_leaves_the_device_to_the_others(
    engine_id: str, monkeypatch: pytest.MonkeyPatch, spoilt: str, words: str
) -> None:
    def text(precision: str) -> str:
        whole = program_text(precision=precision)
        if precision != "float64":
            return whole
        return spoilt or whole.replace("#define AV_SWISH_NEAR 0.25", "#define AV_SWISH_NEAR 0.0")

    monkeypatch.setattr(kernels_module, "program_text", text)
    found = open_handle(engine_id)
    engine = OpenCLEngine(found.device, found.handle)
    request = Request.of("elu", {}, np.ones(1), "float64")
    for _ in range(2):
        assert not engine.is_ready("float64")
        assert f"{engine_id}: {words}" in engine.refusal(request)
        with pytest.raises(DeviceError, match=words):
            engine.run(request)
    for dtype in ("float32", "bfloat16"):
        assert engine.run(Request.of("elu", {}, np.ones(1), dtype)).y[0] == 1.0
    monkeypatch.setattr("actviz.engines._open", {None: engine})
    assert evaluate("elu", 1.0, dtype="float64").device.id == "numpy"


def test_right_numbers_of_float64_are_noticed(engine: OpenCLEngine) -> None:
    assert examine(engine, "float64") == Verdict()
    assert examine(NumPyEngine(), "float64") == Verdict()


def test_devices_without_doubles_have_no_float64(
    engine_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = open_handle(engine_id)
    dtypes = ("float16", "bfloat16", "float32")
    device = Device(engine_id, "plain", "cpu", dtypes=dtypes)
    engine = OpenCLEngine(device, found.handle)
    monkeypatch.setattr(engine, "_double", False)
    with pytest.raises(ValueError, match=r"it must be one of float16, bfloat16, float32$"):
        engine.run(Request.of("elu", {}, np.ones(1), "float64"))
    request = Request.of("gelu", {}, Grid(-3.0, 3.0, 500), "bfloat16")
    here, numpy = engine.run(request), NumPyEngine().run(request)
    np.testing.assert_array_equal(here.x, numpy.x)
    assert not engine.is_ready("float64")


# Memory and start


LARGE = """
import sys, resource
import numpy as np
from actviz.engines import open_engine
from actviz.evaluation import Grid, Request
device, dtype, count, kind = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
engine = open_engine(device)
engine.run(Request.of("relu", {}, Grid(-8.0, 8.0, 1 << 22), dtype))
engine.run(Request.of("relu", {}, np.zeros(1 << 22, np.float32), dtype))
x = Grid(-8.0, 8.0, count) if kind == "grid" else np.zeros(count, np.float32)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
result = engine.run(Request.of("relu", {}, x, dtype))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print((after - before) * 1024, sum(each.nbytes for each in (result.x, result.y, result.dy)))
"""


@pytest.mark.parametrize("kind", ["grid", "array"])
@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
def test_large_requests_stream_through_one_block(engine_id: str, dtype: str, kind: str) -> None:
    """Nothing is taken above the arrays asked for, but 64 MiB at most, half of it a block."""
    words = [engine_id, dtype, str(12_000_000), kind]
    told = subprocess.run(
        [sys.executable, "-c", LARGE, *words], capture_output=True, text=True, check=True
    )
    taken, asked = map(int, told.stdout.split())
    assert asked == 3 * 12_000_000 * DTYPES[dtype].numpy.itemsize
    assert taken <= asked + (64 << 20)


def test_ml_dtypes_waits_until_bfloat16_is_used() -> None:
    code = (
        "import sys, actviz, actviz.session, actviz.engines as e;"
        "e.evaluate('elu', 1.0, device='numpy', dtype='float16');"
        "print('ml_dtypes' in sys.modules);"
        "e.evaluate('elu', 1.0, device='numpy', dtype='bfloat16');"
        "print('ml_dtypes' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "True"]
