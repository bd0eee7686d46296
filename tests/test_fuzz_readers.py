"""The readers take whatever a file holds: they give a layer, or a ValueError, and soon.

Valid files of every dialect are changed in their structure and in their bytes. What the
coverage-guided fuzzer of the campaign has found worth keeping lies in tests/corpus and is read too.
"""

from __future__ import annotations

import copy
import io
import json
import random
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fuzz
import fuzz_changes
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layer_cases import random_config

from actviz.files import session_document, session_of
from actviz.formats import DIALECTS, model_layers, read_layer, write_layer
from actviz.formats.strict_json import strict_json
from actviz.layers import ROWS, LayerConfig
from actviz.session import Session

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())
KEYS = st.sampled_from(
    ["actviz", "alpha", "axis", "class_name", "config", "enum", "layers", "module", "name", "units"]
)
SMALL = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["keras.layers", "Sequential", "ELU", "relu", "CustomActivation", "float16"])
)
JSON = st.recursive(
    SMALL,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


def documents() -> list[Any]:
    """Layers of every type in every dialect that is JSON and is read."""
    found = []
    for dialect in (each.name for each in DIALECTS.values() if each.suffix.endswith(".json")):
        for row in ROWS:
            for config in (LayerConfig(row.name), random_config(row, 1)):
                try:
                    document = json.loads(write_layer(config, dialect))
                    read_layer(json.dumps(document))
                except ValueError:  # the dialect does not hold this one, or is not read as JSON
                    continue
                found.append(document)
    return found


VALID = documents()
SESSION = json.loads(json.dumps(session_document(Session())))


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document, as the keys and numbers that lead to it."""
    yield path
    if isinstance(document, (dict, list)):
        parts = document.items() if isinstance(document, dict) else enumerate(document)
        for key, value in parts:
            yield from places(value, (*path, key))


@st.composite
def changed(draw: st.DrawFn, sources: list[Any]) -> Any:
    """A valid document with a few parts replaced, left out or moved elsewhere."""
    document = copy.deepcopy(draw(st.sampled_from(sources)))
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from([p for p in places(document) if p] or [(None,)]))
        if last is None:
            return draw(JSON)
        inside = document
        for key in way:
            inside = inside[key]
        match draw(st.sampled_from(("replace", "drop", "nest", "add"))):
            case "replace":
                inside[last] = draw(JSON)
            case "drop":
                del inside[last]
            case "nest":
                inside[last] = copy.deepcopy(document)
            case "add" if isinstance(inside, dict):
                inside[draw(KEYS | st.text(max_size=5))] = draw(JSON)
    return document


def taken(text: str | bytes) -> None:
    """Read it as a layer file: a layer that can be described, or a ValueError of one line."""
    try:
        config = read_layer(text if isinstance(text, str) else text.decode("latin-1"))
    except ValueError as error:
        assert str(error).startswith("layer")  # noqa: PT017
        assert "\n" not in str(error)  # noqa: PT017
        return
    assert config == LayerConfig(config.layer, config.fields, config.activations)


@settings(max_examples=400, deadline=2000, derandomize=True)
@given(changed(VALID))
def test_changed_layers(document: Any) -> None:
    taken(json.dumps(document))


@settings(max_examples=200, deadline=2000, derandomize=True)
@given(changed([SESSION]))
def test_changed_sessions(document: Any) -> None:
    try:
        session_of(strict_json(json.dumps(document), "some"), "some")
    except ValueError as error:
        assert str(error).startswith("some")  # noqa: PT017


@settings(max_examples=200, deadline=2000, derandomize=True)
@given(st.sampled_from(VALID), st.integers(0, 10**6), st.integers(0, 10**6), st.binary(max_size=9))
def test_changed_bytes(document: Any, start: int, length: int, put: bytes) -> None:
    whole = json.dumps(document).encode()
    begin = start % len(whole)
    taken(whole[:begin] + put + whole[begin + length % 40 :])


@settings(max_examples=100, deadline=2000, derandomize=True)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    try:
        strict_json(data, "some")
    except ValueError as error:
        assert str(error).startswith("some")  # noqa: PT017


def archive(document: Any) -> bytes:
    """A `.keras` archive around a model's JSON."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        file.writestr("config.json", json.dumps(document))
    return packed.getvalue()


def listed(path: Path, data: bytes) -> None:
    """List its layers: entries, or a ValueError of one line."""
    path.write_bytes(data)
    try:
        entries = model_layers(path)
    except ValueError as error:
        assert str(error).startswith(path.name)  # noqa: PT017
        assert "\n" not in str(error)  # noqa: PT017
        return
    assert all((entry.config is None) == bool(entry.reason) for entry in entries)


def model_of(layers: list[Any]) -> dict[str, Any]:
    config = {"name": "model", "layers": layers}
    return {"module": "keras", "class_name": "Sequential", "config": config}


@settings(max_examples=150, deadline=2000, derandomize=True)
@given(changed([model_of(VALID[:3]), model_of([model_of(VALID[3:5])])]))
def test_changed_models(document: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        listed(Path(folder) / "model.json", json.dumps(document).encode())
        listed(Path(folder) / "model.keras", archive(document))


@settings(max_examples=300, deadline=2000, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=6)), min_size=1, max_size=4))
def test_changed_archives(changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(archive(model_of(VALID[:2])))
    for place, put in changes:
        begin = place % len(data)
        data[begin : begin + len(put)] = put
    with tempfile.TemporaryDirectory() as folder:
        listed(Path(folder) / "model.keras", bytes(data))


@pytest.mark.parametrize("path", CORPUS, ids=[path.name[:8] for path in CORPUS])
def test_the_fuzzers_corpus(path: Path) -> None:
    try:
        fuzz.read(path.read_bytes())
    except ValueError as error:
        assert "\n" not in str(error)  # noqa: PT017


@pytest.mark.parametrize("data", [write_layer(LayerConfig("Dense"), "onnx"), archive(VALID[0])])
def test_the_fuzzer_changes_what_bytes_alone_cannot(data: bytes) -> None:
    draw, read = random.Random(1), 0
    for _ in range(200):
        made = fuzz_changes.restructured(data, draw)
        assert made is not None
        try:
            fuzz.read(made)
            read += made != data
        except ValueError:
            continue
    assert read > 20
