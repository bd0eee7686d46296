"""After a crash nothing is lost: the state is kept every two seconds, and offered again."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale, QObject, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from actviz.recovery import Abandoned, Recovery, abandoned
from actviz.ui.documents import Documents
from actviz.ui.layer_parts import activation_label
from actviz.ui.store import Store

INTERVAL = 2_000
"""Milliseconds between two looks at whether there is something to keep."""


class Keeper(QObject):
    """Keeps the state on disk while something could be lost."""

    failed = Signal(str)
    """Emitted with the sentence, once, when the state cannot be kept."""

    def __init__(self, store: Store, documents: Documents) -> None:
        super().__init__(documents)
        self._store = store
        self._documents = documents
        self._recovery = Recovery()
        self._told = False
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self.keep)
        self._timer.start()

    def keep(self) -> None:
        """Keep the state if it is modified; otherwise there is nothing to keep."""
        if not self._store.history.modified:
            self._recovery.clear()
            return
        try:
            self._recovery.save(self._store.session, self._documents.path)
        except ValueError as error:
            if not self._told:
                self._told = True
                self.failed.emit(str(error))

    def close(self) -> None:
        """Forget the state: the window closes as it should."""
        self._timer.stop()
        self._recovery.clear()


class Banner(QFrame):
    """Offers what a crash left behind, one state after the other, newest first."""

    def __init__(self, documents: Documents) -> None:
        super().__init__()
        self._documents = documents
        self._states: list[Abandoned] = []
        self.setProperty("look", "banner")
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.restore = QPushButton("Restore")
        self.restore.setProperty("look", "main")
        self.restore.clicked.connect(self._restore)
        self.discard = QPushButton("Discard")
        self.discard.setProperty("look", "plain")
        self.discard.clicked.connect(self._discard)
        later = QPushButton("Later")
        later.setProperty("look", "plain")
        later.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        layout.addWidget(self.words, 1)
        for button in (later, self.discard, self.restore):
            layout.addWidget(button)
        self.hide()

    def look(self) -> None:
        """Look for states that were left behind, and offer the newest."""
        self._states = abandoned()
        self._offer()

    def _offer(self) -> None:
        self.setVisible(bool(self._states))
        if not self._states:
            return
        state = self._states[0]
        written = QDateTime.fromSecsSinceEpoch(int(state.seconds))
        when = QLocale().toString(written, QLocale.FormatType.ShortFormat)
        name, values = state.session.config.activations[state.session.slot]
        what = f"{activation_label(name, values)} in {state.session.config.layer}"
        self.words.setText(f"actviz ended without closing. It kept the state of {when}: {what}")

    def _restore(self) -> None:
        if self._documents.may_leave():
            state = self._states.pop(0)
            self._documents.restore(state.session, state.origin)
            state.discard()
            self._offer()

    def _discard(self) -> None:
        self._states.pop(0).discard()
        self._offer()
