"""The record of the campaign: what ran is put anew, what did not run keeps its row."""

from __future__ import annotations

from xml.etree import ElementTree

import campaign

SUITE = """<testsuite tests="3" failures="1" errors="0" time="4.5">
<testcase classname="tests.test_a" name="test_new[x]" time="1.4"><properties>
<property name="same" value="490"/><property name="worst" value="0.5"/></properties></testcase>
<testcase classname="tests.test_a" name="test_new[y]" time="1.3"><properties>
<property name="same" value="600"/><property name="worst" value="0.25"/></properties></testcase>
<testcase classname="" name="tests.test_unread" time="0"><error/></testcase>
<testcase classname="tests.ui.test_b" name="test_bad" time="2"><failure/></testcase>
</testsuite>"""
BEFORE = """# The campaign
| test | run | cases | result | seconds | figures |
|---|---|---|---|---|---|
| test_a.test_gone | 2026-01-01, abc | 1 | passed | 9 |  |
| test_a.test_new | 2026-01-01, abc | 1 | passed | 9 |  |
| test_c.test_kept | 2026-01-01, abc | 1 | passed | 9 | worst: 3 |
"""


def test_what_did_not_run_keeps_its_row_and_what_is_gone_has_none() -> None:
    suite = ElementTree.fromstring(SUITE)
    there = {"test_new", "test_kept", "test_bad"}
    text = campaign.text_of(suite, BEFORE, there)
    rows = campaign.older(text)
    assert list(rows) == ["test_a.test_new", "test_c.test_kept", "ui.test_b.test_bad"]
    assert rows["test_c.test_kept"] in BEFORE
    assert rows["test_a.test_new"].endswith("| 2 | passed | 3 | same: 1,090, worst: 0.5 |")
    assert "| 1 | 1 FAILED | 2 |" in rows["ui.test_b.test_bad"]
    assert "3 tests, 1 failed, 0 broken" in text
    assert campaign.older(campaign.text_of(ElementTree.Element("testsuite"), text, there)) == rows


def test_the_record_names_tests_that_there_are() -> None:
    rows = campaign.older(campaign.RECORD.read_text(encoding="utf-8"))
    assert rows
    assert {name.rpartition(".")[2] for name in rows} <= campaign.tests_there()
