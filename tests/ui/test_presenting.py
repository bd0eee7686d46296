"""The lens alone and large, for a room; and boards in too little room."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QSizeF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QScrollArea
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.session import Session
from actviz.ui.board import Board, Chart
from actviz.ui.board_figure import BoardFigure
from actviz.ui.board_head import head_of
from actviz.ui.lenses import DRAWN, drawing
from actviz.ui.look import Look
from actviz.ui.stylesheet import stylesheet
from actviz.ui.theme import DARK, TEXT_SIZE, THEMES
from actviz.ui.window import Window


def present(qtbot: QtBot, window: Window) -> None:
    with qtbot.waitSignal(window.presentation.changed):
        qtbot.keyClick(window, Qt.Key.Key_F11)
    assert window.windowState() & Qt.WindowState.WindowFullScreen
    window.resize(1920, 1080)
    qtbot.waitUntil(lambda: window.presentation.zoom == 1.8)
    qtbot.waitUntil(lambda: window.lenses.width() > 0.95 * window.width())


@pytest.mark.parametrize("name", ["curve", "saturation"])
def test_presenting_shows_the_lens_alone_and_larger(
    qtbot: QtBot, window: Window, name: str
) -> None:
    window.store.apply(document.set_lens, name)
    lens, before = window.lenses.currentWidget(), window.store.session
    qtbot.waitUntil(lambda: bool(lens.readings.texts()))
    caption = lens.readings.findChildren(QLabel)[0]
    small = caption.sizeHint().height()
    present(qtbot, window)
    parts = (window.bar, window.left, window.layer, window.status)
    assert not any(part.isVisible() for part in parts)
    assert lens.isVisible()
    assert lens.canvas.zoom == 1.8
    assert caption.sizeHint().height() > 1.6 * small
    assert window.store.session == before
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.presentation.on
    assert all(part.isVisible() for part in parts)
    assert not window.windowState() & Qt.WindowState.WindowFullScreen
    assert lens.canvas.zoom == 1.0
    assert caption.sizeHint().height() == small


def test_controls_are_enlarged_also_for_the_next_lens_and_in_the_other_look(
    qtbot: QtBot, window: Window
) -> None:
    window.store.apply(document.set_lens, "saturation")
    usual = window.board.controls.rows["std"].editor.focus.width()
    present(qtbot, window)
    assert window.board.controls.rows["std"].editor.focus.width() == round(1.8 * usual)
    qtbot.keyClick(window, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert window.store.session.lens == "signal"
    assert window.board.controls.rows["std"].editor.focus.width() == round(1.8 * usual)
    for look in THEMES:
        window.appearance.choose(look)
        qtbot.waitUntil(window.board.sentence.isVisible)
        assert window.board.sentence.font().pixelSize() > 1.7 * 12
    window.presentation.leave()
    assert window.board.controls.rows["std"].editor.focus.width() == usual


def test_the_mouse_points_at_the_same_place_of_an_enlarged_board(
    qtbot: QtBot, window: Window
) -> None:
    window.store.apply(document.set_lens, "flow")
    present(qtbot, window)
    canvas = window.board.canvas
    qtbot.waitUntil(lambda: "map" in canvas.charts() or bool(canvas.charts()))
    placed = canvas.figure.placed[0]
    x, y = placed.plot.x.pixel(0.25), placed.plot.y.pixel(1.25)
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=(QPointF(x, y) * canvas.zoom).toPoint())
    assert window.store.session.settings["start_mean"] == pytest.approx(0.25, abs=0.02)
    assert window.store.session.settings["start_variance"] == pytest.approx(1.25, abs=0.02)


def test_a_window_closed_while_presenting_comes_back_whole(qtbot: QtBot, window: Window) -> None:
    present(qtbot, window)
    window.store.mark_saved()
    window.close()
    assert not window.presentation.on
    assert not window.bar.isHidden()


def test_the_legend_of_pinned_curves_is_enlarged(qtbot: QtBot, window: Window) -> None:
    window.commands["pin"].trigger()
    window.store.apply(document.choose_activation, "tanh")
    legend = window.lens.legend

    def icon_width() -> float:
        size = legend.buttons[0].icon().actualSize(legend.buttons[0].iconSize())
        return size.width()

    usual = icon_width()
    present(qtbot, window)
    qtbot.waitUntil(lambda: icon_width() >= 1.7 * usual)
    window.presentation.leave()
    qtbot.waitUntil(lambda: icon_width() == usual)


def test_the_enlarged_sheet_keeps_lines_of_one_pixel() -> None:
    twice = stylesheet(DARK, 2.0)
    assert f"font-size: {2 * TEXT_SIZE}px" in twice
    assert "border: 1px solid" in twice
    assert stylesheet(DARK, 1.0) == stylesheet(DARK)


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_overlaps_in_a_board_of_the_least_height(qapp: object, name: str) -> None:
    session = document.set_lens(Session(), name)
    found = drawing(name)
    if found.refusal(session):
        session = document.choose_layer(session, "LSTM")
    part = next(iter(found.work(found.key(session))))
    figure = BoardFigure(Look(DARK))
    board: Board = found.board(part.found, session, figure.look)
    least = figure.least_height(board, 520.0)
    figure.show(board, QSizeF(520.0, least), 1.0)
    for placed in figure.placed:
        assert placed.plot.rect.height() >= 36.0
        assert placed.plot.rect.top() >= placed.outer.top() + placed.head.height(figure.look) - 1
        assert placed.plot.rect.bottom() <= placed.outer.bottom() + 1
        if isinstance(placed.chart, Chart):
            head = head_of(placed.chart, placed.outer.width(), figure.look)
            names = [mark.name for line in head.legend for mark in line]
            assert names == [mark.name for mark in placed.chart.marks if getattr(mark, "name", "")]


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("width", [950, 1280])
def test_no_control_is_cut_off(qtbot: QtBot, window: Window, name: str, width: int) -> None:
    window.resize(width, 800)
    window.store.apply(document.choose_layer, "LSTM")
    window.store.apply(document.set_lens, name)
    page = window.board.findChild(QScrollArea)
    qtbot.waitUntil(window.board.controls.isVisible)
    qtbot.waitUntil(lambda: page.widget().width() <= page.viewport().width())
    for row in window.board.controls.rows.values():
        assert row.width() >= row.minimumSizeHint().width()


@pytest.mark.parametrize("stopped", [False, True])
def test_a_quick_lens_calls_off_what_the_last_one_had_begun(
    qtbot: QtBot, window: Window, stopped: bool
) -> None:
    board = window.board
    window.store.apply(document.set_lens, "depth")
    qtbot.waitUntil(board.progress.isVisible)
    if stopped:
        QTest.mouseClick(board.cancel, Qt.MouseButton.LeftButton)
        assert board.again.isVisible()
    window.store.apply(document.set_lens, "saturation")
    qtbot.waitUntil(lambda: board.complete)
    assert not board.progress.isVisible()
    assert not board.cancel.isVisible()
    assert not board.again.isVisible()
    window.store.undo()
    qtbot.waitUntil(board.progress.isVisible)


def test_a_line_of_a_table_is_told_whole(qtbot: QtBot, window: Window) -> None:
    window.store.apply(document.set_lens, "signal")
    canvas = window.board.canvas
    qtbot.waitUntil(lambda: "gains" in canvas.charts())
    rect = next(each.plot.rect for each in canvas.figure.placed if each.chart.key == "gains")
    words = [canvas.tip_at(QPointF(rect.center().x(), rect.top() + y)) for y in range(300)]
    assert next(word for word in words if "1.41421" in word).splitlines() == [
        "convention: He",
        "value: 1.41421",
        "keeps, or is: √2: exact for ReLU alone",
    ]
    assert canvas.tip_at(QPointF(2.0, 2.0)) == ""


def test_a_small_window_scrolls_a_board(qtbot: QtBot, window: Window) -> None:
    window.store.apply(document.set_lens, "saturation")
    window.resize(window.minimumSize())
    board = window.board
    page = board.findChild(QScrollArea)
    qtbot.waitUntil(lambda: page.verticalScrollBar().maximum() > 0)
    least = board.canvas.figure.least_height(board.canvas.board, board.canvas.width())
    assert board.canvas.height() >= int(least)
    below = board.sentence.mapTo(board, QPoint()).y()
    assert below >= board.canvas.mapTo(board, QPoint()).y() + board.canvas.height()
