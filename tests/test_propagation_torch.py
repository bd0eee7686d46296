"""Networks of finite width: torch's autograd is the judge of every layer's figures."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from actviz.analysis.figures import Bins, Forward
from actviz.analysis.jacobian import singular_values
from actviz.analysis.network import Network
from actviz.analysis.propagation import Backward, Drawn, Event, propagate
from actviz.param import Value

SMALL = Network(width=48, depth=12, batch=24, sigma_w=1.4, sigma_b=0.2, seed=3, dtype="float64")
JUDGED: list[tuple[str, dict[str, Value], object]] = [
    ("relu", {}, torch.relu),
    ("tanh", {}, torch.tanh),
    ("sigmoid", {}, torch.sigmoid),
    ("gelu", {}, torch.nn.functional.gelu),
    ("elu", {"alpha": 0.7}, lambda z: torch.nn.functional.elu(z, 0.7)),
    ("selu", {}, torch.selu),
    ("swish", {}, torch.nn.functional.silu),
    ("mish", {}, torch.nn.functional.mish),
    ("leaky_relu", {}, lambda z: torch.nn.functional.leaky_relu(z, 0.3)),
    ("formula", {"formula": "x * tanh(x)"}, lambda z: z * torch.tanh(z)),
]


def split(events: list[Event]) -> tuple[list[Forward], list[Backward]]:
    forward = [each for each in events if isinstance(each, Forward)]
    backward = [each for each in events if isinstance(each, Backward)]
    assert len(forward) + len(backward) == len(events)
    return forward, backward


def judged(network: Network, function) -> tuple[list, list, list[float]]:
    """Let torch run the same weights in float64: z and h of each layer, gradient norms."""
    h = torch.tensor(network.inputs().astype(np.float64), requires_grad=True)
    hidden, pre = [h], []
    for layer in range(1, network.depth + 1):
        weights, biases = network.weights(layer), network.biases(layer)
        z = h @ torch.tensor(weights.astype(np.float64)) + torch.tensor(biases.astype(np.float64))
        h = function(z)
        h.retain_grad()
        pre.append(z.detach())
        hidden.append(h)
    (h * torch.tensor(network.loss_gradient().astype(np.float64))).sum().backward()
    return pre, [each.detach() for each in hidden[1:]], [float(x.grad.norm()) for x in hidden]


@pytest.mark.parametrize(("name", "values", "function"), JUDGED, ids=[each[0] for each in JUDGED])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-10), ("float32", 1e-5)])
def test_torch_agrees_layer_by_layer(name, values, function, dtype, tolerance) -> None:
    network = Network(48, 12, 24, sigma_w=1.4, sigma_b=0.2, seed=3, dtype=dtype)
    forward, backward = split(list(propagate(network, name, values, device="numpy")))
    pre, hidden, norms = judged(network, function)
    for each, z, h in zip(forward, pre, hidden, strict=True):
        assert each.second == pytest.approx(float((z**2).mean()), rel=tolerance)
        assert each.output_second == pytest.approx(float((h**2).mean()), rel=tolerance)
        assert each.output_mean == pytest.approx(float(h.mean()), rel=tolerance, abs=1e-6)
    assert [each.layer for each in backward] == list(range(12, -1, -1))
    for each in backward:
        assert 10**each.log_norm == pytest.approx(norms[each.layer], rel=tolerance)


def test_activations_are_counted_in_bins() -> None:
    bins = Bins(-0.5, 0.75, 10)
    forward = split(list(propagate(SMALL, "tanh", {}, bins=bins, device="numpy")))[0]
    hidden = judged(SMALL, torch.tanh)[1]
    for each, h in zip(forward, hidden, strict=True):
        counts = np.histogram(h.numpy(), 10, (-0.5, 0.75))[0]
        assert each.density == pytest.approx(counts / h.numel(), abs=2 / h.numel())
        assert sum(each.density) + each.outside == pytest.approx(1.0)


def test_a_unit_is_dead_when_no_input_wakes_it() -> None:
    forward = split(list(propagate(SMALL, "relu", {}, device="numpy")))[0]
    hidden = judged(SMALL, torch.relu)[1]
    dead = [int((h == 0).all(dim=0).sum()) for h in hidden]
    assert [each.dead for each in forward] == dead
    assert max(dead) > 0
    one = Network(48, 12, 1, sigma_w=1.4, sigma_b=0.2, seed=3, dtype="float64")
    single = split(list(propagate(one, "relu", {}, device="numpy")))[0]
    assert single[0].dead > forward[0].dead  # half of them sleep for one input


@pytest.mark.parametrize("name", ["tanh", "relu"])
def test_singular_values_are_those_of_torchs_jacobian(name: str) -> None:
    found = list(singular_values(SMALL, name, {}, Drawn(SMALL), device="numpy"))
    assert [each.layer for each in found] == list(range(1, 13))
    function = getattr(torch, name)

    def network(x):
        for layer in range(1, 13):
            biases = torch.tensor(SMALL.biases(layer))
            x = function(x @ torch.tensor(SMALL.weights(layer)) + biases)
        return x

    jacobian = torch.autograd.functional.jacobian(network, torch.tensor(SMALL.inputs()[0]))
    theirs = torch.linalg.svdvals(jacobian).numpy()
    ours = 10.0 ** np.array(found[-1].logs)
    assert ours == pytest.approx(theirs[: ours.size], rel=1e-6, abs=1e-12 * theirs[0])
    assert ours.size + found[-1].lost == 48


@pytest.mark.parametrize(("name", "values", "function"), JUDGED[:4], ids=lambda each: str(each)[:8])
def test_torch_agrees_with_devices(engine_id: str, name, values, function) -> None:
    network = Network(64, 12, 24, sigma_w=1.4, sigma_b=0.2, seed=3)
    forward, backward = split(list(propagate(network, name, values, device=engine_id)))
    pre, _, norms = judged(network, function)
    for each, z in zip(forward, pre, strict=True):
        assert each.second == pytest.approx(float((z**2).mean()), rel=1e-5)
    for each in backward:
        assert 10**each.log_norm == pytest.approx(norms[each.layer], rel=1e-5)
