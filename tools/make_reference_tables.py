"""Make the constants and polynomials of the float64 twins in actviz/reference.

Polynomials are Chebyshev series whose coefficients are rounded to float64. A new one is an entry in
FILES and `_NAME = 0` in the module; then `python tools/make_reference_tables.py` writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from chebyshev import series
from definitions import Assignment, Made, float64, write
from fitting import FLOAT64, split
from mathematics import (
    Real,
    beside,
    erfcx,
    gelu_slope,
    gelu_tanh_c1,
    gelu_tanh_c3,
    gelu_tanh_slope,
    gelu_tanh_zero,
    gelu_zero,
    mish_zero,
    swish_zero,
    tanh_shrink_near,
)
from mpmath import mp, mpf

FOLDER = Path(__file__).parents[1] / "actviz" / "reference"
PIECES = 4
ONE = mpf(1)


def single(name: str, value: mpf) -> Assignment:
    """Assign the nearest float64."""
    return Assignment(name, float64(value))


def several(name: str, numbers: Iterable[mpf]) -> Assignment:
    """Assign a tuple, a number a line."""
    lines = "".join(f"    {float64(number)},\n" for number in numbers)
    return Assignment(name, f"(\n{lines})")


def pair(name: str, value: mpf) -> Assignment:
    """Assign a number as the sum of two float64."""
    high, low = split(value, FLOAT64)
    return Assignment(name, f"({float64(high)}, {float64(low)})")


def rest(name: str, value: mpf) -> Assignment:
    """Assign what the two float64 of `pair` leave over."""
    return Assignment(name, float64(value - mp.fsum(split(value, FLOAT64))))


def short(coefficient: mpf, factor: mpf) -> str:
    """Write a coefficient with the digits that matter to a sum near 1, times its factor."""
    digits = min(17, 19 + int(mp.floor(mp.log10(abs(coefficient * factor)))))
    return float64(mpf(mp.nstr(coefficient, digits)))


def flat_erfcx(u: mpf) -> mpf:
    """(1 + 2x)·erfcx(x) with u = 2x/(x + 3.75): nearly constant for all x ≥ 0, 0 ≤ u < 2."""
    x = mpf(15) / 4 * u / (2 - u)
    return (1 + 2 * x) * erfcx(x)


def flat_erfcx_pieces(degree: int) -> str:
    """Fit flat_erfcx on PIECES equal parts of [0, 2], in the distance from the part's middle."""
    size = mpf(2) / PIECES
    pieces = [series(flat_erfcx, size * k, size * (k + 1), degree) for k in range(PIECES)]
    lines = []
    for power, row in enumerate(zip(*pieces, strict=True)):
        words = (short(c, (size / 2) ** power) for c in row)
        lines.append(f"    [{', '.join(words)}],\n")
    return f"np.array([\n{''.join(lines)}])"


def of_twice_square(function: Real) -> Real:
    """Take a function of x for |x| ≤ 1 as one of u = 2x² − 1."""
    return lambda u: function(mp.sqrt((u + 1) / 2))


def compensated() -> Made:
    ln2 = mp.log(2)
    high = mp.floor(ln2 * 2**32) / 2**32
    return [
        single("_LOG2_E", 1 / ln2),
        single("_LN2_HIGH", high),
        single("_LN2_LOW", ln2 - high),
    ]


def errorfunction() -> Made:
    small_erf = series(of_twice_square(lambda x: mp.erf(x) / x), -ONE, ONE, 12)
    return [
        Assignment("_FLAT_ERFCX", flat_erfcx_pieces(13)),
        several("_SMALL_ERF", small_erf),
        single("_SQRT_HALF", mp.sqrt(0.5)),
        single("INVERSE_SQRT_2PI", 1 / mp.sqrt(2 * mp.pi)),
    ]


def near_root(name: str, slope: Real, root: mpf, reach: str) -> Assignment:
    """Fit slope(root + d)/d as a polynomial in d, |d| ≤ reach."""
    return several(name, series(beside(slope, root), -mpf(reach), mpf(reach), 15))


def gated() -> Made:
    return [
        pair("_GELU_ROOT", -gelu_zero()),
        near_root("_GELU_NEAR_ROOT", gelu_slope, -gelu_zero(), "0.3"),
        pair("_GELU_TANH_ROOT", gelu_tanh_zero()),
        near_root("_GELU_TANH_NEAR_ROOT", gelu_tanh_slope, gelu_tanh_zero(), "0.25"),
        pair("_SWISH_ROOT", -swish_zero()),
        rest("_SWISH_ROOT_REST", -swish_zero()),
        single("_SWISH_T0", mp.exp(-swish_zero())),
        pair("_C1", gelu_tanh_c1()),
        pair("_C3", gelu_tanh_c3()),
    ]


def mish() -> Made:
    return [
        pair("_MISH_ROOT", mish_zero()),
        single("_MISH_T0", mp.exp(mish_zero())),
    ]


def tanh_shrink() -> Made:
    near = of_twice_square(lambda x: tanh_shrink_near(x * x))
    return [several("_SMALL_TANH_SHRINK", series(near, -ONE, ONE, 16))]


FILES: dict[str, Callable[[], Made]] = {
    "compensated": compensated,
    "errorfunction": errorfunction,
    "gated": gated,
    "mish": mish,
    "tanh_shrink": tanh_shrink,
}


if __name__ == "__main__":
    write(FOLDER, "py", FILES)
