"""What changes on export is seen beside all dialects, and said before a file is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.formats import DIALECTS
from actviz.ui.export_dialog import ExportDialog
from actviz.ui.window import Window

LEFT = Qt.MouseButton.LeftButton
BUTTON = QMessageBox.StandardButton


@pytest.fixture
def table(qtbot: QtBot, window: Window) -> ExportDialog:
    """Open the table by its button, for a Dense layer with Keras 3's hard sigmoid."""
    window.store.apply(document.choose_layer, "Dense")
    window.store.apply(document.choose_activation, "hard_sigmoid")
    qtbot.waitUntil(lambda: window.layer.complete)
    qtbot.mouseClick(window.layer.all, LEFT)
    opened = window.layer.export
    assert opened is not None
    qtbot.waitExposed(opened)
    return opened


def cells(table: ExportDialog, dialect: str) -> list[str]:
    row = list(DIALECTS).index(dialect)
    items = [table.table.item(row, column) for column in range(4)]
    return [item.text() for item in items if item is not None]


def pin_of(table: ExportDialog, dialect: str) -> QPushButton | None:
    cell = table.table.cellWidget(list(DIALECTS).index(dialect), 4)
    return None if cell is None else cell.findChild(QPushButton)


def click_row(qtbot: QtBot, table: ExportDialog, dialect: str) -> None:
    item = table.table.item(list(DIALECTS).index(dialect), 0)
    assert item is not None
    place = table.table.visualItemRect(item).center()
    qtbot.mouseClick(table.table.viewport(), LEFT, pos=place)


def test_all_dialects_stand_side_by_side(table: ExportDialog) -> None:
    assert cells(table, "keras") == ["Keras 3", "hard_sigmoid", "the same", "nowhere"]
    title, written, means, apart = cells(table, "keras2")
    assert title == "Keras 2"
    assert written.startswith("refused: ")
    assert "0.2" in written
    assert means == "Hard sigmoid  α = 0.2"
    assert apart == "up to 0.08333 at x = −2.5"
    assert cells(table, "torch")[1] == "nn.Hardsigmoid()"
    assert cells(table, "onnx")[1].startswith("HardSigmoid(alpha=0.1666")
    assert {name for name in DIALECTS if pin_of(table, name)} == {"keras2", "haibal", "onnx"}


def test_a_row_chooses_its_dialect_by_mouse_and_by_key(
    qtbot: QtBot, window: Window, table: ExportDialog
) -> None:
    click_row(qtbot, table, "keras2")
    assert window.store.session.dialect == "keras2"
    qtbot.waitUntil(lambda: "hard_sigmoid" in table.notes.text() and window.layer.complete)
    assert window.layer.dialect.currentData() == "keras2"
    for dialect in ("haibal", "torch", "onnx"):
        qtbot.keyClick(table.table, Qt.Key.Key_Down)
        assert window.store.session.dialect == dialect
    qtbot.waitUntil(lambda: "operator set" in table.notes.text())
    window.store.undo()
    qtbot.waitUntil(lambda: table.table.currentRow() == list(DIALECTS).index("torch"))


def test_the_curve_of_a_bare_word_is_pinned_and_compared(
    qtbot: QtBot, window: Window, table: ExportDialog
) -> None:
    button = pin_of(table, "onnx")
    assert button is not None
    qtbot.mouseClick(button, LEFT)
    (pinned,) = window.store.session.pins
    assert (pinned.label, pinned.compared) == ("ONNX: Hard sigmoid  α = 0.2", True)
    assert window.store.session.dialect == "keras"


def test_the_table_follows_the_work_and_closes_with_the_window(
    qtbot: QtBot, window: Window, table: ExportDialog
) -> None:
    window.store.apply(document.choose_activation, "leaky_relu")
    qtbot.waitUntil(lambda: cells(table, "keras")[1] == "LeakyReLU(negative_slope=0.3)")
    assert cells(table, "haibal")[1:3] == ["LeakyReLU", "the same"]
    assert cells(table, "torch")[3] == "up to 2.9 at x = −10"
    window.store.apply(document.choose_activation, "softmax")
    qtbot.waitUntil(lambda: cells(table, "haibal")[2] == "Softmax  axis = 1")
    assert cells(table, "haibal")[3] == "—"
    assert not any(pin_of(table, name) for name in DIALECTS)
    window.store.mark_saved()
    window.close()
    assert not table.isVisible()


# Before a file is written


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "layer.py"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    return path


@pytest.fixture
def asked(qtbot: QtBot) -> Iterator[list[tuple[str, QMessageBox.StandardButton]]]:
    """Answer boxes with what stands last in the list; what they say is put before it."""
    plan: list[tuple[str, QMessageBox.StandardButton]] = []
    timer = QTimer()

    def press() -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            plan[-1] = (box.informativeText(), plan[-1][1])
            qtbot.mouseClick(box.button(plan[-1][1]), LEFT)

    timer.timeout.connect(press)
    timer.start(5)
    yield plan
    timer.stop()


def test_what_a_file_loses_is_said_once_before_it_is_written(
    qtbot: QtBot,
    window: Window,
    saved: Path,
    asked: list[tuple[str, QMessageBox.StandardButton]],
) -> None:
    store = window.store
    store.apply(document.choose_layer, "Dense")
    store.apply(document.set_dialect, "torch")
    store.apply(document.set_field, "kernel_regularizer", "l2(l2=0.001)")
    asked.append(("", BUTTON.Cancel))
    assert not window.documents.save_layer()
    assert "kernel_regularizer is left out" in asked[-1][0]
    assert not saved.exists()
    asked.append(("", BUTTON.Save))
    assert window.documents.save_layer()
    assert "kernel_regularizer" in asked[-1][0]
    assert "class KerasDense" in saved.read_text(encoding="utf-8")
    asked.append(("not asked", BUTTON.Cancel))
    assert window.documents.save_layer()
    store.apply(document.set_field, "lora_rank", 2)
    asked.append(("", BUTTON.Save))
    assert window.documents.save_layer()
    assert asked[-1][0].count("•") == 1
    assert "lora_rank" in asked[-1][0]
    assert asked[-2][0] == "not asked"


def test_a_file_that_holds_all_is_written_unasked(
    qtbot: QtBot,
    window: Window,
    saved: Path,
    asked: list[tuple[str, QMessageBox.StandardButton]],
) -> None:
    window.store.apply(document.set_field, "kernel_regularizer", "l2(l2=0.001)")
    asked.append(("not asked", BUTTON.Cancel))
    assert window.documents.save_layer()
    assert saved.exists()
    assert asked[-1][0] == "not asked"
