"""Memory that two processes see, without a name that could outlive them.

multiprocessing.shared_memory is not used: before Python 3.13 every process that opens a segment
also claims it, removes it when it ends and warns about it.
"""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
import uuid

import numpy as np

from actviz.evaluation import Array

SLOTS = 2
CAPACITY = 1 << 20
"""Points that fit into one answer; pages that nobody writes to take no memory."""
_SLOT = 3 * CAPACITY * 8  # float64
_SIZE = SLOTS * _SLOT


class SharedMemory:
    """Two slots of x, f and f′, as bytes; `word` is what a child needs to see the same.

    Parameters
    ----------
    word
        Empty to make new memory; on POSIX a file descriptor, on Windows the name of a mapping.
    """

    def __init__(self, word: str = "") -> None:
        self.files: tuple[int, ...] = ()
        if sys.platform == "win32":  # untested: no Windows was at hand
            self.word = word or f"actviz-{uuid.uuid4().hex}"
            self._map = mmap.mmap(-1, _SIZE, tagname=self.word)
        else:
            descriptor = int(word) if word else _new_file()
            self.word = str(descriptor)
            self._map = mmap.mmap(descriptor, _SIZE)
            self.files = (descriptor,)
        self.slots: Array = np.frombuffer(self._map, np.uint8).reshape(SLOTS, _SLOT)

    def rows(self, slot: int, precision: str) -> Array:
        """See a slot as three rows, x, f and f′, of CAPACITY numbers of a precision."""
        return rows_in(self.slots[slot], precision, CAPACITY)

    def close(self) -> None:
        """Let go of the memory; it is gone when the last process has let go."""
        self.slots = np.empty((SLOTS, 0), np.uint8)
        for descriptor in self.files:
            os.close(descriptor)
        self.files = ()
        self._map.close()


def rows_in(memory: Array, precision: str, points: int = 0) -> Array:
    """See bytes as three rows, x, f and f′, of so many numbers; of all that there is room for."""
    numbers = memory.view(precision)
    stride = points or numbers.size // 3
    return numbers[: 3 * stride].reshape(3, stride)


def _new_file() -> int:
    """Open a file without a name: in memory on Linux, else in the temporary folder."""
    if sys.platform == "linux":
        descriptor = os.memfd_create("actviz")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, _SIZE)
    return descriptor
