"""What we say reaches one output unit against variances measured on real, stock Keras layers."""

from __future__ import annotations

import json
import math
import os
from typing import Any

import keras
import numpy as np
import pytest
from keras.src.initializers.random_initializers import compute_fans

from actviz.analysis.fans import layer_signal
from actviz.analysis.gates import gates
from actviz.analysis.starts import Start
from actviz.formats import write_layer
from actviz.layers import ROWS, LayerConfig, layer_facts

FULL = bool(os.environ.get("ACTVIZ_CAMPAIGN"))
DRAWS = 40 if FULL else 5
BATCH = 64
ERROR = 4.0
"""In standard errors of the measured figure: 2 to 4 % each, a quarter of it at full size.

The error is what single draws of weights differ by, and at least that of as many independent
Gaussian numbers as there are outputs at one position.
"""
SMALL = {1: (11,), 2: (8, 8), 3: (5, 5, 5)}


def small(name: str, channels: int = 24, **fields: Any) -> LayerConfig:
    """A layer with an input whose interior is a few positions wide."""
    row = next(each for each in ROWS if each.name == name)
    channels = 6 if "3D" in name else channels
    space: tuple[int, ...] = SMALL.get(len(row.input_shape) - 1, ())
    if "kernel_size" not in {each.name for each in row.fields}:
        space = (1,) if name in ("SimpleRNN", "GRU", "LSTM") else ()
    size: dict[str, Any] = {"units": 40} if "units" in {each.name for each in row.fields} else {}
    if "filters" in {each.name for each in row.fields}:
        size = {"filters": 12}
    if name in ("SimpleRNN", "GRU", "LSTM"):
        size["unroll"] = True  # a recorder cannot keep what JAX traces
    return LayerConfig(name, {**size, **fields}, input_shape=(*space, channels))


class Recorder:
    """An activation that passes on what it is given, and keeps it."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def __call__(self, x: Any) -> Any:
        self.seen.append(np.asarray(x, np.float64))
        return x


def built(config: LayerConfig, draw: int) -> tuple[Any, dict[str, Recorder]]:
    """The layer that stock Keras makes of the file, its activations replaced by recorders."""
    keras.utils.set_random_seed(draw)
    layer = keras.layers.deserialize(json.loads(write_layer(config)))
    recorders = {slot: Recorder() for slot in config.activations}
    for slot, recorder in recorders.items():
        setattr(getattr(layer, "cell", layer), slot, recorder)
    return layer, recorders


def measured(config: LayerConfig, mean: float, std: float, state: float) -> np.ndarray[Any, Any]:
    """E z and E z² of each gate over units, positions and batch, for each draw of the weights."""
    rng, found = np.random.default_rng(7), []
    for draw in range(DRAWS):
        layer, recorders = built(config, draw)
        x = rng.normal(mean, std, (BATCH, *config.input_shape)).astype(np.float32)
        _run(config, layer, x, rng, state)
        taken = {slot: iter(each.seen) for slot, each in recorders.items()}
        zs = [_interior(config, next(taken[gate.slot])) for gate in gates(config)]
        found.append([(z.mean(), (z**2).mean()) for z in zs])
    return np.array(found)


def _run(config: LayerConfig, layer: Any, x: Any, rng: Any, state: float) -> None:
    if not config.is_step:
        layer(x)
        return
    layer.build(x.shape)
    sizes = layer.state_size if isinstance(layer.state_size, list) else [layer.state_size]
    if "Conv" in config.layer:
        sizes = [layer.compute_output_shape(x.shape)[0][1:]] * 2
    shapes = [size if isinstance(size, tuple) else (size,) for size in sizes]
    states = [rng.normal(0.0, 1.0, (BATCH, *each)).astype(np.float32) * state for each in shapes]
    layer(x, states)


def _interior(config: LayerConfig, z: Any) -> Any:
    """Leave out the ends of axes, where outputs sum padding or what a window does not reach."""
    size = config.fields.get("kernel_size", ())
    assert isinstance(size, tuple)
    padded = config.fields.get("padding") == "same" or "LSTM" in config.layer
    for axis, each in enumerate(map(int, size), start=1):
        edge = each - 1 if "Transpose" in config.layer else each // 2 if padded else 0
        period = _period(config, axis - 1)
        inner = range(edge, edge + (z.shape[axis] - 2 * edge) // period * period)
        assert len(inner) > 0
        z = z.take(inner, axis=axis)
    return z


def _period(config: LayerConfig, axis: int) -> int:
    """How many neighbouring outputs differ in what they sum: the stride of a transposed layer."""
    strides = config.fields["strides"]
    assert isinstance(strides, tuple)
    return int(strides[axis]) if "Transpose" in config.layer else 1


def agrees(config: LayerConfig, mean: float = 0.0, std: float = 1.0, state: float = 0.0) -> None:
    ours = layer_signal(config, mean=mean, std=std, state=state)
    found = measured(config, mean, std, state)
    error = found.std(axis=0, ddof=1) / math.sqrt(DRAWS)
    units = config.fields.get("units", config.fields.get("filters", config.input_shape[-1]))
    assert isinstance(units, int)
    least = math.sqrt(1 / (units * BATCH * DRAWS))
    for gate, seen, wrong in zip(ours.gates, found.mean(axis=0), error, strict=True):
        first, second = least * math.sqrt(gate.z.variance), least * math.sqrt(2) * gate.z.second
        assert seen[0] == pytest.approx(gate.z.mean, abs=ERROR * max(wrong[0], first) + 1e-6)
        assert seen[1] == pytest.approx(gate.z.second, abs=ERROR * max(wrong[1], second) + 1e-6)


@pytest.mark.campaign
@pytest.mark.parametrize("name", [row.name for row in ROWS])
def test_each_layer_gets_the_variance_that_we_say(name: str) -> None:
    agrees(small(name))


@pytest.mark.parametrize(
    "config",
    [
        small("Conv2DTranspose", kernel_size=(4, 4), strides=(2, 2)),
        small("Conv1DTranspose", kernel_size=3, strides=2, padding="same"),
        small("DepthwiseConv2D", depthwise_initializer="he_normal", depth_multiplier=2),
        small("SeparableConv1D", depthwise_initializer="he_uniform", depth_multiplier=3),
        small("Conv1D", groups=4, kernel_initializer="variance_scaling(mode=fan_out)"),
        small("Conv2D", kernel_initializer="orthogonal(gain=1.5)", padding="same"),
        small("Dense", kernel_initializer="truncated_normal(stddev=0.3)"),
        small("Dense", kernel_initializer="random_uniform(minval=-0.1, maxval=0.3)"),
        small("Dense", kernel_initializer="identity(gain=2)"),
        small("Dense", bias_initializer="random_normal(mean=0.5, stddev=2)"),
        small("Dense", kernel_initializer="constant(value=0.25)"),
        small("LSTMCell", bias_initializer="he_normal", unit_forget_bias=True),
        small("GRUCell", kernel_initializer="identity", bias_initializer="orthogonal"),
        small("GRUCell", bias_initializer="glorot_normal", reset_after=False),
    ],
    ids=lambda config: f"{config.layer}-{'-'.join(map(str, config.changed_fields().values()))}",
)
def test_other_windows_and_initializers_too(config: LayerConfig) -> None:
    agrees(config, mean=0.5, std=2.0)


@pytest.mark.parametrize(
    "config",
    [
        small("SimpleRNNCell"),
        small("LSTMCell", recurrent_initializer="identity"),
        small("ConvLSTM1DCell"),
        small("ConvLSTM2DCell", recurrent_initializer="he_normal"),
    ],
    ids=lambda config: config.layer,
)
def test_the_state_comes_through_the_recurrent_kernel(config: LayerConfig) -> None:
    agrees(config, state=1.5)


@pytest.mark.parametrize("after", [True, False])
def test_the_reset_gate_stands_before_the_candidate(after: bool) -> None:
    # the recorder passes r on as it is: so does the activation linear in our own computation
    config = small("GRUCell", reset_after=after).with_activation("recurrent_activation", "linear")
    agrees(config, state=1.5)


# The published table: theory.md C3, with 64 inputs and 32 filters


@pytest.mark.parametrize(
    ("config", "ratios"),
    [
        (LayerConfig("Dense", {"kernel_initializer": "he_normal"}, input_shape=(64,)), [2.0]),
        (LayerConfig("Conv2D", {"kernel_initializer": "he_normal"}, input_shape=(9, 9, 64)), [2.0]),
        (
            LayerConfig(
                "Conv2DTranspose", {"kernel_initializer": "he_normal"}, input_shape=(9, 9, 64)
            ),
            [4.0],
        ),
        (
            LayerConfig(
                "Conv2DTranspose",
                {"kernel_initializer": "he_normal", "kernel_size": 4, "strides": 2},
                input_shape=(9, 9, 64),
            ),
            [1.0],
        ),
        (
            LayerConfig(
                "DepthwiseConv2D", {"depthwise_initializer": "he_normal"}, input_shape=(9, 9, 64)
            ),
            [1 / 32],
        ),
        (
            LayerConfig(
                "SeparableConv2D",
                {"depthwise_initializer": "he_normal", "pointwise_initializer": "he_normal"},
                input_shape=(9, 9, 64),
            ),
            [1 / 32, 2.0],
        ),
        (LayerConfig("LSTM", {"units": 64}, input_shape=(5, 64)), [0.4, 0.25]),
        (LayerConfig("GRU", {"units": 64}, input_shape=(5, 64)), [0.5, 1 / 3]),
        (LayerConfig("SimpleRNN", {"units": 64}, input_shape=(5, 64)), [1.0, 1.0]),
    ],
    ids=lambda value: value.layer if isinstance(value, LayerConfig) else None,
)
def test_the_ratios_of_the_published_table(config: LayerConfig, ratios: list[float]) -> None:
    for gate in layer_signal(config).gates:
        assert [each.true for each in gate.passages] == pytest.approx(ratios, rel=1e-12)
        assert all(each.unfused in (None, 1.0) for each in gate.passages)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_beliefs_are_keras_own_and_the_sentence_names_them(row: Any) -> None:
    config = LayerConfig(row.name)
    shapes = {each.name: each.shape for each in layer_facts(config).weights}
    ours = layer_signal(config)
    for passage in ours.gates[0].passages:
        assert (passage.fan_in, passage.fan_out) == compute_fans(shapes[passage.weight])
    assert str(ours.gates[0].passages[0].fan_in) in ours.sentence
    assert ours.sentence.endswith(".")


# The draws


@pytest.mark.parametrize(
    "word",
    [
        "glorot_uniform",
        "he_normal",
        "variance_scaling(scale=3, mode=fan_avg, distribution=untruncated_normal)",
        "random_uniform(minval=-1, maxval=3)",
        "random_normal(mean=1, stddev=2)",
        "truncated_normal(mean=-1, stddev=0.5)",
        "orthogonal(gain=2)",
        "identity(gain=3)",
        "constant(value=0.5)",
        "ones",
        "zeros",
    ],
)
def test_draws_are_spread_as_keras_spreads_them(word: str) -> None:
    shape = (60, 240)
    start = Start.of(word, shape)
    domain = next(row for row in ROWS if row.name == "Dense").field("kernel_initializer").domain
    name, arguments = domain.split(word)  # type: ignore[union-attr]
    given = {key: value for key, value in arguments.items() if key != "seed" and value is not None}
    theirs = np.asarray(keras.initializers.get({"class_name": name, "config": given})(shape))
    ours = start.draw(np.random.default_rng(1))
    assert ours.shape == theirs.shape
    first, second = start.moments()
    scale = math.sqrt(second) + 1e-12
    assert ours.mean() == pytest.approx(first, abs=0.05 * scale)
    assert theirs.mean() == pytest.approx(first, abs=0.05 * scale)
    assert (ours**2).mean() == pytest.approx(second, rel=0.05)
    assert (theirs**2).mean() == pytest.approx(second, rel=0.05)
    assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=0.35)


def test_a_fused_orthogonal_kernel_is_orthogonal_in_no_gate() -> None:
    u = 64
    kernel = Start.of("orthogonal", (u, 4 * u)).draw(np.random.default_rng(3))
    assert kernel @ kernel.T == pytest.approx(np.eye(u), abs=1e-12)
    for gate in np.split(kernel, 4, axis=1):
        values = np.linalg.svd(gate, compute_uv=False)
        assert (gate**2).sum(axis=0).mean() == pytest.approx(0.25, abs=0.02)
        assert 0.8 < values.max() < 0.95
        assert values.min() < 0.05


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("std", -1.0, r"layer\.std: -1\.0 is not allowed"),
        ("mean", math.nan, r"layer\.mean: nan is not allowed"),
        ("state", -0.5, r"layer\.state: -0\.5 is not allowed"),
    ],
)
def test_bad_numbers_are_refused(name: str, value: float, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        layer_signal(LayerConfig("Dense"), **{name: value})
