"""The kernels of a device: a program a precision, built and tried when it is first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from struct import Struct
from typing import Any, NamedTuple

import pyopencl as cl

from actviz.activations import Row
from actviz.evaluation import Array, DeviceError
from actviz.opencl.memory import Block
from actviz.opencl.program import build
from actviz.opencl.source import missing, parameters, program_text

WIDTHS = (8, 16)
"""Points that a work-item may compute at once, where a device prefers vectors: see head.cl."""
GROUP, POINTS = 64, 1024
"""Work-items in a group, and points where the device is a CPU: what is the same for all x is then
computed once for many of them. Fixed, because PoCL compiles a kernel again for every other size."""


class Shape(NamedTuple):
    """How the points of a launch are dealt out: to each work-item, and work-items to each group."""

    lanes: int
    group: int

    @classmethod
    def of(cls, handle: Any, precision: str) -> Shape:
        """Choose it for a device."""
        preferred = int(handle.preferred_vector_width_float) if precision == "float32" else 1
        lanes = preferred if preferred in WIDTHS else 1
        group = POINTS // lanes if handle.type & cl.device_type.CPU else GROUP
        return cls(lanes, min(group, handle.max_work_group_size))

    @property
    def options(self) -> tuple[str, ...]:
        """What the program is built with."""
        return (f"-DAV_LANES={self.lanes}",) if self.lanes > 1 else ()

    def items(self, count: int) -> int:
        """Count the work-items for so many points, in whole groups."""
        return -(-count // (self.lanes * self.group)) * self.group


_INT = Struct("i").pack


class Launcher:
    """One kernel and the arguments it was last given: only what changes is set again.

    A block is told by its number, so that no memory is kept for it. Numbers are set by pyopencl's
    lower layer: its upper one first tries everything else that an argument could be.
    """

    def __init__(self, program: Any, name: str, shape: Shape) -> None:
        self._kernel = cl.Kernel(program, name)
        self._shape = shape
        self._block = -1
        self._given: dict[int, bytes] = {}

    def launch(
        self, queue: Any, block: Block, count: int, *rest: bytes, source: Array | None = None
    ) -> Any:
        """Enqueue the kernel over `count` points of a block, and the rest of its last vector.

        `rest` are its further arguments, as they stand in memory; x is in the block, or in the
        `source`. Gives the event of its end.
        """
        x = block.buffer if source is None else block.seen(source)  # kept until it is enqueued
        if source is not None or block.number != self._block:
            self._kernel.set_arg(0, x)
            self._kernel.set_arg(1, block.buffer)
            self._block = block.number if source is None else -1
        given = self._given
        for index, content in enumerate((_INT(block.stride), _INT(count), *rest), start=2):
            if given.get(index) != content:
                self._kernel._set_arg_buf(index, content)
                given[index] = content
        size = (self._shape.items(count),)
        return cl.enqueue_nd_range_kernel(queue, self._kernel, size, (self._shape.group,))


class Kernels:
    """The programs of a device and their kernels.

    Parameters
    ----------
    device_id
        What errors name.
    context, handle
        The pyopencl context, and the device in it.
    options
        For every build.
    fault
        Says what is wrong with the numbers of a precision that has been built, or nothing.

    Raises
    ------
    DeviceError
        When the float32 program is not built; whoever opens a device tries its numbers.
    """

    def __init__(
        self,
        device_id: str,
        context: Any,
        handle: Any,
        options: tuple[str, ...],
        fault: Callable[[str], str],
    ) -> None:
        self._place = device_id, context, handle
        self._options = options
        self._shapes = {each: Shape.of(handle, each) for each in ("float32", "float64")}
        self._fault = fault
        self._lock = threading.RLock()  # trying a precision runs its kernels
        self._launchers: dict[tuple[str, str], Launcher] = {}
        self._needed: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._failures: dict[str, DeviceError] = {}
        self._programs = {"float32": self._built("float32")}
        self._tried = {"float32"}

    def takes(self, count: int, precision: str) -> bool:
        """Tell whether kernels over so many points touch nothing behind the last one."""
        return count % self._shapes[precision].lanes == 0

    def is_ready(self, precision: str) -> bool:
        """Tell whether a precision is computed at once, without anything being built first."""
        return precision in self._tried

    def prepare(self, precision: str) -> None:
        """Build the program of a precision and try it, unless that has been done.

        Raises
        ------
        DeviceError
            When it does not build or gives wrong numbers, now and from then on.
        """
        if precision in self._tried:
            return
        with self._lock:
            if precision in self._failures:
                raise self._failures[precision]
            if precision in self._programs:  # it is being tried
                return
            try:
                self._try(precision)
            except DeviceError as error:
                self._programs.pop(precision, None)
                self._failures[precision] = error
                raise

    def _built(self, precision: str) -> Any:
        options = (*self._options, *self._shapes[precision].options)
        return build(*self._place, program_text(precision=precision), options)

    def _try(self, precision: str) -> None:
        self._programs[precision] = self._built(precision)
        reason = self._fault(precision)
        if reason:
            raise DeviceError(self._place[0], f"in {precision} {reason}")
        self._tried.add(precision)

    def needs(self, row: Row, precision: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Name the functions that a row's kernels lack, and the parameters they take."""
        key = row.name, precision
        if key not in self._needed:
            self._needed[key] = missing(row, precision), parameters(row)
        return self._needed[key]

    def launcher(self, precision: str, activation: str, kind: str) -> Launcher:
        """Give a kernel of a prepared precision, of kind points or grid; always the same one."""
        name = f"av_{kind}_{activation}"
        key = precision, name
        if key not in self._launchers:
            shape = self._shapes[precision]
            self._launchers[key] = Launcher(self._programs[precision], name, shape)
        return self._launchers[key]

    def close(self) -> None:
        """Let go of the kernels."""
        self._launchers.clear()
