"""`actviz accuracy`, run as a user runs it."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from test_cli import refused, run

from actviz.accuracy import inputs
from actviz.accuracy.inputs import Inputs
from actviz.activations import Row


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep states apart from the user's, and sweeps small."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(inputs, "STEP", 100_003)
    monkeypatch.setattr(inputs, "_SPREAD", 1 << 12)
    monkeypatch.setattr(inputs, "_IN_BINADE", 64)
    return tmp_path / "cache"


def states(cache: Path) -> list[Path]:
    return sorted((cache / "actviz" / "accuracy").glob("*"))


def test_a_table_of_some_functions(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("accuracy", "elu", "softmax", "elu", "--device", "numpy")
    status, out, err = run(capsys, *words)
    assert (status, err) == (0, "")
    header, *lines = out.splitlines()
    assert header.split()[:3] == ["activation", "by", "of"]
    assert [line.split()[:3] for line in lines[:4]] == [
        ["elu", "numpy", "f"],
        ["elu", "numpy", "f′"],
        ["softmax", "numpy", "f"],
        ["softmax", "numpy", "f′"],
    ]
    assert "numpy: NumPy" in out


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_json_of_one_function_with_values(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, dtype: str
) -> None:
    target = tmp_path / "elu.json"
    words = ("accuracy", "elu", "--set", "alpha=0.5", "--device", "numpy", "--json")
    status, out, err = run(capsys, *words, "--dtype", dtype, "-o", str(target))
    assert (status, out, err) == (0, "", "")
    (told,) = json.loads(target.read_text())
    assert (told["activation"], told["values"], told["by"]) == ("elu", {"alpha": 0.5}, "numpy")
    for part in ("f", "df"):
        assert 0.4 < told[part]["max_ulp"] <= 0.501
        assert told[part]["ulp_99_99"] <= told[part]["max_ulp"]
        worst = told[part]["worst_input"]
        assert float.fromhex(worst["exact"]) == pytest.approx(float(worst["decimal"]), rel=1e-2)
        for name in ("false_zeros", "false_infinities", "sign_errors", "nan_mismatches"):
            assert told[part][name] == {"count": 0, "nearest": None}


def test_without_a_name_all_are_measured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from actviz.activations import ROWS

    status, out, _ = run(capsys, "accuracy", "--device", "numpy", "--dtype", "float16", "--json")
    assert status == 0
    assert [each["activation"] for each in json.loads(out)] == [each.name for each in ROWS]


def test_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "accuracy", "relu", "--device", "numpy", "--markdown")
    assert status == 0
    assert out.startswith("| activation | by | of | max ULP |")
    assert out.count("\n") == 4


@pytest.mark.parametrize(
    ("words", "fragments"),
    [
        (("elo",), ("elo", "elu")),
        (("elu", "--set", "beta=1"), ("beta", "alpha")),
        (("elu", "relu", "--set", "alpha=1"), ("--set", "one activation")),
        (("elu", "--dtype", "float8"), ("float8", "bfloat16")),
        (("elu", "--device", "abacus"), ("abacus", "numpy")),
        (("elu", "--against", "caffe"), ("caffe", "torch")),
        (("elu", "--against", "torch"), ("torch", "not installed")),
        (("elu", "--json", "--markdown"), ("--json", "--markdown")),
        (("elu", "--dtype", "float64", "--exhaustive"), ("float64", "--exhaustive")),
        (("elu", "--dtype", "float64"), ("mpmath",)),
        (("elu", "-o", "no/such/folder/x.json"), ("no/such/folder",)),
        (("elu", "--resume", "state.txt"), ("state.txt",)),
    ],
)
def test_bad_words_are_one_line_and_status_1(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    words: tuple[str, ...],
    fragments: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    for module in ("torch", "mpmath"):
        monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / "state.txt").write_text("no state")
    device = () if "--device" in words else ("--device", "numpy")
    message = refused(capsys, "accuracy", *words, *device)
    for fragment in fragments:
        assert fragment in message


def small(row: Row, dtype: str) -> Inputs:
    """Eight blocks; in the fourth one the user presses Ctrl+C, once."""
    blocks = np.linspace(-9.0, 9.0, 8000, dtype=np.float32).reshape(8, 1000)

    def block(index: int) -> np.ndarray:
        if index == 3 and PRESSED:
            signal.raise_signal(PRESSED.pop())
        return blocks[index]

    return Inputs((1000,) * 8, block)


PRESSED: list[int] = []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("place", [None, "here.json"])
def test_an_interrupted_run_goes_on(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    own_cache: Path,
    number: int,
    place: str | None,
) -> None:
    monkeypatch.setattr(inputs, "exhaustive", small)
    monkeypatch.chdir(own_cache.parent)
    words = ["accuracy", "elu", "tanh", "--device", "numpy", "--exhaustive", "--json"]
    more = [] if place is None else ["--resume", place]
    PRESSED.append(number)
    message = refused(capsys, *words, *more)
    assert "interrupted in elu at 50 %" in message
    kept = states(own_cache) if place is None else [Path(place)]
    assert len(kept) == 1
    assert str(kept[0]) in message
    assert json.loads(kept[0].read_text())["entries"][0]["blocks"] == 4
    status, out, _ = run(capsys, *words, *more)
    assert status == 0
    assert not kept[0].exists()
    again = json.loads(out)
    whole = json.loads(run(capsys, *words)[1])
    assert states(own_cache) == []
    for one, other in zip(again, whole, strict=True):
        assert {**one, "seconds": 0} == {**other, "seconds": 0}
        assert one["f"]["points"] == 8000


def test_a_sweep_leaves_nothing_behind(capsys: pytest.CaptureFixture[str], own_cache: Path) -> None:
    assert run(capsys, "accuracy", "elu", "--device", "numpy")[0] == 0
    assert states(own_cache) == []


def test_progress_is_shown_on_a_terminal_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("accuracy", "elu", "--device", "numpy")
    assert run(capsys, *words)[2] == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    status, out, err = run(capsys, *words)
    assert status == 0
    assert "elu by numpy" in err
    assert "100%" in err
    assert "%" not in out.replace("99.99 %", "")
