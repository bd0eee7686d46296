"""The textbook definitions behind tests/golden/activations.json, in mpmath at 60 digits.

They share no code with the package. A definition must not cancel at 60 digits, however far out:
x + √(x² + 1) has none left at −10³¹, where 1/(√(x² + 1) − x) has all. Each case names the points
to look at closely: roots of f′, kinks, where tails end. New cases are appended
to `NEWER` in golden_newer.py.
"""

from __future__ import annotations

import math

from golden_case import Case, sigma
from golden_newer import NEWER
from mpmath import mp, mpf


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
    *NEWER,
)
