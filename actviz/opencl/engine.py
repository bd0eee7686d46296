"""The engine on one OpenCL device: builds the program, launches its kernels, moves the numbers."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import pyopencl as cl

from actviz.activations import row
from actviz.evaluation import (
    Array,
    Device,
    DeviceError,
    Grid,
    NumPyEngine,
    Request,
    Result,
    acts_on_vectors,
    map_vectors,
    points_of,
)
from actviz.opencl.memory import Block, room_for
from actviz.opencl.program import build
from actviz.opencl.softmax import Place, Softmax
from actviz.opencl.source import packed, parameters, program_text
from actviz.vectors import SoftmaxRequest, SoftmaxResult

MOST_POINTS = 1 << 22
"""Points computed in one launch; more are computed piece by piece."""
GROUP = 64
"""Work-items in a group. Fixed, because PoCL compiles a kernel again for every other size."""


class Launcher:
    """One kernel and the arguments it was last given: only what changes is set again."""

    def __init__(self, program: Any, name: str) -> None:
        self._kernel = cl.Kernel(program, name)
        self._given: dict[int, bytes] = {}

    def launch(self, queue: Any, block: Block, count: int, group: int, *rest: Any) -> None:
        """Enqueue the kernel over `count` points of a block."""
        self._kernel.set_arg(0, block.buffer)
        for index, value in enumerate((np.int32(block.stride), np.int32(count), *rest), start=1):
            content = value.tobytes()
            if self._given.get(index) != content:
                self._kernel.set_arg(index, value)
                self._given[index] = content
        size = -(-count // group) * group
        cl.enqueue_nd_range_kernel(queue, self._kernel, (size,), (group,))


class Job(NamedTuple):
    """What a kernel is to do: which row, its arguments, and a grid or points in one row."""

    activation: str
    given: list[Array]
    x: Grid | Array
    shape: tuple[int, ...] = ()


class OpenCLEngine:
    """f and f′ in float32 on one device; context, queue and kernels never leave it.

    Parameters
    ----------
    device
        As listed; `id` is what errors name.
    handle
        The pyopencl device.

    Raises
    ------
    DeviceError
        When the device cannot be opened or does not build the program; the log is in the error.
    """

    def __init__(self, device: Device, handle: Any) -> None:
        self.device = device
        self._lock = threading.Lock()
        self._double = "cl_khr_fp64" in handle.extensions
        self._shares = bool(handle.host_unified_memory)
        self._group = min(GROUP, handle.max_work_group_size)
        self._most = min(MOST_POINTS, handle.max_mem_alloc_size // 16)
        self._launchers: dict[str, Launcher] = {}
        with self._guarded("cannot be opened"):
            self._context = cl.Context([handle])
            self._queue = cl.CommandQueue(self._context)
        options = ("-DAV_DOUBLE=1",) if self._double else ()
        self._program = build(device.id, self._context, handle, program_text(), options)
        self._vectors = Softmax(
            Place(
                *(device, handle, self._context, self._queue, self._group, self._most),
                *(lambda points: self.block(points=points), self._computing),
            )
        )

    @contextmanager
    def _guarded(self, what: str) -> Iterator[None]:
        """Turn a driver's errors into one that names the device."""
        try:
            yield
        except cl.Error as error:
            text = str(error).strip()
            first = text.partition("\n")[0]
            raise DeviceError(self.device.id, f"it {what} ({first})", text) from None

    @contextmanager
    def _computing(self) -> Iterator[None]:
        """One at a time, and named where it fails."""
        with self._lock, self._guarded("failed while it was computing"):
            yield

    def block(self, memory: Array | None = None, *, points: int = 0) -> Block:
        """Make room for x, f and f′ of `points` points, or in given page-aligned memory."""
        with self._guarded("has no memory left"):
            host = room_for(points) if memory is None else memory
            return Block(self._context, self._queue, host, shared=self._shares)

    def run(self, request: Request) -> Result:
        """Evaluate f and f′ in float32 at the request's points, in x's shape.

        A softmax over an array acts along its `axis`; f′ is then the diagonal of its Jacobian.

        Raises
        ------
        ValueError
            For an unknown activation, a bad value, another dtype, or an x that does not hold real
            numbers.
        DeviceError
            When the device fails while it computes.
        """
        if acts_on_vectors(request):
            self._check_dtype(request)
            return map_vectors(self, request)
        job = self._job(request)
        shape = (job.x.count,) if isinstance(job.x, Grid) else job.shape
        count = math.prod(shape)
        seconds, whole = self._computed(job, count)
        x, y, dy = (each.reshape(shape) for each in whole)
        return Result(x, y, dy, self.device, seconds, request)

    def run_into(self, block: Block, request: Request) -> float:
        """Evaluate a grid that fits into a block there; gives the seconds it took."""
        assert isinstance(request.x, Grid)
        if request.x.count > block.stride:
            raise ValueError(f"grid: {request.x.count} points; it must be at most {block.stride}")
        return self._fill(block, self._job(request), 0, request.x.count)

    def softmax(self, request: SoftmaxRequest) -> SoftmaxResult:
        """Compute the softmax of vectors here, or with NumPy in float64.

        Raises
        ------
        DeviceError
            When the device does not build the program, gives wrong numbers, or fails.
        """
        if request.x.dtype == np.float64:
            return NumPyEngine().softmax(request)
        return self._vectors.run(request)

    def close(self) -> None:
        """Give back the kernels, the program and the queue."""
        with self._lock, self._guarded("cannot be closed"):
            self._queue.finish()
            self._launchers.clear()

    def _job(self, request: Request) -> Job:
        """Refuse what this engine does not compute; make the kernel's arguments of the rest."""
        activation = row(request.activation)
        self._check_dtype(request)
        numbers = activation.numbers(dict(request.values))
        given = [packed(numbers[name]) for name in parameters(activation)]
        if isinstance(request.x, Grid):
            return Job(activation.name, given, request.x)
        points = points_of(request.x)
        return Job(activation.name, given, points.reshape(-1), points.shape)

    def _check_dtype(self, request: Request) -> None:
        if request.dtype not in self.device.dtypes:
            allowed = ", ".join(self.device.dtypes)
            raise ValueError(
                f"dtype: {request.dtype!r} is not allowed on {self.device.id}; "
                f"it must be one of {allowed}"
            )

    def _computed(self, job: Job, count: int) -> tuple[float, Array]:
        """Give the seconds and x, f and f′ as rows; piece by piece through one block if large."""
        block = self.block(points=min(count, self._most))
        if count <= self._most:
            seconds = self._fill(block, job, 0, count) if count else 0.0
            return seconds, block.host[:, :count]
        whole = np.empty((3, count), np.float32)
        seconds = 0.0
        for first in range(0, count, self._most):
            size = min(self._most, count - first)
            seconds += self._fill(block, job, first, size)
            whole[:, first : first + size] = block.host[:, :size]
        return seconds, whole

    def _fill(self, block: Block, job: Job, first: int, count: int) -> float:
        """Compute points `first` to `first + count` in a block; gives the seconds it took."""
        with self._computing():
            start = perf_counter()
            if isinstance(job.x, Grid) and self._double:
                grid = (np.float64(job.x.low), np.float64(job.x.step), np.int32(first))
                kernel = self._launcher(f"av_grid_{job.activation}")
                kernel.launch(self._queue, block, count, self._group, *grid, *job.given)
            else:
                if isinstance(job.x, Grid):
                    x = job.x.points(first, count)
                else:
                    x = job.x[first : first + count]
                with np.errstate(all="ignore"):
                    block.write(x)
                kernel = self._launcher(f"av_points_{job.activation}")
                kernel.launch(self._queue, block, count, self._group, *job.given)
            block.fetch(count)
            return perf_counter() - start

    def _launcher(self, name: str) -> Launcher:
        if name not in self._launchers:
            self._launchers[name] = Launcher(self._program, name)
        return self._launchers[name]
