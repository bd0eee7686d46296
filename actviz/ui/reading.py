"""Files read off the window's thread, so that it goes on answering; one at a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject, Qt, Signal

from actviz.files import read_document
from actviz.layers import LayerConfig
from actviz.session import Session

if TYPE_CHECKING:
    from actviz.formats import SeveralLayers

Outcome: TypeAlias = "Session | LayerConfig | SeveralLayers | ValueError"
"""What a file holds, the layers of a model among which to choose, or what is wrong with it."""

_SMALL = 20_000
"""Bytes of a file that is read at once: it takes a few milliseconds."""
_UNNOTICED = 0.05
"""Seconds that the window may stand still before anybody notices."""


class Reader(QObject):
    """Reads a file, and tells later what is in it where that takes longer than a moment.

    What is called off is read to its end all the same, and forgotten: Python stops no thread.
    """

    began = Signal(str)
    """Emitted with the file's name when reading takes longer than a moment."""
    ended = Signal()
    """Emitted when what `began` is read or called off."""
    done = Signal(object, object)
    """Emitted with the path and the outcome of what `began`, unless it was called off."""
    _arrived = Signal(object)

    def __init__(self) -> None:
        super().__init__()  # no parent: it lives as long as its threads need it
        self._under_way: Future[Outcome] | None = None
        self._path = Path()
        self._arrived.connect(self._arrive, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether a file is being read."""
        return self._under_way is not None

    def read(self, path: Path) -> Outcome | None:
        """Read a file; None where `done` will tell. Another one under way is called off."""
        self.cancel()
        if _is_small(path):
            return outcome_of(path)
        future = _in_thread(lambda: outcome_of(path))
        try:
            return future.result(_UNNOTICED)
        except TimeoutError:
            self._under_way, self._path = future, path
        self.began.emit(path.name)
        future.add_done_callback(self._arrived.emit)
        return None

    def cancel(self) -> None:
        """Call off what is being read."""
        if self._under_way is not None:
            self._under_way = None
            self.ended.emit()

    def _arrive(self, future: Future[Outcome]) -> None:
        if future is self._under_way:
            self.cancel()
            self.done.emit(self._path, future.result())


def outcome_of(path: Path) -> Outcome:
    """Read a file; what is wrong with it is given, not raised."""
    try:
        return read_document(path)
    except ValueError as error:
        return error


def _is_small(path: Path) -> bool:
    try:
        return path.stat().st_size <= _SMALL
    except OSError:
        return True  # reading it says why it cannot be read


def _in_thread(work: Callable[[], Outcome]) -> Future[Outcome]:
    """Do something in a thread that the end of the program does not wait for."""
    future: Future[Outcome] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    Thread(target=run, name="reading", daemon=True).start()
    return future
