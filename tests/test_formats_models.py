"""Models as stock Keras saves them: every layer is listed, read or with the reason why not."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

import keras
import numpy as np
import pytest
from keras_forms import dense, layer, rescaling, sequential, text

from actviz.files import read_document
from actviz.formats import (
    ModelLayer,
    layer_file,
    model_layers,
    read_layer,
    read_model,
    write_layer,
)
from actviz.formats.keras_archive import LARGEST_RATIO, MOST_MEMBERS
from actviz.formats.keras_models import MOST_LAYERS
from actviz.layers import LayerConfig
from actviz.layers.sizes import layer_sizes

L = keras.layers
# Keras's variables on JAX do not know NumPy 2's copy keyword.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def listed(model: keras.Model) -> dict[str, ModelLayer]:
    entries = model_layers(model.to_json())
    assert len({entry.name for entry in entries}) == len(entries)
    return {entry.name: entry for entry in entries}


def small_model() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((12, 5)),
            L.Conv1D(4, 3, activation="gelu", name="first"),
            L.Dropout(0.2, name="drop"),
            L.LSTM(3, name="memory", recurrent_activation="hard_sigmoid"),
            L.Dense(2, name="last", activation=L.ELU(0.7, name="elu")),
        ]
    )


def test_every_layer_is_listed_and_those_of_ours_are_read() -> None:
    model = small_model()
    entries = listed(model)
    assert list(entries) == ["first", "drop", "memory", "last"]
    assert entries["drop"].config is None
    assert entries["drop"].reason == "Dropout is not one of ours: it is listed, never loaded"
    configs = read_model(model.to_json())
    assert [config.layer for config in configs] == ["Conv1D", "LSTM", "Dense"]
    for config in configs:
        stock = model.get_layer(config.fields["name"])
        again = keras.layers.deserialize(json.loads(write_layer(config)))
        assert keras.layers.serialize(again)["config"] == keras.layers.serialize(stock)["config"]


COMPOSED: dict[str, tuple[Callable[[], list[Any]], str, dict[str, Any]]] = {
    "ELU": (lambda: [L.ELU(0.7)], "elu", {"alpha": 0.7}),
    "LeakyReLU": (lambda: [L.LeakyReLU()], "leaky_relu", {"negative_slope": 0.3}),
    "ReLU": (lambda: [L.ReLU(threshold=0.5)], "relu", {"threshold": 0.5}),
    "Softmax": (lambda: [L.Softmax()], "softmax", {"axis": -1}),
    "PReLU": (lambda: [L.PReLU()], "prelu", {"alpha": 0.0}),
    "Activation": (lambda: [L.Activation("mish")], "mish", {}),
    "swish": (
        lambda: [L.Rescaling(4.0), L.Activation("silu"), L.Rescaling(0.25)],
        "swish",
        {"beta": 4.0},
    ),
    "hard sigmoid": (
        lambda: [L.Rescaling(0.2, 0.5), L.ReLU(max_value=1)],
        "hard_sigmoid",
        {"alpha": 0.2, "beta": 0.5},
    ),
}


@pytest.mark.parametrize("functional", [False, True])
@pytest.mark.parametrize("form", COMPOSED)
def test_activation_layers_behind_a_layer_are_its_activation(form: str, functional: bool) -> None:
    parts, name, values = COMPOSED[form]
    steps = [L.Dense(4, name="line"), *parts(), L.Dense(2, name="next")]
    if functional:
        start = keras.Input((6,))
        end = start
        for step in steps:
            end = step(end)
        model = keras.Model(start, end)
    else:
        model = keras.Sequential([keras.Input((6,)), *steps])
    first, second = read_model(model.to_json())
    found, held = first.activations["activation"]
    assert found == name
    assert {key: held[key] for key in values} == values
    assert first.warnings[-1].startswith("line: what follows it (")
    assert second.fields["name"] == "next"
    x = np.linspace(-4, 4, 18, dtype="float32").reshape(3, 6)
    again = keras.layers.deserialize(json.loads(write_layer(first)))
    again.build((None, 6))
    again.set_weights(model.get_layer("line").get_weights())
    ended = keras.Model(model.inputs[0], model.get_layer("next").input)
    np.testing.assert_allclose(again(x), ended(x), rtol=3e-6, atol=1e-6)


def test_a_shared_output_keeps_its_activation_layer_apart() -> None:
    start = keras.Input((6,))
    line = L.Dense(4, name="line")(start)
    bent = L.ReLU(name="bent")(line)
    entries = listed(keras.Model(start, L.Add(name="sum")([line, bent])))
    assert entries["line"].config is not None
    assert entries["line"].config.activations["activation"][0] == "linear"
    assert entries["bent"].reason.startswith("an activation on its own")


def test_an_output_that_is_given_out_too_keeps_its_activation_layer_apart() -> None:
    start = keras.Input((6,))
    line = L.Dense(4, name="line")(start)
    entries = listed(keras.Model(start, [line, L.ReLU(name="bent")(line)]))
    assert set(entries) == {"line", "bent"}


def test_an_activation_behind_a_recurrence_is_not_inside_it() -> None:
    model = keras.Sequential(
        [keras.Input((4, 3)), L.LSTM(3, activation="linear", name="m"), L.ELU(name="e")]
    )
    entries = listed(model)
    assert entries["m"].config is not None
    assert entries["m"].config.activations["activation"][0] == "linear"
    assert entries["e"].config is None


def test_nested_models_are_opened_and_wrappers_left_out() -> None:
    inner = keras.Sequential(
        [keras.Input((8,)), L.Dense(3, name="a"), L.ReLU(), L.Dense(2)], name="inner"
    )
    model = keras.Sequential(
        [
            keras.Input((4, 8)),
            L.TimeDistributed(inner, name="each"),
            L.TimeDistributed(L.Dense(3, name="d"), name="wrapped"),
            L.Bidirectional(L.GRU(2, name="g"), name="both"),
        ]
    )
    outer = keras.Sequential([keras.Input((8,)), inner])
    assert list(listed(outer)) == ["inner/a", "inner/" + inner.layers[-1].name]
    entries = listed(model)
    assert entries["wrapped/d"].config is not None
    assert entries["wrapped/d"].config.warnings == (
        "wrapped/d: the TimeDistributed around it is left out",
    )
    assert [e.class_name for n, e in entries.items() if n.startswith("both/")] == ["GRU"]


def test_nothing_of_a_file_is_loaded() -> None:
    bad = layer("Lambda", function={"class_name": "__lambda__", "config": {"code": "4wEAAA=="}})
    custom = {"module": "os", "class_name": "system", "config": {}, "registered_name": "a>b"}
    vast = dense() | {"build_config": {"input_shape": [None, 10**12]}}
    worse = layer("Dense", units=True)
    entries = model_layers(text(sequential(bad, custom, vast, worse)))
    assert [entry.class_name for entry in entries] == ["Lambda", "system", "Dense", "Dense"]
    assert [entry.config is not None for entry in entries] == [False, False, True, False]
    assert entries[3].reason.startswith("config.units: True is not allowed")


def test_a_two_layer_file_is_a_layer() -> None:
    config = read_layer(text(sequential(dense(), layer("ELU", alpha=0.7))))
    assert config.activations["activation"] == ("elu", {"alpha": 0.7})
    with pytest.raises(ValueError, match="it is a model with 2 layers of ours; a file of one"):
        read_layer(text(sequential(dense(), dense())))
    with pytest.raises(ValueError, match=r"none of its layers is one of ours \(0: "):
        read_model(text(sequential(rescaling(2.0, 1.0))))


# .keras archives


def test_an_archive_is_read_without_its_weights(tmp_path: Path) -> None:
    model = small_model()
    path = tmp_path / "m.keras"
    model.save(path)
    assert model_layers(path) == model_layers(model.to_json())
    only = keras.Sequential([keras.Input((3,)), L.Dense(2), L.ELU(0.5)])
    only.save(path)
    assert read_layer(path).activations["activation"] == ("elu", {"alpha": 0.5})


def archive(path: Path, members: dict[str, str], **options: Any) -> Path:
    with zipfile.ZipFile(path, "w", **options) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


MODEL = text(sequential(dense()))
BAD_ARCHIVES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no architecture": (lambda p: archive(p, {"a.json": "{}"}), "no config.json in it"),
    "a path out": (lambda p: archive(p, {"../x": "", "config.json": MODEL}), "is called '../x'"),
    "a root path": (lambda p: archive(p, {"/x": "", "config.json": MODEL}), "is called '/x'"),
    "members": (
        lambda p: archive(p, {str(i): "" for i in range(MOST_MEMBERS + 1)}),
        "holds 1,001 members",
    ),
    "a bomb": (
        lambda p: archive(p, {"config.json": " " * 9_000_000}, compression=zipfile.ZIP_DEFLATED),
        f"more than {LARGEST_RATIO} times",
    ),
    "large": (lambda p: archive(p, {"config.json": " " * 10_000_001}), "10,000,001 bytes"),
    "packed otherwise": (
        lambda p: archive(p, {"config.json": MODEL}, compression=zipfile.ZIP_LZMA),
        "packed otherwise",
    ),
    "no JSON": (lambda p: archive(p, {"config.json": "{"}), "config.json, line 1"),
    "cut off": (
        lambda p: p.write_bytes(archive(p, {"config.json": MODEL}).read_bytes()[:-9]),
        "end is missing",
    ),
    "garbled": (
        lambda p: p.write_bytes(
            archive(p, {"config.json": MODEL}).read_bytes().replace(b"Dense", b"Tense")
        ),
        "damaged",
    ),
}


@pytest.mark.parametrize("case", BAD_ARCHIVES)
def test_odd_archives_are_refused_with_a_sentence(case: str, tmp_path: Path) -> None:
    make, said = BAD_ARCHIVES[case]
    path = tmp_path / "odd.keras"
    make(path)
    with pytest.raises(ValueError, match=said) as refused:
        model_layers(path)
    assert str(refused.value).startswith("odd.keras: ") or "odd.keras, " in str(refused.value)


@pytest.mark.parametrize("bits", [0x01, 0x41])
def test_encrypted_members_are_refused(bits: int, tmp_path: Path) -> None:
    path = archive(tmp_path / "odd.keras", {"config.json": MODEL})
    content = bytearray(path.read_bytes())
    content[content.rfind(b"PK\x01\x02") + 8] |= bits
    path.write_bytes(content)
    with pytest.raises(ValueError, match="it is encrypted or packed otherwise"):
        model_layers(path)


@pytest.mark.parametrize("document", ["[]", "3", "{}", '{"class_name": "Sequential"}'])
def test_what_is_no_model_is_refused(document: str) -> None:
    with pytest.raises(ValueError, match=r"^model: "):
        model_layers(document)


def test_an_onnx_layer_is_opened_like_any_layer_file(tmp_path: Path) -> None:
    config = LayerConfig("Dense", {"units": 3}, {"activation": ("elu", {"alpha": 0.5})})
    path = tmp_path / "layer.onnx"
    path.write_bytes(layer_file(config, "onnx"))
    for read in (read_layer(path), read_document(path)):
        assert isinstance(read, LayerConfig)
        assert (read.layer, read.fields["units"]) == ("Dense", 3)
        assert read.activations == config.activations


def test_a_model_of_too_many_layers_is_refused() -> None:
    layers = [{"class_name": "Dense", "config": {"units": 1}}] * (MOST_LAYERS + 1)
    with pytest.raises(ValueError, match=r"10,001 layers; at most 10,000 are allowed"):
        model_layers(json.dumps({"class_name": "Sequential", "config": {"layers": layers}}))


def test_sizes_of_every_layer_are_those_of_keras() -> None:
    model = keras.Sequential(
        [
            keras.Input((None, 28, 1)),
            L.Conv2D(8, 3, strides=2, name="open"),
            L.ReLU(),
            L.Conv2DTranspose(4, 3, padding="same", name="wider", data_format="channels_last"),
            L.GlobalMaxPooling2D(),
            L.Dense(7, name="last"),
        ]
    )
    entries = listed(model)
    for name in ("open", "wider", "last"):
        stock, entry = model.get_layer(name), entries[name]
        assert entry.config is not None
        assert entry.input_shape == tuple(stock.input.shape[1:])
        sizes = layer_sizes(entry.config, entry.input_shape)
        assert sizes is not None
        assert sizes.parameters == stock.count_params()
        assert sizes.output_shape == tuple(stock.output.shape[1:])
    sequence = listed(keras.Sequential([keras.Input((None, 3)), L.GRU(5, return_sequences=True)]))
    (gru,) = sequence.values()
    assert gru.config is not None
    assert gru.input_shape is not None
    sizes = layer_sizes(gru.config, gru.input_shape)
    assert sizes == ((None, 5), 3 * 5 * (3 + 5 + 2))


def test_sizes_that_nobody_knows_are_none() -> None:
    assert layer_sizes(LayerConfig("Dense", {"units": 4}), (None,)) is None
    conv = LayerConfig("Conv2D", {"filters": 4, "kernel_size": (5, 5)})
    assert layer_sizes(conv, (3, None, 1)) is None  # the window does not fit
    assert layer_sizes(conv, (3, 3)) is None
    (entry,) = model_layers(text(dense()))
    assert entry.input_shape is None
    (entry,) = model_layers(text({**dense(), "build_config": {"input_shape": [None, True]}}))
    assert entry.input_shape is None
