"""Large files are read while the window goes on; what is read can be called off."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.files import read_document, write_session
from actviz.formats import write_layer
from actviz.formats.strict_json import LARGEST_TEXT
from actviz.layers import LayerConfig
from actviz.session import Session
from actviz.ui import reading
from actviz.ui.dialogs import Answer
from actviz.ui.model_dialog import ModelDialog
from actviz.ui.window import Window

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let files be read by a thread that waits for this."""
    opened = threading.Event()

    def read_when_told(path: Path) -> Session | LayerConfig:
        opened.wait()
        return read_document(path)

    monkeypatch.setattr(reading, "_SMALL", -1)
    monkeypatch.setattr(reading, "read_document", read_when_told)
    yield opened
    opened.set()


@pytest.fixture
def gru(tmp_path: Path) -> Path:
    path = tmp_path / "gru.json"
    path.write_text(write_layer(LayerConfig("GRU", {"units": 7})), encoding="utf-8")
    return path


def test_the_window_draws_and_obeys_while_a_file_is_read(
    qtbot: QtBot, window: Window, gate: threading.Event, gru: Path
) -> None:
    reader, store, status = window.documents.reader, window.store, window.status
    assert not window.documents.open(gru)
    assert reader.busy
    assert status.message.text() == "Reading gru.json…"
    assert status.cancel.isVisible()
    with qtbot.waitSignal(window.lens.drawn):
        window.picker.list.setFocus()
        qtbot.keyClick(window.picker.list, Qt.Key.Key_Down)
    assert store.session.activation == "gelu"
    assert status.message.text() == "Reading gru.json…"
    with qtbot.waitSignal(reader.done):
        gate.set()
    assert store.session.config.layer == "GRU"
    assert not status.cancel.isVisible()
    assert "gru.json: opened" in status.message.text()
    store.undo()
    assert store.session.activation == "gelu"


def test_what_is_called_off_is_not_opened(
    qtbot: QtBot, window: Window, gate: threading.Event, gru: Path, tmp_path: Path
) -> None:
    reader, before = window.documents.reader, window.store.session
    window.documents.open(gru)
    qtbot.mouseClick(window.status.cancel, LEFT)
    assert not reader.busy
    assert not window.status.cancel.isVisible()
    assert "Reading" not in window.status.message.text()
    other = tmp_path / "lstm.json"
    other.write_text(write_layer(LayerConfig("LSTM")), encoding="utf-8")
    window.documents.open(gru)
    window.documents.open(other)  # only the last one counts
    with qtbot.waitSignal(reader.done):
        gate.set()
    assert window.store.session.config.layer == "LSTM"
    window.store.undo()
    assert window.store.session == before


def test_a_file_that_cannot_be_read_is_told_when_it_is(
    qtbot: QtBot, window: Window, gate: threading.Event, tmp_path: Path
) -> None:
    path = tmp_path / "cut.json"
    path.write_text('{"module": "ker', encoding="utf-8")
    window.documents.open(path)
    said: list[str] = []

    def close() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(5, close)
            return
        said.append(box.text())
        box.accept()

    QTimer.singleShot(0, close)
    gate.set()
    qtbot.waitUntil(lambda: bool(said))
    assert "cut.json" in said[0]


def test_a_session_that_arrives_asks_before_changes_are_lost(
    qtbot: QtBot,
    window: Window,
    gate: threading.Event,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "a.actviz"
    write_session(path, document.choose_activation(Session(), "mish"))
    asked: list[str] = []

    def answer(_: object, name: str) -> Answer:
        asked.append(name)
        return Answer.DISCARD

    monkeypatch.setattr("actviz.ui.dialogs.ask_unsaved", answer)
    window.documents.open(path)
    window.store.apply(document.choose_activation, "gelu")
    with qtbot.waitSignal(window.documents.moved):
        gate.set()
    assert asked == ["Untitled"]
    assert window.store.session.activation == "mish"


def test_what_arrives_waits_until_another_dialog_is_closed(
    qtbot: QtBot, window: Window, gate: threading.Event, gru: Path
) -> None:
    window.documents.open(gru)
    seen: list[str] = []

    def arrived() -> None:
        seen.append(window.store.session.config.layer)
        help_list = QApplication.activeModalWidget()
        assert help_list is not None
        qtbot.keyClick(help_list, Qt.Key.Key_Escape)

    window.documents.reader.done.connect(lambda *_: QTimer.singleShot(0, arrived))
    QTimer.singleShot(0, gate.set)
    window.commands["help"].trigger()
    assert seen == ["Conv2D"]
    qtbot.waitUntil(lambda: window.store.session.config.layer == "GRU")


def test_the_window_closes_while_a_file_is_read(
    qtbot: QtBot, window: Window, gate: threading.Event, gru: Path
) -> None:
    window.documents.open(gru)
    assert window.close()
    assert not window.documents.reader.busy


def test_a_model_of_ten_megabytes_leaves_the_window_answering(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    dense = json.loads(write_layer(LayerConfig("Dense", {"units": 5})))
    notes = {f"note {number}": ["x" * 900] for number in range(10_000)}
    layers: dict[str, object] = {"layers": [dense] * 100}
    whole = {"module": "keras", "class_name": "Sequential", "config": layers, **notes}
    path = tmp_path / "big.json"
    path.write_text(json.dumps(whole), encoding="utf-8")
    assert 9_000_000 < path.stat().st_size <= LARGEST_TEXT
    reader = window.documents.reader
    turns: list[int] = []
    beat = QTimer(interval=0)
    beat.timeout.connect(lambda: turns.append(len(turns)))
    picked: list[int] = []

    def pick() -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is None:
            QTimer.singleShot(5, pick)
            return
        beat.stop()
        if not isinstance(dialog, ModelDialog):
            dialog.close()
            return
        picked.append(dialog.list.topLevelItemCount())
        dialog.accept()

    reader.began.connect(lambda _: beat.start())
    QTimer.singleShot(0, pick)
    opened: Callable[[Path], bool] = window.documents.open
    at_once = opened(path)
    qtbot.waitUntil(lambda: not beat.isActive() and not reader.busy)
    assert window.store.session.config.layer == "Dense"
    assert picked == [100]
    assert at_once or len(turns) > 1
