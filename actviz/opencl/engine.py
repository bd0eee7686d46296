"""The engine on one OpenCL device: builds the program, launches its kernels, moves the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from struct import Struct
from threading import Lock
from time import perf_counter
from typing import Any

import numpy as np
import pyopencl as cl

from actviz.activations import OwnRow, Row, row
from actviz.dtypes import DTYPES, checked_dtype
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
from actviz.opencl.guard import Guard
from actviz.opencl.job import Job, Way, own_of
from actviz.opencl.kernels import GROUP, Kernels
from actviz.opencl.layers import LayerPrograms
from actviz.opencl.memory import Block, Sharing, room_for
from actviz.opencl.own import TRIED, Program, Programs, difference
from actviz.opencl.softmax import Softmax
from actviz.opencl.softmax_kernels import Place
from actviz.opencl.source import given
from actviz.vectors import SoftmaxRequest, SoftmaxResult

MOST_POINTS = 1 << 22
"""Points computed in one launch where they are copied; more are computed piece by piece."""
ROUNDED_POINTS = 1 << 18
"""The same where the results are then rounded to fewer bits: the block is no result itself."""
_ALL = 1 << 31
_INT, _DOUBLE = Struct("i").pack, Struct("d").pack


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
        self._lock = Lock()
        self._computing = Guard(device.id, "failed while it was computing", self._lock)
        self._double = "cl_khr_fp64" in handle.extensions
        self._sharing = Sharing.of(handle)
        self._largest = int(handle.max_mem_alloc_size)
        self._most = min(MOST_POINTS, self._largest // 32)
        self._ways: dict[tuple[str, str], Way] = {}
        with Guard(device.id, "cannot be opened"):
            self._context = cl.Context([handle])
            self._queue = cl.CommandQueue(self._context)
        options = ("-DAV_DOUBLE=1",) if self._double else ()
        self._kernels = Kernels(device.id, self._context, handle, options, self._fault)
        place = device.id, self._context, handle
        self._own = Programs(place, options, self._double, self._own_fault)
        self.layers = LayerPrograms(place, self._queue, options, self._computing, self._sharing)
        self._vectors = Softmax(
            Place(
                *(device, handle, self._context, self._queue),
                *(min(GROUP, handle.max_work_group_size), self._most),
                *(lambda n, precision: self.block(points=n, precision=precision), self._computing),
            )
        )

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
        with Guard(self.device.id, "has no memory left"):
            if memory is None:
                memory, points = room_for(points, precision), 0
            return Block(
                *(self._context, self._queue, memory, precision),
                points=points,
                sharing=self._sharing,
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
        block.hold(job.way.dtype.precision)
        seconds = self._fill(block, job, 0, count)
        if job.way.rounded:
            block.host[1:, :count] = job.way.dtype.rounded(block.host[1:, :count])
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
        with Guard(self.device.id, "cannot be closed", self._lock):
            self._queue.finish()
            for each in (self._kernels, self._own, self.layers):
                each.close()

    def _job(self, request: Request) -> Job:
        """Refuse what this engine does not compute; make the kernel's arguments of the rest."""
        values = dict(request.values)
        activation = row(request.activation).bound(values)
        numbers = activation.numbers(values)
        if isinstance(activation, OwnRow):
            self._check(request)
            program = self._own.prepare(activation, DTYPES[request.dtype].precision)
            assert isinstance(program, Program)
            return self._own_job(program, numbers, request)
        way = self._ways.get((activation.name, request.dtype)) or self._way(activation, request)
        precision = way.dtype.precision
        arguments = [given(numbers[name], precision) for name in way.names]
        grid = request.x if isinstance(request.x, Grid) else None
        return Job(way, arguments, grid, Points(request.x))

    def _own_job(self, program: Program, numbers: Mapping[str, float], request: Request) -> Job:
        """Make the arguments of a formula's kernels; the first: bits are kept to round again."""
        dtype = DTYPES[request.dtype]
        way = Way(
            dtype,
            dtype.name != dtype.precision,
            program.names,
            program.launcher("points"),
            program.launcher("grid") if self._double else None,
        )
        arguments = [given(numbers[name], program.work) for name in program.names]
        grid = request.x if isinstance(request.x, Grid) else None
        return Job(way, [_INT(way.rounded), *arguments], grid, Points(request.x))

    def _own_fault(self, own: OwnRow, program: Program, precision: str) -> str:
        """Compare a formula's program with NumPy; where few points differ, rounding may be why."""
        request = Request.of(own.name, own.complete(), TRIED, precision)
        _, (x, *found) = self._computed(self._own_job(program, own.numbers(), request))
        return difference(own, x, *found)

    def _way(self, activation: Row, request: Request) -> Way:
        """Refuse a request, or find the way; it is kept unless it is just being tried."""
        self._check(request)
        self.prepare(request.dtype)
        dtype = DTYPES[request.dtype]
        precision, name = dtype.precision, activation.name
        way = Way(
            dtype,
            dtype.name != precision,
            self._kernels.needs(activation, precision)[1],
            self._kernels.launcher(precision, name, "points"),
            self._kernels.launcher(precision, name, "grid") if self._double else None,
        )
        if self.is_ready(request.dtype):
            self._ways[name, request.dtype] = way
        return way

    def _computed(self, job: Job) -> tuple[float, Iterable[Array]]:
        """Give the seconds and x, f and f′, each in one row."""
        count, dtype = job.points.size, job.way.dtype
        if job.way.rounded or not self._fits(count, dtype.precision):
            return self._in_pieces(job)
        block = self.block(points=count, precision=dtype.precision)
        if not count:
            return 0.0, block.host[:, :0]
        in_place = self._sharing is not Sharing.COPIED and self._kernels.takes(
            count, dtype.precision
        )
        x = job.points.whole(dtype) if in_place else None
        seconds = self._fill(block, job, 0, count, x)
        return seconds, (block.host[0, :count] if x is None else x, *block.host[1:, :count])

    def _fits(self, count: int, precision: str) -> bool:
        """Tell whether so many points are computed at once, in the memory of the results."""
        size = 3 * count * np.dtype(precision).itemsize
        if self._sharing is Sharing.COPIED:
            return count <= self._most
        return count < _ALL and (self._sharing is Sharing.DIRECT or size <= self._largest)

    def _in_pieces(self, job: Job) -> tuple[float, Array]:
        """Compute piece by piece through one block, and put the pieces together."""
        count, dtype = job.points.size, job.way.dtype
        most = min(self._most, ROUNDED_POINTS) if job.way.rounded else self._most
        block = self.block(points=min(count, most), precision=dtype.precision)
        whole = np.empty((3, count), dtype.numpy)
        seconds = 0.0
        for first in range(0, count, most):
            size = min(most, count - first)
            seconds += self._fill(block, job, first, size)
            with np.errstate(all="ignore"):
                whole[:, first : first + size] = block.host[:, :size]
        return seconds, whole

    def _fill(
        self, block: Block, job: Job, first: int, count: int, source: Array | None = None
    ) -> float:
        """Compute points `first` to `first + count` in a block; gives the seconds it took.

        With a `source` the x are there, and not put into the block.
        """
        way, grid = job.way, job.grid
        with self._computing:
            start = perf_counter()
            if grid is not None and way.on_grid is not None and self._double and not way.rounded:
                numbers = (_DOUBLE(grid.low), _DOUBLE(grid.step), _INT(first))
                done = way.on_grid.launch(self._queue, block, count, *numbers, *job.given)
            else:
                if source is None:
                    x = job.points.piece(first, count)
                    with np.errstate(all="ignore"):
                        block.write(way.dtype.rounded(x) if way.rounded else x)
                done = way.at_points.launch(self._queue, block, count, *job.given, source=source)
            block.fetch(count, done)
            return perf_counter() - start
