"""Where a dialect's own word for the activation means another curve: how far off, and to see."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from actviz.analysis.dialects import REACH, Meaning, meanings
from actviz.param import Value
from actviz.ui.layer_parts import activation_label
from actviz.ui.numbers import significant


class MeaningRow(QWidget):
    """Says what the word alone would mean to the dialect, and offers to compare the curves.

    Hidden where the dialect has no such word, or means by it what is configured.
    """

    compared = Signal(str, dict)
    """Emitted with the label and the values of the curve to pin and to draw the difference to."""

    def __init__(self) -> None:
        super().__init__()
        self._meaning: Meaning | None = None
        self._activation = ""
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setProperty("look", "note")
        self.pin = QPushButton("Compare")
        self.pin.setProperty("look", "plain")
        self.pin.clicked.connect(self._compare)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.pin)
        self.hide()

    def show_meaning(self, dialect: str, activation: str, values: Mapping[str, Value]) -> None:
        """Compare the configured curve with what the dialect's word means; idempotent."""
        self._activation = activation
        found = meanings(activation, values, [dialect])
        self._meaning = found[0] if found and found[0].difference else None
        self.setVisible(self._meaning is not None)
        if self._meaning is not None:
            label = activation_label(activation, self._meaning.values)
            apart, at = significant(self._meaning.difference, 4), significant(self._meaning.at)
            self.words.setText(
                f"The word {activation} alone is {label}, up to {apart} away at x = {at}"
                f" (of |x| ≤ {REACH:.0f})"
            )

    def _compare(self) -> None:
        assert self._meaning is not None
        label = pin_label(self._activation, self._meaning)
        self.compared.emit(label, dict(self._meaning.values))


def pin_label(activation: str, meaning: Meaning) -> str:
    """Name the curve that a dialect's word means."""
    return f"{meaning.title}: {activation_label(activation, meaning.values)}"[:80]
