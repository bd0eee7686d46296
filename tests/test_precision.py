"""Formats of few bits: steps as NumPy, ml_dtypes and torch round them, zones that are lost."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from actviz.activations import ROWS, Row, row
from actviz.analysis.precision import WAYS, dead_from, sampled, zones
from actviz.analysis.stepwise import backward, textbook
from actviz.dtypes import DTYPES
from actviz.evaluation import NumPyEngine, Request

FEW = ("float16", "bfloat16", "float32")
X = np.linspace(-30.0, 30.0, 1201)


@pytest.mark.parametrize("each", ROWS, ids=lambda each: each.name)
def test_in_float64_all_ways_are_one(each: Row) -> None:
    values = each.complete()
    f, df = each.evaluate(X, values)
    for way in (textbook, backward):
        found = way(each, values, X, "float64")
        assert found[0] == pytest.approx(f, rel=1e-9, abs=1e-12)
        kinks = np.isin(X, [at.x for at in each.breaks(values)])
        assert found[1][~kinks] == pytest.approx(df[~kinks], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("dtype", FEW)
def test_steps_round_as_arrays_of_the_format_do(dtype: str) -> None:
    """Softsign is made of steps that NumPy and ml_dtypes round correctly."""
    form = DTYPES[dtype]
    x = form.rounded(X)
    one = np.ones_like(x)
    size = one + np.abs(x)
    f, df = textbook(row("softsign"), {}, x.astype(np.float64), dtype)
    assert np.array_equal(f, (x / size).astype(np.float64))
    assert np.array_equal(df, (one / (size * size)).astype(np.float64))


def judged(make: object, dtype: str, x: np.ndarray) -> np.ndarray:
    """f′ by torch's autograd in a format."""
    at = torch.tensor(x, dtype=getattr(torch, dtype), requires_grad=True)
    make(at).sum().backward()
    return at.grad.double().numpy()


@pytest.mark.parametrize("dtype", FEW)
@pytest.mark.parametrize(
    ("activation", "make"),
    [("sigmoid", torch.sigmoid), ("tanh", torch.tanh)],
    ids=["sigmoid", "tanh"],
)
def test_the_usual_gradient_dies_where_torchs_does(
    activation: str, make: object, dtype: str
) -> None:
    """From the number on where f is 1; torch computes each gradient from y alone.

    Its float32 sigmoid is not rounded correctly, and is 1 from 16.64 on, not from 17.33.
    """
    x = DTYPES[dtype].rounded(np.arange(0.0, 40.0, 1 / 64)).astype(np.float64)
    _, ours = backward(row(activation), {}, x, dtype)
    judge = judged(make, dtype, x)
    first, other = x[np.argmax(ours == 0.0)], x[np.argmax(judge == 0.0)]
    assert abs(first - other) <= (0.75 if dtype == "float32" else 0.13)
    assert np.all(ours[x > max(first, other)] == 0.0)


def test_a_where_over_both_branches_gives_nan_as_in_torch() -> None:
    x = np.array([-3.0, 0.5, 88.0, 89.0, 700.0])
    judge = judged(lambda z: torch.where(z > 0, z, torch.expm1(z)), "float32", x)
    _, ours = backward(row("elu"), {}, x, "float32")
    assert np.array_equal(np.isnan(judge), np.isnan(ours))
    assert np.isnan(ours).tolist() == [False, False, False, True, True]
    lost = [each for each in zones(row("elu"), {}, "float32", "backward") if each.fault == "nan"]
    assert len(lost) == 1
    assert lost[0].low == pytest.approx(88.7228, abs=1e-3)  # ln of the largest float32
    assert lost[0].high == math.inf
    assert zones(row("elu"), {}, "float32", "ours") != lost


@pytest.mark.parametrize(
    ("dtype", "usual", "ours"),
    [
        ("float16", math.log(2**12 - 1), 25 * math.log(2)),
        ("bfloat16", math.log(2**9 - 1), 134 * math.log(2)),
        ("float32", math.log(2**25 - 1), 150 * math.log(2)),
    ],
)
def test_dead_zones_of_the_sigmoid(dtype: str, usual: float, ours: float) -> None:
    """s·(1 − s) is lost where s rounds to 1; rounded once, f′ at half the smallest number."""
    form = DTYPES[dtype]
    for way, expected in (("backward", usual), ("ours", ours)):
        _, right = dead_from(zones(row("sigmoid"), {}, dtype, way))
        assert right is not None
        assert abs(right - expected) <= form.spacing(expected)
        at, before = form.rounded(np.array([right, right - form.spacing(right)])).astype(float)
        both = sampled(row("sigmoid"), {}, np.array([at, before]), dtype, way)
        assert both.df[0] == 0.0 != both.df[1]
    held = [each.held for each in zones(row("sigmoid"), {}, dtype, "ours")]
    assert held == [False, False]
    assert any(each.held for each in zones(row("sigmoid"), {}, dtype, "backward"))


@pytest.mark.parametrize("dtype", FEW)
@pytest.mark.parametrize("each", ROWS, ids=lambda each: each.name)
def test_ours_is_what_the_engine_gives_and_loses_nothing_that_the_format_holds(
    each: Row, dtype: str
) -> None:
    values = each.complete()
    found = sampled(each, values, X, dtype, "ours")
    if not each.vector:
        result = NumPyEngine().run(Request.of(each.name, values, X, dtype))
        assert np.array_equal(found.df, result.dy.astype(np.float64))
        assert np.array_equal(found.f, result.y.astype(np.float64))
    for zone in zones(each, values, dtype, "ours"):
        assert not zone.held or zone.fault == "infinity"
        assert zone.fault != "nan"


def test_a_flat_side_is_no_dead_zone() -> None:
    for way in WAYS:
        assert zones(row("relu"), {}, "float16", way) == ()
    assert dead_from(zones(row("hard_sigmoid"), {}, "float16", "ours")) == (None, None)


def test_a_users_formula_is_computed_step_by_step_too() -> None:
    """(e^x − 1)/e^x: in float16 e^x overflows beyond 11.09, and ∞/∞ is NaN."""
    values = {"formula": "(exp(x) - 1) / exp(x)"}
    lost = zones(row("formula"), values, "float16", "textbook")
    nan = [each for each in lost if each.fault == "nan"]
    assert nan
    assert min(each.low for each in nan if each.low > 0.0) < 11.1
    smooth = {"formula": "gelu(x) * clip(x, -1, 1)"}
    _, slopes = backward(row("formula"), smooth, X, "float64")
    assert slopes == pytest.approx(row("formula").evaluate(X, smooth)[1], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("activation", "values"),
    [
        ("softplus", {"beta": 1e300}),  # f′ is 0 by underflow from −1e-297 on, and has a soft side
        ("celu", {"alpha": 1e-300}),
        ("elu", {"alpha": 1e300}),
        ("hard_sigmoid", {"alpha": 1e-300}),
        ("relu", {"threshold": 1e30}),
        ("formula", {"formula": "exp(exp(x))"}),
        ("formula", {"formula": "sign(sin(x))"}),
    ],
    ids=str,
)
def test_extreme_values_have_their_zones(activation: str, values: dict[str, object]) -> None:
    for dtype in ("float16", "float32"):
        for way in WAYS:
            for zone in zones(row(activation), values, dtype, way):
                assert zone.low <= zone.high
                ends = [end for end in (zone.low, zone.high) if math.isfinite(end)]
                assert np.array_equal(DTYPES[dtype].rounded(np.array(ends)).astype(float), ends)
