"""Every kernel on a simulator that watches its memory: nothing invalid, unset or raced for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SIMULATOR = Path("/usr/lib/oclgrind/liboclgrind-rt-icd.so")
POINTS = 37
"""No multiple of any group: the last one has work-items without a point."""

RUN = f"""
import sys
import numpy as np
from actviz.activations import ROWS
from actviz.evaluation import Grid, Request
from actviz.opencl import engine as module, kernels
from actviz.opencl.devices import find
made = kernels.program_text
def planted(**given):
    text = made(**given)
    changed = text.replace(sys.argv[1], sys.argv[2]) if len(sys.argv) > 2 else text
    assert len(sys.argv) <= 2 or changed != text
    return changed
kernels.program_text = planted
module.fault = lambda engine, precision: ""  # numbers are compared elsewhere, and less slowly
found = find()[0]
engine = module.OpenCLEngine(found.device, found.handle)
x = np.linspace(-9, 9, {POINTS})
for row in ROWS:
    for dtype in ("float32", "float64"):
        if not row.vector:
            engine.run(Request.of(row.name, {{}}, x, dtype))
        engine.run(Request.of(row.name, {{}}, Grid(-9.0, 9.0, {POINTS}), dtype))
print(found.device.id)
"""


def watched(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run all kernels on the simulator, with one text of the program replaced by another."""
    assert SIMULATOR.exists(), "oclgrind is missing: apt-get install oclgrind"
    drivers = folder / "actviz-vendors-simulator"
    drivers.mkdir()
    (drivers / "oclgrind.icd").write_text(f"{SIMULATOR}\n")
    watching = {"OCLGRIND_DATA_RACES": "1", "OCLGRIND_UNINITIALIZED": "1"}
    return subprocess.run(
        [sys.executable, "-c", RUN, *words],
        env={**os.environ, **watching, "OCL_ICD_VENDORS": f"{drivers}/"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_no_kernel_does_what_it_must_not(tmp_path: Path) -> None:
    done = watched(tmp_path)
    assert done.stdout.split() == ["oclgrind-cpu"]
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("av_block[av_stride + av_i] =", "av_block[av_stride] =", "data race"),
        ("av_block[2 * av_stride + av_i] =", "av_block[90 * av_stride + av_i] =", "Invalid write"),
        ("av_block[av_i]", "av_block[av_i + 5]", "uninitialized value"),
    ],
)
def test_the_simulator_notices_a_planted_fault(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert said in watched(tmp_path, right, wrong).stderr
