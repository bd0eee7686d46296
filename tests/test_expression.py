"""The expression language: what it takes, what it means, what it refuses."""

from __future__ import annotations

import math
import re
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actviz.expression import FUNCTIONS, Formula

NAMES = ("x", "a", "beta")
VALUES = {"x": 0.7, "a": -1.3, "beta": 2.5}


def formula(text: str) -> Formula:
    return Formula.parse(text, NAMES)


def value(text: str, **arguments: float) -> float:
    result = formula(text).evaluate({**VALUES, **arguments})
    assert isinstance(result, float)
    return result


# What Python means by these texts is what the language means: the whitelist is a part of Python.
TEXTS = (
    "x",
    "1.5",
    ".5e-3",
    "1 - 2 - 3",
    "2 ** 3 ** 2",
    "(2 ** 3) ** 2",
    "-2 ** 2",
    "(-2) ** 2",
    "2 ** -1",
    "-x ** 2",
    "- -x",
    "+x",
    "8 / 4 / 2",
    "8 / (4 / 2)",
    "a * x + beta",
    "a * (x + beta)",
    "a - (x - beta)",
    "a - (x + beta)",
    "x if x > 0 else a",
    "1 if x < a else 2 if x < beta else 3",
    "(1 if x < a else 2) if x < beta else 3",
    "(1 if x >= 0.7 else 2) * 3",
    "1 if (2 if x > 0 else 3) == 2 else 4",
    "1 if x != 0.7 else -1",
    "x if x <= 0.7 else -1",
    "pi * x ** 2",
    "exp(-x) * log(beta) + sqrt(x)",
    "abs(a) + min(x, a) - max(x, a)",
    "sin(x) + cos(x) + tan(x) + sinh(x) + cosh(x) + tanh(x)",
    "1 - -1",
    "1 - -x",
    "x / -a",
    "(x ** a) ** beta",
    "((((x))))",
)
PYTHON = {
    name: getattr(math, name)
    for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "pi")
}


@pytest.mark.parametrize("text", TEXTS)
def test_the_language_means_what_python_means(text: str) -> None:
    names = {**PYTHON, "abs": abs, "min": min, "max": max, **VALUES}
    assert value(text) == pytest.approx(eval(text, {"__builtins__": {}}, names), rel=1e-14)


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_printed_reads_back_the_same(text: str) -> None:
    printed = formula(text).resolve({})
    again = formula(printed.text)
    assert again.resolve({}) == printed
    assert again.evaluate(VALUES) == formula(text).evaluate(VALUES)
    slope = formula(text).derivative()
    assert formula(slope.text).evaluate(VALUES) == pytest.approx(
        slope.evaluate(VALUES), nan_ok=True
    )


def test_a_formula_is_a_value() -> None:
    assert formula("x + a") == formula("x + a") != formula("a + x")
    assert len({formula("x + a"), formula("x + a"), formula("x")}) == 2
    assert formula("beta * x + a * x + pi").names == ("beta", "x", "a")
    with pytest.raises(FrozenInstanceError):
        formula("x").text = "y"  # type: ignore[misc]


def test_typographic_minus_is_a_minus() -> None:
    assert formula("−x − 2").evaluate({"x": 1.0}) == -3.0


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "there is no formula"),
        ("   ", 4, "there is no formula"),
        ("x +", 4, "cannot be read"),
        ("x x", None, "cannot be read"),
        ("(x", None, "cannot be read"),
        ("x)", None, "cannot be read"),
        ("x if x > 0", None, "cannot be read"),
        ("x = 1", None, "cannot be read"),
        ("x ^ 2", 3, r"'\^' is not allowed; a power is written \*\*"),
        ("|x|", 1, "an absolute value is written abs"),
        ("x[0]", 2, r"'\[' is not allowed"),
        ("'x'", 1, "not allowed"),
        ("x # y", 3, "'#' is not allowed"),
        ("x; x", 2, "';' is not allowed"),
        ("x\n+ 1", 2, "not allowed"),
        ("x @ x", 3, "'@' is not allowed"),
        ("x % 2", 3, "'%' is not allowed"),
        ("lambda: x", 7, "':' is not allowed"),
        ("(x := 1)", 4, "':' is not allowed"),
        ("{x}", 1, "not allowed"),
        ("ξ", 1, "not allowed"),
        ("x\0", 2, "not allowed"),
        ("x.real", 1, "not part of the language"),
        ("x // 2", 1, "not part of the language"),
        ("x, x", 1, "not part of the language"),
        ("(x, x)", 1, "not part of the language"),
        ("not x", 1, "not part of the language"),
        ("x and x", 1, "not part of the language"),
        ("1 if x > 0 and x < 1 else 0", 6, "one comparison"),
        ("1 if 0 < x < 1 else 0", 6, "one comparison"),
        ("1 if x else 0", 6, "one comparison"),
        ("1 if x is x else 0", 6, "one comparison"),
        ("1 if x in x else 0", 6, "one comparison"),
        ("x > 0", 1, "only stand between `if` and `else`"),
        ("1 + (x > 0)", 6, "only stand between `if` and `else`"),
        ("y", 1, "the name 'y' is not known; the names are x, a, beta, pi"),
        ("x + gamma * x", 5, "the name 'gamma' is not known"),
        ("exp", 1, "exp is a function and needs its arguments"),
        ("True", 1, "True is not a real number"),
        ("None", 1, "None is not a real number"),
        ("1j", 1, "1j is not a real number"),
        ("...", 1, "Ellipsis is not a real number"),
        ("1e999", 1, "the number is too large"),
        ("x + 1" + "0" * 400, 5, "the number is too large"),
        ("exec(x)", 1, "the function 'exec' is not known; the functions are abs, "),
        ("x + foo(x)", 5, "the function 'foo' is not known"),
        ("__import__(x)", 1, "the function '__import__' is not known"),
        ("x(1)", 1, "the function 'x' is not known"),
        ("exp(x)(x)", 1, "only functions of the table"),
        ("x.exp(x)", 1, "only functions of the table"),
        ("exp()", 1, "exp takes exactly 1 argument;"),
        ("exp(x, x)", 1, "exp takes exactly 1 argument;"),
        ("min(x)", 1, "min takes exactly 2 arguments"),
        ("exp(u=x)", 1, "exp takes exactly 1 argument;"),
        ("exp(*x)", 5, "not part of the language"),
        ("exp(**x)", 1, "exp takes exactly 1 argument;"),
        ("x for x in x", None, "cannot be read"),
        ("exp(x for x in x)", 4, "not part of the language"),
        ("await x", None, "cannot be read|not part"),
        ("yield x", None, "cannot be read|not part"),
    ],
)
def test_what_is_outside_the_language_is_refused_where_it_stands(
    text: str, column: int | None, words: str
) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        Formula.parse(text, NAMES, place="my formula")
    message = str(caught.value)
    where = re.match(r"my formula, column (\d+): ", message)
    assert where
    # where Python's own reader stumbles differs from version to version
    assert column is None or int(where[1]) == column
    assert "allowed are numbers, pi, names" in message


def test_the_column_counts_leading_blanks() -> None:
    with pytest.raises(ValueError, match="column 7: the name 'y'"):
        formula("  x + y")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 999 + "x" + ")" * 999,
        "-" * 1999 + "x",
        "-" * 61 + "x",
        "exp(" * 70 + "x" + ")" * 70,
        "+".join("x" * 200),
        "1 if x > 0 else " * 100 + "0",
        "x**" * 600 + "x",
    ],
)
def test_depth_is_bounded(text: str) -> None:
    with pytest.raises(ValueError, match=r"nested deeper than 60 levels|cannot be read"):
        formula(text)


def test_length_is_bounded_before_anything_is_read() -> None:
    with pytest.raises(ValueError, match="formula: 1000000 characters; it must be at most 2000"):
        formula("(" * 1_000_000)


def test_the_table_can_be_narrowed() -> None:
    few = {name: FUNCTIONS[name] for name in ("exp",)}
    assert Formula.parse("exp(x)", ("x",), functions=few).evaluate({"x": 0.0}) == 1.0
    with pytest.raises(ValueError, match="'gelu' is not known; the functions are exp;"):
        Formula.parse("gelu(x)", ("x",), functions=few)


@given(st.text(alphabet="x0123456789.+-*/() ,<>=!ifelsabpowrt\t\n'\"[]{}:@é−", max_size=40))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    found, sentence = None, ""
    try:
        found = formula(text)
    except ValueError as error:
        sentence = str(error)
    assert found or sentence.startswith("formula, column ")
    if found:
        assert isinstance(found.evaluate(VALUES), float)
        assert found.latex()
        assert found.opencl()


def test_arrays_of_any_shape() -> None:
    x = np.arange(6.0).reshape(2, 3)
    result = formula("a * x + 1").evaluate({"x": x, "a": 2.0})
    assert isinstance(result, np.ndarray)
    assert result.dtype == np.float64
    assert np.array_equal(result, 2 * x + 1)


def test_missing_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="formula: no value is given for a, beta"):
        formula("a * x + beta").evaluate({"x": 1.0})


def test_faults_of_arithmetic_are_silent_values() -> None:
    x = np.array([0.0, -1.0, 1e308])
    assert np.isinf(formula("1 / x").evaluate({"x": x})[0])
    assert np.isnan(formula("log(x)").evaluate({"x": x})[1])
    assert np.isinf(formula("x * x").evaluate({"x": x})[2])
    assert math.isnan(value("(0 - 1) ** 0.5"))


@pytest.mark.parametrize(
    "name", [name for name, row in FUNCTIONS.items() if len(row.arguments) == 1]
)
def test_every_function_keeps_nan(name: str) -> None:
    assert np.isnan(formula(f"{name}(x)").evaluate({"x": np.array([math.nan])})).all()
    assert math.isnan(value(f"{name}(x)", x=math.nan))


@pytest.mark.parametrize(
    "text",
    [
        "min(x, 1)",
        "min(1, x)",
        "max(x, 1)",
        "max(1, x)",
        "1 if x > 0 else 2",
        "1 if x != 0 else 2",
        "relu(x, 0, 6, 0)",
        "elu(x, 1)",
    ],
)
def test_nan_decides_nothing(text: str) -> None:
    result = formula(text).evaluate({"x": np.array([math.nan, 1.0])})
    assert list(np.isnan(result)) == [True, False]
    assert math.isnan(value(text, x=math.nan))


def test_one_sided_limits() -> None:
    x = np.array([-1.0, 0.0, 1.0])
    step = formula("-1 if x < 0 else 1 if x > 0 else 0")
    assert list(step.evaluate({"x": x})) == [-1.0, 0.0, 1.0]
    assert list(step.evaluate({"x": x}, side=-1)) == [-1.0, -1.0, 1.0]
    assert list(step.evaluate({"x": x}, side=1)) == [-1.0, 1.0, 1.0]
    jump = formula("x if x > a else 0")
    assert jump.evaluate({"x": 1.7, "a": 1.7}) == 0.0
    assert jump.evaluate({"x": 1.7, "a": 1.7}, side=1) == 1.7  # the value at x, not beside it
    assert jump.evaluate({"x": math.inf, "a": 1.7}, side=-1) == math.inf


def test_a_condition_on_parameters_leaves_the_other_branch_alone() -> None:
    x = np.zeros(3)
    chosen = formula("1 if a == 1 else x")
    assert chosen.evaluate({"x": x, "a": 1.0}) == 1.0  # not an array: x was never looked at
    assert np.array_equal(chosen.evaluate({"x": x, "a": 0.0}), x)
