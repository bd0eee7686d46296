"""Sweeps from file to table: figures, resuming, workers that end, and what the command says."""

from __future__ import annotations

import csv
import json
import math
import re
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sweep_workers
from test_cli import refused, run

from actviz.evaluation import Device
from actviz.sweep import local, measures, table
from actviz.sweep.local import on_this_machine
from actviz.sweep.outcome import Job, Outcome, code_digest, key_of
from actviz.sweep.parts import Parts
from actviz.sweep.plan import read_plan
from actviz.sweep.run import Sweep

ROOT = Path(__file__).parents[1]
RELU = """
measure = ["mean_field", "network", "moments", "saturation"]
device = "numpy"
[[activation]]
name = "relu"
[over]
sigma_w = 1.4142135623730951
width = 128
batch = 64
depth = 20
seed = { from = 0, to = 7 }
"""
SMALL = """
measure = "moments"
[[activation]]
name = "elu"
alpha = { from = 0, to = 1, count = 12 }
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "s.toml"
    path.write_text(text, "utf-8")
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_figures_of_relu_are_the_textbooks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "t.csv"
    words = ("sweep", str(written(tmp_path, RELU)), "-o", str(target), "--processes", "2")
    assert run(capsys, *words) == (0, "", "")
    rows = rows_of(target)
    assert [row["seed"] for row in rows] == [str(seed) for seed in range(8)]
    for row in rows:
        # He 2015: χ₁ = 1 and every q is a fixed point; moments of max(0, z): 1/√(2π), 1/2
        assert float(row["mean_field.chi"]) == pytest.approx(1.0, abs=1e-10)
        assert float(row["mean_field.q"]) == pytest.approx(2.0, abs=1e-10)
        assert float(row["moments.mean"]) == pytest.approx(1 / math.sqrt(2 * math.pi), abs=1e-10)
        assert float(row["moments.second"]) == pytest.approx(0.5, abs=1e-10)
        assert (row["saturation.left"], row["saturation.right"]) == ("hard", "none")
        assert float(row["saturation.dead"]) == pytest.approx(0.5, abs=1e-12)
        assert (row["network.device"], row["network.overflow"]) == ("numpy", "")
        assert (row["state"], row["trouble"]) == ("done", "")
    # a mean square after 20 layers of 128 units spreads by √(20·5/128) of itself
    factors = [10 ** (2 * float(row["network.log_gradient"])) for row in rows]
    assert np.mean(factors) == pytest.approx(1.0, abs=3 * math.sqrt(20 * 5 / 128 / 8))
    assert len(set(factors)) == 8
    assert not (tmp_path / "t.csv.parts").exists()


def test_any_number_of_processes_gives_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = re.search(r"```toml\n(.*?)```", (ROOT / "docs" / "sweeps.md").read_text("utf-8"), re.S)
    assert text
    path, found = written(tmp_path, text[1]), []
    for processes in ("1", "3"):
        target = tmp_path / f"{processes}.csv"
        words = ("sweep", str(path), "-o", str(target), "--processes", processes)
        assert run(capsys, *words) == (0, "", "")
        found.append(target.read_bytes())
    assert found[0] == found[1]
    assert len(rows_of(target)) == 5 * 3 * 2


def test_sweeps_md_names_all_measures_settings_and_figures() -> None:
    page = (ROOT / "docs" / "sweeps.md").read_text("utf-8")
    for measure in table.MEASURES.values():
        found = re.search(rf"^\| {measure.name} \| (.*?) \| (.*) \|$", page, re.M)
        assert found
        assert found[1].split(", ") == [param.name for param in measure.settings]
        words = set(re.findall(r"\w+", found[2]))
        assert {figure.name for figure in measure.figures} <= words


# Going on


def test_a_sweep_goes_on_where_it_was_left_and_takes_over_what_another_has(tmp_path: Path) -> None:
    plan, folder = read_plan(written(tmp_path, SMALL)), tmp_path / "parts"
    first = Sweep(plan, folder, processes=1)
    steps, new = first.run(), 0
    while new < 4:
        new += next(steps)
    steps.close()
    assert (first.count("done"), first.count("missing")) == (4, 8)
    again = Sweep(plan, folder, processes=1)
    assert again.done == 4
    assert sum(again.run()) == 8
    # a file with more points has those that are the same
    more = read_plan(written(tmp_path, SMALL + "[over]\nmean = [0, 1]\n"))
    assert Sweep(more, folder).done == 12
    assert sorted(folder.iterdir())
    again.parts.discard()
    assert not folder.exists()


def test_damaged_parts_are_told_and_computed_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, parts = written(tmp_path, SMALL), Parts(tmp_path / "t.csv.parts")
    parts.add(Outcome("of something else", "done"))
    plan = read_plan(path)
    key = key_of(Job(plan.measures, plan.device, code_digest()), plan.point(0))
    parts.add(Outcome(key, "done", cells=(1.0,)))  # too few
    parts.write()
    for name, content in (("cut", b"\x82\xa7vers"), ("old", b""), ("json", b"{}")):
        (parts.folder / f"{name}.part").write_bytes(content)
    words = ("sweep", str(path), "-o", str(tmp_path / "t.csv"), "--processes", "1")
    status, out, err = run(capsys, *words)
    assert (status, out) == (0, "")
    assert err == f"{parts.folder}: 3 damaged, computed again\n"
    rows = rows_of(tmp_path / "t.csv")
    assert {row["state"] for row in rows} == {"done"}
    # at alpha = 0 it is ReLU
    assert float(rows[0]["moments.second"]) == pytest.approx(0.5, abs=1e-10)


def test_ctrl_c_writes_what_there_is_and_the_same_command_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, target = written(tmp_path, SMALL), tmp_path / "t.csv"
    add, seen = Parts.add, []

    def add_and_interrupt(parts: Parts, outcome: Outcome) -> None:
        add(parts, outcome)
        seen.append(outcome)
        if len(seen) == 5:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Parts, "add", add_and_interrupt)
    words = ("sweep", str(path), "-o", str(target), "--processes", "1")
    status, out, err = run(capsys, *words)
    assert (status, out) == (1, "")
    assert err == (
        "actviz: 7 of 12 points are missing: interrupted; the same command goes on from there "
        f"(kept in {target}.parts)\n"
    )
    assert [row["state"] for row in rows_of(target)] == ["done"] * 5 + ["missing"] * 7
    assert run(capsys, *words) == (0, "", "")
    assert len(seen) == 12
    assert {row["state"] for row in rows_of(target)} == {"done"}


# Workers that end


def job_of(text: str, folder: Path) -> tuple[Job, Any]:
    plan = read_plan(written(folder, text))
    return Job(plan.measures, plan.device, code_digest()), plan.points


def outcomes(job: Job, points: Any, measure: Any) -> dict[int, Outcome]:
    found = list(on_this_machine(job, points, 2, measure=measure))
    numbers = [each[0].number for each in found if each is not None]
    assert len(numbers) == len(set(numbers))
    return {each[0].number: each[1] for each in found if each is not None}


def test_a_point_that_ends_its_worker_twice_is_lost_and_the_others_are_not(tmp_path: Path) -> None:
    found = outcomes(*job_of(SMALL, tmp_path), sweep_workers.dies_at_3)
    assert found.keys() == set(range(12))
    assert {number for number, each in found.items() if each.state == "done"} == {*range(12)} - {3}
    assert found[3].state == "lost"
    assert found[3].trouble == "its worker ended twice: exit status 7"


def test_a_worker_that_is_killed_costs_one_retry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    monkeypatch.setenv("ACTVIZ_TEST_MARKS", str(marks))
    found = outcomes(*job_of(SMALL, tmp_path), sweep_workers.dies_once)
    assert [found[number].cells for number in range(12)] == [(float(n),) * 5 for n in range(12)]
    assert sorted(int(each.name) for each in marks.iterdir()) == [0, 3, 6, 9]


def test_a_worker_without_a_sign_of_life_is_ended_and_a_slow_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "SILENT", 2.0)
    monkeypatch.setattr(local, "_FIRST", 20.0)
    found = outcomes(*job_of(SMALL, tmp_path), sweep_workers.hangs_at_1)
    assert found[1].state == "lost"
    assert found[1].trouble == "its worker ended twice: no sign of life for 2 s"
    assert {each.state for number, each in found.items() if number != 1} == {"done"}


def test_lost_points_are_in_the_table_and_tried_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, target = written(tmp_path, SMALL), tmp_path / "t.csv"
    job, points = job_of(SMALL, tmp_path)
    parts = Parts(tmp_path / "t.csv.parts")
    for outcome in outcomes(job, points, sweep_workers.dies_at_3).values():
        parts.add(outcome)
    parts.write()
    assert Sweep(read_plan(path), parts.folder).count("lost") == 1
    words = ("sweep", str(path), "-o", str(target), "--processes", "1")
    assert run(capsys, *words) == (0, "", "")
    assert rows_of(target)[3]["state"] == "done"


def test_workers_share_out_all_gpus_and_leave_the_rest_to_the_best_device(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed = [
        Device("a", "GPU a", "gpu", True),
        Device("b", "GPU b, which hangs", "gpu", False, "it hangs"),
        Device("c", "a processor", "cpu", True),
        Device("d", "GPU d", "gpu", True),
    ]
    monkeypatch.setattr(measures, "devices", lambda: tuple(listed))
    assert [measures.device_for(number) for number in range(5)] == ["a", "d", "a", "d", "a"]
    monkeypatch.setattr(measures, "devices", lambda: (listed[2],))
    assert measures.device_for(0) is None


# Tables


def test_json_has_the_cells_of_csv_and_of_npz(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = """
measure = ["mean_field", "saturation"]
[[activation]]
name = "linear"
[[activation]]
name = "relu"
max_value = ["none", 6]
[over]
sigma_w = [1, 2]
"""
    path, target = written(tmp_path, text), tmp_path / "t.npz"
    words = ("sweep", str(path), "--processes", "1")
    status, out, err = run(capsys, *words, "--json", "-o", str(target))
    assert (status, err) == (0, "")
    assert run(capsys, *words, "-o", str(tmp_path / "t.csv"))[0] == 0
    found, rows = json.loads(out), rows_of(tmp_path / "t.csv")
    assert len(found) == len(rows) == 6
    with np.load(target) as arrays:
        assert set(arrays) == set(found[0]) == set(rows[0])
        for name, column in arrays.items():
            for one, row, cell in zip(found, rows, column.tolist(), strict=True):
                told = one[name]
                assert row[name] == (
                    ""
                    if told is None
                    else str(told).replace("True", "true").replace("False", "false")
                )
                if isinstance(cell, str):
                    assert cell == (told or "")
                else:
                    assert (math.nan if told is None else float(told)) == pytest.approx(
                        cell, rel=0, abs=0, nan_ok=True
                    )
    # linear at σw = 1 keeps any q, for ever: χ₁ = 1, and no depth scale; at σw = 2 q has no limit
    assert found[0]["mean_field.depth_scale"] == "inf"
    assert found[1]["mean_field.q"] is None


def test_points_without_figures_are_refused_each_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = 'measure = "moments"\n[[activation]]\nname = "tanh"\n[over]\nstd = [0, 1]\n'
    assert "over.std: 0 is not allowed" in refused(
        capsys, "sweep", str(written(tmp_path, text)), "-o", str(tmp_path / "t.csv")
    )
    assert not (tmp_path / "t.csv").exists()


def test_an_overflow_in_depth_is_a_layer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = """
measure = "network"
device = "numpy"
[[activation]]
name = "relu"
[over]
sigma_w = 1e6
width = 8
batch = 4
depth = 20
"""
    words = ("sweep", str(written(tmp_path, text)), "--json", "--processes", "1")
    status, out, _ = run(capsys, *words)
    assert status == 0
    (row,) = json.loads(out)
    # float32 ends at 3.4e38; each layer is about 10⁶ times the one before
    assert row["network.overflow"] in (6, 7)
    assert (row["network.q"], row["network.chi"], row["state"]) == (None, None, "done")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("absent.toml", "-o", "t.csv"), "absent.toml: it cannot be read"),
        (("s.toml", "-o", "t.txt"), "t.txt: the name must end in .parquet, .csv, .npz"),
        (("s.toml", "-o", "no/t.csv"), "no/t.csv: its folder must be there, and writable"),
    ],
)
def test_bad_words_get_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, SMALL)
    assert said in refused(capsys, "sweep", *words)


def test_a_device_that_is_not_there_is_refused_before_anything_is_computed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, 'device = "abacus"\n' + SMALL)
    said = refused(capsys, "sweep", str(path), "-o", str(tmp_path / "t.csv"))
    assert "device: 'abacus' is not allowed; it must be one of" in said


@pytest.mark.parametrize("missing", ["pyarrow", "distributed"])
def test_what_the_extra_brings_is_missed_with_a_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    missing: str,
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    path = written(tmp_path, SMALL)
    words = () if missing == "pyarrow" else ("--scheduler", "tcp://127.0.0.1:9", "--json")
    assert "pip install 'actviz[cluster]'" in refused(capsys, "sweep", str(path), *words)
