from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.recovery import Recovery, abandoned, recovery_folder
from actviz.session import Session
from actviz.ui.app import end, open_window
from actviz.ui.window import Window


def crash(session_words: str, folder: Path) -> None:
    """Let a process keep a state and be killed."""
    code = (
        "import os, signal\n"
        "from actviz import session as d\n"
        "from actviz.recovery import Recovery\n"
        f"Recovery().save({session_words}, None)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL


def test_a_modified_document_is_kept_and_a_saved_one_is_not(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    window.keeper.keep()
    assert list(recovery_folder().glob("*.recovery")) == []
    window.store.apply(document.choose_activation, "gelu")
    window.keeper.keep()
    assert len(list(recovery_folder().glob("*.recovery"))) == 1
    assert abandoned() == []  # this process lives
    window.store.undo()
    window.keeper.keep()
    assert list(recovery_folder().glob("*.recovery")) == []


def test_closing_as_one_should_leaves_nothing(qtbot: QtBot, window: Window) -> None:
    window.store.apply(document.choose_activation, "gelu")
    window.keeper.keep()
    window.keeper.close()
    assert list(recovery_folder().glob("*")) == []


def test_after_a_crash_the_state_is_offered_and_restored(qtbot: QtBot, own_folders: Path) -> None:
    crash("d.set_value(d.choose_activation(d.Session(), 'swish'), 'beta', 2.5)", own_folders)
    window = open_window(opencl=False)
    try:
        qtbot.waitUntil(window.banner.isVisible)
        assert "Swish  β = 2.5 in Conv2D" in window.banner.words.text()
        qtbot.mouseClick(window.banner.restore, Qt.MouseButton.LeftButton)
        assert window.store.session.values == {"beta": 2.5}
        assert window.isWindowModified()
        assert not window.banner.isVisible()
        assert abandoned() == []
    finally:
        end(window)


def test_what_a_crash_left_can_be_thrown_away(qtbot: QtBot, own_folders: Path) -> None:
    crash("d.choose_activation(d.Session(), 'relu')", own_folders)
    crash("d.choose_activation(d.Session(), 'tanh')", own_folders)
    window = open_window(opencl=False)
    try:
        qtbot.waitUntil(window.banner.isVisible)
        for _ in range(2):
            qtbot.mouseClick(window.banner.discard, Qt.MouseButton.LeftButton)
        assert not window.banner.isVisible()
        assert abandoned() == []
        assert window.store.session == Session()
    finally:
        end(window)


def test_a_state_that_cannot_be_kept_is_said_once(
    qtbot: QtBot, window: Window, own_folders: Path
) -> None:
    folder = recovery_folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file where a folder should be", encoding="utf-8")
    window.store.apply(document.choose_activation, "gelu")
    with qtbot.waitSignal(window.keeper.failed) as told:
        window.keeper.keep()
    assert "recovery" in told.args[0]
    with qtbot.assertNotEmitted(window.keeper.failed):
        window.keeper.keep()
    folder.unlink()


def test_locks_are_given_back(own_folders: Path) -> None:
    recovery = Recovery()
    recovery.save(Session(), None)
    assert os.listdir(recovery_folder())
    recovery.clear()
    assert os.listdir(recovery_folder()) == []
