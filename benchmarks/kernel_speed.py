"""f and f′ in one kernel, against a copy of the same bytes and the same formulas on built-ins.

Every row is computed at its defaults, at 10⁷ points from −10 to 10 (12 bytes a point: x is read, f
and f′ are written), on every OpenCL device there is. Each number is the least of several rounds,
in which all kernels take turns. The columns:

    ms        f and f′ together
    copy      time of a kernel that writes x twice / time of this one: 1 is the memory's speed
    apart     time of a kernel for f and one for f′ / time of the one for both
    builtin   time / time of the textbook's formulas on OpenCL's exp, tanh, erfc …, in one kernel
              as a programmer would write it; they give false zeros and lose digits in the tails

    python -m benchmarks.kernel_speed [--points 10000000] [--rounds 7] [--device ID] [--cpu] [row …]

With --cpu the processor time of all threads counts instead of the time that passes: where other
programs keep the processor busy, that is less disturbed. It says nothing of a GPU.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from time import perf_counter, process_time
from typing import Any, NamedTuple

import numpy as np
import pyopencl as cl

from actviz.activations import ROWS, Row, row
from actviz.evaluation import Grid
from actviz.opencl.devices import Found, find
from actviz.opencl.kernels import Shape
from actviz.opencl.memory import Block, Sharing, room_for
from actviz.opencl.program import build
from actviz.opencl.source import packed, parameters, program_text

BUILT_INS = {
    "celu": ("", "x > 0 ? x : expm1(x)", "x > 0 ? 1 : exp(x)"),
    "elu": ("", "x > 0 ? x : expm1(x)", "x > 0 ? 1 : exp(x)"),
    "exponential": ("t = exp(x)", "t", "t"),
    "gelu": (
        "t = 0.5f * erfc(-0.70710678f * x)",
        "x * t",
        "t + x * 0.39894228f * exp(-0.5f * x * x)",
    ),
    "gelu, tanh": (
        "t = tanh(0.79788456f * (x + 0.044715f * x * x * x))",
        "0.5f * x * (1 + t)",
        "0.5f * (1 + t) + 0.39894228f * x * (1 - t * t) * (1 + 0.134145f * x * x)",
    ),
    "log_sigmoid": ("t = exp(-fabs(x))", "(x < 0 ? x : 0) - log1p(t)", "(x > 0 ? t : 1) / (1 + t)"),
    "mish": (
        "t = tanh((x > 0 ? x : 0) + log1p(exp(-fabs(x))))",
        "x * t",
        "t + x * (1 - t * t) / (1 + exp(-x))",
    ),
    "selu": (
        "",
        "x > 0 ? 1.050701f * x : 1.7580993f * expm1(x)",
        "x > 0 ? 1.050701f : 1.7580993f * exp(x)",
    ),
    "sigmoid": ("t = 1 / (1 + exp(-x))", "t", "t * (1 - t)"),
    "softplus": ("t = exp(-fabs(x))", "(x > 0 ? x : 0) + log1p(t)", "(x < 0 ? t : 1) / (1 + t)"),
    "softsign": ("t = 1 / (1 + fabs(x))", "x * t", "t * t"),
    "squareplus": ("t = sqrt(x * x + 4)", "0.5f * (x + t)", "0.5f + 0.5f * x / t"),
    "swish": ("t = 1 / (1 + exp(-x))", "x * t", "t + x * t * (1 - t)"),
    "tanh": ("t = tanh(x)", "t", "1 - t * t"),
    "tanh_shrink": ("t = tanh(x)", "x - t", "t * t"),
}
"""What f and f′ share, f, and f′, all at the defaults; the other rows need no built-in."""

KERNEL = """
__kernel void {name}(__global const av_scalar *given, __global av_scalar *block, av_count stride,
                     av_count stop{formals})
{{
    const size_t i = get_global_id(0) * AV_LANES;
    if (i < (size_t)stop) {{
        const float x = AV_LOAD(given + i);
        {body}
    }}
}}
"""
FIRST, SECOND = "AV_STORE({0}, block + stride + i); ", "AV_STORE({0}, block + 2 * stride + i); "


class Case(NamedTuple):
    """A row at its defaults, or with another choice."""

    name: str
    row: Row
    values: dict[str, str]


CASES = tuple(
    each
    for one in ROWS
    if not one.vector
    for each in (
        Case(one.name, one, {}),
        *([Case("gelu, tanh", one, {"approximate": "tanh"})] if one.name == "gelu" else ()),
    )
)


def kernel(name: str, body: str, formals: str = "") -> str:
    """Write a kernel over x that stores what the body says."""
    return KERNEL.format(name=name, body=body, formals=formals)


def competitors(case: Case) -> Iterator[str]:
    """Write the kernels of f alone, of f′ alone, and of both on built-ins."""
    stem = identifier(case)
    names = parameters(case.row)
    formals = "".join(f", float8 given_{each}" for each in names)
    unpack = "".join(f"const av_real {n} = av_real_of(given_{n}, 1); " for n in names)
    pair = case.row.kernel_pair
    yield kernel(f"first_{stem}", unpack + FIRST.format(pair.f.opencl()), formals)
    yield kernel(f"second_{stem}", unpack + SECOND.format(pair.df.opencl()), formals)
    if case.name in BUILT_INS:
        shared, f, df = BUILT_INS[case.name]
        before = f"const float {shared}; " if shared else ""
        results = f"const float f = {f}; const float df = {df}; "
        stores = FIRST.format("f") + SECOND.format("df")
        yield kernel(f"built_{stem}", before + results + stores)


def identifier(case: Case) -> str:
    return case.name.replace(", ", "_")


class Bench:
    """A device with every kernel built and a block of points."""

    def __init__(
        self, found: Found, cases: tuple[Case, ...], points: int, clock: Callable[[], float]
    ) -> None:
        self.clock = clock
        context = cl.Context([found.handle])
        self.queue = cl.CommandQueue(context)
        self.points = points
        self.shape = Shape.of(found.handle, "float32")
        copy = kernel("copy", FIRST.format("x") + SECOND.format("x"))
        rows = tuple({case.row.name: case.row for case in cases}.values())
        texts = [program_text(rows), copy, *(text for case in cases for text in competitors(case))]
        place = found.device.id, context, found.handle
        self.program = build(*place, "".join(texts), self.shape.options)
        memory, sharing = room_for(points, "float32"), Sharing.of(found.handle)
        self.block = Block(context, self.queue, memory, "float32", sharing=sharing)
        self.block.host[:] = 0.0
        self.block.write(Grid(-10.0, 10.0, points).points().astype(np.float32))

    def launcher(self, name: str, given: list[Any]) -> Callable[[], float]:
        """Give a function that runs a kernel once and gives the seconds."""
        made = cl.Kernel(self.program, name)
        stride, stop = np.int32(self.block.stride), np.int32(self.points)
        made.set_args(self.block.buffer, self.block.buffer, stride, stop, *given)
        size, group = (self.shape.items(self.points),), (self.shape.group,)

        def run() -> float:
            start = self.clock()
            cl.enqueue_nd_range_kernel(self.queue, made, size, group)
            self.queue.finish()
            return self.clock() - start

        return run


def measure(
    found: Found, cases: tuple[Case, ...], points: int, rounds: int, clock: Callable[[], float]
) -> dict[str, float]:
    """Give the least seconds of every kernel."""
    bench = Bench(found, cases, points, clock)
    runs = {"copy": bench.launcher("copy", [])}
    for case in cases:
        numbers, stem = case.row.numbers(case.values), identifier(case)
        given = [np.frombuffer(packed(numbers[name]), np.float32) for name in parameters(case.row)]
        runs[case.name] = bench.launcher(f"av_points_{case.row.name}", given)
        runs[f"first {case.name}"] = bench.launcher(f"first_{stem}", given)
        runs[f"second {case.name}"] = bench.launcher(f"second_{stem}", given)
        if case.name in BUILT_INS:
            runs[f"built {case.name}"] = bench.launcher(f"built_{stem}", [])
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, run in runs.items():
            times[name].append(run())
    return {name: min(found[1:]) for name, found in times.items()}


def report(found: Found, cases: tuple[Case, ...], points: int, times: dict[str, float]) -> None:
    """Print the table of one device."""
    copy = times["copy"]
    print(f"{found.device.id}: {found.device.name}, {points} points; copy {1e3 * copy:.2f} ms")
    print(f"{'':18}{'ms':>8}{'copy':>8}{'apart':>8}{'builtin':>9}")
    for case in cases:
        both = times[case.name]
        apart = (times[f"first {case.name}"] + times[f"second {case.name}"]) / both
        line = f"{case.name:18}{1e3 * both:8.2f}{copy / both:8.2f}{apart:8.2f}"
        if case.name in BUILT_INS:
            line += f"{both / times[f'built {case.name}']:9.2f}"
        print(line, flush=True)


def main() -> None:
    """Measure the devices one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("rows", nargs="*", metavar="row")
    parser.add_argument("--points", type=int, default=10**7)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--device")
    parser.add_argument("--cpu", action="store_true")
    chosen = parser.parse_args()
    wanted = {row(name).name for name in chosen.rows}
    cases = tuple(case for case in CASES if not wanted or case.row.name in wanted)
    clock = process_time if chosen.cpu else perf_counter
    devices = [each for each in find() if chosen.device in (None, each.device.id)]
    if not devices:
        print("there is no OpenCL device" + (f" {chosen.device!r}" if chosen.device else ""))
    for each in devices:
        times = measure(each, cases, chosen.points, chosen.rounds, clock)
        report(each, cases, chosen.points, times)


if __name__ == "__main__":
    main()
