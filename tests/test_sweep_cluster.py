"""Sweeps on a Dask cluster, and Parquet: what Dask and pyarrow themselves say of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
import numpy as np
import pyarrow
import pytest
import sweep_workers
from distributed import Client, LocalCluster
from pyarrow import parquet
from test_cli import refused, run
from test_sweep import RELU, SMALL, rows_of, written

from actviz.analysis.data import load
from actviz.sweep import cluster as module
from actviz.sweep.cluster import on_cluster
from actviz.sweep.local import on_this_machine
from actviz.sweep.outcome import Job, Outcome, code_digest
from actviz.sweep.plan import read_plan

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A scheduler with one worker of one thread, in this process."""
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0"
    ) as found:
        yield found.scheduler_address


def job_of(folder: Path, text: str) -> tuple[Job, Any]:
    plan = read_plan(written(folder, text))
    return Job(plan.measures, plan.device, code_digest()), plan.points


def outcomes(found: Any) -> dict[int, Outcome]:
    return {each[0].number: each[1] for each in found if each is not None}


def test_a_cluster_gives_the_numbers_of_one_machine(tmp_path: Path, address: str) -> None:
    text = RELU.replace("width = 128", "width = 32").replace("to = 7", "to = 3")
    job, points = job_of(tmp_path, text)
    points = list(points)
    there = outcomes(on_cluster(job, points, address))
    assert there == outcomes(on_this_machine(job, points, 1))
    assert {each.state for each in there.values()} == {"done"}
    assert len(there) == 4


def test_the_command_goes_on_from_what_a_cluster_did(
    tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path, target = written(tmp_path, SMALL), tmp_path / "t.parquet"
    words = ("sweep", str(path), "--scheduler", address, "-o", str(target))
    assert run(capsys, *words) == (0, "", "")
    assert run(capsys, "sweep", str(path), "-o", str(tmp_path / "t.csv"))[0] == 0
    table = parquet.read_table(target)
    assert table.schema.metadata[b"actviz.sweep"].decode() == SMALL
    rows = rows_of(tmp_path / "t.csv")
    assert table.column_names == list(rows[0])
    for name, column in table.to_pydict().items():
        assert [str(each) for each in column] == [row[name] for row in rows]
    assert table.schema.field("moments.second").type == pyarrow.float64()


def test_workers_of_another_version_end_the_sweep_with_a_sentence(
    tmp_path: Path, address: str
) -> None:
    job, points = job_of(tmp_path, SMALL)
    other = Job(job.measures, job.device, "of another version")
    with pytest.raises(ValueError, match="another version of actviz or NumPy"):
        list(on_cluster(other, points, address))


def test_a_sweep_left_in_the_middle_leaves_the_cluster_free(tmp_path: Path, address: str) -> None:
    job, points = job_of(tmp_path, SMALL)
    steps = on_cluster(job, points, address)
    while next(steps) is None:
        pass
    steps.close()
    with Client(address, set_as_default=False) as client:
        assert client.submit(sum, (1, 2)).result(timeout=20) == 3


def test_a_point_that_kills_workers_is_lost_and_the_others_are_not(tmp_path: Path) -> None:
    job, points = job_of(tmp_path, SMALL)
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            silence_logs=logging.CRITICAL,
        ) as found,
    ):
        there = outcomes(
            on_cluster(job, points, found.scheduler_address, measure=sweep_workers.dies_at_3)
        )
    assert there.keys() == set(range(12))
    assert there[3].state == "lost"
    assert there[3].trouble.startswith("KilledWorker")
    # what was waiting on the same worker may be held to be at fault as well, by Dask; not more
    assert sum(each.state == "lost" for each in there.values()) <= 2


def test_a_scheduler_without_workers_ends_the_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.5)
    job, points = job_of(tmp_path, SMALL)
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as found,
        pytest.raises(ValueError, match=r"it has had no worker for 0\.5 s"),
    ):
        list(on_cluster(job, points, found.scheduler_address))


def test_a_scheduler_that_goes_ends_the_sweep_and_what_is_done_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOOK_EVERY", 0.0)
    monkeypatch.setattr(module, "_ANSWER", 2.0)
    path, target = written(tmp_path, SMALL.replace("count = 12", "count = 500")), tmp_path / "t.csv"
    found = LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0")
    seen = []

    taken = module._Cluster._taken

    def taken_and_gone(self: Any, future: Any) -> Any:
        yield from taken(self, future)
        seen.append(future)
        if len(seen) == 20:
            found.close()

    monkeypatch.setattr(module._Cluster, "_taken", taken_and_gone)
    words = ("sweep", str(path), "--scheduler", found.scheduler_address, "-o", str(target))
    status, out, err = run(capsys, *words)
    assert (status, out) == (1, "")
    assert "the scheduler has gone" in err
    assert "the same command goes on from there" in err
    states = [row["state"] for row in rows_of(target)]
    assert states.count("done") >= 20
    assert states.count("done") + states.count("missing") == 500


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://x", "", "tcp://"])
def test_an_address_where_no_scheduler_is_gets_a_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    address: str,
) -> None:
    monkeypatch.setattr(module, "_ANSWER", 1.0)
    words = ("sweep", str(written(tmp_path, SMALL)), "--json", "--scheduler", address)
    assert f"--scheduler: {address}: no Dask scheduler answers there" in refused(capsys, *words)


# Data


def test_columns_of_numbers_are_taken_together_and_others_left_out(tmp_path: Path) -> None:
    path = tmp_path / "z.parquet"
    columns = {
        "a": np.arange(4.0),
        "b": pyarrow.array([1, None, 3, 4]),
        "half": np.arange(4).astype(np.float16),
        "words": ["x"] * 4,
        "lists": [[1.0]] * 4,
        "__index_level_0__": np.arange(4),
    }
    parquet.write_table(pyarrow.table(columns), path)
    data = load(path)
    assert data.values.tolist() == [0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4]
    assert data.sentence == (
        "z.parquet: all 11 numbers; left out: 1 NaN or missing; the columns a, b, half together; "
        "left out: words, lists, __index_level_0__"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PAR1xxxx", "it must be a Parquet file of numbers"),
        (b"", "it must be a Parquet file of numbers"),
        (None, "no column holds real numbers: words"),
    ],
)
def test_parquet_that_holds_no_numbers_gets_a_sentence(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "z.parquet"
    if content is None:
        parquet.write_table(pyarrow.table({"words": ["x"]}), path)
    else:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=said):
        load(path)
