"""The Verify lens: numbers arrive one by one, failures stand first and red."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.analysis.published import GROUPS, Check, Verdict, verdict
from actviz.lenses import lens
from actviz.param import Choice
from actviz.session import Session
from actviz.ui.board import Table
from actviz.ui.board_table import widths_of
from actviz.ui.lenses.verify import DRAWING, Found
from actviz.ui.look import Look
from actviz.ui.theme import LIGHT
from actviz.ui.window import Window


@pytest.fixture(scope="module")
def found() -> tuple[Verdict, ...]:
    *_, last = DRAWING.work("published")
    assert last.done == 1.0
    return tuple(last.found.verdicts)


def table_of(verdicts: tuple[Verdict, ...], **settings: Any) -> Table:
    session = document.set_lens(Session(), "verify")
    for name, value in settings.items():
        session = document.set_lens_value(session, name, value)
    board = DRAWING.board(Found(verdicts), session, Look(LIGHT))
    table = board.rows[0][0]
    assert isinstance(table, Table)
    return table


def test_every_group_can_be_chosen() -> None:
    domain = next(param for param in lens("verify").params if param.name == "group").domain
    assert isinstance(domain, Choice)
    assert domain.options == tuple(GROUPS)


def test_numbers_arrive_one_by_one() -> None:
    parts = DRAWING.work("published")
    first, second = next(parts), next(parts)
    assert 0.0 < first.done < second.done < 1.0
    assert len(second.found.verdicts) == 2
    assert not DRAWING.live


def test_the_table_lists_the_group(qapp: object, found: tuple[Verdict, ...]) -> None:
    for group, checks in GROUPS.items():
        table = table_of(found, group=group)
        assert [line[1] for line in table.rows] == [each.name for each in checks]
        assert table.bad == frozenset()
    later = table_of(found, group="Functions", first_line=10)
    assert [line[1] for line in later.rows] == [each.name for each in GROUPS["Functions"][9:]]
    assert table_of(found, group="SELU", first_line=99).rows


def test_failures_of_any_group_stand_first_and_red(
    qapp: object, found: tuple[Verdict, ...]
) -> None:
    def broken() -> float:
        raise ValueError("no root")

    wrong = verdict("Time", Check("wrong", "0.26", lambda: 0.25, "a misprint"))
    lost = verdict("Depth", Check("lost", "1", broken, "nowhere"))
    table = table_of((*found, wrong, lost), group="Functions")
    assert table.bad == frozenset({0, 1})
    assert table.rows[0] == ("✗", "wrong", "0.25", "0.26", "-1.0e-02", "a misprint")
    assert table.rows[1][-1] == "nowhere; no root"
    assert table.title == f"Functions: {len(GROUPS['Functions'])} numbers, and 2 that fail"


def test_long_sources_give_way_before_numbers(qapp: object, found: tuple[Verdict, ...]) -> None:
    table, metrics = table_of(found, group="Time"), QFontMetricsF(Look(LIGHT).small)
    whole = widths_of(table, 1e4, metrics)
    assert sum(whole) == pytest.approx(1e4)
    narrow = widths_of(table, 620.0, metrics)
    assert sum(narrow) == pytest.approx(620.0)
    for index in (0, 2, 3, 4):
        assert narrow[index] >= max(metrics.horizontalAdvance(line[index]) for line in table.rows)


def test_the_window_recomputes_and_lists(qtbot: QtBot, window: Window) -> None:
    with qtbot.waitSignal(
        window.board.drawn, timeout=60_000, check_params_cb=lambda: window.board.complete
    ):
        QTest.mouseClick(window.bar.tabs["verify"], Qt.MouseButton.LeftButton)
    said = window.board.readings.texts()
    count = sum(map(len, GROUPS.values()))
    assert said["recomputed"] == f"{count} of {count}"
    assert said["fail"] == "0"
    combo = window.board.controls.rows["group"].editor.focus
    combo.setFocus()
    with qtbot.waitSignal(window.board.drawn):
        QTest.keyClick(combo, Qt.Key.Key_Down)
    assert window.store.session.settings["group"] == "SELU"
