"""A model made by Keras is opened, a layer picked, changed, saved, and loaded by Keras again."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.ui.model_dialog import ModelDialog
from actviz.ui.window import Window


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "digits.keras"
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(8, 3, activation="relu"),
            layers.Conv2D(16, 3, strides=2),
            layers.LeakyReLU(negative_slope=0.1),
            layers.Flatten(),
            layers.Dense(32, activation="elu", name="hidden"),
            layers.Dense(10, activation="softmax", name="digits"),
        ]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras's JAX backend and NumPy, of each other
        model.save(path)
    return path


def in_dialog(qtbot: QtBot, act: Callable[[], object], do: Callable[[ModelDialog], None]) -> None:
    """Do something that opens the list of layers, and something in it."""
    seen: list[ModelDialog] = []

    def found() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, ModelDialog):
            QTimer.singleShot(5, found)
            return
        seen.append(dialog)
        do(dialog)

    QTimer.singleShot(0, found)
    act()
    qtbot.waitUntil(lambda: bool(seen))


def test_a_layer_of_a_model_is_picked_changed_saved_and_loaded_by_keras(
    qtbot: QtBot,
    window: Window,
    model_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = window.store

    def pick_third(dialog: ModelDialog) -> None:
        rows = [dialog.list.topLevelItem(index) for index in range(dialog.list.topLevelItemCount())]
        ours = [row for row in rows if row is not None and not row.isDisabled()]
        assert [row.text(2) for row in ours] == ["Conv2D", "Conv2D", "Dense", "Dense"]
        # Keras's own summary of the model
        outputs = ["26 × 26 × 8", "12 × 12 × 16", "32", "10"]
        assert [row.text(3) for row in ours] == outputs
        assert [row.text(4) for row in ours] == ["80", "1,168", "73,760", "330"]
        item = ours[2]
        place = dialog.list.visualItemRect(item).center()
        qtbot.mouseClick(dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert dialog.chosen is not None
        assert dialog.chosen.fields["name"] == "hidden"
        button = dialog.buttons.button(QDialogButtonBox.StandardButton.Open)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(model_file), ""))
    in_dialog(qtbot, window.documents.ask_and_open, pick_third)
    assert store.session.config.layer == "Dense"
    assert store.session.activation == "elu"
    store.apply(document.set_value, "alpha", 0.25)
    assert [each.label for each in store.session.pins] == ["ELU α = 1, as opened"]
    figure = window.lens.picture.figure
    qtbot.waitUntil(lambda: any("3/4" in label.text for label in figure.panes[-1].labels))
    assert figure.panes[-1].labels[0].text == "at most 3/4 = 0.75, as x → −∞"
    saved = tmp_path / "changed.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(saved), ""))
    qtbot.waitUntil(lambda: window.layer.complete)
    qtbot.mouseClick(window.layer.save, Qt.MouseButton.LeftButton)
    layer = keras.layers.deserialize(json.loads(saved.read_text(encoding="utf-8")))
    assert layer.units == 32
    assert float(np.asarray(layer.activation(np.float32(-50.0)))) == pytest.approx(-0.25)
    store.undo()
    store.undo()
    assert store.session.config.layer == "Conv2D"
    assert store.session.pins == ()


def test_layers_are_found_by_typing_and_others_say_why_not(
    qtbot: QtBot, window: Window, model_file: Path
) -> None:
    def search(dialog: ModelDialog) -> None:
        grey = [
            item
            for item in map(dialog.list.topLevelItem, range(dialog.list.topLevelItemCount()))
            if item is not None and item.isDisabled()
        ]
        assert "Flatten" in [item.text(2) for item in grey]
        assert all(item.text(5) for item in grey)
        assert {(item.text(3), item.text(4)) for item in grey} == {("—", "—")}
        dialog.search.setFocus()
        qtbot.keyClicks(dialog.search, "softmax")
        assert dialog.chosen is not None
        assert dialog.chosen.fields["name"] == "digits"
        qtbot.keyClicks(dialog.search, " nothing")
        assert dialog.chosen is None
        assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Open).isEnabled()
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)

    before = window.store.session
    in_dialog(qtbot, lambda: window.documents.open(model_file), search)
    assert window.store.session == before
