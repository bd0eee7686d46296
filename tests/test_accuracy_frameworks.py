"""Frameworks as subjects: the judges of the tests are measured, the others stay away."""

from __future__ import annotations

import json

import numpy as np
import pytest
from test_cli import run

from actviz.accuracy import inputs
from actviz.accuracy.calls import CALLS
from actviz.accuracy.frameworks import Framework, open_framework
from actviz.activations import ROWS, Row, row


@pytest.fixture(scope="module", params=["keras", "jax"])
def framework(request: pytest.FixtureRequest) -> Framework:
    return open_framework(request.param)


def test_calls_name_our_rows_and_parameters() -> None:
    names = {each.name: {param.name for param in each.params} for each in ROWS}
    for table in CALLS.values():
        assert set(table) <= set(names)
        for name, call in table.items():
            assert {*call.passed.values(), *call.only} <= names[name]


@pytest.mark.parametrize("each", ROWS, ids=lambda each: each.name)
def test_a_framework_computes_our_function(framework: Framework, each: Row) -> None:
    values = each.complete()
    offered = framework.offers(each, values, "float32")
    assert offered == (each.name in CALLS[framework.id])
    if not offered:
        return
    x = np.linspace(-3.7, 3.9, 100, dtype=np.float32)
    got = framework.run(each, values, x, "float32")
    f, df = each.evaluate(x.astype(np.float64), values)
    assert got.f.dtype == np.float32
    np.testing.assert_allclose(got.f, f, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(got.df, df, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_jax_is_measured_in_16_bits(capsys: pytest.CaptureFixture[str], dtype: str) -> None:
    words = ("accuracy", "sigmoid", "relu", "--device", "numpy", "--dtype", dtype)
    status, out, err = run(capsys, *words, "--against", "jax", "--json")
    assert (status, err) == (0, "")
    ours, theirs, _, relu = json.loads(out)
    assert ours["df"]["max_ulp"] <= 0.501
    assert theirs["df"]["false_zeros"]["count"] > 400
    assert relu["f"]["points"] == 65_534
    assert relu["f"]["nan_mismatches"]["count"] == 0


@pytest.mark.parametrize(
    ("name", "values", "offered"),
    [
        ("elu", {"alpha": 0.3}, True),
        ("gelu", {"approximate": "tanh"}, True),
        ("leaky_relu", {"negative_slope": 0.01}, True),
        ("hard_sigmoid", {"alpha": 0.2}, False),
        ("swish", {"beta": 1.5}, False),
        ("softmax", {"logits": (0.5, -1.0, 2.0)}, True),
    ],
)
def test_values_are_passed_on_or_the_function_is_not_offered(
    framework: Framework, name: str, values: dict[str, object], offered: bool
) -> None:
    full = row(name).complete(values)
    assert framework.offers(row(name), full, "float32") == offered
    if offered:
        x = np.linspace(-3.7, 3.9, 100, dtype=np.float32)
        got = framework.run(row(name), full, x, "float32")
        f, df = row(name).evaluate(x.astype(np.float64), full)
        np.testing.assert_allclose(got.f, f, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(got.df, df, rtol=1e-4, atol=1e-6)


def test_keras_has_false_zeros_in_the_slope_of_the_sigmoid(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """s(1 − s) is 0 from x = 16.64 on (its s is 1 in float32), the truth not before 103.97."""
    monkeypatch.setattr(inputs, "STEP", 100_003)
    words = ("accuracy", "sigmoid", "relu", "--device", "numpy", "--against", "keras", "--json")
    status, out, _ = run(capsys, *words)
    assert status == 0
    ours, theirs, our_relu, their_relu = json.loads(out)
    assert (ours["by"], theirs["by"]) == ("numpy", "keras")
    assert ours["df"]["false_zeros"]["count"] == 0
    zeros = theirs["df"]["false_zeros"]
    assert zeros["count"] > 500
    assert 16.6 < float(zeros["nearest"]["decimal"]) < 16.7
    assert theirs["df"]["max_ulp"] > 1e7
    assert "keras" in theirs["name"]
    # conventions at kinks are not errors
    assert 0 < our_relu["f"]["points"] - their_relu["f"]["points"] < 8


def test_what_a_framework_has_not_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("accuracy", "linear", "--device", "numpy", "--against", "jax")
    status, out, err = run(capsys, *words)
    assert status == 0
    assert err == "jax: it has no linear like this in float32\n"
    assert "jax" not in out
