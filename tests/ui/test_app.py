from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from actviz.formats import read_layer
from actviz.session import Session
from actviz.ui.app import draw_files
from actviz.ui.display import display_problem


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set"),
        ({"DISPLAY": ":4711"}, "no X server answers at DISPLAY :4711"),
        ({"DISPLAY": "nonsense"}, "DISPLAY: 'nonsense' is not a display"),
        ({"QT_QPA_PLATFORM": "abacus"}, "Qt has no platform 'abacus'"),
        ({"QT_QPA_PLATFORM": "offscreen"}, ""),
        ({"QT_QPA_PLATFORM": "offscreen:size=1x1;xcb"}, ""),
    ],
)
def test_it_is_known_beforehand_whether_a_window_can_open(
    environment: dict[str, str], words: str
) -> None:
    assert words in display_problem(environment)
    assert bool(words) == bool(display_problem(environment))


def without_display() -> dict[str, str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return {name: value for name, value in os.environ.items() if name not in hidden}


def test_without_a_display_there_is_one_line_and_status_1() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "actviz"],
        env=without_display(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("actviz: there is no display")


RUN = """
import sys
from pathlib import Path
from actviz.ui import app
opened = app.open_window
def watched(**given):
    window = opened(**given)
    def look():
        session = window.store.session
        if session.config.layer == "GRU" and window.isVisible():
            print(session.config.layer, session.activation)
            window.close()
    window.lens.drawn.connect(look)
    return window
app.open_window = watched
sys.exit(app.run_window(Path(sys.argv[1])))
"""


def test_the_program_opens_a_file_and_ends_without_a_word(tmp_path: Path) -> None:
    path = tmp_path / "layer.json"
    path.write_text('{"module": "keras.layers", "class_name": "GRU", "config": {"units": 3}}')
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(path)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["GRU tanh"]
    unexpected = [line for line in done.stderr.splitlines() if "propagateSizeHints" not in line]
    assert unexpected == []


def test_the_first_screen_can_be_drawn_into_files(qtbot: QtBot, tmp_path: Path) -> None:
    picture, layer = draw_files(tmp_path / "out")
    image = QImage(str(picture))
    assert image.width() >= 1024
    colours = {image.pixelColor(x, y).name() for x in range(0, 1000, 7) for y in range(60, 600, 7)}
    assert len(colours) > 10
    assert read_layer(layer) == Session().config
    assert json.loads(layer.read_text(encoding="utf-8"))["class_name"] == "Conv2D"
