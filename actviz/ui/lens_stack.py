"""The lenses' widgets over each other: that of the Curve, and the board of all others."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget

from actviz.lenses import CURVE
from actviz.session import Session
from actviz.ui.evaluator import Evaluator
from actviz.ui.lenses.curve import CurveLens
from actviz.ui.store import Store
from actviz.ui.theme import Theme

if TYPE_CHECKING:
    from actviz.ui.lenses.board import BoardLens


class LensStack(QStackedWidget):
    """Shows the widget of the lens that the session looks through.

    The board is made when the first lens that needs it is: the window's first picture waits for
    less.
    """

    drawn = Signal()
    """Emitted after any lens has drawn."""
    grown = Signal()
    """Emitted when there are controls that were not there before."""

    def __init__(self, store: Store, evaluator: Evaluator, theme: Theme) -> None:
        super().__init__()
        self._store, self._theme = store, theme
        self._zoom = 1.0
        self.curve = CurveLens(store, evaluator, theme)
        self.curve.drawn.connect(self.drawn)
        self.addWidget(self.curve)

    @cached_property
    def board(self) -> BoardLens:
        """The widget of all lenses but the Curve."""
        from actviz.ui.lenses.board import BoardLens

        made = BoardLens(self._store, self._theme)
        made.set_zoom(self._zoom)
        made.drawn.connect(self.drawn)
        made.controls.built.connect(self.grown)
        self.addWidget(made)
        return made

    @property
    def shown(self) -> CurveLens | BoardLens:
        """The widget of the lens in use."""
        return self.curve if self._store.session.lens == CURVE.name else self.board

    def show_session(self, session: Session) -> None:
        """Show the widget of the session's lens; idempotent."""
        self.setCurrentWidget(self.curve if session.lens == CURVE.name else self.board)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        for lens in self._made:
            lens.set_theme(theme)

    def set_zoom(self, zoom: float) -> None:
        """Show plots and figures so many times as large."""
        self._zoom = zoom
        for lens in self._made:
            lens.set_zoom(zoom)

    def close_worker(self) -> None:
        """End the board's thread, as the window closes."""
        if "board" in self.__dict__:
            self.board.close_worker()

    @property
    def _made(self) -> tuple[CurveLens | BoardLens, ...]:
        return (self.curve, self.board) if "board" in self.__dict__ else (self.curve,)
