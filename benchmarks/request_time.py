"""How long the engine takes for a picture's worth of points, beside a bare launch of its kernel.

A request of 1,000 points of ELU on a grid, with another alpha each time, is what a drag asks for.
Printed are microseconds a request: into memory that is there already (as the window does), with
arrays of its own (as `evaluate` does), and of the same kernel launched and waited for alone.

    python -m benchmarks.request_time [--points 1000] [--device ID]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from time import perf_counter

import pyopencl as cl

from actviz import devices
from actviz.engines import open_engine
from actviz.evaluation import Grid, Request
from actviz.opencl.engine import OpenCLEngine

REQUESTS, ROUNDS = 2000, 7


def best(each: Callable[[Request], object], requests: list[Request]) -> float:
    """Give the least microseconds a request over several rounds."""
    least = float("inf")
    for _ in range(ROUNDS):
        start = perf_counter()
        for request in requests:
            each(request)
        least = min(least, perf_counter() - start)
    return 1e6 * least / len(requests)


def bare(engine: OpenCLEngine, requests: list[Request]) -> float:
    """Launch the kernel of the last request with the arguments it already has."""
    grid = requests[0].x
    assert isinstance(grid, Grid)
    launcher = engine._job(requests[0]).way.at_points
    size = (launcher._shape.items(grid.count),)
    group = (launcher._shape.group,)

    def launch(_: Request) -> None:
        cl.enqueue_nd_range_kernel(engine._queue, launcher._kernel, size, group).wait()

    block = engine.block(points=grid.count)
    launcher.launch(engine._queue, block, grid.count, *engine._job(requests[0]).given).wait()
    return best(launch, requests)


def main() -> None:
    """Measure every OpenCL device."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--device")
    chosen = parser.parse_args()
    grid = Grid(-8.0, 4.0, chosen.points)
    requests = [Request.of("elu", {"alpha": 0.5 + i * 1e-3}, grid) for i in range(REQUESTS)]
    for device in devices():
        if not device.usable or device.kind == "numpy" or chosen.device not in (None, device.id):
            continue
        engine = open_engine(device.id)
        assert isinstance(engine, OpenCLEngine)
        block = engine.block(points=chosen.points)
        launch = bare(engine, requests)
        into = best(lambda each, engine=engine, block=block: engine.run_into(block, each), requests)
        whole = best(engine.run, requests)
        print(f"{device.id}: {device.name}, {chosen.points} points, µs (times the bare launch)")
        print(f"  bare launch {launch:.1f}, into memory {into:.1f} ({into / launch:.1f}), ", end="")
        print(f"with arrays of its own {whole:.1f} ({whole / launch:.1f})")


if __name__ == "__main__":
    main()
