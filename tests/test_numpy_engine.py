"""The NumPy engine against golden numbers, and what it takes and refuses."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from golden_numbers import Golden, golden_cases, worst
from mpmath import mp, mpf

from actviz.activations import ROWS, row
from actviz.dtypes import DTYPES
from actviz.evaluation import Grid, NumPyEngine, Request, Result

BOUND = {"float32": 0.501, "float64": 8.0}


@pytest.fixture
def engine() -> NumPyEngine:
    return NumPyEngine()


def run(name: str, x: object, dtype: str = "float32", **values: object) -> Result:
    return NumPyEngine().run(Request.of(name, values, x, dtype))


@pytest.mark.parametrize("case", golden_cases(), ids=lambda case: case.label)
def test_every_activation_is_as_good_as_promised(case: Golden, engine: NumPyEngine) -> None:
    if row(case.activation).vector:  # an array would be a whole vector; here it is the slice
        y, dy = (
            each.astype(case.dtype) for each in row(case.activation).evaluate(case.x, case.values)
        )
    else:
        result = engine.run(Request.of(case.activation, case.values, case.x, case.dtype))
        y, dy = result.y, result.dy
    assert worst(y, case.f, case.dtype) <= BOUND[case.dtype]
    assert worst(dy, case.df, case.dtype) <= BOUND[case.dtype]


def test_every_activation_has_golden_numbers() -> None:
    for dtype, fewest in (("float32", 400), ("float64", 100)):
        for each in ROWS:
            cases = [case for case in golden_cases(dtype) if case.activation == each.name]
            assert cases
            assert all(case.x.size >= fewest for case in cases)


@pytest.mark.parametrize(
    ("name", "x", "f", "df"),
    [  # e^−40; 10·Φ(−10); 4e^−40: values that frameworks lose
        ("sigmoid", 40.0, 1.0, 4.248354255291588e-18),
        ("gelu", -10.0, -7.6198530241605260e-23, -7.618400083290862e-22),
        ("tanh", 20.0, 1.0, 1.6993417021166355e-17),
    ],
)
def test_tails_are_not_lost(name: str, x: float, f: float, df: float) -> None:
    result = run(name, np.array([x]), "float64")
    assert result.y[0] == pytest.approx(f, rel=1e-6)
    assert result.dy[0] == pytest.approx(df, rel=1e-6)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("each", ROWS, ids=lambda each: each.name)
def test_results_are_rounded_once_to_the_dtype(each: object, dtype: str) -> None:
    name = each.name
    low = run(name, Grid(-9.0, 7.0, 501), dtype)
    assert low.x.dtype == low.y.dtype == low.dy.dtype == np.dtype(dtype)
    exact, slope = row(name).evaluate(low.x.astype(np.float64))
    assert np.array_equal(low.y, exact.astype(dtype))
    assert np.array_equal(low.dy, slope.astype(dtype))


def test_float16_keeps_its_subnormals() -> None:
    x = np.array([-17.0, -12.0, -3.0, 9.0], np.float16)
    dy = run("sigmoid", x, "float16").dy
    for point, value in zip(x, dy, strict=True):
        t = mp.exp(-abs(mpf(float(point))))
        truth = t / (1 + t) ** 2
        unit = max(2.0 ** (math.floor(math.log2(float(truth))) - 10), 2.0**-24)
        assert abs(float(value) - truth) <= 0.501 * unit


def test_overflow_of_the_dtype_is_infinite_and_silent() -> None:
    result = run("relu", np.array([1e10, -1e10]), "float16")
    assert list(result.x) == [np.inf, -np.inf]
    assert list(result.y) == [np.inf, 0.0]
    assert run("elu", np.array([-9.0]), "float16", alpha=1e30).y[0] == -np.inf


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_signalling_nan_is_one_like_any_other(dtype: str) -> None:
    x = np.array([0x7FA00000, 0xFFA00001], np.uint32).view(np.float32)
    result = run("gelu", x, dtype)
    assert np.isnan([result.x, result.y, result.dy]).all()


def test_a_grid_is_computed_in_float64_and_rounded() -> None:
    result = run("linear", Grid(-8.0, 4.0, 1001), "float32")
    step = 12.0 / 1000
    assert np.array_equal(result.x, np.float32([-8.0 + i * step for i in range(1001)]))
    assert np.array_equal(result.y, result.x)


@pytest.mark.parametrize(
    ("low", "high", "count", "words"),
    [
        (-1.7e308, 1.7e308, 3, "grid: from -1.7e.308 to .*with a finite difference"),
        (1.0, 0.0, 3, "the smaller one first"),
        (math.nan, 1.0, 3, "two finite numbers"),
        (0.0, math.inf, 3, "two finite numbers"),
        (0, 10**400, 3, "two finite numbers"),
        ("a", 1.0, 2, "grid: from 'a' to 1.0"),
        (0.0, None, 2, "grid: from 0.0 to None"),
        (False, True, 2, "grid: from False to True"),
        (0.0, 1.0, 2.5, "grid: 2.5 points; it must be a whole number from 1 to 2147483647"),
        (0.0, 1.0, True, "grid: True points"),
        (0.0, 1.0, "2", "grid: '2' points"),
        (0.0, 1.0, 0, "grid: 0 points"),
        (0.0, 1.0, 2**31, "grid: 2147483648 points"),
    ],
)
def test_grids_that_are_none_are_refused(
    low: object, high: object, count: object, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Grid(low, high, count)


def test_a_grid_holds_plain_numbers() -> None:
    grid = Grid(np.float32(0.5), 2, np.int64(3))
    assert [type(each) for each in (grid.low, grid.high, grid.count)] == [float, float, int]
    assert grid == Grid(0.5, 2.0, 3)
    assert np.array_equal(grid.points(1, 2), grid.points()[1:])


@pytest.mark.parametrize("name", ["gelu", "softmax"])
@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_pieces_are_the_bits_of_the_whole(name: str, dtype: str) -> None:
    grid = Grid(-9.0, 7.0, 70_001)
    result = run(name, grid, dtype)
    x = grid.points().astype(dtype)
    assert np.array_equal(result.x, x)
    exact, slope = row(name).evaluate(x.astype(np.float64))
    assert np.array_equal(result.y, exact.astype(dtype))
    assert np.array_equal(result.dy, slope.astype(dtype))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_softmax_in_pieces_is_that_of_each_vector(axis: int) -> None:
    x = np.random.default_rng(6).normal(size=(3, 701, 50))
    result = run("softmax", x, "float64", axis=axis)
    lines, y, dy = (np.moveaxis(each, axis, -1) for each in (x, result.y, result.dy))
    for index in [(0, 0), (1, 30), (-1, -1)]:
        alone = run("softmax", lines[index], "float64")
        assert np.array_equal(alone.y, y[index])
        assert np.array_equal(alone.dy, dy[index])


@pytest.mark.parametrize("name", ["gelu", "softmax", "elu"])
@pytest.mark.parametrize("grid", [True, False])
def test_little_memory_is_taken_beside_the_results(name: str, grid: bool) -> None:
    count = 1 << 22
    x = Grid(-8.0, 8.0, count) if grid else np.linspace(-8.0, 8.0, count).reshape(-1, 16)
    tracemalloc.start()
    result = run(name, x)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.5 * 3 * result.y.nbytes


@pytest.mark.parametrize("shape", [(), (1,), (7,), (2, 3), (2, 0, 3), (2, 3, 4, 5)])
def test_the_shape_is_kept(shape: tuple[int, ...]) -> None:
    x = np.linspace(-2.0, 2.0, math.prod(shape)).reshape(shape)
    for name in ("gelu", "relu", "linear", "hard_sigmoid"):
        result = run(name, x)
        assert result.x.shape == result.y.shape == result.dy.shape == shape


def test_integers_and_lists_are_numbers() -> None:
    assert list(run("relu", np.array([-3, 4])).y) == [0.0, 4.0]
    assert list(run("relu", [-3, 4]).y) == [0.0, 4.0]
    assert run("relu", np.arange(3, dtype=np.uint8)).x.dtype == np.float32


def test_the_input_is_not_the_output() -> None:
    x = np.ones(3, np.float32)
    result = run("linear", x)
    result.x[:] = 0
    assert x.sum() == 3


def test_the_result_says_who_computed_it_and_how_long(engine: NumPyEngine) -> None:
    request = Request.of("gelu", {}, Grid(-1.0, 1.0, 5))
    result = engine.run(request)
    assert result.request is request
    assert result.device.id == result.device.kind == "numpy"
    assert result.device.dtypes == ("float16", "bfloat16", "float32", "float64")
    assert 0.0 < result.seconds < 60.0
    engine.close()


@pytest.mark.parametrize(
    ("name", "x", "dtype", "values", "words"),
    [
        ("gelux", np.zeros(1), "float32", {}, "one of elu, gelu"),
        ("elu", np.zeros(1), "float8", {}, "dtype.*float16, bfloat16, float32, float64"),
        ("elu", np.zeros(1), "int32", {}, "dtype.*'int32'"),
        ("elu", np.zeros(1), "float32", {"beta": 1.0}, "no parameter 'beta'"),
        ("elu", np.zeros(1), "float32", {"alpha": math.nan}, "elu.alpha"),
        ("elu", np.zeros(1), "float32", {"alpha": "1"}, "elu.alpha"),
        ("elu", np.zeros(1, complex), "float32", {}, "x: complex128.*real numbers"),
        ("elu", np.zeros(1, bool), "float32", {}, "x: bool"),
        ("elu", np.array(["a"]), "float32", {}, "x: <U1"),
        ("elu", np.array([None]), "float32", {}, "x: object"),
        ("elu", [[1.0], [1.0, 2.0]], "float32", {}, "x: rows of different lengths"),
        ("elu", np.ma.array([1.0], mask=[True]), "float32", {}, "^x: a masked array"),
        ("softmax", np.zeros(3), "float32", {"axis": 1}, "softmax.axis: 1.*from -1 to 0"),
        ("softmax", np.array(1.0), "float32", {}, "softmax.axis.*single number"),
    ],
)
def test_bad_requests_are_refused_with_a_sentence(
    name: str, x: object, dtype: str, values: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        run(name, x, dtype, **values)


def exact_softmax(logits: list[float]) -> tuple[list[mpf], list[mpf]]:
    powers = [mp.exp(mpf(z)) for z in logits]
    total = mp.fsum(powers)
    return [p / total for p in powers], [p * (total - p) / total**2 for p in powers]


@pytest.mark.parametrize(
    "logits",
    [
        [1.0, 2.0, 3.0],
        [0.0],
        [1000.0, -1000.0, 999.5],
        [30.0, 0.0, -60.0, 29.0],
        [40.0, 0.0, 0.5],  # 1 − s of the largest is 1e-17: s(1 − s) would be 0
        [-0.1, 300.7, 0.3],  # 300.7 + 0.1 is rounded: its error is e⁻³⁰⁰·⁸'s relative one
        [-1e30, 5.0, 5.0],
        [0.1] * 100,
    ],
)
def test_softmax_of_a_vector_and_its_jacobian_diagonal(logits: list[float]) -> None:
    x = np.array(logits, np.float32)
    with mp.workdps(60):
        values, slopes = exact_softmax([float(z) for z in x])
    for dtype, bound in BOUND.items():
        result = run("softmax", x, dtype)
        assert worst(result.y, np.array([float(v) for v in values]), dtype) <= bound
        assert worst(result.dy, np.array([float(v) for v in slopes]), dtype) <= bound


def test_softmax_acts_along_its_axis() -> None:
    x = np.random.default_rng(5).normal(size=(3, 4, 5))
    for axis in (-1, 0, 1, 2, -3):
        y = run("softmax", x, "float64", axis=axis).y
        assert np.allclose(y.sum(axis=axis), 1.0, rtol=1e-15)
        moved = run("softmax", np.moveaxis(x, axis, -1), "float64").y
        assert np.array_equal(np.moveaxis(moved, -1, axis), y)


def test_softmax_of_infinite_logits_is_the_limit() -> None:
    assert list(run("softmax", np.array([math.inf, 1.0, -math.inf])).y) == [1.0, 0.0, 0.0]
    assert list(run("softmax", np.array([math.inf, 1.0, math.inf])).y) == [0.5, 0.0, 0.5]
    assert list(run("softmax", np.array([-math.inf, -math.inf])).y) == [0.5, 0.5]
    assert np.isnan(run("softmax", np.array([math.nan, 1.0])).y).all()
    assert run("softmax", np.zeros((2, 0))).y.shape == (2, 0)


def test_softmax_over_a_grid_is_the_slice_along_one_logit() -> None:
    slice_ = run("softmax", Grid(-3.0, 3.0, 7), "float64", logits=(1.0, 2.0))
    for x, y in zip(slice_.x, slice_.y, strict=True):
        assert y == pytest.approx(
            run("softmax", np.array([x, 1.0, 2.0]), "float64").y[0], rel=1e-14
        )
