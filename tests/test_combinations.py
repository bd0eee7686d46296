"""The table of all combinations in docs/dialects is what the frameworks themselves hold and run."""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest
from combinations import JUDGES, compared, small
from dialect_docs import FAMILIES, FOLDER, asked

from actviz.activations import ROWS
from actviz.formats import DIALECTS, write_layer
from actviz.layers import LayerConfig

FULL = "ACTVIZ_CAMPAIGN" in os.environ
SAMPLE = {"keras": 5, "keras_two_layer": 8, "keras2": 6, "torch": 30, "onnx": 30, "haibal": 30}
# Keras's variables on JAX do not know NumPy 2's copy keyword.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def marks(dialect: str, column: int) -> dict[str, str]:
    """Read off a dialect's page what it shows for a family: yes, some or no."""
    _, _, table = (FOLDER / f"{dialect}.md").read_text("utf-8").partition("## What it holds\n")
    rows = [line.split("|")[1:-1] for line in table.splitlines() if line.startswith("|")]
    return {row[0].strip(): row[column + 1].split()[0] for row in rows[2:]}


def refusal(config: LayerConfig, dialect: str) -> str:
    """Give the reason why a dialect does not write it; empty where it does."""
    try:
        write_layer(config, dialect)
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.campaign
@pytest.mark.parametrize("column", range(len(FAMILIES)))
@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_a_table_shows_is_what_the_framework_runs(
    dialect: str, column: int, record_property: Callable[[str, object], None]
) -> None:
    shown, slot = marks(dialect, column), FAMILIES[column][1]
    assert list(shown) == [row.name for row in ROWS]
    every = [(row, *each) for row in ROWS for each in asked(column, row)]
    draw = random.Random(f"{dialect} {column}")
    seen: dict[str, set[bool]] = {}
    ran = 0
    for row, layer, values in every if FULL else draw.sample(every, SAMPLE[dialect]):
        config = small(layer.name, slot, row.name, dict(values))
        reason = refusal(config, dialect)
        assert not reason or reason.startswith(layer.name)
        if not reason:
            compared(dialect, config)
            ran += 1
        seen.setdefault(row.name, set()).add(not reason)
    words = {"yes": {True}, "no": {False}, "some": {True, False}}
    for name, found in seen.items():
        assert found == words[shown[name]] if FULL else found <= words[shown[name]], name
    record_property("combinations", len(every))
    record_property("loaded_and_run", ran)


def test_every_dialect_has_a_judge() -> None:
    assert set(JUDGES) == set(DIALECTS) == set(SAMPLE)


def test_a_judge_notices_a_wrong_number(monkeypatch: pytest.MonkeyPatch) -> None:
    config = small("Dense", "activation", "elu", {"alpha": 0.7})
    compared("haibal", config)
    monkeypatch.setitem(JUDGES, "haibal", lambda config, weights, x: [x[:, :3]])
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        compared("haibal", config)
