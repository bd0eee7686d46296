from __future__ import annotations

from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.session import Session
from actviz.ui.store import Store


def test_a_change_is_told_and_can_be_undone(qtbot: QtBot) -> None:
    store = Store()
    with qtbot.waitSignal(store.changed) as told:
        assert store.apply(document.choose_activation, "gelu")
    assert told.args == [store.session]
    assert store.session.activation == "gelu"
    store.undo()
    assert store.session.activation == "elu"
    store.redo()
    assert store.session.activation == "gelu"


def test_a_refused_change_leaves_everything_as_it_was(qtbot: QtBot) -> None:
    store = Store()
    before = store.session
    with qtbot.waitSignal(store.refused) as told, qtbot.assertNotEmitted(store.changed):
        assert not store.apply(document.set_value, "alpha", float("nan"))
    assert "alpha" in told.args[0]
    assert store.refusal == told.args[0]
    assert store.session is before
    assert not store.history.can_undo


def test_a_drag_is_one_step(qtbot: QtBot) -> None:
    store = Store()
    for alpha in (1.1, 1.2, 1.3):
        store.apply(document.set_value, "alpha", alpha, key="alpha")
    store.end_drag()
    store.apply(document.set_value, "alpha", 2.0, key="alpha")
    store.undo()
    assert store.session.values["alpha"] == 1.3
    store.undo()
    assert store.session.values["alpha"] == 1.0
    assert not store.history.can_undo


def test_undo_without_a_step_tells_nobody(qtbot: QtBot) -> None:
    store = Store()
    with qtbot.assertNotEmitted(store.changed):
        store.undo()
        store.redo()


def test_opening_forgets_the_steps_and_saving_the_mark(qtbot: QtBot) -> None:
    store = Store()
    store.apply(document.choose_activation, "gelu")
    assert store.history.modified
    with qtbot.waitSignal(store.changed):
        store.mark_saved()
    assert not store.history.modified
    store.open(Session(), saved=False)
    assert store.history.modified
    assert not store.history.can_undo
