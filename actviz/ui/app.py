"""Starting: the program's window, or its first screen in files where there is no display."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QEventLoop, QLocale, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from actviz.files import make_folder, write_atomic
from actviz.formats import layer_file
from actviz.session import Session
from actviz.ui.display import display_problem
from actviz.ui.evaluator import Evaluator
from actviz.ui.geometry import SIZE
from actviz.ui.icons import icon_path
from actviz.ui.link import Link
from actviz.ui.settings import Settings
from actviz.ui.store import Store
from actviz.ui.theme import font, load_fonts
from actviz.ui.window import Window

if TYPE_CHECKING:
    from actviz.engines import ChildEngine

_PATIENCE = 10_000
"""Milliseconds to wait at most for what follows the first frame."""
_PAUSE = 50


def make_application() -> QApplication:
    """Make the QApplication, or give the one there is: style, typefaces, name, icon."""
    there = QApplication.instance()
    if isinstance(there, QApplication):
        return there
    application = QApplication(["actviz"])
    application.setApplicationName("actviz")
    application.setApplicationDisplayName("actviz")
    application.setDesktopFileName("actviz")
    application.setStyle("Fusion")
    load_fonts()
    application.setFont(font())
    application.setWindowIcon(QIcon(icon_path("actviz")))
    return application


def open_window(*, opencl: bool = True, session: Session | None = None) -> Window:
    """Make the window and show it; OpenCL is started after the first picture, by NumPy."""
    settings = Settings()
    if settings.now.locale:
        QLocale.setDefault(QLocale(settings.now.locale))
    evaluator = Evaluator(Link(_child_engine) if opencl else None)
    window = Window(Store(session), evaluator, settings)
    window.show()
    return window


def _child_engine() -> ChildEngine:
    """Make a child engine; what that takes is loaded only now."""
    from actviz.engines import ChildEngine

    return ChildEngine()


def run_window(path: Path | None = None) -> int:
    """Open the window, with a file in it, and stay until it is closed.

    Gives the exit status: 1 where there is no display, with one line on stderr.
    """
    problem = display_problem()
    if problem:
        print(f"actviz: {problem}", file=sys.stderr)
        return 1
    application = make_application()
    window = open_window()
    if path is not None:
        QTimer.singleShot(0, lambda: window.documents.begin_with(path))
    # Python sees Ctrl+C in the terminal when Qt next calls it, at the latest from a timer.
    signal.signal(signal.SIGINT, lambda *_: application.quit())
    status = application.exec()
    end(window)
    return status


def end(window: Window) -> None:
    """Take the window apart before Python takes Qt apart."""
    window.keeper.close()
    window.evaluator.close()
    window.typesetter.close()
    window.hide()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def draw_files(folder: Path) -> list[Path]:
    """Draw the first screen and write its layer's JSON into files; gives their paths."""
    from actviz.ui.render import png_of

    make_application()
    make_folder(folder)
    picture, layer = folder / "first-screen.png", folder / "layer.json"
    window = open_window(opencl=False)
    window.resize(*SIZE)
    _settle(window)
    session = window.store.session
    write_atomic(picture, png_of(window))
    write_atomic(layer, layer_file(session.config, session.dialect))
    end(window)
    return [picture, layer]


def _settle(window: Window) -> None:
    """Wait until what follows the first frame is there, and was there a moment ago already."""
    waiting = QEventLoop()
    looks = [False]

    def look() -> None:
        looks.append(window.complete)
        if all(looks[-3:]):
            waiting.quit()

    timer = QTimer(interval=_PAUSE)
    timer.timeout.connect(look)
    timer.start()
    QTimer.singleShot(_PATIENCE, waiting.quit)
    waiting.exec()
