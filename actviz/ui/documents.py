"""The document and its file: new, open, save, recent files, and no change lost unasked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from actviz import session as document
from actviz.analysis.data import SUFFIXES
from actviz.files import shown, write_atomic, write_session
from actviz.formats import Dialect, dialect_named, layer_file, shown_text
from actviz.formats.dialect import losses
from actviz.layers import LayerConfig
from actviz.lenses import DATA, SIGNAL
from actviz.session import Session
from actviz.ui import dialogs
from actviz.ui.dialogs import Answer
from actviz.ui.reading import Outcome, Reader
from actviz.ui.settings import Settings
from actviz.ui.store import Store

if TYPE_CHECKING:
    from actviz.formats import SeveralLayers

UNTITLED = "Untitled"
_LATER = 100
"""Milliseconds between two looks at whether the person can be asked something."""


class Documents(QObject):
    """Opens and saves. What goes wrong is told in one box, and everything stays as it was."""

    moved = Signal()
    """Emitted when the document has another file, or none any more."""
    said = Signal(str)
    """Emitted with a sentence about what was done."""

    def __init__(self, store: Store, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._store = store
        self._settings = settings
        self._window = window
        self.path: Path | None = None
        self.reader = Reader()
        self.reader.done.connect(self._take_later)
        self._starting = False
        self._agreed: set[tuple[str, str]] = set()

    @property
    def name(self) -> str:
        """What the document is called in the title."""
        return self.path.name if self.path is not None else UNTITLED

    def new(self) -> None:
        """Begin again, unless there are changes that the person wants to keep."""
        if self.may_leave():
            self._begin(Session(), None)

    def ask_and_open(self) -> None:
        """Open a file that the person chooses."""
        path = dialogs.ask_open(self._window, self._folder())
        if path is not None:
            self.open(path)

    def open(self, path: Path) -> bool:
        """Open a session, or take a layer, or a person's own data, into this one, as one step.

        Tells whether it is open already: a file that takes long goes on being read.
        """
        if path.suffix.lower() in SUFFIXES:
            return self._choose_data(path)
        self._starting = False
        return self._take(path, self.reader.read(path))

    def begin_with(self, path: Path) -> None:
        """Open the file that the program was started with; a layer is not yet a change."""
        if path.suffix.lower() in SUFFIXES:
            self._choose_data(path)
            return
        self._starting = True
        self._take(path, self.reader.read(path))

    def _take_later(self, path: Path, read: Outcome) -> None:
        """Take what was read in the background, after what the person is asked just now."""
        if QApplication.activeModalWidget() is None:
            self._take(path, read)
        else:
            QTimer.singleShot(_LATER, self, lambda: self._take_later(path, read))

    def _take(self, path: Path, read: Outcome | None) -> bool:
        match read:
            case None:
                return False
            case ValueError():
                return self._pick_or_tell(path, read)
            case LayerConfig() if self._starting:
                self._begin(document.open_layer(Session(), read), None)
            case LayerConfig():
                self._store.apply(document.open_layer, read)
            case Session() if self._starting or self.may_leave():
                self._begin(read, path)
            case _:
                return False
        self._note_opened(path, read)
        return True

    def _choose_data(self, path: Path) -> bool:
        """Let numbers of a person's own be the input of the lens Signal."""
        name = shown(path.absolute())

        def with_data(session: Session) -> Session:
            looked = document.set_lens(session, SIGNAL.name)
            return document.set_lens_value(looked, DATA.name, name)

        return self._store.apply(with_data)

    def _pick_or_tell(self, path: Path, error: ValueError) -> bool:
        """Let a layer be picked where a model has several; else say what is wrong."""
        from actviz.formats import SeveralLayers

        if isinstance(error, SeveralLayers):
            return self._pick(path, error)
        self._tell(path, error)
        return False

    def _pick(self, path: Path, model: SeveralLayers) -> bool:
        """Ask which layer of a model is wanted, and take it, as one step."""
        config = dialogs.ask_layer(self._window, path.name, model.layers)
        if config is None:
            return False
        self._store.apply(document.open_model_layer, config)
        self._note_opened(path, config)
        return True

    def _tell(self, path: Path, error: ValueError) -> None:
        if not path.exists():
            self._settings.forget(path)
        dialogs.tell_failure(self._window, str(error))

    def _note_opened(self, path: Path, read: Session | LayerConfig) -> None:
        self._settings.remember(path)
        if isinstance(read, LayerConfig):
            warnings = "".join(f"; {warning}" for warning in read.warnings)
            self.said.emit(f"{path.name}: opened{warnings}")

    def restore(self, session: Session, origin: str | None) -> None:
        """Take up a session that a crash left behind; it counts as not saved."""
        self.path = None if origin is None else Path(origin)
        self._store.open(session, saved=False)
        self.moved.emit()

    def save(self) -> bool:
        """Save into the document's file, or ask for one."""
        return self.save_as() if self.path is None else self._write(self.path)

    def save_as(self) -> bool:
        """Save into a file that the person chooses."""
        proposal = self._folder_join(self.path.name if self.path else "session.actviz")
        path = dialogs.ask_save_session(self._window, proposal)
        return path is not None and self._write(path)

    def save_layer(self) -> bool:
        """Write the layer's file, in the session's dialect, where the person chooses.

        What the file will not hold is said before, once for each thing.
        """
        session = self._store.session
        dialect = dialect_named(session.dialect)
        try:
            content = layer_file(session.config, session.dialect)
            proposal = self._folder_join(f"{session.config.layer}{dialect.suffix}")
            path = dialogs.ask_save_layer(self._window, proposal, dialect.suffix)
            if path is None or not self._may_lose(dialect, session.config):
                return False
            write_atomic(path, content)
        except ValueError as error:
            dialogs.tell_failure(self._window, str(error))
            return False
        self._settings.remember(path)
        self.said.emit(f"{path.name}: saved")
        return True

    def _may_lose(self, dialect: Dialect, config: LayerConfig) -> bool:
        """Tell whether the person agrees with what a file loses; not asked again of the same."""
        lost = {(dialect.name, each): each for each in losses(dialect.remarks(config))}
        new = [sentence for key, sentence in lost.items() if key not in self._agreed]
        if new and not dialogs.ask_despite(self._window, dialect.title, new):
            return False
        self._agreed.update(lost)
        return True

    def copy_layer(self) -> None:
        """Put the layer's JSON onto the clipboard."""
        session = self._store.session
        try:
            text = shown_text(session.config, session.dialect)
        except ValueError as error:
            self.said.emit(str(error))
            return
        QGuiApplication.clipboard().setText(text)
        self.said.emit(f"{session.config.layer}: JSON copied")

    def may_leave(self) -> bool:
        """Tell whether the document can be left: unchanged, saved now, or not wanted."""
        if not self._store.history.modified:
            return True
        answer = dialogs.ask_unsaved(self._window, self.name)
        return answer is Answer.DISCARD or (answer is Answer.SAVE and self.save())

    def _begin(self, session: Session, path: Path | None) -> None:
        self.path = path
        self._store.open(session)
        self.moved.emit()

    def _write(self, path: Path) -> bool:
        try:
            write_session(path, self._store.session)
        except ValueError as error:
            dialogs.tell_failure(self._window, str(error))
            return False
        self.path = path
        self._store.mark_saved()
        self._settings.remember(path)
        self.moved.emit()
        self.said.emit(f"{path.name}: saved")
        return True

    def _folder(self) -> str:
        if self.path is not None:
            return str(self.path.parent)
        recent = self._settings.now.recent
        return os.path.dirname(recent[0]) if recent else str(Path.home())

    def _folder_join(self, name: str) -> str:
        return os.path.join(self._folder(), name)
