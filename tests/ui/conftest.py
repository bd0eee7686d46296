"""Windows without a display, and a person without a past: all user folders are empty ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from actviz.ui.app import end, make_application, open_window
from actviz.ui.window import Window


def pytest_configure(config: pytest.Config) -> None:
    """Let ziamath find its typeface in the way that it does."""
    config.addinivalue_line("filterwarnings", "ignore:path is deprecated:DeprecationWarning")


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """Dress the application of all tests as the program's own."""
    QLocale.setDefault(QLocale.c())
    return make_application()


PATIENCE = 60_000
"""Milliseconds that a wait without a limit of its own goes on: a busy machine may stand still."""


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """Wait long: what a test waits for comes at once or never, but for a machine that is busy."""
    bot = QtBot(request)
    for name in ("waitUntil", "waitSignal", "waitSignals", "waitExposed", "waitActive"):
        setattr(bot, name, partial(getattr(bot, name), timeout=PATIENCE))
    return bot


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Send preferences, recovery files and caches into a folder of the test's own."""
    home = tmp_path / "home"
    for name in ("CONFIG", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    return home


@pytest.fixture
def window(qtbot: QtBot, own_folders: Path) -> Iterator[Window]:
    """Open the window as on a first start, with NumPy as its engine, and wait for its picture."""
    opened = open_window(opencl=False)
    with qtbot.waitExposed(opened):
        opened.resize(1280, 800)
    qtbot.waitUntil(lambda: opened.lens.picture.main is not None)
    yield opened
    end(opened)


@pytest.fixture
def place(qtbot: QtBot) -> Iterator[Callable[..., QWidget]]:
    """Show widgets side by side in an active window, and keep it until the test is over."""
    windows: list[QWidget] = []

    def placed(*widgets: QWidget, width: int = 400) -> QWidget:
        window = QWidget()
        layout = QHBoxLayout(window)
        for widget in widgets:
            layout.addWidget(widget)
        qtbot.addWidget(window)
        window.resize(width, 60)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        windows.append(window)
        return window

    yield placed
    windows.clear()


@pytest.fixture
def german() -> Iterator[None]:
    """Let the user be a German."""
    before = QLocale()
    QLocale.setDefault(QLocale("de_DE"))
    yield
    QLocale.setDefault(before)


def message_box() -> QMessageBox:
    """Give the box that is open."""
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    return box
