"""A deep network forward and backward with the figures of each layer: ours beside torch's hooks.

Both have the same weights, 50 layers of 512 units and 512 inputs in float32, and take of each layer
the mean squares of z and h, the mean of h, its histogram in 64 bins, the units without a gradient,
and the norm of the gradient with respect to h; torch through module and tensor hooks, once without
gradients for the weights, as ours, and once with them, as a module comes. Each lives in a process
of its own, so that none has the others' threads beside it, and they take turns. Prints the medians
and best times, and the ratios of the best:

    python -m benchmarks.depth_speed [--rounds 15] [--width 512] [--without-histogram]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from functools import partial
from importlib.util import find_spec
from statistics import median
from time import perf_counter, sleep
from typing import TYPE_CHECKING

import numpy as np

from actviz.analysis.figures import Bins, Forward
from actviz.analysis.network import Network
from actviz.analysis.propagation import Backward, Kept, propagate

if TYPE_CHECKING:
    from collections.abc import Callable

ACTIVATIONS = ("relu", "elu", "gelu", "tanh", "swish")
KINDS = ("ours", "torch", "trained")
DEPTH, BATCH, RANGE, BINS = 50, 512, 3.0, 64
SETTLED = 0.02
"""Seconds after a turn in which the threads of that process go to sleep."""


def ours(network: Network, layers: Kept, name: str, bins: int) -> Callable[[], list[float]]:
    """Give a run of ours; it returns the gradient norms, first the last layer's."""

    def run() -> list[float]:
        counted = Bins(-RANGE, RANGE, bins)
        events = list(propagate(network, name, {}, bins=counted, layers=layers))
        assert sum(isinstance(each, Forward) for each in events) == network.depth
        return [10**each.log_norm for each in events if isinstance(each, Backward)]

    return run


def torchs(
    network: Network, layers: Kept, name: str, bins: int, *, trained: bool = False
) -> Callable[[], list[float]]:
    """Give the same run as one writes it with torch: a Sequential with hooks."""
    import torch

    kinds = {"relu": "ReLU", "elu": "ELU", "gelu": "GELU", "tanh": "Tanh", "swish": "SiLU"}
    modules = []
    for kernel, offset in zip(layers.kernels, layers.offsets, strict=True):
        linear = torch.nn.Linear(network.width, network.width)
        linear.weight = torch.nn.Parameter(torch.tensor(kernel.T.copy()), requires_grad=trained)
        linear.bias = torch.nn.Parameter(torch.tensor(offset), requires_grad=trained)
        modules += [linear, getattr(torch.nn, kinds[name])()]
    model = torch.nn.Sequential(*modules)
    x, g = torch.tensor(network.inputs()), torch.tensor(network.loss_gradient())
    figures: list[object] = []
    norms: list[float] = []

    def pre(_module: object, _inputs: object, z: torch.Tensor) -> None:
        figures.append(z.detach().square().mean().item())

    def post(_module: object, _inputs: object, h: torch.Tensor) -> None:
        seen = h.detach()
        figures.append((seen.square().mean().item(), seen.mean().item()))
        figures.append(int((seen == 0).all(dim=0).sum()))
        if bins:
            figures.append(torch.histc(seen, bins, -RANGE, RANGE).tolist())
        h.register_hook(lambda gradient: norms.append(float(gradient.norm())))

    for index, module in enumerate(model):
        module.register_forward_hook(post if index % 2 else pre)

    def run() -> list[float]:
        figures.clear()
        norms.clear()
        h = x.clone().requires_grad_(True)
        h.register_hook(lambda gradient: norms.append(float(gradient.norm())))
        model.zero_grad()
        model(h).backward(g)
        return list(norms)

    return run


def serve(kind: str, width: int, bins: int) -> None:
    """Run an activation for each line read, and write the seconds and the first norm."""
    network = Network(width, DEPTH, BATCH, sigma_w=1.3, sigma_b=0.1)
    numbers = range(1, DEPTH + 1)
    layers = Kept(
        [network.weights(each) for each in numbers], [network.biases(each) for each in numbers]
    )
    make = {"ours": ours, "torch": torchs, "trained": partial(torchs, trained=True)}[kind]
    runs = {name: make(network, layers, name, bins) for name in ACTIVATIONS}
    for run in runs.values():
        run()
    print("ready", flush=True)
    for line in sys.stdin:
        start = perf_counter()
        norms = runs[line.strip()]()
        print(perf_counter() - start, norms[-1], flush=True)


class Side:
    """One of both, in a process of its own."""

    def __init__(self, kind: str, width: int, bins: int) -> None:
        words = [sys.executable, "-m", "benchmarks.depth_speed", "--serve", kind]
        words += ["--width", str(width), *(["--without-histogram"] if not bins else [])]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == "ready"

    def take(self, name: str) -> tuple[float, float]:
        """Take a turn: seconds, and the gradient's norm at the input."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        seconds, norm = self.process.stdout.readline().split()
        sleep(SETTLED)
        return float(seconds), float(norm)

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def main() -> None:
    """Let both take turns, check that they agree, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--without-histogram", action="store_true")
    parser.add_argument("--serve", choices=KINDS)
    options = parser.parse_args()
    if find_spec("torch") is None:
        print("torch is missing: there is nothing to compare with")
        return
    bins = 0 if options.without_histogram else BINS
    if options.serve:
        serve(options.serve, options.width, bins)
        return
    sides = {kind: Side(kind, options.width, bins) for kind in KINDS}
    print(f"{DEPTH} layers of {options.width}, {BATCH} inputs, {bins} bins; ms, median (best)")
    print("| f | ours | torch | torch, weights too | ours / torch | ours / weights too |")
    for name in ACTIVATIONS:
        times: dict[str, list[float]] = {kind: [] for kind in sides}
        for _ in range(options.rounds):
            norms = []
            for kind, side in sides.items():
                seconds, norm = side.take(name)
                times[kind].append(seconds * 1e3)
                norms.append(norm)
            assert np.allclose(norms, norms[0], rtol=1e-4), f"{name}: gradients differ: {norms}"
        best = {kind: min(each) for kind, each in times.items()}
        cells = [f"{median(times[kind]):.0f} ({best[kind]:.0f})" for kind in KINDS]
        cells += [f"{best['ours'] / best[kind]:.2f}" for kind in KINDS[1:]]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    for side in sides.values():
        side.close()


if __name__ == "__main__":
    main()
