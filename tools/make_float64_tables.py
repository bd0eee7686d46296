"""Make the constants and polynomials of actviz/opencl/prelude/float64, with mpmath at 60 digits.

Polynomials are Chebyshev series cut off where the largest relative error is below 2⁻⁵⁸, a
thirtieth of a unit in the last place. Where a file holds other numbers, it is written anew:

    python tools/make_float64_tables.py
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

from make_float32_tables import atanh_tail, tanh_shrink_near, tanh_square
from make_reference_tables import fit, gelu_tanh_slope, mish_slope, to_powers
from mpmath import mp, mpf

FOLDER = Path(__file__).parents[1] / "actviz" / "opencl" / "prelude" / "float64"
EDGES = ("0", "0.5", "1", "1.5", "2", "3", "4", "6", "8", "12", "16", "24", "32", "48")
Real = Callable[[mpf], mpf]


def rows(numbers: Iterable[mpf]) -> str:
    """Write numbers as they stand in a table."""
    words = " ".join(f"{float(number)!r}," for number in numbers)
    margin = " " * 4
    return textwrap.fill(
        words, 100, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False
    )


def split(value: mpf) -> tuple[mpf, mpf]:
    """Give the nearest double, and the nearest double to the rest."""
    high = mpf(float(value))
    return high, mpf(float(value - high))


def constant(name: str, value: mpf) -> dict[str, str]:
    """Write a number as a sum of two doubles."""
    high, low = split(value)
    return {name: f"#define {name} av_dd_of({float(high)!r}, {float(low)!r})"}


def polynomial(name: str, series: list[list[mpf]], centres: list[mpf] | None = None) -> str:
    """Write the table of one or more polynomials of the same degree."""
    blocks = []
    for index, coefficients in enumerate(series):
        first = [centres[index]] if centres else []
        blocks.append(rows([*first, *split(coefficients[0]), *coefficients[1:]]))
    size = len(series) * (len(series[0]) + 1 + bool(centres))
    body = "\n".join(blocks)
    return f"__constant double {name}[{size}] = {{\n{body}\n}};"


def around(function: Real, low: mpf, high: mpf, degree: int = 0) -> list[mpf]:
    """Fit a function as a polynomial in the distance from the middle of an interval."""
    half = (high - low) / 2
    return to_powers(fit(lambda u: function((low + high) / 2 + half * u), degree), 1 / half)


def near_zero(name: str, slope: Real, zero: mpf, reach: mpf) -> dict[str, str]:
    """Fit slope(zero + d)/d for |d| ≤ reach."""

    def quotient(d: mpf) -> mpf:
        return slope(zero + d) / d if d else mp.diff(slope, zero)

    found = around(quotient, -reach, reach)
    degree = f"AV_{name.upper()}_DEGREE"
    table = f"av_{name}_near_zero"
    return {
        degree: f"#define {degree} {len(found) - 1}",
        table: polynomial(table, [found]),
    }


def in_intervals(name: str, function: Real) -> dict[str, str]:
    """Fit a function on each of the intervals of GELU, all to the same degree."""
    ends = [(mpf(low), mpf(high)) for low, high in pairwise(EDGES)]
    most = max(len(around(function, *each)) - 1 for each in ends)
    centres = [(low + high) / 2 for low, high in ends]
    table = polynomial(f"av_{name}", [around(function, *each, most) for each in ends], centres)
    degree = f"AV_{name.upper()}_DEGREE"
    return {degree: f"#define {degree} {most}", f"av_{name}": table}


def exp_series(r: mpf) -> mpf:
    """(e^r − 1 − r)/r²."""
    return mp.fsum(r**k / mp.factorial(k + 2) for k in range(40))


def half_erfcx(a: mpf) -> mpf:
    return mp.exp(a * a / 2) * mp.erfc(a / mp.sqrt(2)) / 2


def mills_minus(a: mpf) -> mpf:
    return half_erfcx(a) * mp.sqrt(2 * mp.pi) - a


def swish_slope(z: mpf) -> mpf:
    t = mp.exp(z)
    return t * (1 + t + z) / (1 + t) ** 2


def exponential() -> dict[str, str]:
    reach = mpf("0.3466")
    found = around(exp_series, -reach, reach)
    body = rows(found)
    return {
        "AV_EXP_DEGREE": f"#define AV_EXP_DEGREE {len(found) - 1}",
        "av_exp_series": f"__constant double av_exp_series[{len(found)}] = {{\n{body}\n}};",
    }


def gelu() -> dict[str, str]:
    zero = mp.findroot(mills_minus, 0.75)

    def slope(a: mpf) -> mpf:
        return mills_minus(a) / ((zero - a) * mp.sqrt(2 * mp.pi))

    return {
        **constant("AV_GELU_ZERO", zero),
        **in_intervals("half_erfcx", half_erfcx),
        **in_intervals("gelu_slope", slope),
    }


def gelu_tanh() -> dict[str, str]:
    zero = mp.findroot(gelu_tanh_slope, -0.75)
    c1 = 2 * mp.sqrt(2 / mp.pi)
    return {
        **constant("AV_GELU_TANH_C1", c1),
        **constant("AV_GELU_TANH_C3", c1 * mpf("0.044715")),
        **constant("AV_GELU_TANH_ZERO", zero),
        **near_zero("gelu_tanh", gelu_tanh_slope, zero, mpf("0.2")),
    }


def swish() -> dict[str, str]:
    zero = 1 + mp.lambertw(mp.exp(-1)).real
    rest = zero - mp.fsum(split(zero))
    return {
        **constant("AV_SWISH_ZERO", zero),
        "AV_SWISH_ZERO_REST": f"#define AV_SWISH_ZERO_REST {float(rest)!r}",
        **near_zero("swish", swish_slope, -zero, mpf("0.25")),
    }


def from_zero(function: Real, high: mpf) -> list[mpf]:
    """Fit a function of 0 ≤ u ≤ high as a polynomial in u itself."""
    middle = high / 2
    total = [mpf(0)]
    for c in reversed(around(function, mpf(0), high)):  # Horner's rule in u - middle
        total = [mpf(0), *total]
        for power, each in enumerate(total[1:]):
            total[power] -= middle * each
        total[0] += c
    return total[:-1] if total[-1] == 0 else total


def plain(stem: str, table: str, found: list[mpf]) -> dict[str, str]:
    """Write a polynomial with its degree, constant term first."""
    body = rows(found)
    return {
        f"AV_{stem}_DEGREE": f"#define AV_{stem}_DEGREE {len(found) - 1}",
        table: f"__constant double {table}[{len(found)}] = {{\n{body}\n}};",
    }


def softplus() -> dict[str, str]:
    return plain("ATANH", "av_atanh_tail", from_zero(atanh_tail, mpf(1) / 9))


def tanh_shrink() -> dict[str, str]:
    found = from_zero(tanh_shrink_near, mpf("0.6875") ** 2)
    table = "av_tanh_shrink_near_zero"
    return {
        "AV_TANH_SHRINK_DEGREE": f"#define AV_TANH_SHRINK_DEGREE {len(found) - 1}",
        table: polynomial(table, [found]),
        **plain(
            "TANH_SQUARE",
            "av_tanh_square_near_zero",
            from_zero(lambda u: (tanh_square(u) - 1) / u, mpf("0.375") ** 2),
        ),
    }


def mish() -> dict[str, str]:
    zero = mp.findroot(mish_slope, -1.2)
    return {
        **constant("AV_MISH_ZERO", zero),
        **near_zero("mish", mish_slope, zero, mpf("0.25")),
    }


def elu() -> dict[str, str]:
    return constant("AV_SELU_LEFT", mpf(1.0507009873554805) * mpf(1.6732632423543772))


FILES: dict[str, Callable[[], dict[str, str]]] = {
    "exponential": exponential,
    "elu": elu,
    "gelu": gelu,
    "gelu_tanh": gelu_tanh,
    "mish": mish,
    "softplus": softplus,
    "swish": swish,
    "tanh_shrink": tanh_shrink,
}


def rewritten(text: str, made: dict[str, str]) -> str:
    """Put definitions into a file's text in the place of those of the same names."""
    for name, definition in made.items():
        pattern = rf"^#define {name} .*$|^__constant double {name}\[\d+\] = \{{[^}}]*\}};$"
        text, count = re.subn(pattern, lambda _, new=definition: new, text, flags=re.MULTILINE)
        assert count == 1, f"{name}: {count} definitions"
    return text


def main() -> None:
    for name, make in FILES.items():
        path = FOLDER / f"{name}.cl"
        path.write_text(rewritten(path.read_text("utf-8"), make()), "utf-8")
        print(path)


if __name__ == "__main__":
    main()
