"""The target layer: its type, which of its activations is edited, its fields, its file."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from actviz import session as document
from actviz.formats import dialect_named, shown_text
from actviz.param import Value
from actviz.session import Session
from actviz.ui.dialect_combo import DialectCombo
from actviz.ui.dialect_meaning import MeaningRow
from actviz.ui.export_dialog import ExportDialog
from actviz.ui.json_view import JsonView
from actviz.ui.layer_combo import LayerCombo
from actviz.ui.layer_facts import FactsView
from actviz.ui.layer_parts import FoldSection, SlotButton
from actviz.ui.scroll import FittingScroll
from actviz.ui.store import Store
from actviz.ui.theme import Theme

_JSON_REST = 30
"""Milliseconds between two updates of the text while a slider moves."""
_LEAST_FIELDS = 70
_LEAST_TEXT = 70


class LayerPanel(QFrame):
    """Edits the layer and shows the file that would be written."""

    opening = Signal()
    saving = Signal()
    copying = Signal()

    def __init__(self, store: Store, theme: Theme) -> None:
        super().__init__()
        self._store = store
        self._session = store.session
        self.setProperty("look", "panel")
        self.combo = LayerCombo()
        self.combo.chosen.connect(lambda name: store.apply(document.choose_layer, name))
        self.dialect = DialectCombo()
        self.dialect.chosen.connect(lambda name: store.apply(document.set_dialect, name))
        self.meaning = MeaningRow()
        self.meaning.compared.connect(self._compare)
        self.all = QPushButton("Compare…")
        self.all.setProperty("look", "plain")
        self.all.setToolTip("What becomes of the layer in every dialect")
        self.all.clicked.connect(self._show_all)
        self.export: ExportDialog | None = None
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.about.setProperty("look", "note")
        self.facts = FactsView()
        self.facts.edited.connect(lambda shape: store.apply(document.set_input_shape, shape))
        self._awake = False
        self._shown_fields: tuple[str, Mapping[str, Value]] = ("", {})
        self.slots: dict[str, SlotButton] = {}
        self.sections: dict[str, FoldSection] = {}
        self.json = JsonView(theme)
        self.remarks = QLabel()
        self.remarks.setWordWrap(True)
        self.remarks.setProperty("look", "note")
        self.copy, self.save, self.open = self._buttons()
        self._text_later = QTimer(self, singleShot=True, interval=_JSON_REST)
        self._text_later.timeout.connect(self._show_text)
        self._lay_out()

    def show_session(self, session: Session) -> None:
        """Show the session's layer; idempotent."""
        self._session = session
        row = session.config.row
        self.combo.show_layer(row.name)
        self.dialect.show_dialect(session.dialect)
        self.about.setText(row.doc)
        self._show_slots(session)
        shown = (row.name, session.config.fields)
        if self._awake and shown != self._shown_fields:
            self._shown_fields = shown
            self._show_fields(session)
        else:
            for section in self.sections.values():
                section.form.accept()
        if self._awake:
            self.facts.show_config(session.config)
        if self._awake and not self._text_later.isActive():
            self._text_later.start()

    def wake(self) -> None:
        """Fill in the many fields and the text, for which the first picture does not wait."""
        self._awake = True
        self.show_session(self._session)

    @property
    def complete(self) -> bool:
        """Whether the fields and the text are those of the session."""
        return self._awake and not self._text_later.isActive()

    def set_theme(self, theme: Theme) -> None:
        """Tint the JSON in another theme's colours."""
        self.json.set_theme(theme)

    # Slots

    def _show_slots(self, session: Session) -> None:
        activations = session.config.activations
        if list(self.slots) != list(activations):
            self._build_slots(session)
        for slot, (name, values) in activations.items():
            self.slots[slot].show_activation(name, values, chosen=slot == session.slot)

    def _build_slots(self, session: Session) -> None:
        for button in self.slots.values():
            self._group.removeButton(button)
            self._slot_box.removeWidget(button)
            button.hide()
            button.deleteLater()
        row = session.config.row
        self.slots = {slot.name: SlotButton(slot) for slot in row.slots}
        for button in self.slots.values():
            self._group.addButton(button)
            self._slot_box.addWidget(button)
            button.chosen.connect(lambda slot: self._store.apply(document.choose_slot, slot))

    # Fields

    def _show_fields(self, session: Session) -> None:
        row = session.config.row
        groups = dict(row.groups)
        for title in groups:
            if title not in self.sections:
                self._add_section(title, unfolded=not self.sections)
        for title, section in self.sections.items():
            names = groups.get(title, ())
            section.setVisible(bool(names))
            params = tuple(row.field(name) for name in names)
            section.show_params(params, session.config.fields, row.name)

    def _add_section(self, title: str, *, unfolded: bool) -> None:
        section = FoldSection(title, unfolded=unfolded)
        section.form.edited.connect(lambda name, value: self._edit(section, name, value))
        section.form.reset.connect(lambda name: self._reset(section, name))
        section.form.finished.connect(self._store.end_drag)
        self.sections[title] = section
        self._section_box.insertWidget(self._section_box.count() - 1, section)

    def _edit(self, section: FoldSection, name: str, value: object) -> None:
        if not self._store.apply(document.set_field, name, value, quietly=True):
            section.form.refuse(name, self._store.refusal)

    def _reset(self, section: FoldSection, name: str) -> None:
        if not self._store.apply(document.reset_field, name, quietly=True):
            section.form.refuse(name, self._store.refusal)

    # All dialects

    def _compare(self, label: str, values: dict[str, Value]) -> None:
        self._store.apply(document.compare_with, label, values)

    def _show_all(self) -> None:
        """Open the table of all dialects, which stays open beside the work."""
        if self.export is None:
            self.export = ExportDialog(self.window())
            self.export.chosen.connect(lambda name: self._store.apply(document.set_dialect, name))
            self.export.compared.connect(self._compare)
        self.export.show_session(self._session)
        self.export.show()
        self.export.activateWindow()

    def close_export(self) -> None:
        """Close the table of all dialects, if it is open."""
        if self.export is not None:
            self.export.close()

    # The text

    def _show_text(self) -> None:
        session = self._session
        if self.export is not None and self.export.isVisible():
            self.export.show_session(session)
        self.meaning.show_meaning(session.dialect, session.activation, session.values)
        try:
            text = shown_text(session.config, session.dialect)
        except ValueError as error:
            self.json.show_sentence(str(error))
            self._show_remarks(())
        else:
            dialect = dialect_named(session.dialect)
            self.json.show_text(text, dialect.suffix)
            self._show_remarks(dialect.remarks(session.config))
        for button in (self.copy, self.save):
            button.setEnabled(not self.json.property("wrong"))

    def _show_remarks(self, remarks: tuple[str, ...]) -> None:
        warnings = self._session.config.warnings
        self.remarks.setText("\n".join([*warnings, *remarks]))
        self.remarks.setVisible(bool(warnings or remarks))

    # Widgets

    def _buttons(self) -> tuple[QPushButton, QPushButton, QPushButton]:
        made = []
        words = (("Copy", "plain"), ("Save…", "main"), ("Open…", "plain"))
        signals = (self.copying, self.saving, self.opening)
        for (text, look), signal in zip(words, signals, strict=True):
            button = QPushButton(text)
            button.setProperty("look", look)
            button.clicked.connect(lambda _, signal=signal: signal.emit())
            made.append(button)
        return made[0], made[1], made[2]

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(7)
        heading = QLabel("TARGET LAYER")
        heading.setProperty("look", "heading")
        heading.setBuddy(self.combo)
        self._group = QButtonGroup(self)
        self._slot_box = QVBoxLayout()
        self._slot_box.setSpacing(4)
        for widget in (heading, self.combo, self.about):
            layout.addWidget(widget)
        layout.addLayout(self._slot_box)
        layout.addWidget(self._fields_area())
        layout.addWidget(self._text_area(), 1)

    def _fields_area(self) -> QWidget:
        content = QWidget()
        self._section_box = QVBoxLayout(content)
        self._section_box.setContentsMargins(0, 0, 4, 0)
        self._section_box.setSpacing(2)
        self._section_box.addWidget(self.facts)
        self._section_box.addStretch(1)
        return FittingScroll(content, _LEAST_FIELDS)

    def _text_area(self) -> QWidget:
        area = QWidget()
        layout = QVBoxLayout(area)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(7)
        self.json.setMinimumHeight(_LEAST_TEXT)
        heading = QLabel("WRITTEN FOR")
        heading.setProperty("look", "heading")
        heading.setBuddy(self.dialect)
        above = QHBoxLayout()
        layout.addLayout(above)
        above.addWidget(heading)
        above.addWidget(self.dialect, 1)
        above.addWidget(self.all)
        layout.addWidget(self.meaning)
        layout.addWidget(self.json, 1)
        layout.addWidget(self.remarks)
        line = QHBoxLayout()
        layout.addLayout(line)
        line.addWidget(self.open)
        line.addStretch(1)
        line.addWidget(self.copy)
        line.addWidget(self.save)
        return area
