from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.formats import DIALECTS, Dialect, read_layer, shown_text
from actviz.layers import ROWS, LayerRow, layer_row
from actviz.param import Choice, Flag, Integer, Param, Real, Sizes, Text, Value
from actviz.ui.editors import ChoiceEditor, Editor, FieldEditor, FlagEditor
from actviz.ui.form import FormRow
from actviz.ui.json_view import changed_lines
from actviz.ui.window import Window

LAYERS = pytest.mark.parametrize("layer", ROWS, ids=lambda row: row.name)


def rows_of(window: Window) -> dict[str, FormRow]:
    """All rows of all groups, unfolded."""
    found: dict[str, FormRow] = {}
    for section in window.layer.sections.values():
        if not section.isHidden():
            section.fold.setChecked(True)
            found |= section.form.rows
    return found


def other_value(param: Param, old: Value) -> Value:
    """A value that the domain allows and that breaks no rule of any layer."""
    match param.domain:
        case Flag():
            return not old
        case Choice(options=options):
            return next(word for word in options if word != old)
        case Sizes(rank=rank):
            return (2,) * rank if param.name != "output_padding" else (0,) * rank
        case Integer():
            return 64 if param.name != "groups" else 2
        case Real():
            return 0.25
        case Text():
            return "first layer"
    raise AssertionError(param)


def edit(qtbot: QtBot, editor: Editor, value: Value) -> None:
    """Put a value in by hand."""
    if isinstance(editor, FlagEditor):
        editor.box.click()
    elif isinstance(editor, ChoiceEditor):
        assert editor.combo is not None
        editor.combo.setCurrentText(str(value))
        editor.combo.textActivated.emit(str(value))
    else:
        assert isinstance(editor, FieldEditor)
        words = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
        editor.field.selectAll()
        qtbot.keyClicks(editor.field, words)
        qtbot.keyClick(editor.field, Qt.Key.Key_Return)


@LAYERS
def test_every_field_of_every_layer_has_a_row_and_can_be_edited(
    qtbot: QtBot, window: Window, layer: LayerRow
) -> None:
    store = window.store
    store.apply(document.choose_layer, layer.name)
    rows = rows_of(window)
    assert sorted(rows) == sorted(param.name for param in layer.fields)
    for param in layer.fields:
        if param.name == "lora_alpha":  # it must be none unless there is a rank
            store.apply(document.set_field, "lora_rank", 4)
        old = store.session.config.fields[param.name]
        assert rows[param.name].editor.value == old
        wanted = other_value(param, old)
        edit(qtbot, rows[param.name].editor, wanted)
        assert store.session.config.fields[param.name] == wanted, store.refusal
        rows[param.name].back.click()
        assert store.session.config.fields[param.name] == param.default
        store.undo()
        store.undo()
        assert store.session.config.fields[param.name] == old


def test_a_cell_shows_the_fields_of_an_rnn_layer_while_it_is_in_one(
    qtbot: QtBot, window: Window
) -> None:
    store = window.store
    store.apply(document.choose_layer, "LSTMCell")
    alone = list(rows_of(window))
    switch = rows_of(window)["in_rnn"]
    edit(qtbot, switch.editor, True)
    rows = rows_of(window)
    assert rows["in_rnn"] is switch  # the keyboard stays where it is
    assert {*rows} - {*alone} >= {"rnn_name", "return_sequences", "unroll"}
    assert window.layer.facts.input.text() == "10 × 8"
    edit(qtbot, rows["return_sequences"].editor, True)
    assert window.layer.facts.facts.text().startswith("→ 10 × 32 ")
    edit(qtbot, switch.editor, False)
    assert list(rows_of(window)) == alone
    assert window.layer.facts.input.text() == "8"
    store.undo()
    assert store.session.config.fields["return_sequences"]


@LAYERS
def test_the_text_is_the_file_of_the_layer(qtbot: QtBot, window: Window, layer: LayerRow) -> None:
    window.store.apply(document.choose_layer, layer.name)
    qtbot.waitUntil(lambda: window.layer.complete)
    read = read_layer(window.layer.json.toPlainText())
    assert read == window.store.session.config
    assert layer_row(read.layer) is layer


def test_layers_are_grouped_and_found_by_part_of_the_name(qtbot: QtBot, window: Window) -> None:
    combo = window.layer.combo
    words = [combo.itemText(index) for index in range(combo.count())]
    assert words[:2] == ["Feed-forward", "Dense"]
    assert [word for word in words if word in {row.name for row in ROWS}] == [
        row.name for row in ROWS
    ]
    assert not combo.model().flags(combo.model().index(0, 0)) & Qt.ItemFlag.ItemIsSelectable
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    field = combo.lineEdit()
    assert field is not None
    assert field.hasFocus()
    qtbot.keyClicks(field, "lstmc")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert window.store.session.config.layer == "LSTMCell"
    qtbot.waitUntil(lambda: combo.currentText() == "LSTMCell")


def test_a_layer_that_does_not_exist_leaves_the_layer(qtbot: QtBot, window: Window) -> None:
    field = window.layer.combo.lineEdit()
    assert field is not None
    field.selectAll()
    qtbot.keyClicks(field, "Embedding")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert window.store.session.config.layer == "Conv2D"
    assert window.layer.combo.currentText() == "Conv2D"


def test_the_left_column_edits_the_slot_that_is_marked(qtbot: QtBot, window: Window) -> None:
    window.store.apply(document.choose_layer, "LSTM")
    slots = window.layer.slots
    assert list(slots) == ["activation", "recurrent_activation"]
    assert slots["activation"].isChecked()
    assert "ELU" in slots["activation"].words
    assert "Sigmoid" in slots["recurrent_activation"].words
    qtbot.mouseClick(slots["recurrent_activation"], Qt.MouseButton.LeftButton)
    assert window.store.session.slot == "recurrent_activation"
    assert [slot.isChecked() for slot in slots.values()] == [False, True]
    assert window.picker.list.currentItem().text() == "Sigmoid"
    window.store.apply(document.choose_activation, "swish")
    window.store.apply(document.set_value, "beta", 2.5)
    assert "Swish  β = 2.5" in slots["recurrent_activation"].words
    assert window.store.session.config.activations["activation"][0] == "elu"
    qtbot.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert slots["activation"].isChecked()
    assert list(window.parameters.form.rows) == ["alpha"]


def test_a_broken_rule_is_said_where_it_was_typed(qtbot: QtBot, window: Window) -> None:
    window.activateWindow()
    rows = rows_of(window)
    edit(qtbot, rows["strides"].editor, 2)
    rows["dilation_rate"].editor.focus.setFocus()
    edit(qtbot, rows["dilation_rate"].editor, 2)
    sentence = rows["dilation_rate"].sentence
    qtbot.waitUntil(sentence.isVisible)
    assert "strides" in sentence.text()
    assert window.store.session.config.fields["dilation_rate"] == (1, 1)
    window.lens.setFocus()
    field = rows["dilation_rate"].editor
    assert isinstance(field, FieldEditor)
    assert field.field.text() == "1 × 1"


def test_a_group_tells_how_many_of_its_fields_are_changed(qtbot: QtBot, window: Window) -> None:
    fold = window.layer.sections["Behaviour"].fold
    assert fold.text() == "Behaviour"
    window.store.apply(document.set_field, "use_bias", False)
    assert fold.text() == "Behaviour  ·  1 changed"


def test_what_a_file_cannot_hold_is_said_instead_of_the_text(
    qtbot: QtBot, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(*_: object) -> str:
        raise ValueError("keras: thresholds below 0 have no layer")

    monkeypatch.setattr("actviz.ui.layer_panel.shown_text", refusing)
    window.store.apply(document.choose_activation, "thresholded_relu")
    view = window.layer.json
    qtbot.waitUntil(lambda: view.toPlainText() == "keras: thresholds below 0 have no layer")
    assert not window.layer.save.isEnabled()
    assert not window.layer.copy.isEnabled()
    monkeypatch.undo()
    window.store.undo()
    qtbot.waitUntil(lambda: view.toPlainText().startswith("{"))
    assert window.layer.save.isEnabled()


def test_the_text_is_copied_as_it_stands(qtbot: QtBot, window: Window) -> None:
    qtbot.waitUntil(lambda: window.layer.complete)
    qtbot.mouseClick(window.layer.copy, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert copied == window.layer.json.toPlainText()
    assert json.loads(copied)["class_name"] == "Conv2D"
    assert "copied" in window.status.message.text()


def test_the_text_cannot_be_typed_into(qtbot: QtBot, window: Window) -> None:
    qtbot.waitUntil(lambda: window.layer.complete)
    before = window.layer.json.toPlainText()
    qtbot.keyClicks(window.layer.json, "x")
    assert window.layer.json.toPlainText() == before


def test_what_changes_in_the_json_is_brought_into_sight_and_marked(
    qtbot: QtBot, window: Window
) -> None:
    view = window.layer.json
    qtbot.waitUntil(lambda: window.complete)
    window.resize(1000, 560)
    assert view.marked() == []
    for alpha in (0.7, 0.8):
        view.verticalScrollBar().setValue(0)
        window.store.apply(document.set_value, "alpha", alpha)
        qtbot.waitUntil(lambda: window.complete)
        assert any(f'"alpha": {alpha}' in line for line in view.marked())
        marks = view.extraSelections()
        assert view.viewport().rect().contains(view.cursorRect(marks[0].cursor).center())
    assert len(view.marked()) == 1
    view.verticalScrollBar().setValue(0)
    window.layer.show_session(window.store.session)
    qtbot.waitUntil(lambda: window.complete)
    assert view.verticalScrollBar().value() == 0
    qtbot.waitUntil(lambda: view.marked() == [])
    window.store.apply(document.set_value, "alpha", 0.9)
    qtbot.waitUntil(lambda: window.complete)
    window.store.apply(document.choose_layer, "LSTM")
    qtbot.waitUntil(lambda: window.complete)
    assert '  "class_name": "LSTM",' in view.marked()
    assert view.verticalScrollBar().value() <= 2


def test_lines_are_compared() -> None:
    assert changed_lines(["a", "b", "c"], ["a", "x", "c", "d"]) == [1, 3]
    assert changed_lines(["a", "b"], ["a"]) == []


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda each: each.name)
def test_the_layer_is_shown_as_the_chosen_dialect_writes_it(
    qtbot: QtBot, window: Window, dialect: Dialect
) -> None:
    panel, store = window.layer, window.store
    store.apply(document.choose_layer, "Dense")
    store.apply(document.choose_activation, "leaky_relu")
    combo = panel.dialect
    combo.setFocus()
    qtbot.keyClick(combo, Qt.Key.Key_Home)
    for _ in range(combo.findData(dialect.name)):
        qtbot.keyClick(combo, Qt.Key.Key_Down)
    assert store.session.dialect == dialect.name
    qtbot.waitUntil(lambda: panel.complete)
    shown = panel.json.toPlainText()
    assert shown.split() == shown_text(store.session.config, dialect.name).split()
    if list(DIALECTS).index(dialect.name):
        store.undo()
        assert combo.currentData() == store.session.dialect != dialect.name


def test_what_a_dialect_cannot_hold_is_said_in_the_texts_place(
    qtbot: QtBot, window: Window
) -> None:
    store = window.store
    store.apply(document.choose_layer, "Dense")
    store.apply(document.choose_activation, "squareplus")
    store.apply(document.set_dialect, "haibal")
    qtbot.waitUntil(lambda: window.layer.complete)
    assert "squareplus" in window.layer.json.toPlainText()
    assert not window.layer.save.isEnabled()
    store.apply(document.set_dialect, "torch")
    qtbot.waitUntil(lambda: window.layer.complete)
    assert window.layer.save.isEnabled()


def test_the_input_is_edited_and_says_what_follows(qtbot: QtBot, window: Window) -> None:
    panel, store = window.layer, window.store
    store.apply(document.choose_layer, "Conv2D")
    qtbot.waitUntil(lambda: panel.complete)
    field = panel.facts.input
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "28 × 28, 3")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert store.session.config.input_shape == (28, 28, 3)
    # a 3 × 3 window over 3 channels to 32: 27 · 32 + 32
    assert "→ 26 × 26 × 32" in panel.facts.facts.text()
    assert "896 parameters" in panel.facts.facts.text()
    assert "fan-in 27, fan-out 288" in panel.facts.facts.text()
    store.undo()
    assert store.session.config.input_shape != (28, 28, 3)
    assert "896" not in panel.facts.facts.text()


def test_an_input_that_does_not_fit_is_refused_and_one_too_small_says_so(
    qtbot: QtBot, window: Window
) -> None:
    panel, store = window.layer, window.store
    store.apply(document.choose_layer, "Conv2D")
    qtbot.waitUntil(lambda: panel.complete)
    field, before = panel.facts.input, store.session
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "28, 3")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.wrong
    assert "3 axes" in panel.facts.facts.text()
    assert store.session == before
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert "parameters" in panel.facts.facts.text()
    field.selectAll()
    qtbot.keyClicks(field, "2, 2, 3")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert store.session.config.input_shape == (2, 2, 3)
    assert "kernel_size" in panel.facts.facts.text()


def test_what_a_dialects_word_means_is_said_and_pinned(qtbot: QtBot, window: Window) -> None:
    panel, store = window.layer, window.store
    store.apply(document.choose_layer, "Dense")
    store.apply(document.choose_activation, "hard_sigmoid")
    qtbot.waitUntil(lambda: panel.complete)
    assert panel.meaning.isHidden()  # Keras 3 means by its word what is shown
    store.apply(document.set_dialect, "keras2")
    qtbot.waitUntil(lambda: panel.complete and panel.meaning.isVisible())
    assert "0.08333 away" in panel.meaning.words.text()
    qtbot.mouseClick(panel.meaning.pin, Qt.MouseButton.LeftButton)
    (pinned,) = store.session.pins
    assert pinned.values["alpha"] == 0.2
    assert pinned.label.startswith("Keras 2: ")
    store.apply(document.set_value, "alpha", 0.2)
    qtbot.waitUntil(lambda: panel.complete and panel.meaning.isHidden())
