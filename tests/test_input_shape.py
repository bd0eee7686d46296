"""The input that a layer is thought of with: which are allowed, and where it is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from actviz import session as document
from actviz.cli.program import main
from actviz.files import read_session, write_session
from actviz.formats import read_layer, write_layer
from actviz.layers import ROWS, LayerConfig
from actviz.session import Session

CONV = LayerConfig("Conv2D", input_shape=(28, 20, 3))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_layer_has_an_input_of_its_own(row) -> None:
    config = LayerConfig(row.name)
    assert config.input_shape == row.input_shape
    assert config.with_input_shape(None) == config


def test_it_is_compared_and_hashed() -> None:
    assert LayerConfig("Conv2D") != CONV
    same = LayerConfig("Conv2D", input_shape=(28, 20, 3))
    assert len({CONV, LayerConfig("Conv2D"), same}) == 2


@pytest.mark.parametrize(
    ("layer", "shape", "sentence"),
    [
        ("Conv2D", (28, 28), r"Conv2D\.input_shape: \(28, 28\) .* 3 axes without the batch"),
        ("Conv2D", (28, 0, 3), r"Conv2D\.input_shape\[1\]: 0 .* from 1"),
        ("Conv2D", (28, True, 3), r"Conv2D\.input_shape\[1\]: True"),
        ("Conv2D", (28, 2.0, 3), r"Conv2D\.input_shape\[1\]: 2\.0"),
        ("Conv2D", "288", r"Conv2D\.input_shape: '288'"),
        ("Conv2D", 7, r"Conv2D\.input_shape: 7"),
        ("LSTMCell", (3, 4), r"LSTMCell\.input_shape: \(3, 4\) .* 1 axis without"),
        ("Dense", (), r"Dense\.input_shape: \(\) .* 1 to 8 axes"),
        ("Dense", (1,) * 9, r"Dense\.input_shape"),
    ],
)
def test_bad_ones_are_refused_and_named(layer: str, shape: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        LayerConfig(layer, input_shape=shape)


def test_dense_takes_leading_axes() -> None:
    assert LayerConfig("Dense", input_shape=[5, 6, 7]).input_shape == (5, 6, 7)


def test_channels_follow_the_data_format() -> None:
    first = CONV.with_field("data_format", "channels_first")
    assert first.input_shape == (3, 28, 20)
    assert first.with_field("filters", 5).input_shape == (3, 28, 20)
    assert first.with_activation("activation", "elu").input_shape == (3, 28, 20)
    assert first.with_default_fields().input_shape == (28, 20, 3)
    own = LayerConfig("Conv1D", {"data_format": "channels_first"})
    assert own.input_shape == (8, 16)


def test_another_layer_takes_a_chosen_one_over_where_it_fits() -> None:
    assert CONV.with_layer("Conv2DTranspose").input_shape == (28, 20, 3)
    assert CONV.with_layer("Conv1D").input_shape == (16, 8)
    assert LayerConfig("Conv1D").with_layer("LSTM").input_shape == (10, 8)
    first = CONV.with_field("data_format", "channels_first")
    assert first.with_layer("SeparableConv2D").input_shape == (3, 28, 20)
    assert first.with_layer("Dense").input_shape == (28, 20, 3)


def test_a_session_keeps_it(tmp_path: Path) -> None:
    session = document.set_input_shape(document.open_layer(Session(), CONV), (9, 9, 1))
    assert session.config.input_shape == (9, 9, 1)
    write_session(tmp_path / "a.actviz", session)
    assert read_session(tmp_path / "a.actviz") == session
    assert document.set_input_shape(session, None).config == LayerConfig("Conv2D")
    assert document.reset_fields(session).config.input_shape == (9, 9, 1)


def test_a_bad_one_in_a_session_is_refused_with_its_place(tmp_path: Path) -> None:
    write_session(tmp_path / "a.actviz", Session())
    content = json.loads((tmp_path / "a.actviz").read_text())
    content["layer"]["input_shape"] = [28, 28]
    (tmp_path / "a.actviz").write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"a\.actviz: Conv2D\.input_shape"):
        read_session(tmp_path / "a.actviz")


def test_a_keras_file_keeps_it_beside_what_keras_reads() -> None:
    text = write_layer(CONV)
    assert json.loads(text)["actviz"] == {"version": 1, "input_shape": [28, 20, 3]}
    assert read_layer(text) == CONV
    assert "actviz" not in json.loads(write_layer(LayerConfig("Conv2D")))
    with pytest.raises(ValueError, match=r"actviz\.input_shape: \[28\] .* 3 axes"):
        read_layer(json.dumps(json.loads(text) | {"actviz": {"version": 1, "input_shape": [28]}}))


def test_the_command_takes_it(tmp_path: Path) -> None:
    path = tmp_path / "layer.json"
    command = ["layer", "Conv2D", "--input-shape", "28,20,3", "-o", str(path)]
    with pytest.raises(SystemExit) as ended:
        main(command)
    assert ended.value.code == 0
    assert read_layer(path) == CONV
    with pytest.raises(SystemExit) as ended:
        main(["layer", "Conv2D", "--input-shape", "28,x,3"])
    assert ended.value.code == 1
