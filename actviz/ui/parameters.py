"""The panel of the chosen activation: formula, a row for each parameter, where it saturates."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from actviz import session as document
from actviz.activations import FORMULA, row
from actviz.session import Session
from actviz.ui.controls import Segments
from actviz.ui.form import Form, keep_lines
from actviz.ui.formula import FormulaView
from actviz.ui.numbers import significant
from actviz.ui.own import FormulaRow
from actviz.ui.scroll import FittingScroll
from actviz.ui.store import Store
from actviz.ui.theme import Theme
from actviz.ui.typeset import Typesetter

_REST = 60
"""Milliseconds without a change after which the saturation is worked out."""
_LONG_REST = 120
"""Milliseconds without a change after which live numbers are put into the formula."""
_LEAST = 150
_SYMBOLS, _NUMBERS = "symbols", "numbers"


class ParameterPanel(QFrame):
    """Edits the values of the activation in the edited slot."""

    def __init__(self, store: Store, typesetter: Typesetter, theme: Theme) -> None:
        super().__init__()
        self._store = store
        self._session = store.session
        self._analysed: tuple[object, ...] = ()
        self._awake = False
        self._formula_of = ("", "")
        self.setProperty("look", "panel")
        self.formula = FormulaView(typesetter, theme)
        self.forms = Segments((_SYMBOLS, _NUMBERS))
        self.forms.show_choice(_SYMBOLS)
        self.forms.chosen.connect(lambda _: self._show_formula())
        self._formula_rest = QTimer(self, singleShot=True, interval=_LONG_REST)
        self._formula_rest.timeout.connect(self._show_formula)
        self._numbers = self.forms.buttons()[_NUMBERS]
        self.own = FormulaRow()
        self.own.edited.connect(self._edit)
        self.own.reset.connect(self._reset)
        self.own.finished.connect(store.end_drag)
        self.form = Form(wide=True)
        self.form.edited.connect(self._edit)
        self.form.reset.connect(self._reset)
        self.form.finished.connect(store.end_drag)
        self.about = _note()
        self.saturation = _note("wrong")
        keep_lines(self.saturation)
        self._rest = QTimer(self, singleShot=True, interval=_REST)
        self._rest.timeout.connect(self._analyse)
        self._lay_out()

    def show_session(self, session: Session) -> None:
        """Show the values of the session's activation; idempotent."""
        self._session = session
        activation = row(session.activation).bound(session.values)
        self.about.setText(activation.doc)
        self.about.setVisible(not activation.params)
        self._show_own(session)
        self.form.show_params(activation.labelled, session.values, activation.name)
        _keep_place(self.saturation, keep=bool(activation.params))
        self.forms.setVisible(bool(activation.labelled))
        if (activation.name, activation.f) != self._formula_of:
            self._show_formula()
        elif self._numbers.isChecked():
            self._formula_rest.start()
        key = (session.activation, tuple(session.values.items()), session.settings["epsilon"])
        if key != self._analysed:
            self._analysed = key
            if self._awake:
                self._rest.start()

    @property
    def first(self) -> QWidget | None:
        """The first thing to set: the formula, or the first parameter's editor."""
        rows = [*([self.own] if self.own.isVisible() else []), *self.form.rows.values()]
        return rows[0].editor.focus if rows else None

    def _show_own(self, session: Session) -> None:
        """Show the text of the user's own formula, where it is the activation."""
        own = session.activation == FORMULA.name
        if own:
            self.own.show_value(session.values[FORMULA.name])
        else:
            self.own.give_way()
        self.own.setVisible(own)

    def wake(self) -> None:
        """Begin to work out saturation, now that there is something to see."""
        self._awake = True
        self._analyse()

    def set_theme(self, theme: Theme) -> None:
        """Set the formula in another theme's colour."""
        self.formula.set_theme(theme)

    def _lay_out(self) -> None:
        heading = QLabel("PARAMETERS")
        heading.setProperty("look", "heading")
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(10)
        for widget in (self.own, self.formula, self.about, self.form, self.saturation):
            inside.addWidget(widget)
        inside.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 10)
        layout.setSpacing(8)
        head = QHBoxLayout()
        layout.addLayout(head)
        head.addWidget(heading, 1)
        head.addWidget(self.forms)
        self.area = FittingScroll(content, _LEAST)
        layout.addWidget(self.area)

    def _edit(self, name: str, value: object) -> None:
        key = f"value {name}"
        if not self._store.apply(document.set_value, name, value, key=key, quietly=True):
            row_of = self.own if name == FORMULA.name else self.form.rows[name]
            row_of.refuse(self._store.refusal)

    def _reset(self, name: str) -> None:
        self._store.apply(document.reset_value, name)

    def _show_formula(self) -> None:
        session = self._session
        activation = row(session.activation).bound(session.values)
        self._formula_of = activation.name, activation.f
        live = self._numbers.isChecked() and bool(activation.labelled)
        pair = activation.textbook(session.values if live else None)
        self.formula.show_pair(pair, (activation.f, activation.df))

    def _analyse(self) -> None:
        """Say where the curve is flat: below the edge on the left, above the one on the right."""
        from actviz.analysis.curve import Curve
        from actviz.analysis.saturation import saturation_of

        session = self._session
        epsilon = session.settings["epsilon"]
        assert isinstance(epsilon, float)
        found = saturation_of(Curve.of(row(session.activation), session.values), epsilon)
        edges = [("below", found.left_edge), ("above", found.right_edge)]
        if found.left_edge is not None and found.left_edge == float("inf"):
            sides = " everywhere"
        else:
            sides = " and".join(
                f" {side} x = {significant(x, 3)}" for side, x in edges if x is not None
            )
        verb = "This slice saturates" if row(session.activation).vector else "Saturates"
        self.saturation.setText(f"{verb}{sides} (|f′| < {significant(epsilon, 3)})")
        self.saturation.setVisible(bool(sides))


def _note(look: str = "note") -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setProperty("look", look)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.hide()
    return label


def _keep_place(label: QLabel, *, keep: bool) -> None:
    """Let a label take its room while it is hidden, so that what stands around it stays."""
    policy = label.sizePolicy()
    if policy.retainSizeWhenHidden() != keep:
        policy.setRetainSizeWhenHidden(keep)
        label.setSizePolicy(policy)
