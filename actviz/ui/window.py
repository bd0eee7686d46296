"""The window: three columns over one session, and what ties them together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from actviz import session as document
from actviz.activations import row as activation
from actviz.lenses import LENSES
from actviz.pins import curve_label
from actviz.session import Session
from actviz.ui.actions import Actions, show_shortcuts
from actviz.ui.documents import Documents
from actviz.ui.dropping import DropWindow
from actviz.ui.evaluator import Evaluator
from actviz.ui.focus import go_on, go_to
from actviz.ui.geometry import SMALLEST, place_of, restore_place
from actviz.ui.layer_panel import LayerPanel
from actviz.ui.lens_stack import LensStack
from actviz.ui.lenses.curve import Frame
from actviz.ui.parameters import ParameterPanel
from actviz.ui.picker import Picker
from actviz.ui.presenting import Presentation
from actviz.ui.rescue import Banner, Keeper
from actviz.ui.settings import Settings
from actviz.ui.status import StatusLine
from actviz.ui.store import Store
from actviz.ui.stylesheet import stylesheet
from actviz.ui.theme import Appearance, Theme, palette
from actviz.ui.top_bar import TopBar
from actviz.ui.typed import shown
from actviz.ui.typeset import Typesetter

if TYPE_CHECKING:
    from actviz.ui.lenses.board import BoardLens

_COLUMNS = (292, 800, 340)


class Window(DropWindow):
    """Shows a store's session and lets it be changed.

    The parts know the store and the evaluator, and nothing of each other.
    """

    def __init__(self, store: Store, evaluator: Evaluator, settings: Settings) -> None:
        super().__init__()
        self.store, self.evaluator, self.settings = store, evaluator, settings
        self.appearance = Appearance(settings.now.theme, self)
        self.typesetter = Typesetter()
        self.documents = Documents(store, settings, self)
        self.keeper = Keeper(store, self.documents)
        self._dress(self.appearance.theme)
        self._make_parts()
        self._lay_out()
        self._connect()
        self._show_session(store.session)
        self._asked = self._awake = False
        self._show_title()
        self.lenses.shown.setFocus()

    @property
    def complete(self) -> bool:
        """Whether everything that follows the first frame is there."""
        return self.picker.complete and bool(self.parameters.formula.shown) and self.layer.complete

    @property
    def board(self) -> BoardLens:
        """The widget of all lenses but the Curve, which is `lens`."""
        return self.lenses.board

    # Making

    def _make_parts(self) -> None:
        theme, store = self.appearance.theme, self.store
        self.banner = Banner(self.documents)
        self.picker = Picker(store, self.evaluator, theme)
        self.parameters = ParameterPanel(store, self.typesetter, theme)
        self.lenses = LensStack(store, self.evaluator, theme)
        self.lens = self.lenses.curve
        self.layer = LayerPanel(store, theme)
        self.status = StatusLine(store)
        self.commands = Actions(self, self._handlers())
        self.bar = TopBar(self.commands, self.settings, self.documents.open)

    def _lay_out(self) -> None:
        self.columns = QSplitter(Qt.Orientation.Horizontal)
        self.columns.setChildrenCollapsible(False)
        self.columns.setHandleWidth(8)
        self.left = self._left()
        middle = self._middle()
        for column in (self.left, middle, self.layer):
            self.columns.addWidget(column)
        self.columns.setStretchFactor(0, 0)
        self.columns.setStretchFactor(1, 1)
        self.columns.setStretchFactor(2, 0)
        self.columns.setSizes(list(_COLUMNS))
        central = QWidget()
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.bar)
        under = QVBoxLayout()
        layout.addLayout(under, 1)
        under.setContentsMargins(10, 0, 10, 0)
        under.addWidget(self.banner)
        under.addWidget(self.columns, 1)
        layout.addWidget(self.status)
        self.setCentralWidget(central)
        others = (self.bar, self.banner, self.left, self.layer, self.status)
        theme = self.appearance.theme
        self.presentation = Presentation(self, middle, others, self.lenses, theme)
        self.setMinimumSize(*SMALLEST)
        restore_place(self, self.columns, self.settings.now)

    def _left(self) -> QWidget:
        column = QWidget()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.picker, 1)
        layout.addWidget(self.parameters)
        column.setMinimumWidth(258)
        return column

    def _middle(self) -> QWidget:
        frame = QFrame()
        frame.setProperty("look", "panel")
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.lenses)
        frame.setMinimumWidth(350)
        self.layer.setMinimumWidth(300)
        return frame

    def _connect(self) -> None:
        self.store.changed.connect(self._show_session)
        self.store.refused.connect(self.status.refuse)
        self.evaluator.status.connect(self.status.show_status)
        self.status.show_status(self.evaluator.now)
        self.appearance.changed.connect(self._set_theme)
        # A splitter gives room that hidden columns leave only when its own size changes.
        self.presentation.changed.connect(self.columns.refresh)
        self.lenses.grown.connect(self.presentation.refresh)
        self.dropped.connect(self.documents.open)
        self.documents.moved.connect(self._show_title)
        self.documents.said.connect(self.status.say)
        self.documents.reader.began.connect(self._show_reading)
        self.documents.reader.ended.connect(self._show_reading)
        self.status.called_off.connect(self.documents.reader.cancel)
        self.keeper.failed.connect(self.status.refuse)
        self.settings.failed.connect(self.status.refuse)
        self.bar.lens_chosen.connect(lambda name: self.store.apply(document.set_lens, name))
        self.layer.opening.connect(self.documents.ask_and_open)
        self.layer.saving.connect(self.documents.save_layer)
        self.layer.copying.connect(self.documents.copy_layer)
        self.status.device_chosen.connect(self._choose_device)
        self.lens.drawn.connect(self._show_frame)
        self.lenses.drawn.connect(self._after_first_frame, Qt.ConnectionType.SingleShotConnection)

    def _handlers(self) -> dict[str, Callable[[], object]]:
        """Say what each command of the table does."""
        store, documents = self.store, self.documents
        return {
            "new": documents.new,
            "open": documents.ask_and_open,
            "save": documents.save,
            "save_as": documents.save_as,
            "copy_layer": documents.copy_layer,
            "save_layer": documents.save_layer,
            "quit": self.close,
            "undo": store.undo,
            "redo": store.redo,
            "pin": self._pin,
            "clear_pins": lambda: store.apply(document.clear_pins),
            "reset_values": lambda: store.apply(document.reset_values),
            "reset_fields": lambda: store.apply(document.reset_fields),
            "next_slot": self._edit_next_slot,
            "filter": lambda: go_to(self.picker.filter),
            "parameters": self._go_to_parameters,
            "layer": lambda: go_to(self.layer.combo),
            "plots": lambda: go_to(self.lenses.shown),
            "device": lambda: go_to(self.status.device),
            "precision": lambda: go_to(self.status.precision),
            "fit": self.lens.fit,
            **{f"view_{n + 1}": partial(self._show_view, n) for n in range(4)},
            "present": self._present,
            "next_lens": lambda: self._show_lens(1),
            "last_lens": lambda: self._show_lens(-1),
            "theme": self._choose_next_theme,
            "help": lambda: show_shortcuts(self.commands, self),
        }

    # Showing

    def _show_session(self, session: Session) -> None:
        parts = (self.lenses, self.bar, self.picker, self.parameters, self.layer, self.status)
        for part in parts:
            part.show_session(session)
        self.presentation.refresh()
        self._asked = True
        history = self.store.history
        for name, able, what in (
            ("undo", history.can_undo, history.undo_label),
            ("redo", history.can_redo, history.redo_label),
        ):
            self.commands[name].setEnabled(able)
            self.commands.say(name, what)
        self.commands["clear_pins"].setEnabled(bool(session.pins))
        if history.modified != self.isWindowModified():
            self.setWindowModified(history.modified)

    def _show_title(self) -> None:
        self.setWindowTitle(f"{self.documents.name}[*] — actviz")
        self.setWindowModified(self.store.history.modified)

    def _show_frame(self, frame: Frame) -> None:
        """Tell how long a frame took; of those that no change has asked for nobody waited."""
        seconds = frame.seconds if self._asked else None
        self._asked = False
        self.status.show_frame(frame.device, frame.points, frame.kernel_seconds, seconds)

    def _show_reading(self, name: str = "") -> None:
        """Say which file is being read; none without a name."""
        self.status.show_work(f"Reading {name}…" if name else "")
        if name:
            self.setCursor(Qt.CursorShape.BusyCursor)
        else:
            self.unsetCursor()

    def _after_first_frame(self) -> None:
        """Do what the first picture need not wait for, unless the window is closed already."""
        if not self.isVisible() or self._awake:
            return
        self._awake = True
        self.layer.wake()
        self.evaluator.start(self.settings.now.device)
        self.typesetter.start()
        self.parameters.wake()
        self.picker.ask_for_pictures()
        self.banner.look()
        if self.settings.complaint:
            self.status.refuse(self.settings.complaint)

    def _dress(self, theme: Theme) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setPalette(palette(theme))
        application.setStyleSheet(stylesheet(theme))

    def _set_theme(self, theme: Theme) -> None:
        self._dress(theme)
        parts = (self.picker, self.parameters, self.lenses, self.layer, self.presentation)
        for part in parts:
            part.set_theme(theme)

    # Doing

    def _choose_next_theme(self) -> None:
        choice = TopBar.next_theme(self.appearance.choice)
        self.settings.change(theme=choice)
        self.appearance.choose(choice)
        self.bar.show_theme(choice)

    def _choose_device(self, device: str) -> None:
        self.settings.change(device=device)
        self.evaluator.choose_device(device)

    def _go_to_parameters(self) -> None:
        first = self.parameters.first
        if first is not None:
            go_to(first)
        else:
            self.status.say(f"{activation(self.store.session.activation).title}: no parameters")

    def _pin(self) -> None:
        session = self.store.session
        self.store.apply(document.pin, curve_label(session.activation, session.values, shown))

    def _edit_next_slot(self) -> None:
        slots = list(self.store.session.config.activations)
        following = slots[(slots.index(self.store.session.slot) + 1) % len(slots)]
        self.store.apply(document.choose_slot, following)

    def _show_lens(self, step: int) -> None:
        names = [lens.name for lens in LENSES]
        at = names.index(self.store.session.lens) + step
        self.store.apply(document.set_lens, names[at % len(names)])

    def _present(self) -> None:
        self.presentation.toggle()

    def _show_view(self, index: int) -> None:
        views = self.lens.presets()
        if index < len(views):
            self.lens.apply_preset(views[index][1])

    def focusNextPrevChild(self, next: bool) -> bool:
        """Go from part to part as they stand on the screen."""
        within, focused = self.centralWidget(), QApplication.focusWidget()
        return go_on(within, focused, forward=next) or super().focusNextPrevChild(next)

    # The end

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close, unless there are changes that the person wants to keep."""
        if not self.documents.may_leave():
            event.ignore()
            return
        self.presentation.leave()
        self.settings.change(**place_of(self, self.columns))
        self.documents.reader.cancel()
        self.layer.close_export()
        self.keeper.close()
        self.evaluator.close()
        self.lenses.close_worker()
        self.typesetter.close()
        event.accept()
