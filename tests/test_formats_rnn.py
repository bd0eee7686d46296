"""A cell in Keras's RNN layer: what the dialects make of it, and what is read of stock files."""

from __future__ import annotations

import ast
import json
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

import keras
import numpy as np
import pytest
from apart import apart
from keras_forms import text

from actviz.cli.program import main
from actviz.formats import describe, model_layers, read_layer, read_model, write_layer
from actviz.layers import LayerConfig, layer_facts

# Keras's variables on JAX do not know NumPy 2's copy keyword.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
FLAGS = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll")
CELLS = ("SimpleRNNCell", "GRUCell", "LSTMCell")


def stock(own: str = "LSTMCell", **around: Any) -> dict[str, Any]:
    """What stock Keras writes of an RNN layer around a cell."""
    cell = getattr(keras.layers, own)(3, activation="elu", dropout=0.25)
    document: dict[str, Any] = keras.layers.serialize(keras.layers.RNN(cell, **around))
    return document


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("flag", [*FLAGS, "zero_output_for_mask"])
def test_what_stock_keras_writes_is_read_and_written_to_the_same(name: str, flag: str) -> None:
    saved = stock(name, name="around", activity_regularizer="l2", trainable=False, **{flag: True})
    saved["config"]["cell"]["config"]["trainable"] = False
    config = read_layer(text(saved))
    assert config.warnings == ()
    assert (config.layer, config.fields["in_rnn"], config.name) == (name, True, "around")
    assert [config.fields[each] for each in FLAGS] == [each == flag for each in FLAGS]
    again = keras.layers.serialize(keras.layers.deserialize(json.loads(write_layer(config))))
    assert again == saved


@pytest.mark.parametrize("name", CELLS)
def test_keras_2_writes_and_reads_it_too(name: str) -> None:
    fields = {"in_rnn": True, "rnn_name": "around", "name": "own", "return_sequences": True}
    config = LayerConfig(name, fields, {"activation": ("leaky_relu", {"negative_slope": 0.1})})
    document = write_layer(config, "keras2")
    assert isinstance(document, str)
    assert "module" not in document
    held = apart("config", document)
    assert (held["name"], held["return_sequences"]) == ("around", True)
    assert held["cell"]["config"]["activation"]["config"]["alpha"] == pytest.approx(0.1)
    assert read_layer(document) == config
    assert read_layer(apart("saved", document), "keras2").fields == config.fields


def test_keras_2s_words_in_a_cell_are_read_as_it_means_them() -> None:
    cell = {
        "class_name": "LSTMCell",
        "config": {"units": 3, "recurrent_activation": "hard_sigmoid"},
    }
    old = {"class_name": "RNN", "config": {"cell": cell, "time_major": False}}
    config = read_layer(text(old))
    assert config.activations["recurrent_activation"][1]["alpha"] == 0.2
    assert config.warnings == (
        "config.cell.config.recurrent_activation: hard_sigmoid is clip(0.2·x + 0.5, 0, 1) in "
        "Keras 2",
    )


def test_layer_and_cell_that_disagree_are_put_together_as_keras_computes() -> None:
    saved = stock(trainable=False, dtype="float16")
    config = read_layer(text(saved))
    assert (config.fields["trainable"], config.fields["dtype"]) == (False, "float32")
    assert config.warnings == (
        "config.trainable: of layer and cell one is not trained; then neither is",
        "config.dtype: it is not the cell's, in which is computed; float32 is taken",
    )
    for trains in ({"trainable": False}, {}), ({}, {"trainable": False}):
        layer = keras.layers.RNN(keras.layers.LSTMCell(3, **trains[0]), **trains[1])
        layer.build((2, 4, 5))
        assert layer.trainable_weights == []


def broken(key: str, value: Any) -> dict[str, Any]:
    saved = stock()
    saved["config"][key] = value
    return saved


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (broken("cell", None), r"config\.cell: none is not allowed"),
        (broken("cell", keras.layers.serialize(keras.layers.LSTM(3))), r"cell\.class_name: 'LSTM'"),
        (broken("time_major", True), r"config\.time_major"),
        (broken("num_constants", 1), r"config\.num_constants: there is no such key"),
        (broken("unroll", 1), r"config\.unroll: 1 is not allowed; it must be true or false"),
        (
            broken("cell", {**stock()["config"]["cell"], "module": "os"}),
            r"config\.cell\.module: 'os'",
        ),
    ],
)
def test_what_is_wrong_in_it_is_named_with_its_place(document: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_layer(text(document))


def test_a_model_lists_it_and_says_that_stacked_cells_are_not_read(tmp_path: Path) -> None:
    made = keras.layers
    model = keras.Sequential(
        [
            keras.Input((5, 4)),
            made.RNN(made.GRUCell(3), return_sequences=True),
            made.RNN([made.GRUCell(3), made.LSTMCell(2)], return_sequences=True),
            made.Bidirectional(made.RNN(made.LSTMCell(2))),
        ]
    )
    model.save(tmp_path / "model.keras")
    one, stacked, both = model_layers(tmp_path / "model.keras")
    assert one.config is not None
    assert (one.class_name, one.config.layer, one.config.input_shape) == ("RNN", "GRUCell", (5, 4))
    assert stacked.config is None
    assert stacked.reason == ("config.cell: it stacks 2 cells; an RNN layer of one cell is allowed")
    assert both.config is not None
    assert len(read_model(model.to_json())) == 2


def test_its_activity_regularizer_adds_to_the_loss() -> None:
    config = LayerConfig("GRUCell", {"in_rnn": True, "activity_regularizer": "l1(l1=0.5)"})
    layer = keras.layers.deserialize(json.loads(write_layer(config)))
    y = np.asarray(layer(np.ones((2, 3, 4), "float32")))
    np.testing.assert_allclose(layer.losses[0], 0.5 * np.abs(y).sum() / len(y), rtol=1e-5)


def test_keras_puts_a_convolutions_cell_into_no_model() -> None:
    config = LayerConfig("ConvLSTM1DCell", {"in_rnn": True})
    assert any("into no model" in line for line in describe(config))
    layer = keras.layers.deserialize(json.loads(write_layer(config)))
    with pytest.raises(ValueError, match="Negative dimensions"):
        layer(keras.Input(config.input_shape))
    y = layer(np.ones((2, *config.input_shape), "float32"))
    assert y.shape[1:] == layer_facts(config).output_shape


def test_the_toolkits_layer_has_the_cell_and_its_own_labels() -> None:
    fields = {"in_rnn": True, "rnn_name": "around", "stateful": True, "name": "own"}
    config = LayerConfig("LSTMCell", fields, input_shape=(7, 5))
    document = json.loads(write_layer(config, "haibal"))
    assert (document["layer"], document["name (optional)"]) == ("RNN", "around")
    assert list(document["Parameters"]) == ["cell", "return sequences?", "stateful?", "lda coeff"]
    alone = json.loads(write_layer(LayerConfig("LSTMCell"), "haibal"))["Parameters"]
    assert document["Parameters"]["cell"] == {"layer": "LSTMCell", "Parameters": alone}
    assert document["actviz"]["not carried"] == {"name": "own"}
    assert read_layer(text(document)) == config
    with pytest.raises(ValueError, match=r"LSTMCell\.return_state: True .* gives no states"):
        write_layer(config.with_field("return_state", True), "haibal")
    with pytest.raises(ValueError, match=r"ConvLSTM2DCell\.in_rnn: True .* no axes of space"):
        write_layer(LayerConfig("ConvLSTM2DCell", {"in_rnn": True}), "haibal")
    document["Parameters"]["cell"]["layer"] = "LSTM"
    with pytest.raises(ValueError, match=r"Parameters\.cell\.layer: 'LSTM' .* SimpleRNNCell"):
        read_layer(text(document))


def test_names_stand_in_torchs_source_as_literals_only() -> None:
    hostile = '""" + exit() + """'
    config = LayerConfig("GRUCell", {"in_rnn": True, "rnn_name": hostile, "name": hostile})
    tree = ast.parse(str(write_layer(config, "torch")))
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert not any(isinstance(each, ast.Name) and each.id == "exit" for each in calls)
    held = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert held.count(hostile) == 1


def test_switching_it_on_and_off_keeps_the_cell() -> None:
    alone = LayerConfig("ConvLSTM2DCell", {"data_format": "channels_first"}, input_shape=(3, 9, 8))
    inside = alone.with_field("in_rnn", True).with_field("return_sequences", True)
    assert inside.input_shape == (10, 3, 9, 8)
    assert inside.with_field("data_format", "channels_last").input_shape == (10, 9, 8, 3)
    assert inside.cell == alone
    assert inside.with_field("in_rnn", False) == alone
    assert inside.with_layer("ConvLSTM3DCell").fields["return_sequences"]
    assert "in_rnn" not in inside.with_layer("LSTM").fields
    with pytest.raises(ValueError, match=r"LSTMCell\.unroll: only an RNN layer has it; set in_rnn"):
        LayerConfig("LSTMCell", {"unroll": True})


def test_the_command_takes_its_fields(tmp_path: Path) -> None:
    path = tmp_path / "layer.json"
    words = ["--set", "in_rnn=true", "--set", "return_state=true", "--input-shape", "4,5"]
    with pytest.raises(SystemExit) as ended:
        main(["layer", "GRUCell", *words, "-o", str(path)])
    assert ended.value.code == 0
    fields = {"in_rnn": True, "return_state": True}
    assert read_layer(path) == LayerConfig("GRUCell", fields, input_shape=(4, 5))
