"""Gaussian moments and gains: closed forms, the lists of frameworks, rules of thumb named so."""

from __future__ import annotations

import math

from actviz.analysis.moments import moments
from actviz.analysis.published.check import Check

_CLOSED = "closed form"
_SECOND, _VARIANCE, _SLOPE = "1/√E f²", "1/√Var f", "1/√E f′²"
_TORCH = "torch.nn.init.calculate_gain"
_NFNET = "NFNet (Brock et al. 2021, arXiv:2102.06171), timm's list, by Monte Carlo"
_SAMPLED = 1.5e-3
_PI, _ROOT_3 = math.pi, math.sqrt(3.0)
_DENSITY = math.exp(-0.5) / math.sqrt(2.0 * _PI)
"""φ(1)."""
_TAIL = math.erfc(math.sqrt(0.5)) / 2.0
"""Φ(−1)."""


def _gain(convention: str, activation: str, **values: float) -> float:
    found = moments(activation, **values)
    of = {
        _SECOND: found.second,
        _VARIANCE: found.variance,
        _SLOPE: found.slope_second,
    }
    return 1.0 / math.sqrt(of[convention])


def _closed(name: str, exact: float, activation: str, part: str, **values: float) -> Check:
    """Compare a moment with its closed form, to 1e-10."""
    return Check(
        name,
        f"{exact:.10f}",
        lambda: float(getattr(moments(activation, **values), part)),
        _CLOSED,
    )


def _sampled(title: str, published: str, activation: str, **values: float) -> Check:
    return Check(
        f"{title}: {_VARIANCE}",
        published,
        lambda: _gain(_VARIANCE, activation, **values),
        _NFNET,
        relative=_SAMPLED,
    )


def _torch(title: str, published: str, activation: str, **values: float) -> Check:
    """Compare with those of torch's gains that are 1/√E f²."""
    return Check(
        f"{title}: {_SECOND}", published, lambda: _gain(_SECOND, activation, **values), _TORCH
    )


def _rule(title: str, published: str, activation: str, note: str) -> Check:
    return Check(
        f"{title}: {_SECOND}",
        published,
        lambda: _gain(_SECOND, activation),
        _TORCH,
        heuristic=True,
        note=note,
    )


_MOMENTS = (
    _closed("ReLU: E f = 1/√(2π)", 1.0 / math.sqrt(2.0 * _PI), "relu", "mean"),
    _closed("ReLU: E f² = 1/2", 0.5, "relu", "second"),
    _closed("ReLU: E f′² = 1/2", 0.5, "relu", "slope_second"),
    _closed("leaky ReLU 0.3: E f² = (1 + a²)/2", 0.545, "leaky_relu", "second", negative_slope=0.3),
    _closed("GELU: E f = 1/(2√π)", 0.5 / math.sqrt(_PI), "gelu", "mean"),
    _closed("GELU: E f² = 1/3 + 1/(2√3π)", 1 / 3 + 0.5 / (_ROOT_3 * _PI), "gelu", "second"),
    _closed(
        "GELU: E f′² = 1/3 + 2/(3√3π)", 1 / 3 + 2 / (3 * _ROOT_3 * _PI), "gelu", "slope_second"
    ),
    _closed(
        "ELU: E f = √e·Φ(−1) − ½ + 1/√(2π)",
        math.sqrt(math.e) * _TAIL - 0.5 + 1.0 / math.sqrt(2.0 * _PI),
        "elu",
        "mean",
    ),
    _closed("thresholded ReLU: E f = φ(1)", _DENSITY, "thresholded_relu", "mean"),
    _closed(
        "thresholded ReLU: E f² = φ(1) + Φ(−1)", _DENSITY + _TAIL, "thresholded_relu", "second"
    ),
    _closed("thresholded ReLU: E f′² = Φ(−1)", _TAIL, "thresholded_relu", "slope_second"),
    _closed("SELU: E f = 0", 0.0, "selu", "mean"),
    _closed("SELU: E f² = 1", 1.0, "selu", "second"),
    Check(
        "SELU: E f′²",
        "1.0715749925",
        lambda: moments("selu").slope_second,
        "mpmath, 30 digits",
        note="not 1: SELU keeps the variance, and its gradients grow by 7 % a layer",
    ),
    Check(
        "ReLU: E f",
        "0.40",
        lambda: moments("relu").mean,
        "Clevert, Unterthiner, Hochreiter 2016, arXiv:1511.07289",
    ),
    Check(
        "ELU: E f",
        "0.16",
        lambda: moments("elu").mean,
        "Clevert, Unterthiner, Hochreiter 2016, arXiv:1511.07289",
    ),
)
_CONVENTIONS = (
    Check(f"sigmoid: {_SECOND}", "1.846", lambda: _gain(_SECOND, "sigmoid"), "mpmath, 30 digits"),
    Check(
        f"sigmoid: {_VARIANCE}", "4.801", lambda: _gain(_VARIANCE, "sigmoid"), "mpmath, 30 digits"
    ),
    Check(f"sigmoid: {_SLOPE}", "4.723", lambda: _gain(_SLOPE, "sigmoid"), "mpmath, 30 digits"),
)
_LIST = (
    _sampled("ReLU", "1.71395886", "relu"),
    _sampled("leaky ReLU 0.01", "1.70590341", "leaky_relu", negative_slope=0.01),
    _sampled("GELU", "1.70150435", "gelu"),
    _sampled("SiLU", "1.78812933", "swish"),
    _sampled("ELU", "1.27160048", "elu"),
    _sampled("SELU", "1.00085155", "selu"),
    _sampled("sigmoid", "4.80383539", "sigmoid"),
    _sampled("tanh", "1.59391177", "tanh"),
)
_RULES = (
    _torch("linear", "1", "linear"),
    _torch("ReLU √2", "1.4142135623731", "relu"),
    _torch("leaky ReLU √(2/(1 + 0.01²))", "1.4141428570", "leaky_relu", negative_slope=0.01),
    _rule("sigmoid", "1", "sigmoid", "1 is no gain of the sigmoid in any convention"),
    _rule("tanh", "1.6666666667", "tanh", "5/3 is a rule of thumb; it keeps neither moment"),
    _rule("SELU", "0.75", "selu", "3/4 was found by trial; SELU's own gain is 1"),
)
CHECKS: tuple[Check, ...] = (*_MOMENTS, *_CONVENTIONS, *_LIST, *_RULES)
