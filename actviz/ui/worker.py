"""Work for lenses off the window's thread: in steps, the newest alone, stopped at any step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Signal

from actviz.ui.board import Part


class Worker(QObject):
    """Runs one job after another in a thread of its own; a new job takes the place of the old."""

    arrived = Signal(object, object)
    """Emitted in the window's thread with a job's key and its `Part`."""
    failed = Signal(object, object)
    """Emitted in the window's thread with a job's key and the exception that ended it."""
    _came = Signal(int, object, object)
    _fell = Signal(int, object, object)

    def __init__(self) -> None:
        super().__init__()  # no parent: it lives as long as its thread needs it
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="lens")
        self._number = 0
        self._came.connect(self._take)
        self._fell.connect(self._fail)

    def start(self, key: Any, work: Callable[[Any], Iterator[Part]]) -> None:
        """Begin a job; one that is under way stops at its next step and is not heard of again."""
        self.stop()
        self._pool.submit(self._run, self._number, key, work)

    def stop(self) -> None:
        """Give up the job that is under way."""
        self._number += 1

    def close(self) -> None:
        """End the thread at its next step."""
        self.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self, number: int, key: Any, work: Callable[[Any], Iterator[Part]]) -> None:
        if number != self._number:
            return
        try:
            for part in work(key):
                if number != self._number:
                    return
                self._came.emit(number, key, part)
        except Exception as error:
            if number == self._number:
                self._fell.emit(number, key, error)

    def _take(self, number: int, key: Any, part: Part) -> None:
        if number == self._number:
            self.arrived.emit(key, part)

    def _fail(self, number: int, key: Any, error: Exception) -> None:
        if number == self._number:
            self.failed.emit(key, error)
