"""The engine on one OpenCL device: builds the program, launches its kernels, moves the numbers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import pyopencl as cl

from actviz.activations import OwnRow, row
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
from actviz.opencl.check import examine
from actviz.opencl.kernels import GROUP, Kernels, Launcher
from actviz.opencl.memory import Block, room_for
from actviz.opencl.own import TRIED, Program, Programs, difference
from actviz.opencl.softmax import Softmax
from actviz.opencl.softmax_kernels import Place
from actviz.opencl.source import given
from actviz.vectors import SoftmaxRequest, SoftmaxResult

MOST_POINTS = 1 << 22
"""Points computed in one launch; more are computed piece by piece."""
ROUNDED_POINTS = 1 << 18
"""The same where the results are then rounded to fewer bits: the block is no result itself."""


class Job(NamedTuple):
    """What kernels do: their launchers by kind, arguments, at which points, in which format."""

    launcher: Callable[[str], Launcher]
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
        self._lock = threading.Lock()
        self._double = "cl_khr_fp64" in handle.extensions
        self._shares = bool(handle.host_unified_memory)
        self._most = min(MOST_POINTS, handle.max_mem_alloc_size // 32)
        self._able: set[tuple[str, str]] = set()
        with self._guarded("cannot be opened"):
            self._context = cl.Context([handle])
            self._queue = cl.CommandQueue(self._context)
        options = ("-DAV_DOUBLE=1",) if self._double else ()
        self._kernels = Kernels(device.id, self._context, handle, options, self._fault)
        place = device.id, self._context, handle
        self._own = Programs(place, options, self._double, self._own_fault)
        self._vectors = Softmax(
            Place(
                *(device, handle, self._context, self._queue),
                *(min(GROUP, handle.max_work_group_size), self._most),
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

    def _fault(self, precision: str) -> str:
        """Say what is wrong with the numbers of a precision; what is only to be told is kept."""
        verdict = examine(self, precision)
        self.device = self.device.with_warning(verdict.warning)
        return verdict.fault

    def is_ready(self, dtype: str, own: OwnRow | None = None) -> bool:
        """Tell whether a dtype is computed at once, without anything being built first.

        So it is, of a user's formula, where it is known that it is not computed here.
        """
        precision = DTYPES[dtype].precision
        if own is not None:
            return self._own.found(own, precision) is not None
        return self._kernels.is_ready(precision)

    def prepare(self, dtype: str, own: OwnRow | None = None) -> None:
        """Build what a dtype needs, or a user's formula in it, and try it, if not yet done.

        Raises
        ------
        DeviceError
            When a dtype's program does not build or gives wrong numbers, now and from then on.
        """
        precision = DTYPES[dtype].precision
        if own is not None:
            self._own.prepare(own, precision)
        else:
            self._kernels.prepare(precision)

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
            own = own_of(request)
            if not (lack or own or acts_on_vectors(request)):
                self.prepare(request.dtype)
        except DeviceError as error:
            return str(error)
        return lack

    def _lack(self, request: Request) -> str:
        """Say what of a request this device does not compute in any case, or nothing."""
        dtype, name = request.dtype, self.device.id
        if dtype not in self.device.dtypes:
            allowed = ", ".join(self.device.dtypes)
            return f"dtype: {dtype!r} is not allowed on {name}; it must be one of {allowed}"
        if acts_on_vectors(request):
            return ""
        own = own_of(request)
        if own is not None:
            program = self._own.prepare(own, DTYPES[dtype].precision)
            return f"{program}; the device must be numpy" if isinstance(program, str) else ""
        lacking, _ = self._kernels.needs(row(request.activation), DTYPES[dtype].precision)
        if not lacking:
            return ""
        return (
            f"dtype: {dtype!r} is not allowed for {request.activation} on {name}, which has no "
            f"{DTYPES[dtype].precision} form of {' and '.join(lacking)}; the device must be numpy"
        )

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
            self._kernels.close()
            self._own.close()

    def _job(self, request: Request) -> Job:
        """Refuse what this engine does not compute; make the kernel's arguments of the rest."""
        activation = row(request.activation)
        numbers = activation.numbers(dict(request.values))
        points = Points(request.x)
        own = own_of(request)
        if own is not None:
            self._check(request)
            program = self._own.prepare(own, DTYPES[request.dtype].precision)
            assert isinstance(program, Program)
            return _own_job(program, numbers, points, request)
        if (activation.name, request.dtype) not in self._able:
            self._check(request)
            self.prepare(request.dtype)
            if self.is_ready(request.dtype):  # and not just being tried
                self._able.add((activation.name, request.dtype))
        dtype = DTYPES[request.dtype]
        _, names = self._kernels.needs(activation, dtype.precision)
        arguments = [given(numbers[name], dtype.precision) for name in names]
        grid = request.x if isinstance(request.x, Grid) else None
        launcher = partial(self._kernels.launcher, dtype.precision, activation.name)
        return Job(launcher, arguments, grid, points, dtype)

    def _own_fault(self, own: OwnRow, program: Program, precision: str) -> str:
        """Compare a formula's program with NumPy; where few points differ, rounding may be why."""
        request = Request.of(own.name, own.complete(), TRIED, precision)
        points = Points(TRIED)
        _, (x, *found) = self._computed(_own_job(program, own.numbers(), points, request))
        return difference(own, x, *found)

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
                kernel = job.launcher("grid")
                kernel.launch(self._queue, block, count, *grid, *job.given)
            else:
                x = job.points.piece(first, count)
                with np.errstate(all="ignore"):
                    block.write(job.dtype.rounded(x) if job.rounded else x)
                kernel = job.launcher("points")
                kernel.launch(self._queue, block, count, *job.given)
            block.fetch(count)
            return perf_counter() - start


def own_of(request: Request) -> OwnRow | None:
    """Give the row of a user's own formula, if the request is for one."""
    found = row(request.activation).bound(dict(request.values))
    return found if isinstance(found, OwnRow) else None


def _own_job(
    program: Program, numbers: Mapping[str, float], points: Points, request: Request
) -> Job:
    """Make the arguments of a formula's kernels: whether bits are kept for a second rounding."""
    dtype = DTYPES[request.dtype]
    odd = np.int32(dtype.name != dtype.precision)
    arguments = [odd, *(given(numbers[name], program.work) for name in program.names)]
    grid = request.x if isinstance(request.x, Grid) else None
    return Job(program.launcher, arguments, grid, points, dtype)
