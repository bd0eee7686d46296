"""The definitions of the activations beside those of the source page; see golden_cases.py."""

from __future__ import annotations

import math

from golden_case import Case, sigma
from mpmath import mp, mpf


def hard_tanh(name: str, low: float, high: float) -> Case:
    a, b = mpf(low), mpf(high)
    return Case(
        name,
        {"min_value": low, "max_value": high} if name == "hard_tanh" else {},
        lambda x: min(max(x, a), b),
        lambda x: mpf(1) if a < x <= b else mpf(0),
        (min(low, high), 0.0),
        (high, 0.0),
        (low, high),
    )


def shrink(name: str, threshold: float) -> Case:
    t = mpf(threshold)
    hard = name == "hard_shrink"
    return Case(
        name,
        {"threshold": threshold},
        lambda x: (x if hard else x - mp.sign(x) * t) if abs(x) > t else mpf(0),
        lambda x: mpf(0) if -t < x <= t else mpf(1),
        (-math.inf, 1.0),
        (math.inf, 1.0),
        (threshold, -threshold),
    )


def prelu(alpha: float) -> Case:
    a = mpf(alpha)
    return Case(
        "prelu",
        {"alpha": alpha},
        lambda x: x if x > 0 else a * x,
        lambda x: mpf(1) if x > 0 else a,
        (-math.inf * alpha if alpha else 0.0, alpha),
        (math.inf, 1.0),
    )


def sparse_sigmoid() -> Case:
    return Case(
        "sparse_sigmoid",
        {},
        lambda x: min(max((x + 1) / 2, mpf(0)), mpf(1)),
        lambda x: mpf(0.5) if -1 < x <= 1 else mpf(0),
        (0.0, 0.0),
        (1.0, 0.0),
        (-1.0, 1.0),
    )


def threshold(threshold: float, default: float) -> Case:
    t, v = mpf(threshold), mpf(default)
    return Case(
        "threshold",
        {"threshold": threshold, "default_value": default},
        lambda x: x if x > t else v,
        lambda x: mpf(1) if x > t else mpf(0),
        (default, 0.0),
        (math.inf, 1.0),
        (threshold,),
    )


def celu(alpha: float) -> Case:
    a = mpf(alpha)
    scale = alpha if 1e-30 < alpha < 1e30 else 1.0
    return Case(
        "celu",
        {"alpha": alpha},
        lambda x: x if x > 0 else a * mp.expm1(x / a),
        lambda x: mpf(1) if x > 0 else mp.exp(x / a),
        (-alpha, 0.0),
        (math.inf, 1.0),
        (0.0, *(p * scale for p in (-17.0, -87.3, -104.0, -700.3))),
    )


def exponential() -> Case:
    return Case(
        "exponential",
        {},
        mp.exp,
        mp.exp,
        (0.0, 0.0),
        (math.inf, math.inf),
        (88.72283, -103.97208, -87.33654, 709.78, -745.13),
    )


def hard_swish() -> Case:
    return Case(
        "hard_swish",
        {},
        lambda x: x * min(max(x + 3, mpf(0)), mpf(6)) / 6,
        lambda x: mpf(0) if x <= -3 else (2 * x + 3) / 6 if x <= 3 else mpf(1),
        (0.0, 0.0),
        (math.inf, 1.0),
        (-1.5, -3.0, 3.0),
    )


def softsign() -> Case:
    return Case(
        "softsign",
        {},
        lambda x: x / (1 + abs(x)),
        lambda x: 1 / (1 + abs(x)) ** 2,
        (-1.0, 0.0),
        (1.0, 0.0),
        (2.0**24, 2.0**26, 3e19, 2.6e22, 1e160, 6e161),
    )


def sparse_plus() -> Case:
    return Case(
        "sparse_plus",
        {},
        lambda x: mpf(0) if x <= -1 else (x + 1) ** 2 / 4 if x < 1 else x,
        lambda x: mpf(0) if x <= -1 else (x + 1) / 2 if x < 1 else mpf(1),
        (0.0, 0.0),
        (math.inf, 1.0),
        (-1.0, 1.0),
    )


def squareplus(b: float) -> Case:
    c = mpf(b)

    def s(x: mpf) -> mpf:
        return mp.sqrt(x * x + c)

    def f(x: mpf) -> mpf:  # 60 digits of x + s would hold nothing left of −10³⁰·√b
        return c / (s(x) - x) / 2 if x < 0 else (x + s(x)) / 2

    def df(x: mpf) -> mpf:
        return f(x) / s(x) if c or x else mpf(0)

    scale = math.sqrt(b)
    points = [0.0, *(p * scale for p in (-1.0, 1.0, -3e3, 3e3, -1e8, 1e8))]
    return Case(
        "squareplus",
        {"b": b},
        f,
        df,
        (0.0, 0.0),
        (math.inf, 1.0),
        tuple(points if b else [0.0]),
    )


def softplus(beta: float) -> Case:
    b = mpf(beta)
    scale = 1 / beta
    tails = (p * scale for p in (-16.0, -88.0, -103.9, 16.0, 30.0, 88.0, -700.0, -745.0))
    return Case(
        "softplus",
        {"beta": beta},
        lambda x: mp.log1p(mp.exp(b * x)) / b,
        lambda x: sigma(b * x),
        (0.0, 0.0),
        (math.inf, 1.0),
        (0.0, *tails),
    )


def log_sigmoid() -> Case:
    return Case(
        "log_sigmoid",
        {},
        lambda x: -mp.log1p(mp.exp(-x)),
        lambda x: sigma(-x),
        (-math.inf, 1.0),
        (-0.0, 0.0),
        (0.0, 16.64, 88.0, 103.9, -16.64, -30.0, 745.0),
    )


def mish() -> Case:
    def gate(x: mpf) -> mpf:
        return mp.tanh(mp.log1p(mp.exp(x)))

    # sech² by cosh: 60 digits of 1 − tanh² would hold nothing of the right tail
    return Case(
        "mish",
        {},
        lambda x: x * gate(x),
        lambda x: gate(x) + x * sigma(x) / mp.cosh(mp.log1p(mp.exp(x))) ** 2,
        (-0.0, -0.0),
        (math.inf, 1.0),
        (-1.1924312145154952, -2.2563984, -30.0, -88.0, -103.0, -107.9, 1.4907, 30.0, 88.0),
    )


def tanh_shrink() -> Case:
    def f(x: mpf) -> mpf:  # below 1 the series of (x·cosh x − sinh x)/cosh x, where nothing cancels
        if abs(x) > 1:
            return x - mp.tanh(x)
        terms = (2 * k * x ** (2 * k + 1) / mp.factorial(2 * k + 1) for k in range(1, 40))
        return mp.fsum(terms) / mp.cosh(x)

    return Case(
        "tanh_shrink",
        {},
        f,
        lambda x: mp.tanh(x) ** 2,
        (-math.inf, 1.0),
        (math.inf, 1.0),
        (1.0, -1.0, 0.05, -0.3, 1e-13, 1e-15, 9.01, 20.0, 1e-23, 1e-103, 1e-108, 1e-162),
    )


NEWER = (
    *(hard_tanh("hard_tanh", *v) for v in ((-1.0, 1.0), (0.1, 20.0), (0.7, -0.3), (-1e-300, 1e30))),
    hard_tanh("relu6", 0.0, 6.0),
    *(shrink("hard_shrink", t) for t in (0.5, 0.1, 0.0, 1e30, 1e-300)),
    *(shrink("soft_shrink", t) for t in (0.5, 0.1, 0.0, 1e30, 1e-300)),
    *(prelu(alpha) for alpha in (0.25, 0.1, -0.7, 0.0, 1e30, 1e-30, 1e-300)),
    sparse_sigmoid(),
    *(threshold(*v) for v in ((0.0, -1.0), (0.1, 20.0), (-0.7, 0.0), (1e30, 0.1))),
    *(celu(alpha) for alpha in (1.0, 0.7, 5.0, 1e30, 1e-30, 1e-300, 1e300)),
    exponential(),
    hard_swish(),
    softsign(),
    sparse_plus(),
    *(squareplus(b) for b in (4.0, 1.0, 0.7, 0.0, 1e30, 1e-30, 1e-300, 1e300)),
    *(softplus(beta) for beta in (1.0, 0.3, 10.0, 1e-30, 1e30, 1e-300, 1e300)),
    log_sigmoid(),
    mish(),
    tanh_shrink(),
)
