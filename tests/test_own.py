"""A user's own f(x) as a row: values, parameters, places where it breaks, all as a built-in's."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actviz.activations import FORMULA, LISTED, ROWS, Break, row
from actviz.analysis.readings import readings
from actviz.expression import FormulaError

INF, NAN = math.inf, math.nan


def breaks(text: str, within: tuple[float, float] | None = None) -> tuple[Break, ...]:
    return row("formula").breaks({"formula": text}, within)


def test_it_is_listed_after_the_built_in_ones() -> None:
    assert (*ROWS, FORMULA) == LISTED
    assert row("formula") is FORMULA
    assert FORMULA.complete() == {"formula": "x * tanh(x)"}


def test_the_text_says_which_parameters_there_are() -> None:
    bound = FORMULA.bound({"formula": " a * x + alpha "})
    assert [param.name for param in bound.params] == ["formula", "a", "alpha"]
    assert [param.name for param in bound.labelled] == ["a", "alpha"]
    assert bound.title == "a * x + alpha"
    full = {"formula": "a * x + alpha", "a": 1.0, "alpha": 1.0}
    assert bound.complete() == full == FORMULA.complete({"formula": "a * x + alpha"})
    assert FORMULA.numbers({**full, "a": 3}) == {"a": 3.0, "alpha": 1.0}
    with pytest.raises(ValueError, match="there is no parameter 'b'; allowed: formula, a, alpha"):
        FORMULA.complete({**full, "b": 1.0})
    with pytest.raises(ValueError, match=r"formula\.a: nan is not allowed"):
        FORMULA.complete({**full, "a": NAN})
    with pytest.raises(FormulaError, match="formula, column 5: the function 'foo'"):
        FORMULA.complete({"formula": "1 + foo(x)"})
    with pytest.raises(
        ValueError, match=r"formula\.formula: 3 is not allowed; it must be a formula"
    ):
        FORMULA.complete({"formula": 3})
    assert all(each.bound({}) is each for each in ROWS)


CASES = {
    "x * tanh(x)": lambda x: x * mpmath.tanh(x),
    "0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x ** 3)))": lambda x: (
        x / 2 * (1 + mpmath.tanh(mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf(0.044715) * x**3)))
    ),
    "exp(-x ** 2) * sin(3 * x)": lambda x: mpmath.exp(-(x**2)) * mpmath.sin(3 * x),
    "log(1 + exp(x)) / (1 + x ** 2)": lambda x: mpmath.log(1 + mpmath.exp(x)) / (1 + x**2),
    "erf(x) ** 2 - x / cosh(x)": lambda x: mpmath.erf(x) ** 2 - x / mpmath.cosh(x),
    "2 ** x + atan(x) * asinh(x)": lambda x: 2**x + mpmath.atan(x) * mpmath.asinh(x),
}


@pytest.mark.parametrize("text", CASES)
def test_f_and_its_derivative_are_those_of_mpmath(text: str) -> None:
    x = np.linspace(-3.9, 4.1, 41)
    y, dy = FORMULA.evaluate(x, {"formula": text})
    with mpmath.workdps(40):
        f = CASES[text]
        wanted = [(f(mpmath.mpf(each)), mpmath.diff(f, mpmath.mpf(each))) for each in x]
    assert np.allclose(y, [float(each) for each, _ in wanted], rtol=1e-13, atol=1e-15)
    assert np.allclose(dy, [float(each) for _, each in wanted], rtol=1e-12, atol=1e-14)


def test_the_derivative_ends_where_the_formula_does() -> None:
    x = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    for text in ("log(x)", "log1p(x - 1)", "x * log(x) + x ** 2", "sqrt(x)", "x ** 0.5"):
        dy = FORMULA.evaluate(x, {"formula": text})[1]
        assert np.isnan(dy[:2]).all(), text
        assert np.isfinite(dy[3:]).all(), text
    assert FORMULA.evaluate(0.0, {"formula": "-log(x)"}) == (INF, -INF)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x * tanh(x)", []),
        ("1 / (1 + exp(-x))", []),
        ("max(x, 0) ** 2", []),
        ("max(sin(x), 0) ** 2", []),
        ("exp(x ** 2)", []),
        ("log(-1 - x ** 2)", []),
        ("log(x - 5) + sqrt(4 - x ** 2)", []),  # defined nowhere, also beside its switches
        ("abs(x)", [Break(0.0, 0.0, 0.0, 0.0, -1.0, -1.0, 1.0)]),
        ("abs(x - 0.3)", [Break(0.3, 0.0, 0.0, 0.0, -1.0, -1.0, 1.0)]),
        ("max(0, -x)", [Break(0.0, 0.0, 0.0, 0.0, -1.0, -1.0, 0.0)]),
        ("min(1, exp(x))", [Break(0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0)]),
        ("max(x, 1e8)", [Break(1e8, 1e8, 1e8, 1e8, 0.0, 0.0, 1.0)]),
        ("sign(x)", [Break(0.0, 0.0, -1.0, 1.0, 0.0, 0.0, 0.0)]),
        ("x if x > 0.1 else 0", [Break(0.1, 0.0, 0.0, 0.1, 0.0, 0.0, 1.0)]),
        ("x if x >= 0.1 else 0", [Break(0.1, 0.1, 0.0, 0.1, 0.0, 0.0, 1.0)]),
        ("1 / x", [Break(0.0, NAN, -INF, INF, -INF, -INF, -INF)]),
        ("1 / x ** 2", [Break(0.0, NAN, INF, INF, INF, INF, -INF)]),
        ("1 / x if x != 0 else 5", [Break(0.0, 5.0, -INF, INF, -INF, -INF, -INF)]),
        ("log(x)", [Break(0.0, NAN, NAN, -INF, -INF, NAN, INF)]),
        ("sqrt(x)", [Break(0.0, 0.0, NAN, 0.0, INF, NAN, INF)]),
        ("x * log(x)", [Break(0.0, NAN, NAN, 0.0, NAN, NAN, -INF)]),
        ("sin(x) / x", [Break(0.0, NAN, 1.0, 1.0, 0.0, 0.0, 0.0)]),
        ("x / abs(x)", [Break(0.0, NAN, -1.0, 1.0, 0.0, 0.0, 0.0)]),
        ("sin(1 / x)", [Break(0.0, NAN, NAN, NAN, NAN, NAN, NAN)]),
    ],
)
def test_kinks_jumps_poles_and_ends_are_found(text: str, found: list[Break]) -> None:
    got = breaks(text)
    assert len(got) == len(found)
    for mine, wanted in zip(got, found, strict=True):
        for name in ("x", "f", "f_left", "f_right", "df_left", "df_right"):
            value, want = getattr(mine, name), getattr(wanted, name)
            assert value == pytest.approx(want, rel=1e-12, abs=1e-9, nan_ok=True), name


def test_places_are_the_nearest_numbers_to_the_true_ones() -> None:
    poles = breaks("1 / (x ** 2 - 2)")
    assert [each.x for each in poles] == pytest.approx([-(2**0.5), 2**0.5], rel=1e-15)
    assert (poles[0].f_left, poles[0].f_right) == (INF, -INF)
    ends = breaks("sqrt(1 - x ** 2)")
    assert [(each.x, each.f) for each in ends] == [(-1.0, 0.0), (1.0, 0.0)]


def test_of_places_without_end_those_near_0_are_found_and_those_in_view() -> None:
    near = breaks("tan(x)")
    assert 10 < len(near) <= 40
    seen = breaks("tan(x)", within=(1000.0, 1010.0))
    wanted = [math.pi * (k + 0.5) for k in range(310, 330)]
    for place in (each for each in wanted if 1000.0 < each < 1010.0):
        assert any(abs(each.x - place) < 1e-10 and math.isnan(each.f) for each in seen)


def test_places_follow_the_parameters() -> None:
    values = {"formula": "max(x, b)", "b": 2.5}
    assert [each.x for each in FORMULA.breaks(values)] == [2.5]
    assert [each.x for each in FORMULA.breaks({**values, "b": -1.0})] == [-1.0]


_TREES = st.recursive(
    st.sampled_from(["x", "a", "0", "1", "-2.5", "1e300", "pi"]),
    lambda part: st.one_of(
        st.builds("({} {} {})".format, part, st.sampled_from(["+", "-", "*", "/", "**"]), part),
        st.builds(
            "{}({})".format,
            st.sampled_from(["sin", "log", "sqrt", "abs", "sign", "tan", "exp", "relu", "gelu"]),
            part,
        ),
        st.builds("max({}, {})".format, part, part),
        st.builds("({} if {} > {} else {})".format, part, part, part, part),
    ),
    max_leaves=8,
)


@given(_TREES)
@settings(deadline=None, max_examples=150)
def test_any_formula_has_values_places_and_readings(text: str) -> None:
    own = FORMULA.bound({"formula": text})
    values = own.complete()
    y, dy = own.evaluate(np.array([-np.inf, -1.5, 0.0, 1e-300, 2.0, np.inf, np.nan]), values)
    assert y.shape == dy.shape == (7,)
    assert np.isnan(y[-1])
    found = own.breaks(values, within=(-3.0, 3.0))
    assert [each.x for each in found] == sorted(each.x for each in found)
    assert all(isinstance(tex, str) for tex in own.textbook(values))
    assert readings(own, values).saturation.left in ("hard", "soft", "none", "unknown")


def test_a_long_formula_is_not_set() -> None:
    short = FORMULA.textbook({"formula": "alpha * x + w1", "alpha": 2.0, "w1": 1.0})
    assert short == ("2 x + 1", "2")
    assert FORMULA.bound({"formula": "alpha * x + w1"}).textbook()[0] == r"\alpha x + w_{1}"
    f, df = FORMULA.textbook({"formula": "sin(x) * " * 20 + "x"})
    assert f
    assert df == ""
