"""What the docs say of activations and lenses: all of them, with defaults and pictures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from actviz.activations import ROWS, Row
from actviz.expression import OWN_FUNCTIONS, Formula
from actviz.expression.calculus import MOST_PARTS
from actviz.expression.letters import GREEK
from actviz.expression.parser import DEEPEST, LONGEST
from actviz.lenses import LENSES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
INTERFACE = (ROOT / "docs" / "interface.md").read_text("utf-8")


def test_interface_md_names_every_activation_in_order() -> None:
    found = re.search(r"in files and commands `elu`: ([^.(]*)", INTERFACE)
    assert found
    names = re.findall(r"[a-z]\w*", found[1].replace("; then", ","))
    assert names == [each.name for each in ROWS]


def test_readme_names_every_activation() -> None:
    found = re.search(r"\* \*\*Activations\*\*(.*?)\n\* ", README, re.DOTALL)
    assert found
    said = " ".join(found[1].lower().split())
    for each in ROWS:
        assert re.search(rf"([:,]|\band) {each.title.lower()}\b", said), each.title


def documented() -> dict[str, dict[str, str]]:
    """Read the table of interface.md: "elu.alpha (1)", then ".beta (1/2)" of the same row."""
    found: dict[str, dict[str, str]] = {}
    for line in re.findall(r"^\| (\w+\..*?) \|", INTERFACE, re.MULTILINE):
        name = line.partition(".")[0]
        found[name] = dict(re.findall(r"\.(\w+) \(([^)]*)\)", line))
    return found


@pytest.mark.parametrize("each", ROWS, ids=lambda each: each.name)
def test_interface_md_has_every_parameter_with_its_default(each: Row) -> None:
    said = documented().get(each.name, {})
    assert list(said) == [param.name for param in each.params]
    read = {param.name: param.parse(said[param.name]) for param in each.params}
    assert read == each.complete() == each.complete({})


def test_interface_md_names_every_function_and_letter_of_a_users_formula() -> None:
    found = re.search(r"^\*\*Your own f\(x\)\*\*: (.*)$", INTERFACE, re.MULTILINE)
    assert found
    words = set(re.findall(r"\w+", found[1]))
    assert set(OWN_FUNCTIONS) <= words
    for name in GREEK:
        if name not in ("epsilon", "lambda"):
            assert Formula.own(name).names == (name,)
            assert name in words
    assert f"At most {LONGEST:,} characters, {DEEPEST} levels and {MOST_PARTS:,} parts" in found[1]


def test_lenses_md_shows_every_lens_in_both_looks_with_a_sentence() -> None:
    text = (ROOT / "docs" / "lenses.md").read_text("utf-8")
    parts = text.split("\n## ")[1:]
    assert [part.splitlines()[0] for part in parts[: len(LENSES)]] == [one.title for one in LENSES]
    for lens, part in zip(LENSES, parts, strict=False):
        assert len(part.splitlines()[2]) > 60
        pictures = re.findall(r"\]\((pictures/.*?)\)", part)
        assert pictures == [f"pictures/lens-{lens.name}-{look}.png" for look in ("light", "dark")]
        assert all((ROOT / "docs" / name).is_file() for name in pictures)
