"""Parameters: what is taken in which spelling, what is refused, and the sentence."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actviz.param import (
    FINITE,
    LARGEST_INTEGER,
    NOT_NEGATIVE,
    POSITIVE,
    Choice,
    Domain,
    Flag,
    Integer,
    Param,
    Real,
    Sizes,
    Text,
    Value,
    Vector,
    complete,
    number_text,
    refuse,
    text_of,
)

OPTIONAL = Real(optional=True)
FRACTION = Real(0.0, 1.0)
HALF_OPEN = Real(0.0, 1.0, low_open=True)
PICK = Choice(("none", "tanh"))
MAYBE = Choice(("same", "valid"), optional=True)


@pytest.mark.parametrize(
    ("domain", "value", "kept"),
    [
        (FINITE, 3, 3.0),
        (FINITE, -1e308, -1e308),
        (FINITE, np.float64(0.1), 0.1),
        (FINITE, np.float32(0.5), 0.5),
        (FINITE, np.int64(7), 7.0),
        (FINITE, Fraction(1, 4), 0.25),
        (OPTIONAL, None, None),
        (POSITIVE, 5e-324, 5e-324),
        (NOT_NEGATIVE, 0, 0.0),
        (FRACTION, 1, 1.0),
        (Integer(), -1, -1),
        (Integer(), np.int32(4), 4),
        (Integer(optional=True), None, None),
        (Integer(1, 5), 5, 5),
        (PICK, "none", "none"),
        (MAYBE, None, None),
        (Flag(), True, True),
        (Sizes(2), 3, (3, 3)),
        (Sizes(2), [3, 5], (3, 5)),
        (Sizes(1), (7,), (7,)),
        (Sizes(2, low=0), 0, (0, 0)),
        (Sizes(3, optional=True), None, None),
        (Sizes(2), np.int64(3), (3, 3)),
        (Vector(), 1, (1.0,)),
        (Vector(), [1, 2.5], (1.0, 2.5)),
        (Text(), "dense_1", "dense_1"),
        (Text(optional=True), None, None),
    ],
)
def test_values_are_kept_in_one_spelling(domain: Domain, value: object, kept: Value) -> None:
    checked = domain.check(value, "here")
    assert checked == kept
    assert type(checked) is type(kept)
    assert domain.check(checked, "here") == checked


def test_there_is_no_negative_zero() -> None:
    assert math.copysign(1.0, FINITE.check(-0.0, "here")) == 1.0


@pytest.mark.parametrize(
    ("domain", "value", "words"),
    [
        (FINITE, math.nan, "here: nan is not allowed; it must be a finite number"),
        (FINITE, math.inf, "here: inf is not allowed"),
        (FINITE, True, "here: True is not allowed"),
        (FINITE, "1", "here: '1' is not allowed"),
        (FINITE, None, "here: none is not allowed"),
        (FINITE, 1j, "here: 1j is not allowed"),
        (FINITE, 10**400, "here: 10+… is not allowed; it must be a finite number"),
        (FINITE, [1.0], r"here: \[1.0\] is not allowed"),
        (FINITE, np.bool_(True), "here: np.True_"),
        (OPTIONAL, "none", "it must be a finite number or none"),
        (POSITIVE, 0.0, "it must be a finite number greater than 0"),
        (POSITIVE, -0.0, "greater than 0"),
        (NOT_NEGATIVE, -5e-324, "it must be a finite number of at least 0"),
        (Real(high=2.0), 3, "it must be a finite number of at most 2"),
        (FRACTION, 1.1, "it must be a number from 0 to 1"),
        (HALF_OPEN, 0.0, "it must be a number greater than 0 and at most 1"),
        (Integer(), 1.0, f"it must be a whole number between −{LARGEST_INTEGER} and"),
        (Integer(), True, "here: True"),
        (Integer(), LARGEST_INTEGER + 1, "whole number"),
        (Integer(1), 0, f"a whole number from 1 to {LARGEST_INTEGER}"),
        (Integer(1, 5, optional=True), 6, "a whole number from 1 to 5 or none"),
        (PICK, True, "here: True is not allowed; it must be none or tanh"),
        (PICK, None, "it must be none or tanh"),
        (PICK, "None", "it must be none or tanh"),
        (MAYBE, "x", "it must be same, valid or none"),
        (Flag(), 1, "it must be true or false"),
        (Flag(), "true", "it must be true or false"),
        (Sizes(2), (3,), "it must be 1 or 2 whole numbers of at least 1"),
        (Sizes(2), (3, 0), "of at least 1"),
        (Sizes(2), (3, True), "whole numbers"),
        (Sizes(2), True, "whole numbers"),
        (Sizes(2), "33", "whole numbers"),
        (Sizes(2), b"33", "whole numbers"),
        (Sizes(2), (3.0, 3.0), "whole numbers"),
        (Sizes(1, optional=True), 10**10, "a whole number of at least 1 or none"),
        (Vector(), (), "it must be 1 to 64 finite numbers"),
        (Vector(), [1.0] * 65, "1 to 64 finite numbers"),
        (Vector(), (1.0, math.nan), "1 to 64 finite numbers"),
        (Vector(), (1.0, True), "1 to 64 finite numbers"),
        (Vector(), True, "1 to 64 finite numbers"),
        (Vector(), "12", "1 to 64 finite numbers"),
        (Vector(), b"12", "1 to 64 finite numbers"),
        (Text(), "", "it must be a text of 1 to 200 printable characters"),
        (Text(5), "longer", "a text of 1 to 5 printable"),
        (Text(), "a\nb", "printable"),
        (Text(forbidden="/"), "a/b", "printable characters without /"),
        (Text(optional=True), 3, "printable characters or none"),
    ],
)
def test_bad_values_are_refused_with_a_sentence(domain: Domain, value: object, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        domain.check(value, "here")
    assert str(caught.value).startswith("here: ")


@pytest.mark.parametrize(
    ("domain", "text", "value"),
    [
        (FINITE, " 1.5 ", 1.5),
        (FINITE, "-.5e-3", -0.0005),
        (FINITE, "−2", -2.0),
        (FINITE, "+2.", 2.0),
        (FINITE, "1/6", 1 / 6),
        (FINITE, "-1.5e1/4", -3.75),
        (OPTIONAL, "none", None),
        (OPTIONAL, "None", None),
        (OPTIONAL, "", None),
        (OPTIONAL, "∞", None),
        (OPTIONAL, "6", 6.0),
        (Integer(), "-1", -1),
        (Integer(), "−1", -1),
        (Integer(optional=True), "none", None),
        (PICK, " none ", "none"),
        (MAYBE, "none", None),
        (MAYBE, "same", "same"),
        (Flag(), "True", True),
        (Flag(), "false", False),
        (Sizes(2), "3", (3, 3)),
        (Sizes(2), "3,5", (3, 5)),
        (Sizes(2), "3×5", (3, 5)),
        (Sizes(2), "3 x 5", (3, 5)),
        (Sizes(2, optional=True), "none", None),
        (Vector(), "1, 2.5; -3 1/4", (1.0, 2.5, -3.0, 0.25)),
        (Text(), " name ", "name"),
        (Text(optional=True), "", None),
        (Text(optional=True), "none", None),
    ],
)
def test_text_is_read(domain: Domain, text: str, value: Value) -> None:
    assert domain.parse(text, "here") == value


@pytest.mark.parametrize(
    ("domain", "text"),
    [
        *(
            (FINITE, text)
            for text in ("", "x", "nan", "inf", "1,5", "1_0", "0x1", "1e999", "1 2", "∞")
        ),
        *((FINITE, text) for text in ("1/0", "1/", "/2", "1/2/3", "1/-2", "1e", "--1", "٣")),
        (FINITE, "9" * 401),
        (FINITE, "1/1" + "0" * 350),
        (POSITIVE, "0"),
        *((Integer(), text) for text in ("", "1.0", "1e3", "x", "9" * 31, "1 0", "٣")),
        (PICK, "erf"),
        (PICK, ""),
        (Flag(), "1"),
        *((Sizes(2), text) for text in ("", "3,5,7", "3.0", "a", "0", "-3", "9" * 30)),
        *((Vector(), text) for text in ("", ",", "1 x", "nan")),
        (Text(), ""),
        (Text(3), "abcd"),
    ],
)
def test_bad_text_is_refused(domain: Domain, text: str) -> None:
    with pytest.raises(ValueError, match=r"^here: .* is not allowed; it must be "):
        domain.parse(text, "here")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_survive_being_written(number: float) -> None:
    assert FINITE.parse(text_of(number), "here") == number
    assert float(number_text(number)) == number
    assert not number_text(number).endswith(".0") or abs(number) >= 1e15


@pytest.mark.parametrize(
    ("domain", "value", "text"),
    [
        (FINITE, 3.0, "3"),
        (FINITE, 1 / 6, "0.16666666666666666"),
        (OPTIONAL, None, "none"),
        (Flag(), True, "true"),
        (PICK, "tanh", "tanh"),
        (Sizes(2), (3, 5), "3, 5"),
        (Vector(), (1.0, -2.5), "1, -2.5"),
        (Text(), "name", "name"),
    ],
)
def test_values_are_written_as_they_are_read(domain: Domain, value: Value, text: str) -> None:
    assert text_of(value) == text
    assert domain.parse(text, "here") == value


def test_a_param_names_its_place() -> None:
    alpha = Param("alpha", 1.0, POSITIVE)
    assert alpha.check(2, "elu") == alpha.parse("2", "elu") == 2.0
    with pytest.raises(ValueError, match=r"^elu\.alpha: -1 "):
        alpha.check(-1, "elu")
    with pytest.raises(ValueError, match=r"^alpha: '-1' |^alpha: -1"):
        alpha.parse("-1")


def test_completing_checks_and_fills_in() -> None:
    params = (Param("alpha", 1.0), Param("beta", None, OPTIONAL))
    assert complete(params, {}, "here") == {"alpha": 1.0, "beta": None}
    assert list(complete(params, {"beta": 2, "alpha": 3}, "here").items()) == [
        ("alpha", 3.0),
        ("beta", 2.0),
    ]
    with pytest.raises(
        ValueError, match=r"here: there is no parameter 'gamma'; allowed: alpha, beta"
    ):
        complete(params, {"gamma": 1}, "here")
    with pytest.raises(ValueError, match=r"here\.alpha: none"):
        complete(params, {"alpha": None}, "here")


@pytest.mark.parametrize("domain", [FINITE, Integer(), Sizes(2), Vector(), PICK, Flag(), Text()])
def test_a_number_that_cannot_even_be_written_is_refused(domain: Domain) -> None:
    for value in (10**5000, (10**5000, 1)):
        with pytest.raises(ValueError, match=r"^here: a huge number is not allowed; it must be"):
            domain.check(value, "here")


def test_a_refusal_shows_a_long_value_in_short() -> None:
    assert len(str(refuse("here", "x" * 1000, "short"))) < 120
