"""The commands, run as a user runs them: output, files, exit statuses, one line of complaint."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from actviz.cli import main
from actviz.engines import evaluate
from actviz.evaluation import Device, Grid


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(words)
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line that a bad value gives; nothing else is printed."""
    status, out, err = run(capsys, *words)
    assert status == 1
    assert out == ""
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


def test_eval_prints_csv(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("eval", "elu", "--set", "alpha=0.5", "--from", "-1", "--to", "1", "--count", "3")
    status, out, err = run(capsys, *words, "--device", "numpy", "--dtype", "float64")
    assert status == 0
    assert "computed by NumPy" in err
    header, low, middle, high = out.split()
    assert header == "x,f,df"
    # expm1(-1)/2 and exp(-1)/2, mpmath
    assert [float(word) for word in low.split(",")] == pytest.approx(
        [-1, -0.31606027941427883, 0.18393972058572117], rel=1e-15
    )
    assert [float(word) for word in middle.split(",")] == [0, 0, 0.5]
    assert [float(word) for word in high.split(",")] == [1, 1, 1]


@pytest.mark.parametrize("suffix", ["csv", "npy", "npz"])
def test_eval_writes_files(capsys: pytest.CaptureFixture[str], tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"g.{suffix}"
    words = ("eval", "gelu", "--from", "-2", "--to", "2", "--count", "5", "--device", "numpy")
    status, out, err = run(capsys, *words, "-o", str(target))
    assert (status, out) == (0, "")
    assert "NumPy" in err
    if suffix == "npz":
        with np.load(target) as archive:
            table = np.stack([archive["x"], archive["y"], archive["dy"]], axis=1)
    elif suffix == "npy":
        table = np.load(target)
    else:
        assert target.read_text().startswith("x,f,df\n")
        table = np.loadtxt(target, delimiter=",", skiprows=1)
    assert table.shape == (5, 3)
    assert table[:, 0].tolist() == [-2, -1, 0, 1, 2]
    # x·Φ(x) at 1: Φ(1) = .8413447461 (published)
    assert table[3, 1] == pytest.approx(0.8413447461, abs=1e-7)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
@pytest.mark.parametrize("suffix", ["csv", "npy"])
def test_files_hold_the_numbers_of_the_dtype(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, suffix: str, dtype: str
) -> None:
    """bfloat16 as float32, which holds it: a .npy file cannot name it."""
    target = tmp_path / f"g.{suffix}"
    words = ("eval", "gelu", "--from", "-3", "--to", "2", "--count", "77", "--dtype", dtype)
    status, out, err = run(capsys, *words, "-o", str(target))
    assert (status, out) == (0, "")
    assert f"77 points in {dtype}, computed by" in err
    assert "NumPy" not in err
    result = evaluate("gelu", Grid(-3.0, 2.0, 77), dtype=dtype)
    held = np.float32 if dtype == "bfloat16" else np.dtype(dtype)
    if suffix == "npy":
        table = np.load(target)
        assert table.dtype == held
    else:
        table = np.loadtxt(target, delimiter=",", skiprows=1)
    for column, numbers in zip(table.T, (result.x, result.y, result.dy), strict=True):
        np.testing.assert_array_equal(column.astype(held), numbers.astype(held))


def test_eval_takes_x_from_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    source, target = tmp_path / "x.npy", tmp_path / "y.npz"
    np.save(source, np.array([[-1.0, 2.0], [3.0, np.nan]]))
    words = ("eval", "relu", "--input", str(source), "-o", str(target))
    assert run(capsys, *words)[0] == 0
    with np.load(target) as archive:
        assert archive["y"].shape == (2, 2)
        np.testing.assert_array_equal(archive["y"], np.float32([[0, 2], [3, np.nan]]))


@pytest.mark.parametrize(
    ("words", "fragments"),
    [
        (("eval", "elo"), ("elo", "elu")),
        (("eval", "elu", "--set", "alpha=nan"), ("alpha", "nan", "number")),
        (("eval", "elu", "--set", "beta=1"), ("beta", "alpha")),
        (("eval", "elu", "--from", "3", "--to", "1"), ("3", "smaller")),
        (("eval", "elu", "--from", "nan"), ("nan", "finite")),
        (("eval", "elu", "--count", "0"), ("0 points", "1")),
        (("eval", "elu", "--dtype", "float8"), ("float8", "float32")),
        (("eval", "elu", "--device", "abacus"), ("abacus", "numpy")),
        (("eval", "elu", "-o", "x.xls"), ("x.xls", ".csv")),
        (("eval", "elu", "--input", "missing.npy"), ("missing.npy",)),
        (("eval", "elu", "-o", "no/such/folder/x.csv", "--device", "numpy"), ("no/such/folder",)),
        (("layer", "Dance"), ("Dance", "Dense")),
        (("layer", "Dense", "--set", "units=0"), ("units", "0", "1")),
        (("layer", "Dense", "--set", "unit=3"), ("unit=3", "units")),
        (
            ("layer", "Dense", "--set", "kernel_regularizer=l2(l2=-1)"),
            ("Dense.kernel_regularizer.l2.l2", "-1"),
        ),
        (("layer", "Dense", "--recurrent-activation", "elu"), ("Dense", "recurrent_activation")),
        (("layer", "Dense", "--dialect", "caffe"), ("caffe", "keras")),
        (("check", "missing.json"), ("missing.json",)),
        (("render", "-o", "x.bmp"), ("x.bmp", ".png")),
        (("render", "-o", "x.png", "--size", "9x9"), ("9x9", "1200x800")),
        (("render", "-o", "x.png", "--lens", "monocle"), ("monocle", "curve")),
        (("render", "-o", "x.png", "--theme", "pink"), ("pink", "light")),
    ],
)
def test_bad_values_are_one_line_and_status_1(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    words: tuple[str, ...],
    fragments: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    message = refused(capsys, *words)
    for fragment in fragments:
        assert fragment in message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("evil",), ("--loud",), ("eval", "elu", "--loud"), ("eval",)])
def test_unknown_words_are_status_2(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert run(capsys, *words)[0] == 2


def test_layer_then_check(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "layer.json"
    words = ("layer", "Conv2D", "--set", "filters=8", "--set", "kernel_size=5,3")
    more = ("--activation", "elu", "--set-activation", "alpha=0.7", "-o", str(target))
    assert run(capsys, *words, *more)[0] == 0
    config = json.loads(target.read_text())["config"]
    assert (config["filters"], config["kernel_size"]) == (8, [5, 3])
    assert config["activation"]["config"]["alpha"] == 0.7
    status, out, _ = run(capsys, "check", str(target))
    assert status == 0
    assert "Conv2D" in out
    assert "0.7" in out


def test_a_word_with_arguments_is_set(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "layer", "Dense", "--set", "kernel_regularizer=l2(l2=0.001)")
    assert json.loads(out)["config"]["kernel_regularizer"]["config"] == {"l2": 0.001}


def test_layer_keeps_its_default_activation(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "layer", "LSTM", "--recurrent-activation", "hard_sigmoid")
    assert status == 0
    config = json.loads(out)["config"]
    assert (config["activation"], config["recurrent_activation"]) == ("tanh", "hard_sigmoid")


def test_check_names_every_bad_file_and_goes_on(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    run(capsys, "layer", "Dense", "-o", str(good))
    bad.write_text('{"class_name": NaN}')
    status, out, err = run(capsys, "check", str(bad), str(good))
    assert status == 1
    assert "Dense" in out
    assert "bad.json" in err
    assert "NaN" in err


def test_a_file_that_is_there_stays_when_the_value_is_bad(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    target = tmp_path / "layer.json"
    target.write_text("precious")
    refused(capsys, "layer", "Dense", "--set", "units=-1", "-o", str(target))
    assert target.read_text() == "precious"


@pytest.mark.parametrize("words", [("eval", "elu", "--count", "3"), ("devices",)])
def test_output_that_cannot_be_written_is_one_line(words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "actviz", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == (
        "actviz: standard output: it cannot be written: No space left on device\n"
    )


def test_too_many_points_for_the_memory_are_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("actviz.engines.evaluate", full)
    assert "not enough memory" in refused(capsys, "eval", "elu")


def test_devices_lists_numpy_last(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "devices", "--json")
    assert status == 0
    listed = json.loads(out)
    assert listed[-1]["id"] == "numpy"
    assert listed[-1]["usable"] is True
    status, table, _ = run(capsys, "devices", "--refresh")
    assert status == 0
    assert len(table.splitlines()) == len(listed)


def test_devices_tells_what_a_device_does_otherwise(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Device("acme-gpu", "Acme", "gpu", warning="subnormal numbers become 0")
    monkeypatch.setattr("actviz.engines.devices", lambda refresh: (other,))
    _, out, _ = run(capsys, "devices", "--json")
    assert json.loads(out)[0]["warning"] == "subnormal numbers become 0"
    _, table, _ = run(capsys, "devices")
    assert table == "acme-gpu  gpu          Acme  (float32; subnormal numbers become 0)\n"


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_render_without_a_display(tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"picture.{suffix}"
    words = ["render", "-o", str(target), "--activation", "elu", "--set", "alpha=1.3"]
    done = subprocess.run(
        [sys.executable, "-m", "actviz", *words, "--theme", "dark", "--size", "640x480"],
        env=_without_display(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith(f"{target}: drawn in float32, computed by NumPy")
    assert done.stderr.count("\n") == 1
    head = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[suffix]
    assert target.read_bytes().startswith(head)


def test_the_window_without_a_display_is_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "actviz"],
        env=_without_display(),
        capture_output=True,
        text=True,
        check=False,
    )
    if sys.platform == "linux":
        assert done.returncode == 1
        assert "display" in done.stderr
        assert done.stderr.count("\n") == 1


def _without_display() -> dict[str, str]:
    import os

    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    return {name: value for name, value in os.environ.items() if name not in hidden}
