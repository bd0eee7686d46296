"""What is said of a user's f(x): right where it can be known, unknown where it cannot, bounded."""

from __future__ import annotations

import math

import numpy as np
import pytest

from actviz import Formula, moments, saturation
from actviz.activations import FORMULA
from actviz.analysis.curve import Curve
from actviz.analysis.readings import Readings, readings
from actviz.analysis.survey import survey

INF = math.inf


def read(text: str) -> Readings:
    return readings(FORMULA, FORMULA.complete({"formula": text}))


@pytest.mark.parametrize(
    ("text", "left", "right", "limits"),
    [
        ("tanh(x)", "soft", "soft", (-1.0, 1.0)),
        ("x / (1 + abs(x))", "soft", "soft", (-1.0, 1.0)),
        ("clip(x, -1, 1)", "hard", "hard", (-1.0, 1.0)),
        ("relu(x)", "hard", "none", (0.0, INF)),
        ("x * tanh(x)", "none", "none", (INF, INF)),
        ("exp(-x ** 2)", "soft", "soft", (0.0, 0.0)),
        ("sin(x) / x", "soft", "soft", (0.0, 0.0)),
        ("sinh(x) / cosh(x)", "soft", "soft", (-1.0, 1.0)),
        ("sign(x)", "hard", "hard", (-1.0, 1.0)),
        ("1 / x", "soft", "soft", (0.0, 0.0)),
        ("log(x)", "unknown", "soft", (None, INF)),
        ("sqrt(1 - x ** 2)", "unknown", "unknown", (None, None)),
        ("sin(x)", "unknown", "unknown", (None, None)),
        ("sign(sin(x))", "unknown", "unknown", (None, None)),
        ("sin(pi * x)", "unknown", "unknown", (None, None)),
        ("0 / 0", "unknown", "unknown", (None, None)),
    ],
)
def test_the_class_of_both_sides(
    text: str, left: str, right: str, limits: tuple[float | None, float | None]
) -> None:
    found = saturation(Formula.own(text))
    assert (found.left, found.right) == (left, right)
    assert found.limits == tuple(None if each is None else pytest.approx(each) for each in limits)


def test_it_saturates_as_the_built_in_ones_do() -> None:
    for name, text in (("tanh", "tanh(x)"), ("sigmoid", "1 / (1 + exp(-x))"), ("relu", "relu(x)")):
        own, built_in = saturation("formula", formula=text), saturation(name)
        assert own.left_edge == pytest.approx(built_in.left_edge, rel=1e-9)
        assert own.probability == pytest.approx(built_in.probability, rel=1e-9)
        mine, theirs = moments("formula", formula=text), moments(name)
        assert mine.second == pytest.approx(theirs.second, rel=1e-12)
        assert mine.slope_second == pytest.approx(theirs.slope_second, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "mean", "second"),
    [
        ("x ** 2", 1.0, 3.0),
        ("abs(x)", math.sqrt(2 / math.pi), 1.0),
        ("sign(x) * x ** 2", 0.0, 3.0),
        ("exp(a * x)", math.exp(0.5), math.exp(2.0)),
        ("log(abs(x))", -(np.euler_gamma + math.log(2)) / 2, None),  # a pole that has an integral
    ],
)
def test_moments_of_closed_form(text: str, mean: float, second: float | None) -> None:
    found = moments("formula", formula=text)
    assert found.mean == pytest.approx(mean, abs=1e-10)
    assert second is None or found.second == pytest.approx(second, abs=1e-9)


@pytest.mark.parametrize(
    "text", ["1 / x", "1 / x ** 2", "log(x)", "sqrt(x)", "tan(x)", "exp(x ** 2)", "sin(1e9 * x)"]
)
def test_moments_that_are_not_there_or_not_found_are_nan(text: str) -> None:
    found = moments("formula", formula=text)
    assert math.isnan(found.mean)
    assert math.isnan(found.second)
    assert math.isnan(found.gain)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1 / x", [(-INF, 0.0, False, False), (0.0, INF, False, False)]),
        ("1 / x ** 2", [(0.0, INF, False, False)]),
        ("sqrt(1 - x ** 2)", [(0.0, 1.0, True, True)]),
        ("sqrt(x)", [(0.0, INF, True, False)]),
        ("log(x)", [(-INF, INF, False, False)]),
        ("sign(x)", [(-1.0, -1.0, True, True), (0.0, 0.0, True, True), (1.0, 1.0, True, True)]),
        ("x / abs(x)", [(-1.0, -1.0, True, True), (1.0, 1.0, True, True)]),
        ("sin(x)", [(None, None, False, False)]),
        ("log(-1 - x ** 2)", [(None, None, False, False)]),
    ],
)
def test_the_range(text: str, parts: list[tuple[float | None, float | None, bool, bool]]) -> None:
    found = [(p.low, p.high, p.low_attained, p.high_attained) for p in read(text).range.parts]
    assert found == [
        tuple(pytest.approx(v) if isinstance(v, float) else v for v in part) for part in parts
    ]


def test_the_steepest_place() -> None:
    assert read("sin(x)").steepest.low == pytest.approx(0.0, abs=1e-6)
    assert read("x * tanh(x)").steepest.value == pytest.approx(1.19967864025773, rel=1e-9)
    assert read("1 / x").steepest.value == INF
    assert math.isnan(read("log(-1 - x ** 2)").steepest.value)


PRODUCT = "sin(x) * " * 57 + "x"


@pytest.mark.parametrize(
    "text",
    [
        *("sin(1 / x)", "sin(exp(x))", "sin(1e9 * x)", "tan(1000 * x)", "x ** x", "exp(exp(x))"),
        *("sign(sin(1e5 * x))", "1 / sin(x)", "x / 0", "0 / 0", "log(0)", "1e300 * x * 1e300"),
        *(PRODUCT, "abs(" * 58 + "x" + ")" * 58, "tan(tan(tan(x)))", "1 / (x - x)"),
    ],
)
def test_no_formula_takes_more_than_a_bounded_effort(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = [0]
    honest = Curve._at

    def counting(self: Curve, formula: Formula, x: np.ndarray) -> np.ndarray:
        counted[0] += x.size
        return honest(self, formula, x)

    monkeypatch.setattr(Curve, "_at", counting)
    found = read(text)
    assert counted[0] < 3_000_000
    assert len(found.saturation.turning_points) <= 64
    assert 0.0 <= found.saturation.small_slope <= 1.0 + 1e-12


def test_pieces_hold_only_what_is_defined() -> None:
    for text in ("log(x)", "sqrt(1 - x ** 2)", "sinh(x) / cosh(x)", "log(-1 - x ** 2)"):
        for piece in survey(Curve.of(FORMULA, {"formula": text})):
            assert piece.x.size == piece.df.size > 1
            assert not np.isnan(piece.df).any()
