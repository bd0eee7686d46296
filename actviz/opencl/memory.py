"""Memory for x, f and f′: one block that host and device share, or two that are copied."""

from __future__ import annotations

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


class Block:
    """Three rows, x, f and f′, in host memory, and the device's buffer for them.

    Parameters
    ----------
    memory
        Bytes, page-aligned; kept alive as long as the block.
    precision
        Of the numbers in it; `hold` changes it.
    points
        The length of a row, in numbers of any precision; 0 for all that there is room for.
    shared
        The device works in the host's memory: nothing is copied.
    """

    def __init__(
        self,
        context: Any,
        queue: Any,
        memory: Array,
        precision: str,
        *,
        points: int = 0,
        shared: bool,
    ) -> None:
        self._memory = memory
        self._points = points
        self._queue = queue
        self._shared = shared
        self.hold(precision)
        flags = cl.mem_flags.READ_WRITE
        if shared:
            self.buffer = cl.Buffer(context, flags | cl.mem_flags.USE_HOST_PTR, hostbuf=memory)
        else:
            self.buffer = cl.Buffer(context, flags, memory.nbytes)

    def hold(self, precision: str) -> None:
        """Let the rows hold numbers of this precision from now on."""
        self.host = rows_in(self._memory, precision, self._points)
        self.stride = self.host.shape[1]

    def write(self, x: Array) -> None:
        """Put points into the first row for the device to read, rounded to the precision."""
        if self._shared:
            with self._mapped(cl.map_flags.WRITE):
                self.host[0, : x.size] = x
        else:
            self.host[0, : x.size] = x
            cl.enqueue_copy(self._queue, self.buffer, self.host[0, : x.size], is_blocking=True)

    def fetch(self, count: int) -> None:
        """Wait for the device and make the first `count` points visible in `host`."""
        if self._shared:
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
