"""Make the constants and polynomials of actviz/opencl/prelude/float32.

A polynomial's coefficients are float32 numbers, the constant term two where its rounding would
count (`fine`). A new table is an entry in FILES, and in the prelude

    /* What the polynomial is, where, within 2^-0. */
    __constant av_scalar av_name[1] = {0};

Then `python tools/make_float32_tables.py` writes the numbers, their count and the error.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from definitions import Constants, Define, Definition, Made, Table, float32, write
from fitting import FLOAT32, Fit, fit, rounded, split
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

FOLDER = Path(__file__).parents[1] / "actviz" / "opencl" / "prelude" / "float32"


def single(name: str, value: mpf) -> Define:
    """Define a name as the nearest float32."""
    return Define(name, float32(rounded(value, FLOAT32)))


def pair(name: str, value: mpf) -> Define:
    """Define a name as a sum of two float32."""
    high, low = split(value, FLOAT32)
    return Define(name, f"av_ff_of({float32(high)}, {float32(low)})")


def real(name: str, value: mpf) -> Define:
    """Define a name as what av_real_of_parts takes: an ordinary number in three parts."""
    mantissa, exponent = mp.frexp(value)
    high, middle, low = split(mantissa, FLOAT32, 3)
    words = map(float32, (high, middle, low, mpf(exponent)))
    return Define(name, f"(float4)({', '.join(words)})")


def polynomial(name: str, found: Fit) -> Table:
    """Define a table as the numbers of one polynomial."""
    return Table(name, [found.numbers], found.error, float32)


def near_zero(stem: str, slope: Real, zero: mpf, reach: str) -> list[Definition]:
    """Fit slope(zero + d)/d for |d| ≤ reach to the degree that av_zero_times takes."""
    radius = mpf(reach)
    found = fit(beside(slope, zero), -radius, radius, 7, fine=True)
    return [
        single(f"AV_{stem.upper()}_NEAR", radius),
        polynomial(f"av_{stem}_near_zero", found),
    ]


def exponential() -> Made:
    reach = mpf("0.3466")  # ln 2/2 and what the rounding of 1/ln 2 adds to it
    # the smaller of the wholes that hold r²·P(r): e^r - 1
    found = fit(exp_series, -reach, reach, 5, lambda r: r * r / mp.expm1(r))
    ln2 = mp.log(2)
    high = rounded(ln2, FLOAT32)
    return [
        single("AV_LOG2_E", 1 / ln2),
        single("AV_LN2_HI", high),
        single("AV_LN2_LO", high - ln2),
        Constants("av_exp_tail", found.numbers[::-1], found.error, float32),
    ]


def elu() -> Made:
    return [pair("AV_SELU_SCALE", SELU_SCALE), real("AV_SELU_LEFT", SELU_SCALE * SELU_ALPHA)]


def clipped() -> Made:
    return [pair("AV_SIXTH", mpf(1) / 6)]


def gelu() -> Made:
    far, centre = mpf("14.75"), mpf("0.25")

    def in_w(function: Real) -> Fit:
        """Fit in the distance of w = 1/(a + 2) from the centre, for 0 ≤ a ≤ far."""
        return fit(
            lambda w: function(1 / w - 2), 1 / (far + 2), mpf("0.5"), 11, fine=True, centre=centre
        )

    return [
        single("AV_GELU_FAR", far),
        single("AV_GELU_CENTRE", centre),
        polynomial("av_half_erfcx", in_w(lambda a: half_erfcx(a) * (a + 2))),
        pair("AV_GELU_ZERO", gelu_zero()),
        polynomial("av_gelu_slope", in_w(gelu_quotient)),
    ]


def gelu_tanh() -> Made:
    return [
        pair("AV_GELU_TANH_C1", gelu_tanh_c1()),
        pair("AV_GELU_TANH_C3", gelu_tanh_c3()),
        pair("AV_GELU_TANH_ZERO", gelu_tanh_zero()),
        *near_zero("gelu_tanh", gelu_tanh_slope, gelu_tanh_zero(), "0.19"),
    ]


def mish() -> Made:
    return [
        pair("AV_MISH_ZERO", mish_zero()),
        *near_zero("mish", mish_slope, mish_zero(), "0.25"),
    ]


def softplus() -> Made:
    # the whole is 1 + w·P(w)
    found = fit(atanh_tail, mpf(0), mpf(1) / 9, 4, lambda w: w / (1 + w * atanh_tail(w)))
    return [polynomial("av_atanh_tail", found)]


def swish() -> Made:
    return [
        real("AV_SWISH_ZERO", swish_zero()),
        *near_zero("swish", swish_slope, -swish_zero(), "0.25"),
    ]


def tanh_shrink() -> Made:
    near, near_square = mpf("0.6875"), mpf("0.375")
    # the whole is 1 + u·P(u)
    square = fit(
        lambda u: (tanh_square(u) - 1) / u,
        mpf(0),
        near_square**2,
        4,
        lambda u: u / tanh_square(u),
    )
    return [
        single("AV_TANH_SHRINK_NEAR", near),
        polynomial(
            "av_tanh_shrink_near_zero", fit(tanh_shrink_near, mpf(0), near**2, 6, fine=True)
        ),
        single("AV_TANH_SQUARE_NEAR", near_square),
        polynomial("av_tanh_square_near_zero", square),
    ]


FILES: dict[str, Callable[[], Made]] = {
    "clipped": clipped,
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
