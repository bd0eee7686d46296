"""The pages in docs/dialects are those that the dialects give now."""

from __future__ import annotations

import dialect_docs
import pytest

from actviz.formats import DIALECTS

PAGES = dialect_docs.pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_current(name: str) -> None:
    written = (dialect_docs.FOLDER / name).read_text("utf-8")
    assert written == PAGES[name], "run tools/dialect_docs.py"


def test_no_page_is_left_over() -> None:
    assert {path.name for path in dialect_docs.FOLDER.iterdir()} == set(PAGES)
    assert set(PAGES) == {"README.md", "odd_files.md", *(f"{name}.md" for name in DIALECTS)}


def test_the_table_tells_held_from_refused() -> None:
    made = dialect_docs.Table(DIALECTS["haibal"])
    assert made.marks["sigmoid"] == ["yes"] * 3
    assert all(mark.startswith("no ") for mark in made.marks["mish"])
    assert all(mark.startswith("some ") for mark in made.marks["hard_sigmoid"])
