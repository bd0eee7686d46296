"""Measuring: what is wrong is seen, a run goes on where it stopped, no input is missing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from golden_numbers import Golden, golden_cases

from actviz.accuracy import inputs, tables
from actviz.accuracy.exact import exact
from actviz.accuracy.inputs import Inputs, around, exhaustive, landmarks, sweep
from actviz.accuracy.patterns import bits_of, number_of, numbers
from actviz.accuracy.run import Job, Measurement
from actviz.accuracy.state import State
from actviz.accuracy.subjects import Computed, engine_subject
from actviz.accuracy.tally import Fault, Numbers, Tally, measured
from actviz.activations import ROWS, Row, row
from actviz.dtypes import DTYPES
from actviz.evaluation import Array, Grid
from actviz.param import Value

Change = Callable[[Array, Array], None]


class Wrong:
    """NumPy's engine with some results changed."""

    id, name, kinks_count = "wrong", "a wrong engine", True

    def __init__(self, change: Change) -> None:
        self._change = change
        self._right = engine_subject("numpy", "float32")

    def offers(self, row: Row, values: Mapping[str, Value], dtype: str) -> bool:
        return True

    def run(self, row: Row, values: Mapping[str, Value], x: Grid | Array, dtype: str) -> Computed:
        computed = self._right.run(row, values, x, dtype)
        self._change(computed.x, computed.f)
        return computed


def job_of(name: str, change: Change | None = None, x: Array | None = None) -> Job:
    chosen, values = row(name), row(name).complete()
    subject = engine_subject("numpy", "float32") if change is None else Wrong(change)
    if x is None:
        return Job(chosen, values, "float32", subject, sweep(chosen, values, "float32"))
    blocks = np.array_split(x, 3)
    sizes = tuple(each.size for each in blocks)
    return Job(chosen, values, "float32", subject, Inputs(sizes, blocks.__getitem__))


def measure(job: Job) -> Measurement:
    found = Measurement(Tally(job.dtype))
    assert sum(job.measure(found)) == job.inputs.points
    return found


X = np.linspace(-9.0, 9.0, 1000, dtype=np.float32)


def test_a_right_engine_has_no_faults() -> None:
    found = measure(job_of("sigmoid", x=X))
    assert found.df is not None
    for tally in (found.f, found.df):
        assert 0.45 < tally.worst < 0.501
        assert tally.at is not None
        assert all(fault == Fault(0, None) for fault in tally.faults.values())
        assert tally.points == 1000


@pytest.mark.parametrize(
    ("fault", "wrong"),
    [
        ("false_zeros", 0.0),
        ("false_infinities", math.inf),
        ("sign_errors", -0.25),
        ("nan_mismatches", math.nan),
    ],
)
def test_a_wrong_engine_is_seen(fault: str, wrong: float) -> None:
    def change(x: Array, f: Array) -> None:
        f[np.isin(x, X[[100, 700, 990]])] = wrong

    found = measure(job_of("sigmoid", change, X))
    assert found.f.faults[fault] == Fault(3, bits_of(X[700], "float32"))
    assert sum(each.count for each in found.f.faults.values()) == 3
    assert found.df is not None
    assert not any(each.count for each in found.df.faults.values())
    if math.isfinite(wrong):
        assert found.f.worst > 1e6
    else:
        assert found.f.worst < 0.501
        assert found.f.percentile() == math.inf


def test_the_worst_input_is_named() -> None:
    def change(x: Array, f: Array) -> None:
        f[x == X[123]] += 7 * np.spacing(f[x == X[123]])

    found = measure(job_of("sigmoid", change, X))
    assert found.f.worst == pytest.approx(7.0, abs=0.51)
    assert found.f.at == bits_of(X[123], "float32")
    assert found.f.percentile(99.8) < 0.6


def test_a_nan_that_becomes_a_number_is_seen() -> None:
    def change(x: Array, f: Array) -> None:
        f[np.isnan(x)] = 0.0

    found = measure(job_of("relu", change))
    assert found.f.faults["nan_mismatches"].count == 1


def test_percentiles_are_exact_to_a_step_of_the_histogram() -> None:
    def change(x: Array, f: Array) -> None:
        f[...] = np.float32(1.0) + np.arange(f.size, dtype=np.float32) * np.float32(2.0**-23)

    found = measure(job_of("thresholded_relu", change, np.full(30_000, 1.5, np.float32)))
    # three blocks of 10,000 results, up to 2²² units below 1.5 (a unit is 2^-23)
    assert found.f.worst == 2.0**22
    for percent, units in ((50.0, 2**22 - 5000), (99.99, 2**22 - 1), (0.01, 2**22 - 9999)):
        assert units <= found.f.percentile(percent) <= units * (1.0 + 1.0 / 128.0)


# Going on


def state_of(tally: Tally | None) -> object:
    return None if tally is None else (tally.saved().histogram, tally.saved())


@pytest.mark.parametrize("stop", [1, 3])
def test_going_on_gives_the_same_as_one_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: int
) -> None:
    monkeypatch.setattr(inputs, "STEP", 100_003)
    monkeypatch.setattr(inputs, "BLOCK", 100_000)
    job, path = job_of("gelu"), tmp_path / "sub" / "state.json"
    first = State(path, [job])
    found = first.found(job)
    for count, _ in enumerate(job.measure(found), start=1):
        if count == stop:
            break
    first.keep(job, found)
    again = State(path, [job])
    rest = again.found(job)
    assert rest.blocks == stop
    assert sum(job.measure(rest)) == job.inputs.points - sum(job.inputs.sizes[:stop])
    whole = measure(job)
    assert state_of(rest.f) == state_of(whole.f)
    assert state_of(rest.df) == state_of(whole.df)
    again.discard()
    assert list(path.parent.iterdir()) == []


def test_a_state_belongs_to_its_run(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    job = job_of("elu", x=X)
    State(path, [job]).keep(job, measure(job))
    others = (job_of("selu", x=X), job_of("elu", x=X[1:]), job_of("elu", lambda x, f: None, X))
    for other in others:
        with pytest.raises(ValueError, match=r"state\.json: it is the state of another run"):
            State(path, [other])


@pytest.mark.parametrize("content", ["", "[]", "{", '{"actviz_accuracy": 1}', "\x00"])
def test_what_is_no_state_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"state\.json"):
        State(path, [job_of("elu", x=X)])


def test_a_damaged_histogram_is_refused() -> None:
    saved = Tally("float32").saved()
    saved.histogram.append((1 << 20, 1))
    with pytest.raises(ValueError, match="histogram"):
        Tally.restored(saved, "float32")


# Inputs


def points(chosen: Inputs, dtype: str) -> Iterator[Array]:
    for number, size in enumerate(chosen.sizes):
        block = chosen.block(number)
        x = DTYPES[dtype].rounded(block.points()) if isinstance(block, Grid) else block
        assert x.size == size
        yield x


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_faults_among_16_bits_are_counted(dtype: str) -> None:
    subject, chosen = engine_subject("numpy", dtype), exhaustive(row("relu"), dtype)
    job = Job(row("relu"), row("relu").complete(), dtype, subject, chosen)
    x = chosen.block(0)
    computed = subject.run(job.row, job.values, x, dtype)
    with np.errstate(invalid="ignore"):  # signalling NaNs are among them
        numbers_only = np.nan_to_num(computed.f.astype(np.float64), posinf=np.inf)
        truth = x.astype(np.float64)
    tally = measured(computed.x, Numbers(numbers_only, truth), dtype)
    nans = {"float16": 2 * 1023, "bfloat16": 2 * 127}[dtype]
    assert tally.faults["nan_mismatches"].count == nans
    smallest = bits_of(-DTYPES[dtype].spacing(0.0), dtype)
    half = tally.points // 2 - nans // 2 - 1  # all that is below 0 but −∞ and NaN
    assert tally.faults["false_zeros"] == Fault(half - 1, smallest)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_every_number_of_16_bits_comes_once(dtype: str) -> None:
    plain = np.concatenate([*points(exhaustive(row("elu"), dtype), dtype)])
    assert [bits_of(each, dtype) for each in plain[:: 1 << 8]] == [*range(0, 1 << 16, 1 << 8)]
    with np.errstate(invalid="ignore"):  # signalling NaNs are among them
        plain = plain.astype(np.float64)
    assert np.unique(plain[~np.isnan(plain)]).size > 63_000
    slices = np.concatenate([*points(exhaustive(row("softmax"), dtype), dtype)])
    finite = plain[np.isfinite(plain)]
    np.testing.assert_array_equal(np.sort(slices.astype(np.float64)), np.sort(finite))


def test_every_float32_is_counted_once() -> None:
    chosen = exhaustive(row("elu"), "float32")
    assert chosen.points == 2**32
    firsts = [int(chosen.block(n)[0].view(np.uint32)) for n in (0, 1, 2047, 4095)]
    assert firsts == [0, 1 << 20, 2047 << 20, 4095 << 20]
    block = chosen.block(1060)
    assert isinstance(block, np.ndarray)
    np.testing.assert_array_equal(np.diff(block.view(np.uint32)), 1)


def test_the_grids_of_a_slice_hit_every_float32() -> None:
    chosen = exhaustive(row("softmax"), "float32")
    assert chosen.points == 2 * 255 * 2**23
    for number in (0, 1, 1017, len(chosen.sizes) - 1):
        grid = chosen.block(number)
        assert isinstance(grid, Grid)
        x = grid.points()
        np.testing.assert_array_equal(x, x.astype(np.float32))
        bits = np.abs(x).astype(np.float32).view(np.int32)
        assert set(np.abs(np.diff(bits))) == {1}
    ends = [sorted(map(abs, (g.low, g.high))) for g in map(chosen.block, range(8 * 255))]
    for (_, high), (low, _) in pairwise(ends):
        assert np.nextafter(np.float32(high), np.float32(math.inf)) == low


@pytest.mark.parametrize("each", [r for r in ROWS if not r.vector], ids=lambda each: each.name)
def test_a_sweep_has_all_exponents_and_all_that_is_hard(
    each: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "STEP", 100_003)
    values = each.complete()
    x = np.concatenate([*points(sweep(each, values, "float32"), "float32")])
    bits = x.view(np.uint32)
    assert np.unique(bits >> 23).size == 512
    assert np.isnan(x).sum() == 1
    special = np.array([0.0, -0.0, math.inf, -math.inf, 1e-45, 3.4028235e38], np.float32)
    hard = np.concatenate([special, around(landmarks(each, values), "float32")])
    assert np.isin(hard.view(np.uint32), bits).all()
    for kink in each.breaks():
        at = np.float32(kink.x)
        beside = [np.nextafter(at, np.float32(end)) for end in (-math.inf, math.inf)]
        assert np.isin([at, *beside], x).all()


def test_roots_of_the_derivative_are_landmarks() -> None:
    assert landmarks(row("gelu"), {}).tolist() == pytest.approx([-0.7517915246935645])
    assert landmarks(row("relu"), {"max_value": 6.0}).tolist() == [0.0, 6.0]


def test_float64_is_not_exhausted() -> None:
    with pytest.raises(ValueError, match="float64"):
        exhaustive(row("elu"), "float64")


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_numbers_and_bits(dtype: str) -> None:
    for value in (1.0, -0.0, 2.0**-14, -3.5, math.inf):
        assert number_of(bits_of(value, dtype), dtype) == value
    third = float(DTYPES[dtype].rounded(np.array([1.0 / 3.0]))[0])
    assert (
        third
        == {
            "float16": 0.333251953125,
            "bfloat16": 0.333984375,
            "float32": 0.3333333432674408,
            "float64": 1.0 / 3.0,
        }[dtype]
    )


def test_numbers_of_bits_in_bfloat16() -> None:
    assert numbers(np.array([0x3F80, 0xC000], np.uint16), "bfloat16").tolist() == [1.0, -2.0]


# The truth of float64


@pytest.mark.parametrize("case", golden_cases("float64"), ids=lambda case: case.label)
def test_many_digits_give_the_golden_numbers(case: Golden) -> None:
    f, df = exact(row(case.activation), row(case.activation).complete(case.values))
    finite = np.isfinite(case.x)
    for x, y, dy in zip(
        case.x[finite][::7], case.f[finite][::7], case.df[finite][::7], strict=True
    ):
        for computed, golden in ((f(x), y), (df(x), dy)):
            assert computed[0] == pytest.approx(golden, rel=2.5e-16, abs=5e-324)
            assert abs(computed[1]) <= 0.5


def test_float64_is_measured_with_more_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "_IN_DOUBLE", 60)
    chosen, values = row("tanh"), row("tanh").complete()
    subject = engine_subject("numpy", "float64")
    found = measure(Job(chosen, values, "float64", subject, sweep(chosen, values, "float64")))
    assert found.df is not None
    assert 0.3 < found.f.worst < 8.0
    assert 0.3 < found.df.worst < 8.0


# Tables


def test_tables_say_what_was_measured() -> None:
    def change(x: Array, f: Array) -> None:
        f[x == X[990]] = 0.0

    job = job_of("sigmoid", change, X)
    results = [(job, measure(job))]
    first, second = tables.cells(results)
    assert first[:3] == ("sigmoid", "wrong", "f")
    assert first[3] == "1.7e+07"
    assert first[4] == f"{X[990]!s} (0x{X[990].view(np.uint32):08x})"
    assert first[6:] == ("1", "0", "0", "0", "1,000")
    assert second[2] == "f′"
    assert "a wrong engine" in tables.text(results)
    lines = tables.as_markdown(results).splitlines()
    assert {line.count("|") for line in lines} == {len(tables.HEADER) + 1}


def test_values_that_are_no_defaults_are_told() -> None:
    job = job_of("elu", x=X)
    other = Job(job.row, job.row.complete({"alpha": 0.5}), "float32", job.subject, job.inputs)
    assert tables.title(job) == "elu"
    assert tables.title(other) == "elu alpha=0.5"
