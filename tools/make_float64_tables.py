"""Make the constants and polynomials of actviz/opencl/prelude/float64.

Polynomials are Chebyshev series whose coefficients are rounded to float64, the constant term as
two numbers where its rounding would count. A new table is an entry in FILES, and in the prelude

    /* What the polynomial is, where, within 2^-0. */
    #define AV_NAME_DEGREE 0
    __constant double av_name[1] = {0};

Then `python tools/make_float64_tables.py` writes the numbers, their count and the error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from chebyshev import largest_error, series
from definitions import Define, Definition, Made, Table, float64, write
from fitting import FLOAT64, horner, rounded, split
from mathematics import (
    SELU_ALPHA,
    SELU_SCALE,
    Real,
    atanh_tail,
    beside,
    exp_series,
    gelu_quotient,
    gelu_tanh_c1,
    gelu_tanh_c3,
    gelu_tanh_slope,
    gelu_tanh_zero,
    gelu_zero,
    half_erfcx,
    mish_slope,
    mish_zero,
    swish_slope,
    swish_zero,
    tanh_shrink_near,
    tanh_square,
)
from mpmath import mp, mpf

FOLDER = Path(__file__).parents[1] / "actviz" / "opencl" / "prelude" / "float64"
EDGES = tuple(
    map(mpf, ("0", "0.5", "1", "1.5", "2", "3", "4", "6", "8", "12", "16", "24", "32", "48"))
)
"""Ends of the intervals of GELU: half octaves, which bits of a float64 count."""


def single(name: str, value: mpf) -> Define:
    """Define a name as the nearest float64."""
    return Define(name, float64(value))


def pair(name: str, value: mpf) -> Define:
    """Define a name as a sum of two float64."""
    high, low = split(value, FLOAT64)
    return Define(name, f"av_dd_of({float64(high)}, {float64(low)})")


def numbers_of(coefficients: Sequence[mpf], *, fine: bool) -> list[mpf]:
    """Round coefficients, the first one to two numbers where it is to be fine."""
    first = split(coefficients[0], FLOAT64, 2 if fine else 1)
    return [*first, *(rounded(c, FLOAT64) for c in coefficients[1:])]


def as_rounded(numbers: Sequence[mpf], *, fine: bool) -> list[mpf]:
    """Give the coefficients that such numbers stand for."""
    return [numbers[0] + numbers[1], *numbers[2:]] if fine else list(numbers)


def polynomial(
    stem: str,
    table: str,
    function: Real,
    ends: tuple[mpf, mpf],
    degree: int,
    *,
    weight: Real | None = None,
    fine: bool = False,
) -> list[Definition]:
    """Fit a polynomial in x itself, and define its degree and its table."""
    low, high = ends
    found = shifted(series(function, low, high, degree), -(low + high) / 2)
    numbers = numbers_of(found, fine=fine)
    final = as_rounded(numbers, fine=fine)
    error = largest_error(function, low, high, lambda x: horner(final, x), weight)
    return [
        Define(f"AV_{stem}_DEGREE", str(degree)),
        Table(table, [numbers], error, float64),
    ]


def shifted(coefficients: Sequence[mpf], step: mpf) -> list[mpf]:
    """Turn a polynomial in x + step into one in x."""
    if step == 0:
        return list(coefficients)
    total = [mpf(0)]
    for c in reversed(coefficients):  # Horner's rule
        times_x = [mpf(0), *total]
        for power, each in enumerate(total):
            times_x[power] += step * each
        times_x[0] += c
        total = times_x
    return total[: len(coefficients)]


def near_zero(stem: str, slope: Real, zero: mpf, reach: str) -> list[Definition]:
    """Fit slope(zero + d)/d for |d| ≤ reach."""
    radius = mpf(reach)
    upper = stem.upper()
    return [
        single(f"AV_{upper}_NEAR", radius),
        *polynomial(
            upper, f"av_{stem}_near_zero", beside(slope, zero), (-radius, radius), 13, fine=True
        ),
    ]


def in_intervals(stem: str, function: Real, degree: int) -> list[Definition]:
    """Fit a function between EDGES, each time in the distance from the middle, which goes first."""
    rows, errors = [], []
    for low, high in pairwise(EDGES):
        middle = (low + high) / 2
        numbers = numbers_of(series(function, low, high, degree), fine=True)
        final = as_rounded(numbers, fine=True)

        def value(x: mpf, final: list[mpf] = final, middle: mpf = middle) -> mpf:
            return horner(final, x - middle)

        rows.append([middle, *numbers])
        errors.append(largest_error(function, low, high, value))
    return [
        Define(f"AV_{stem.upper()}_DEGREE", str(degree)),
        Table(f"av_{stem}", rows, max(errors), float64),
    ]


def exponential() -> Made:
    reach = mpf("0.3466")  # ln 2/2 and what the rounding of 1/ln 2 adds to it
    ln2 = mp.log(2)
    high, low = split(ln2, FLOAT64)
    return [
        single("AV_LOG2_E", 1 / ln2),
        single("AV_LN2_HI", high),
        single("AV_LN2_LO", low),
        *polynomial(
            "EXP",
            "av_exp_series",
            exp_series,
            (-reach, reach),
            10,
            weight=lambda r: r * r / mp.expm1(r),
        ),
    ]


def elu() -> Made:
    return [single("AV_SELU_SCALE", SELU_SCALE), pair("AV_SELU_LEFT", SELU_SCALE * SELU_ALPHA)]


def gelu() -> Made:
    return [
        *in_intervals("half_erfcx", half_erfcx, 17),
        pair("AV_GELU_ZERO", gelu_zero()),
        *in_intervals("gelu_slope", gelu_quotient, 16),
    ]


def gelu_tanh() -> Made:
    return [
        pair("AV_GELU_TANH_C1", gelu_tanh_c1()),
        pair("AV_GELU_TANH_C3", gelu_tanh_c3()),
        pair("AV_GELU_TANH_ZERO", gelu_tanh_zero()),
        *near_zero("gelu_tanh", gelu_tanh_slope, gelu_tanh_zero(), "0.2"),
    ]


def mish() -> Made:
    return [
        pair("AV_MISH_ZERO", mish_zero()),
        *near_zero("mish", mish_slope, mish_zero(), "0.25"),
    ]


def softplus() -> Made:
    # the whole is 1 + w·P(w)
    return polynomial(
        "ATANH",
        "av_atanh_tail",
        atanh_tail,
        (mpf(0), mpf(1) / 9),
        10,
        weight=lambda w: w / (1 + w * atanh_tail(w)),
    )


def swish() -> Made:
    zero = swish_zero()
    return [
        pair("AV_SWISH_ZERO", zero),
        single("AV_SWISH_ZERO_REST", split(zero, FLOAT64, 3)[2]),
        *near_zero("swish", swish_slope, -zero, "0.25"),
    ]


def tanh_shrink() -> Made:
    near, near_square = mpf("0.6875"), mpf("0.375")
    return [
        single("AV_TANH_SHRINK_NEAR", near),
        *polynomial(
            "TANH_SHRINK",
            "av_tanh_shrink_near_zero",
            tanh_shrink_near,
            (mpf(0), near**2),
            13,
            fine=True,
        ),
        single("AV_TANH_SQUARE_NEAR", near_square),
        *polynomial(
            "TANH_SQUARE",
            "av_tanh_square_near_zero",
            lambda u: (tanh_square(u) - 1) / u,
            (mpf(0), near_square**2),
            9,
            weight=lambda u: u / tanh_square(u),  # the whole is 1 + u·P(u)
        ),
    ]


FILES: dict[str, Callable[[], Made]] = {
    "elu": elu,
    "exponential": exponential,
    "gelu": gelu,
    "gelu_tanh": gelu_tanh,
    "mish": mish,
    "softplus": softplus,
    "swish": swish,
    "tanh_shrink": tanh_shrink,
}


if __name__ == "__main__":
    write(FOLDER, "cl", FILES)
