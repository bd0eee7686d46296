"""Make the polynomials of Mish, softplus and tanh shrink in actviz/opencl/prelude/float32.

Where a file holds other numbers, it is written anew:

    python tools/make_float32_tables.py
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from fitting import fit, written
from make_reference_tables import mish_slope
from mpmath import mp, mpf

FOLDER = Path(__file__).parents[1] / "actviz" / "opencl" / "prelude" / "float32"


def atanh_tail(w: mpf) -> mpf:
    """Give (atanh(s)/s − 1)/s² with w = s²."""
    s = mp.sqrt(w)
    return (mp.atanh(s) / s - 1) / w


def tanh_shrink_near(u: mpf) -> mpf:
    """Give (a − tanh a)/a³ with u = a²."""
    a = mp.sqrt(u)
    return (a - mp.tanh(a)) / a**3


def tanh_square(u: mpf) -> mpf:
    """Give tanh² a/a² with u = a²."""
    return mp.tanh(mp.sqrt(u)) ** 2 / u


def softplus() -> dict[str, list[mpf]]:
    # 1 + w·P(w): its second part is at most 4 % of the whole
    return {"av_atanh_tail": fit(atanh_tail, mpf(0), mpf(1) / 9, 4, lambda w: w)}


def tanh_shrink() -> dict[str, list[mpf]]:
    near, square = mpf("0.6875") ** 2, mpf("0.375") ** 2
    return {
        "av_tanh_shrink_near_zero": fit(
            tanh_shrink_near, mpf(0), near, 6, lambda u: 1 / tanh_shrink_near(u), fine=True
        ),
        "av_tanh_square_near_zero": fit(
            lambda u: (tanh_square(u) - 1) / u, mpf(0), square, 4, lambda u: u / tanh_square(u)
        ),
    }


def mish() -> dict[str, list[mpf]]:
    with mp.workdps(60):
        zero = mp.findroot(mish_slope, -1.2)

    def quotient(d: mpf) -> mpf:
        with mp.workdps(60):
            return mish_slope(zero + d) / d

    reach = mpf("0.25")
    found = fit(quotient, -reach, reach, 7, lambda d: 1 / quotient(d), fine=True)
    return {"av_mish_near_zero": found}


FILES: dict[str, Callable[[], dict[str, list[mpf]]]] = {
    "mish": mish,
    "softplus": softplus,
    "tanh_shrink": tanh_shrink,
}


def renewed(name: str) -> str:
    """Give a file's text with its tables made anew."""
    text = (FOLDER / f"{name}.cl").read_text("utf-8")
    for table, numbers in FILES[name]().items():
        pattern = rf"^__constant float {table}\[\d+\] = \{{[^}}]*\}};$"
        new = written(table, numbers)
        text, count = re.subn(pattern, lambda _, new=new: new, text, flags=re.MULTILINE)
        assert count == 1, f"{table}: {count} definitions"
    return text


def main() -> None:
    for name in FILES:
        path = FOLDER / f"{name}.cl"
        path.write_text(renewed(name), "utf-8")
        print(path.name)


if __name__ == "__main__":
    main()
