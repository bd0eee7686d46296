"""The row over the Curve lens: the name of the curve, the bound ε, the views."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from actviz.activations import row
from actviz.lenses import EPSILON, SHOW_SATURATION
from actviz.session import Session
from actviz.ui.controls import Field
from actviz.ui.legend import Name
from actviz.ui.lenses.curve_view import presets
from actviz.ui.lenses.curve_words import short_title, title
from actviz.ui.typed import shown, typed
from actviz.view import View

_FIELD_WIDTH = 58


class Bar(QWidget):
    """Names the curve, sets ε, and offers views."""

    setting_edited = Signal(str, object)
    """A lens setting and its new value."""
    refused = Signal(str)
    """What was typed is not allowed, with the sentence."""
    view_chosen = Signal(object)
    fit_wanted = Signal()

    def __init__(self, font: QFont, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self.name = Name(self)
        self.name.setFont(font)
        self.name.setAccessibleName("Curve shown")
        self.epsilon = self._field()
        self.menu = QMenu(self)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.views = self._button("View", "Choose which part of the curve is shown")
        self.views.setMenu(self.menu)
        self.views.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.fit = self._button("Fit", "Show the whole curve (0 or double-click)")
        self.fit.clicked.connect(self.fit_wanted)
        words = QLabel("ε =")
        words.setToolTip(EPSILON.doc)
        words.setBuddy(self.epsilon)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 4, 0)
        layout.setSpacing(6)
        layout.addWidget(self.name, 1)
        for widget in (words, self.epsilon, self.views, self.fit):
            layout.addWidget(widget)

    def show_session(self, session: Session) -> None:
        """Show the names and settings of a session; idempotent."""
        self._session = session
        chosen = row(session.activation).bound(session.values)
        self.name.show_name(title(chosen, session.values), short_title(chosen, session.values))
        epsilon = session.settings[EPSILON.name]
        self.epsilon.show_text(shown(epsilon, EPSILON.domain))

    def _field(self) -> Field:
        field = Field(self)
        field.setFixedWidth(_FIELD_WIDTH)
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.setAccessibleName("ε, the slope below which the curve counts as saturated")
        field.committed.connect(self._take_epsilon)
        # What was refused is framed until it is changed, or given up with the focus.
        field.textEdited.connect(lambda: field.mark(False))
        field.editingFinished.connect(lambda: field.mark(False))
        return field

    def _take_epsilon(self, text: str) -> None:
        try:
            value = typed(text, EPSILON.domain, EPSILON.name)
        except ValueError as error:
            self.epsilon.mark(True)
            self.refused.emit(str(error))
            return
        self.epsilon.mark(False)
        self.setting_edited.emit(EPSILON.name, value)

    def _button(self, text: str, hint: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(hint)
        button.setAccessibleName(hint)
        return button

    def _fill_menu(self) -> None:
        self.menu.clear()
        session = self._session
        if session is None:
            return
        for name, view in presets(session.activation, session.values):
            self.menu.addAction(name).triggered.connect(self._chooser(view))
        self.menu.addSeparator()
        shading = self.menu.addAction("Shade saturation")
        shading.setCheckable(True)
        shading.setChecked(bool(session.settings[SHOW_SATURATION.name]))
        shading.toggled.connect(lambda on: self.setting_edited.emit(SHOW_SATURATION.name, on))

    def _chooser(self, view: View) -> Callable[[], None]:
        return lambda: self.view_chosen.emit(view)
