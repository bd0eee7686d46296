"""A layer's step on devices: the numbers of the engine itself, and sums that NumPy finds too.

Devices that do not work in the host's memory have no such step, and say so; PoCL is one.
"""

from __future__ import annotations

import math
from typing import cast

import numpy as np
import pytest

from actviz.activations import ROWS, Row, row
from actviz.analysis import propagation
from actviz.analysis.figures import Bins, Forward
from actviz.analysis.network import Network
from actviz.analysis.propagation import Overflowed, propagate
from actviz.evaluation import Engine, Request
from actviz.opencl.engine import OpenCLEngine
from actviz.opencl.layers import Layers, parts_of
from actviz.opencl.memory import Sharing

SIZE = (24, 64)
SCALAR = [each for each in ROWS if not each.vector]


def layers_of(
    engine: Engine, own: Row, size: tuple[int, int] = SIZE, **values: object
) -> Layers | None:
    """Make the step, or none where the device does not work in the host's memory."""
    used = cast("OpenCLEngine", engine)
    made = used.layers.of(own, own.complete(values), size)
    assert (made is not None) == (used._sharing is Sharing.DIRECT)
    return made


@pytest.mark.parametrize("own", SCALAR, ids=lambda each: each.name)
def test_every_activation_has_its_step(engine: Engine, own: Row) -> None:
    made = layers_of(engine, own)
    if made is None:
        return
    random = np.random.default_rng(3)
    z = random.standard_normal(SIZE).astype(np.float32) * np.float32(2.0)
    z[0, :3] = 0.0, math.inf, -300.0
    bias = random.standard_normal(SIZE[1]).astype(np.float32)
    h, df = np.empty_like(z), np.empty_like(z)
    found = made.run(z, bias, h, df, (-1.0, 2.0, 12))
    right = engine.run(Request.of(own.name, {}, z + bias))
    assert np.array_equal(h, right.y, equal_nan=True)
    assert np.array_equal(df, right.dy, equal_nan=True)
    dead = ~df.any(axis=0)
    assert found.dead == int(dead.sum())
    finite = np.isfinite(h)
    places = np.clip((h.astype(np.float64) + 1.0) / 3.0 * 12.0, -0.5, 12.5)
    near = np.abs(places - np.round(places)) < 1e-4
    bins = np.floor(places + 1.0)
    assert np.array_equal(found.bins[finite & ~near], bins[finite & ~near].astype(np.uint8))


def test_sums_are_numpys(engine: Engine) -> None:
    made = layers_of(engine, row("gelu"), (48, 128))
    if made is None:
        return
    z = np.random.default_rng(1).standard_normal((48, 128)).astype(np.float32)
    h, df = np.empty_like(z), np.empty_like(z)
    found = made.run(z, np.full(128, 0.5, np.float32), h, df, (-1.0, 1.0, 4))
    wide = z.astype(np.float64) + 0.5
    assert found.second == pytest.approx(float((wide**2).sum()), rel=1e-6)
    assert found.output_second == pytest.approx(float((h.astype(np.float64) ** 2).sum()), rel=1e-6)
    assert found.output == pytest.approx(float(h.sum(dtype=np.float64)), rel=1e-5)


def test_values_reach_the_step(engine: Engine) -> None:
    made = layers_of(engine, row("elu"), alpha=2.5)
    if made is None:
        return
    z = np.full(SIZE, -1.0, np.float32)
    h, df = np.empty_like(z), np.empty_like(z)
    made.run(z, np.zeros(SIZE[1], np.float32), h, df, (-1.0, 1.0, 4))
    assert h[5, 5] == pytest.approx(2.5 * math.expm1(-1.0), rel=1e-6)


def test_what_has_no_step_says_so(engine: Engine) -> None:
    used = cast("OpenCLEngine", engine)
    own = row("formula").bound({"formula": "x * x"})
    assert used.layers.of(own, own.complete({"formula": "x * x"}), SIZE) is None
    assert used.layers.of(row("softmax"), row("softmax").complete({}), SIZE) is None


@pytest.mark.parametrize(("batch", "parts"), [(1, 1), (7, 7), (16, 16), (24, 12), (509, 1)])
def test_rows_are_dealt_out_evenly(batch: int, parts: int) -> None:
    assert parts_of(batch) == parts


@pytest.mark.parametrize("name", ["relu", "tanh", "gelu"])
@pytest.mark.parametrize("sigma_w", [1.3, 1e-9, 1e3])
def test_networks_on_a_device_are_numpys(engine_id: str, name: str, sigma_w: float) -> None:
    network = Network(64, 12, 24, sigma_w=sigma_w, sigma_b=0.0, seed=2)
    bins = Bins(-1.0, 1.0, 20)
    ours, numpys = (
        list(propagate(network, name, {}, bins=bins, device=device))
        for device in (engine_id, "numpy")
    )
    assert [type(each) for each in ours] == [type(each) for each in numpys]
    for one, other in zip(ours, numpys, strict=True):
        assert one.layer == other.layer
        if isinstance(one, Forward):
            assert isinstance(other, Forward)
            assert one.second == pytest.approx(other.second, rel=1e-4)
            assert one.output_second == pytest.approx(other.output_second, rel=1e-4)
            assert one.dead == other.dead
            assert one.density == pytest.approx(other.density, abs=3e-3)
        elif not isinstance(one, Overflowed):
            assert one.log_norm == pytest.approx(other.log_norm, abs=1e-4)


def test_little_memory_gives_the_same_numbers(
    engine_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = Network(64, 11, 24, sigma_w=1.3, seed=2)
    whole = list(propagate(network, "gelu", {}, device=engine_id))
    monkeypatch.setattr(propagation, "MOST_MEMORY", 3 * 64 * 64 * 4)
    assert propagation._kept(network) == 4
    assert list(propagate(network, "gelu", {}, device=engine_id)) == whole
