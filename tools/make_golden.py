"""Write tests/golden/activations.json: what every activation must give, from mpmath at 60 digits.

The definitions below are the textbook's, evaluated with so many digits that nothing cancels; they
share no code with the package. Each case is an activation, its values, a dtype, inputs of that
dtype chosen to be hard (tails, zeros of the derivative, kinks, subnormals, infinities, NaN), and
f and f′ rounded once to float64. At a kink f′ is the left-hand derivative.

    python tools/make_golden.py
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from mpmath import mp, mpf

mp.dps = 60
TARGET = Path(__file__).parents[1] / "tests" / "golden" / "activations.json"
Function = Callable[[mpf], mpf]


class Case(NamedTuple):
    """f and f′ at finite x, their limits at −∞ and +∞, and the points to look at closely."""

    name: str
    values: dict[str, object]
    f: Function
    df: Function
    left: tuple[float, float]
    right: tuple[float, float]
    points: tuple[float, ...] = ()


def sigma(z: mpf) -> mpf:
    return 1 / (1 + mp.exp(-z))


def normal_cdf(x: mpf) -> mpf:
    """Φ; mpmath's own cannot take arguments such as 10³⁰⁸."""
    return mp.ncdf(x) if abs(x) < 1000 else mpf(int(x > 0))


def elu(alpha: float) -> Case:
    a = mpf(alpha)
    return Case(
        "elu",
        {"alpha": alpha},
        lambda x: x if x > 0 else a * mp.expm1(x),
        lambda x: mpf(1) if x > 0 else a * mp.exp(x),
        (-alpha, 0.0),
        (math.inf, 1.0),
        (0.0, -17.0, -87.3, -104.0),
    )


def selu() -> Case:
    scale, alpha = mpf(1.0507009873554805), mpf(1.6732632423543772)
    return Case(
        "selu",
        {},
        lambda x: scale * (x if x > 0 else alpha * mp.expm1(x)),
        lambda x: scale * (mpf(1) if x > 0 else alpha * mp.exp(x)),
        (float(-scale * alpha), 0.0),
        (math.inf, float(scale)),
        (0.0, -17.0, -87.3, -104.0),
    )


def gelu() -> Case:
    return Case(
        "gelu",
        {},
        lambda x: x * normal_cdf(x),
        lambda x: normal_cdf(x) + x * mp.npdf(x),
        (-0.0, -0.0),
        (math.inf, 1.0),
        (-0.7517915246935645, -1.414, -5.5, -10.0, -13.0, -14.4, 5.3),
    )


def gelu_tanh() -> Case:
    cubic = mpf("0.044715")

    def u(x: mpf) -> mpf:
        return mp.sqrt(2 / mp.pi) * (x + cubic * x**3)

    def du(x: mpf) -> mpf:
        return mp.sqrt(2 / mp.pi) * (1 + 3 * cubic * x**2)

    # (1 + tanh u)/2 = sigma(2u) and sech² u/2 = 2 sigma(2u) sigma(−2u): 60 digits of 1 − 10⁻⁸⁰
    # would hold nothing of the tail.
    return Case(
        "gelu",
        {"approximate": "tanh"},
        lambda x: x * sigma(2 * u(x)),
        lambda x: sigma(2 * u(x)) + x * du(x) * 2 * sigma(2 * u(x)) * sigma(-2 * u(x)),
        (-0.0, -0.0),
        (math.inf, 1.0),
        (-0.7524614220710163, -4.5, -5.06, -10.0, -10.9, 5.0),
    )


def hard_sigmoid(alpha: float, beta: float) -> Case:
    a = mpf(1) / 6 if alpha == 1 / 6 else mpf(alpha)
    b = mpf(beta)
    left, right = -beta / alpha, (1.0 - beta) / alpha  # the corners are float64 numbers
    return Case(
        "hard_sigmoid",
        {"alpha": alpha, "beta": beta},
        lambda x: min(max(a * x + b, mpf(0)), mpf(1)),
        lambda x: mpf(alpha) if left < x <= right else mpf(0),
        (0.0, 0.0),
        (1.0, 0.0),
        (left, right),
    )


def relu(name: str, slope: float, highest: float | None, threshold: float) -> Case:
    a, m, t = mpf(slope), mp.inf if highest is None else mpf(highest), mpf(threshold)
    return Case(
        name,
        {"negative_slope": slope, "max_value": highest, "threshold": threshold},
        lambda x: min(x, m) if x > t else a * (x - t),
        lambda x: a if x <= t else mpf(1) if x <= m else mpf(0),
        (-math.inf * slope if slope else 0.0, slope),
        (math.inf if highest is None else highest, 1.0 if highest is None else 0.0),
        (threshold, 0.0 if highest is None else highest),
    )


def thresholded_relu(theta: float) -> Case:
    t = mpf(theta)
    return Case(
        "thresholded_relu",
        {"theta": theta},
        lambda x: x if x > t else mpf(0),
        lambda x: mpf(1) if x > t else mpf(0),
        (0.0, 0.0),
        (math.inf, 1.0),
        (theta,),
    )


def sigmoid() -> Case:
    return Case(
        "sigmoid",
        {},
        sigma,
        lambda x: sigma(x) * sigma(-x),
        (0.0, 0.0),
        (1.0, 0.0),
        (40.0, -40.0, 16.64, -88.0, 88.0, -103.9, 103.9),
    )


def softmax(logits: tuple[float, ...]) -> Case:
    others = mp.fsum(mp.exp(mpf(z)) for z in logits)
    return Case(
        "softmax",
        {"logits": list(logits)},
        lambda x: mp.exp(x) / (mp.exp(x) + others),
        lambda x: mp.exp(x) * others / (mp.exp(x) + others) ** 2,
        (0.0, 0.0),
        (1.0, 0.0),
        (float(mp.log(others)), float(mp.log(others)) + 40, float(mp.log(others)) - 40),
    )


def swish(beta: float) -> Case:
    b = mpf(beta)
    root = -1 - mp.lambertw(mp.exp(-1)).real
    ends = {1: ((-0.0, -0.0), (math.inf, 1.0)), -1: ((-math.inf, 1.0), (0.0, -0.0))}
    both = ((-math.inf, 0.5), (math.inf, 0.5))
    left, right = ends[1 if beta > 0 else -1] if beta else both
    scale = abs(1 / beta) if beta else 1.0
    near = [float(root / b)] if beta else []
    tails = [p * scale for p in (-30.0, -88.0, -103.0, 30.0, 88.0)]
    return Case(
        "swish",
        {"beta": beta},
        lambda x: x * sigma(b * x),
        lambda x: sigma(b * x) + b * x * sigma(b * x) * sigma(-b * x),
        left,
        right,
        tuple(p for p in near + tails if abs(p) < 3e38),
    )


def linear() -> Case:
    one = mpf(1)
    return Case("linear", {}, lambda x: x, lambda x: one, (-math.inf, 1.0), (math.inf, 1.0))


def tanh() -> Case:
    return Case(
        "tanh",
        {},
        mp.tanh,
        lambda x: 4 * sigma(2 * x) * sigma(-2 * x),
        (-1.0, 0.0),
        (1.0, 0.0),
        (9.01, -9.01, 20.0, -20.0, 44.0, 52.0),
    )


CASES = (
    *(elu(alpha) for alpha in (1.0, 0.7, 5.0, -0.3, 0.0, 1e30, 1e-30)),
    gelu(),
    gelu_tanh(),
    *(hard_sigmoid(*v) for v in ((1 / 6, 0.5), (0.2, 0.5), (1 / 6, 0.3), (1.3, -0.7), (1e-4, 2.0))),
    *(relu("leaky_relu", *v) for v in ((0.3, None, 0.0), (0.01, 6.0, 0.7), (-1.5, None, -2.5))),
    *(relu("relu", *v) for v in ((0.0, None, 0.0), (0.1, 6.0, 0.7), (0.0, 1.0, 3.0))),
    relu("relu", 0.25, -1.0, -1.0),
    selu(),
    sigmoid(),
    *(softmax(z) for z in ((0.0,), (1.0, 2.0, -0.5), (-3.25,), (0.1,) * 9)),
    *(swish(beta) for beta in (1.0, 1.7, 0.1, 10.0, -0.5, 0.0, 1e-30, 1e30)),
    *(thresholded_relu(theta) for theta in (1.0, 0.0, -0.75, 1.7)),
    linear(),
    tanh(),
)


def neighbours(x: float, dtype: type[np.floating], steps: Iterable[int]) -> list[float]:
    """Give the floats that many steps away from x (rounded to the dtype)."""
    start = dtype(x)
    spacing = float(np.spacing(np.abs(start)))
    return [float(dtype(float(start) + n * spacing)) for n in steps]


def inputs(case: Case, dtype: type[np.floating], seed: int) -> list[float]:
    """Choose the inputs: special values, all magnitudes, what lies beside the case's points."""
    rng = random.Random(seed)
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
    for point in case.points:
        chosen += neighbours(point, dtype, steps if point in case.points[:2] else (-1, 0, 1))
    chosen += [rng.uniform(-12, 12) for _ in range(40)]
    chosen += [rng.choice((-1, 1)) * 10 ** rng.uniform(-6, 3) for _ in range(28)]
    return list(dict.fromkeys(float(dtype(x)) for x in chosen))


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
    for index, case in enumerate(CASES):
        for dtype in (np.float32, np.float64):
            xs = inputs(case, dtype, index)
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
