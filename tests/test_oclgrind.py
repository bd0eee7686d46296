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
sys.path.append({str(Path(__file__).parent)!r})
import numpy as np
from golden_numbers import golden_cases
from actviz.activations import ROWS, row
from actviz.evaluation import Grid, Request
from actviz.opencl import engine as module, kernels
from actviz.opencl.check import Verdict
from actviz.opencl.devices import find
from actviz.opencl.selftest import arithmetic
made = kernels.program_text
def planted(**given):
    text = made(**given)
    changed = text.replace(sys.argv[1], sys.argv[2]) if len(sys.argv) > 2 else text
    assert len(sys.argv) <= 2 or changed != text
    return changed
kernels.program_text = planted
module.examine = lambda *_: Verdict()  # numbers are compared elsewhere, and less slowly
found = find()[0]
assert arithmetic(found.device.id, found.handle) == Verdict()
engine = module.OpenCLEngine(found.device, found.handle)
x = np.linspace(-9, 9, {POINTS})
cases = [(row.name, {{}}) for row in ROWS]
cases += [(each.activation, each.values) for each in golden_cases("float32")]
for name, values in cases:  # ordinary parameters and huge, tiny, degenerate ones: both ways
    for dtype in ("float32", "float64"):
        if not row(name).vector:
            engine.run(Request.of(name, values, x, dtype))
        engine.run(Request.of(name, values, Grid(-9.0, 9.0, {POINTS}), dtype))
for text in ("a * x * tanh(x)", "abs(sin(x)) + log(x)", "gelu(x) if x > a else x ** 2"):
    for dtype in ("float16", "float32", "float64"):  # a user's own formulas
        for points in (x, Grid(-9.0, 9.0, {POINTS})):
            engine.run(Request.of("formula", {{"formula": text}}, points, dtype))
print(found.device.id)
"""


def watched(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run all kernels on the simulator, with one text of the program replaced by another."""
    assert SIMULATOR.exists(), "oclgrind is missing: apt-get install oclgrind"
    drivers = folder / "actviz-vendors-simulator"
    drivers.mkdir()
    (drivers / "oclgrind.icd").write_text(f"{SIMULATOR}\n")
    names = ("CHECK_API", "DATA_RACES", "UNINITIALIZED")
    watching = {f"OCLGRIND_{name}": "1" for name in names}
    return subprocess.run(
        [sys.executable, "-c", RUN, *words],
        env={**os.environ, **watching, "OCL_ICD_VENDORS": f"{drivers}/"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def reports(text: str) -> list[str]:
    """Give what the simulator says, but for two questions of pyopencl that are answered with no."""
    found = [each.strip() for each in text.split("\n\n")]
    asked = ("clGetDeviceInfo", "Kernel '_source' not found")
    return [each for each in found if each and not any(word in each for word in asked)]


def test_no_kernel_does_what_it_must_not(tmp_path: Path) -> None:
    done = watched(tmp_path)
    assert done.stdout.split() == ["oclgrind-cpu"]
    assert reports(done.stderr) == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("av_block + av_stride + av_i)", "av_block + av_stride)", "data race"),
        ("av_block + 2 * ", "av_block + 90 * ", "Invalid write"),
        ("AV_LOAD(av_x + av_i)", "AV_LOAD(av_x + av_i + 5)", "uninitialized value"),
    ],
)
def test_the_simulator_notices_a_planted_fault(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert said in watched(tmp_path, right, wrong).stderr
