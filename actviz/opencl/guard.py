"""Errors of a driver, told by the device's name."""

from __future__ import annotations

from threading import Lock
from types import TracebackType

import pyopencl as cl

from actviz.evaluation import DeviceError


class Guard:
    """A context that turns a driver's errors into one that names the device.

    Parameters
    ----------
    device
        Its id.
    what
        What it does then, as in "failed while it was computing".
    lock
        Held inside, where it is given: one at a time.
    """

    def __init__(self, device: str, what: str, lock: Lock | None = None) -> None:
        self._device = device
        self._what = what
        self._lock = lock

    def __enter__(self) -> None:
        """Wait for the others."""
        if self._lock is not None:
            self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Let the others in; DeviceError for a driver's error, whose text is the log."""
        if self._lock is not None:
            self._lock.release()
        if isinstance(error, cl.Error):
            text = str(error).strip()
            first = text.partition("\n")[0]
            raise DeviceError(self._device, f"it {self._what} ({first})", text) from None
