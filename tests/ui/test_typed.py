from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale

from actviz.param import FINITE, Choice, Domain, Integer, Real, Sizes, Text, Value, Vector
from actviz.ui.typed import shown, typed

OPTIONAL = Real(optional=True)


@pytest.fixture(params=["en_US", "de_DE", "ar_EG", "sv_SE"])
def locale(request: pytest.FixtureRequest) -> Iterator[str]:
    QLocale.setDefault(QLocale(request.param))
    yield request.param
    QLocale.setDefault(QLocale.c())


@pytest.fixture
def german() -> Iterator[None]:
    QLocale.setDefault(QLocale("de_DE"))
    yield
    QLocale.setDefault(QLocale.c())


@pytest.mark.parametrize(
    ("value", "domain"),
    [
        (0.7, FINITE),
        (-1.3, FINITE),
        (1 / 6, FINITE),
        (-2 / 3, FINITE),
        (0.1234567890123, FINITE),
        (1e300, FINITE),
        (-1.5e-9, FINITE),
        (1234567.0, FINITE),
        (None, OPTIONAL),
        (-3, Integer()),
        ((3, 5), Sizes(2)),
        ((0.5, -1.25, 3.0), Vector()),
        ("same", Choice(("valid", "same"))),
        ("1.000,5", Text()),
    ],
)
def test_what_is_shown_reads_back_as_the_same_value(
    locale: str, value: Value, domain: Domain
) -> None:
    assert typed(shown(value, domain), domain, "here") == value


@pytest.mark.parametrize(
    ("text", "number"),
    [("0,7", 0.7), ("0.7", 0.7), (" −1,25 ", -1.25), ("1e-3", 1e-3), ("1/6", 1 / 6), ("1000", 1e3)],
)
def test_german_takes_a_comma_and_a_clear_point(german: None, text: str, number: float) -> None:
    assert typed(text, FINITE, "alpha") == number


@pytest.mark.parametrize("text", ["1.000", "12.345.678", "1.000,5", "-1.000", "0,7,1", "1,000.5"])
def test_german_refuses_what_can_be_read_in_two_ways(german: None, text: str) -> None:
    with pytest.raises(ValueError, match=r"alpha: .* is not allowed; it must be a finite number"):
        typed(text, FINITE, "alpha")


def test_german_shows_a_comma(german: None) -> None:
    assert shown(0.7, FINITE) == "0,7"
    assert shown((0.5, 1.0), Vector()) == "0,5; 1"
    assert typed("0,5 1; 2", Vector(), "logits") == (0.5, 1.0, 2.0)
    assert typed("1, 2, 3,5", Vector(), "logits") == (1.0, 2.0, 3.5)


def test_numbers_have_a_true_minus_and_powers_of_ten(locale: str) -> None:
    assert "-" not in shown(-1.5, FINITE) + shown(-3, Integer()) + shown((-2.0,), Vector())
    assert shown(1e30, FINITE).endswith("·10³⁰")
    assert shown(-2e-9, FINITE).endswith("·10⁻⁹")
    assert typed("2×10⁻⁹", FINITE, "here") == 2e-9


def test_sixths_are_shown_as_fractions_and_sizes_with_a_cross() -> None:
    assert shown(1 / 6, FINITE) == "1/6"
    assert shown(0.1, FINITE) == "0.1"
    assert shown((3, 3), Sizes(2)) == "3 × 3"


@pytest.mark.parametrize("text", ["", "nan", "inf", "1e999", "0x10", "1_000", "1,5", "9" * 500])
def test_english_refuses_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"alpha: .* is not allowed; it must be a finite number"):
        typed(text, FINITE, "alpha")
