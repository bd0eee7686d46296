"""The whole window, driven by mouse and keys."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.activations import ROWS
from actviz.layers import ROWS as LAYERS
from actviz.ui.editors import NumberEditor
from actviz.ui.focus import focus_order
from actviz.ui.geometry import SMALLEST
from actviz.ui.scroll import FittingScroll
from actviz.ui.theme import DARK, LIGHT
from actviz.ui.window import Window


def number_editor(window: Window, name: str) -> NumberEditor:
    editor = window.parameters.form.rows[name].editor
    assert isinstance(editor, NumberEditor)
    return editor


def type_into(qtbot: QtBot, field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def written(window: Window) -> dict[str, object]:
    read = json.loads(window.layer.json.toPlainText())
    assert isinstance(read, dict)
    config = read["config"]
    assert isinstance(config, dict)
    return config


def cut_off(window: Window) -> list[str]:
    """Words of labels and buttons that have less room than they need."""
    found = []
    for widget in window.findChildren(QWidget):
        if not isinstance(widget, (QLabel, QPushButton)) or not widget.isVisible():
            continue
        if isinstance(widget, QLabel) and widget.wordWrap():
            short = widget.height() < widget.heightForWidth(widget.width())
        else:
            short = widget.width() < widget.minimumSizeHint().width() - 2
        if short and widget.property("look") not in ("slot", "tool"):
            found.append(widget.text())
    return found


def test_a_drag_of_the_slider_is_one_step_and_the_json_follows(
    qtbot: QtBot, window: Window
) -> None:
    slider = number_editor(window, "alpha").slider
    middle = slider.height() // 2
    with qtbot.waitSignal(window.lens.drawn):
        qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(30, middle))
        for x in range(30, slider.width() - 2, 7):
            qtbot.mouseMove(slider, QPoint(x, middle))
        qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton)
    alpha = window.store.session.values["alpha"]
    assert isinstance(alpha, float)
    assert alpha > 4
    assert window.lens.picture.main is not None
    assert dict(window.lens.picture.main.result.request.values) == {"alpha": alpha}
    expected = {"alpha": alpha, "dtype": "float32"}
    qtbot.waitUntil(
        lambda: (
            isinstance(window.layer.json.toPlainText(), str)
            and str(alpha) in window.layer.json.toPlainText()
        )
    )
    activation = written(window)["activation"]
    assert isinstance(activation, dict)
    assert expected.items() <= activation["config"].items()
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.store.session.values == {"alpha": 1.0}
    assert not window.store.history.can_undo
    qtbot.waitUntil(lambda: written(window)["activation"] == "elu")


def test_two_drags_are_two_steps(qtbot: QtBot, window: Window) -> None:
    slider = number_editor(window, "alpha").slider
    for key in (Qt.Key.Key_Right, Qt.Key.Key_PageUp):
        qtbot.keyClick(slider, key)
    after = window.store.session.values["alpha"]
    window.store.undo()
    assert window.store.session.values["alpha"] == 1.05
    window.store.redo()
    assert window.store.session.values["alpha"] == after


def test_typing_goes_beyond_the_slider_but_not_beyond_the_domain(
    qtbot: QtBot, window: Window
) -> None:
    editor = number_editor(window, "alpha")
    type_into(qtbot, editor.field, "-1234.5")
    assert window.store.session.values == {"alpha": -1234.5}
    type_into(qtbot, editor.field, "infinity")
    row = window.parameters.form.rows["alpha"]
    assert row.sentence.isVisible()
    assert "elu.alpha: 'infinity' is not allowed" in row.sentence.text()
    assert window.store.session.values == {"alpha": -1234.5}
    window.lens.setFocus()
    assert editor.field.text() == "−1234.5"


def test_a_german_types_a_comma(qtbot: QtBot, german: None, window: Window) -> None:
    editor = number_editor(window, "alpha")
    type_into(qtbot, editor.field, "0,7")
    assert window.store.session.values == {"alpha": 0.7}
    assert editor.field.text() == "0,7"
    qtbot.waitUntil(lambda: '"alpha": 0.7' in window.layer.json.toPlainText())
    type_into(qtbot, editor.field, "0.9")
    assert window.store.session.values == {"alpha": 0.9}
    type_into(qtbot, editor.field, "1.000")
    assert window.store.session.values == {"alpha": 0.9}
    assert window.parameters.form.rows["alpha"].sentence.isVisible()


@pytest.mark.parametrize("name", [row.name for row in ROWS])
def test_every_activation_has_its_rows_formula_and_picture(
    qtbot: QtBot, window: Window, name: str
) -> None:
    window.store.apply(document.choose_activation, name)
    form = window.parameters.form
    assert list(form.rows) == list(window.store.session.values)
    formula = window.parameters.formula
    chosen = next(row for row in ROWS if row.name == name)
    wanted = [latex.partition(" = ")[2] for latex in formula._wanted]
    assert tuple(wanted) == chosen.textbook()
    qtbot.waitUntil(lambda: formula.shown == formula._wanted, timeout=20_000)
    assert 10 < formula.sizeHint().height() < 250
    for key, row in form.rows.items():
        assert row.editor.value == window.store.session.values[key]


def test_the_formula_takes_the_live_numbers(qtbot: QtBot, window: Window) -> None:
    panel = window.parameters
    qtbot.mouseClick(panel.forms.buttons()["numbers"], Qt.MouseButton.LeftButton)
    type_into(qtbot, number_editor(window, "alpha").field, "1.25")
    qtbot.waitUntil(lambda: "1.25" in "".join(panel.formula.shown), timeout=20_000)
    qtbot.mouseClick(panel.forms.buttons()["symbols"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: r"\alpha" in "".join(panel.formula.shown))


def test_where_it_saturates_is_said(qtbot: QtBot, window: Window) -> None:
    type_into(qtbot, number_editor(window, "alpha").field, "1.3")
    sentence = window.parameters.saturation
    qtbot.waitUntil(lambda: "x = −4.87 (|f′| < 0.01)" in sentence.text())
    window.store.apply(document.choose_activation, "linear")
    qtbot.waitUntil(lambda: not sentence.isVisible())
    window.store.apply(document.choose_activation, "hard_sigmoid")
    qtbot.waitUntil(lambda: "below x = −3 and above x = 3" in sentence.text())


def test_everything_can_be_undone_and_redone(qtbot: QtBot, window: Window) -> None:
    store = window.store
    steps = [
        (document.choose_activation, "relu"),
        (document.set_value, "max_value", 6.0),
        (document.pin,),
        (document.rename_pin, 0, "six"),
        (document.show_pin, 0, False),
        (document.choose_layer, "LSTM"),
        (document.set_field, "units", 7),
        (document.choose_slot, "recurrent_activation"),
        (document.choose_activation, "swish"),
        (document.set_dtype, "float64"),
        (document.set_lens_value, "epsilon", 0.05),
        (document.unpin, 0),
    ]
    seen = [store.session]
    for function, *given in steps:
        assert store.apply(function, *given), store.refusal
        seen.append(store.session)
    for session in reversed(seen[:-1]):
        qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert store.session == session
    assert not window.commands["undo"].isEnabled()
    for session in seen[1:]:
        qtbot.keyClick(window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
        assert store.session == session
    assert not window.commands["redo"].isEnabled()


def test_undo_names_what_it_undoes(qtbot: QtBot, window: Window) -> None:
    window.store.apply(document.choose_activation, "gelu")
    assert "Undo GELU" in window.commands["undo"].toolTip()


def test_pins_by_key(qtbot: QtBot, window: Window) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(window, Qt.Key.Key_P, control)
    assert [pin.label for pin in window.store.session.pins] == ["ELU α = 1"]
    qtbot.keyClick(window, Qt.Key.Key_P, control)
    assert "pinned already" in window.status.message.text()
    assert window.status.message.wrong()
    qtbot.keyClick(window, Qt.Key.Key_P, control | Qt.KeyboardModifier.ShiftModifier)
    assert window.store.session.pins == ()


def test_one_way_of_writing_numbers(qtbot: QtBot, german: None, window: Window) -> None:
    field = number_editor(window, "alpha").field
    for text, written_as in (("-2.5", "−2,5"), ("1e30", "1·10³⁰"), ("-1e-9", "−1·10⁻⁹")):
        type_into(qtbot, field, text)
        window.commands["pin"].trigger()
        assert field.text() == written_as
        assert window.store.session.pins[-1].label == f"ELU α = {written_as}"
        assert window.layer.slots["activation"].words.endswith(f"α = {written_as}")


def test_the_look_changes_while_it_runs(qtbot: QtBot, window: Window) -> None:
    assert window.settings.now.theme == "system"
    seen = []
    for _ in range(3):
        qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
        seen.append((window.settings.now.theme, window.appearance.theme.name))
    assert [choice for choice, _ in seen] == ["dark", "light", "system"]
    assert seen[0][1] == "dark"
    assert seen[1][1] == "light"
    for theme in (DARK, LIGHT):
        window.appearance.choose(theme.name)
        picture = window.grab().toImage()
        assert picture.pixelColor(2, picture.height() // 2).name() == theme.ground
        corner = window.picker.mapTo(window, QPoint(6, window.picker.height() - 6))
        assert picture.pixelColor(corner * picture.devicePixelRatio()).name() == theme.panel


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080), SMALLEST])
@pytest.mark.parametrize("name", ["relu", "hard_sigmoid", "softmax", "gelu", "linear"])
def test_nothing_is_cut_off_or_overlaps(
    qtbot: QtBot, window: Window, size: tuple[int, int], name: str
) -> None:
    window.store.apply(document.choose_activation, name)
    window.resize(*size)
    formula = window.parameters.formula
    qtbot.waitUntil(lambda: formula.shown == formula._wanted, timeout=20_000)
    qtbot.waitUntil(lambda: window.complete)
    # Wrapped text settles its height over a few rounds of layout.
    qtbot.waitUntil(lambda: cut_off(window) == [])
    if size != SMALLEST:
        qtbot.waitUntil(lambda: window.parameters.area.verticalScrollBar().maximum() == 0)


@pytest.mark.parametrize("layer", [row.name for row in LAYERS])
def test_a_screen_of_960_by_540_has_room(qtbot: QtBot, window: Window, layer: str) -> None:
    assert SMALLEST[0] <= 960
    assert SMALLEST[1] <= 540
    qtbot.waitUntil(lambda: window.complete)
    window.store.apply(document.choose_layer, layer)
    window.store.apply(document.choose_activation, "relu")
    window.resize(*SMALLEST)
    qtbot.waitUntil(lambda: window.complete)
    central = window.centralWidget()
    assert central is not None
    least = central.minimumSizeHint()
    assert least.width() <= SMALLEST[0]
    assert least.height() <= SMALLEST[1]
    assert (window.width(), window.height()) == SMALLEST
    areas = [window.parameters.area, *window.layer.findChildren(FittingScroll)]
    qtbot.waitUntil(lambda: all(area.widget().width() <= area.viewport().width() for area in areas))


def test_the_status_line_tells_the_time_of_frames_that_were_waited_for(
    qtbot: QtBot, window: Window
) -> None:
    qtbot.waitUntil(lambda: "kernel" in window.status.figures.text())
    assert "frame" not in window.status.figures.text()
    window.store.apply(document.set_value, "alpha", 2.0)
    qtbot.waitUntil(lambda: "frame" in window.status.figures.text())
    with qtbot.waitSignal(window.lens.drawn):
        window.resize(1300, 820)
    assert "frame" not in window.status.figures.text()


def drop(window: Window, path: str) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path)])
    given = (
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    enter = QDragEnterEvent(QPoint(50, 50), *given)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), *given))


def test_data_that_are_dropped_are_the_input_of_the_lens_signal(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    path = tmp_path / "z.csv"
    path.write_text("1\n2\nx\n")
    drop(window, str(path))
    session = window.store.session
    assert (session.lens, session.settings["data"]) == ("signal", str(path))
    qtbot.waitUntil(lambda: "left out: 1 text" in window.board.sentence.text())
    # one step, there and back; a file without numbers is chosen, and said to be none
    window.store.undo()
    assert (window.store.session.lens, window.store.session.settings["data"]) == ("curve", None)
    path.write_text("x\ny\n")
    drop(window, str(path))
    qtbot.waitUntil(lambda: "no finite number" in window.board.refusal.text())


def test_files_can_be_dropped(qtbot: QtBot, window: Window, tmp_path: object) -> None:
    path = f"{tmp_path}/layer.json"
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"module": "keras.layers", "class_name": "Dense", "config": {"units": 3}}')
    drop(window, path)
    assert window.store.session.config.layer == "Dense"
    assert window.store.session.config.fields["units"] == 3
    assert window.store.history.undo_label == "Dense"


def test_text_cannot_be_dropped(qtbot: QtBot, window: Window) -> None:
    data = QMimeData()
    data.setText("elu")
    enter = QDragEnterEvent(
        QPoint(50, 50),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, enter)
    assert not enter.isAccepted()


def test_the_tab_key_goes_everywhere_and_comes_back(qtbot: QtBot, window: Window) -> None:
    window.activateWindow()
    window.picker.filter.setFocus()
    visited: list[QWidget] = []
    for _ in range(200):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused in visited:
            break
        visited.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is visited[0]
    for widget in (window.picker.list, window.layer.json, window.status.device):
        assert widget in visited
    assert number_editor(window, "alpha").slider in visited


@pytest.mark.parametrize("name", ["elu", "relu", "softmax", "gelu"])
def test_the_tab_key_goes_as_the_eye_does(qtbot: QtBot, window: Window, name: str) -> None:
    qtbot.waitUntil(lambda: window.complete)
    window.store.apply(document.choose_activation, "swish")
    window.store.apply(document.choose_activation, name)  # its rows are newer than all else
    QApplication.processEvents()
    order = focus_order(window.centralWidget())
    parts = (window.bar, window.picker, window.parameters, window.lens, window.layer, window.status)
    where = [next(i for i, part in enumerate(parts) if part.isAncestorOf(each)) for each in order]
    assert where == sorted(where)
    assert set(where) == set(range(len(parts)))
    takes = {
        each
        for each in window.findChildren(QWidget)
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus
        and each.isVisible()
        and each.isEnabled()
        and not each.focusProxy()
        and not isinstance(each.parentWidget(), QComboBox)
        and not (isinstance(each, QAbstractButton) and each.group() and not each.isChecked())
    }
    assert takes == set(order)
    window.activateWindow()
    order[0].setFocus()
    for key, following in (
        *((Qt.Key.Key_Tab, each) for each in order[1:]),
        (Qt.Key.Key_Tab, order[0]),
        (Qt.Key.Key_Backtab, order[-1]),
        (Qt.Key.Key_Backtab, order[-2]),
    ):
        qtbot.keyClick(QApplication.focusWidget(), key)
        assert QApplication.focusWidget() is following
        assert not following.visibleRegion().isEmpty()


def test_a_key_leads_to_the_first_parameter(qtbot: QtBot, window: Window) -> None:
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    field = number_editor(window, "alpha").field
    assert QApplication.focusWidget() is field
    assert field.selectedText() == "1"
    window.store.apply(document.choose_activation, "tanh")
    qtbot.keyClick(window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert window.status.message.text() == "Tanh: no parameters"


def test_everything_with_the_focus_has_a_name(qtbot: QtBot, window: Window) -> None:
    for widget in window.findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            text = getattr(widget, "text", str)()
            assert widget.accessibleName() or text or widget.focusProxy(), widget


def test_void_calls_of_qt_keep_the_references_to_none(qtbot: QtBot, window: Window) -> None:
    slider = number_editor(window, "alpha").slider
    label = window.status.message
    event = QEvent(QEvent.Type.User)
    calls = 1000
    before = sys.getrefcount(None)
    for _ in range(calls):
        slider.setValue(3)
        label.show_text("x")
        event.setAccepted(True)
        window.update()
    # PySide6 6.12 on Python 3.11 loses one at each call, and Python dies of it.
    assert sys.getrefcount(None) > before - calls


def test_the_place_of_the_window_is_remembered(qtbot: QtBot, window: Window) -> None:
    window.resize(SMALLEST[0], 713)  # the screen that is none is smaller still
    before = window.columns.sizes()
    window.columns.setSizes([260, 350, 304])
    sizes = window.columns.sizes()
    assert sizes != before
    window.close()
    assert window.settings.now.geometry
    again = Window(window.store, window.evaluator, window.settings)
    qtbot.addWidget(again)
    assert again.height() == 713
    again.show()
    QApplication.processEvents()
    assert again.columns.sizes() == sizes
    again.keeper.close()


def test_no_field_takes_dropped_files(window: Window) -> None:
    assert not any(field.acceptDrops() for field in window.findChildren(QLineEdit))
