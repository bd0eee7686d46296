"""Files by way of the window: only the file dialogs themselves are replaced."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.files import read_session, write_session
from actviz.formats import read_layer, write_layer
from actviz.session import Session
from actviz.ui.window import Window

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path | None], None]:
    """Let the file dialogs answer at once with a path, or with nothing."""

    def choose(path: Path | None) -> None:
        answer = (str(path) if path else "", "")
        for name in ("getOpenFileName", "getSaveFileName"):
            monkeypatch.setattr(QFileDialog, name, lambda *_: answer)

    return choose


def answer(qtbot: QtBot, act: Callable[[], object], button: QMessageBox.StandardButton) -> str:
    """Do something that opens a box, press a button of the box; gives the box's words."""
    seen: list[str] = []

    def press() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(5, press)
            return
        seen.append(box.text())
        qtbot.mouseClick(box.button(button), Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, press)
    act()
    assert seen, "no box was opened"
    return seen[0]


BUTTON = QMessageBox.StandardButton


def test_a_session_is_saved_and_opened_again(
    qtbot: QtBot, window: Window, tmp_path: Path, chosen: Callable[[Path | None], None]
) -> None:
    store = window.store
    assert window.windowTitle() == "Untitled[*] — actviz"
    store.apply(document.choose_activation, "swish")
    store.apply(document.set_value, "beta", 2.5)
    assert window.isWindowModified()
    chosen(tmp_path / "mine")
    qtbot.keyClick(window, Qt.Key.Key_S, CONTROL)
    path = tmp_path / "mine.actviz"
    assert read_session(path) == store.session
    assert window.windowTitle() == "mine.actviz[*] — actviz"
    assert not window.isWindowModified()
    assert "mine.actviz: saved" in window.status.message.text()
    saved = store.session
    qtbot.keyClick(window, Qt.Key.Key_N, CONTROL)
    assert store.session == Session()
    chosen(path)
    qtbot.keyClick(window, Qt.Key.Key_O, CONTROL)
    assert store.session == saved
    assert not store.history.can_undo
    assert window.settings.now.recent == (str(path),)


def test_saving_again_asks_for_no_file(
    qtbot: QtBot, window: Window, tmp_path: Path, chosen: Callable[[Path | None], None]
) -> None:
    chosen(tmp_path / "a.actviz")
    qtbot.keyClick(window, Qt.Key.Key_S, CONTROL)
    chosen(None)
    window.store.apply(document.choose_activation, "gelu")
    qtbot.keyClick(window, Qt.Key.Key_S, CONTROL)
    assert read_session(tmp_path / "a.actviz").activation == "gelu"
    chosen(tmp_path / "b.actviz")
    qtbot.keyClick(window, Qt.Key.Key_S, CONTROL | SHIFT)
    assert window.documents.path == tmp_path / "b.actviz"


def test_the_layer_is_saved_and_opened_as_one_step(
    qtbot: QtBot, window: Window, tmp_path: Path, chosen: Callable[[Path | None], None]
) -> None:
    store = window.store
    store.apply(document.choose_layer, "GRU")
    store.apply(document.set_value, "alpha", 0.7)
    path = tmp_path / "gru.json"
    chosen(path)
    qtbot.mouseClick(window.layer.save, Qt.MouseButton.LeftButton)
    written = store.session.config
    assert read_layer(path) == written
    store.apply(document.choose_layer, "Dense")
    qtbot.mouseClick(window.layer.open, Qt.MouseButton.LeftButton)
    assert store.session.config == written
    store.undo()
    assert store.session.config.layer == "Dense"


def test_what_was_repaired_in_a_layer_is_said(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    config = {"units": 3, "activation": "elu", "quantization_config": None, "build_config": 1}
    envelope = {
        "module": "keras.layers",
        "class_name": "Dense",
        "config": {key: config[key] for key in ("units", "activation", "quantization_config")},
        "build_config": {"input_shape": [None, 1000000000]},
    }
    path = tmp_path / "dense.json"
    path.write_text(json.dumps(envelope), encoding="utf-8")
    assert window.documents.open(path)
    read = read_layer(path)
    assert window.store.session.config == read
    for warning in read.warnings:
        assert warning in window.status.message.text()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (("cut.json", '{"module": "keras.layers", "class_na'), "cut.json"),
        (("nan.actviz", '{"actviz": 1, "view": {"low": NaN}}'), "NaN"),
        (("new.actviz", '{"actviz": 99}'), "newer actviz"),
        (("odd.actviz", '{"actviz": 1, "secret": 1}'), "secret"),
        (("text.json", "hello"), "text.json"),
        (("deep.json", "[" * 5000 + "]" * 5000), "deep.json"),
    ],
)
def test_a_bad_file_is_one_box_and_nothing_is_lost(
    qtbot: QtBot, window: Window, tmp_path: Path, file: tuple[str, str], words: str
) -> None:
    path = tmp_path / file[0]
    path.write_text(file[1], encoding="utf-8")
    window.store.apply(document.choose_activation, "gelu")
    before = window.store.session
    sentence = answer(qtbot, lambda: window.documents.open(path), BUTTON.Ok)
    assert words in sentence
    assert window.store.session is before
    assert window.documents.path is None
    assert window.settings.now.recent == ()


def test_a_folder_that_cannot_be_written_keeps_the_document_modified(
    qtbot: QtBot, window: Window, tmp_path: Path, chosen: Callable[[Path | None], None]
) -> None:
    window.store.apply(document.choose_activation, "gelu")
    for path, act in (
        (tmp_path / "none" / "x.actviz", window.documents.save),
        (tmp_path / "none" / "x.json", window.documents.save_layer),
    ):
        chosen(path)
        assert path.name in answer(qtbot, act, BUTTON.Ok)
    assert window.isWindowModified()
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("button", [BUTTON.Save, BUTTON.Discard, BUTTON.Cancel])
def test_changes_are_not_left_unasked(
    qtbot: QtBot,
    window: Window,
    tmp_path: Path,
    chosen: Callable[[Path | None], None],
    button: QMessageBox.StandardButton,
) -> None:
    path, other = tmp_path / "kept.actviz", tmp_path / "other.actviz"
    write_session(other, document.choose_activation(Session(), "tanh"))
    chosen(path)
    window.store.apply(document.choose_activation, "gelu")
    before = window.store.session
    words = answer(qtbot, lambda: window.documents.open(other), button)
    assert "Untitled" in words
    assert path.exists() == (button == BUTTON.Save)
    if button == BUTTON.Cancel:
        assert window.store.session is before
    else:
        assert window.store.session.activation == "tanh"


def test_cancel_keeps_the_window_open(qtbot: QtBot, window: Window) -> None:
    window.store.apply(document.choose_activation, "gelu")
    answer(qtbot, window.close, BUTTON.Cancel)
    assert window.isVisible()
    answer(qtbot, window.close, BUTTON.Discard)
    assert not window.isVisible()


def test_a_save_that_is_called_off_keeps_the_window_open(
    qtbot: QtBot, window: Window, chosen: Callable[[Path | None], None]
) -> None:
    chosen(None)
    window.store.apply(document.choose_activation, "gelu")
    answer(qtbot, window.close, BUTTON.Save)
    assert window.isVisible()
    window.store.undo()


def test_recent_files_are_offered_newest_first_and_forgotten_when_gone(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    paths = [tmp_path / "one.actviz", tmp_path / "two.actviz"]
    for path in paths:
        write_session(path, Session())
        assert window.documents.open(path)
    menu: QMenu = window.bar.recent
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["two.actviz", "one.actviz"]
    menu.actions()[1].trigger()
    assert window.documents.path == paths[0]
    paths[1].unlink()
    menu.aboutToShow.emit()
    sentence = answer(qtbot, menu.actions()[1].trigger, BUTTON.Ok)
    assert "two.actviz" in sentence
    assert window.settings.now.recent == (str(paths[0]),)


def test_without_recent_files_the_menu_says_so(window: Window) -> None:
    window.bar.recent.aboutToShow.emit()
    (action,) = window.bar.recent.actions()
    assert not action.isEnabled()


def test_opening_the_layer_that_is_there_is_no_step(window: Window, tmp_path: Path) -> None:
    path = tmp_path / "same.json"
    path.write_text(write_layer(window.store.session.config), encoding="utf-8")
    assert window.documents.open(path)
    assert not window.store.history.can_undo
