"""Where the window stood and how wide its columns were, from one start to the next."""

from __future__ import annotations

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow, QSplitter

from actviz.preferences import Preferences

SIZE = (1440, 900)
SMALLEST = (950, 500)
"""What a screen of 1920 × 1080 has room for at 200 %, beside a panel of the system's."""


def restore_place(window: QMainWindow, columns: QSplitter, preferences: Preferences) -> None:
    """Put the window where it was; on a smaller screen Qt brings it back into sight."""
    place = QByteArray.fromHex(preferences.geometry.encode())
    if place.isEmpty() or not window.restoreGeometry(place):
        room = window.screen().availableSize()
        window.resize(min(SIZE[0], room.width()), min(SIZE[1], room.height()))
    columns.restoreState(QByteArray.fromHex(preferences.layout.encode()))


def place_of(window: QMainWindow, columns: QSplitter) -> dict[str, str]:
    """Give the preferences that `restore_place` reads."""
    return {
        "geometry": bytes(window.saveGeometry().toHex().data()).decode(),
        "layout": bytes(columns.saveState().toHex().data()).decode(),
    }
