"""The language of a user's f(x): parameters, functions, hints; derivatives at kinks; bounds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from actviz.expression import FUNCTIONS, OWN_FUNCTIONS, Formula, FormulaError


def slope(text: str, x: float) -> float:
    found = Formula.own(text).derivative().evaluate({"x": x})
    assert isinstance(found, float)
    return found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x * tanh(a * x)", ("x", "a")),
        ("alpha * x + w1 * theta + pi", ("alpha", "x", "w1", "theta")),
        ("3", ()),
        ("k", ("k",)),
    ],
)
def test_letters_are_parameters(text: str, names: tuple[str, ...]) -> None:
    assert Formula.own(text).names == names


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("2 * e ** x", 5, "e is written exp"),
        ("1 + ln(x)", 5, "it is written log"),
        ("x(x + 1)", 1, "'x' is no function; a product is written with"),
        ("1 + a(x)", 5, "'a' is no function"),
        ("2x", 1, "a product is written with"),
        ("2·x", 2, "a product is written with"),
        ("x²", 2, "a square is written x \\*\\* 2"),
        ("X + 1", 1, "the name 'X' is not known; the names are x, pi, and for parameters"),
        ("1 + tanx", 5, "the name 'tanx' is not known"),
        ("float * x", 1, "the name 'float' is not known"),
        ("x.real", 1, "not part of the language"),
        ("x.__class__.__mro__", 1, "not part of the language"),
        ("(x).f(1)", 1, "only functions of the table"),
        ("open(x)", 1, "the function 'open' is not known; the functions are abs, asinh, "),
        ("1 + gelu_grad(x)", 5, "the function 'gelu_grad' is not known"),
        ("1 + (x", 5, "this parenthesis is never closed"),
        ("sin(x))", 7, "this parenthesis was never opened"),
        ("x if x > 0", 1, "`if` needs its `else`"),
        ("a*b*c*d*k*m*n*p*q", 17, "'q' is one parameter too many; there may be 8"),
        ("clip(x, 1)", 1, "clip takes exactly 3 arguments"),
        ("sin(cos(open(x)))", 9, "the function 'open'"),
    ],
)
def test_what_is_wrong_is_said_with_its_column(text: str, column: int, words: str) -> None:
    with pytest.raises(FormulaError, match=words) as caught:
        Formula.own(text)
    assert caught.value.column == column
    assert f"formula, column {column}: {caught.value.what}" in str(caught.value)


def test_ten_thousand_parentheses_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="20001 characters; it must be at most 2000 long"):
        Formula.own("(" * 10_000 + "x" + ")" * 10_000)
    with pytest.raises(ValueError, match=r"nested deeper than 60|cannot be read"):
        Formula.own("(" * 999 + "x" + ")" * 999)


@pytest.mark.parametrize("name", OWN_FUNCTIONS)
def test_every_function_can_be_called_and_differentiated(name: str) -> None:
    rest = ["0.3", "1.7"][: len(OWN_FUNCTIONS[name].arguments) - 1]
    text = f"{name}({', '.join(['x', *rest])})"
    f, df = Formula.own(text), Formula.own(text).derivative()
    step = 2.0**-20
    for x in (0.625, 1.25, 2.5):
        ends = [f.evaluate({"x": each}) for each in (x - step, x + step)]
        assert df.evaluate({"x": x}) == pytest.approx((ends[1] - ends[0]) / (2 * step), rel=1e-6)


def test_abbreviations_are_the_functions_they_stand_for() -> None:
    x = np.array([-3.0, -0.5, 0.0, 0.5, 3.0])
    for text, row_text in (
        ("relu(x)", "relu(x, 0, 1e300, 0)"),
        ("elu(x, 0.7)", "elu(x, 0.7)"),
        ("leaky_relu(x, 0.2)", "relu(x, 0.2, 1e300, 0)"),
        ("swish(x)", "swish(x, 1)"),
        ("clip(x, -1, 1)", "hard_tanh(x, -1, 1)"),
    ):
        own = Formula.own(text).evaluate({"x": x})
        assert np.allclose(own, Formula.parse(row_text, ("x",)).evaluate({"x": x}), rtol=1e-15)
    assert "relu" in FUNCTIONS  # of the rows, with all its parameters: another function


@pytest.mark.parametrize(
    ("text", "x", "left"),
    [
        ("max(0, x)", 0.0, 0.0),
        ("max(x, 0)", 0.0, 0.0),
        ("max(0, -x)", 0.0, -1.0),
        ("min(0, x)", 0.0, 1.0),
        ("min(x, 0)", 0.0, 1.0),
        ("min(-x, 0)", 0.0, 0.0),
        ("abs(x)", 0.0, -1.0),
        ("abs(-x)", 0.0, -1.0),
        ("-abs(x)", 0.0, 1.0),
        ("abs(sin(x))", 0.0, -1.0),
        ("abs(1 - x)", 1.0, -1.0),
        ("sign(x) * x", 0.0, -1.0),
        ("sign(-x) * x", 0.0, 1.0),
        ("x if x > 0 else -x", 0.0, -1.0),
        ("x if x >= 0 else -x", 0.0, -1.0),
        ("-x if x < 0 else x", 0.0, -1.0),
        ("-x if x <= 0 else x", 0.0, -1.0),
        ("5 if x == 0 else x", 0.0, 1.0),
        ("max(x, x ** 2)", 0.0, 0.0),
        ("max(x, x ** 2)", 1.0, 1.0),
        ("max(1, exp(x))", 0.0, 0.0),  # exp(−5e-324) is 1: rounding hides which is larger
        ("max(1, 1 + x)", 0.0, 0.0),
        ("max(1 + x, 1)", 0.0, 0.0),
        ("clip(x, -1, 1)", -1.0, 0.0),
        ("clip(x, -1, 1)", 1.0, 1.0),
        ("relu(x)", 0.0, 0.0),
        ("elu(x, 0.7)", 0.0, 0.7),
        ("abs(abs(x) - 1e-9)", 1e-9, -1.0),
        ("abs(abs(abs(x)))", 0.0, -1.0),
    ],
)
def test_the_derivative_at_a_kink_is_the_left_hand_one(text: str, x: float, left: float) -> None:
    assert slope(text, x) == left
    both = Formula.own(text).derivative().evaluate({"x": np.array([x, x])})
    assert list(np.broadcast_to(both, 2)) == [left, left]


def test_beside_a_kink_nothing_is_taken_from_the_other_side() -> None:
    for x in (1e-300, 1e-20, 5e-324):
        assert slope("max(0, x)", x) == 1.0
        assert slope("max(0, x)", -x) == 0.0
        assert slope("abs(-x)", x) == 1.0


def test_nan_and_infinities_stay_what_they_are() -> None:
    assert math.isnan(slope("max(0, x)", math.nan))
    assert slope("max(0, x)", math.inf) == 1.0
    assert slope("abs(x)", -math.inf) == -1.0
    assert math.isnan(slope("x if sqrt(x) > 0 else 1", -1.0))


@pytest.mark.parametrize(
    "text",
    [
        "abs(" * 58 + "x" + ")" * 58,
        "max(" * 28 + "x" + ", 1)" * 28,
        "x / (" * 29 + "x" + ")" * 29,
        "exp(x) ** " * 28 + "x",
        "sin(x) * " * 57 + "x",
        "relu(" * 58 + "x" + ")" * 58,
    ],
)
def test_derivatives_of_deep_formulas_are_found(text: str) -> None:
    assert isinstance(slope(text, 0.3), float)


@pytest.mark.parametrize(
    "text", ["sign(" * 30 + "x" + ")" * 30 + " * x", "swish(" * 58 + "x" + ")" * 58]
)
def test_what_would_grow_without_bound_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"formula: .* parts; it must "):
        Formula.own(text).derivative()
