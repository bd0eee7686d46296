"""float64, float16 and bfloat16 on every OpenCL device: accuracy, equal bits, refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from golden_numbers import Array, Golden, golden_cases, worst

from actviz.activations import row
from actviz.evaluation import Grid, Request
from actviz.opencl.engine import OpenCLEngine
from actviz.opencl.source import missing

OCLGRIND = Path("/usr/lib/oclgrind/liboclgrind-rt-icd.so")
BOUND = 2.0
"""ULP of float64 that the pairs hold; 8 are promised. The truth is rounded, up to half of one."""


def able(name: str) -> bool:
    return not missing(row(name), "float64")


CASES = [case for case in golden_cases("float64") if able(case.activation)]


def curve(engine: OpenCLEngine, case: Golden) -> Array:
    """Compute f and f′ in float64, a softmax as its slice along one logit."""
    if not row(case.activation).vector:
        result = engine.run(Request.of(case.activation, case.values, case.x, "float64"))
        return np.array([result.y, result.dy])
    out = np.array([case.f, case.df])
    for i in np.flatnonzero(np.isfinite(case.x)):
        point = Grid(float(case.x[i]), float(case.x[i]), 1)
        result = engine.run(Request.of(case.activation, case.values, point, "float64"))
        out[:, i] = result.y[0], result.dy[0]
    return out


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_float64_holds_its_bound(case: Golden, engine: OpenCLEngine) -> None:
    got = curve(engine, case)
    assert worst(got, np.array([case.f, case.df]), "float64") <= BOUND


def test_all_devices_give_the_same_float64(engines: list[OpenCLEngine]) -> None:
    for case in CASES:
        first, *others = (curve(each, case) for each in engines)
        for other in others:
            np.testing.assert_array_equal(other.view(np.int64), first.view(np.int64))
