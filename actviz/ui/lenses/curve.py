"""The Curve lens: f and f′ over one x axis, with kinks, saturation, crosshair and readings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from actviz import session as document
from actviz.activations import row, subject
from actviz.evaluation import Device, Request, Result
from actviz.session import Session
from actviz.ui.canvas import Canvas
from actviz.ui.gestures import Wish
from actviz.ui.legend import Legend
from actviz.ui.lenses.curve_bar import Bar
from actviz.ui.lenses.curve_details import details, footer, key_of, subject_of
from actviz.ui.lenses.curve_picture import MAIN, Picture
from actviz.ui.lenses.curve_reader import Reader
from actviz.ui.lenses.curve_view import fitting, presets
from actviz.ui.lenses.curve_words import FLOAT64, title
from actviz.ui.look import Look
from actviz.ui.readings import ReadingsRow
from actviz.ui.store import Store
from actviz.ui.theme import Theme
from actviz.view import View

if TYPE_CHECKING:
    from actviz.ui.evaluator import Evaluator

_PATIENCE = 40
"""Milliseconds after which a new view is shown although its samples have not come."""
_REST = 60
"""Milliseconds between analyses while a slider moves; the picture never waits for them."""
_SETTLE = 300
"""Milliseconds without a change after which the vertical ranges may shrink."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a picture was made of: who computed it, how many points, how long all took.

    `seconds` is the work from the change of the session to the painted picture.
    """

    device: Device
    points: int
    kernel_seconds: float
    seconds: float


class CurveLens(QWidget):
    """Shows the session's activation, its derivative and the pinned curves.

    It follows the store by itself, and changes the session through the store alone.
    """

    drawn = Signal(object)
    """Emitted after a new picture was painted, with its `Frame`."""

    def __init__(
        self, store: Store, evaluator: Evaluator, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._store, self._evaluator = store, evaluator
        look = Look(theme)
        self.picture = Picture(store.session, look)
        self.canvas = Canvas(self.picture.figure, self)
        self.reader = Reader(self.picture, self.canvas)
        self.bar = Bar(look.title, self)
        self.legend = Legend(look, self)
        self.readings = ReadingsRow(theme, self)
        self._wanted: dict[str, Request] = {}
        self._missing: set[str] = set()
        self._moving = False
        self._composed = self._wordless = self._away = False
        self._begun = self._seconds = 0.0
        self._late = self._timer(_PATIENCE, self._compose)
        self._analysis = self._timer(0, self._analyse)
        self._settled = self._timer(_SETTLE, self._settle)
        self._report = self._timer(0, self._tell)
        self._lay_out()
        self._connect()
        self._take_session(store.session)

    def _timer(self, milliseconds: int, act: Callable[[], None]) -> QTimer:
        timer = QTimer(self, singleShot=True, interval=milliseconds)
        timer.timeout.connect(act)
        return timer

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 10)
        layout.setSpacing(6)
        layout.addWidget(self.bar)
        layout.addWidget(self.legend)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.readings)
        self.setFocusProxy(self.canvas)
        self.canvas.setAccessibleName("Plots of f and f′")

    def _connect(self) -> None:
        canvas, bar, apply = self.canvas, self.bar, self._store.apply
        self._store.changed.connect(self._take_session)
        self._evaluator.answered.connect(self._take_answer)
        canvas.looked.connect(self._grant)
        canvas.fit_wanted.connect(self.fit)
        canvas.home_wanted.connect(lambda: self.apply_preset(View()))
        canvas.link_clicked.connect(lambda _: apply(document.set_dtype, FLOAT64))
        canvas.released.connect(self._settle)
        canvas.resized.connect(self._resized)
        canvas.painted.connect(self._painted)
        bar.setting_edited.connect(lambda *pair: apply(document.set_lens_value, *pair))
        bar.refused.connect(self._store.refused)
        bar.view_chosen.connect(self.apply_preset)
        bar.fit_wanted.connect(self.fit)
        self.legend.shown.connect(lambda *pair: apply(document.show_pin, *pair))
        self.legend.renamed.connect(lambda *pair: apply(document.rename_pin, *pair))
        self.legend.unpinned.connect(lambda index: apply(document.unpin, index))
        self.legend.compared.connect(lambda *pair: apply(document.compare_pin, *pair))

    # From the session to the picture

    def show(self, session: Session | None = None) -> None:
        """Show a session; idempotent. Without one, show the widget."""
        if session is None:
            super().show()
        else:
            self._take_session(session)

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while another lens is looked through."""
        super().hideEvent(event)
        self._away = not event.spontaneous()

    def showEvent(self, event: QShowEvent) -> None:
        """Show what has changed meanwhile."""
        super().showEvent(event)
        self._away = False
        self._take_session(self._store.session)

    def _take_session(self, session: Session) -> None:
        old = self.picture.session
        if self._away or (session is old and self._wanted):
            return
        self._moving = session is not old and _same_but_values(session, old)
        self._begun = perf_counter()
        self.picture.show(session)
        self.legend.show_pins(session.pins)
        if not self._moving:
            self._name(session)
        self._ask()

    def _name(self, session: Session) -> None:
        """Name the curve over the plot and, where others are pinned, among them."""
        self.bar.show_session(session)
        self.legend.show_live(title(row(session.activation).bound(session.values), session.values))

    def _resized(self) -> None:
        self._begun = perf_counter()
        self._ask()

    def _ask(self) -> None:
        """Ask for what the picture lacks; it is composed when the last answer is there."""
        if not self.canvas.laid_out:
            return
        requests = self.picture.requests()
        new = {key: each for key, each in requests.items() if self._wanted.get(key) != each}
        self._wanted = requests
        self._missing = (self._missing & set(requests)) | set(new)
        for key, request in new.items():
            self._evaluator.ask(key, request)
        if self._missing and not self._late.isActive():
            self._late.start()
        if not new:
            self._compose()

    def _take_answer(self, key: str, result: Result) -> None:
        """Take an answer, also one for older values of the same curve: a drag goes on."""
        wanted = self._wanted.get(key)
        if wanted is None or subject_of(wanted) != subject_of(result.request):
            return
        self.picture.take(key, result)
        if result.request == wanted:
            self._missing.discard(key)
        if not self._missing or (key == MAIN and self._moving):
            self._compose()

    def _compose(self) -> None:
        if not self._missing:
            self._late.stop()
        self._draw(shrink=not self._moving and not self.canvas.dragging, words=not self._moving)
        self._composed = True
        self._settled.start()

    def _draw(self, *, shrink: bool, words: bool = True) -> None:
        self.picture.compose(shrink=shrink, words=words, complete=not self._missing)
        self.canvas.refresh(words=words)
        self.reader.refresh()
        self._wordless = not words

    def _painted(self) -> None:
        """Note how long the new picture took, and do what it did not wait for."""
        if self._composed:
            self._composed = False
            self._seconds = perf_counter() - self._begun
            self._report.start()
            if not self._analysis.isActive():
                self._analysis.start(_REST if self._moving else 0)

    def _tell(self) -> None:
        """Do what a moving curve does not wait for: its name, and word of the frame."""
        self._name(self.picture.session)
        main = self.picture.main
        if main is not None:
            result = main.result
            self.drawn.emit(Frame(result.device, len(main.x), result.seconds, self._seconds))

    def _analyse(self) -> None:
        """Find saturation, turning points and figures, and put them with all words into place."""
        key = key_of(self.picture.session)
        measured = not self._moving and self.picture.measure()
        known = self.picture.details
        if known is None or known.key != key:
            self.picture.details = details(key)
            self.readings.show_readings(footer(self.picture.details))
        elif not (self._wordless or measured):
            return
        self._draw(shrink=not self._moving)

    def _settle(self) -> None:
        """Let the vertical ranges shrink, once no button is held any more."""
        if QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            self._settled.start()
            return
        self._moving = False
        self.picture.measure()
        self._draw(shrink=True)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        look = Look(theme)
        self.picture.figure.look = look
        self.legend.set_look(look)
        self.readings.set_theme(theme)
        self._draw(shrink=True)

    def set_zoom(self, zoom: float) -> None:
        """Show the plots so many times as large, for the stylesheet enlarges only widgets."""
        self.canvas.set_zoom(zoom)
        self.readings.arrange()

    # The view

    def presets(self) -> list[tuple[str, View]]:
        """List the views worth a name for the present curve."""
        session = self._store.session
        return presets(session.activation, session.values)

    def preset(self, name: str) -> None:
        """Show the view of this name, one of `presets`; others are ignored."""
        for known, view in self.presets():
            if known == name:
                self.apply_preset(view)

    def apply_preset(self, view: View) -> None:
        """Show a view, with the vertical ranges fitted as if nothing had been shown before."""
        self.picture.ready = False
        self._store.apply(document.set_view, view)
        self._draw(shrink=True)

    def fit(self) -> None:
        """Show all that is notable about the curve, with the vertical ranges fitted."""
        self._analyse()
        self.apply_preset(fitting(self.picture.notable()))

    def _grant(self, wish: Wish) -> None:
        """Put a view that mouse or keys asked for into the session."""
        changes: dict[str, float] = dict(zip(("low", "high"), wish.x, strict=True))
        for names, pane in ((("f_low", "f_high"), 0), (("df_low", "df_high"), 1)):
            # The difference keeps its fit: it has no range of its own in the view.
            changes |= dict(zip(names, wish.vertical.get(pane, ()), strict=False))
        view = msgspec.structs.replace(self._store.session.view, **changes)
        self._store.apply(document.set_view, view)


def _same_but_values(session: Session, old: Session) -> bool:
    """Say whether two sessions show one activation, seen alike, at other values."""
    return (
        subject(session.activation, session.values) == subject(old.activation, old.values)
        and session.view == old.view
        and session.pins == old.pins
        and session.dtype == old.dtype
        and session.lens_values == old.lens_values
    )
