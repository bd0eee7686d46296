"""Write tests/golden/activations.json: what every activation must give, from mpmath at 60 digits.

The definitions are those of tools/golden_cases.py and golden_newer.py. Each case is an activation,
its values, a dtype, inputs of that dtype chosen to be hard (tails, zeros of the derivative, kinks,
subnormals, infinities, NaN), and f and f′ rounded once to float64. At a kink f′ is the left-hand
derivative.
The random inputs follow from the name and the values: a new case leaves the others as they are.

    python tools/make_golden.py
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from golden_case import Case
from golden_cases import CASES
from mpmath import mp, mpf

TARGET = Path(__file__).parents[1] / "tests" / "golden" / "activations.json"


def neighbours(x: float, dtype: type[np.floating], steps: Iterable[int]) -> list[float]:
    """Give the floats that many steps away from x (rounded to the dtype)."""
    start = dtype(x)
    spacing = float(np.spacing(np.abs(start)))
    return [float(dtype(float(start) + n * spacing)) for n in steps]


def inputs(case: Case, dtype: type[np.floating]) -> list[float]:
    """Choose the inputs: special values, all magnitudes, what lies beside the case's points."""
    rng = random.Random(f"{case.name} {json.dumps(case.values)}")
    info = np.finfo(dtype)
    tiny, least, huge = float(info.tiny), float(info.smallest_subnormal), float(info.max)
    special = [
        0.0,
        least,
        7 * least,
        tiny / 3,
        tiny,
        1e-20,
        1e-8,
        0.25,
        1.0,
        2.0,
        5.0,
        1e4,
        1e18,
        huge,
    ]
    tails = (-40.0, -20.0, -14.5, -12.0, -9.0, -7.0, 18.0, 60.0)
    if dtype is np.float64:
        tails = (*tails, -38.0, -38.4, -700.0, -708.5, -740.0, 36.0, 300.0, 709.0)
    chosen = [math.inf, -math.inf, math.nan, *special, *(-x for x in special), *tails]
    steps = (-64, -37, -11, -3, -2, -1, 0, 1, 2, 3, 11, 37, 64)
    for point in (each for each in case.points if abs(each) <= huge):
        chosen += neighbours(point, dtype, steps if point in case.points[:2] else (-1, 0, 1))
    chosen += [rng.uniform(-12, 12) for _ in range(40)]
    chosen += [rng.choice((-1, 1)) * 10 ** rng.uniform(-6, 3) for _ in range(28)]
    if dtype is np.float32:
        chosen += more(case, random.Random(f"more of {case.name} {json.dumps(case.values)}"))
    with np.errstate(over="ignore"):
        return list(dict.fromkeys(float(dtype(x)) for x in chosen))


def more(case: Case, rng: random.Random) -> list[float]:
    """Choose further float32 inputs, so that a case has 400: all magnitudes, tails, near points."""
    points = [point for point in case.points if 1e-40 < abs(point) < 1e38] or [1.0]
    chosen = [rng.choice((-1, 1)) * 10 ** rng.uniform(-45, 38.5) for _ in range(110)]
    chosen += [rng.choice((-1, 1)) * rng.uniform(80, 110) for _ in range(40)]
    chosen += [rng.uniform(-2, 2) for _ in range(40)]
    chosen += [rng.choice(points) * (1 + 10 ** rng.uniform(-7, 0)) for _ in range(60)]
    chosen += [rng.choice(points) * (1 - 10 ** rng.uniform(-7, 0)) for _ in range(60)]
    return chosen


def nearest(value: mpf) -> float:
    """Round to float64 once, subnormals included."""
    if value and abs(value) < mpf(2) ** -1021:
        return float(int(mp.nint(value * mpf(2) ** 1074))) * 2.0**-1074 or math.copysign(0.0, value)
    return float(value)


def truth(case: Case, x: float) -> tuple[float, float]:
    """Give f and f′ at x, rounded to float64."""
    if math.isnan(x):
        return math.nan, math.nan
    if math.isinf(x):
        return case.left if x < 0 else case.right
    return nearest(case.f(mpf(x))), nearest(case.df(mpf(x)))


def written(numbers: Sequence[float]) -> list[float | str]:
    """Make numbers fit for JSON, which knows no infinities."""
    return [x if math.isfinite(x) else str(x) for x in numbers]


def main() -> None:
    cases = []
    for case in CASES:
        for dtype in (np.float32, np.float64):
            xs = inputs(case, dtype)
            pairs = [truth(case, x) for x in xs]
            cases.append(
                {
                    "activation": case.name,
                    "values": case.values,
                    "dtype": dtype.__name__,
                    "x": written(xs),
                    "f": written([f for f, _ in pairs]),
                    "df": written([df for _, df in pairs]),
                }
            )
    about = "made by tools/make_golden.py with mpmath at 60 digits; f and df are rounded to float64"
    lines = ",\n".join(json.dumps(case) for case in cases)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(f'{{"about": {json.dumps(about)}, "cases": [\n{lines}\n]}}\n', "utf-8")
    print(f"{len(cases)} cases, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
