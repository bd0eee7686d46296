"""A device's self-check: what it looks at, and that it notices what drivers do."""

from __future__ import annotations

import re

import numpy as np
import pytest

from actviz.activations import row
from actviz.evaluation import NumPyEngine
from actviz.opencl import kernels as kernels_module
from actviz.opencl import program as program_module
from actviz.opencl.check import fault, hard_points
from actviz.opencl.devices import open_handle
from actviz.opencl.engine import OpenCLEngine
from actviz.opencl.source import program_text


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("-cl-unsafe-math-optimizations", "it computes wrong numbers: "),
        ("-cl-denorms-are-zero", "it makes subnormal numbers 0"),
    ],
)
def test_wrong_numbers_are_noticed(
    engine_id: str, option: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a driver does that takes such liberties by itself."""
    build = program_module.build

    def build_loosely(
        device: str, context: object, handle: object, text: str, given: tuple
    ) -> object:
        return build(device, context, handle, text, (*given, option))

    monkeypatch.setattr(kernels_module, "build", build_loosely)
    found = open_handle(engine_id)
    assert fault(OpenCLEngine(found.device, found.handle)).startswith(words)


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
    said = fault(OpenCLEngine(found.device, found.handle))
    assert said.startswith(f"it computes wrong numbers: {words}")


@pytest.mark.parametrize("beta", [1e-30, -0.3, 1.0, 1e30])
def test_roots_and_their_neighbours_are_hard_points(beta: float) -> None:
    root = np.float32(-1.2784645427610738 / beta)
    wanted = {float(root), *(float(np.nextafter(root, np.float32(end))) for end in (-np.inf, 0))}
    assert wanted <= set(hard_points(row("swish"), {"beta": beta}).tolist())


def test_right_numbers_are_noticed(engine: OpenCLEngine) -> None:
    assert fault(engine) == ""
    assert fault(NumPyEngine()) == ""
