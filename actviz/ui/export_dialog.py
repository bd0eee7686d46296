"""What changes on export: all dialects side by side, for the activation and layer as they are."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from actviz.analysis.dialects import REACH, Standing, standings
from actviz.param import Value
from actviz.session import Session
from actviz.ui.dialect_meaning import pin_label
from actviz.ui.layer_parts import activation_label
from actviz.ui.numbers import significant

_COLUMNS = (
    "Written for",
    "The activation is written as",
    "The bare word means",
    f"Apart (|x| ≤ {REACH:.0f})",
    "",
)
_WIDTHS = (150, 0, 180, 190, 84)
_SIZE = (1040, 470)
_LOWEST = 38
"""Pixels that a row is high at least: its button needs them."""
_TITLE, _WRITTEN, _MEANS, _APART, _PIN = range(5)
_NONE = "—"


class ExportDialog(QDialog):
    """Shows what becomes of the layer in every dialect, as long as it is open.

    Choosing a row chooses its dialect; a curve that a bare word would make can be pinned.
    """

    chosen = Signal(str)
    """Emitted with the dialect whose row the user has chosen."""
    compared = Signal(str, dict)
    """Emitted with the label and the values of the curve to pin and to draw the difference to."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.resize(*_SIZE)
        self._session: Session | None = None
        self._standings: tuple[Standing, ...] = ()
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.table = self._table()
        self.notes = QLabel()
        self.notes.setWordWrap(True)
        self.notes.setProperty("look", "note")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(10)
        for widget, stretch in ((self.about, 0), (self.table, 1), (self.notes, 0), (buttons, 0)):
            layout.addWidget(widget, stretch)
        self.setWindowTitle("What changes on export")

    def show_session(self, session: Session) -> None:
        """Show what becomes of a session's layer; idempotent."""
        before, self._session = self._session, session
        shown = None if before is None else (before.config, before.slot)
        if shown != (session.config, session.slot):
            self._standings = standings(session.config, session.slot)
            what = activation_label(session.activation, session.values)
            self.about.setText(f"{what} in {session.config.layer}.{session.slot}")
            self._fill()
        self._show_choice(session.dialect)

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._standings:
            self._fill()

    # The rows

    def _table(self) -> QTableWidget:
        made = QTableWidget(0, len(_COLUMNS))
        made.setAccessibleName("What becomes of the layer in every dialect")
        made.setHorizontalHeaderLabels(list(_COLUMNS))
        made.verticalHeader().hide()
        made.verticalHeader().setMinimumSectionSize(_LOWEST)
        made.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        made.setTabKeyNavigation(False)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setShowGrid(False)
        header = made.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        for column, width in enumerate(_WIDTHS):
            made.setColumnWidth(column, width)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(_WRITTEN, QHeaderView.ResizeMode.Stretch)
        made.currentCellChanged.connect(lambda row, *_: self._choose(row))
        return made

    def _fill(self) -> None:
        with QSignalBlocker(self.table):
            self.table.setRowCount(len(self._standings))
            for row, each in enumerate(self._standings):
                self._fill_row(row, each)

    def _fill_row(self, row: int, standing: Standing) -> None:
        refused = standing.refusal.partition("; allowed: ")[0]
        meaning = standing.meaning
        texts = {
            _TITLE: standing.title,
            _WRITTEN: standing.written or f"refused: {refused}",
            _MEANS: self._means(standing.word),
            _APART: _NONE if meaning is None else _apart(meaning.difference, meaning.at),
        }
        for column, text in texts.items():
            item = QTableWidgetItem(text)
            if column == _WRITTEN and refused:
                item.setForeground(self._danger)
            self.table.setItem(row, column, item)
        apart = meaning is not None and meaning.difference > 0
        self.table.removeCellWidget(row, _PIN)
        if apart:
            self.table.setCellWidget(row, _PIN, self._pin_button(row))

    def _pin_button(self, row: int) -> QWidget:
        button = QPushButton("Pin it")
        button.setProperty("look", "plain")
        button.setAccessibleName(f"Pin what {self._standings[row].title} means by the word")
        button.clicked.connect(lambda: self._compare(row))
        cell = QWidget()
        layout = QVBoxLayout(cell)
        layout.setContentsMargins(6, 3, 6, 4)
        layout.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        return cell

    def _means(self, values: Mapping[str, Value] | None) -> str:
        """Say what a word means: another curve by its values, or the one that is shown."""
        session = self._session
        assert session is not None
        if values is None:
            return _NONE
        if dict(values) == session.values:
            return "the same"
        return activation_label(session.activation, values)

    @property
    def _danger(self) -> QColor:
        return self.palette().color(QPalette.ColorRole.BrightText)

    # Choosing

    def _show_choice(self, dialect: str) -> None:
        names = [each.dialect for each in self._standings]
        with QSignalBlocker(self.table):
            self.table.setCurrentCell(names.index(dialect), _TITLE)
        self.notes.setText("\n".join(_notes(self._standings[names.index(dialect)])))

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._standings):
            self.chosen.emit(self._standings[row].dialect)

    def _compare(self, row: int) -> None:
        meaning, session = self._standings[row].meaning, self._session
        assert meaning is not None
        assert session is not None
        self.compared.emit(pin_label(session.activation, meaning), dict(meaning.values))


def _apart(difference: float, at: float) -> str:
    if not difference:
        return "nowhere"
    return f"up to {significant(difference, 4)} at x = {significant(at, 4)}"


def _notes(standing: Standing) -> list[str]:
    """Say why a dialect cannot hold it, or what its reader loses and then what it needs."""
    if standing.refusal:
        return [standing.refusal]
    lost = [f"Lost or taken otherwise: {each}" for each in standing.losses]
    return [*lost, *(each for each in standing.remarks if each not in standing.losses)]
