from __future__ import annotations

from itertools import combinations

import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.activations import LISTED, ROWS
from actviz.ui.theme import LIGHT
from actviz.ui.window import Window

X = np.linspace(-8.0, 8.0, 161)


def shown(window: Window) -> list[str]:
    return [item.text() for item in window.picker.items() if not item.isHidden()]


def test_the_own_formula_comes_first_and_then_all_in_the_order_of_the_source(
    window: Window,
) -> None:
    assert shown(window) == ["Your own f(x)", *(row.title for row in ROWS)]
    assert window.picker.list.currentItem().text() == "ELU"


def test_every_picture_is_computed_by_the_engine(qtbot: QtBot, window: Window) -> None:
    qtbot.waitUntil(lambda: window.picker.complete)
    pictures = {}
    for item in window.picker.items():
        image = item.icon().pixmap(44, 26).toImage()
        pictures[item.text()] = bytes(image.constBits())
    for one, other in combinations(ROWS, 2):
        if pictures[one.title] == pictures[other.title]:  # as softmax's slice and the sigmoid
            assert np.array_equal(one.evaluate(X)[0], other.evaluate(X)[0])
    before = pictures["GELU"]
    window.appearance.choose(LIGHT.name)
    again = window.picker.items()[2].icon().pixmap(44, 26).toImage()
    assert bytes(again.constBits()) != before


def test_a_jump_is_not_joined_in_its_picture(qtbot: QtBot, window: Window) -> None:
    qtbot.waitUntil(lambda: window.picker.complete)
    item = next(item for item in window.picker.items() if item.text() == "Thresholded ReLU")
    image = item.icon().pixmap(44, 26).toImage()
    accent = window.appearance.theme.f
    at_jump = round(3 + (4 + 1) * 38 / 8)
    column = [image.pixelColor(at_jump, y).name() for y in range(image.height())]
    assert column.count(accent) <= 3


def test_a_click_chooses(qtbot: QtBot, window: Window) -> None:
    picker = window.picker
    place = picker.list.visualItemRect(picker.items()[5]).center()
    with qtbot.waitSignal(window.lens.drawn):
        qtbot.mouseClick(picker.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.store.session.activation == "relu"
    window.store.undo()
    assert picker.list.currentItem().text() == "ELU"


def test_arrow_keys_choose(qtbot: QtBot, window: Window) -> None:
    qtbot.keyClick(window.picker.list, Qt.Key.Key_Down)
    assert window.store.session.activation == "gelu"
    qtbot.keyClick(window.picker.list, Qt.Key.Key_End)
    assert window.store.session.activation == ROWS[-1].name


def test_the_filter_is_reached_by_a_key_and_finds_parts_of_names(
    qtbot: QtBot, window: Window
) -> None:
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    picker = window.picker
    assert picker.filter.hasFocus()
    qtbot.keyClicks(picker.filter, "sigm")
    assert shown(window) == ["Hard sigmoid", "Sigmoid", "Log sigmoid", "Sparse sigmoid"]
    assert window.store.session.activation == "elu"
    qtbot.keyClick(picker.filter, Qt.Key.Key_Return)
    assert window.store.session.activation == "hard_sigmoid"
    assert picker.filter.text() == ""
    assert len(shown(window)) == len(LISTED)
    item = picker.list.currentItem()
    assert item.text() == "Hard sigmoid"
    assert picker.list.viewport().rect().contains(picker.list.visualItemRect(item).center())


def test_what_is_chosen_stays_in_view_when_the_list_gets_less_room(
    qtbot: QtBot, window: Window
) -> None:
    picker = window.picker
    window.store.apply(document.choose_activation, "threshold")
    before = picker.list.height()
    window.parameters.setMinimumHeight(window.parameters.height() + 150)
    qtbot.waitUntil(lambda: picker.list.height() < before)
    rect = picker.list.visualItemRect(picker.list.currentItem())
    assert picker.list.viewport().rect().contains(rect)


def test_escape_makes_the_list_whole_again(qtbot: QtBot, window: Window) -> None:
    picker = window.picker
    qtbot.keyClicks(picker.filter, "sigm")
    qtbot.keyClick(picker.filter, Qt.Key.Key_Escape)
    assert len(shown(window)) == len(LISTED)
    assert window.store.session.activation == "elu"


def test_down_in_the_filter_goes_into_the_list(qtbot: QtBot, window: Window) -> None:
    window.activateWindow()
    picker = window.picker
    picker.filter.setFocus()
    qtbot.keyClicks(picker.filter, "RELU")
    assert shown(window) == ["Leaky ReLU", "ReLU", "Thresholded ReLU", "PReLU", "ReLU6"]
    qtbot.keyClick(picker.filter, Qt.Key.Key_Down)
    assert picker.list.hasFocus()
    assert window.store.session.activation == "leaky_relu"
    qtbot.keyClick(picker.list, Qt.Key.Key_Down)
    assert window.store.session.activation == "relu"


def test_a_filter_that_finds_nothing_says_so(qtbot: QtBot, window: Window) -> None:
    qtbot.keyClicks(window.picker.filter, "mish?")
    assert shown(window) == []
    assert window.picker._nothing.isVisible()
    qtbot.keyClick(window.picker.filter, Qt.Key.Key_Return)
    assert window.store.session.activation == "elu"
