"""Networks of finite width: Keras's initialisers, and the mean field judge."""

from __future__ import annotations

import math
from statistics import fmean, stdev

import keras
import numpy as np
import pytest

from actviz.analysis import propagation
from actviz.analysis.figures import Forward, mean_square
from actviz.analysis.initial import INITIALIZERS, stream
from actviz.analysis.jacobian import singular_values
from actviz.analysis.meanfield import Recursion, layers
from actviz.analysis.network import Network
from actviz.analysis.propagation import Backward, Drawn, Event, Overflowed, propagate
from actviz.analysis.saturation import scalar_curve
from actviz.param import Value

SMALL = Network(width=48, depth=12, batch=24, sigma_w=1.4, sigma_b=0.2, seed=3, dtype="float64")


def split(events: list[Event]) -> tuple[list[Forward], list[Backward]]:
    forward = [each for each in events if isinstance(each, Forward)]
    backward = [each for each in events if isinstance(each, Backward)]
    assert len(forward) + len(backward) == len(events)
    return forward, backward


def test_the_engines_agree(engine_id: str) -> None:
    network = Network(48, 12, 24, sigma_w=1.4)
    ours, numpys = (
        split(list(propagate(network, "gelu", {}, device=device)))[1]
        for device in (engine_id, "numpy")
    )
    for one, other in zip(ours, numpys, strict=True):
        assert one.log_norm == pytest.approx(other.log_norm, abs=1e-5)


def test_a_he_relus_gradients_keep_their_size_over_20_layers() -> None:
    factors = []
    for seed in range(24):
        network = Network(128, 20, 16, "he_normal", seed=seed)
        backward = split(list(propagate(network, "relu", {}, device="numpy")))[1]
        factors.append(10 ** (2 * backward[-1].log_norm))
    error = stdev(factors) / math.sqrt(len(factors))
    assert error < 0.2
    assert fmean(factors) == pytest.approx(1.0, abs=4 * error)


@pytest.mark.parametrize(("name", "sigma_w", "sigma_b"), [("tanh", 1.3, 0.3), ("elu", 1.1, 0.2)])
def test_wide_networks_follow_the_mean_field(name: str, sigma_w: float, sigma_b: float) -> None:
    network = Network(512, 10, 32, sigma_w=sigma_w, sigma_b=sigma_b, seed=1)
    forward = split(list(propagate(network, name, {}, device="numpy")))[0]
    theory = layers(Recursion(scalar_curve(name, {})), sigma_w**2, sigma_b**2, 10)
    for each, (q, _) in zip(forward, theory, strict=True):
        assert each.second == pytest.approx(q, rel=0.15)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_initialisers_are_keras_ones(name: str) -> None:
    network = Network(256, 1, 1, name, sigma_w=1.5, dtype="float64")
    ours = network.weights(1)
    words = {"gaussian": f"random_normal:{1.5 / 16}", "orthogonal": "orthogonal:1.5"}
    kind, _, number = words.get(name, name).partition(":")
    made = {
        "random_normal": lambda: keras.initializers.RandomNormal(0.0, float(number), seed=1),
        "orthogonal": lambda: keras.initializers.Orthogonal(float(number), seed=1),
    }.get(kind, lambda: keras.initializers.get({"class_name": kind, "config": {"seed": 1}}))()
    theirs = np.asarray(made((256, 256)), dtype=np.float64)
    assert ours.std() == pytest.approx(theirs.std(), rel=0.02)
    assert ours.std() == pytest.approx(math.sqrt(network.weight_variance) / 16, rel=0.02)
    for power in (4, 6):  # the shape of the distribution, and where it is cut
        assert np.mean(ours**power) == pytest.approx(np.mean(theirs**power), rel=0.12)
    if name not in ("gaussian", "orthogonal"):
        assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=1e-3)
    if name == "orthogonal":
        assert ours @ ours.T == pytest.approx(2.25 * np.eye(256), abs=1e-12)


def test_the_same_seed_is_the_same_network_and_another_is_not() -> None:
    runs = [list(propagate(SMALL, "elu", {}, device="numpy")) for _ in range(2)]
    assert runs[0] == runs[1]
    other = Network(48, 12, 24, sigma_w=1.4, sigma_b=0.2, seed=4, dtype="float64")
    assert runs[0] != list(propagate(other, "elu", {}, device="numpy"))
    single = Network(48, 12, 24, sigma_w=1.4, sigma_b=0.2, seed=3)
    assert np.array_equal(single.weights(2), SMALL.weights(2).astype(np.float32))
    assert stream(1, 2).random() != stream(1, 3).random()


def test_little_memory_gives_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(propagate(SMALL, "tanh", {}, device="numpy"))
    monkeypatch.setattr(propagation, "MOST_MEMORY", 3 * 48 * 48 * 8)
    assert propagation._kept(SMALL) == 4
    assert list(propagate(SMALL, "tanh", {}, device="numpy")) == whole


def test_gradients_far_below_what_the_dtype_holds_have_a_size() -> None:
    network = Network(16, 400, 4)
    backward = split(list(propagate(network, "sigmoid", {}, device="numpy")))[1]
    logs = [each.log_norm for each in backward]
    assert logs[0] == pytest.approx(0.0, abs=1e-6)
    assert -400 < logs[-1] < -200
    steps = np.diff(logs)
    assert np.all(steps < -0.4)
    assert steps[350:].mean() == pytest.approx(steps[50:100].mean(), rel=0.1)


def test_overflow_is_said_where_it_happens() -> None:
    events = list(propagate(Network(16, 50, 4, sigma_w=1e3), "relu", {}, device="numpy"))
    assert isinstance(events[-1], Overflowed)
    assert events[-1].layer == len(events)
    last = events[-2]
    assert isinstance(last, Forward)
    assert 1e66 < last.second < 1e80  # float32 holds 3e38, and their squares are known still
    double = Network(16, 50, 4, sigma_w=1e3, dtype="float64")
    assert len(split(list(propagate(double, "relu", {}, device="numpy")))[0]) == 50


def test_mean_squares_are_right_where_squares_are_not_in_range() -> None:
    for size in (1e-30, 1e-44, 1.0, 1e30):
        values = np.full(1000, size, np.float32)
        assert mean_square(values) == pytest.approx(float(values[0]) ** 2, rel=1e-6)
    assert mean_square(np.zeros(3)) == 0.0
    assert math.isnan(mean_square(np.array([1.0, math.nan])))
    assert mean_square(np.array([1.0, -math.inf])) == math.inf


def test_zero_weights_have_no_gradient() -> None:
    backward = split(list(propagate(Network(8, 3, 2, sigma_w=0.0), "tanh", {}, device="numpy")))[1]
    assert [each.log_norm for each in backward[1:]] == [-math.inf] * 3


def test_a_run_may_be_left_at_any_layer() -> None:
    run = propagate(SMALL, "relu", {}, device="numpy")
    assert isinstance(next(run), Forward)
    run.close()
    assert list(run) == []


def test_orthogonal_linear_networks_are_isometries_and_gaussian_ones_are_not() -> None:
    spans = []
    for initializer in ("orthogonal", "gaussian"):
        network = Network(32, 20, 1, initializer)
        *_, last = singular_values(network, "linear", {}, Drawn(network), device="numpy")
        spans.append(last.logs[0] - last.logs[-1])
    assert spans[0] < 1e-5
    assert spans[1] > 5


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"width": 0}, r"network\.width: 0 is not allowed"),
        ({"width": 10**9}, r"network\.width: 1000000000 is not allowed"),
        ({"depth": 0}, r"network\.depth: 0"),
        ({"batch": 10**9}, r"network\.batch"),
        ({"sigma_w": -1.0}, r"network\.sigma_w"),
        ({"initializer": "zeros"}, r"network\.initializer: 'zeros'"),
        ({"dtype": "float16"}, r"network\.dtype"),
    ],
)
def test_bad_networks_are_refused(given: dict[str, Value], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Network(**given)
