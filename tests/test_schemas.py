"""The JSON Schemas in resources: made from the rows, and they tell good files from bad ones."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema
import pytest
import schemas
from layer_cases import random_config

from actviz.files import session_document
from actviz.formats import write_layer
from actviz.layers import ROWS, LayerConfig, LayerRow
from actviz.resources import resource
from actviz.session import Session

MADE = schemas.schemas()


def validator(name: str) -> Any:
    return jsonschema.Draft202012Validator(json.loads((resource("schemas") / name).read_text()))


@pytest.mark.parametrize("name", MADE)
def test_a_schema_is_current_and_a_schema(name: str) -> None:
    written = (resource("schemas") / name).read_text("utf-8")
    assert written == schemas.text_of(MADE[name]), "run tools/schemas.py"
    jsonschema.Draft202012Validator.check_schema(MADE[name])


@pytest.mark.parametrize("dialect", ["keras", "haibal"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_layer_files_as_they_are_written_are_valid(row: LayerRow, dialect: str) -> None:
    judge = validator(f"layer-{dialect}.json")
    for seed in range(4):
        try:
            text = write_layer(random_config(row, seed), dialect)
        except ValueError:  # not held in this dialect
            text = write_layer(LayerConfig(row.name), dialect)
        judge.validate(json.loads(text))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_sessions_as_they_are_written_are_valid(row: LayerRow) -> None:
    judge = validator("session.json")
    for seed in range(2):
        session = Session(config=random_config(row, seed))
        judge.validate(json.loads(json.dumps(session_document(session))))


@pytest.mark.parametrize(
    ("name", "way", "bad"),
    [
        ("layer-keras.json", ("config", "units"), 0),
        ("layer-keras.json", ("config", "units"), "3"),
        ("layer-keras.json", ("config", "use_bias"), "false"),
        ("layer-keras.json", ("config", "activation"), "Softplux"),
        ("layer-keras.json", ("class_name",), "Dropout"),
        ("layer-keras.json", ("config", "colour"), 1),
        ("layer-haibal.json", ("Parameters", "units"), True),
        ("layer-haibal.json", ("Parameters", "Activation", "enum"), 3),
        ("layer-haibal.json", ("actviz", "dialect"), "keras"),
        ("session.json", ("actviz",), 2),
        ("session.json", ("layer", "fields", "units"), -1),
        ("session.json", ("layer", "activations", "activation", "name"), "eluu"),
        ("session.json", ("view", "low"), "left"),
    ],
)
def test_bad_files_are_not(name: str, way: tuple[str, ...], bad: object) -> None:
    config = LayerConfig("Dense")
    good: Any = {
        "layer-keras.json": lambda: json.loads(write_layer(config)),
        "layer-haibal.json": lambda: json.loads(write_layer(config, "haibal")),
        "session.json": lambda: json.loads(json.dumps(session_document(Session(config=config)))),
    }[name]()
    judge = validator(name)
    assert judge.is_valid(good)
    changed = copy.deepcopy(good)
    inside = changed
    for key in way[:-1]:
        inside = inside[key]
    inside[way[-1]] = bad
    assert not judge.is_valid(changed)
