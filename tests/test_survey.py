"""Surveys and crossings beside kinks, on stretches of zeros, and where nothing crosses."""

from __future__ import annotations

import math

import numpy as np
import pytest

from actviz.activations import Row
from actviz.analysis.crossings import crossings
from actviz.analysis.curve import Curve
from actviz.analysis.survey import survey


def own(f: str, df: str, *kinks: str) -> Curve:
    return Curve.of(Row("own", "Own", "own", f=f, df=df, kinks=kinks, doc="", source=""), {})


def test_pieces_reach_from_joint_to_joint_with_the_values_from_inside() -> None:
    left, right = survey(own("3 * x if x <= 2 else x ** 2", "3 if x <= 2 else 2 * x", "2"))
    assert (left.low, left.high, right.low, right.high) == (-math.inf, 2.0, 2.0, math.inf)
    assert (left.x[-1], left.df[-1], right.x[0], right.df[0]) == (2.0, 3.0, 2.0, 4.0)
    for piece in (left, right):
        assert np.all(np.diff(piece.x) > 0)
        assert piece.x.shape == piece.df.shape


def test_an_extremum_beside_a_kink_is_not_taken_for_the_value_at_the_kink() -> None:
    curve = own(
        "5 * x if x <= 0.95 else -(1 + x) * exp(-x)", "5 if x <= 0.95 else x * exp(-x)", "0.95"
    )
    piece = survey(curve)[1]
    assert piece.extrema == pytest.approx([1.0], abs=1e-7)
    assert np.max(piece.df) == pytest.approx(math.exp(-1), rel=1e-14)


def test_a_crossing_beside_a_kink_is_found_from_the_inside() -> None:
    f, df = "5 * x if x <= 0.95 else x ** 2 / 2 - 0.941 * x", "5 if x <= 0.95 else x - 0.941"
    curve = own(f, df, "0.95")
    found = crossings(curve, survey(curve), 0.01)
    assert found.edges == pytest.approx([0.951], rel=1e-14)
    assert found.zeros.size == 0


def test_a_flat_stretch_between_two_signs_is_no_crossing() -> None:
    df = "max(x - 1, 0) + min(x + 1, 0)"
    found = crossings(curve := own("max(x - 1, 0) ** 2 / 2", df), survey(curve), 0.01)
    assert found.zeros.size == 0
    assert found.edges == pytest.approx([-1.01, 1.01], rel=1e-14)


def test_a_zero_on_a_sample_is_found_once() -> None:
    curve = own("x ** 2 / 2", "x")
    found = crossings(curve, survey(curve), 0.5)
    assert list(found.zeros) == [0.0]
    assert list(found.edges) == [-0.5, 0.5]


def test_a_slope_that_only_touches_zero_does_not_cross_it() -> None:
    curve = own("x ** 3 / 3", "x ** 2")
    assert crossings(curve, survey(curve), 0.25).zeros.size == 0


def test_an_endless_oscillation_takes_a_bounded_effort() -> None:
    piece = survey(own("sin(x)", "cos(x)"))[0]
    assert piece.x.size < 5000
    assert piece.extrema.size <= 64
