"""Axes: exact in deep zooms, round ticks, ranges that stand still."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from actviz.ui.axis import Axis, fitted, nice_step

spans = st.tuples(st.floats(-1e30, 1e30), st.floats(1e-30, 1e30)).filter(
    lambda pair: pair[1] > 2.0**-38 * abs(pair[0]) and pair[0] + pair[1] > pair[0]
)


def plain(value: float, places: int) -> str:
    return f"{value:.{places}f}"


def axis(low: float, high: float) -> Axis:
    return Axis(low, high, 50.0, 650.0, pitch=48.0)


def test_values_and_pixels() -> None:
    shown = axis(-8.0, 4.0)
    assert shown.pixel(-2.0) == 350.0
    assert shown.value(350.0) == -2.0
    assert shown.pixels(np.array([-8.0, 4.0])).tolist() == [50.0, 650.0]
    assert shown.per_pixel == pytest.approx(0.02)


def test_a_deep_zoom_keeps_its_pixels() -> None:
    low = 1.0
    shown = axis(low, low + 2.0**-38)
    steps = low + 2.0**-52 * np.arange(0, 2**14 + 1, 2**12)
    np.testing.assert_allclose(shown.pixels(steps), [50, 200, 350, 500, 650])


@pytest.mark.parametrize(
    ("low", "high", "words", "meaning"),
    [
        (-8, 4, ["-8", "-7", "-6", "-5", "-4", "-3", "-2", "-1", "0", "1", "2", "3", "4"], ""),
        (0, 1, ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1.0"], ""),
        (0, 4e9, ["0.0", "0.5", "1.0", "1.5", "2.0", "2.5", "3.0", "3.5", "4.0"], " = tick·10⁹"),
        (1.2, 1.2 + 1e-6, None, " = 1.2 + tick·10⁻⁶"),
        (-3.00001, -2.99999, None, " = −3 + tick·10⁻⁶"),
        (1e8, 1e8 + 4, None, " = 1·10⁸ + tick"),
    ],
)
def test_ticks_in_words(low: float, high: float, words: list[str] | None, meaning: str) -> None:
    shown = axis(low, high)
    assert shown.title("x", plain) == "x" + meaning
    assert words is None or shown.words(plain) == words


@given(spans)
def test_ticks_are_what_their_words_say(span: tuple[float, float]) -> None:
    shown = axis(span[0], span[0] + span[1])
    words = shown.words(plain)
    assert 2 <= len(words) <= 13
    assert len(set(words)) == len(words)
    meant = [shown.base + float(word) * 10.0**shown.exponent for word in words]
    np.testing.assert_allclose(shown.pixels(np.array(meant)), shown.pixels(shown.ticks), atol=0.2)
    assert set(np.round(shown.pixels(shown.ticks), 3)) <= set(
        np.round(shown.pixels(shown.minor_ticks), 3)
    )


@pytest.mark.parametrize(("rough", "nice"), [(0.3, 0.5), (1.0, 1.0), (1.1, 2.0), (7.0, 10.0)])
def test_steps_are_round(rough: float, nice: float) -> None:
    assert nice_step(rough) == pytest.approx(nice)


@given(st.floats(-1e308, 1e308), st.floats(-1e308, 1e308))
@example(0.0, 5e-324)
def test_a_fitted_range_holds_the_curve(a: float, b: float) -> None:
    low, high = fitted(min(a, b), max(a, b))
    assert math.isfinite(high - low)
    assert low < high
    assert low <= max(min(a, b), -1e300)
    assert high >= min(max(a, b), 1e300)


def test_a_variation_of_a_few_float64_numbers_is_resolved() -> None:
    spacing = 2.0**-53
    low, high = fitted(0.83, 0.83 + 16 * spacing)
    assert 0.83 - 16 * spacing < low < 0.83
    shown = axis(low, high)
    assert (np.diff(shown.tick_pixels) > 40.0).all()
    assert (np.diff(shown.tick_pixels) < 150.0).all()
    assert fitted(0.83, 0.83 + spacing)[0] < 0.0


def test_a_constant_has_zero_beside_it() -> None:
    low, high = fitted(1.0, 1.0)
    assert low < 0.0
    assert high > 1.0
    assert fitted(0.0, 0.0)[1] > 1.0


def test_the_range_stands_still_while_the_curve_fills_it() -> None:
    present = fitted(-1.0, 4.0)
    assert fitted(-1.1, 4.0, present) == present
    assert fitted(-0.9, 3.5, present) == present


def test_the_range_grows_at_once_and_shrinks_when_it_may() -> None:
    present = fitted(-1.0, 4.0)
    grown = fitted(-5.0, 4.0, present, shrink=False)
    assert grown[0] < -5.0
    assert fitted(-1.0, 4.0, grown, shrink=False) == grown
    assert fitted(-1.0, 4.0, grown) == present
