"""What is asked of the person: which file, whether to keep changes; and what went wrong."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

_DOCUMENTS = "Sessions and layers (*.actviz *.json);;All files (*)"
_SESSIONS = "Sessions (*.actviz)"
_LAYERS = "Layer JSON (*.json)"


class Answer(Enum):
    """What is to become of changes that are not saved."""

    SAVE = "save"
    DISCARD = "discard"
    CANCEL = "cancel"


def ask_open(parent: QWidget, folder: str) -> Path | None:
    """Ask which file to open; None where the person changes their mind."""
    name, _ = QFileDialog.getOpenFileName(parent, "Open a session or a layer", folder, _DOCUMENTS)
    return Path(name) if name else None


def ask_save_session(parent: QWidget, proposal: str) -> Path | None:
    """Ask where to save the session; the suffix .actviz is added where there is none."""
    return _ask_save(parent, "Save the session", proposal, _SESSIONS, ".actviz")


def ask_save_layer(parent: QWidget, proposal: str) -> Path | None:
    """Ask where to save the layer's JSON; the suffix .json is added where there is none."""
    return _ask_save(parent, "Save the layer's JSON", proposal, _LAYERS, ".json")


def _ask_save(parent: QWidget, title: str, proposal: str, kinds: str, suffix: str) -> Path | None:
    name, _ = QFileDialog.getSaveFileName(parent, title, proposal, kinds)
    if not name:
        return None
    path = Path(name)
    return path if path.suffix else path.with_name(path.name + suffix)


def ask_unsaved(parent: QWidget, name: str) -> Answer:
    """Ask whether to save the changes of a document before it is left."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("actviz")
    box.setText(f"“{name}” has changes that are not saved.")
    box.setInformativeText("Save them?")
    buttons = QMessageBox.StandardButton
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    answers = {buttons.Save: Answer.SAVE, buttons.Discard: Answer.DISCARD}
    pressed = buttons(box.exec())
    box.deleteLater()
    return answers.get(pressed, Answer.CANCEL)


def tell_failure(parent: QWidget, sentence: str) -> None:
    """Say what went wrong with a file; everything is as it was before."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("actviz")
    box.setText(sentence)
    box.setStandardButtons(QMessageBox.StandardButton.Ok)
    box.exec()
    box.deleteLater()
