"""The inputs of a model's layers as its file says them, and what stock Keras builds of them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

import keras
import pytest
from apart import apart
from keras_forms import dense, layer, sequential, text

from actviz.cli import main
from actviz.formats import ModelLayer, model_layers, write_layer
from actviz.layers import LayerConfig, layer_facts

L = keras.layers
# Keras's variables on JAX do not know NumPy 2's copy keyword.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def chain() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((20, 12, 3)),
            L.Conv2D(4, 3, name="conv"),
            L.BatchNormalization(),
            L.ReLU(),
            L.SeparableConv2D(6, (3, 2), strides=2, name="separable"),
            L.Conv2DTranspose(2, 3, name="back"),
            L.Reshape((-1, 7)),
            L.LSTM(5, return_sequences=True, name="memory"),
            L.TimeDistributed(L.Dense(3, name="inner"), name="each"),
            L.GRU(4, name="last"),
            L.Dense(2, trainable=False, name="end"),
        ]
    )


def graph() -> keras.Model:
    start = keras.Input((6, 6, 4))
    wide = L.Conv2D(8, 3, padding="same", groups=2, name="wide")(start)
    deep = L.DepthwiseConv2D(3, padding="same", depth_multiplier=2, name="deep")(start)
    both = L.Flatten()(L.Concatenate()([wide, deep]))
    return keras.Model(start, L.Dense(3, name="end")(both))


def agrees(entry: ModelLayer, stock: keras.Layer) -> None:
    assert entry.config is not None
    facts = layer_facts(entry.config)
    assert facts.input_shape == tuple(stock.input.shape[1:])
    assert facts.output_shape == tuple(stock.output.shape[1:])
    assert [each.shape for each in facts.weights] == [tuple(each.shape) for each in stock.weights]
    assert facts.parameters == stock.count_params()


@pytest.mark.parametrize("make", [chain, graph])
def test_what_stock_keras_built_is_what_follows(make: Any, tmp_path: Path) -> None:
    model = make()
    model.save(tmp_path / "m.keras")
    for source in (model.to_json(), tmp_path / "m.keras"):
        entries = [each for each in model_layers(source) if each.config is not None]
        outer = [each for each in entries if "/" not in each.name]
        assert len(outer) > 2
        for entry in outer:
            agrees(entry, model.get_layer(entry.name))


def without_builds(document: Any) -> Any:
    """Take away what only newer versions write: what a layer was built for."""
    if isinstance(document, dict):
        kept = {k: v for k, v in document.items() if k not in ("build_config", "build_input_shape")}
        return {key: without_builds(value) for key, value in kept.items()}
    return [*map(without_builds, document)] if isinstance(document, list) else document


@pytest.mark.parametrize(("make", "known"), [(chain, ("conv", "separable", "back")), (graph, ())])
def test_the_models_input_flows_through_our_layers(make: Any, known: tuple[str, ...]) -> None:
    model = make()
    entries = model_layers(json.dumps(without_builds(json.loads(model.to_json()))))
    found = {each.name: each for each in entries if each.config is not None}
    for name in known or ("wide", "deep"):
        agrees(found[name], model.get_layer(name))
    end = found["end"].config
    assert end is not None
    # behind a Flatten nothing tells; behind the GRU its units do
    assert end.input_shape == ((4,) if make is chain else LayerConfig("Dense").input_shape)


@pytest.mark.parametrize("built", [True, False])
def test_keras_2s_models_say_it_too(built: bool) -> None:
    saved, told = apart("model")
    document = json.loads(saved)
    entries = model_layers(json.dumps(document if built else without_builds(document)))
    assert [each.name for each in entries] == [name for name, *_ in told]
    for entry, (_, given, made, count) in zip(entries, told, strict=True):
        assert entry.config is not None
        facts = layer_facts(entry.config)
        assert (facts.input_shape, facts.output_shape) == (given[1:], made[1:])
        assert facts.parameters == count


def test_open_axes_are_filled_and_said() -> None:
    model = keras.Sequential([keras.Input((None, 5)), L.LSTM(3, name="memory"), L.Dense(2)])
    memory, last = model_layers(model.to_json())
    assert memory.config is not None
    assert memory.config.input_shape == (10, 5)
    assert memory.input_shape == (None, 5)
    said = "input_shape: the file leaves axis 1 open; 10 is taken"
    assert memory.config.warnings == (said,)
    assert layer_facts(memory.config).parameters == model.get_layer("memory").count_params()
    assert last.config is not None
    assert (last.config.input_shape, last.config.warnings) == ((3,), ())


VAST = 2 * 10**9
ODD: list[object] = [[], [None], [None, None], [None, True], [None, 2.0], [None, 0], "3", {}, 7]


@pytest.mark.parametrize("shape", [*ODD, [None, -1], [None, *[2] * 9], [[None, 3], [None, 3]]])
def test_odd_shapes_are_passed_over(shape: object) -> None:
    document = dense() | {"build_config": {"input_shape": shape}}
    start = layer("InputLayer", batch_shape=shape, name="in")
    for whole in (sequential(document, dense()), sequential(start, dense(), dense())):
        for entry in model_layers(text(whole))[:1]:
            assert entry.config is not None
            assert entry.config.input_shape == LayerConfig("Dense").input_shape


def test_vast_shapes_are_only_multiplied(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "vast.json"
    start = layer("InputLayer", batch_shape=[None, VAST], name="in")
    path.write_text(text(sequential(start, dense(name="a"), dense(name="b"))))
    with pytest.raises(SystemExit):
        main(["check", str(path)])
    out, err = capsys.readouterr()
    assert err == ""
    assert f"{3 * VAST + 3:,} parameters: kernel {VAST}×3, bias 3" in out


def test_check_says_what_follows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model, alone = tmp_path / "model.keras", tmp_path / "alone.json"
    chain().save(model)
    alone.write_text(str(write_layer(LayerConfig("Dense", {"units": 3}, input_shape=(4,)))))
    with pytest.raises(SystemExit) as ended:
        main(["check", str(model), str(alone)])
    out, err = capsys.readouterr()
    assert (ended.value.code, err) == (0, "")
    conv = "input 20×12×3, output 18×10×4; 112 parameters: kernel 3×3×3×4, bias 4"
    assert conv in out
    assert "10 parameters, 0 of them trained: kernel 4×2, bias 2" in out
    assert f"{alone}: input 4, output 3\n{alone}: 15 parameters: kernel 4×3, bias 3\n" in out
