"""Cells, cells in an RNN layer and loops over a step are read back off their ONNX graphs.

What is read of a changed graph computes, in ONNX Runtime, what that graph computes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import onnx
import onnxruntime
import pytest
from layer_cases import SETTINGS

from actviz.activations import row as activation_row
from actviz.formats import onnx as dialect
from actviz.formats import read_layer
from actviz.formats.onnx_proto import model_bytes
from actviz.formats.onnx_reading import OnnxLayer, read_onnx
from actviz.layers import ROWS, LayerConfig
from actviz.layers.facts import layer_facts

LAYERS = [row.name for row in ROWS if row.name.endswith("Cell")] + ["SimpleRNN", "GRU", "LSTM"]
FORMS = [(name, False) for name in LAYERS] + [(n, True) for n in LAYERS if n.endswith("Cell")]
CHOICES = [
    *((name, values) for name, settings in sorted(SETTINGS.items()) for values in settings),
    ("formula", {"formula": "x * sin(x)"}),
    ("formula", {"formula": "x if x > 0.5 else 0.1 * x - 0.2"}),
]
PLACES = np.linspace(-7.0, 7.0, 141)


def config(name: str, in_rnn: bool, draw: random.Random) -> LayerConfig:
    """A layer with fields and activations drawn, of those that ONNX carries."""
    fields: dict[str, object] = {"use_bias": draw.random() < 0.7, "in_rnn": in_rnn}
    fields["dtype"] = draw.choice(("float32", "float32", "float16", "mixed_float16"))
    if "ConvLSTM" in name:
        rank = int(name[8])
        fields |= {"filters": draw.choice((1, 3)), "data_format": draw.choice(FORMATS)}
        fields |= {"kernel_size": tuple(draw.choice((2, 3)) for _ in range(rank))}
        fields |= {"padding": draw.choice(("same", "valid"))}
        fields |= {draw.choice(("strides", "dilation_rate")): (2,) * rank}
    else:
        fields["units"] = draw.choice((1, 3))
    if "GRU" in name:
        fields["reset_after"] = draw.random() < 0.5
    if in_rnn or not name.endswith("Cell"):
        flags = ("return_sequences", "return_state", "go_backwards")
        fields |= {flag: draw.random() < 0.5 for flag in flags}
    if not name.endswith("Cell"):
        del fields["in_rnn"]
    slots = ("activation",) if "Simple" in name else ("activation", "recurrent_activation")
    return LayerConfig(name, fields, {slot: draw.choice(CHOICES) for slot in slots})


FORMATS = ("channels_last", "channels_first")


def configs(name: str, in_rnn: bool, count: int) -> Iterator[tuple[LayerConfig, bytes]]:
    """Layers of a form that ONNX Runtime computes, and their files."""
    draw = random.Random(f"{name} {in_rnn}")
    while count:
        drawn = config(name, in_rnn, draw)
        try:
            written = dialect.write(drawn)
        except ValueError:  # this activation in this number format
            continue
        count -= 1
        yield drawn, written


def without_slots(config: LayerConfig) -> tuple[object, ...]:
    return config.layer, dict(config.fields), config.input_shape


def same_activation(one: LayerConfig, other: LayerConfig, slot: str) -> bool:
    """Tell whether a slot of both computes the same; a softmax has to be the same by its word."""
    (name, values), (read, found) = one.activations[slot], other.activations[slot]
    if name == "softmax":
        axis, last = values["axis"], layer_facts(one.cell).output_shape
        return read == name and int(axis) % (len(last) + 1) == int(found["axis"]) % (len(last) + 1)
    wanted = activation_row(name).evaluate(PLACES, values)[0]
    got = activation_row(read).evaluate(PLACES, found)[0]
    return bool(np.allclose(got, wanted, rtol=1e-3, atol=1e-5, equal_nan=True))


@pytest.mark.parametrize(("name", "in_rnn"), FORMS)
def test_every_step_that_we_write_is_read_back(name: str, in_rnn: bool) -> None:
    for wanted, written in configs(name, in_rnn, 12):
        (entry,) = read_onnx(written)
        assert entry.config is not None, (entry.reason, wanted)
        assert without_slots(entry.config) == without_slots(wanted)
        assert entry.config.warnings == ()
        for slot in wanted.activations:
            said = wanted.activations[slot], entry.config.activations[slot]
            assert same_activation(wanted, entry.config, slot), said


def test_plain_words_come_back_as_they_were(tmp_path) -> None:
    file = tmp_path / "layer.onnx"
    for name, in_rnn in FORMS:
        fields: dict[str, object] = {"filters" if "Conv" in name else "units": 2}
        fields |= {"in_rnn": in_rnn} if name.endswith("Cell") else {"return_state": True}
        for activation in (("gelu", {}), ("swish", {"beta": 2.0}), ("softmax", {})):
            wanted = LayerConfig(name, fields, {"activation": activation})
            file.write_bytes(dialect.write(wanted))
            assert read_layer(file, "onnx") == wanted


def drawn_weights(config: LayerConfig):
    """Weights of one seed by name, none of them 0."""
    shapes = {each.name: each.shape for each in layer_facts(config).weights}

    def weights(name: str) -> np.ndarray:
        return np.random.default_rng(len(name)).uniform(-0.2, 0.2, shapes[name]).astype(np.float32)

    return weights


def computed(written: bytes) -> list[np.ndarray] | None:
    """What ONNX Runtime computes of seeded inputs; None where it refuses the file."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(written, options)
        draw = np.random.default_rng(3)
        shapes = {p.name: (2, *p.shape[1:]) for p in session.get_inputs()}
        given = {n: draw.uniform(-1, 1, s).astype(np.float32) for n, s in shapes.items()}
        return session.run(None, given)
    except Exception:  # its errors have no common class but this one
        return None


def bodies(model: onnx.ModelProto) -> list[onnx.GraphProto]:
    inner = [a.g for node in model.graph.node for a in node.attribute if a.HasField("g")]
    return [model.graph, *inner]


OPERATORS = ("Add", "Sub", "Mul", "MatMul", "Sigmoid", "Tanh", "Elu", "Identity", "Neg", "Relu")


def change(written: bytes, draw: random.Random) -> bytes:
    """Change one node of a model: its operation, its inputs, its outputs or an attribute."""
    model = onnx.load_from_string(written)
    graph = draw.choice(bodies(model))
    node = draw.choice(graph.node)
    names = [p.name for p in (*graph.input, *model.graph.initializer)]
    names += [name for each in graph.node for name in each.output]
    kind = draw.randrange(5)
    if kind == 0:
        node.op_type = draw.choice(OPERATORS)
    elif kind == 1:
        node.input[draw.randrange(len(node.input))] = draw.choice(names)
    elif kind == 2:
        node.input[:] = draw.sample(list(node.input), len(node.input))
    elif kind == 3:
        node.output[:] = draw.sample(list(node.output), len(node.output))
    elif node.attribute:
        attribute = draw.choice(node.attribute)
        if attribute.ints:
            attribute.ints[0] = draw.choice((0, 1, 2))
        elif draw.random() < 0.5:
            attribute.i = draw.choice((0, 1, 2))
        else:
            node.attribute.remove(attribute)
    return model.SerializeToString()


def is_step(entries: list[OnnxLayer]) -> bool:
    configs = [entry.config for entry in entries]
    return len(configs) == 1 and configs[0] is not None and not configs[0].warnings


SMALL = {"units": 3, "filters": 2, "kernel_size": 2, "padding": "same"}
UNLIKE = {"activation": ("gelu", {}), "recurrent_activation": ("swish", {})}


@pytest.mark.parametrize(("name", "in_rnn"), FORMS)
def test_what_is_read_of_a_changed_graph_computes_the_same(name: str, in_rnn: bool) -> None:
    draw = random.Random(f"changed {name} {in_rnn}")
    known = {param.name for param in LayerConfig(name).row.fields}
    flags = {"return_sequences": True, "return_state": True}
    fields = {key: value for key, value in SMALL.items() if key in known}
    fields |= {"in_rnn": True, **flags} if in_rnn else {}
    slots = UNLIKE if "Simple" not in name else {"activation": ("gelu", {})}
    whole = LayerConfig(name, fields, slots)
    weights = drawn_weights(whole)
    written = model_bytes(dialect.model_of(whole, weights))
    read = 0
    for _ in range(60):
        changed = change(written, draw)
        entries = read_onnx(changed)
        found = entries[0].config if is_step(entries) else None
        if found is None or found.layer != name or changed == written:
            continue
        read += 1
        got = computed(changed)
        if got is None:  # what no runtime computes is no layer's graph at all
            continue
        wanted = computed(model_bytes(dialect.model_of(found, weights)))
        assert wanted is not None
        for one, other in zip(got, wanted, strict=True):
            assert np.allclose(one, other, rtol=1e-3, atol=1e-6), found
    assert read < 50


def said(written: bytes, key: str, value: str) -> bytes:
    """Put another entry in place of what a file says of itself."""
    model = onnx.load_from_string(written)
    del model.metadata_props[:]
    model.metadata_props.add(key=key, value=value)
    return model.SerializeToString()


@pytest.mark.parametrize("word", ["LSTMCell", "GRUCell", "Dense", "", "../GRU", "ConvLSTM2DCell"])
def test_what_a_file_says_of_itself_makes_no_other_layer(word: str) -> None:
    for name, values in (("GRU", {}), ("SimpleRNN", {}), ("GRU", {"activation": ("gelu", {})})):
        config = LayerConfig(name, {"units": 2}, values)
        (entry,) = read_onnx(said(dialect.write(config), "actviz.layer", word))
        in_rnn = LayerConfig(f"{name}Cell", {"units": 2, "in_rnn": True}, values)
        assert entry.config == (in_rnn if word == f"{name}Cell" else config)
    cell = LayerConfig("LSTMCell", {"units": 2})
    (entry,) = read_onnx(said(dialect.write(cell), "actviz.layer", word))
    assert entry.config == cell


def test_two_loops_in_one_file_are_two_layers_whatever_it_says() -> None:
    config = LayerConfig("GRU", {"units": 2}, {"activation": ("gelu", {})})
    model = onnx.load_from_string(said(dialect.write(config), "actviz.layer", "GRUCell"))
    again = onnx.NodeProto()
    again.CopyFrom(next(node for node in model.graph.node if node.op_type == "Scan"))
    again.output[0] = "z"
    model.graph.node.append(again)
    model.graph.output.add().name = "z"
    assert [entry.config for entry in read_onnx(model.SerializeToString())] == [config, config]


def test_a_state_from_outside_is_said_and_others_are_refused() -> None:
    config = LayerConfig("GRU", {"units": 2}, {"activation": ("gelu", {})})
    model = onnx.load_from_string(dialect.write(config))
    loop = next(node for node in model.graph.node if node.op_type == "Scan")
    loop.input[0] = "first"
    model.graph.input.add().name = "first"
    entry = read_onnx(model.SerializeToString())[-1]
    assert entry.config == config
    assert "a first state is given from outside" in entry.config.warnings[0]
    body = next(each.g for each in loop.attribute if each.HasField("g"))
    body.input[0].type.tensor_type.shape.dim[1].dim_value = 3
    entry = read_onnx(model.SerializeToString())[-1]
    assert entry.config is None
    assert "[2] is needed" in entry.reason
    body.node[0].input[0] = body.node[-1].output[0]  # a ring
    assert read_onnx(model.SerializeToString())[-1].config is None


def test_an_activation_that_doubles_itself_forty_times_is_no_activation() -> None:
    config = LayerConfig("SimpleRNN", {"units": 2}, {"activation": ("gelu", {})})
    model = onnx.load_from_string(dialect.write(config))
    loop = next(node for node in model.graph.node if node.op_type == "Scan")
    body = next(each.g for each in loop.attribute if each.HasField("g"))
    last = body.node[-1]
    value = last.input[0]
    for at in range(40):
        name = f"twice_{at}"
        body.node.insert(len(body.node) - 1, onnx.helper.make_node("Add", [value, value], [name]))
        value = name
    last.input[0] = value
    entry = read_onnx(model.SerializeToString())[-1]
    assert entry.config is None
    assert "no activation of ours" in entry.reason


@pytest.mark.parametrize(
    ("outputs", "kept", "warning"),
    [
        (["c_last", "y"], ["y", "h_last", "c_last"], "otherwise than Keras"),
        (["unused", "y"], ["y"], "only the cell state is used"),
    ],
)
def test_a_cell_state_in_place_of_the_output_is_said(
    outputs: list[str], kept: list[str], warning: str
) -> None:
    slots = {"activation": ("gelu", {})}
    config = LayerConfig("LSTM", {"units": 2, "return_state": True}, slots)
    model = onnx.load_from_string(dialect.write(config))
    loop = next(node for node in model.graph.node if node.op_type == "Scan")
    assert list(loop.output) == ["y", "c_last"]
    loop.output[:] = outputs
    given = [port for port in model.graph.output if port.name in kept]
    del model.graph.output[:]
    model.graph.output.extend(given)
    (entry,) = read_onnx(model.SerializeToString())
    assert entry.config == config
    assert warning in " ".join(entry.config.warnings)
