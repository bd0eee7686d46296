"""Formulas are set in a thread of their own."""

from __future__ import annotations

from concurrent.futures import Future

import pytest
from pytestqt.qtbot import QtBot

from actviz.ui import typeset
from actviz.ui.typeset import Typesetter


class AtOnce:
    """A pool whose work is done before anybody can wait for it."""

    def submit(self, function: object, latex: str, colour: str) -> Future[bytes]:
        done: Future[bytes] = Future()
        done.set_result(latex.encode())
        return done

    def shutdown(self, **_: object) -> None:
        pass


def test_what_is_set_at_once_does_not_disturb_what_waits(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typeset, "ThreadPoolExecutor", lambda *_, **__: AtOnce())
    setter = Typesetter()
    for latex in ("x", "y", "z"):
        setter.ask(latex, "#000000")
    setter.start()
    assert [setter.found(latex, "#000000") for latex in ("x", "y", "z")] == [b"x", b"y", b"z"]
    setter.close()
