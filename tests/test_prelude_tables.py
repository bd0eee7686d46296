"""The tables of the prelude are what the script in tools/ makes, to the last bit."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[1] / "tools"
FLOAT64 = ("elu", "exponential", "gelu", "gelu_tanh", "mish", "softplus", "swish", "tanh_shrink")


@pytest.mark.parametrize("name", ["mish", "softplus", "tanh_shrink"])
def test_the_committed_tables_are_what_the_script_makes(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(TOOLS))
    made = importlib.import_module("make_float32_tables")
    assert name in made.FILES
    text = (made.FOLDER / f"{name}.cl").read_text("utf-8")
    assert made.renewed(name) == text


def test_another_number_in_a_table_is_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(TOOLS))
    made = importlib.import_module("make_float32_tables")
    right = (made.FOLDER / "softplus.cl").read_text("utf-8")
    wrong = right.replace("0.33333337f", "0.33333340f")
    assert wrong != right
    (tmp_path / "softplus.cl").write_text(wrong, "utf-8")
    monkeypatch.setattr(made, "FOLDER", tmp_path)
    assert made.renewed("softplus") == right


@pytest.mark.parametrize("name", FLOAT64)
def test_the_float64_tables_are_what_their_script_makes(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(TOOLS))
    made = importlib.import_module("make_float64_tables")
    text = (made.FOLDER / f"{name}.cl").read_text("utf-8")
    assert made.rewritten(text, made.FILES[name]()) == text
