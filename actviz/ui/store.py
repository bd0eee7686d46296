"""The one place of the window that holds the session; every change goes through it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from actviz.history import History
from actviz.session import Session


class Store(QObject):
    """The history of the document, and who is told when it moves.

    Panels read `session` when `changed` tells them to, and change it through `apply` alone.
    """

    changed = Signal(object)
    """Emitted with the Session after every change, and when it was opened, undone or saved."""
    refused = Signal(str)
    """Emitted with the sentence when a change was not allowed; the session is as it was."""

    def __init__(self, session: Session | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = History(Session() if session is None else session)
        self.refusal = ""

    @property
    def session(self) -> Session:
        """The present session."""
        return self._history.session

    @property
    def history(self) -> History:
        """What can be undone and redone, and whether the document is modified."""
        return self._history

    def apply(
        self,
        function: Callable[..., Session],
        *args: Any,
        key: str | None = None,
        quietly: bool = False,
    ) -> bool:
        """Change the session by `function(session, *args)`, as one step that can be undone.

        Successive changes with the same `key` are one step, until `end_drag`. Where the change is
        refused, `refusal` and the signal `refused` hold the sentence, nothing changes, and the
        answer is false. A caller that says the sentence itself asks `quietly`, without the signal.
        """
        try:
            session = function(self.session, *args)
        except ValueError as error:
            self.refusal = str(error)
            if not quietly:
                self.refused.emit(self.refusal)
            return False
        self.refusal = ""
        if session is not self.session:
            self._history.push(session, key)
            self.changed.emit(self.session)
        return True

    def end_drag(self) -> None:
        """Let the next change begin a step of its own."""
        self._history.end()

    def undo(self) -> None:
        """Take the last step back."""
        if self._history.can_undo:
            self._history.undo()
            self.changed.emit(self.session)

    def redo(self) -> None:
        """Do the last undone step again."""
        if self._history.can_redo:
            self._history.redo()
            self.changed.emit(self.session)

    def open(self, session: Session, *, saved: bool = True) -> None:
        """Begin a new history; `saved` says whether a file holds this session."""
        self._history = History(session, saved=saved)
        self.changed.emit(session)

    def mark_saved(self) -> None:
        """Note that a file now holds the session."""
        self._history.mark_saved()
        self.changed.emit(self.session)
