"""The widget of every lens that is drawn on a board: settings, board, figures, progress."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from actviz import session as document
from actviz.activations import row
from actviz.lenses import lens
from actviz.param import Param
from actviz.session import Session
from actviz.ui.board import Board, Drawing, Part, Pick
from actviz.ui.board_canvas import BoardCanvas
from actviz.ui.legend import Legend, Name
from actviz.ui.lens_controls import LensControls
from actviz.ui.lenses import DRAWN, drawing
from actviz.ui.lenses.curve_words import short_title, title
from actviz.ui.look import Look
from actviz.ui.readings import ReadingsRow
from actviz.ui.scroll import Page
from actviz.ui.store import Store
from actviz.ui.theme import Theme
from actviz.ui.worker import Worker

_PAUSE = 120
"""Milliseconds without a change before work that takes long begins anew."""


@dataclass(frozen=True, slots=True)
class _Latest:
    """The newest findings: whose they are, and how far they have come."""

    lens: str
    key: Hashable
    part: Part


class BoardLens(QWidget):
    """Shows the session through the lens it names, where that is drawn on a board.

    It follows the store by itself while it is visible, and changes the session through the store
    alone.
    """

    drawn = Signal()
    """Emitted after a new board was painted, and when there is none to paint."""

    def __init__(self, store: Store, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store, self._look = store, Look(theme)
        self._latest: _Latest | None = None
        self._shown = ""
        self._wanted: tuple[str, Hashable] | None = None
        self._worker = Worker()
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self._begin)
        self._fresh = QTimer(self, singleShot=True, interval=0)
        self._fresh.timeout.connect(self._follow)
        self._make_parts(theme)
        self._lay_out()
        self._connect()

    def _make_parts(self, theme: Theme) -> None:
        self.name = Name(self)
        self.name.setFont(self._look.title)
        self.name.setAccessibleName("Curve shown")
        self.legend = Legend(self._look, self)
        self.controls = LensControls()
        self.canvas = BoardCanvas(self._look, self)
        self.canvas.setAccessibleName("Plots of the lens")
        self.refusal = QLabel(self)
        self.refusal.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.refusal.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.sentence = QLabel(self)
        for words in (self.refusal, self.sentence):
            words.setWordWrap(True)
            words.setTextFormat(Qt.TextFormat.PlainText)
            words.setProperty("look", "note")
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.progress = QProgressBar(self)
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.cancel = QPushButton("Cancel", self)
        self.cancel.setToolTip("Stop here; what was found stays")
        self.again = QPushButton("Go on", self)
        self.again.setToolTip("Compute it anew, to the end")
        self.readings = ReadingsRow(theme, self)

    def _lay_out(self) -> None:
        """Put all but names and progress onto a page that is scrolled in too little room."""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 10)
        layout.setSpacing(6)
        layout.addWidget(self.name)
        layout.addWidget(self.legend)
        parts = (self.controls, self.canvas, self.refusal, self.sentence, self.readings)
        self.page = Page(parts, (self.canvas, self.refusal))
        layout.addWidget(self.page, 1)
        running = QHBoxLayout()
        layout.addLayout(running)
        running.addWidget(self.progress, 1)
        running.addWidget(self.cancel)
        running.addWidget(self.again)
        self.setFocusProxy(self.canvas)
        hidden: tuple[QWidget, ...] = (self.refusal, self.progress, self.cancel, self.again)
        for widget in hidden:
            widget.hide()

    def _connect(self) -> None:
        store, apply = self._store, self._store.apply
        store.changed.connect(self._take_session)
        self.controls.edited.connect(self._edit)
        self.controls.reset.connect(self._reset)
        self.controls.finished.connect(store.end_drag)
        self.canvas.picked.connect(self._pick)
        self.canvas.released.connect(store.end_drag)
        self.canvas.painted.connect(self._tell)
        self.legend.shown.connect(lambda *pair: apply(document.show_pin, *pair))
        self.legend.renamed.connect(lambda *pair: apply(document.rename_pin, *pair))
        self.legend.unpinned.connect(lambda index: apply(document.unpin, index))
        self.legend.compared.connect(lambda *pair: apply(document.compare_pin, *pair))
        self._worker.arrived.connect(self._take_part)
        self._worker.failed.connect(self._fail)
        self.cancel.clicked.connect(self._stop)
        self.again.clicked.connect(self._begin)
        self._untold = False

    # From the session to the board

    @property
    def _session(self) -> Session:
        return self._store.session

    @property
    def _drawing(self) -> Drawing:
        return drawing(self._session.lens)

    @property
    def complete(self) -> bool:
        """Whether the board shows all that is to be found for the present session."""
        latest = self._latest
        return (
            latest is not None
            and (latest.lens, latest.key) == self._wanted
            and latest.part.done >= 1.0
        )

    def showEvent(self, event: QShowEvent) -> None:
        """Show what has changed meanwhile."""
        super().showEvent(event)
        self._take_session(self._session)

    def _take_session(self, session: Session) -> None:
        """Show a session's settings at once, and its board in the same turn of the events."""
        if session.lens not in DRAWN or not self.isVisible():
            self._worker.stop()
            self._pause.stop()
            self._wanted = None
            return
        self._show_names(session)
        if not self._fresh.isActive():
            self._fresh.start()

    def _show_names(self, session: Session) -> None:
        chosen = row(session.activation).bound(session.values)
        self.name.show_name(title(chosen, session.values), short_title(chosen, session.values))
        self.legend.show_pins(session.pins)
        self.legend.show_live(title(chosen, session.values))
        self.controls.show_settings(lens(session.lens).params, session.settings, session.lens)

    def _follow(self) -> None:
        """Find and draw what the present session asks for; what takes long is only begun."""
        session = self._session
        if session.lens not in DRAWN or not self.isVisible():
            return
        refused = self._drawing.refusal(session)
        if refused:
            self._refuse(refused)
            return
        wanted = (session.lens, self._drawing.key(session))
        if wanted == self._wanted and self._latest is not None:
            self._draw()
            return
        self._wanted = wanted
        if self._drawing.is_live(wanted[1]):
            self._begin_at_once()
        else:
            self._worker.stop()
            self._pause.start()

    def _begin_at_once(self) -> None:
        """Find all in this turn; what the lens before had begun in the thread is called off."""
        assert self._wanted is not None
        self._worker.stop()
        self._pause.stop()
        self._show_progress(1.0)
        self.again.hide()
        name, key = self._wanted
        try:
            for part in self._drawing.work(key):
                self._latest = _Latest(name, key, part)
        except ValueError as error:
            self._refuse(str(error))
            return
        self._draw()

    def _begin(self) -> None:
        """Have the work done in the thread, from the start."""
        if self._wanted is None:
            return
        self.again.hide()
        self._show_progress(0.0)
        work = self._drawing.work
        self._worker.start(self._wanted, lambda wanted: work(wanted[1]))

    def _take_part(self, wanted: tuple[str, Hashable], part: Part) -> None:
        if wanted == self._wanted:
            self._latest = _Latest(*wanted, part)
            self._show_progress(part.done)
            self._draw()

    def _fail(self, wanted: tuple[str, Hashable], error: Exception) -> None:
        if wanted != self._wanted:
            return
        self._show_progress(1.0)
        if not isinstance(error, ValueError):
            raise error
        self._refuse(str(error))

    def _stop(self) -> None:
        """Stop the work, and keep what was found."""
        self._worker.stop()
        self._show_progress(1.0)
        self.again.show()
        self._store.refused.emit("Stopped: what is shown is what was found so far")

    def _show_progress(self, done: float) -> None:
        self.progress.setValue(round(1000 * done))
        self.progress.setVisible(done < 1.0)
        self.cancel.setVisible(done < 1.0)

    def _refuse(self, sentence: str) -> None:
        """Say why there is nothing to show, in the place of the board."""
        self._latest = self._wanted = None
        self._worker.stop()
        self._pause.stop()
        self._show_progress(1.0)
        self.again.hide()
        self.refusal.setText(sentence)
        self._show_words(Board(()))
        self.refusal.show()
        self.canvas.hide()
        self.drawn.emit()

    def _draw(self) -> None:
        """Draw the newest findings, where they belong to this lens."""
        latest = self._latest
        if latest is None or latest.lens != self._session.lens:
            return
        board = self._drawing.board(latest.part.found, self._session, self._look)
        self.refusal.hide()
        self.canvas.show()
        self._show_words(board)
        self._untold = True
        self.canvas.make_room(board)
        if self._shown != latest.lens:
            self._shown = latest.lens
            self.page.settle()
        self.canvas.show_board(board)

    def _show_words(self, board: Board) -> None:
        if self.sentence.text() != board.sentence:
            self.sentence.setText(board.sentence)
        self.sentence.setVisible(bool(board.sentence))
        self.readings.show_readings(board.readings)

    def _tell(self) -> None:
        if self._untold:
            self._untold = False
            self.drawn.emit()

    # From the board to the session

    def _edit(self, name: str, value: object) -> None:
        key = f"lens {name}"
        if not self._store.apply(document.set_lens_value, name, value, key=key, quietly=True):
            self.controls.refuse(name, self._store.refusal)

    def _reset(self, name: str) -> None:
        found: dict[str, Param] = {param.name: param for param in lens(self._session.lens).params}
        self._store.apply(document.set_lens_value, name, found[name].default)

    def _pick(self, pick: Pick) -> None:
        change = self._drawing.pick
        if change is not None:
            self._store.apply(change, pick, key=f"pick {pick.chart} {pick.began}")

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._look = Look(theme)
        self.legend.set_look(self._look)
        self.readings.set_theme(theme)
        self.canvas.figure.look = self._look
        if self.isVisible():
            self._draw()

    def set_zoom(self, zoom: float) -> None:
        """Show the board so many times as large, for the stylesheet enlarges only widgets."""
        self.canvas.set_zoom(zoom)
        self.readings.arrange()

    def close_worker(self) -> None:
        """End the thread, as the window closes."""
        self._pause.stop()
        self._worker.close()
