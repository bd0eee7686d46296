"""Mean field: critical points, fixed points and the honest lack of them, the correlation map."""

from __future__ import annotations

import math
from functools import lru_cache, partial

from actviz.analysis.correlation import correlation_after
from actviz.analysis.criticality import Critical, critical_for, critical_line, half_stable
from actviz.analysis.meanfield import MeanField, Recursion, mean_field
from actviz.analysis.published.check import Check
from actviz.analysis.published.solving import curve_of
from actviz.analysis.saturation import saturation

_POOLE = "Poole et al. 2016, arXiv:1606.05340, figure 1"
_SCHOENHOLZ = "Schoenholz et al. 2017, arXiv:1611.01232"
_ROBERTS = "Roberts, Yaida, Hanin 2022, arXiv:2106.10165, section 5.3.4"
_CHO = "closed form, Cho, Saul 2009"
_LU = "Lu, Shin, Su, Karniadakis 2019, arXiv:1903.06733: 1 − (1 − 2⁻ⁿ)ᵏ"


def _found(point: Critical | None) -> Critical:
    if point is None:
        raise ValueError("critical point: there is none")
    return point


def _phase(sigma_w: float) -> str:
    """Say in which phase tanh is at σb = 0.3."""
    chi = mean_field("tanh", weight_variance=sigma_w**2, bias_variance=0.09).chi
    return "none" if chi is None else "ordered" if chi < 1.0 else "chaotic"


def _fate(found: MeanField) -> str:
    if found.q is None:
        return "no finite fixed point"
    return "converged" if found.converged else "not converged"


@lru_cache
def _half_stable(activation: str) -> Critical:
    points = half_stable(Recursion(curve_of(activation)))
    return _found(points[0] if points else None)


def _half_stable_value(activation: str, index: int) -> float:
    return _half_stable(activation)[index]


@lru_cache
def _line(slope: float) -> Critical:
    """Give the one point that a rectifier's critical line is."""
    points = critical_line(Recursion(curve_of("leaky_relu", negative_slope=slope)))
    weights = {round(each.weight_variance, 10) for each in points}
    if len(weights) != 1:
        raise ValueError(f"critical line: {len(weights)} points; it must be one")
    return points[0]


def _correlation(c: float) -> float:
    return correlation_after(Recursion(curve_of("relu")), 2.0, 0.0, 1.0, c)


def _born_dead(width: int, depth: int) -> float:
    """Give the chance that some layer of a ReLU network is 0 for an input, whatever its weights."""
    dead = saturation("relu").probability
    return -math.expm1(depth * math.log1p(-(dead**width)))


def _selu_chi() -> float:
    chi = mean_field("selu", weight_variance=1.0, bias_variance=0.0).chi
    return math.nan if chi is None else chi


def _half(title: str, activation: str, *published: str) -> tuple[Check, ...]:
    names = ("q*", "σw²", "σb²")
    note = "tables with 0.0555 have lost a digit" if activation == "swish" else ""
    return tuple(
        Check(
            f"{title}, half-stable: {name}",
            text,
            partial(_half_stable_value, activation, index),
            _ROBERTS,
            note=note if name == "σb²" else "",
        )
        for index, (name, text) in enumerate(zip(names, published, strict=True))
    )


CHECKS: tuple[Check, ...] = (
    Check(
        "tanh, σb² = 0.05: critical σw²",
        "1.76",
        lambda: _found(critical_for(Recursion(curve_of("tanh")), 0.05)).weight_variance,
        _SCHOENHOLZ,
    ),
    *(
        Check(f"tanh, σb = 0.3, σw = {sigma:g}", phase, partial(_phase, sigma), _POOLE)
        for sigma, phase in ((1.3, "ordered"), (2.5, "chaotic"), (4.0, "chaotic"))
    ),
    Check("ReLU: critical σw²", "2", lambda: _line(0.0).weight_variance, "closed form"),
    Check("ReLU: critical σb²", "0", lambda: _line(0.0).bias_variance, "closed form"),
    Check(
        "leaky ReLU 0.3: critical σw² = 2/(1 + a²)",
        "1.8348623853",
        lambda: _line(0.3).weight_variance,
        "closed form",
    ),
    *_half("GELU", "gelu", "3.561553", "1.983058", "0.172922"),
    Check(
        "GELU, half-stable: q* = (3 + √17)/2",
        "3.56155281281",
        lambda: _half_stable("gelu").q,
        "closed form",
    ),
    *_half("Swish", "swish", "14.32017", "1.988005", "0.555143"),
    *(
        Check(f"ReLU: correlation map at {c:g}", text, partial(_correlation, c), _CHO)
        for c, text in ((0.0, "0.318310"), (0.5, "0.608998"), (0.9, "0.909538"))
    ),
    Check(
        "ELU, σw² = 2, σb² = 0",
        "no finite fixed point",
        lambda: _fate(mean_field("elu", weight_variance=2.0, bias_variance=0.0)),
        "ELU's mean square exceeds ReLU's, for which 2 is critical",
    ),
    Check(
        "leaky ReLU 0.3, σw² = 2, σb² = 0",
        "no finite fixed point",
        lambda: _fate(mean_field("leaky_relu", weight_variance=2.0, bias_variance=0.0)),
        "closed form: q grows by 1 + a²",
    ),
    Check(
        "tanh, σw² = 1, σb² = 0",
        "not converged",
        lambda: _fate(mean_field("tanh", weight_variance=1.0, bias_variance=0.0)),
        "q falls as 1/(2·layers) only",
    ),
    Check(
        "SELU, σw² = 1, σb² = 0: χ₁",
        "1.0715749925",
        _selu_chi,
        "mpmath, 30 digits",
        note="not 1: SELU is no critical point",
    ),
    Check("born-dead ReLU, width 2, depth 10", "0.943686485", lambda: _born_dead(2, 10), _LU),
    Check("born-dead ReLU, width 10, depth 100", "0.0930827", lambda: _born_dead(10, 100), _LU),
)
