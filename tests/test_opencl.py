"""The OpenCL engine on every device there is: accuracy, equal bits, shapes, refusals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from golden_numbers import Array, Golden, errors_in_ulp, golden_cases, worst
from hypothesis import given, settings
from hypothesis import strategies as st
from layer_cases import SETTINGS
from legal_values import legal

from actviz.activations import ROWS, Row, row
from actviz.evaluation import DeviceError, Grid, NumPyEngine, Request, Result
from actviz.opencl import engine as engine_module
from actviz.opencl import kernels as kernels_module
from actviz.opencl import program as program_module
from actviz.opencl.check import hard_points, is_exact
from actviz.opencl.devices import open_handle
from actviz.opencl.engine import OpenCLEngine
from actviz.opencl.memory import Sharing
from actviz.opencl.source import packed, parameters, program_text
from actviz.param import FINITE, Param, Real, Vector

OCLGRIND = Path("/usr/lib/oclgrind/liboclgrind-rt-icd.so")
BOUND = 1.0


def run(engine: OpenCLEngine, name: str, x: object, **values: object) -> Result:
    return engine.run(Request.of(name, values, x))


def curve(engine: OpenCLEngine, name: str, x: Array, values: dict[str, object]) -> Array:
    """Compute f and f′ at float32 points, a softmax as its slice along one logit."""
    if not row(name).vector:
        result = run(engine, name, x, **values)
        return np.array([result.y, result.dy])
    out = np.full((2, x.size), np.nan, np.float32)
    for i in np.flatnonzero(np.isfinite(x)):
        point = run(engine, name, Grid(float(x[i]), float(x[i]), 1), **values)
        out[:, i] = point.y[0], point.dy[0]
    return out


def hard_x(each: Row, values: dict[str, object]) -> Array | Grid:
    """Points, or for a slice the grid, where wrong arithmetic shows."""
    return Grid(-104.0, 104.0, 417) if each.vector else hard_points(each, values)


def truth(case: Golden) -> Array:
    """The golden f and df, where the slice of a softmax has no infinite logits."""
    both = np.array([case.f, case.df])
    if row(case.activation).vector:
        both[:, ~np.isfinite(case.x)] = np.nan
    return both


@pytest.mark.parametrize("case", golden_cases("float32"), ids=lambda case: case.label)
def test_every_result_is_within_one_unit_in_the_last_place(
    case: Golden, engine: OpenCLEngine
) -> None:
    got = curve(engine, case.activation, case.x.astype(np.float32), case.values)
    assert worst(got, truth(case), "float32") < BOUND


def test_all_devices_give_the_same_bits(engines: list[OpenCLEngine]) -> None:
    for case in golden_cases("float32"):
        x = case.x.astype(np.float32)
        first, *others = (curve(each, case.activation, x, case.values) for each in engines)
        for other in others:
            np.testing.assert_array_equal(other.view(np.int32), first.view(np.int32))


SIMULATED = """
import json, sys
import numpy as np
from actviz.opencl.devices import find
from actviz.opencl import engine as module
from actviz.evaluation import Grid, Request
found = find()[0]
engine = module.OpenCLEngine(found.device, found.handle)
bits = []
module.fault = lambda engine, precision: ""
for name, values, points in json.loads(sys.argv[1]):
    x = Grid(*points) if len(points) == 3 else np.array(points)
    result = engine.run(Request.of(name, values, x, sys.argv[2]))
    integers = f"i{result.y.itemsize}"
    bits.append([each.view(integers).tolist() for each in (result.y, result.dy)])
print(json.dumps([found.device.id, bits]))
"""


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_simulator_gives_the_same_bits(
    engines: list[OpenCLEngine], tmp_path: Path, precision: str
) -> None:
    assert OCLGRIND.exists(), "oclgrind is missing: apt-get install oclgrind"
    folder = tmp_path / "actviz-vendors-simulator"
    folder.mkdir()
    (folder / "oclgrind.icd").write_text(f"{OCLGRIND}\n")
    asked = [
        (case.activation, case.values, few_points(row(case.activation), case.values, precision))
        for case in golden_cases("float32")
    ]
    told = subprocess.run(
        [sys.executable, "-c", SIMULATED, json.dumps(asked), precision],
        env={**os.environ, "OCL_ICD_VENDORS": f"{folder}/"},
        capture_output=True,
        text=True,
        check=True,
    )
    device, bits = json.loads(told.stdout)
    assert device == "oclgrind-cpu"
    for (name, values, points), simulated in zip(asked, bits, strict=True):
        x = Grid(*points) if row(name).vector else np.array(points)
        here = engines[0].run(Request.of(name, values, x, precision))
        integers = f"i{here.y.itemsize}"
        assert simulated == [each.view(integers).tolist() for each in (here.y, here.dy)]


def few_points(each: Row, values: dict[str, object], precision: str) -> list[float]:
    """Some of the hard points, or a short grid: a simulator is slow."""
    if each.vector:
        return [-104.0, 88.0, 9]
    x = hard_points(each, values, precision)
    return [*x[1:-6:5].tolist(), *x[-6:].tolist()]


def test_zeros_have_the_sign_that_numpy_gives_them(engine: OpenCLEngine) -> None:
    cases = [(case.activation, case.values) for case in golden_cases("float32")]
    cases += [(name, values) for name, several in SETTINGS.items() for values in several]
    for name, values in cases:
        request = Request.of(name, values, hard_x(row(name), values))
        here, numpy = engine.run(request), NumPyEngine().run(request)
        for got, want in ((here.y, numpy.y), (here.dy, numpy.dy)):
            zero = (got == 0.0) & (want == 0.0)
            assert np.array_equal(np.signbit(got[zero]), np.signbit(want[zero])), (name, values)
            at_origin = here.x == 0.0  # here every bit
            assert np.array_equal(got[at_origin].view(np.int32), want[at_origin].view(np.int32))


def test_gelu_agrees_with_numpy_far_into_its_tail(engine: OpenCLEngine) -> None:
    request = Request.of("gelu", {}, Grid(-14.0, 14.0, 100001))
    here, numpy = engine.run(request), NumPyEngine().run(request)
    np.testing.assert_array_equal(here.x, numpy.x)
    for got, want in ((here.y, numpy.y), (here.dy, numpy.dy)):
        assert worst(got, want.astype(np.float64), "float32") <= 4.0
        assert np.array_equal(got == 0.0, want == 0.0)


PARAMETRIC = [
    each for each in ROWS if any(isinstance(p.domain, (Real, Vector)) for p in each.params)
]


@pytest.mark.parametrize("each", PARAMETRIC, ids=lambda each: each.name)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_the_bound_holds_for_any_parameters(
    engine: OpenCLEngine, each: Row, data: st.DataObject, seed: int
) -> None:
    """Huge and tiny ones too, at hard points and at any bits of x."""
    values = {param.name: data.draw(legal(param), param.name) for param in each.params}
    x = hard_x(each, values)
    if not isinstance(x, Grid):
        bits = np.random.default_rng(seed).integers(0, 2**32, 500, dtype=np.uint64)
        x = np.concatenate([x, bits.astype(np.uint32).view(np.float32)])
    result = run(engine, each.name, x, **values)
    with np.errstate(all="ignore"):
        y, dy = each.evaluate(result.x.astype(np.float64), values)
        # NumPy's own error and the rounding of its double are far below
        assert worst(result.y, y, "float32") < BOUND + 1e-6
        assert worst(result.dy, dy, "float32") < BOUND + 1e-6


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_parameters_reach_the_kernel_without_loss(value: float) -> None:
    numbers = np.frombuffer(packed(value), np.float32)
    *parts, exponent = (Fraction(float(each)) for each in numbers[:4])
    exact = Fraction(1, 6) if value == 1 / 6 else Fraction(value)
    assert abs(sum(parts) * Fraction(2) ** exponent - exact) <= abs(exact) / 2**72
    assert value == 0 or Fraction(1, 2) <= abs(parts[0]) <= 1
    *plain, floor = numbers[4:]
    with np.errstate(over="ignore"):
        above = np.nextafter(floor, np.float32(np.inf))
    assert float(floor) <= value < float(above) or (floor, value) == (above, float(above))
    if 2.0**-32 <= abs(value) < 2.0**32:
        assert abs(sum(Fraction(float(each)) for each in plain) - exact) <= abs(exact) / 2**72


def test_a_sixth_is_a_sixth(engine: OpenCLEngine) -> None:
    x = np.nextafter(np.float32(-3), np.float32(0))
    result = run(engine, "hard_sigmoid", np.array([-3.0, x, 3.0], np.float32))
    assert result.y.tolist() == [0.0, np.float32(Fraction(float(x) + 3) / 6), 1.0]
    assert result.dy.tolist() == [0.0, np.float32(1 / 6), np.float32(1 / 6)]


@pytest.mark.parametrize("name", [each.name for each in ROWS])
@pytest.mark.parametrize("count", [1, 2, 257, 1000])
def test_a_grid_is_the_same_as_its_points(engine: OpenCLEngine, name: str, count: int) -> None:
    grid = Grid(-8.123, 4.7, count)
    result = run(engine, name, grid)
    np.testing.assert_array_equal(result.x, grid.points().astype(np.float32))
    y, dy = row(name).evaluate(result.x.astype(np.float64))
    assert np.max(errors_in_ulp(result.y, y, "float32")) < BOUND
    assert np.max(errors_in_ulp(result.dy, dy, "float32")) < BOUND


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3, 4)])
@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int64])
def test_results_have_the_shape_of_x(
    engine: OpenCLEngine, shape: tuple[int, ...], dtype: type
) -> None:
    x = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    result = run(engine, "swish", x)
    for each in (result.x, result.y, result.dy):
        assert each.shape == shape
        assert each.dtype == np.float32
    np.testing.assert_array_equal(result.x, x.astype(np.float32))


def test_large_arrays_are_computed_in_pieces(
    engine: OpenCLEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = np.linspace(-9, 9, 3001)
    whole = run(engine, "gelu", points), run(engine, "gelu", Grid(-9, 9, 3001))
    monkeypatch.setattr(engine, "_most", 1000)
    monkeypatch.setattr(engine, "_sharing", Sharing.COPIED)
    pieces = run(engine, "gelu", points), run(engine, "gelu", Grid(-9, 9, 3001))
    for one, other in zip(whole, pieces, strict=True):
        for part in ("x", "y", "dy"):
            np.testing.assert_array_equal(getattr(one, part), getattr(other, part))


@pytest.mark.parametrize(
    ("attribute", "less"),
    [("_sharing", Sharing.COPIED), ("_sharing", Sharing.MAPPED), ("_double", False)],
)
@pytest.mark.parametrize("count", [1024, 1025])
def test_devices_with_less_give_the_same(
    engine: OpenCLEngine, monkeypatch: pytest.MonkeyPatch, attribute: str, less: object, count: int
) -> None:
    """Without the host's memory numbers are copied, without doubles x is uploaded."""
    grid = Grid(-8.0, 4.0, count)
    requests = [
        Request.of("elu", {"alpha": 0.7}, x) for x in (grid, grid.points().astype(np.float32))
    ]
    with_it = [engine.run(request) for request in requests]
    monkeypatch.setattr(engine, attribute, less)
    for one, other in zip(with_it, map(engine.run, requests), strict=True):
        for part in ("x", "y", "dy"):
            np.testing.assert_array_equal(getattr(one, part), getattr(other, part))


@pytest.mark.parametrize("count", [1, 15, 16, 4096, 4097])
def test_given_arrays_are_read_where_they_are_and_left_as_they_are(
    engine: OpenCLEngine, count: int
) -> None:
    """Also those that are read-only, not aligned or of another byte order, which are copied."""
    x = np.linspace(-3, 3, count + 1).astype(np.float32)[1:]
    others = [x.copy(), np.frombuffer(b"." + x.tobytes(), np.float32, offset=1), x.astype(">f4")]
    others[0].flags.writeable = False
    before = x.copy()
    expected = run(engine, "gelu", x)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(expected.x, before)
    for each in others:
        result = run(engine, "gelu", each)
        for part in ("x", "y", "dy"):
            np.testing.assert_array_equal(getattr(result, part), getattr(expected, part))


def test_results_outlive_later_runs(engine: OpenCLEngine) -> None:
    first = run(engine, "elu", Grid(-1.0, 1.0, 100))
    kept = first.y.copy()
    run(engine, "elu", Grid(5.0, 6.0, 100))
    np.testing.assert_array_equal(first.y, kept)


@pytest.mark.parametrize(
    ("name", "x", "values", "words"),
    [
        ("elu", [1.0], {"beta": 1}, "elu: there is no parameter 'beta'"),
        ("elu", [1.0], {"alpha": float("nan")}, "elu.alpha"),
        ("elu", ["a"], {}, "x: "),
        ("elu", [1j], {}, "x: complex128"),
        ("none", [1.0], {}, "activation: 'none'"),
        (
            "softmax",
            [1.0],
            {"axis": 1},
            r"softmax\.axis: 1 is not allowed; it must be from -1 to 0",
        ),
    ],
)
def test_bad_requests_are_refused(
    engine: OpenCLEngine, name: str, x: object, values: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        run(engine, name, np.array(x), **values)


def test_a_program_that_does_not_build_is_told_with_its_log(
    engine_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernels_module, "program_text", lambda **_: "__kernel void f( { nonsense }")
    found = open_handle(engine_id)
    with pytest.raises(DeviceError, match="does not build the program") as caught:
        OpenCLEngine(found.device, found.handle)
    assert caught.value.device == engine_id
    assert "error" in caught.value.log.lower()


def test_what_was_built_is_used_again_unless_it_is_damaged(
    engine_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(program_module, "has_src_build_cache", lambda handle: False)
    found = open_handle(engine_id)
    request = Request.of("gelu", {}, Grid(-3.0, 3.0, 50))
    first = OpenCLEngine(found.device, found.handle).run(request)
    (file,) = tmp_path.glob("actviz/opencl/*.bin")
    content = file.read_bytes()
    again = OpenCLEngine(found.device, found.handle).run(request)
    assert file.read_bytes() == content
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    mended = OpenCLEngine(found.device, found.handle).run(request)
    assert program_module._DIGEST(file.read_bytes()[32:]).digest() == file.read_bytes()[:32]
    np.testing.assert_array_equal(first.y, again.y)
    np.testing.assert_array_equal(first.y, mended.y)


def test_a_new_row_needs_no_change(engine_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mish = Row(
        "mish",
        "Mish",
        "smooth",
        f="x * tanh(softplus(gain * x))",
        df="tanh(softplus(gain * x)) "
        "+ gain * x * tanh_grad(softplus(gain * x)) * sigmoid(gain * x)",
        doc="",
        source="",
        params=(Param("gain", 1.0, FINITE),),
    )
    monkeypatch.setattr(kernels_module, "program_text", lambda **_: program_text((mish,)))
    monkeypatch.setattr(engine_module, "row", lambda name: mish)
    found = open_handle(engine_id)
    result = OpenCLEngine(found.device, found.handle).run(
        Request.of("mish", {"gain": 1.5}, Grid(-4.0, 4.0, 101))
    )
    y, dy = mish.evaluate(result.x.astype(np.float64), {"gain": 1.5})
    np.testing.assert_allclose(result.y, y, atol=1e-6)
    np.testing.assert_allclose(result.dy, dy, atol=1e-6)
    assert not is_exact(mish.kernel_pair.f)
    assert is_exact(row("gelu").kernel_pair.df)


def test_the_program_is_ascii_and_takes_what_its_formulas_use() -> None:
    assert program_text().isascii()
    assert parameters(row("softmax")) == ("largest", "rest")
    assert parameters(row("hard_sigmoid")) == ("alpha", "beta", "left", "right")
    assert "fast" not in "".join(line for line in program_text().splitlines() if "#" in line)


def test_a_driver_says_nothing_while_it_builds(
    engine: OpenCLEngine, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = f"/* {tmp_path} */\n#define inline inline\n__kernel void of_test(__global int *a) {{}}\n"
    handle = open_handle(engine.device.id).handle
    built = program_module.build(engine.device.id, engine._context, handle, text, (), keep=False)
    built.of_test(engine._queue, (1,), None, engine.block(points=1).buffer)
    engine._queue.finish()
    assert capfd.readouterr().err == ""


CANCELLING = [
    (0.004, -1.0),
    (0.1, -0.3),
    (0.7, -0.7 * 3.0000002384185791),
    (1 / 3, -1.0),
    (0.3, -0.1),
    (1e-20, -1e-18),
    (0.1, -1e11),
]


@pytest.mark.parametrize(("alpha", "beta"), CANCELLING)
def test_what_is_left_beside_a_corner_is_exact(
    engine: OpenCLEngine, alpha: float, beta: float
) -> None:
    """Where alpha·x and beta cancel but for their last bits, these bits are f: by fractions."""
    middle = np.float32(-beta / alpha)
    x = np.array([middle, *(np.nextafter(middle, np.float32(end)) for end in (-1e38, 1e38))])
    result = run(engine, "hard_sigmoid", x.astype(np.float32), alpha=alpha, beta=beta)
    for got, at in zip(result.y.tolist(), x.tolist(), strict=True):
        exact = Fraction(alpha) * Fraction(at) + Fraction(beta)
        want = float(min(max(exact, Fraction(0)), Fraction(1)))
        assert abs(got - want) <= 2.0**-24 * want
