"""Memory for x, f and f′: one block that host and device share, or two that are copied."""

from __future__ import annotations

from enum import Enum
from itertools import count
from typing import Any

import numpy as np
import pyopencl as cl

from actviz.evaluation import Array
from actviz.opencl.shared import rows_in

PAGE = 4096


def room_for(points: int, precision: str) -> Array:
    """Make bytes for three rows of at least so many numbers, each of which begins on a page."""
    row = -(-max(points, 1) * np.dtype(precision).itemsize // PAGE) * PAGE
    raw = np.empty(3 * row + PAGE, np.uint8)
    offset = -raw.ctypes.data % PAGE
    return raw[offset : offset + 3 * row]


class Sharing(Enum):
    """How a device gets at the host's memory."""

    COPIED = "it has its own: numbers are copied"
    MAPPED = "it works in the host's, which the host sees after a map"
    DIRECT = "it works in the host's as the host does"

    @classmethod
    def of(cls, handle: Any) -> Sharing:
        """Ask a device."""
        if not handle.host_unified_memory:
            return cls.COPIED
        try:
            shares = handle.svm_capabilities & cl.device_svm_capabilities.FINE_GRAIN_SYSTEM
        except (cl.Error, AttributeError):
            return cls.MAPPED  # older than OpenCL 2
        return cls.DIRECT if shares else cls.MAPPED


_numbers = count()


class Block:
    """Three rows, x, f and f′, in host memory, and what a kernel is given of them.

    Parameters
    ----------
    memory
        Bytes, page-aligned; kept alive as long as the block.
    precision
        Of the numbers in it; `hold` changes it.
    points
        The length of a row, in numbers of any precision; 0 for all that there is room for.
    sharing
        How the device gets at them.
    """

    def __init__(
        self,
        context: Any,
        queue: Any,
        memory: Array,
        precision: str,
        *,
        points: int = 0,
        sharing: Sharing,
    ) -> None:
        self.number = next(_numbers)
        """Tells blocks apart, also one from another that was there before."""
        self._memory = memory
        self._points = points
        self._context = context
        self._queue = queue
        self._sharing = sharing
        self._precision = ""
        self.hold(precision)
        if sharing is Sharing.COPIED:
            self.buffer = cl.Buffer(context, cl.mem_flags.READ_WRITE, memory.nbytes)
        else:
            self.buffer = self.seen(memory)

    def seen(self, memory: Array) -> Any:
        """Let the device see host memory: gives the argument of a kernel."""
        if self._sharing is Sharing.DIRECT:
            return cl.SVM(memory)
        flags = cl.mem_flags.READ_WRITE | cl.mem_flags.USE_HOST_PTR
        return cl.Buffer(self._context, flags, hostbuf=memory)

    def hold(self, precision: str) -> None:
        """Let the rows hold numbers of this precision from now on."""
        if precision != self._precision:
            self._precision = precision
            self.host = rows_in(self._memory, precision, self._points)
            self.stride = self.host.shape[1]

    def write(self, x: Array) -> None:
        """Put points into the first row for the device to read, rounded to the precision."""
        if self._sharing is Sharing.MAPPED:
            with self._mapped(cl.map_flags.WRITE):
                self.host[0, : x.size] = x
            return
        self.host[0, : x.size] = x
        if self._sharing is Sharing.COPIED:
            cl.enqueue_copy(self._queue, self.buffer, self.host[0, : x.size], is_blocking=True)

    def fetch(self, count: int, done: Any) -> None:
        """Wait for the last kernel's event, and make the first `count` points visible in `host`."""
        if self._sharing is Sharing.DIRECT:
            done.wait()
        elif self._sharing is Sharing.MAPPED:
            with self._mapped(cl.map_flags.READ):
                pass
        else:
            for index, each in enumerate(self.host):
                start = index * self.host.strides[0]
                cl.enqueue_copy(
                    self._queue, each[:count], self.buffer, src_offset=start, is_blocking=False
                )
            self._queue.finish()

    def _mapped(self, flags: Any) -> Any:
        """Map the rows: after a map of host memory the host sees the device's writes."""
        array, _ = cl.enqueue_map_buffer(
            self._queue,
            self.buffer,
            flags,
            0,
            self.host.shape,
            self.host.dtype,
            is_blocking=True,
        )
        return array.base
