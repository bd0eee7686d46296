"""Memory for x, f and f′: one block that host and device share, or two that are copied."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyopencl as cl

from actviz.evaluation import Array

PAGE = 4096
_FLOATS_IN_PAGE = PAGE // 4


def room_for(points: int) -> Array:
    """Make a float32 array of shape (3, ≥ points) whose rows begin on pages."""
    stride = -(-max(points, 1) // _FLOATS_IN_PAGE) * _FLOATS_IN_PAGE
    raw = np.empty(3 * stride * 4 + PAGE, np.uint8)
    offset = -raw.ctypes.data % PAGE
    return raw[offset : offset + 3 * stride * 4].view(np.float32).reshape(3, stride)


class Block:
    """Three rows, x, f and f′, in host memory, and the device's buffer for them.

    Parameters
    ----------
    host
        A float32 array of shape (3, stride), page-aligned; kept alive as long as the block.
    shared
        The device works in the host's memory: nothing is copied.
    """

    def __init__(self, context: Any, queue: Any, host: Array, *, shared: bool) -> None:
        self.host = host
        self.stride = host.shape[1]
        self._queue = queue
        self._shared = shared
        flags = cl.mem_flags.READ_WRITE
        if shared:
            self.buffer = cl.Buffer(context, flags | cl.mem_flags.USE_HOST_PTR, hostbuf=host)
        else:
            self.buffer = cl.Buffer(context, flags, host.nbytes)

    def write(self, x: Array) -> None:
        """Put points into the first row for the device to read, rounded to float32."""
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
        """Map the whole buffer: after a map of host memory the host sees the device's writes."""
        array, _ = cl.enqueue_map_buffer(
            self._queue, self.buffer, flags, 0, self.host.shape, np.float32, is_blocking=True
        )
        return array.base
