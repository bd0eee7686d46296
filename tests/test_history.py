from __future__ import annotations

import random

import pytest

from actviz import session as document
from actviz.history import History, describe
from actviz.session import Session, View


def bent(session: Session, alpha: float) -> Session:
    return document.set_value(session, "alpha", alpha)


def moved(session: Session, low: float) -> Session:
    return document.set_view(session, View(low=low, high=100.0))


def test_undo_and_redo_walk_the_steps() -> None:
    history = History(Session())
    states = [history.session]
    for alpha in (1.5, 2.5, 3.5):
        states.append(bent(history.session, alpha))
        history.push(states[-1])
    for state in reversed(states[:-1]):
        assert history.undo() == state
    assert not history.can_undo
    assert history.undo() == states[0]
    for state in states[1:]:
        assert history.redo() == state
    assert not history.can_redo
    assert history.redo() == states[-1]


def test_a_drag_is_one_step() -> None:
    history = History(Session())
    for alpha in (1.1, 1.2, 1.3):
        history.push(bent(history.session, alpha), key="alpha")
    history.end()
    for alpha in (1.4, 1.5):
        history.push(bent(history.session, alpha), key="alpha")
    assert history.undo().values == {"alpha": 1.3}
    assert history.undo().values == {"alpha": 1.0}
    assert not history.can_undo


def test_another_key_and_no_key_begin_another_step() -> None:
    history = History(Session())
    history.push(bent(history.session, 2.0), key="alpha")
    history.push(document.set_field(history.session, "filters", 5), key="filters")
    history.push(bent(history.session, 3.0))
    history.push(bent(history.session, 4.0))
    for expected in (3.0, 2.0, 2.0, 1.0):
        assert history.undo().values == {"alpha": expected}
    assert not history.can_undo


def test_a_drag_that_comes_back_leaves_no_step() -> None:
    history = History(Session())
    for alpha in (2.0, 3.0, 1.0):
        history.push(bent(history.session, alpha), key="alpha")
    history.end()
    assert not history.can_undo
    assert not history.modified


def test_looking_around_is_no_step_and_no_modification() -> None:
    history = History(Session())
    history.push(bent(history.session, 2.0), key="alpha")
    history.push(moved(history.session, 50.0))
    history.push(bent(history.session, 3.0), key="alpha")
    history.mark_saved()
    history.push(moved(history.session, 60.0))
    assert not history.modified
    assert history.undo() == moved(Session(), 60.0)
    assert not history.can_undo
    history.push(moved(history.session, 70.0))
    assert history.redo() == moved(bent(Session(), 3.0), 70.0)


def test_a_new_step_forgets_what_was_undone() -> None:
    history = History(Session())
    history.push(bent(history.session, 2.0))
    history.undo()
    history.push(bent(history.session, 3.0))
    assert not history.can_redo


def test_pushing_the_same_document_is_no_step() -> None:
    history = History(Session())
    history.push(bent(Session(), 2.0))
    history.undo()
    history.push(Session())
    assert not history.can_undo
    assert history.can_redo


def test_modified_means_different_from_what_was_saved() -> None:
    history = History(Session())
    assert not history.modified
    history.push(bent(history.session, 2.0))
    assert history.modified
    history.mark_saved()
    assert not history.modified
    history.undo()
    assert history.modified
    history.redo()
    assert not history.modified
    assert History(Session(), saved=False).modified


def test_saving_in_a_drag_ends_it() -> None:
    history = History(Session())
    history.push(bent(history.session, 2.0), key="alpha")
    history.mark_saved()
    history.push(bent(history.session, 3.0), key="alpha")
    assert history.undo().values == {"alpha": 2.0}
    assert not history.modified


def test_the_oldest_steps_are_forgotten_first() -> None:
    history = History(Session(), longest=3)
    for alpha in range(2, 10):
        history.push(bent(history.session, float(alpha)))
    while history.can_undo:
        history.undo()
    assert history.session.values == {"alpha": 6.0}


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (bent(Session(), 2.0), "alpha"),
        (document.choose_activation(Session(), "gelu"), "GELU"),
        (document.choose_layer(Session(), "Dense"), "Dense"),
        (document.set_field(Session(), "filters", 5), "filters"),
        (
            document.set_field(document.set_field(Session(), "filters", 5), "padding", "same"),
            "layer fields",
        ),
        (document.pin(Session()), "pin"),
        (document.set_lens_value(Session(), "epsilon", 0.5), "epsilon"),
        (document.set_dtype(Session(), "float64"), "precision"),
        (moved(Session(), 3.0), ""),
    ],
)
def test_a_step_is_named_by_what_it_changes(after: Session, words: str) -> None:
    assert describe(Session(), after) == words
    history = History(Session())
    history.push(after)
    assert history.undo_label == words
    history.undo()
    assert history.redo_label == words


def test_pins_that_go_and_change_are_named() -> None:
    pinned = document.pin(Session())
    assert describe(pinned, Session()) == "unpin"
    assert describe(pinned, document.rename_pin(pinned, 0, "x")) == "pinned curve"
    lstm = document.choose_layer(Session(), "LSTM")
    assert describe(lstm, document.choose_slot(lstm, "recurrent_activation")) == "activation slot"


def test_random_driving_comes_back_to_the_start() -> None:
    choice = random.Random(7)
    history = History(Session())
    for _ in range(500):
        action = choice.randrange(6)
        if action == 0:
            history.undo()
        elif action == 1:
            history.redo()
        elif action == 2:
            history.push(moved(history.session, choice.uniform(-50, 50)))
        elif action == 3:
            history.push(
                document.choose_activation(history.session, choice.choice(["elu", "gelu"]))
            )
        elif history.session.activation == "elu":
            history.push(bent(history.session, choice.uniform(0, 5)), key="alpha")
        if choice.random() < 0.2:
            history.end()
    while history.can_undo:
        history.undo()
    assert history.session == document.set_view(Session(), history.session.view)
    assert not history.modified
