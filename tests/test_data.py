"""A person's own numbers: how they are read, what is left out, and figures against NumPy's."""

from __future__ import annotations

import contextlib
import math
import pickle
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from actviz.activations import row
from actviz.analysis import data as module
from actviz.analysis import data_files
from actviz.analysis.curve import Curve
from actviz.analysis.data import (
    LEVELS,
    SAMPLE,
    Data,
    Omitted,
    load,
    loading,
)
from actviz.analysis.data_moments import DataMoments, data_moments
from actviz.tables import read_array


def curve(name: str, **values: Any) -> Curve:
    return Curve.of(row(name), row(name).complete(values))


def saved(folder: Path, numbers: Any) -> Path:
    path = folder / "z.npy"
    np.save(path, np.asarray(numbers))
    return path


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "z.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ValueError, match=r".") as caught:
        load(path)
    assert str(path) in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: ")


NORMAL = np.random.default_rng(3).normal(0.5, 2.0, 5000)


@pytest.mark.parametrize("dtype", ["<f2", ">f4", "<f8", "i1", ">u4"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_of_any_shape_and_real_dtype_is_read_whole(
    tmp_path: Path, dtype: str, order: Any
) -> None:
    array = np.array(np.abs(NORMAL.reshape(50, 25, 4)), dtype=dtype, order=order)
    data = load(saved(tmp_path, array))
    assert data.values.tolist() == sorted(array.astype(float).ravel().tolist())
    assert (data.count, data.omitted.total) == (5000, 0)
    assert data.sentence == "z.npy: all 5,000 numbers"


def test_summary_is_numpys(tmp_path: Path) -> None:
    data = load(saved(tmp_path, NORMAL))
    assert data.mean == pytest.approx(NORMAL.mean(), rel=1e-14)
    assert data.std == pytest.approx(NORMAL.std(), rel=1e-14)
    assert data.mean_error == pytest.approx(NORMAL.std(ddof=1) / math.sqrt(5000), rel=1e-14)
    assert data.quantiles == pytest.approx(np.quantile(NORMAL, LEVELS).tolist(), rel=1e-14)


def test_nan_and_infinities_are_left_out_and_counted(tmp_path: Path) -> None:
    data = load(saved(tmp_path, [1.0, math.nan, 2.0, math.inf, -math.inf, math.nan]))
    assert data.values.tolist() == [1.0, 2.0]
    assert data.sentence == "z.npy: all 2 numbers; left out: 2 NaN or missing, 2 infinite"


def test_of_many_numbers_a_sample_is_drawn_the_same_one_however_blocks_are_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, np.arange(3 * SAMPLE, dtype=np.int32))
    data = load(path)
    assert (data.values.size, data.count) == (SAMPLE, 3 * SAMPLE)
    assert np.unique(data.values).size == SAMPLE
    assert "200,000 of 600,000 numbers, drawn at random (seed 0)" in data.sentence
    # uniform: the mean of 0 … N−1, with the error of a sample without return
    error = 3 * SAMPLE / math.sqrt(12 * SAMPLE) * math.sqrt(2 / 3)
    assert abs(data.mean - (3 * SAMPLE - 1) / 2) < 4 * error
    assert not np.array_equal(load(path, seed=1).values, data.values)
    monkeypatch.setattr(data_files, "BLOCK", 77_777)
    module._LOADED.clear()
    parts = list(loading(path))
    done, again = parts[-1]
    assert done == 1.0
    # on the way samples of what was read by then, of the same kind
    assert "read so far" in parts[0][1].sentence
    assert parts[0][1].count == 77_777
    assert len({id(each) for _, each in parts}) == 3
    assert np.array_equal(again.values, data.values)


def test_of_an_array_of_a_thousand_million_numbers_places_are_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, size, few = tmp_path / "z.npy", 10**9, 20_000
    monkeypatch.setattr(module, "SAMPLE", few)
    with path.open("wb") as stream:
        header = {"descr": "<i4", "fortran_order": False, "shape": (1000, 10**6)}
        np.lib.format.write_array_header_1_0(stream, header)
        stream.seek(4 * size - 4, 1)  # a hole: it takes no room
        stream.write(np.array([7], "<i4").tobytes())
    parts = list(loading(path))
    assert len(parts) > 4
    data = parts[-1][1]
    assert (data.count, data.rows, data.values.size) == (few, size, few)
    assert "20,000 of 1,000,000,000 numbers, drawn at random (seed 0)" in data.sentence


@pytest.mark.parametrize(
    ("text", "values", "words"),
    [
        ("1\n2.5\n-3e2\n", [-300.0, 1.0, 2.5], "all 3 numbers"),
        ("z\r\n1\r\n2\r\n", [1.0, 2.0], "all 2 numbers"),
        ("\ufeff1,2\n3,4", [1.0, 2.0, 3.0, 4.0], "the cells of 2 columns together"),
        ("a,b\n1,2\n", [1.0, 2.0], "the columns a, b together"),
        (",a\n0,1.5\n1,2.5\n", [1.5, 2.5], "counts the rows and is left out"),
        ("1,5;2\n3;4,25\n", [1.5, 2.0, 3.0, 4.25], "all 4 numbers"),
        ("1 2\n 3  4\n", [1.0, 2.0, 3.0, 4.0], "all 4 numbers"),
        ('"1"\t"2"\n', [1.0, 2.0], "all 2 numbers"),
        ("1\nx\n1_0\n__import__('os')\n2\n", [1.0, 2.0], "left out: 3 text"),
        ("1,\nNaN,inf\n,NA\n2,−\n", [1.0, 2.0], "4 NaN or missing, 1 infinite, 1 text"),
        ("1\n" + "9" * 500 + "\n", [1.0], "left out: 1"),
    ],
)
def test_texts_are_read_with_and_without_a_header(
    tmp_path: Path, text: str, values: list[float], words: str
) -> None:
    data = load(written(tmp_path, text))
    assert data.values.tolist() == values
    assert words in data.sentence


def test_a_long_text_is_read_a_block_at_a_time(tmp_path: Path) -> None:
    path = written(tmp_path, "z\n" + "".join(f"{x!r}\n" for x in np.tile(NORMAL, 10).tolist()))
    parts = list(loading(path))
    assert len(parts) > 3
    assert [done for done, _ in parts] == sorted(done for done, _ in parts)
    data = parts[-1][1]
    assert np.array_equal(data.values, np.sort(np.tile(NORMAL, 10)))


def bad_files(folder: Path) -> dict[str, tuple[Path, str]]:
    objects = folder / "objects.npy"
    np.save(objects, np.array([{}, 1], dtype=object), allow_pickle=True)
    cut, deep = folder / "cut.npy", folder / "pickle.npy"
    cut.write_bytes(saved(folder, NORMAL).read_bytes()[:-100])
    deep.write_bytes(pickle.dumps([1.0]))
    complex_, words, empty = (folder / f"{name}.npy" for name in ("complex", "words", "empty"))
    np.save(complex_, np.array([1j]))
    np.save(words, np.array(["a"]))
    np.save(empty, np.zeros((0, 3)))
    texts = {"blank": b"", "no": b"a\nb\n", "utf16": "1\n2\n".encode("utf-16"), "header": b"z\n"}
    for name, text in texts.items():
        (folder / f"{name}.csv").write_bytes(text)
    (folder / "folder.csv").mkdir()
    (folder / "z.txt").write_text("1")
    (folder / "long.csv").write_bytes(b"1 " * (1 << 23) + b"1" * 300_000)
    return {
        "objects.npy": (objects, "it holds Python objects, which are never unpickled"),
        "cut.npy": (cut, "it ends before the 5000 numbers that it announces"),
        "pickle.npy": (deep, "it must be a .npy file of real numbers"),
        "complex.npy": (complex_, "it holds complex128; it must hold real numbers"),
        "words.npy": (words, "it holds <U1; it must hold real numbers"),
        "empty.npy": (empty, "there is no finite number in it (it is empty)"),
        "blank.csv": (folder / "blank.csv", "there is no finite number in it (it is empty)"),
        "header.csv": (folder / "header.csv", "there is no finite number in it (it is empty)"),
        "no.csv": (folder / "no.csv", "there is no finite number in it (1 text)"),
        "utf16.csv": (folder / "utf16.csv", "it is no text"),
        "long.csv": (folder / "long.csv", "a line must have at most 16,777,216 bytes"),
        "folder.csv": (folder / "folder.csv", "it is no file with data in it"),
        "z.txt": (folder / "z.txt", "data must be a file that ends in .npy, .csv, .parquet"),
        "absent": (folder / "absent.npy", "it cannot be read: No such file"),
    }


def test_what_cannot_be_read_gets_one_sentence(tmp_path: Path) -> None:
    for name, (path, words) in bad_files(tmp_path).items():
        said = refusal(path)
        assert words in said, name
        assert "\n" not in said


@pytest.mark.filterwarnings("ignore:Reading .* created on Python 2")
def test_damaged_files_never_end_in_anything_but_a_sentence(tmp_path: Path) -> None:
    arrays = saved(tmp_path, np.arange(6.0).reshape(2, 3)).read_bytes()
    texts = (b"a,b\n1,2\n3,4\n", b",x\n0;1,5\n")
    chosen, refusals, sizes = random.Random(1), [], []
    for number in range(600):
        content = bytearray(arrays if number % 2 else chosen.choice(texts))
        for _ in range(chosen.randint(1, 6)):
            place = chosen.randrange(len(content))
            new = chosen.choice([b"", b"\n", b",", b"{", b"'", bytes([chosen.randrange(256)])])
            content[place : place + chosen.randint(0, 2)] = new
        path = tmp_path / ("f.npy" if number % 2 else "f.csv")
        path.write_bytes(content)
        try:
            *_, (_, data) = loading(path)
            sizes.append(data.values.size)
        except ValueError as error:
            refusals.append(str(error))
        if number % 2:
            with contextlib.suppress(ValueError):
                read_array(path)
    assert all(said.startswith(str(tmp_path)) and "\n" not in said for said in refusals)
    assert min(sizes) >= 1
    assert min(len(sizes), len(refusals)) > 100


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    path = saved(tmp_path, [1.0])
    assert load(path) is load(path)
    saved(tmp_path, [1.0, 2.0])
    assert load(path).count == 2


# What an activation makes of it


def of(numbers: Any, name: str, epsilon: float = 0.01, **values: Any) -> DataMoments:
    x = np.sort(np.asarray(numbers, dtype=float))
    data = Data(x, x.size, Omitted(), 0, "z.npy", x.size)
    return data_moments(curve(name, **values), data, epsilon)


def test_moments_over_data_are_plain_averages() -> None:
    found = of(NORMAL, "relu")
    relu, slope = np.maximum(NORMAL, 0.0), (NORMAL > 0.0).astype(float)
    n = NORMAL.size
    for estimate, values in (
        (found.mean, relu),
        (found.second, relu**2),
        (found.slope_second, slope),
        (found.variance, (relu - relu.mean()) ** 2),
    ):
        assert estimate.value == pytest.approx(values.mean(), rel=1e-13)
        assert estimate.error == pytest.approx(values.std(ddof=1) / math.sqrt(n), rel=1e-13)


def test_errors_cover_what_they_should() -> None:
    """Of 400 samples of N(0, 1), about 68 % lie within one error of the truth of ReLU."""
    random = np.random.default_rng(8)
    truth = {"mean": 1 / math.sqrt(2 * math.pi), "second": 0.5, "variance": 0.5 - 0.5 / math.pi}
    truth |= {"slope_second": 0.5, "dead": 0.5, "saturated": 0.5, "small_slope": 0.5}
    samples = [of(random.standard_normal(500), "relu") for _ in range(400)]
    for name, value in truth.items():
        estimates = [getattr(each, name) for each in samples]
        within = np.mean([abs(each.value - value) < each.error for each in estimates])
        assert 0.60 < within < 0.76, name


def test_saturation_turning_points_and_dead_numbers_are_kept_apart() -> None:
    # GELU's f′ crosses 0 at −0.7518; f′ is below 0.01 there, and that is no saturation
    found = of([-9.0, -0.7518, 0.3, 9.0], "gelu")
    assert (found.small_slope.value, found.saturated.value, found.dead.value) == (0.5, 0.25, 0.0)
    found = of([-4.0, -3.0, 3.0, 3.5], "hard_sigmoid")
    assert (found.saturated.value, found.dead.value) == (0.75, 0.75)
    assert of([0.0, 1.0], "relu").dead.value == 0.5
    assert of([5.0], "tanh").saturated.value == 1.0
    assert of([5.0], "linear").saturated.value == 0.0


def test_a_share_of_nothing_still_has_an_error_and_a_single_number_has_none() -> None:
    found = of([1.0], "relu")
    assert found.dead.value == 0.0
    assert 0.2 < found.dead.error < 0.4
    assert math.isnan(found.mean.error)


def test_overflow_in_f_is_counted() -> None:
    found = of([1.0, 800.0], "exponential")
    assert found.not_finite == 1
    assert found.mean.value == math.inf


def test_a_bound_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match=r"data.epsilon: 0.0 is not allowed"):
        of([1.0], "relu", epsilon=0.0)
