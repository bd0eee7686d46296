"""The rows: what they say, that their forms agree, and that they give the published constants."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from golden_numbers import Golden, golden_cases
from numpy.typing import NDArray

from actviz.activations import (
    ROWS,
    Activation,
    Row,
    rectifiers,
    row,
    shrinks,
    sigmoids,
    smooth,
    vector,
)
from actviz.param import Real

Array = NDArray[np.float64]
CASES = golden_cases("float64")


def each_case(function: object) -> object:
    return pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)(function)


def each_row(function: object) -> object:
    return pytest.mark.parametrize("each", ROWS, ids=lambda each: each.name)(function)


def away_from_kinks(each: Row, values: dict[str, object]) -> Array:
    x = np.linspace(-6.0, 6.0, 601) + 0.00137
    for place in (found.x for found in each.breaks(values)):
        x = x[np.abs(x - place) > 1e-3]
    return x


def close(a: object, b: Array, tolerance: float) -> bool:
    return bool(np.all(np.abs(a - b) <= tolerance * max(1e-3, np.max(np.abs(b)))))


def test_no_row_is_left_out_of_the_catalogue() -> None:
    written = {
        each.name
        for family in (rectifiers, shrinks, sigmoids, smooth, vector)
        for each in vars(family).values()
        if isinstance(each, Row)
    }
    assert written == {activation.value for activation in Activation}


def test_the_catalogue_is_in_the_order_of_the_source_page() -> None:
    names = [each.name for each in ROWS]
    page = "elu gelu hard_sigmoid leaky_relu relu selu sigmoid softmax swish thresholded_relu"
    assert names[:12] == [*page.split(), "linear", "tanh"]  # new rows stand behind these
    assert [each.value for each in Activation] == names
    assert Activation.GELU.row is row("gelu") is row(Activation.GELU)


@pytest.mark.parametrize("name", ["", "ELU", "elu ", "nothing", None, 3, ("elu",)])
def test_an_unknown_activation_is_refused_with_the_names(name: object) -> None:
    with pytest.raises(ValueError, match=r"activation: .*one of elu, gelu, .*, tanh"):
        row(name)


@each_row
def test_a_row_says_what_it_is(each: Row) -> None:
    assert each.doc.endswith(".")
    assert each.source
    assert each.family in ("rectifiers", "shrinks", "sigmoids", "smooth", "vector")
    for param in each.params:
        assert param.doc
        assert param.check(param.default) == param.default
        if isinstance(param.domain, Real):
            assert param.symbol
            low, high = param.slider
            assert low < high
            assert param.default is None or low <= param.default <= high


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("elu", {"alpha": math.inf}, r"elu\.alpha: inf .*finite number"),
        ("elu", {"alpha": True}, r"elu\.alpha: True"),
        ("elu", {"alpha": None}, r"elu\.alpha: none"),
        ("elu", {"beta": 1.0}, r"elu: there is no parameter 'beta'; allowed: alpha"),
        ("sigmoid", {"beta": 1.0}, r"sigmoid: there is no parameter 'beta'.*no parameters"),
        ("gelu", {"approximate": True}, r"gelu\.approximate: True .*none or tanh"),
        ("gelu", {"approximate": "erf"}, r"gelu\.approximate: 'erf'"),
        ("hard_sigmoid", {"alpha": 0.0}, r"hard_sigmoid\.alpha: 0.0 .*greater than 0"),
        ("hard_sigmoid", {"alpha": -1.0}, r"hard_sigmoid\.alpha: -1.0"),
        ("relu", {"max_value": math.inf}, r"relu\.max_value: inf .*or none"),
        ("softmax", {"axis": 1.0}, r"softmax\.axis: 1.0 .*whole number"),
        ("softmax", {"logits": ()}, r"softmax\.logits: \(\) .*1 to 64 finite numbers"),
    ],
)
def test_bad_values_are_refused(name: str, values: dict[str, object], words: str) -> None:
    for use in (row(name).complete, row(name).numbers, row(name).breaks, row(name).textbook):
        with pytest.raises(ValueError, match=words):
            use(values)


def test_numbers_are_the_arguments_of_the_formulas() -> None:
    relu = row("relu").numbers({"threshold": 0.5})
    assert list(relu.items()) == [
        ("negative_slope", 0.0),
        ("max_value", math.inf),
        ("threshold", 0.5),
    ]
    assert row("gelu").numbers() == {"approximate": 0.0}
    assert row("gelu").numbers({"approximate": "tanh"}) == {"approximate": 1.0}
    softmax = row("softmax").numbers({"logits": (1.0, 2.0)})
    assert softmax["others"] == pytest.approx(math.e + math.e**2, rel=1e-15)
    assert (softmax["largest"], softmax["rest"]) == (2.0, pytest.approx(math.log1p(math.exp(-1))))
    far = row("softmax").numbers({"logits": (1000.0, 999.0)})
    assert far["others"] == math.inf
    assert (far["largest"], far["rest"]) == (1000.0, pytest.approx(math.log1p(math.exp(-1))))
    for each in ROWS:
        assert tuple(each.numbers()) == each.arguments
        assert set(each.kernel_pair.f.names) | set(each.kernel_pair.df.names) <= {
            "x",
            *each.arguments,
        }


@each_case
def test_textbook_kernel_and_symbolic_derivative_agree(case: Golden) -> None:
    each = row(case.activation)
    x = away_from_kinks(each, case.values)
    arguments = {"x": x, **each.numbers(case.values)}
    f, df = each.evaluate(x, case.values)
    book, kernel = each.textbook_pair, each.kernel_pair
    assert close(book.f.evaluate(arguments), f, 1e-13)
    assert close(book.df.evaluate(arguments), df, 1e-12)
    assert close(book.f.derivative().evaluate(arguments), df, 1e-12)
    assert close(kernel.f.derivative().evaluate(arguments), df, 1e-15)


@each_case
def test_the_derivative_is_the_slope_of_f(case: Golden) -> None:
    each = row(case.activation)
    x, h = away_from_kinks(each, case.values), 1e-5
    if case.activation == "swish" and abs(case.values["beta"]) > 1e3:
        x = x[np.abs(x) > 1e-2]  # all its curvature lies within 1/beta of 0
    f, df = each.evaluate(x, case.values)
    slope = (each.evaluate(x + h, case.values)[0] - each.evaluate(x - h, case.values)[0]) / (2 * h)
    assert np.all(np.abs(slope - df) <= 1e-8 * max(1.0, np.max(np.abs(f)), np.max(np.abs(df))))


@each_row
def test_nan_is_kept_and_comes_from_nan_only(each: Row) -> None:
    x = np.array([math.nan, -math.inf, -1e300, -0.0, 0.0, 5e-324, 1e300, math.inf])
    for value in each.evaluate(x):
        assert list(np.isnan(value)) == [True] + [False] * 7
        assert value.dtype == np.float64


@each_row
def test_a_single_number_has_no_shape(each: Row) -> None:
    f, df = each.evaluate(0.5)
    assert f.shape == df.shape == ()


def largest(values: Array, x: Array) -> tuple[float, float]:
    index = int(np.argmax(values))
    return float(values[index]), float(x[index])


X = np.arange(-120_000, 120_001) / 10_000


def f_of(name: str, **values: object) -> Array:
    return row(name).evaluate(X, values)[0]


def df_of(name: str, **values: object) -> Array:
    return row(name).evaluate(X, values)[1]


@pytest.mark.parametrize(
    ("name", "values", "highest"),
    [  # Lipschitz constants
        ("sigmoid", {}, 0.25),
        ("softmax", {"logits": (0.0, 1.0, -2.0)}, 0.25),
        ("tanh", {}, 1.0),
        ("relu", {}, 1.0),
        ("leaky_relu", {}, 1.0),
        ("elu", {"alpha": 0.4}, 1.0),
        ("elu", {"alpha": 2.5}, 2.5),
        ("selu", {}, 1.7580993408473769),
        ("hard_sigmoid", {}, 1 / 6),
        ("hard_sigmoid", {"alpha": 0.2}, 0.2),
        ("gelu", {}, 1.1289041451852),
        ("swish", {}, 1.0998393201289),
    ],
)
def test_the_steepest_slope(name: str, values: dict[str, object], highest: float) -> None:
    assert np.max(df_of(name, **values)) == pytest.approx(highest, abs=1e-8)


@pytest.mark.parametrize(
    ("name", "root", "minimum"),
    [
        ("gelu", -0.7517915246936, -0.1699712074799),
        ("swish", -1.2784645427611, -0.2784645427611),
        ("mish", -1.1924312145155, -0.3088434130173),
        ("hard_swish", -1.5, -0.375),
    ],
)
def test_the_turning_point(name: str, root: float, minimum: float) -> None:
    f, df = row(name).evaluate(np.array([root]))
    assert f[0] == pytest.approx(minimum, abs=1e-13)
    assert df[0] == pytest.approx(0.0, abs=1e-13)
    left, right = row(name).evaluate(np.array([root - 1e-12, root + 1e-12]))[1]
    assert left < 0.0 < right


def test_the_largest_slopes_are_where_they_are_published() -> None:
    assert row("gelu").evaluate(math.sqrt(2))[1] == pytest.approx(1.1289041451852, abs=1e-13)
    assert row("gelu").evaluate(-math.sqrt(2))[1] == pytest.approx(-0.1289041451852, abs=1e-13)
    assert row("swish").evaluate(2.3993572805155)[1] == pytest.approx(1.0998393201289, abs=1e-13)
    assert row("swish").evaluate(-2.3993572805155)[1] == pytest.approx(-0.0998393201289, abs=1e-13)


def test_selu_is_klambauers() -> None:
    f, df = row("selu").evaluate(np.array([-50.0, 1.0, 0.0, 1e-300]))
    assert f[0] == pytest.approx(-1.6732632423543772848 * 1.0507009873554804934, rel=1e-15)
    assert f[1] == df[3] == 1.0507009873554805
    assert df[2] == 1.7580993408473766


@pytest.mark.parametrize(
    ("difference", "wanted", "where"),
    [
        (lambda: f_of("gelu", approximate="tanh") - f_of("gelu"), 4.7323e-4, 2.70),
        (lambda: df_of("gelu", approximate="tanh") - df_of("gelu"), 8.683e-4, 2.0187),
        (lambda: f_of("swish", beta=1.702) - f_of("gelu"), 0.020335, 2.27),
        (lambda: df_of("swish", beta=1.702) - df_of("gelu"), 0.02907, None),
        (lambda: f_of("hard_sigmoid") - f_of("sigmoid"), 0.069182, 1.315),
        (lambda: f_of("hard_sigmoid", alpha=0.2) - f_of("sigmoid"), 0.075858, 2.5),
        (lambda: f_of("hard_sigmoid", alpha=0.25) - f_of("sigmoid"), 0.119203, 2.0),
        (lambda: f_of("hard_sigmoid", alpha=0.2) - f_of("hard_sigmoid"), 1 / 12, 2.5),
    ],
)
def test_the_distance_between_approximations(
    difference: object, wanted: float, where: float | None
) -> None:
    distance, x = largest(np.abs(difference()), X)
    assert distance == pytest.approx(wanted, rel=2e-4)
    assert where is None or abs(x) == pytest.approx(where, abs=6e-3)


def test_a_sigmoid_is_a_softmax_beside_a_zero() -> None:
    assert np.array_equal(f_of("softmax"), f_of("sigmoid"))
    assert np.array_equal(df_of("softmax"), df_of("sigmoid"))


def test_leaky_relu_is_relu_with_another_slope() -> None:
    x = np.linspace(-3.0, 3.0, 61)
    values = {"negative_slope": 0.2, "max_value": 1.5, "threshold": 0.5}
    for a, b in zip(
        row("relu").evaluate(x, values), row("leaky_relu").evaluate(x, values), strict=True
    ):
        assert np.array_equal(a, b)


def test_monotone_where_the_function_is() -> None:
    for name in ("sigmoid", "tanh", "elu", "selu", "hard_sigmoid", "relu", "softmax"):
        f = row(name).evaluate(np.linspace(-30.0, 30.0, 200_001))[0]
        assert all(a <= b for a, b in pairwise(f[::97]))
        assert np.all(np.diff(f) >= -2e-16)
