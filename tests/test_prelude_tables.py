"""The polynomials and constants are what the scripts in tools/ make, to the last bit."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import make_float32_tables
import make_float64_tables
import make_reference_tables
import pytest
from chebyshev import SMALLEST_ERROR, series
from definitions import Assignment, Constants, Define, Table, computed, float32, float64, renewed
from fitting import FLOAT32, fit, horner, rounded
from mpmath import mp, mpf

SCRIPTS = (make_float32_tables, make_float64_tables, make_reference_tables)
SUFFIXES = ("cl", "cl", "py")
MADE = [
    (script.FOLDER / f"{name}.{suffix}", make)
    for script, suffix in zip(SCRIPTS, SUFFIXES, strict=True)
    for name, make in script.FILES.items()
]


made_by = cache(computed)


@pytest.mark.parametrize(
    ("path", "make"), MADE, ids=[f"{path.parent.name}-{path.name}" for path, _ in MADE]
)
def test_what_is_committed_is_what_the_script_makes(path: Path, make: object) -> None:
    text = path.read_text("utf-8")
    assert renewed(text, made_by(make)) == text


@pytest.mark.parametrize("script", SCRIPTS[:2], ids=["float32", "float64"])
def test_every_table_of_the_prelude_is_made_by_the_script(script: object) -> None:
    tables = {
        (path.stem, name)
        for path in script.FOLDER.glob("*.cl")
        for name in re.findall(r"^__constant \w+ (\w+)\[", path.read_text("utf-8"), re.MULTILINE)
    }
    made = {
        (stem, each.name)
        for stem, make in script.FILES.items()
        for each in made_by(make)
        if isinstance(each, Table)
    }
    assert made == tables
    assert len(tables) >= 8


def test_the_best_polynomial_is_found() -> None:
    """Chebyshev's: T₅/16 = x⁵ − 5x³/4 + 5x/16 deviates least from 0 among all x⁵ + …"""
    with mp.workdps(50):
        found = fit(lambda x: x**5, mpf(-1), mpf(1), 4, lambda x: mpf(1), bits=150)
    expected = (0, "-0.3125", 0, "1.25", 0)
    for got, want in zip(found.numbers, expected, strict=True):
        assert abs(got - mpf(want)) < mpf("0.002")
    assert mpf("0.062") < found.error < mpf("0.0626")


def test_coefficients_are_float32_and_make_up_for_each_other() -> None:
    """Rounded together, they must not be worse than twice what rounding the second one costs."""
    low, high = mpf(-1) / 4, mpf(1) / 4
    with mp.workdps(50):
        found = fit(mp.exp, low, high, 6, fine=True)
        exact = fit(mp.exp, low, high, 6, bits=150)
        alone = [rounded(c, FLOAT32) for c in exact.numbers]
        worst = max(abs(horner(alone, x) / mp.exp(x) - 1) for x in (low, low / 2, high / 2, high))
    assert all(rounded(number, FLOAT32) == number for number in found.numbers)
    assert len(found.numbers) == 8
    assert exact.error <= found.error < mpf(2) ** -30
    assert found.error < worst / 2


def test_a_degree_that_is_too_low_for_float64_is_refused() -> None:
    with mp.workdps(60):
        right = series(mp.exp, mpf(0), mpf(1), 13)
        assert abs(horner(right, mpf(1) / 2) / mp.e - 1) < SMALLEST_ERROR
        with pytest.raises(ValueError, match=r"degree: 9 gives an error of .*; it must be more"):
            series(mp.exp, mpf(0), mpf(1), 9)


TEXT = """/* What it is, within 2^-0. */
#define AV_A av_ff_of(0.5f, 0.0f)  /* half */
__constant av_scalar av_table[1] = {0};

/* The tail, within 2^-3.1. */
inline float av_tail(float r)
{
    float p = 7.0f;
    return fma(r, p, -0.25e-3f);
}
"""


def test_numbers_are_put_where_they_belong() -> None:
    numbers = [mpf("0.1"), mpf(-3)]
    text = Table("av_table", [numbers], mpf(2) ** -30.26, float32).put_into(TEXT)
    text = Constants("av_tail", [mpf(2), mpf(1) / 8], mpf(2) ** -9, float32).put_into(text)
    text = Define("AV_A", "4.0f").put_into(text)
    assert text == TEXT.replace("2^-0.", "2^-30.2.").replace("2^-3.1.", "2^-9.0.").replace(
        "[1] = {0};", "[2] = {\n    0.1f, -3.0f,\n};"
    ).replace("7.0f", "2.0f").replace("0.25e-3f", "0.125f").replace("av_ff_of(0.5f, 0.0f)", "4.0f")


def test_names_in_a_module_are_assigned() -> None:
    text = "_A = 0  # why\n_B: Array = np.array([\n    [1],\n])\n_C = (\n    1,\n)\n"
    for name in ("_A", "_B", "_C"):
        text = Assignment(name, "(\n    2,\n)").put_into(text)
    new = "(\n    2,\n)"
    assert text == f"_A = {new}  # why\n_B: Array = {new}\n_C = {new}\n"


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        (Define("AV_B", "1.0f"), "AV_B: 0 definitions; there must be one"),
        (Constants("av_tail", [mpf(1)], mpf(1), float32), "there must be 1 numbers"),
        (Table("av_bare", [[mpf(1)]], mpf(1), float64), "the comment above it must say"),
    ],
)
def test_what_has_no_place_is_refused(definition: Define, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        definition.put_into(TEXT + "/* nothing */\n__constant double av_bare[1] = {0};\n")
