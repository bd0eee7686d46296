"""float64, float16 and bfloat16 on every OpenCL device: accuracy, equal bits, refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from golden_numbers import Array, Golden, golden_cases, worst
from hypothesis import given, settings
from hypothesis import strategies as st
from legal_values import legal

from actviz.activations import ROWS, Row, row
from actviz.evaluation import Grid, Request
from actviz.opencl.check import hard_points
from actviz.opencl.engine import OpenCLEngine
from actviz.opencl.source import missing
from actviz.param import Real

OCLGRIND = Path("/usr/lib/oclgrind/liboclgrind-rt-icd.so")
BOUND = 2.0
"""ULP of float64 that the pairs hold; 8 are promised. The truth is rounded, up to half of one."""


CASES = golden_cases("float64")


def test_every_activation_has_its_float64_pair() -> None:
    assert {each.name: missing(each, "float64") for each in ROWS if missing(each, "float64")} == {}


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


PARAMETRIC = [
    each
    for each in ROWS
    if not each.vector and any(isinstance(param.domain, Real) for param in each.params)
]


@pytest.mark.parametrize("each", PARAMETRIC, ids=lambda each: each.name)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_float64_holds_for_any_parameters(
    engine: OpenCLEngine, each: Row, data: st.DataObject, seed: int
) -> None:
    """Huge and tiny ones too, at hard points and at any bits of x; NumPy's error is on top."""
    values = {param.name: data.draw(legal(param), param.name) for param in each.params}
    bits = np.random.default_rng(seed).integers(0, 2**64, 500, dtype=np.uint64, endpoint=False)
    x = np.concatenate([hard_points(each, values).astype(np.float64), bits.view(np.float64)])
    result = engine.run(Request.of(each.name, values, x, "float64"))
    y, dy = each.evaluate(x, values)
    assert worst(result.y, y, "float64") <= BOUND + 8.0
    assert worst(result.dy, dy, "float64") <= BOUND + 8.0
