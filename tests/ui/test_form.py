"""Every kind of domain has an editor that shows, takes and refuses values."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QRawFont, QTextCursor, QTextDocument
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from actviz.layers import layer_row
from actviz.param import (
    FINITE,
    POSITIVE,
    Choice,
    Flag,
    Integer,
    Param,
    Real,
    Sizes,
    Text,
    Value,
    Vector,
)
from actviz.ui.controls import Field
from actviz.ui.editors import (
    ChoiceEditor,
    FlagEditor,
    IntegerEditor,
    NamedEditor,
    NumberEditor,
    VectorEditor,
    editor_for,
)
from actviz.ui.form import Form, FormRow, NarrowRow, WideRow
from actviz.ui.stylesheet import stylesheet
from actviz.ui.theme import DARK, font

Place = Callable[..., QWidget]
ALPHA = Param("alpha", 1.0, FINITE, (0.0, 5.0), "what f falls to", symbol=r"\alpha")
BETA = Param("beta", 2.0, POSITIVE, (0.1, 5.0))
MAXIMUM = Param("max_value", None, Real(optional=True), (0.0, 10.0))
AXIS = Param("axis", -1, Integer(low=-3, high=3))
LOGITS = Param("logits", (0.0,), Vector(longest=3))
FORM = Param("approximate", "none", Choice(("none", "tanh")))
PADDING = Param("padding", "valid", Choice(("valid", "same", "causal")))
REGULARIZER = Param("regularizer", None, Choice(("l1", "l2"), optional=True))
KERNEL = Param("kernel_size", (3, 3), Sizes(2))
NAME = Param("name", None, Text(optional=True, forbidden="/"))
BIAS = Param("use_bias", True, Flag())


def type_into(qtbot: QtBot, field: Field, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def row_of(param: Param, kind: type[WideRow] | type[NarrowRow] = WideRow) -> FormRow:
    made = kind(param, "here")
    made.show_value(param.default)
    return made


@pytest.mark.parametrize(
    ("param", "text", "value"),
    [
        (ALPHA, "-12.5", -12.5),
        (ALPHA, "1/6", 1 / 6),
        (MAXIMUM, "6", 6.0),
        (AXIS, "2", 2),
        (LOGITS, "1, -2.5", (1.0, -2.5)),
        (KERNEL, "5", (5, 5)),
        (KERNEL, "3x5", (3, 5)),
        (NAME, "conv 1", "conv 1"),
    ],
)
def test_what_is_typed_is_told_as_a_value(
    qtbot: QtBot, place: Place, param: Param, text: str, value: Value
) -> None:
    row = row_of(param, NarrowRow if param is KERNEL else WideRow)
    place(row)
    with qtbot.waitSignals([row.edited, row.finished]):
        type_into(qtbot, row.findChildren(Field)[0], text)
    row.show_value(value)
    assert row.editor.value == value
    assert not row.sentence.isVisible()


@pytest.mark.parametrize(
    ("param", "text", "allowed"),
    [
        (ALPHA, "", "a finite number"),
        (ALPHA, "nan", "a finite number"),
        (ALPHA, "1e999", "a finite number"),
        (BETA, "0", "greater than 0"),
        (AXIS, "1.5", "a whole number from -3 to 3"),
        (AXIS, "7", "a whole number from -3 to 3"),
        (LOGITS, "1 2 3 4", "1 to 3 finite numbers"),
        (KERNEL, "3, 3, 3", "1 or 2 whole numbers"),
        (NAME, "a/b", "without /"),
    ],
)
def test_what_is_not_allowed_is_refused_under_the_field(
    qtbot: QtBot, place: Place, param: Param, text: str, allowed: str
) -> None:
    row = row_of(param)
    place(row)
    field = row.findChildren(Field)[0]
    with qtbot.assertNotEmitted(row.edited):
        type_into(qtbot, field, text)
    assert row.sentence.isVisible()
    assert f"here.{param.name}: " in row.sentence.text()
    assert allowed in row.sentence.text()
    assert row.editor.value == param.default
    assert field.property("wrong") is True
    field.clearFocus()
    assert field.text() == field._shown != text


def test_a_good_value_takes_the_sentence_away(qtbot: QtBot, place: Place) -> None:
    row = row_of(ALPHA)
    place(row)
    field = row.findChildren(Field)[0]
    type_into(qtbot, field, "abc")
    type_into(qtbot, field, "3")
    assert not row.sentence.isVisible()
    assert field.property("wrong") is False


def test_the_reset_button_is_there_when_it_would_change_something(
    qtbot: QtBot, place: Place
) -> None:
    row = row_of(ALPHA)
    place(row)
    assert not row.back.isVisible()
    row.show_value(2.0)
    assert row.back.isVisible()
    with qtbot.waitSignal(row.reset) as told:
        qtbot.mouseClick(row.back, Qt.MouseButton.LeftButton)
    assert told.args == ["alpha"]


def test_none_can_be_ticked_and_unticked(qtbot: QtBot, place: Place) -> None:
    row = row_of(MAXIMUM)
    place(row)
    editor = row.editor
    assert isinstance(editor, NumberEditor)
    assert editor.none is not None
    row.show_value(6.0)
    with qtbot.waitSignal(row.edited) as told:
        editor.none.click()
    assert told.args == ["max_value", None]
    row.show_value(None)
    assert editor.field.text() == "none"
    with qtbot.waitSignal(row.edited) as told:
        editor.none.click()
    assert told.args == ["max_value", 6.0]


def test_an_integer_has_steps_that_end_at_its_bounds(qtbot: QtBot, place: Place) -> None:
    row = row_of(AXIS)
    place(row)
    editor = row.editor
    assert isinstance(editor, IntegerEditor)
    with qtbot.waitSignal(row.edited) as told:
        qtbot.mouseClick(editor.steps[1], Qt.MouseButton.LeftButton)
    assert told.args == ["axis", 0]
    row.show_value(3)
    with qtbot.assertNotEmitted(row.edited):
        qtbot.keyClick(editor.field, Qt.Key.Key_Up)
    assert "whole number" in row.sentence.text()
    with qtbot.waitSignal(row.edited) as told:
        qtbot.keyClick(editor.field, Qt.Key.Key_Down)
    assert told.args == ["axis", 2]


def test_a_vector_grows_and_shrinks_within_its_bounds(qtbot: QtBot, place: Place) -> None:
    row = row_of(LOGITS)
    place(row)
    editor = row.editor
    assert isinstance(editor, VectorEditor)
    assert not editor.fewer.isEnabled()
    with qtbot.waitSignal(row.edited) as told:
        editor.more.click()
    assert told.args == ["logits", (0.0, 0.0)]
    row.show_value((1.0, 2.0, 3.0))
    assert not editor.more.isEnabled()
    with qtbot.waitSignal(row.edited) as told:
        editor.fewer.click()
    assert told.args == ["logits", (1.0, 2.0)]


def test_few_choices_stand_side_by_side_and_many_in_a_list(qtbot: QtBot, place: Place) -> None:
    row, narrow = row_of(FORM), row_of(PADDING, NarrowRow)
    place(row, narrow)
    wide, listed = row.editor, narrow.editor
    assert isinstance(wide, ChoiceEditor)
    assert isinstance(listed, ChoiceEditor)
    assert wide.segments is not None
    with qtbot.waitSignal(row.edited) as told:
        qtbot.mouseClick(wide.segments.buttons()["tanh"], Qt.MouseButton.LeftButton)
    assert told.args == ["approximate", "tanh"]
    assert listed.combo is not None
    listed.combo.setFocus()
    with qtbot.waitSignal(narrow.edited) as told:
        qtbot.keyClick(listed.combo, Qt.Key.Key_Down)
    assert told.args == ["padding", "same"]


def test_an_optional_choice_offers_none(qtbot: QtBot, place: Place) -> None:
    row = row_of(REGULARIZER)
    place(row)
    editor = row.editor
    assert isinstance(editor, ChoiceEditor)
    assert editor.combo is not None
    assert editor.combo.currentText() == "none"
    row.show_value("l2")
    with qtbot.waitSignal(row.edited) as told:
        qtbot.keyClick(editor.combo, Qt.Key.Key_Home)
    assert told.args == ["regularizer", None]


def test_a_flag_is_ticked(qtbot: QtBot, place: Place) -> None:
    row = row_of(BIAS, NarrowRow)
    place(row)
    assert isinstance(row.editor, FlagEditor)
    with qtbot.waitSignal(row.edited) as told:
        row.editor.box.click()
    assert told.args == ["use_bias", False]


@pytest.mark.parametrize(
    "param", [ALPHA, MAXIMUM, AXIS, LOGITS, FORM, PADDING, REGULARIZER, KERNEL, NAME, BIAS]
)
def test_showing_tells_nobody(qtbot: QtBot, param: Param) -> None:
    editor = editor_for(param, "here", wide=True)
    qtbot.addWidget(editor)
    with qtbot.assertNotEmitted(editor.edited), qtbot.assertNotEmitted(editor.refused):
        editor.show_value(param.default)
        editor.show_value(param.default)


@pytest.mark.parametrize("param", [ALPHA, MAXIMUM, AXIS, LOGITS, FORM, PADDING, KERNEL, BIAS])
def test_a_screen_reader_is_told_every_name(qtbot: QtBot, param: Param) -> None:
    row = row_of(param)
    qtbot.addWidget(row)
    assert row.label.buddy() is row.editor.focus
    assert row.editor.focus.accessibleName() or isinstance(row.editor.focus, QPushButton)
    assert all(button.accessibleName() or button.text() for button in row.findChildren(QPushButton))


def test_a_form_keeps_its_rows_while_the_parameters_stay(qtbot: QtBot) -> None:
    form = Form(wide=True)
    qtbot.addWidget(form)
    form.show_params((ALPHA,), {"alpha": 1.0}, "elu")
    before = form.rows["alpha"]
    form.show_params((ALPHA,), {"alpha": 2.0}, "elu")
    assert form.rows["alpha"] is before
    assert before.editor.value == 2.0
    form.show_params((BETA,), {"beta": 1.0}, "swish")
    assert list(form.rows) == ["beta"]


def refuse_text(qtbot: QtBot, place: Place, param: Param = ALPHA) -> tuple[FormRow, Field]:
    row = row_of(param)
    place(row)
    field = row.findChildren(Field)[0]
    type_into(qtbot, field, "abc")
    assert row.sentence.isVisible()
    assert field.wrong
    return row, field


@pytest.mark.parametrize("param", [ALPHA, AXIS, LOGITS, KERNEL])
def test_escape_takes_the_sentence_away(qtbot: QtBot, place: Place, param: Param) -> None:
    row, field = refuse_text(qtbot, place, param)
    before = field._shown
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == before
    assert not row.sentence.isVisible()
    assert not field.wrong


def test_typing_on_takes_the_sentence_about_the_old_text_away(qtbot: QtBot, place: Place) -> None:
    row, field = refuse_text(qtbot, place)
    qtbot.keyClicks(field, "1")
    assert not row.sentence.isVisible()
    assert not field.wrong


def test_leaving_what_was_refused_takes_the_sentence_away(qtbot: QtBot, place: Place) -> None:
    row, field = refuse_text(qtbot, place)
    field.clearFocus()
    assert field.text() == "1"
    assert not row.sentence.isVisible()


def test_showing_the_value_again_takes_back_what_was_refused(qtbot: QtBot, place: Place) -> None:
    row, field = refuse_text(qtbot, place)
    row.show_value(1.0)
    assert field.text() == "1"
    assert not row.sentence.isVisible()
    assert not field.wrong


def test_a_step_goes_over_numbers_that_are_refused(qtbot: QtBot, place: Place) -> None:
    row = row_of(AXIS)
    place(row)

    def take(_: str, value: int) -> None:
        if value == 0:
            row.refuse("0 is the batch axis")
        else:
            row.show_value(value)

    row.edited.connect(take)
    editor = row.editor
    assert isinstance(editor, IntegerEditor)
    qtbot.mouseClick(editor.steps[1], Qt.MouseButton.LeftButton)
    assert editor.value == 1
    assert not row.sentence.isVisible()
    qtbot.mouseClick(editor.steps[-1], Qt.MouseButton.LeftButton)
    assert editor.value == -1
    assert not editor.field.wrong


def test_the_same_number_in_other_words_is_written_the_usual_way(
    qtbot: QtBot, german: None, place: Place
) -> None:
    row = row_of(ALPHA)
    place(row)
    row.edited.connect(lambda _, value: row.show_value(value))
    row.show_value(1.5)
    field = row.findChildren(Field)[0]
    type_into(qtbot, field, "1.5")
    assert field.text() == "1,5"


@pytest.mark.parametrize("param", [ALPHA, MAXIMUM, LOGITS])
def test_a_row_stays_where_it_is_when_its_sentence_goes(
    qtbot: QtBot, qapp: QApplication, place: Place, param: Param
) -> None:
    qapp.setStyleSheet(stylesheet(DARK))
    row = row_of(param)
    place(row, width=260)
    QApplication.processEvents()
    before = row.sizeHint().height(), row.heightForWidth(240)
    row.refuse("here.alpha: '0,5,5' is not allowed; it must be a finite number")
    assert row.sentence.isVisible()
    assert not row.label.isVisible()
    QApplication.processEvents()
    assert (row.sizeHint().height(), row.heightForWidth(240)) == before
    row.refuse("a sentence that is longer than two lines " * 5)
    qtbot.waitUntil(lambda: row.heightForWidth(240) > before[1])
    refused = row.heightForWidth(240)
    row.accept()
    QApplication.processEvents()
    assert row.label.isVisible()
    assert row.heightForWidth(240) == refused


def test_names_are_drawn_in_a_weight_that_is_there(qtbot: QtBot, place: Place) -> None:
    row = row_of(ALPHA)
    place(row)
    text = QTextDocument()
    text.setHtml(row.label.text())
    name = QTextCursor(text)
    name.movePosition(QTextCursor.MoveOperation.Right)
    weight = QFont.Weight(name.charFormat().fontWeight())
    assert "α" in text.toPlainText()
    raw = QRawFont.fromFont(font(12, weight))
    assert raw.weight() == weight == QFont.Weight.DemiBold
    assert all(raw.supportsCharacter(ord(letter)) for letter in "αβθε")


def test_names_share_the_room_and_the_longest_is_whole_where_there_is_some(
    qtbot: QtBot, place: Place
) -> None:
    longest = Param("zero_output_for_mask", False, Flag(), doc="what it does")
    form = Form(wide=False)
    frame = place()
    form.setParent(frame)
    params = (longest, AXIS, PADDING)
    form.show_params(params, {param.name: param.default for param in params}, "here")
    form.show()
    label = form.rows[longest.name].label
    for width, whole in ((302, True), (261, False), (302, True)):
        assert form.minimumSizeHint().width() <= 261
        form.resize(width, 120)
        QApplication.processEvents()
        assert len({row.label.width() for row in form.rows.values()}) == 1
        need = label.fontMetrics().horizontalAdvance(label.text())
        assert (label.width() >= need) == whole
    assert longest.name in label.toolTip()


def test_a_word_has_a_field_for_its_arguments(qtbot: QtBot, place: Place) -> None:
    row = row_of(layer_row("Dense").field("kernel_regularizer"), NarrowRow)
    place(row)
    editor = row.editor
    assert isinstance(editor, NamedEditor)
    assert not editor.arguments.isVisible()
    row.show_value("l1l2(l2=0.5)")
    assert editor.combo is not None
    assert editor.combo.currentText() == "l1l2"
    assert editor.arguments.text() == "l2=0.5"
    assert editor.arguments.placeholderText() == "l1=0, l2=0"
    with qtbot.waitSignal(row.edited) as told:
        type_into(qtbot, editor.arguments, "l2=0.001, l1=2")
    assert told.args == ["kernel_regularizer", "l1l2(l1=2, l2=0.001)"]
    type_into(qtbot, editor.arguments, "l2=-1")
    assert "l1l2.l2: -1.0 is not allowed" in row.sentence.text()
    assert editor.arguments.wrong
    assert editor.value == "l1l2(l2=0.5)"
    row.show_value(None)
    assert not row.sentence.isVisible()
    assert editor.combo.currentText() == "none"
