"""A user's own f(x) in the window: typed, refused with a mark, drawn, pinned, undone, kept."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.engines import NUMPY
from actviz.evaluation import Device
from actviz.files import read_session
from actviz.ui.controls import Field
from actviz.ui.editors import NumberEditor
from actviz.ui.evaluator import Status
from actviz.ui.own import marked
from actviz.ui.window import Window
from actviz.view import View

KEY = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
F, DF = 0, 1


@pytest.fixture
def own(qtbot: QtBot, window: Window) -> Window:
    """Choose the user's own formula with the mouse."""
    view = window.picker.list
    place = view.visualItemRect(view.item(0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.store.session.activation == "formula"
    return window


def field_of(window: Window) -> Field:
    field = window.parameters.own.editor.focus
    assert isinstance(field, Field)
    return field


def type_formula(qtbot: QtBot, window: Window, text: str, key: Qt.Key = KEY.Key_Return) -> None:
    field = field_of(window)
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, KEY.Key_Delete)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, key)


def text_of(window: Window) -> object:
    return window.store.session.values.get("formula")


def drawn(qtbot: QtBot, window: Window, text: str) -> None:
    """Wait until the picture shows this formula."""

    def shows() -> bool:
        main = window.lens.picture.main
        return main is not None and dict(main.result.request.values).get("formula") == text

    qtbot.waitUntil(shows)


def test_a_typed_formula_is_drawn_and_named_everywhere(qtbot: QtBot, own: Window) -> None:
    type_formula(qtbot, own, "exp(-x ** 2)")
    drawn(qtbot, own, "exp(-x ** 2)")
    main = own.lens.picture.main
    assert main is not None
    x = main.x
    assert np.allclose(main.heights[F], np.exp(-(x**2)), atol=1e-6)
    assert np.allclose(main.heights[DF], -2 * x * np.exp(-(x**2)), atol=1e-6)
    assert own.lens.bar.name.toolTip() == "exp(-x ** 2)"
    assert "exp(-x ** 2)" in own.layer.slots["activation"].words
    panel = own.parameters
    qtbot.waitUntil(lambda: panel.formula.shown == panel.formula._wanted, timeout=20_000)
    assert panel.formula.shown == ("f(x) = e^{-x^{2}}", "f'(x) = -2 x e^{-x^{2}}")
    qtbot.waitUntil(lambda: "gain 1/√E f²" in own.lens.readings.texts())
    qtbot.waitUntil(lambda: "has no form in Keras" in own.layer.json.toPlainText())


@pytest.mark.parametrize("key", [KEY.Key_Return, KEY.Key_Tab])
def test_enter_and_leaving_take_the_text_over(qtbot: QtBot, own: Window, key: Qt.Key) -> None:
    own.activateWindow()
    type_formula(qtbot, own, "x * x", key)
    assert text_of(own) == "x * x"


def test_a_fault_is_marked_and_the_curve_stays(qtbot: QtBot, own: Window) -> None:
    type_formula(qtbot, own, "x ** 3")
    drawn(qtbot, own, "x ** 3")
    type_formula(qtbot, own, "1 + tanx * 3")
    row = own.parameters.own
    shown, mark, what = row.sentence.text().split("\n")
    assert row.sentence.isVisible()
    assert shown.replace("\u00a0", " ") == "1 + tanx * 3"
    assert mark.index("▲") == 4
    assert what.startswith("the name 'tanx' is not known")
    assert field_of(own).wrong
    assert field_of(own).cursorPosition() == 4
    assert field_of(own).text() == "1 + tanx * 3"
    assert text_of(own) == "x ** 3"
    drawn(qtbot, own, "x ** 3")
    assert "tanx" not in own.status.message.text()
    qtbot.keyClick(field_of(own), KEY.Key_Escape)
    assert field_of(own).text() == "x ** 3"
    assert not row.sentence.isVisible()


def test_a_refused_text_gives_way_when_it_is_left(qtbot: QtBot, own: Window) -> None:
    type_formula(qtbot, own, "x +")
    own.lens.setFocus()
    assert field_of(own).text() == "x * tanh(x)"
    assert not own.parameters.own.sentence.isVisible()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x.__class__", "not part of the language"),
        ("__import__(x)", "'__import__' is not known"),
        ("(" * 10_000, "at most 2000 long"),
        ("sign(" * 30 + "x" + ")" * 30 + " * x", "its derivative has"),
        ("", "there is no formula"),
    ],
)
def test_what_is_no_formula_is_said_in_words(
    qtbot: QtBot, own: Window, text: str, words: str
) -> None:
    field = field_of(own)
    field.setFocus()
    field.setText(text)
    field.setModified(True)
    qtbot.keyClick(field, KEY.Key_Return)
    assert words in own.parameters.own.sentence.text()
    assert text_of(own) == "x * tanh(x)"


def test_the_mark_stands_under_its_character() -> None:
    text = "sin(x) + cos(2*x) * (x + 1) ** 2 + foo(x) + tanh(x) + log(x)"
    for at in (0, 5, 35, len(text) - 1, len(text)):
        shown, mark = marked(text, at)
        assert shown[mark.index("▲") : mark.index("▲") + 1] in (text[at : at + 1], "\u00a0")
        assert len(shown) <= 32


def test_letters_become_sliders_that_stay_while_the_text_has_them(
    qtbot: QtBot, own: Window
) -> None:
    type_formula(qtbot, own, "a * tanh(k * x)")
    form = own.parameters.form
    assert list(form.rows) == ["a", "k"]
    editor = form.rows["a"].editor
    assert isinstance(editor, NumberEditor)
    qtbot.mouseClick(editor.slider, Qt.MouseButton.LeftButton, pos=QPoint(30, 12))
    dragged = own.store.session.values["a"]
    assert isinstance(dragged, float)
    assert dragged < 0.0
    type_formula(qtbot, own, "a * sin(x)")
    assert list(form.rows) == ["a"]
    assert own.store.session.values == {"formula": "a * sin(x)", "a": dragged}
    assert own.lens.bar.name.toolTip().startswith("a * sin(x) · a = ")
    qtbot.keyClick(own, KEY.Key_R, CONTROL)
    assert own.store.session.values == {"formula": "a * sin(x)", "a": 1.0}


def test_undo_and_redo_go_through_formulas(qtbot: QtBot, own: Window) -> None:
    for text in ("x ** 2", "b * x"):
        type_formula(qtbot, own, text)
    own.lens.setFocus()
    qtbot.keyClick(own, KEY.Key_Z, CONTROL)
    assert own.store.session.values == {"formula": "x ** 2"}
    assert field_of(own).text() == "x ** 2"
    assert list(own.parameters.form.rows) == []
    own.store.redo()
    assert field_of(own).text() == "b * x"
    own.store.undo()
    own.store.undo()
    own.store.undo()
    assert own.store.session.activation == "elu"
    assert not own.parameters.own.isVisible()


def test_two_formulas_are_pinned_and_drawn(qtbot: QtBot, own: Window) -> None:
    type_formula(qtbot, own, "sin(x)")
    own.lens.setFocus()
    qtbot.keyClick(own, KEY.Key_P, CONTROL)
    type_formula(qtbot, own, "a * cos(x)")
    own.lens.setFocus()
    qtbot.keyClick(own, KEY.Key_P, CONTROL)
    assert [pin.label for pin in own.store.session.pins] == ["sin(x)", "a * cos(x), a = 1"]
    type_formula(qtbot, own, "x")
    qtbot.waitUntil(lambda: len(own.lens.picture.pins) == 2)
    (_, sine), (_, cosine) = own.lens.picture.pins
    assert np.allclose(sine.heights[F], np.sin(sine.x), atol=1e-6)
    assert np.allclose(cosine.heights[F], np.cos(cosine.x), atol=1e-6)


@pytest.mark.parametrize(
    ("text", "place", "apart"),
    [
        ("1 / x", 0.0, True),
        ("1 / x ** 2", 0.0, True),
        ("tan(x)", -math.pi / 2, True),
        ("sign(x)", 0.0, True),
        ("x / abs(x)", 0.0, True),
        ("abs(x)", 0.0, False),
        ("max(x, -1)", -1.0, False),
    ],
)
def test_no_line_crosses_a_pole_or_a_jump(
    qtbot: QtBot, own: Window, text: str, place: float, apart: bool
) -> None:
    type_formula(qtbot, own, text)
    drawn(qtbot, own, text)
    curve = own.lens.picture.figure.panes[F].curves[0]
    crossed = any(x[0] < place < x[-1] for x, _ in curve.pieces)
    assert crossed is not apart
    low, high = own.lens.picture.figure.panes[F].range
    assert high - low < 100.0


def test_what_is_not_defined_is_a_gap(qtbot: QtBot, own: Window) -> None:
    type_formula(qtbot, own, "log(x)")
    drawn(qtbot, own, "log(x)")
    for pane in own.lens.picture.figure.panes:
        assert min(x[0] for x, _ in pane.curves[0].pieces) == 0.0
    type_formula(qtbot, own, "sqrt(1 - x ** 2)")
    drawn(qtbot, own, "sqrt(1 - x ** 2)")
    ((x, y),) = own.lens.picture.figure.panes[F].curves[0].pieces
    assert (x[0], x[-1], y[0], y[-1]) == (-1.0, 1.0, 0.0, 0.0)
    type_formula(qtbot, own, "0 / 0")
    drawn(qtbot, own, "0 / 0")
    assert own.lens.picture.figure.panes[F].curves[0].pieces == []


def test_a_hole_has_an_open_dot_and_is_read_as_one(qtbot: QtBot, own: Window) -> None:
    type_formula(qtbot, own, "sin(x) / x")
    drawn(qtbot, own, "sin(x) / x")
    trace = own.lens.picture.main
    assert trace is not None
    (dot,) = trace.dots(F, own.lens.picture.figure.x, own.lens.picture.figure.look.f)
    assert (dot.x, dot.y, dot.filled) == (0.0, 1.0, False)
    canvas = own.lens.canvas
    pixel = own.lens.picture.figure.x.pixel(0.0)
    qtbot.mouseMove(canvas, QPoint(round(pixel), canvas.height() // 3))
    qtbot.waitUntil(lambda: canvas.crosshair is not None)
    assert canvas.crosshair is not None
    assert canvas.crosshair.readings[F].text == "f(0) is not defined, its limit is 1"


def test_a_jump_far_from_0_is_found_where_it_is_seen(qtbot: QtBot, own: Window) -> None:
    type_formula(qtbot, own, "sign(sin(x))")
    own.store.apply(document.set_view, View(low=1e4, high=1e4 + 10.0))
    place = math.pi * 3184

    def seen() -> bool:
        main = own.lens.picture.main
        return main is not None and main.x[0] == 1e4

    qtbot.waitUntil(seen)
    curve = own.lens.picture.figure.panes[F].curves[0]
    assert not any(x[0] < place < x[-1] for x, _ in curve.pieces)


def test_a_german_types_points(qtbot: QtBot, german: None, own: Window) -> None:
    type_formula(qtbot, own, "0.5 * max(x, 1.5)")
    assert text_of(own) == "0.5 * max(x, 1.5)"
    assert field_of(own).text() == "0.5 * max(x, 1.5)"


def test_a_long_derivative_is_written_as_text(qtbot: QtBot, own: Window) -> None:
    type_formula(qtbot, own, "*".join(f"sin({k}*x)" for k in range(1, 30)))
    view = own.parameters.formula
    qtbot.waitUntil(lambda: view.shown == view._wanted, timeout=20_000)
    assert view.shown[1] == "f'(x) = "
    assert view.heightForWidth(260) < 400
    assert view.accessibleDescription().endswith("…")


def test_the_picture_in_the_list_follows_the_text(qtbot: QtBot, own: Window) -> None:
    qtbot.waitUntil(lambda: own.picker.complete)
    before = own.picker.items()[0].icon().pixmap(44, 26).toImage()
    type_formula(qtbot, own, "tan(x)")

    def changed() -> bool:
        return bool(own.picker.items()[0].icon().pixmap(44, 26).toImage() != before)

    qtbot.waitUntil(changed)


def test_the_formula_is_saved_and_opened(
    qtbot: QtBot, own: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "own.actviz"
    monkeypatch.setattr("PySide6.QtWidgets.QFileDialog.getSaveFileName", lambda *_: (str(path), ""))
    type_formula(qtbot, own, "a * x ** 2")
    own.lens.setFocus()
    qtbot.keyClick(own, KEY.Key_S, CONTROL)
    assert read_session(path) == own.store.session
    type_formula(qtbot, own, "x")
    own.store.mark_saved()
    assert own.documents.open(path)
    assert field_of(own).text() == "a * x ** 2"
    assert list(own.parameters.form.rows) == ["a"]


def test_a_device_that_refuses_a_formula_is_told_of(qtbot: QtBot, own: Window) -> None:
    device = Device("acme", "Acme 1", "gpu", dtypes=("float32",))
    sentence = "acme computes other numbers for your formula: f(1) is 2, not 3"
    refusal = f"{sentence}; the device must be numpy"
    own.status.show_status(Status(device, (device, NUMPY), refusal=refusal))
    own.status.show_frame(NUMPY, 500, 0.001, 0.01)
    assert own.status.message.text() == f"{sentence}; {NUMPY.name} computes it"
    own.status.show_frame(device, 500, 0.001, 0.01)
    assert own.status.message.text() == "Ready"


def test_the_way_back_and_the_key_to_the_parameters(qtbot: QtBot, own: Window) -> None:
    own.activateWindow()
    type_formula(qtbot, own, "x ** 2")
    own.lens.setFocus()
    own.commands["parameters"].trigger()
    assert field_of(own).hasFocus()
    qtbot.mouseClick(own.parameters.own.back, Qt.MouseButton.LeftButton)
    assert text_of(own) == "x * tanh(x)"
    assert not own.parameters.own.back.isVisible()
