"""Random events in the window: nothing raises, nothing is printed, memory does not grow."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from driving import Driver
from PySide6.QtWidgets import QWidgetItem
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

from actviz.files import session_of, session_text
from actviz.formats.strict_json import strict_json
from actviz.ui.window import Window

CAMPAIGN = bool(os.environ.get("ACTVIZ_CAMPAIGN"))
KNOWN = "This plugin does not support propagateSizeHints()"
"""What Qt's offscreen platform says to itself."""


def resident() -> int:
    """Give the process's resident memory in bytes."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.fixture
def driver(window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    """Drive the window; only the file dialogs themselves are replaced."""
    made = Driver(window, tmp_path, seed=20250)

    def answer(*_: object) -> tuple[str, str]:
        return (str(made.chosen_file or ""), "")

    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(f"PySide6.QtWidgets.QFileDialog.{name}", answer)
    yield made
    window.store.mark_saved()


WARM_UP, EVENTS, GROWTH = (5_000, 20_000, 40e6) if CAMPAIGN else (300, 400, 30e6)
"""After how many events memory may grow by no more than so many bytes."""


@pytest.mark.campaign
def test_random_events_leave_the_window_sound(
    qtbot: QtBot, driver: Driver, qtlog: Any, record_property: Any, capfd: Any
) -> None:
    before = 0
    with capture_exceptions() as raised:
        for count in range(EVENTS):
            if count == WARM_UP:
                gc.collect()
                before = resident()
            driver.act()
            assert not raised, (count, driver.done, raised)
            said = [each.message for each in qtlog.records if each.message != KNOWN]
            assert not said, (count, driver.done, said)
    gc.collect()
    grown = resident() - before
    assert not any(isinstance(each, QWidgetItem) for each in shiboken6.getAllValidWrappers()), (
        "a layout's item was made a Python object: it outlives the item, and what is later made at "
        "its address takes the process down"
    )
    record_property("events", EVENTS)
    record_property("grown_bytes", grown)
    assert grown < GROWTH
    window = driver.window
    text = session_text(window.store.session)
    assert session_of(strict_json(text, "text"), "text") == window.store.session
    qtbot.waitUntil(lambda: window.complete, timeout=20_000)
    printed = [line for line in capfd.readouterr().err.splitlines() if KNOWN not in line]
    assert printed == []
