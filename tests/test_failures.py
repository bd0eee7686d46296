"""Remembering drivers that failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from actviz.evaluation import Device
from actviz.opencl import failures


def test_failures_are_remembered_for_a_day_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    drivers = {"fake.icd": "libnone.so"}
    hung = Device("fake-gpu", "Fake", "gpu", False, "its driver did not answer")
    failures.remember("fake.icd", "libnone.so", (hung,))
    assert failures.remembered(drivers)["fake.icd"][0].reason.endswith("again in 24 h")
    assert failures.remembered({"fake.icd": "libother.so"}) == {}
    now = failures.time()
    monkeypatch.setattr(failures, "time", lambda: now + failures.DAY + 1)
    assert failures.remembered(drivers) == {}
    monkeypatch.setattr(failures, "time", lambda: now - failures.DAY)  # the clock was wrong
    assert failures.remembered(drivers) == {}


def test_a_damaged_memory_of_failures_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    failures.remember("fake.icd", "libnone.so", ())
    (file,) = tmp_path.glob("actviz/opencl/failures.json")
    for content in (b"", b"[1]", b"\xff"):
        file.write_bytes(content)
        assert failures.remembered({"fake.icd": "libnone.so"}) == {}
