"""States and gradients through time against stock Keras with the same weights, and C9's table."""

from __future__ import annotations

import json
import math
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from actviz.activations import ROWS as ACTIVATIONS
from actviz.analysis.memory import forget_bias, memory, memory_of
from actviz.analysis.recurrence import follow, refusal, trace
from actviz.analysis.recurrent_drive import INPUTS, Drive, draw_weights
from actviz.formats import write_layer
from actviz.layers import ROWS, LayerConfig

RECURRENT = [row.name for row in ROWS if not refusal(LayerConfig(row.name))]
STEPS = 8


def _steps(name: str) -> int:
    return 4 if "Conv" in name else STEPS  # what Keras convolves step by step takes long


@pytest.fixture(autouse=True)
def _double() -> Any:
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


def small(name: str, **fields: Any) -> LayerConfig:
    """A recurrent layer or cell of a few units, whose numbers are not rounded."""
    row = next(each for each in ROWS if each.name == name)
    if "Conv" in name:
        rank = len(row.input_shape) - 1
        shape = ((5, 6, 4)[:rank] if rank < 3 else (4, 3, 4)) + (2,)
        given = {"filters": 3, "kernel_size": (3, 2, 3)[:rank], **fields}
        if fields.get("data_format") == "channels_first":
            shape = (shape[-1], *shape[:-1])
    else:
        shape = (3,) if name.endswith("Cell") else (STEPS, 3)
        given = {"units": 5, **fields}
    return LayerConfig(name, {"dtype": "float64", **given}, input_shape=shape)


def keras_cell(config: LayerConfig, weights: Any) -> Any:
    """The stock cell with our weights: of a layer, the one inside it."""
    layer = keras.layers.deserialize(json.loads(write_layer(config)))
    layer.build((1, *config.input_shape))
    for each in layer.weights:
        if each.name in weights:
            each.assign(jnp.asarray(weights[each.name]))  # Keras rounds NumPy's arrays to float32
    cell = getattr(layer, "cell", layer)
    if cell.activation is keras.activations.tanh:
        cell.activation = jnp.tanh  # on JAX Keras's own rounds to float32, whatever the dtype
    return cell


def in_format(config: LayerConfig, x: Any) -> Any:
    x = jnp.asarray(x)
    return jnp.moveaxis(x, -1, 1) if config.fields.get("data_format") == "channels_first" else x


def last(config: LayerConfig, x: Any) -> Any:
    return np.moveaxis(x, 1, -1) if config.fields.get("data_format") == "channels_first" else x


def judged(config: LayerConfig, drive: Drive) -> None:
    """Hold states and gradients against Keras's: values to 1e-6, gradients to 1e-5 relative."""
    ours = trace(config, drive)
    cell = keras_cell(config, ours.weights)
    one = config.cell
    shape = one.input_shape if one.layer.endswith("Cell") else one.input_shape[1:]
    if config.fields.get("data_format") == "channels_first":
        shape = (*shape[1:], shape[0])
    xs = [in_format(config, x[np.newaxis]) for x in drive.sequence(shape)]
    xs = xs[::-1] if config.fields.get("go_backwards") else xs
    zero = jnp.zeros((1, *_state_shape(config, cell, xs[0])))
    states = [[zero] * len(ours.states)]
    for t, x in enumerate(xs):
        _, after = cell(x, states[-1])
        states.append(_listed(after))
        for mine, theirs in zip(ours.states.values(), states[-1], strict=True):
            np.testing.assert_allclose(mine[t], last(config, theirs).ravel(), rtol=1e-6, atol=1e-9)
    end = drive.direction(last(config, states[-1][0]).shape[1:])[np.newaxis]
    for t in (0, drive.steps // 2, drive.steps - 1):
        found = _gradients(cell, xs[t:], states[t], in_format(config, end))
        _compare(ours.paths, t, [np.linalg.norm(each) for each in found])


def _compare(paths: Any, t: int, found: list[float]) -> None:
    total = paths["total"][t]
    if len(found) > 1:
        assert total == pytest.approx(found[1], rel=1e-5, abs=1e-300)
        assert paths["to h"][t] == pytest.approx(found[0], rel=1e-5, abs=1e-300)
    else:
        assert total == pytest.approx(found[0], rel=1e-5, abs=1e-300)


def _gradients(cell: Any, xs: list[Any], states: list[Any], end: Any) -> list[Any]:
    def loss(entering: Any) -> Any:
        after = entering
        for x in xs:
            output, after = cell(x, after)
            after = _listed(after)
        return (output * end).sum()

    return [np.asarray(each) for each in jax.grad(loss)(states)]


def _listed(states: Any) -> list[Any]:
    return list(states) if isinstance(states, (list, tuple)) else [states]


def _state_shape(config: LayerConfig, cell: Any, x: Any) -> tuple[int, ...]:
    if "Conv" in config.layer:
        return tuple(cell.compute_output_shape(x.shape)[0][1:])
    return (cell.units,)


@pytest.mark.parametrize("name", RECURRENT)
def test_states_and_gradients_are_keras_own(name: str) -> None:
    judged(small(name), Drive(steps=_steps(name), seed=3))


@pytest.mark.parametrize(
    "config",
    [
        small("GRU", reset_after=False, bias_initializer="random_normal(stddev=0.7)"),
        small("GRUCell", bias_initializer="random_normal(stddev=0.7)"),
        small("GRU", use_bias=False, go_backwards=True),
        small("LSTM", unit_forget_bias=False, recurrent_initializer="he_normal"),
        small("LSTM", use_bias=False).with_activation("recurrent_activation", "hard_sigmoid"),
        small("LSTMCell").with_activation("recurrent_activation", "softmax"),
        small("GRU").with_activation("activation", "softmax"),
        small("SimpleRNN").with_activation("activation", "softmax"),
        small("LSTM").with_activation("activation", "elu", {"alpha": 0.7}),
        small("ConvLSTM2DCell", strides=2, padding="same", data_format="channels_last"),
        small("ConvLSTM1DCell", dilation_rate=2, padding="same").with_activation(
            "recurrent_activation", "hard_sigmoid", {"alpha": 0.2}
        ),
        small("ConvLSTM2DCell").with_activation("activation", "softmax", {"axis": 1}),
        small("ConvLSTM1DCell", data_format="channels_first").with_field("in_rnn", True),
        small("GRUCell").with_field("in_rnn", True).with_field("go_backwards", True),
    ],
    ids=lambda config: f"{config.layer}-{'-'.join(map(str, config.changed_fields().values()))}",
)
def test_other_fields_and_activations_too(config: LayerConfig) -> None:
    judged(config, Drive("step", steps=_steps(config.layer), seed=1, amplitude=1.5))


def test_channels_first_is_the_same_recurrence() -> None:
    first, last_ = (
        trace(small("ConvLSTM2DCell", data_format=each), Drive(steps=3, kind="sine"))
        for each in ("channels_first", "channels_last")
    )
    np.testing.assert_array_equal(first.states["c"], last_.states["c"])


@pytest.mark.parametrize("slot", ["activation", "recurrent_activation"])
def test_any_activation_fits_either_slot(slot: str) -> None:
    for each in ACTIVATIONS:
        config = small("LSTM").with_activation(slot, each.name)
        found = trace(config, Drive(steps=4))
        assert found.overflow is None
        assert (found.paths["cell path"] + found.paths["recurrent kernel"] >= 0.0).all()
        assert (found.paths["total"] < math.inf).all()


def test_a_users_formula_is_followed_as_the_built_in_one_is() -> None:
    own = small("GRU").with_activation("activation", "formula", {"formula": "tanh(x)"})
    theirs = trace(small("GRU"), Drive(steps=STEPS)).paths["total"]
    np.testing.assert_allclose(trace(own, Drive(steps=STEPS)).paths["total"], theirs, rtol=1e-9)


def test_the_cell_path_is_the_product_of_the_forget_gates() -> None:
    found = trace(small("LSTM"), Drive(steps=30))
    weights, c, o = found.gates["forget gate"], found.states["c"], found.gates["output gate"]
    end = Drive().direction((5,)) * o[-1] * (1.0 - np.tanh(c[-1]) ** 2)
    for t in (0, 10, 29):
        expected = np.linalg.norm(np.prod(weights[t:], axis=0) * end)
        assert found.paths["cell path"][t] == pytest.approx(expected, rel=1e-12)


def test_the_cell_path_of_a_gru_is_the_product_of_its_update_gates() -> None:
    found = trace(small("GRU"), Drive(steps=30))
    for t in (0, 10, 29):
        gates = np.prod(found.gates["update gate"][t:], axis=0)
        expected = np.linalg.norm(gates * Drive().direction((5,)))
        assert found.paths["cell path"][t] == pytest.approx(expected, rel=1e-12)


def test_gradients_stay_visible_down_to_where_float64_ends() -> None:
    config = small("SimpleRNN", recurrent_initializer="orthogonal(gain=0.5)").with_activation(
        "activation", "linear"
    )
    found = trace(config, Drive(steps=1000))
    expected = 0.5 ** np.arange(1000, 0, -1)
    np.testing.assert_allclose(found.paths["total"], expected, rtol=1e-10)
    assert found.paths["total"][0] < 1e-300
    assert found.shrinkage == pytest.approx(0.5, rel=1e-12)


def test_overflow_is_said_with_its_step() -> None:
    config = small("SimpleRNN", recurrent_initializer="orthogonal(gain=1e30)").with_activation(
        "activation", "linear"
    )
    found = trace(config, Drive(steps=40))
    assert found.overflow is not None
    assert np.isfinite(found.states["h"][found.overflow - 1]).all()
    assert not np.isfinite(found.states["h"][found.overflow]).all()
    assert math.isnan(found.shrinkage)


@pytest.mark.parametrize("kind", INPUTS)
def test_inputs_are_what_they_are_called(kind: str) -> None:
    x = Drive(kind, steps=40, amplitude=2.0, period=8.0).sequence((3,))
    assert x.shape == (40, 3)
    expected = {
        "impulse": 4.0,
        "step": 4.0 * 30,
        "constant": 4.0 * 40,
        "sine": 2.0 * 40,
        "noise": float((x[:, 0] ** 2).sum()),
    }[kind]
    assert float((x[:, 0] ** 2).sum()) == pytest.approx(expected)
    assert kind == "noise" or (x == x[:, :1]).all()


def test_the_same_seed_gives_the_same_numbers_and_another_gives_others() -> None:
    config = small("LSTM")
    one, two, other = (trace(config, Drive(steps=5, seed=each)) for each in (4, 4, 5))
    np.testing.assert_array_equal(one.paths["total"], two.paths["total"])
    assert (one.paths["total"] != other.paths["total"]).all()


def test_the_forget_bias_is_in_three_parts() -> None:
    weights = draw_weights(small("LSTM", bias_initializer="random_normal"), 1)
    assert (weights["bias"][5:10] == 1.0).all()
    assert np.count_nonzero(weights["bias"] == 1.0) == 5


def test_a_run_says_how_far_it_is_and_can_be_left() -> None:
    steps = list(follow(small("LSTM"), Drive(steps=STEPS)))
    done = [each.done for each in steps]
    assert done == sorted(done)
    assert done[-1] == 1.0
    assert [each.found is None for each in steps] == [True] * (len(steps) - 1) + [False]
    parts = follow(small("LSTM", units=200), Drive(steps=50))
    assert next(parts).done == 0.0
    parts.close()


# Theory.md C9


@pytest.mark.parametrize(
    ("bias", "gate", "tau", "half"),
    [
        (0.0, 0.5, 1.442695, 1.0),
        (1.0, 0.7310586, 3.192219, 2.212678),
        (2.0, 0.8807971, 7.878482, 5.460947),
        (3.0, 0.9525741, 20.58149, 14.26600),
        (5.0, 0.9933071, 148.9126, 103.2183),
    ],
)
def test_the_published_memory_of_a_forget_gate(bias, gate, tau, half) -> None:
    found = memory_of("sigmoid", {}, bias)
    assert found.gate == pytest.approx(gate, abs=5e-8)
    assert found.tau == pytest.approx(tau, rel=5e-7)
    assert found.half_life == pytest.approx(half, rel=5e-7)


@pytest.mark.parametrize(
    ("alpha", "gate", "tau", "left"),
    [(0.2, 0.7, 2.803673, 3.2e-16), (1 / 6, 2 / 3, 2.466303, 2.5e-18)],
)
def test_the_dialects_of_hard_sigmoid_remember_differently(alpha, gate, tau, left) -> None:
    found = memory_of("hard_sigmoid", {"alpha": alpha}, 1.0)
    assert found.gate == pytest.approx(gate, rel=1e-12)
    assert found.tau == pytest.approx(tau, rel=1e-6)
    assert found.after(100) == pytest.approx(left, rel=0.02)


@pytest.mark.parametrize(("gate", "tau"), [(1.0, math.inf), (0.0, 0.0), (1.5, math.inf)])
def test_gates_at_their_ends_keep_all_or_nothing(gate, tau) -> None:
    assert memory(gate).tau == tau


def test_a_gate_that_no_number_tells_has_no_memory() -> None:
    assert math.isnan(memory(-0.1).tau)
    assert math.isnan(memory(math.nan).half_life)


@pytest.mark.parametrize(
    ("config", "bias"),
    [
        (small("LSTM"), 1.0),
        (small("LSTM", unit_forget_bias=False), 0.0),
        (small("ConvLSTM1DCell", use_bias=False), 0.0),
        (small("GRU", bias_initializer="ones"), 2.0),
        (small("GRU", bias_initializer="ones", reset_after=False), 1.0),
        (small("SimpleRNN"), None),
    ],
    ids=lambda value: value.layer if isinstance(value, LayerConfig) else str(value),
)
def test_the_bias_of_the_gate_that_remembers(config, bias) -> None:
    assert forget_bias(config) == bias


# Refusals


def test_a_layer_without_a_state_is_refused_with_what_to_choose() -> None:
    with pytest.raises(ValueError, match=r"Dense has no state .* choose a recurrent layer"):
        trace(LayerConfig("Dense"), Drive())


@pytest.mark.parametrize(
    ("config", "steps", "sentence"),
    [
        (small("LSTM", units=10**9), 5, r"LSTM\.kernel: .* too many .* choose fewer units"),
        (LayerConfig("ConvLSTM3DCell"), 100, r"time\.time_steps: 100 .* at most \d+ for a state"),
        (
            LayerConfig("ConvLSTM3DCell", {"kernel_size": 1}, input_shape=(200, 200, 200, 4)),
            5,
            r"ConvLSTM3DCell: a state of .* too large",
        ),
    ],
)
def test_what_is_too_large_is_refused(config: LayerConfig, steps: int, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        trace(config, Drive(steps=steps))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"steps": 0}, r"time\.time_steps: 0"),
        ({"steps": 10**9}, r"time\.time_steps: 1000000000"),
        ({"kind": "ramp"}, r"time\.time_input: 'ramp'"),
        ({"amplitude": math.inf}, r"time\.amplitude: inf"),
        ({"period": 0.0}, r"time\.period: 0"),
        ({"seed": -1}, r"time\.weights_seed: -1"),
    ],
)
def test_bad_inputs_are_refused(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Drive(**fields)
