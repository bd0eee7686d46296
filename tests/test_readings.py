"""The figures under a curve, against theory (Lipschitz constants, extrema) and by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from legal_values import legal

from actviz.activations import ROWS, Row, row
from actviz.analysis.moments import moments
from actviz.analysis.readings import Readings, readings
from actviz.analysis.saturation import saturation
from actviz.param import Value

INF = math.inf


def of(name: str, **values: Value) -> Readings:
    return readings(row(name), values)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("sigmoid", {}, (0.0, 1.0, False, False)),
        ("tanh", {}, (-1.0, 1.0, False, False)),
        ("hard_sigmoid", {}, (0.0, 1.0, True, True)),
        ("relu", {}, (0.0, INF, True, False)),
        ("relu", {"max_value": 6.0}, (0.0, 6.0, True, True)),
        ("relu", {"negative_slope": -1.0}, (0.0, INF, True, False)),
        ("leaky_relu", {}, (-INF, INF, False, False)),
        ("thresholded_relu", {}, (0.0, INF, True, False)),
        ("thresholded_relu", {"theta": -1.0}, (-1.0, INF, False, False)),
        ("elu", {"alpha": 1.3}, (-1.3, INF, False, False)),
        ("elu", {"alpha": -0.4}, (0.0, INF, True, False)),
        ("selu", {}, (-1.7580993408473766, INF, False, False)),
        ("gelu", {}, (-0.1699712074799, INF, True, False)),
        ("swish", {}, (-0.2784645427611, INF, True, False)),
        ("swish", {"beta": -1.0}, (-INF, 0.2784645427611, False, True)),
        ("linear", {}, (-INF, INF, False, False)),
        ("softmax", {"logits": (3.0,)}, (0.0, 1.0, False, False)),
    ],
)
def test_the_range_and_whether_its_ends_are_taken(
    name: str, values: dict[str, Value], expected: tuple[float, float, bool, bool]
) -> None:
    found = of(name, **values).range
    assert (found.low, found.high) == pytest.approx(expected[:2], abs=1e-13)
    assert (found.low_attained, found.high_attained) == expected[2:]


@pytest.mark.parametrize(
    ("name", "values", "parts"),
    [
        ("thresholded_relu", {}, [(0.0, 0.0, True, True), (1.0, INF, False, False)]),
        ("thresholded_relu", {"theta": -1.0}, [(-1.0, INF, False, False)]),
        (
            "relu",
            {"threshold": 1.0, "max_value": 5.0},
            [(0.0, 0.0, True, True), (1.0, 5.0, False, True)],
        ),
        (
            "leaky_relu",
            {"threshold": 1.0},
            [(-INF, 0.0, False, True), (1.0, INF, False, False)],
        ),
        ("relu", {"max_value": -1.0}, [(-1.0, -1.0, True, True), (0.0, 0.0, True, True)]),
        ("sigmoid", {}, [(0.0, 1.0, False, False)]),
    ],
)
def test_a_jump_leaves_its_gap_in_the_range(
    name: str, values: dict[str, Value], parts: list[tuple[float, float, bool, bool]]
) -> None:
    found = of(name, **values).range.parts
    assert [(p.low, p.high, p.low_attained, p.high_attained) for p in found] == parts


@pytest.mark.parametrize(
    ("name", "values", "value", "where"),
    [
        ("sigmoid", {}, 0.25, (0.0, 0.0, 0)),
        ("softmax", {"logits": (3.0,)}, 0.25, (3.0, 3.0, 0)),
        ("tanh", {}, 1.0, (0.0, 0.0, 0)),
        ("relu", {}, 1.0, (0.0, INF, 0)),
        ("relu", {"max_value": 6.0}, 1.0, (0.0, 6.0, 0)),
        ("relu", {"negative_slope": -3.0}, 3.0, (-INF, 0.0, 0)),
        ("elu", {}, 1.0, (0.0, INF, 0)),
        ("elu", {"alpha": 0.5}, 1.0, (0.0, INF, 0)),
        ("elu", {"alpha": 1.3}, 1.3, (0.0, 0.0, -1)),
        ("elu", {"alpha": -1.3}, 1.3, (0.0, 0.0, -1)),
        ("selu", {}, 1.7580993408473766, (0.0, 0.0, -1)),
        ("hard_sigmoid", {"alpha": 0.2}, 0.2, (-2.5, 2.5, 0)),
        ("thresholded_relu", {}, 1.0, (1.0, INF, 0)),
        ("linear", {}, 1.0, (-INF, INF, 0)),
        ("gelu", {}, 1.1289041451852, (math.sqrt(2), math.sqrt(2), 0)),
        ("swish", {}, 1.0998393201289, (2.3993572805155, 2.3993572805155, 0)),
        ("swish", {"beta": 0.0}, 0.5, (-INF, INF, 0)),
    ],
)
def test_the_steepest_slope_and_where_it_is(
    name: str, values: dict[str, Value], value: float, where: tuple[float, float, int]
) -> None:
    found = of(name, **values).steepest
    assert found.value == pytest.approx(value, rel=1e-13)
    assert (found.low, found.high) == pytest.approx(where[:2], abs=1e-7)
    assert found.side == where[2]


def test_a_slope_that_is_only_tended_to_lies_at_infinity() -> None:
    softplus = Row("own", "Own", "own", f="softplus(x)", df="sigmoid(x)", doc="", source="")
    found = readings(softplus, {}).steepest
    assert (found.value, found.low, found.high) == (1.0, INF, INF)


@pytest.mark.parametrize("beta", [1e-100, 1e-30, 1e30, 1e100])
def test_an_extremum_on_any_scale_is_found(beta: float) -> None:
    found = of("swish", beta=beta).steepest
    assert found.value == pytest.approx(1.0998393201289, rel=1e-13)
    assert found.low == pytest.approx(2.3993572805155 / beta, rel=1e-6, abs=0.0)


def test_at_a_joint_without_a_break_there_is_no_side() -> None:
    f, df = "1 - exp(-x) if x > 0 else exp(x) - 1", "exp(-x) if x > 0 else exp(x)"
    laplace = Row("own", "Own", "own", f=f, df=df, kinks=("0",), doc="", source="")
    found = readings(laplace, {}).steepest
    assert (found.value, found.low, found.high, found.side) == (1.0, 0.0, 0.0, 0)


@pytest.mark.parametrize(
    ("name", "constant"),
    [
        ("sigmoid", 0.25),
        ("leaky_relu", 1.0),
        ("selu", 1.7580993),
        ("thresholded_relu", INF),
        ("hard_sigmoid", 1 / 6),
    ],
)
def test_lipschitz_constants(name: str, constant: float) -> None:
    assert of(name).lipschitz == pytest.approx(constant, abs=5e-8)


def test_jumps_and_corners_are_listed() -> None:
    (jump,) = of("thresholded_relu").breaks
    assert (jump.x, jump.f_left, jump.f_right) == (1.0, 0.0, 1.0)
    (corner,) = of("elu", alpha=1.3).breaks
    assert (corner.df_left, corner.df_right) == (1.3, 1.0)
    assert of("elu").breaks == ()


def test_a_range_that_is_not_known_is_said_to_be() -> None:
    wave = Row("own", "Own", "own", f="sin(x)", df="cos(x)", doc="", source="")
    found = readings(wave, {}).range
    assert (found.low, found.high) == (None, None)


def test_everything_belongs_to_the_same_input() -> None:
    found = readings(row("gelu"), {}, epsilon=0.05, mean=0.3, std=2.0)
    assert found.saturation == saturation("gelu", epsilon=0.05, mean=0.3, std=2.0)
    assert found.moments == moments("gelu", mean=0.3, std=2.0)


@pytest.mark.parametrize("each", ROWS, ids=lambda each: each.name)
def test_every_activation_has_readings_in_its_whole_slider_range(each: Row) -> None:
    sliders = [param for param in each.params if param.slider is not None]
    for end in (0, 1):
        values = {param.name: param.slider[end] for param in sliders if param.slider}
        found = readings(each, values)
        assert found.range.low is not None
        assert found.range.high is not None
        assert found.range.low <= found.range.high
        assert 0 <= found.saturation.probability <= found.saturation.small_slope <= 1
        assert found.moments.variance >= 0


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ROWS), st.data())
def test_any_values_have_readings(each: Row, data: st.DataObject) -> None:
    values = {param.name: data.draw(legal(param), param.name) for param in each.params}
    found = readings(
        each,
        values,
        epsilon=data.draw(st.floats(5e-324, 1.0)),
        mean=data.draw(st.floats(-1e6, 1e6)),
        std=data.draw(st.floats(1e-9, 1e9)),
    )
    assert found.range.low is not None
    assert found.range.high is not None
    assert found.range.low <= found.range.high
    assert found.steepest.value >= 0
    assert "unknown" not in (found.saturation.left, found.saturation.right)
    assert 0 <= found.saturation.probability <= found.saturation.small_slope <= 1 + 1e-15
