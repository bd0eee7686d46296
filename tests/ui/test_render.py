from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.activations import ROWS
from actviz.session import Session
from actviz.ui.render import render_session
from actviz.ui.theme import THEMES

SIZE = (1200, 800)


def counted(image: QImage, colour: str) -> int:
    """Count the pixels of a colour, with those that smoothing has mixed a little."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.width(), 4)
    blue_green_red = QColor(colour).getRgb()[2::-1]
    far = np.abs(pixels[:, :, :3].astype(int) - blue_green_red).max(axis=2)
    return int(np.sum(far <= 40))


@pytest.mark.parametrize("theme", list(THEMES))
@pytest.mark.parametrize("size", [SIZE, (640, 480), (100, 100)])
def test_a_picture_has_its_size_and_both_curves(
    qtbot: QtBot, tmp_path: Path, theme: str, size: tuple[int, int]
) -> None:
    path = tmp_path / "a.png"
    render_session(Session(), theme, size, path)
    image = QImage(str(path))
    assert (image.width(), image.height()) == size
    assert image.pixelColor(1, 1).name() == THEMES[theme].panel
    if size != (100, 100):
        assert counted(image, THEMES[theme].f) > 50
        assert counted(image, THEMES[theme].df) > 20


@pytest.mark.parametrize("name", [row.name for row in ROWS])
def test_every_activation_is_drawn_as_svg_that_draws_the_same(
    qtbot: QtBot, tmp_path: Path, name: str
) -> None:
    state = document.choose_activation(Session(), name)
    vector, pixels = tmp_path / "a.svg", tmp_path / "a.png"
    render_session(state, "light", SIZE, vector)
    render_session(state, "light", SIZE, pixels)
    assert b"<image" not in vector.read_bytes()
    renderer = QSvgRenderer(str(vector))
    assert renderer.isValid()
    assert renderer.viewBox().size().toTuple() == SIZE
    image = QImage(*SIZE, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    wanted = counted(QImage(str(pixels)), THEMES["light"].f)
    assert counted(image, THEMES["light"].f) == pytest.approx(wanted, rel=0.2)


def test_a_pdf_is_one_page_with_its_name(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    render_session(Session(), "dark", SIZE, path)
    data = path.read_bytes()
    assert data.startswith(b"%PDF-")
    assert data.count(b"/Type /Page\n") == 1
    assert b"/MediaBox [0 0 900 600]" in data.replace(b".000000", b"")


def test_pinned_curves_are_drawn_and_named(qtbot: QtBot, tmp_path: Path) -> None:
    state = document.choose_activation(document.pin(Session()), "tanh")
    path = tmp_path / "a.png"
    render_session(state, "dark", SIZE, path)
    assert counted(QImage(str(path)), THEMES["dark"].pins[0].colour) > 20


@pytest.mark.parametrize(
    ("theme", "name", "words"),
    [
        ("blue", "a.png", "theme: 'blue' is not allowed"),
        ("dark", "a.gif", "a file that ends in .png, .svg, .pdf"),
        ("dark", "none/a.png", "none/a.png: it cannot be written"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    qtbot: QtBot, tmp_path: Path, theme: str, name: str, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        render_session(Session(), theme, SIZE, tmp_path / name)
    assert list(tmp_path.glob("*.*")) == []
