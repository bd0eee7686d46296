"""Where f or f′ jumps, what is taken there, and what stands on both sides."""

from __future__ import annotations

import numpy as np
import pytest
from golden_numbers import Golden, golden_cases

from actviz.activations import Break, Row, row
from actviz.param import Param


def only_break(name: str, **values: object) -> Break:
    found = row(name).breaks(values)
    assert len(found) == 1
    return found[0]


def test_at_a_kink_the_derivative_is_the_left_hand_one() -> None:
    """The table "At a kink" of interface.md, from the row's breaks and from its kernel."""
    wanted = [
        ("relu", {"negative_slope": 0.25, "threshold": 1.5}, 1.5, 0.25),
        ("relu", {"max_value": 6.0}, 6.0, 1.0),
        ("leaky_relu", {}, 0.0, 0.3),
        ("elu", {"alpha": 0.7}, 0.0, 0.7),
        ("selu", {}, 0.0, 1.7580993408473766),
        ("hard_sigmoid", {}, -3.0, 0.0),
        ("hard_sigmoid", {}, 3.0, 1 / 6),
        ("hard_sigmoid", {"alpha": 0.2}, 2.5, 0.2),
        ("thresholded_relu", {"theta": 2.0}, 2.0, 0.0),
        ("threshold", {"threshold": 2.0}, 2.0, 0.0),
        ("hard_tanh", {"min_value": -0.5}, -0.5, 0.0),
        ("hard_tanh", {}, 1.0, 1.0),
        ("relu6", {}, 0.0, 0.0),
        ("relu6", {}, 6.0, 1.0),
        ("prelu", {"alpha": -0.7}, 0.0, -0.7),
        ("hard_shrink", {"threshold": 0.7}, -0.7, 1.0),
        ("hard_shrink", {"threshold": 0.7}, 0.7, 0.0),
        ("soft_shrink", {"threshold": 0.7}, -0.7, 1.0),
        ("soft_shrink", {"threshold": 0.7}, 0.7, 0.0),
        ("hard_swish", {}, -3.0, 0.0),
        ("hard_swish", {}, 3.0, 1.5),
        ("squareplus", {"b": 0.0}, 0.0, 0.0),
        ("sparse_sigmoid", {}, -1.0, 0.0),
        ("sparse_sigmoid", {}, 1.0, 0.5),
    ]
    for name, values, x, df in wanted:
        found = {each.x: each for each in row(name).breaks(values)}
        assert found[x].df == found[x].df_left == df
        assert row(name).evaluate(x, values)[1] == df


def test_an_elu_has_a_corner_unless_alpha_is_1() -> None:
    corner = only_break("elu", alpha=0.7)
    assert (corner.x, corner.f, corner.df_left, corner.df_right) == (0.0, 0.0, 0.7, 1.0)
    assert corner.corner
    assert not corner.jump
    assert row("elu").breaks({"alpha": 1.0}) == ()
    assert row("leaky_relu").breaks({"negative_slope": 1.0}) == ()


def test_a_thresholded_relu_jumps_by_theta() -> None:
    jump = only_break("thresholded_relu", theta=1.25)
    assert (jump.f_left, jump.f, jump.f_right) == (0.0, 0.0, 1.25)
    assert jump.jump
    assert not only_break("thresholded_relu", theta=0.0).jump
    assert only_break("thresholded_relu", theta=-0.5).f_right == -0.5


def test_a_relu_with_its_maximum_below_the_threshold_has_one_jump() -> None:
    values = {"negative_slope": 0.5, "max_value": 1.0, "threshold": 3.0}
    jump = only_break("relu", **values)
    assert (jump.x, jump.f_left, jump.f, jump.f_right) == (3.0, 0.0, 0.0, 1.0)
    assert (jump.df_left, jump.df_right) == (0.5, 0.0)
    f, df = row("relu").evaluate(np.array([0.0, 1.0, 2.0, 3.0, 3.5, 9.0]), values)
    assert list(f) == [-1.5, -1.0, -0.5, 0.0, 1.0, 1.0]
    assert list(df) == [0.5, 0.5, 0.5, 0.5, 0.0, 0.0]


def test_a_relu_with_its_maximum_at_the_threshold_has_one_jump() -> None:
    jump = only_break("relu", negative_slope=0.5, max_value=2.0, threshold=2.0)
    assert (jump.x, jump.f_left, jump.f_right, jump.df_left, jump.df_right) == (2, 0, 2, 0.5, 0)


def test_a_relu_has_both_kinks() -> None:
    first, second = row("relu").breaks({"max_value": 6.0, "threshold": 0.7, "negative_slope": 0.1})
    assert (first.x, first.f_left, first.f_right) == (0.7, 0.0, 0.7)
    assert (second.x, second.f, second.df_left, second.df_right) == (6.0, 6.0, 1.0, 0.0)
    assert first.jump
    assert not second.jump


def test_rounding_makes_no_jump_of_a_corner() -> None:
    rng = np.random.default_rng(7)
    for _ in range(300):
        alpha, beta = 10 ** rng.uniform(-5, 5), rng.uniform(-10, 10)
        left, right = row("hard_sigmoid").breaks({"alpha": alpha, "beta": beta})
        assert not left.jump
        assert not right.jump
        assert (left.df_left, left.df_right) == (0.0, alpha)
        assert (right.df_left, right.df_right) == (alpha, 0.0)
        assert left.f == pytest.approx(0.0, abs=1e-13 * (1 + abs(beta)))
        assert right.f == pytest.approx(1.0, abs=1e-13 * (1 + abs(beta)))


def test_sides_that_differ_by_rounding_only_are_one() -> None:
    meeting = Row(
        "meeting",
        "Meeting",
        "rectifiers",
        f="0.1 * x + 0.2 if x > place else 0.3 * x",  # 0.30000000000000004 and 0.3 at 1
        df="0.1 if x > place else 0.3",
        doc="Two lines.",
        source="this test",
        params=(Param("place", 1.0),),
        kinks=("place",),
    )
    (corner,) = meeting.breaks()
    assert corner.f_left == corner.f == corner.f_right
    assert corner.corner
    assert not corner.jump
    assert meeting.breaks({"place": 1.001})[0].jump


def ordinals(x: np.ndarray) -> np.ndarray:
    """Give the float64 numbers whole numbers in their order."""
    return np.where(x < 0.0, -1, 1) * np.abs(x).view(np.int64)


def floats(n: np.ndarray) -> np.ndarray:
    return np.copysign(np.abs(n).view(np.float64), n)


@pytest.mark.parametrize("case", golden_cases("float64"), ids=lambda case: case.label)
def test_nothing_jumps_but_at_a_break(case: Golden) -> None:
    """Follow the steepest steps of f and f′ down to neighbouring floats: they must vanish."""
    each = row(case.activation)
    places = np.array([found.x for found in each.breaks(case.values)])
    x = np.linspace(-20.03, 20.0, 801)
    for part in (0, 1):

        def value(x: np.ndarray, part: int = part) -> np.ndarray:
            return each.evaluate(x, case.values)[part]

        broken = np.any((x[:-1, None] <= places) & (places <= x[1:, None]), axis=1)
        steps = np.where(broken, 0.0, np.abs(np.diff(value(x))))
        steepest = np.argsort(steps)[-10:]
        low, high = ordinals(x[steepest]), ordinals(x[steepest + 1])
        for _ in range(64):
            middle = low + (high - low) // 2
            left, here, right = (value(floats(n)) for n in (low, middle, high))
            before = np.abs(here - left) >= np.abs(right - here)
            low, high = np.where(before, low, middle), np.where(before, middle, high)
        size = max(1.0, float(np.max(np.abs(value(x)))))
        gap = np.where(steps[steepest] > 0.0, np.abs(value(floats(high)) - value(floats(low))), 0.0)
        assert np.all(gap <= 1e-9 * size), floats(low)[gap > 1e-9 * size]


@pytest.mark.parametrize("case", golden_cases("float64"), ids=lambda case: case.label)
def test_the_limits_at_a_break_are_those_of_the_kernel(case: Golden) -> None:
    each = row(case.activation)
    breaks = each.breaks(case.values)
    for found in breaks:
        others = (abs(other.x - found.x) for other in breaks if other is not found)
        step = min(1e-9 * max(1.0, abs(found.x)), 0.3 * min(others, default=np.inf))
        x = np.array([found.x - step, found.x + step])
        f, df = each.evaluate(x, case.values)
        size = max(1.0, *np.abs(df), *np.abs(f))
        assert np.allclose(f, [found.f_left, found.f_right], atol=4 * step * size)
        assert np.allclose(df, [found.df_left, found.df_right], atol=4 * step * size)
