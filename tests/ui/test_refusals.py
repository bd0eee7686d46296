"""What was refused is said at its place, once, and for as long as it is there to be read."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.ui.controls import Field
from actviz.ui.editors import IntegerEditor, NumberEditor
from actviz.ui.form import FormRow
from actviz.ui.window import Window

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def type_into(qtbot: QtBot, field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def field_of(row: FormRow) -> Field:
    return row.findChildren(Field)[0]


def settle() -> None:
    """Let wrapped text settle its height, which takes a few rounds of layout."""
    for _ in range(10):
        QApplication.processEvents()


def groups_row(qtbot: QtBot, window: Window) -> FormRow:
    qtbot.waitUntil(lambda: window.complete)
    return next(
        section.form.rows["groups"]
        for section in window.layer.sections.values()
        if "groups" in section.form.rows
    )


def test_a_field_is_not_red_once_a_reset_has_made_it_fine(qtbot: QtBot, window: Window) -> None:
    row = groups_row(qtbot, window)
    window.store.apply(document.set_field, "filters", 30)
    for _ in range(2):  # the second reset changes no field
        type_into(qtbot, field_of(row), "7")
        assert row.sentence.isVisible()
        assert field_of(row).wrong
        assert window.store.refusal not in window.status.message.text()
        qtbot.keyClick(window, Qt.Key.Key_R, CONTROL | SHIFT)
        assert not row.sentence.isVisible()
        assert not field_of(row).wrong
        assert field_of(row).text() == "1"


def test_undo_takes_back_what_was_refused(qtbot: QtBot, window: Window) -> None:
    row = groups_row(qtbot, window)
    window.store.apply(document.set_field, "filters", 30)
    type_into(qtbot, field_of(row), "4")
    assert field_of(row).wrong
    window.store.undo()
    assert not field_of(row).wrong
    assert not row.sentence.isVisible()


def test_a_step_of_groups_goes_to_the_next_divisor(qtbot: QtBot, window: Window) -> None:
    row = groups_row(qtbot, window)
    window.store.apply(document.set_field, "filters", 32)
    window.store.apply(document.set_field, "groups", 4)
    assert isinstance(row.editor, IntegerEditor)
    row.editor.steps[1].click()
    assert window.store.session.config.fields["groups"] == 8
    assert not row.sentence.isVisible()


def test_the_axis_of_softmax_goes_over_the_batch_axis(qtbot: QtBot, window: Window) -> None:
    window.store.apply(document.choose_activation, "softmax")
    row = window.parameters.form.rows["axis"]
    assert isinstance(row.editor, IntegerEditor)
    row.editor.steps[1].click()
    assert window.store.session.values["axis"] == 1
    row.editor.steps[-1].click()
    assert window.store.session.values["axis"] == -1
    assert not row.sentence.isVisible()
    assert "batch" not in window.status.message.text()
    type_into(qtbot, field_of(row), "0")
    assert "batch" in row.sentence.text()
    assert "batch" not in window.status.message.text()


@pytest.mark.parametrize("locale", ["german"])
def test_a_german_sees_a_comma_after_typing_a_point(
    qtbot: QtBot, request: pytest.FixtureRequest, locale: str, window: Window
) -> None:
    request.getfixturevalue(locale)
    field = field_of(window.parameters.form.rows["alpha"])
    for _ in range(2):
        type_into(qtbot, field, "1.5")
        assert field.text() == "1,5"


def test_the_slider_stays_where_it_is_while_saturation_comes_and_goes(
    qtbot: QtBot, window: Window
) -> None:
    window.store.apply(document.choose_activation, "leaky_relu")
    panel = window.parameters
    editor = panel.form.rows["negative_slope"].editor
    assert isinstance(editor, NumberEditor)
    qtbot.waitUntil(lambda: panel.formula.shown == panel.formula._wanted, timeout=20_000)
    seen = []
    for slope, saturates in ((0.3, False), (0.0, True), (0.5, False)):
        window.store.apply(document.set_value, "negative_slope", slope)
        qtbot.waitUntil(lambda wanted=saturates: panel.saturation.isVisible() == wanted)
        settle()
        seen.append(editor.slider.mapTo(window, QPoint()))
    type_into(qtbot, editor.field, "abc")
    settle()
    seen.append(editor.slider.mapTo(window, QPoint()))
    assert len(set(seen)) == 1


def test_softmax_says_that_it_is_the_slice_that_saturates(qtbot: QtBot, window: Window) -> None:
    window.store.apply(document.choose_activation, "softmax")
    sentence = window.parameters.saturation
    qtbot.waitUntil(lambda: sentence.text().startswith("This slice saturates below"))
