"""ONNX models are read by their graphs alone, whoever wrote them and whatever is in them."""

from __future__ import annotations

import random
import tracemalloc
from contextlib import suppress
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from actviz.formats import model_layers
from actviz.formats import onnx as dialect
from actviz.formats.onnx_reading import read_onnx
from actviz.layers import ROWS, LayerConfig

READ = [row.name for row in ROWS if not row.name.endswith("Cell")]
ACTIVATIONS = (
    ("elu", {"alpha": 0.7}),
    ("gelu", {"approximate": "none"}),
    ("hard_sigmoid", {"alpha": 0.2}),
    ("leaky_relu", {"negative_slope": 0.3}),
    ("linear", {}),
    ("mish", {}),
    ("relu", {"negative_slope": 0.25, "threshold": 1.5}),
    ("softmax", {"axis": -1}),
    ("swish", {"beta": 2.0}),
    ("thresholded_relu", {"theta": 2.5}),
    ("formula", {"formula": "x * sin(x)"}),
)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=[name for name, _ in ACTIVATIONS])
@pytest.mark.parametrize(
    "name", [each for each in READ if each not in ("SimpleRNN", "GRU", "LSTM")]
)
def test_what_we_write_is_read_back(name: str, activation: tuple[str, dict[str, float]]) -> None:
    config = LayerConfig(name, activations={"activation": activation})
    (entry,) = read_onnx(dialect.write(config))
    assert entry.config == config, entry.reason


@pytest.mark.parametrize("name", ["SimpleRNN", "GRU", "LSTM"])
def test_recurrent_operators_are_read_back(name: str) -> None:
    for activation in (("elu", {"alpha": 0.7}), ("linear", {}), ("leaky_relu", {})):
        fields = {"return_sequences": True, "return_state": True, "go_backwards": True}
        config = LayerConfig(name, fields, {"activation": activation})
        (entry,) = read_onnx(dialect.write(config))
        assert entry.config == config, entry.reason
        assert entry.config.warnings == ()


def model(nodes: list[onnx.NodeProto], opset: int, **shapes: tuple[int, ...]) -> bytes:
    arrays = [helper.make_tensor(n, 1, s, np.ones(s).ravel()) for n, s in shapes.items()]
    ports = [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in ("x", "y")]
    graph = helper.make_graph(nodes, "g", ports[:1], ports[1:], arrays)
    opsets = [helper.make_opsetid("", opset)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def test_a_handwritten_gemm_with_gelu_put_together() -> None:
    number = {"half": 0.5, "one": 1.0, "root": 2.0**0.5}
    nodes = [
        helper.make_node("Gemm", ["x", "w", "b"], ["h"], transB=1),
        *(
            helper.make_node("Constant", [], [n], value=helper.make_tensor(n, 1, (), [v]))
            for n, v in number.items()
        ),
        helper.make_node("Div", ["h", "root"], ["a"]),
        helper.make_node("Erf", ["a"], ["e"]),
        helper.make_node("Add", ["e", "one"], ["s"]),
        helper.make_node("Mul", ["h", "s"], ["m"]),
        helper.make_node("Mul", ["m", "half"], ["y"]),
    ]
    (entry,) = read_onnx(model(nodes, 13, w=(5, 3), b=(5,)))
    wanted = LayerConfig("Dense", {"units": 5}, {"activation": ("gelu", {})}, input_shape=(3,))
    assert entry.config == wanted
    assert entry.input_shape == (3,)


def test_defaults_are_onnx_s_and_what_is_not_ours_is_listed(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Conv", ["x", "k"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("HardSigmoid", ["c"], ["s"]),
        helper.make_node("MaxPool", ["s"], ["p"], kernel_shape=[2, 2]),
        helper.make_node("Conv", ["p", "k"], ["y"], pads=[1, 1, 1, 1], strides=[2, 2]),
    ]
    file = tmp_path / "model.onnx"
    file.write_bytes(model(nodes, 13, k=(4, 4, 3, 3)))
    first, pool, last = model_layers(file)
    assert first.config is not None
    assert first.config.activations["activation"] == ("hard_sigmoid", {"alpha": 0.2, "beta": 0.5})
    assert first.config.fields["padding"] == "same"
    assert first.input_shape == (4, None, None)  # channels first, whatever they are in space
    assert (pool.class_name, pool.reason) == ("MaxPool", "MaxPool is no layer of ours")
    assert "padding [1, 1, 1, 1] is none of Keras's" in last.reason


def test_damaged_models_give_layers_or_one_sentence() -> None:
    draw = random.Random(4)
    whole = dialect.write(LayerConfig("Conv2D", {"filters": 2}, {"activation": ("swish", {})}))
    for _ in range(600):
        content = bytearray(whole[: draw.choice((len(whole), draw.randrange(1, len(whole))))])
        for _ in range(draw.randrange(4)):
            content[draw.randrange(len(content))] = draw.randrange(256)
        with suppress(ValueError):
            assert isinstance(read_onnx(bytes(content)), list)


@pytest.mark.parametrize("piece", [b"\x0a\x00", b"\x0a\x02\x0a\x00", b"\x2a\x00"])
def test_a_million_empty_messages_are_not_read(piece: bytes) -> None:
    content = piece * (10_000_000 // len(piece))
    length = bytearray()
    rest = len(content)
    while rest > 127:
        length.append(rest & 127 | 128)
        rest >>= 7
    tracemalloc.start()
    with pytest.raises(ValueError, match="more than"):
        read_onnx(b"\x08\x08\x3a" + bytes(length) + bytes([rest]) + content)
    assert tracemalloc.get_traced_memory()[1] < 200_000_000
    tracemalloc.stop()
