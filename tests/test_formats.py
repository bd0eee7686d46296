from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from actviz.formats import DIALECTS, describe, dialect_named, read_layer, write_layer
from actviz.formats.json_text import json_text
from actviz.layers import LayerConfig

CONFIG = LayerConfig("Conv2D", {"name": "Höhe"}, {"activation": ("elu", {"alpha": 0.7})})


def test_a_file_and_its_text_are_read_alike(tmp_path: Path) -> None:
    file = tmp_path / "layer.json"
    file.write_text(write_layer(CONFIG), encoding="ascii")
    assert read_layer(file) == CONFIG
    assert read_layer(file.read_text(encoding="ascii"), "keras") == CONFIG


def test_a_byte_order_mark_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "layer.json"
    file.write_text(write_layer(CONFIG), encoding="utf-8-sig")
    assert read_layer(file) == CONFIG


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "layer.json: there is no text in it"),
        (b'{"module": "keras.layers", ', "layer.json, line 1 column 28: the text ends too early"),
        (b'{"a": NaN}', "layer.json, line 1 column 7: NaN is not JSON"),
        (b'{"a": 1, "a": 2}', "layer.json, line 1 column 10: the key 'a' stands twice"),
        (b"[" * 5000, "layer.json, line 1 column 101: nested deeper than"),
        (b"\xff\xfe{\x00", "layer.json: the text is in UTF-16"),
        (b"{}", "layer.json: class_name: none is not allowed"),
    ],
)
def test_bad_files_are_named_with_the_place(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "layer.json"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read_layer(file)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^gone\.json: it cannot be read: No such file"):
        read_layer(tmp_path / "gone.json")
    with pytest.raises(ValueError, match=r"it is not a file; a layer file is needed"):
        read_layer(tmp_path)
    with pytest.raises(ValueError, match="it is not a file"):
        read_layer(Path("/dev/zero"))


def test_a_large_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    with file.open("wb") as sparse:
        sparse.truncate(2**33)
    with pytest.raises(ValueError, match=r"^large\.json: it holds .* bytes; at most 10,000,000"):
        read_layer(file)


def test_unknown_dialects_are_refused_with_the_list() -> None:
    sentence = "dialect: 'caffe' is not allowed; it must be one of keras"
    with pytest.raises(ValueError, match=sentence):
        write_layer(CONFIG, "caffe")
    with pytest.raises(ValueError, match=sentence):
        read_layer("{}", "caffe")


@pytest.mark.parametrize("name", DIALECTS)
def test_dialects_carry_their_name(name: str) -> None:
    assert dialect_named(name).name == name
    assert dialect_named(name).title


def test_describe() -> None:
    text = write_layer(LayerConfig("GRU", activations={"activation": ("relu", {"threshold": -1})}))
    document = json.loads(text)
    document["config"]["dtype"] = None
    lines = describe(read_layer(json.dumps(document)))
    assert lines == [
        "GRU: A gated recurrent unit: gates mix the old state with a candidate",
        "fields: units = 32",
        "activation: relu with negative_slope = 0, max_value = none, threshold = -1",
        "recurrent_activation: sigmoid",
        "input 10×8, output 32",
        "4,032 parameters: kernel 8×96, recurrent_kernel 32×96, bias 2×96",
        "note: activation: needs Keras 3.10 or newer: it is a nested object",
        "note: activation: uses keras.src.activations.activations.ReLU, "
        "a private part of Keras that 3.10 to 3.15 have",
        "warning: config.dtype: null depends on the reader; float32 is taken",
    ]


def test_describe_says_what_float64_and_cells_cost() -> None:
    swish = ("swish", {"beta": 2})
    double = LayerConfig("Dense", {"dtype": "float64"}, {"activation": swish})
    assert describe(double)[-1] == (
        "note: activation: Keras rounds the input of its first call to float32"
    )
    single = LayerConfig("Dense", activations={"activation": swish})
    assert describe(single)[-1].endswith("it is a nested object")
    assert describe(LayerConfig("ConvLSTM2DCell"))[-1].endswith("lacks the rank")


def test_text_is_stable_and_short() -> None:
    text = write_layer(CONFIG)
    assert text == write_layer(read_layer(text))
    assert text.isascii()
    assert text.endswith("}\n")
    assert '\n    "kernel_size": [3, 3],\n' in text
    assert '\n        "alpha": 0.7\n' in text


def test_text_of_awkward_values() -> None:
    value = {
        "a": [],
        "b": [[1, 2], "[\n1,\n2\n]"],
        "c": [1.5, None, True],
        "d": {"e": [0.1, 1e-30]},
    }
    assert json.loads(json_text(value)) == value
    assert '"c": [1.5, null, true]' in json_text(value)
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text({"a": float("nan")})
