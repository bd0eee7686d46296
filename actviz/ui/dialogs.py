"""What is asked of the person: which file, whether to keep changes; and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QFileDialog, QMessageBox, QWidget

from actviz.layers import LayerConfig

if TYPE_CHECKING:
    from actviz.formats import ModelLayer

_DOCUMENTS = (
    "Sessions, layers and models (*.actviz *.json *.keras *.onnx);;"
    "Data (*.npy *.csv *.parquet);;All files (*)"
)
_SESSIONS = "Sessions (*.actviz)"


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


def ask_save_layer(parent: QWidget, proposal: str, suffix: str) -> Path | None:
    """Ask where to save the layer's file; the suffix is added where there is none."""
    return _ask_save(parent, "Save the layer", proposal, f"Layers (*{suffix})", suffix)


def ask_layer(parent: QWidget, name: str, layers: Sequence[ModelLayer]) -> LayerConfig | None:
    """Ask which layer of a model is wanted; None where the person changes their mind."""
    from actviz.ui.model_dialog import ModelDialog

    dialog = ModelDialog(parent, f"{name}: pick a layer", layers)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    config = dialog.chosen if accepted else None
    dialog.deleteLater()
    return config


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


def ask_despite(parent: QWidget, title: str, losses: Sequence[str]) -> bool:
    """Ask whether to write a file for a dialect that loses something, or takes it otherwise."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("actviz")
    box.setText(f"{title} will not get all of this layer.")
    box.setInformativeText("\n".join(f"•  {each}" for each in losses))
    buttons = QMessageBox.StandardButton
    box.setStandardButtons(buttons.Save | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    pressed = buttons(box.exec())
    box.deleteLater()
    return pressed is buttons.Save


def tell_failure(parent: QWidget, sentence: str) -> None:
    """Say what went wrong with a file; everything is as it was before."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("actviz")
    box.setText(sentence)
    box.setStandardButtons(QMessageBox.StandardButton.Ok)
    box.exec()
    box.deleteLater()
