"""f and f′ of 10⁷ points as a user calls them: actviz beside torch's autograd.

torch computes f(x) and then the gradient of its sum, in float32 on the processor. Both give new
arrays every time, and both drop them before the next call. Measured twice, in a process each: as
programs are started, where the system hands out such arrays page by page, and with a warm heap
(MALLOC_MMAP_MAX_=0), where the same memory comes back. The two take turns, so torch's threads are
told to sleep where they have nothing to do (OMP_WAIT_POLICY=passive). Printed is the least of
several rounds, and torch's time over ours. Needs torch; says so where it is missing.

    python -m benchmarks.framework_speed [--points 10000000] [--rounds 7] [--device ID]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from time import perf_counter

import numpy as np

import actviz

NAMES = {
    "elu": "elu",
    "gelu": "gelu",
    "hard_sigmoid": "hardsigmoid",
    "relu": "relu",
    "selu": "selu",
    "sigmoid": "sigmoid",
    "swish": "silu",
    "tanh": "tanh",
    "mish": "mish",
    "softplus": "softplus",
}
"""Ours, and in torch.nn.functional."""


FAIR = {"OMP_WAIT_POLICY": "passive"}
WARM = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 40)}


def sides(name: str, points: int, device: str) -> tuple[Callable[[], object], ...]:
    """Give our way to compute f and f′, and torch's."""
    import torch

    x = np.linspace(-10.0, 10.0, points, dtype=np.float32)
    leaf = torch.from_numpy(x).requires_grad_()
    function = getattr(torch.nn.functional, NAMES[name])

    def theirs() -> object:
        y = function(leaf)
        return y, *torch.autograd.grad(y.sum(), leaf)

    return lambda: actviz.evaluate(name, x, device=device), theirs


def measure(name: str, points: int, rounds: int, device: str) -> list[float]:
    """Let them take turns, after one turn that builds; give the least seconds of each."""
    ways = sides(name, points, device)
    least = [float("inf")] * len(ways)
    for turn in range(rounds + 1):
        for index, run in enumerate(ways):
            start = perf_counter()
            run()
            if turn:
                least[index] = min(least[index], perf_counter() - start)
    return least


def table(points: int, rounds: int, wanted: str | None) -> None:
    """Measure every function on the OpenCL devices."""
    for device in actviz.devices():
        if not device.usable or device.kind == "numpy" or wanted not in (None, device.id):
            continue
        print(f"{device.id}: {device.name}, {points} points, ms")
        print(f"{'':14}{'ours':>8}{'torch':>8}{'torch/ours':>12}")
        for name in NAMES:
            ours, torch = measure(name, points, rounds, device.id)
            print(f"{name:14}{1e3 * ours:8.1f}{1e3 * torch:8.1f}{torch / ours:12.2f}", flush=True)


def main() -> None:
    """Measure as programs are started, and with a warm heap."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--points", type=int, default=10**7)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--device")
    parser.add_argument("--here", action="store_true", help="in this process, as it was started")
    chosen = parser.parse_args()
    if find_spec("torch") is None:
        print("torch is not installed: nothing to compare with")
    elif chosen.here:
        table(chosen.points, chosen.rounds, chosen.device)
    else:
        words = [sys.executable, "-m", "benchmarks.framework_speed", "--here", *sys.argv[1:]]
        for title, added in (("as programs are started", {}), ("with a warm heap", WARM)):
            print(title, flush=True)
            subprocess.run(words, env=os.environ | FAIR | added, check=True)


if __name__ == "__main__":
    main()
