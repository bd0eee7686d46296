"""Saturation: numbers from the literature, from closed forms, and from mpmath."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from golden_numbers import Golden, golden_cases
from hypothesis import given, settings
from hypothesis import strategies as st
from legal_values import legal

from actviz import saturation
from actviz.activations import Activation, Row, row
from actviz.analysis.curve import Curve
from actviz.analysis.saturation import saturation_of
from actviz.param import Value

INF = math.inf
# Gulcehre et al. 2016: hard where f′ = 0 beyond some x, soft where f′ → 0
CLASSES: list[tuple[str, dict[str, Value], str, str, tuple[float, float]]] = [
    ("sigmoid", {}, "soft", "soft", (0.0, 1.0)),
    ("tanh", {}, "soft", "soft", (-1.0, 1.0)),
    ("hard_sigmoid", {}, "hard", "hard", (0.0, 1.0)),
    ("relu", {}, "hard", "none", (0.0, INF)),
    ("relu", {"negative_slope": 0.1, "max_value": 6.0}, "none", "hard", (-INF, 6.0)),
    ("relu", {"threshold": 2.0}, "hard", "none", (0.0, INF)),
    ("relu", {"threshold": 1e200, "max_value": 1.0}, "hard", "hard", (0.0, 1.0)),
    ("thresholded_relu", {}, "hard", "none", (0.0, INF)),
    ("leaky_relu", {}, "none", "none", (-INF, INF)),
    ("leaky_relu", {"negative_slope": 1e-300}, "none", "none", (-INF, INF)),
    ("leaky_relu", {"negative_slope": -0.3}, "none", "none", (INF, INF)),
    ("leaky_relu", {"negative_slope": 0.0}, "hard", "none", (0.0, INF)),
    ("elu", {}, "soft", "none", (-1.0, INF)),
    ("elu", {"alpha": 0.7}, "soft", "none", (-0.7, INF)),
    ("elu", {"alpha": -2.0}, "soft", "none", (2.0, INF)),
    ("elu", {"alpha": 0.0}, "hard", "none", (0.0, INF)),
    ("selu", {}, "soft", "none", (-1.7580993408473766, INF)),
    ("gelu", {}, "soft", "none", (0.0, INF)),
    ("gelu", {"approximate": "tanh"}, "soft", "none", (0.0, INF)),
    ("swish", {}, "soft", "none", (0.0, INF)),
    ("swish", {"beta": -1.0}, "none", "soft", (-INF, 0.0)),
    ("swish", {"beta": 0.0}, "none", "none", (-INF, INF)),
    ("linear", {}, "none", "none", (-INF, INF)),
    ("celu", {"alpha": 0.7}, "soft", "none", (-0.7, INF)),
    ("exponential", {}, "soft", "none", (0.0, INF)),
    ("hard_shrink", {}, "none", "none", (-INF, INF)),
    ("hard_swish", {}, "hard", "none", (0.0, INF)),
    ("hard_tanh", {"min_value": -2.0}, "hard", "hard", (-2.0, 1.0)),
    ("log_sigmoid", {}, "none", "soft", (-INF, 0.0)),
    ("mish", {}, "soft", "none", (0.0, INF)),
    ("softplus", {"beta": 3.0}, "soft", "none", (0.0, INF)),
    ("tanh_shrink", {}, "none", "none", (-INF, INF)),
    ("prelu", {"alpha": 0.0}, "hard", "none", (0.0, INF)),
    ("softsign", {}, "soft", "soft", (-1.0, 1.0)),
    ("sparse_plus", {}, "hard", "none", (0.0, INF)),
    ("squareplus", {}, "soft", "none", (0.0, INF)),
    ("squareplus", {"b": 0.0}, "hard", "none", (0.0, INF)),
    ("threshold", {"default_value": -1.0}, "hard", "none", (-1.0, INF)),
]


@pytest.mark.parametrize(("name", "values", "left", "right", "limits"), CLASSES)
def test_both_sides_are_classified(
    name: str, values: dict[str, Value], left: str, right: str, limits: tuple[float, float]
) -> None:
    found = saturation(name, **values)
    assert (found.left, found.right) == (left, right)
    assert found.limits == pytest.approx(limits, rel=1e-15, abs=0.0)
    assert (found.left_edge is not None) == (left in ("hard", "soft"))
    assert (found.right_edge is not None) == (right in ("hard", "soft"))


def side(case: Golden, sign: int) -> tuple[float, str]:
    """What the golden numbers say of the left (−1) or right (+1) side: the limit, and the class."""
    at_end = case.x == sign * INF
    (limit,), (slope,) = case.f[at_end], case.df[at_end]
    joints = Curve.of(row(case.activation), case.values).joints
    outermost = max([0.0, *(sign * x for x in joints)])
    outside = case.df[sign * case.x > outermost]
    return limit, "none" if slope else "soft" if outside.any() else "hard"


@pytest.mark.parametrize("case", golden_cases("float64"), ids=lambda case: case.label)
def test_both_sides_are_as_the_golden_numbers_say(case: Golden) -> None:
    found = saturation_of(Curve.of(row(case.activation), case.values))
    (left, left_class), (right, right_class) = side(case, -1), side(case, 1)
    assert (found.left, found.right) == (left_class, right_class)
    assert found.limits == pytest.approx((left, right), rel=1e-15, abs=0.0)


@pytest.mark.parametrize("case", golden_cases(), ids=lambda case: case.label)
def test_every_turning_point_has_golden_numbers_beside_it(case: Golden) -> None:
    found = saturation_of(Curve.of(row(case.activation), case.values))
    for root in found.turning_points:
        spacing = float(np.spacing(np.asarray(abs(root), case.dtype)))
        beside = np.sum(np.abs(case.x - root) <= 8 * spacing)
        assert beside >= 5, f"name {root!r} among the points of {case.label}: tools/golden_cases.py"


@pytest.mark.parametrize(
    ("name", "values", "epsilon", "edge"),
    [
        ("sigmoid", {}, 0.01, 4.58486334),
        ("sigmoid", {}, 0.0025, 5.98644569),  # 1 % of the steepest slope
        ("tanh", {}, 0.01, 2.99322285),
        ("hard_sigmoid", {}, 0.01, 3.0),
        ("hard_sigmoid", {"alpha": 0.2}, 0.01, 2.5),
    ],
)
def test_published_edges(name: str, values: dict[str, Value], epsilon: float, edge: float) -> None:
    found = saturation(name, epsilon=epsilon, **values)
    assert found.right_edge == pytest.approx(edge, abs=5e-9)
    assert found.left_edge == pytest.approx(-edge, abs=5e-9)


@pytest.mark.parametrize(
    ("name", "values", "share"),
    [
        ("hard_sigmoid", {}, 0.0026997961),
        ("hard_sigmoid", {"alpha": 0.2}, 0.0124193307),
        ("thresholded_relu", {}, 0.8413447461),
        ("relu", {}, 0.5),
        ("elu", {"alpha": 0.0}, 0.5),
        ("elu", {"alpha": 1e-6}, 0.5),
        ("linear", {}, 0.0),
    ],
)
def test_published_shares(name: str, values: dict[str, Value], share: float) -> None:
    found = saturation(name, **values)
    assert found.probability == pytest.approx(share, abs=5e-11)
    assert found.small_slope == pytest.approx(share, abs=5e-11)


def test_the_bound_is_strict_and_a_small_slope_is_no_saturation() -> None:
    at = saturation("leaky_relu", negative_slope=0.01, epsilon=0.01)
    assert (at.probability, at.small_slope) == (0.0, 0.0)
    above = saturation("leaky_relu", negative_slope=0.01, epsilon=math.nextafter(0.01, 1.0))
    assert (above.left, above.left_edge) == ("none", None)
    assert (above.probability, above.small_slope) == (0.0, 0.5)


@pytest.mark.parametrize("beta", [1e-100, 1e-9, 0.5, 1.0, 3.0, 1e6, 1e100])
def test_swish_turns_and_saturates_at_places_that_scale(beta: float) -> None:
    found = saturation("swish", beta=beta)
    assert found.turning_points == pytest.approx((-1.2784645427611 / beta,), rel=1e-13, abs=0.0)
    assert found.left_edge == pytest.approx(-6.261388848819967 / beta, rel=1e-13, abs=0.0)
    mirrored = saturation("swish", beta=-beta)
    assert mirrored.turning_points == pytest.approx((1.2784645427611 / beta,), rel=1e-13, abs=0.0)
    assert mirrored.right_edge == pytest.approx(6.261388848819967 / beta, rel=1e-13, abs=0.0)


def gelu_slope(x: mpmath.mpf) -> mpmath.mpf:
    return mpmath.ncdf(x) + x * mpmath.npdf(x)


def test_geluss_turning_point_is_not_saturation() -> None:
    found = saturation("gelu")
    assert found.turning_points == pytest.approx((-0.7517915246936,), rel=1e-13, abs=0.0)
    edge = mpmath.findroot(lambda x: gelu_slope(x) + 0.01, -3.0)
    near = [mpmath.findroot(lambda x, s=s: gelu_slope(x) - s, -0.75) for s in (-0.01, 0.01)]
    assert found.left_edge == pytest.approx(float(edge), rel=1e-14, abs=0.0)
    outside = mpmath.ncdf(edge)
    assert found.probability == pytest.approx(float(outside), rel=1e-13, abs=0.0)
    island = mpmath.ncdf(near[1]) - mpmath.ncdf(near[0])
    assert found.small_slope == pytest.approx(float(outside + island), rel=1e-12, abs=0.0)


def test_a_bound_just_beside_the_dip_of_f_prime_is_told_apart() -> None:
    dip = 0.1289041451852  # −GELU′ at −√2
    assert saturation("gelu", epsilon=dip - 1e-6).left_edge < -math.sqrt(2)
    assert saturation("gelu", epsilon=dip + 1e-6).left_edge > -0.75


def test_a_curve_that_is_flat_everywhere_is_counted_once() -> None:
    found = saturation("hard_sigmoid", alpha=0.005)
    assert (found.left_edge, found.right_edge) == (INF, -INF)
    assert (found.probability, found.small_slope) == (1.0, 1.0)


@pytest.mark.parametrize("alpha", [1e-300, 0.3, 1.0, 50.0, 1e100, -0.7, -1e5])
def test_the_edge_of_elu_is_where_alpha_times_exp_is_epsilon(alpha: float) -> None:
    expected = min(0.0, math.log(0.01 / abs(alpha)))
    assert saturation("elu", alpha=alpha).left_edge == pytest.approx(expected, rel=1e-14, abs=1e-14)


@pytest.mark.parametrize("epsilon", [1e-300, 1e-30, 1e-12, 0.1, 0.2499])
def test_any_bound_is_found(epsilon: float) -> None:
    with mpmath.workdps(40):
        t = (1 - 2 * mpmath.mpf(epsilon) - mpmath.sqrt(1 - 4 * mpmath.mpf(epsilon))) / (
            2 * mpmath.mpf(epsilon)
        )
        edge = float(-mpmath.log(t)) if epsilon > 1e-15 else -math.log(epsilon)
    assert saturation("sigmoid", epsilon=epsilon).right_edge == pytest.approx(
        edge, rel=1e-10, abs=0.0
    )
    assert saturation("sigmoid", epsilon=0.26).probability == 1.0


@pytest.mark.parametrize(("mean", "std"), [(0.0, 10.0), (2.0, 1.0), (-3.0, 0.5), (40.0, 3.0)])
def test_the_input_may_have_any_mean_and_spread(mean: float, std: float) -> None:
    found = saturation("sigmoid", mean=mean, std=std)
    edge = mpmath.mpf("4.584863339122355")
    expected = mpmath.ncdf((-edge - mean) / std) + mpmath.ncdf(-(edge - mean) / std)
    assert found.probability == pytest.approx(float(expected), rel=1e-12, abs=0.0)


def test_a_narrow_input_far_out_has_its_tiny_share() -> None:
    found = saturation("hard_sigmoid", mean=0.0, std=0.1)
    assert found.probability == pytest.approx(float(2 * mpmath.ncdf(-30)), rel=1e-12, abs=0.0)
    assert saturation("hard_sigmoid", std=1e-300).probability == 0.0


@pytest.mark.parametrize("shift", [0.0, 5.0, -2000.0, 1e6, 1e15])
def test_the_slice_of_softmax_saturates_round_its_shift(shift: float) -> None:
    found = saturation_of(Curve.of(row("softmax"), {"logits": (shift,)}))
    assert (found.left, found.right) == ("soft", "soft")
    tolerance = 2 * math.ulp(abs(shift)) + 1e-12
    assert found.left_edge == pytest.approx(shift - 4.584863339122355, abs=tolerance)
    assert found.right_edge == pytest.approx(shift + 4.584863339122355, abs=tolerance)


def test_softmax_has_no_scalar_reading() -> None:
    with pytest.raises(ValueError, match=r"softmax: .* use actviz\.softmax"):
        saturation(Activation.SOFTMAX)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"epsilon": 0.0}, "saturation.epsilon: 0.0"),
        ({"epsilon": math.nan}, "saturation.epsilon"),
        ({"std": 0.0}, "saturation.std: 0.0"),
        ({"std": -1.0}, "saturation.std"),
        ({"mean": math.inf}, "saturation.mean"),
        ({"alpha": math.nan}, "elu.alpha"),
        ({"beta": 1.0}, "no parameter 'beta'"),
    ],
)
def test_bad_values_are_refused(arguments: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        saturation("elu", **arguments)


def own(f: str, df: str) -> Curve:
    return Curve.of(Row("own", "Own", "own", f=f, df=df, doc="", source=""), {})


@pytest.mark.parametrize(
    ("f", "df", "left", "right"),
    [
        ("sin(x)", "cos(x)", "unknown", "unknown"),
        ("1 / (1 + exp(-x))", "exp(-x) / (1 + exp(-x)) ** 2", "soft", "soft"),
        ("atan(x)", "1 / (1 + x ** 2)", "soft", "soft"),
        ("2 * (x if x > 3 else 3)", "2 * (1 if x > 3 else 0)", "hard", "none"),
        ("abs(x)", "sign(x)", "none", "none"),
        ("x * sin(x)", "sin(x) + x * cos(x)", "unknown", "unknown"),
        ("exp(x)", "exp(x)", "soft", "none"),
        ("x - x * x / x + log1p(x * x)", "2 * x / (1 + x * x)", "soft", "soft"),
        ("5", "0", "hard", "hard"),
    ],
)
def test_a_formula_of_ones_own_is_classified_or_said_to_be_unknown(
    f: str, df: str, left: str, right: str
) -> None:
    curve = own(f, df)
    assert (curve.left.kind, curve.right.kind) == (left, right)


def test_limits_that_are_not_found_are_none() -> None:
    found = saturation_of(own("sin(x)", "cos(x)"))
    assert found.limits == (None, None)
    assert (found.left_edge, found.probability) == (None, 0.0)
    assert own("x + sin(x)", "1 + cos(x)").right.slope is None
    assert own("x - 2 * x + sin(x) / x", "cos(x)").right.limit == -INF
    assert own("log(x * x) - log(x)", "1 / x").right.limit == INF


def test_a_narrow_step_far_out_is_not_overlooked() -> None:
    curve = own("tanh(x - 12345) + tanh(x + 77777)", "tanh_grad(x - 12345) + tanh_grad(x + 77777)")
    found = saturation_of(curve)
    assert found.left_edge == pytest.approx(-77777 - 2.99322285, abs=1e-8)
    assert found.right_edge == pytest.approx(12345 + 2.99322285, abs=1e-8)


SCALARS = [each.row for each in Activation if not each.row.vector]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(SCALARS),
    st.floats(1e-3, 0.6),
    st.floats(-2, 2),
    st.floats(0.3, 4),
    st.data(),
)
def test_the_share_agrees_with_counting(
    chosen: Row, epsilon: float, mean: float, std: float, data: st.DataObject
) -> None:
    values = {
        param.name: data.draw(legal(param, within=param.slider), param.name)
        for param in chosen.params
    }
    found = saturation(chosen.name, epsilon=epsilon, mean=mean, std=std, **values)
    z = np.linspace(-9.0, 9.0, 40_001)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    small = np.abs(chosen.evaluate(mean + std * z, values)[1]) < epsilon
    assert found.small_slope == pytest.approx(float(density @ small), abs=6e-4)
    assert found.probability <= found.small_slope + 1e-15
