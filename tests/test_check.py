"""A device's self-check: what it looks at, and that it notices what drivers do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from actviz.activations import row
from actviz.evaluation import NumPyEngine
from actviz.opencl import kernels as kernels_module
from actviz.opencl import selftest
from actviz.opencl.check import FLUSHES, Verdict, examine, hard_points
from actviz.opencl.devices import open_handle
from actviz.opencl.engine import OpenCLEngine
from actviz.opencl.selftest import arithmetic
from actviz.opencl.source import program_text


def loosely(device: str, option: str) -> dict:
    """Try a device as if its driver built with an option by itself, in a child process."""
    here = Path(__file__).parent
    told = subprocess.run(
        [sys.executable, str(here / "loose_build.py"), device, option],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(told.stdout.splitlines()[-1])


def test_relaxed_arithmetic_is_named_and_not_used(engine_id: str) -> None:
    told = loosely(engine_id, "-cl-unsafe-math-optimizations")
    assert told["device"]["reason"] == "its compiler rewrites sums: (x + y) − x becomes y"
    assert told["device"]["usable"] is False
    assert told["points"].startswith("it computes wrong numbers: ")


def test_subnormal_numbers_that_become_0_are_a_warning(engine_id: str) -> None:
    """All others are as good as ever, and these by no more off than the largest of them."""
    told = loosely(engine_id, "-cl-denorms-are-zero")
    assert told["device"]["usable"] is True
    assert told["device"]["reason"] == told["points"] == ""
    assert told["device"]["warning"] == (
        "subnormal numbers (float32: below 1.2e-38) become 0; "
        "subnormal numbers (float64: below 2.2e-308) become 0"
    )
    assert told["errors"]["float32"]["normal"] < 1.0
    assert told["errors"]["float32"]["subnormal"] <= 1.0
    assert told["errors"]["float64"]["normal"] <= 8.0
    assert told["errors"]["float64"]["subnormal"] <= 1.0


def test_right_arithmetic_is_noticed(engine_id: str) -> None:
    assert arithmetic(engine_id, open_handle(engine_id).handle) == Verdict()


@pytest.mark.parametrize("wrong", range(len(selftest._TRIALS)))
def test_wrong_arithmetic_is_named(wrong: int) -> None:
    told = np.array([trial.right for trial in selftest._TRIALS], np.float32)
    told[wrong] = 0.5
    meaning = selftest._TRIALS[wrong].meaning
    flushes = meaning == FLUSHES["float32"]
    assert flushes == (wrong >= 8)
    assert selftest.verdict(told) == (Verdict("", meaning) if flushes else Verdict(meaning))


@pytest.mark.parametrize(
    ("define", "words"),
    [("AV_SWISH_NEAR", "Swish f′(-1.2784"), ("AV_GELU_TANH_NEAR", "GELU f′(-0.75246")],
)
def test_lost_digits_beside_a_root_are_noticed(
    engine_id: str, define: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = program_text()
    lost = re.sub(rf"#define {define} .*", f"#define {define} 0.0f", whole)
    assert lost != whole
    monkeypatch.setattr(kernels_module, "program_text", lambda **_: lost)
    found = open_handle(engine_id)
    said = examine(OpenCLEngine(found.device, found.handle)).fault
    assert said.startswith(f"it computes wrong numbers: {words}")


@pytest.mark.parametrize("beta", [1e-30, -0.3, 1.0, 1e30])
def test_roots_and_their_neighbours_are_hard_points(beta: float) -> None:
    root = np.float32(-1.2784645427610738 / beta)
    wanted = {float(root), *(float(np.nextafter(root, np.float32(end))) for end in (-np.inf, 0))}
    assert wanted <= set(hard_points(row("swish"), {"beta": beta}).tolist())


def test_right_numbers_are_noticed(engine: OpenCLEngine) -> None:
    assert examine(engine) == Verdict()
    assert examine(NumPyEngine()) == Verdict()
