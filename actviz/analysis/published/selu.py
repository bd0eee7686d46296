"""SELU: its constants solved from the fixed point they are made for, and the map round it."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from actviz.analysis.flow import FixedPoint, fixed_point
from actviz.analysis.moments import moments
from actviz.analysis.published.check import Check
from actviz.analysis.published.solving import curve_of, root
from actviz.dtypes import DTYPES
from actviz.param import Value

_PAPER = "Klambauer et al. 2017, arXiv:1706.02515"
_CLOSED = f"closed form, {_PAPER}, equation 14"
_KERAS = "keras.activations.selu, documentation"
_NOTEBOOK = "the authors' notebook (bioinf-jku/SNNs), which solves the same two equations"


@lru_cache
def selu_alpha(mean: float = 0.0, variance: float = 1.0) -> float:
    """Solve for the α whose unit keeps this mean and variance, if scaled by `selu_scale`."""

    def off(alpha: float) -> float:
        found = moments("elu", mean=mean, std=math.sqrt(variance), alpha=alpha)
        return found.mean / math.sqrt(found.variance) - mean / math.sqrt(variance)

    return root(off, 1.0, 3.0)


@lru_cache
def selu_scale(mean: float = 0.0, variance: float = 1.0) -> float:
    """Solve for the λ that belongs to `selu_alpha`."""
    alpha = selu_alpha(mean, variance)
    found = moments("elu", mean=mean, std=math.sqrt(variance), alpha=alpha)
    return math.sqrt(variance / found.variance)


def _in_float32(number: float) -> float:
    return float(DTYPES["float32"].rounded(np.array([number]))[0])


def _corner(activation: str, **values: Value) -> float:
    """Give by how much f′ jumps at 0: left-hand minus right-hand."""
    return math.fsum(each.df_left - each.df_right for each in curve_of(activation, **values).breaks)


def _jump(activation: str, **values: Value) -> float:
    """Give by how much f jumps in all."""
    breaks = curve_of(activation, **values).breaks
    return math.fsum(abs(each.f_left - each.f_right) for each in breaks)


@lru_cache
def _point(omega: float = 0.0) -> FixedPoint:
    return fixed_point(curve_of("selu"), omega)


def _jacobian(output: int, source: int) -> float:
    return _point().jacobian[output][source]


CHECKS: tuple[Check, ...] = (
    Check("α, solved for (0, 1)", "1.6732632423543772848", selu_alpha, _CLOSED),
    Check("λ, solved for (0, 1)", "1.0507009873554804934", selu_scale, _CLOSED),
    Check("λ·α", "1.7580993408473769", lambda: selu_scale() * selu_alpha(), _CLOSED),
    Check("α as printed", "1.6733", selu_alpha, _PAPER),
    Check("λ as printed", "1.0507", selu_scale, _PAPER),
    Check("α in Keras's words", "1.67326324", selu_alpha, _KERAS),
    Check(
        "λ in Keras's words",
        "1.05070098",
        selu_scale,
        _KERAS,
        relative=1e-8,
        note="cut off there, not rounded",
    ),
    Check(
        "α rounded to float32",
        "1.67326319217681884765625",
        lambda: _in_float32(selu_alpha()),
        "ONNX, operator Selu, attribute alpha",
    ),
    Check(
        "λ rounded to float32",
        "1.05070102214813232421875",
        lambda: _in_float32(selu_scale()),
        "ONNX, operator Selu, attribute gamma",
    ),
    Check("α for (−0.1, 2)", "1.9769021954242014", lambda: selu_alpha(-0.1, 2.0), _NOTEBOOK),
    Check("λ for (−0.1, 2)", "1.073851239616046", lambda: selu_scale(-0.1, 2.0), _NOTEBOOK),
    Check(
        "f′(0⁻) − f′(0⁺) = λα − λ",
        "0.7073983534918964",
        lambda: _corner("selu"),
        _CLOSED,
        note="SELU is continuous but not smooth",
    ),
    Check("ELU α = 0.7: jump of f", "0", lambda: _jump("elu", alpha=0.7), "exact"),
    Check(
        "ELU α = 0.7: f′(0⁻) − f′(0⁺)",
        "-0.3",
        lambda: _corner("elu", alpha=0.7),
        "exact",
        exact=True,
    ),
    Check(
        "ELU α = 1: f′(0⁻) − f′(0⁺)",
        "0",
        lambda: _corner("elu", alpha=1.0),
        "exact",
        note="ELU is continuous for every α, and smooth for α = 1 only",
    ),
    Check("fixed point: mean", "0.000000000000", lambda: _point().mean, _PAPER),
    Check(
        "fixed point: variance",
        "1.000000000000",
        lambda: _point().variance,
        _PAPER,
    ),
    Check("Jacobian, ∂μ′/∂μ at ω = 0, τ = 1", "0", lambda: _jacobian(0, 0), _PAPER),
    Check(
        "Jacobian, ∂μ′/∂ν",
        "0.088834",
        lambda: _jacobian(0, 1),
        _PAPER,
        relative=1.2e-5,
        note="cut off there, not rounded: 0.0888348",
    ),
    Check("Jacobian, ∂ν′/∂μ", "0", lambda: _jacobian(1, 0), _PAPER),
    Check("Jacobian, ∂ν′/∂ν", "0.782648", lambda: _jacobian(1, 1), _PAPER),
    Check("Jacobian, spectral norm", "0.7877", lambda: _point().norm, _PAPER),
    Check(
        "Jacobian, spectral norm at ω = 1",
        "1.1109491419944",
        lambda: _point(1.0).norm,
        "mpmath, 30 digits",
        note="above 1, and so is an eigenvalue: with all weights positive (0, 1) attracts no more",
    ),
)
