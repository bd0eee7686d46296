"""Lenses on a board: settings turned by hand, what is drawn, picked, copied and rendered."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSizeF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.lenses import LENSES
from actviz.session import Session
from actviz.ui import lenses as drawings
from actviz.ui.app import end, open_window
from actviz.ui.board import Arrows, Bars, Board, Chart, Dots, Line, Part, Picture, Scale, Table
from actviz.ui.board_canvas import BoardCanvas
from actviz.ui.board_figure import BoardFigure
from actviz.ui.board_text import board_text, chart_text
from actviz.ui.lenses import DRAWN, drawing
from actviz.ui.lenses.board import BoardLens
from actviz.ui.log_axis import LogAxis, log_range
from actviz.ui.look import Look
from actviz.ui.plot_items import Stroke
from actviz.ui.readings import Reading
from actviz.ui.render import render_session
from actviz.ui.store import Store
from actviz.ui.theme import DARK, LIGHT
from actviz.ui.window import Window
from actviz.ui.worker import Worker

X = np.array([1.0, 2.0, 3.0, 4.0])


def a_chart(look: Look, **changes: Any) -> Chart:
    marks = (
        Picture(np.arange(6.0).reshape(2, 3), (0.0, 4.0), (0.0, 3.0), name="heat"),
        Line(X, np.array([1.0, np.nan, 2.0, 3.0]), Stroke(look.f), "line"),
        Dots(X, X / 2, look.df, "dots", low=X / 3, high=X),
        Bars(X, X, look.danger, name="bars"),
        Arrows(X, X, X / 10, X / 10, look.dim, "arrows"),
    )
    return Chart("one", "A chart", Scale("t"), Scale("y"), changes.pop("marks", marks), **changes)


@pytest.fixture
def shown(qtbot: QtBot, window: Window) -> BoardLens:
    """The window's board, looking through the Saturation lens."""
    with qtbot.waitSignal(window.board.drawn):
        QTest.mouseClick(window.bar.tabs["saturation"], Qt.MouseButton.LeftButton)
    assert window.board.complete
    return window.board


def chart_of(lens: BoardLens, key: str) -> Chart:
    found = lens.canvas.charts()[key]
    assert isinstance(found, Chart)
    return found


def test_a_tab_shows_its_board_and_the_curve_rests(
    qtbot: QtBot, window: Window, shown: BoardLens
) -> None:
    assert window.lenses.currentWidget() is shown
    assert not window.lens.isVisible()
    asked: list[object] = []
    window.evaluator.answered.connect(lambda key, _: asked.append(key))
    with qtbot.waitSignal(shown.drawn):
        window.store.apply(document.set_value, "alpha", 2.0)
    assert "curve" not in asked
    with qtbot.waitSignal(window.lens.drawn):
        QTest.mouseClick(window.bar.tabs["curve"], Qt.MouseButton.LeftButton)
    assert window.lens.picture.main is not None
    assert dict(window.lens.picture.main.result.request.values)["alpha"] == 2.0


def test_a_setting_moves_the_board_as_one_step(
    qtbot: QtBot, window: Window, shown: BoardLens
) -> None:
    before = shown.readings.texts()["P(saturated)"]
    field = shown.controls.rows["std"].editor.focus
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "3")
    with qtbot.waitSignal(shown.drawn):
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.store.session.settings["std"] == 3.0
    assert shown.readings.texts()["P(saturated)"] != before
    window.store.undo()
    assert window.store.session.settings["std"] == 1.0


def test_a_refused_setting_says_why_at_its_row(window: Window, shown: BoardLens) -> None:
    field = shown.controls.rows["std"].editor.focus
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "0")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "from 1e-06 to 1000000" in shown.controls.rows["std"].sentence.text()
    assert window.store.session.settings["std"] == 1.0


def test_the_crosshair_reads_and_the_menu_copies(qtbot: QtBot, shown: BoardLens) -> None:
    canvas = shown.canvas
    placed = canvas.figure.placed[0]
    at = QPoint(int(placed.plot.x.pixel(0.0)), int(placed.plot.rect.center().y()))
    QTest.mouseMove(canvas, at)
    qtbot.waitUntil(lambda: bool(canvas.reading()))
    assert canvas.reading().startswith("x ")
    menu = canvas.menu_at(QPointF(at))
    menu.actions()[0].trigger()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "f and the sides where it saturates"
    assert lines[1].split("\t")[:2] == ["x", "f(x)"]
    assert len(lines) > 500
    menu.actions()[1].trigger()
    assert QGuiApplication.clipboard().text().startswith("left side\tsoft")


def test_arrow_keys_lead_the_crosshair(shown: BoardLens) -> None:
    canvas = shown.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    first = canvas.reading()
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    second = canvas.reading()
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    assert len({first, second, canvas.reading()}) == 3
    assert canvas.accessibleDescription() == canvas.reading()
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.reading() == ""


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_every_mark_is_painted_in_its_chart(qapp: object, theme: Any) -> None:
    look = Look(theme)
    figure = BoardFigure(look)
    table = Table("table", "A table", ("a", "b"), (("1", "2"), ("3", "4")), frozenset({1}))
    figure.show(Board(((a_chart(look), table),)), QSizeF(800, 400), 1.0)
    image = QImage(800, 400, QImage.Format.Format_ARGB32)
    image.fill(look.panel)
    painter = QPainter(image)
    figure.paint(painter)
    painter.end()
    plot = figure.placed[0].plot
    bar = QPointF(plot.x.pixel(4.0) + 3, plot.y.pixel(0.4))
    assert image.pixelColor(bar.toPoint()) == look.danger
    corner = image.pixelColor(int(plot.x.pixel(0.15)), int(plot.y.pixel(0.15)))
    assert corner != look.panel
    right = figure.placed[1].outer
    colors = {
        image.pixelColor(x, y).name()
        for x in range(int(right.left()), int(right.right()), 1)
        for y in range(60, 90)
    }
    assert look.danger.name() in colors


def test_a_line_is_broken_where_it_is_not_finite(qapp: object) -> None:
    look = Look(DARK)
    gap = Line(X, np.array([1.0, 1.0, np.nan, 1.0]), Stroke(QColor("#ff0000"), 3.0))
    figure = BoardFigure(look)
    figure.show(
        Board(((a_chart(look, marks=(gap, Dots(X, 2 * X / X, look.f))),),)), QSizeF(400, 300), 1
    )
    image = QImage(400, 300, QImage.Format.Format_ARGB32)
    image.fill(look.panel)
    painter = QPainter(image)
    figure.paint(painter)
    painter.end()
    plot = figure.placed[0].plot

    def red(x: float) -> bool:
        return image.pixelColor(int(plot.x.pixel(x)), int(plot.y.pixel(1.0))).red() > 200

    assert red(1.5)
    assert not red(2.5)
    assert not red(3.5)


def test_a_logarithmic_axis_reaches_to_the_smallest_numbers() -> None:
    low, high = log_range(np.array([1e-300, 1.0]))
    axis = LogAxis(low, high, 0.0, 600.0)
    assert low <= 1e-300
    assert 0.0 <= axis.pixel(1e-300) < axis.pixel(1e-150) < axis.pixel(1.0) <= 600.0
    assert np.isnan(axis.pixel(0.0))
    assert np.isnan(axis.pixel(-1.0))
    assert axis.value(axis.pixel(1e-200)) == pytest.approx(1e-200, rel=1e-9)
    words = axis.words(lambda value, places: f"{value:.{places}f}")
    assert "10⁻²⁰⁰" in words
    assert len(words) == len(axis.tick_pixels)


@pytest.mark.parametrize("value", [1e-320, 5e-324, 1e300, 1.7e308])
def test_a_logarithmic_axis_has_room_for_one_extreme_value(value: float) -> None:
    low, high = log_range(np.array([value]))
    assert 0.0 < low < high < np.inf
    assert np.isfinite(LogAxis(low, high, 0.0, 600.0).pixels(np.array([low, high]))).all()


def test_numbers_are_copied_so_that_they_can_be_read_back() -> None:
    look = Look(DARK)
    chart = Chart("c", "T", Scale("x"), Scale("y"), (Line(X, X / 3, Stroke(look.f), "third"),))
    lines = [line.split("\t") for line in chart_text(chart).splitlines()[1:]]
    assert lines[0] == ["x", "third"]
    assert [float(line[1]) for line in lines[1:]] == (X / 3).tolist()
    board = Board(((chart,),), (Reading("gain", "1.25", "a hint"),), "An assumption.")
    assert board_text(board).splitlines()[0] == "gain\t1.25"


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker()
    yield made
    made.close()


def test_only_the_newest_job_is_heard_of(qtbot: QtBot, worker: Worker) -> None:
    go = threading.Event()

    def slow(key: int) -> Iterator[Part]:
        yield Part(0.5, key)
        go.wait()
        yield Part(1.0, key)

    def quick(key: int) -> Iterator[Part]:
        yield Part(1.0, key)

    heard: list[tuple[object, Part]] = []
    worker.arrived.connect(lambda key, part: heard.append((key, part)))
    with qtbot.waitSignal(worker.arrived):
        worker.start(1, slow)
    with qtbot.waitSignal(worker.arrived):
        worker.start(2, quick)
        go.set()
    assert heard == [(1, Part(0.5, 1)), (2, Part(1.0, 2))]


def test_a_job_that_is_given_up_does_no_further_step(qtbot: QtBot, worker: Worker) -> None:
    go, steps = threading.Event(), list[int]()

    def slow(key: int) -> Iterator[Part]:
        for step in range(3):
            steps.append(step)
            yield Part(step / 3, key)
            go.wait()

    def quick(key: int) -> Iterator[Part]:
        yield Part(1.0, key)

    with qtbot.waitSignal(worker.arrived):
        worker.start(1, slow)
    worker.stop()
    go.set()
    with qtbot.waitSignal(worker.arrived):  # the thread is free again
        worker.start(2, quick)
    assert steps in ([0], [0, 1])  # the step that began before it heard


def test_a_window_that_begins_with_another_lens_has_all_that_follows(
    qtbot: QtBot, own_folders: Path
) -> None:
    opened = open_window(opencl=False, session=document.set_lens(Session(), "signal"))
    qtbot.waitUntil(lambda: opened.board.complete)
    qtbot.waitUntil(lambda: opened.complete)
    assert not opened.lens.isVisible()
    end(opened)


def test_a_failing_job_is_told(qtbot: QtBot, worker: Worker) -> None:
    def bad(key: int) -> Iterator[Part]:
        yield Part(0.1, key)
        raise ValueError("width: 0 is not allowed")

    with qtbot.waitSignal(worker.failed) as told:
        worker.start(1, bad)
    assert str(told.args[1]) == "width: 0 is not allowed"


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_every_lens_is_rendered_or_says_why_not(
    qapp: object, tmp_path: Path, name: str, suffix: str
) -> None:
    session = document.set_lens(Session(), name)
    path = tmp_path / f"lens.{suffix}"
    refused = drawing(name).refusal(session)
    if refused:
        with pytest.raises(ValueError, match="lens"):
            render_session(session, "dark", (900, 700), path)
        assert not path.exists()
    else:
        render_session(session, "dark", (900, 700), path)
        assert path.stat().st_size > 4000


def test_every_lens_has_its_drawing() -> None:
    assert {lens.name for lens in LENSES} == {"curve", *DRAWN}
    for name in DRAWN:
        assert drawings.drawing(name).key(document.set_lens(Session(), name)) is not None


def test_narrow_windows_keep_all_lenses_within_reach(window: Window) -> None:
    tabs, bar = window.bar.tabs, window.bar
    bar.resize(bar.minimumSizeHint().width(), bar.height())
    hidden = [name for name, tab in tabs.items() if tab.isHidden()]
    assert not tabs["curve"].isHidden()
    assert bar.more.isHidden() == (not hidden)
    if hidden:
        bar.more.menu().aboutToShow.emit()
        assert len(bar.more.menu().actions()) == len(hidden)
        bar.more.menu().actions()[-1].trigger()
        assert window.store.session.lens == hidden[-1]
        assert not tabs[hidden[-1]].isHidden()


def test_a_canvas_without_a_board_is_empty(qtbot: QtBot) -> None:
    canvas = BoardCanvas(Look(DARK))
    qtbot.addWidget(canvas)
    with qtbot.waitExposed(canvas):
        canvas.show()
    assert canvas.reading() == ""
    assert canvas.charts() == {}


def test_a_store_without_a_board_lens_draws_nothing(qtbot: QtBot) -> None:
    lens = BoardLens(Store(), DARK)
    qtbot.addWidget(lens)
    with qtbot.waitExposed(lens):
        lens.show()
    assert lens.canvas.charts() == {}
    assert not lens.complete
    lens.close_worker()
