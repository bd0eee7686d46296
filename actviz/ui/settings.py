"""The person's preferences while the window is open: read once, written at each change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from actviz import preferences as stored
from actviz.preferences import Preferences


class Settings(QObject):
    """Holds the preferences; what cannot be read or written is told, and never stops the work."""

    failed = Signal(str)
    """Emitted with the sentence when the preferences could not be written."""
    changed = Signal(object)
    """Emitted with the Preferences after a change."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now, self.complaint = stored.load()

    @property
    def now(self) -> Preferences:
        """The present preferences."""
        return self._now

    def change(self, **changes: Any) -> None:
        """Change some preferences and write them down."""
        self._put(msgspec.structs.replace(self._now, **changes))

    def remember(self, path: Path) -> None:
        """Put a file at the head of the recent ones."""
        self._put(stored.remember(self._now, path))

    def forget(self, path: Path) -> None:
        """Take a file off the recent ones."""
        self._put(stored.forget(self._now, path))

    def _put(self, new: Preferences) -> None:
        if new == self._now:
            return
        self._now = new
        self.changed.emit(new)
        try:
            stored.save(new)
        except ValueError as error:
            self.failed.emit(str(error))
