"""The window's end of the engine in the child process: messages become Qt signals.

Nothing here waits longer than it is told to: a child that does not answer in time, or whose
process ends, is killed and reported as lost.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal

from actviz.evaluation import Request

if TYPE_CHECKING:
    from actviz.engines import ChildEngine, Message

START_LIMIT = 120_000
"""Milliseconds for listing, probing and building on a cold machine."""
ANSWER_LIMIT = 2_000
"""Milliseconds for one request."""
_POLL = 4
"""Milliseconds between looks where a connection cannot be watched (Windows' pipes)."""


class Link(QObject):
    """One child engine after another, as `make` makes them; at most one lives."""

    arrived = Signal(object)
    """Emitted with each message of the child."""
    lost = Signal(str)
    """Emitted with the reason when the child was given up."""

    def __init__(self, make: Callable[[], ChildEngine], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self._child: ChildEngine | None = None
        self._watch: QSocketNotifier | QTimer | None = None
        self._limit = QTimer(self, singleShot=True)
        self._limit.timeout.connect(self._too_late)
        self._answering = False

    def start(self, device: str | None) -> None:
        """Start a child that is to compute on a device; None lets it choose."""
        self.close()
        try:
            self._child = self._make()
            self._child.start(device)
        except OSError as error:
            self._lose(f"its process cannot be started: {error.strerror or error}")
            return
        self._watch = self._watcher(self._child)
        self._limit.start(START_LIMIT)

    def send(self, request: Request, patience: float) -> None:
        """Send a request, and take the answer at once if it comes within `patience` seconds."""
        child = self._child
        assert child is not None
        self._limit.start(ANSWER_LIMIT)
        self._answering = True
        try:
            child.send(request)
            ready = child.connection.poll(patience)
        except (OSError, EOFError):
            self._ended()
            return
        if ready:
            self._take()

    def close(self) -> None:
        """End the child, if there is one."""
        child = self._release()
        if child is not None:
            child.close()

    def _watcher(self, child: ChildEngine) -> QSocketNotifier | QTimer:
        if sys.platform == "win32":
            timer = QTimer(self, interval=_POLL)
            timer.timeout.connect(self._look)
            timer.start()
            return timer
        notifier = QSocketNotifier(child.connection.fileno(), QSocketNotifier.Type.Read, self)
        notifier.activated.connect(self._look)
        return notifier

    def _look(self) -> None:
        """Take what has arrived, if it is still there."""
        try:
            ready = self._child is not None and self._child.connection.poll(0)
        except (OSError, EOFError):
            self._ended()
            return
        if ready:
            self._take()

    def _take(self) -> None:
        from actviz.engines import Ready

        child = self._child
        assert child is not None
        try:
            message: Message = child.receive()
        except (OSError, EOFError):
            self._ended()
            return
        if not (self._answering and isinstance(message, Ready)):
            self._limit.stop()
            self._answering = False
        self.arrived.emit(message)

    def _ended(self) -> None:
        self._lose("its process ended")

    def _too_late(self) -> None:
        self._lose(f"no answer within {self._limit.interval() / 1000:g} s")

    def _lose(self, reason: str) -> None:
        child = self._release()
        if child is not None:
            child.kill()
        self.lost.emit(reason)

    def _release(self) -> ChildEngine | None:
        """Stop watching the child, and give it."""
        self._limit.stop()
        self._answering = False
        if isinstance(self._watch, QSocketNotifier):
            self._watch.setEnabled(False)
        elif self._watch is not None:
            self._watch.stop()
        if self._watch is not None:
            self._watch.deleteLater()
        child, self._child, self._watch = self._child, None, None
        return child
