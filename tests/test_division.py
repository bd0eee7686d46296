"""Divisions: there is none that a device could round in its own way, and none that would matter."""

from __future__ import annotations

import re

import pytest
from golden_numbers import golden_cases, worst

from actviz.activations import ROWS, row
from actviz.evaluation import Request
from actviz.opencl import kernels as kernels_module
from actviz.opencl.check import is_exact
from actviz.opencl.devices import open_handle
from actviz.opencl.engine import OpenCLEngine
from actviz.opencl.source import program_text

OWN = "inline float av_reciprocal(float d)"
EXACT = tuple(each for each in ROWS if all(map(is_exact, each.kernel_pair)))
"""Rows that are computed by the prelude alone."""


def test_no_kernel_of_the_prelude_divides() -> None:
    text = program_text(EXACT)
    assert len(EXACT) >= len(ROWS) - 1
    assert "av_points_swish" in text
    assert "/" not in text
    assert not re.search(r"\b(native|half)_\w+\(|\b(exp|log|erf|erfc|tanh|sqrt|rsqrt)\(", text)


@pytest.mark.parametrize("units", [3, -3])
def test_a_reciprocal_that_is_3_units_off_changes_no_digit_that_counts(
    units: int, engines: list[OpenCLEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenCL lets a division be 2.5 units in the last place off; here at least 3, at most 6."""
    text = program_text()
    assert OWN in text
    name = "av_exact_reciprocal"
    body = f"{OWN}\n{{\n    return {name}(d) * {1 + units * 2.0**-22!r}f;\n}}\n"
    own = re.search(re.escape(OWN) + r"\n\{.*?\n\}\n", text, re.DOTALL)
    assert own
    changed = text.replace(own[0], own[0].replace("av_reciprocal", name) + body)
    monkeypatch.setattr(kernels_module, "program_text", lambda **_: changed)
    found = open_handle(engines[0].device.id)
    perturbed = OpenCLEngine(found.device, found.handle)
    for case in golden_cases("float32"):
        if not row(case.activation).vector:
            result = perturbed.run(
                Request.of(case.activation, case.values, case.x.astype("float32"))
            )
            assert worst(result.y, case.f, "float32") < 1.0, case.label
            assert worst(result.dy, case.df, "float32") < 1.0, case.label
