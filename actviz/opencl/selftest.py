"""How a device adds and multiplies: what would spoil every number, by its name."""

from __future__ import annotations

import math
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import pyopencl as cl

from actviz.evaluation import Array, DeviceError
from actviz.opencl.check import FLUSHES, Verdict
from actviz.opencl.program import build

_REWRITES = "its compiler rewrites sums: "


class _Trial(NamedTuple):
    """A line of selftest.cl: its numbers, what comes out, and what it means if that does not."""

    given: tuple[float, float, float]
    right: float
    meaning: str


_TRIALS = (
    _Trial((2.0**24, 1.0, 0.0), 0.0, f"{_REWRITES}(x + y) − x becomes y"),
    _Trial((1.0, 2.0**-30, 0.0), 2.0**-30, f"{_REWRITES}what rounding loses becomes 0"),
    _Trial(
        (1.0 + 2.0**-12, 1.0 + 2.0**-12, -(1.0 + 2.0**-11)), 2.0**-24, "its fma rounds the product"
    ),
    _Trial(
        (1.0 + 2.0**-12, 1.0 + 2.0**-12, -(1.0 + 2.0**-11)),
        0.0,
        "its compiler makes a product and a sum one operation, which is forbidden here",
    ),
    _Trial((1.0, 3.0 * 2.0**-24, 0.0), 1.0 + 2.0**-22, "it does not round to the nearest number"),
    _Trial((math.nan, 0.0, 0.0), 1.0, "its compiler takes it that there is no NaN"),
    _Trial((3e38, 10.0, 0.0), math.inf, "it has no infinity"),
    _Trial((0.0, 0.0, 0.0), 0.0, "its compiler takes 0 − x for −x"),
    _Trial((2.0**-140, 2.0**30, 0.0), 2.0**-110, FLUSHES["float32"]),
    _Trial((2.0**-70, 2.0**-70, 0.0), 2.0**-140, FLUSHES["float32"]),
)


def arithmetic(device_id: str, handle: Any) -> Verdict:
    """Try single operations in float32 on a device.

    Raises
    ------
    DeviceError
        When the device cannot be opened, does not build the program or fails while it computes.
    """
    given = np.array([each.given for each in _TRIALS], np.float32)
    try:
        told = _told(device_id, handle, given)
    except cl.Error as error:
        first = str(error).strip().partition("\n")[0]
        raise DeviceError(device_id, f"it cannot be tried ({first})") from None
    return verdict(told)


def _told(device_id: str, handle: Any, given: Array) -> Array:
    """Run the kernel on numbers."""
    text = files("actviz.opencl").joinpath("selftest.cl").read_text(encoding="utf-8")
    context = cl.Context([handle])
    queue = cl.CommandQueue(context)
    kernel = cl.Kernel(build(device_id, context, handle, text, ()), "av_try_arithmetic")
    told = np.empty(len(given), np.float32)
    flags = cl.mem_flags
    numbers = cl.Buffer(context, flags.READ_ONLY | flags.COPY_HOST_PTR, hostbuf=given)
    results = cl.Buffer(context, flags.WRITE_ONLY, told.nbytes)
    kernel.set_args(numbers, results)
    cl.enqueue_nd_range_kernel(queue, kernel, (1,), (1,))
    cl.enqueue_copy(queue, told, results)
    return told


def verdict(told: Array) -> Verdict:
    """Say what the results of the trials mean."""
    wrong = [each.meaning for each, got in zip(_TRIALS, told, strict=True) if got != each.right]
    flushes = FLUSHES["float32"]
    faults = [meaning for meaning in wrong if meaning != flushes]
    return Verdict(faults[0] if faults else "", flushes if flushes in wrong else "")
