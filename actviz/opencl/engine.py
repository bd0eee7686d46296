"""The engine on one OpenCL device: builds the program, launches its kernels, moves the numbers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import pyopencl as cl

from actviz.activations import Row, row
from actviz.dtypes import DTYPES, DType, checked_dtype
from actviz.evaluation import (
    Array,
    Device,
    DeviceError,
    Grid,
    Points,
    Request,
    Result,
    acts_on_vectors,
    map_vectors,
)
from actviz.opencl.check import fault
from actviz.opencl.memory import Block, room_for
from actviz.opencl.program import build
from actviz.opencl.softmax import Softmax
from actviz.opencl.softmax_kernels import Place
from actviz.opencl.source import given, missing, parameters, program_text
from actviz.vectors import SoftmaxRequest, SoftmaxResult

MOST_POINTS = 1 << 22
"""Points computed in one launch; more are computed piece by piece."""
ROUNDED_POINTS = 1 << 18
"""The same where the results are then rounded to fewer bits: the block is no result itself."""
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
    """What a kernel is to do: which row, its arguments, at which points, in which format."""

    activation: str
    given: list[Any]
    grid: Grid | None
    points: Points
    dtype: DType

    @property
    def rounded(self) -> bool:
        """Tell whether x and the results are rounded to a format the kernels do not compute in."""
        return self.dtype.name != self.dtype.precision


class OpenCLEngine:
    """f and f′ on one device; context, queue and kernels never leave it.

    float16 and bfloat16 are computed in float32 and rounded once, in this process. The program
    for float64 is built when it is first needed, and its numbers are compared with NumPy's.

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
        self._handle = handle
        self._lock = threading.Lock()
        self._building = threading.RLock()  # the check runs requests itself
        self._double = "cl_khr_fp64" in handle.extensions
        self._shares = bool(handle.host_unified_memory)
        self._group = min(GROUP, handle.max_work_group_size)
        self._most = min(MOST_POINTS, handle.max_mem_alloc_size // 32)
        self._launchers: dict[tuple[str, str], Launcher] = {}
        self._needed: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._failures: dict[str, DeviceError] = {}
        with self._guarded("cannot be opened"):
            self._context = cl.Context([handle])
            self._queue = cl.CommandQueue(self._context)
        self._programs = {"float32": self._built("float32")}
        self._tried = {"float32"}  # by whoever opens the device
        self._vectors = Softmax(
            Place(
                *(device, handle, self._context, self._queue, self._group, self._most),
                *(lambda n, precision: self.block(points=n, precision=precision), self._computing),
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

    def _built(self, precision: str) -> Any:
        options = ("-DAV_DOUBLE=1",) if self._double else ()
        text = program_text(precision=precision)
        return build(self.device.id, self._context, self._handle, text, options)

    def is_ready(self, dtype: str) -> bool:
        """Tell whether a dtype is computed at once, without anything being built first."""
        return DTYPES[dtype].precision in self._tried

    def prepare(self, dtype: str) -> None:
        """Build what a dtype needs and try it, unless that has been done.

        Raises
        ------
        DeviceError
            When it does not build or gives wrong numbers, now and from then on.
        """
        precision = DTYPES[dtype].precision
        with self._building:
            if precision in self._failures:
                raise self._failures[precision]
            if precision in self._programs:
                return
            try:
                self._programs[precision] = self._built(precision)
                reason = fault(self, precision)
                if reason:
                    raise DeviceError(self.device.id, f"in {precision} {reason}")
                self._tried.add(precision)
            except DeviceError as error:
                self._programs.pop(precision, None)
                self._failures[precision] = error
                raise

    def block(
        self, memory: Array | None = None, *, points: int, precision: str = "float32"
    ) -> Block:
        """Make room for x, f and f′ of `points` points, or in given page-aligned bytes."""
        with self._guarded("has no memory left"):
            if memory is None:
                memory, points = room_for(points, precision), 0
            return Block(
                self._context, self._queue, memory, precision, points=points, shared=self._shares
            )

    def refusal(self, request: Request) -> str:
        """Say why a request that is right is not computed on this device, or nothing."""
        try:
            lack = self._lack(request)
            if not (lack or acts_on_vectors(request)):
                self.prepare(request.dtype)
        except DeviceError as error:
            return str(error)
        return lack

    def _lack(self, request: Request) -> str:
        """Say what of a request this device does not compute in any case, or nothing."""
        activation, dtype, name = row(request.activation), request.dtype, self.device.id
        allowed = ", ".join(self.device.dtypes)
        if dtype not in self.device.dtypes:
            return f"dtype: {dtype!r} is not allowed on {name}; it must be one of {allowed}"
        precision = DTYPES[dtype].precision
        lacking: tuple[str, ...] = ()
        if not acts_on_vectors(request):
            lacking, _ = self._needs(activation, precision)
        if lacking:
            return (
                f"dtype: {dtype!r} is not allowed for {activation.name} on {name}, which has no "
                f"{precision} form of {' and '.join(lacking)}; the device must be numpy"
            )
        return ""

    def _check(self, request: Request) -> None:
        lack = self._lack(request)
        if lack:
            raise ValueError(lack)

    def run(self, request: Request) -> Result:
        """Evaluate f and f′ at the request's points, in x's shape.

        A softmax over an array acts along its `axis`; f′ is then the diagonal of its Jacobian.

        Raises
        ------
        ValueError
            For an unknown activation, a bad value, an x that does not hold real numbers, or a dtype
            that the device lacks.
        DeviceError
            When the device fails while it computes, or does not build the dtype's program.
        """
        if acts_on_vectors(request):
            self._check(request)
            return map_vectors(self, request)
        job = self._job(request)
        seconds, whole = self._computed(job)
        x, y, dy = (each.reshape(job.points.shape) for each in whole)
        return Result(x, y, dy, self.device, seconds, request)

    def run_into(self, block: Block, request: Request) -> float:
        """Evaluate a grid that fits into a block there; gives the seconds it took.

        The block holds the numbers in the precision of the dtype.
        """
        assert isinstance(request.x, Grid)
        count = request.x.count
        if count > block.stride:
            raise ValueError(f"grid: {count} points; it must be at most {block.stride}")
        job = self._job(request)
        block.hold(job.dtype.precision)
        seconds = self._fill(block, job, 0, count)
        if job.rounded:
            block.host[1:, :count] = job.dtype.rounded(block.host[1:, :count])
        return seconds

    def softmax(self, request: SoftmaxRequest) -> SoftmaxResult:
        """Compute the softmax of vectors, and the Jacobian when it is asked for.

        Raises
        ------
        ValueError
            For a dtype that the device lacks.
        DeviceError
            When the device does not build the program, gives wrong numbers, or fails.
        """
        checked_dtype(request.x.dtype.name, self.device.dtypes, self.device.id)
        return self._vectors.run(request)

    def close(self) -> None:
        """Give back the kernels, the program and the queue."""
        with self._lock, self._guarded("cannot be closed"):
            self._queue.finish()
            self._launchers.clear()

    def _job(self, request: Request) -> Job:
        """Refuse what this engine does not compute; make the kernel's arguments of the rest."""
        activation = row(request.activation)
        numbers = activation.numbers(dict(request.values))
        points = Points(request.x)
        self._check(request)
        dtype = DTYPES[request.dtype]
        if not self.is_ready(dtype.name):
            self.prepare(dtype.name)
        _, names = self._needs(activation, dtype.precision)
        arguments = [given(numbers[name], dtype.precision) for name in names]
        grid = request.x if isinstance(request.x, Grid) else None
        return Job(activation.name, arguments, grid, points, dtype)

    def _needs(self, activation: Row, precision: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Name the functions that a row's kernels lack, and the parameters they take."""
        key = activation.name, precision
        if key not in self._needed:
            self._needed[key] = missing(activation, precision), parameters(activation)
        return self._needed[key]

    def _computed(self, job: Job) -> tuple[float, Array]:
        """Give the seconds and x, f and f′ as rows; piece by piece through one block if large."""
        count = job.points.size
        most = min(self._most, ROUNDED_POINTS) if job.rounded else self._most
        block = self.block(points=min(count, most), precision=job.dtype.precision)
        if count <= most and not job.rounded:
            seconds = self._fill(block, job, 0, count) if count else 0.0
            return seconds, block.host[:, :count]
        whole = np.empty((3, count), job.dtype.numpy)
        seconds = 0.0
        for first in range(0, count, most):
            size = min(most, count - first)
            seconds += self._fill(block, job, first, size)
            with np.errstate(all="ignore"):
                whole[:, first : first + size] = block.host[:, :size]
        return seconds, whole

    def _fill(self, block: Block, job: Job, first: int, count: int) -> float:
        """Compute points `first` to `first + count` in a block; gives the seconds it took."""
        with self._computing():
            start = perf_counter()
            if job.grid is not None and self._double and not job.rounded:
                grid = (np.float64(job.grid.low), np.float64(job.grid.step), np.int32(first))
                kernel = self._launcher(job, "grid")
                kernel.launch(self._queue, block, count, self._group, *grid, *job.given)
            else:
                x = job.points.piece(first, count)
                with np.errstate(all="ignore"):
                    block.write(job.dtype.rounded(x) if job.rounded else x)
                kernel = self._launcher(job, "points")
                kernel.launch(self._queue, block, count, self._group, *job.given)
            block.fetch(count)
            return perf_counter() - start

    def _launcher(self, job: Job, kind: str) -> Launcher:
        precision, name = job.dtype.precision, f"av_{kind}_{job.activation}"
        if (precision, name) not in self._launchers:
            self._launchers[precision, name] = Launcher(self._programs[precision], name)
        return self._launchers[precision, name]
