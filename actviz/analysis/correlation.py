"""The correlation map: how alike two inputs are after one more layer, at infinite width.

Two pre-activations of variance q and correlation c have after a layer the correlation
c′ = (σw²·E f(u₁)f(u₂) + σb²)/q′. At q* its slope at c = 1 is χ₁.
Poole et al. 2016, arXiv:1606.05340, equation 5.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from actviz.analysis.curve import Curve
from actviz.analysis.meanfield import Recursion, root

Array = NDArray[np.float64]
_FARTHEST = 9.0
_OUTER = 14.0
_WIDEST = 2.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)
_MOST_BENDS = 16
_FARTHEST_BEND = 10.0
_PIECE = 256
_SETTLED = 1e-13


def paired(curve: Curve, q: float, c: float) -> float:
    """Compute E f(u₁)f(u₂) for a Gaussian pair of variance q and correlation c, to 1e-10.

    The inner integral, over u₂ given u₁, is split at the joints as they lie for each u₁; the
    outer one where the inner one bends: within √(1 − c²) of the joints.
    """
    spread = math.sqrt(max(0.0, (1.0 - c) * (1.0 + c)))
    std = math.sqrt(q)
    with np.errstate(all="ignore"):
        z, weights = _outer(curve, std, c, spread)
        f = curve.f(std * z)
        inner = np.concatenate(
            [
                _inner(curve, std, c * part, spread)
                for part in np.array_split(z, max(1, z.size // _PIECE))
            ]
        )
        return float(weights @ (f * inner))


def _joints(curve: Curve, std: float) -> Array:
    """Give places in z where f or a derivative breaks, or where f bends if the input is wide."""
    places = sorted({0.0, *curve.joints})
    if std > 1.0:
        away = 4.0 ** np.arange(-0.5, min(_FARTHEST_BEND, math.log(_OUTER * std, 4.0)))
        places += [x + s * a for x in places[:_MOST_BENDS] for a in away for s in (-1, 1)]
    return np.unique(np.array(places)) / std


def _outer(curve: Curve, std: float, c: float, spread: float) -> tuple[Array, Array]:
    """Give nodes and weights of the outer integral, the Gaussian density in the weights."""
    joints = _joints(curve, std)
    bounds = [*np.arange(-_OUTER, _OUTER + 1.0, _WIDEST), *joints]
    if c != 0.0 and spread < 1.0:
        away = spread * 2.0 ** np.arange(0.0, min(60.0, 1.0 - math.log2(max(spread, 1e-18))))
        ends = (0.0, *away, *-away)
        breaks = np.array([0.0, *curve.joints[:_MOST_BENDS]]) / std
        bounds += [(x + a) / c for x in breaks for a in ends]
    edges = np.unique([b for b in bounds if abs(b) <= _OUTER])
    half = np.diff(edges)[:, None] / 2
    z = (edges[1:] + edges[:-1])[:, None] / 2 + half * _NODES
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return z.ravel(), (half * _WEIGHTS * density).ravel()


def _inner(curve: Curve, std: float, centres: Array, spread: float) -> Array:
    """Integrate f over z = centre + spread·t with t from N(0, 1), for each centre."""
    if spread == 0.0:
        return curve.f(std * centres)
    regular = np.arange(-_FARTHEST, _FARTHEST + 0.5, 1.5)
    joints = (_joints(curve, std) - centres[:, None]) / spread
    seen = joints[:, np.any(np.abs(joints) < _FARTHEST, axis=0)]
    cuts = np.clip(seen, -_FARTHEST, _FARTHEST)
    edges = np.sort(np.concatenate([np.tile(regular, (centres.size, 1)), cuts], axis=1), axis=1)
    half = np.diff(edges, axis=1)[:, :, None] / 2
    t = (edges[:, 1:] + edges[:, :-1])[:, :, None] / 2 + half * _NODES
    weights = half * _WEIGHTS * np.exp(-(t**2) / 2) / math.sqrt(2 * math.pi)
    f = curve.f(std * (centres[:, None, None] + spread * t))
    return np.asarray(np.sum(weights * f, axis=(1, 2)))


def correlation_after(
    recursion: Recursion, weight_variance: float, bias_variance: float, q: float, c: float
) -> float:
    """Compute the correlation after one layer of a pair with variance q and correlation c.

    At c = 1 it is 1; NaN where q or q′ is 0 or not found.
    """
    after = weight_variance * recursion.at(q).second + bias_variance
    if not (q > 0.0 and after > 0.0 and math.isfinite(after)):
        return math.nan
    if c == 1.0:
        return 1.0
    found = weight_variance * paired(recursion.curve, q, c) + bias_variance
    return min(1.0, max(-1.0, found / after))


def correlation_fixed_point(
    recursion: Recursion, weight_variance: float, bias_variance: float, q: float
) -> float | None:
    """Solve for the correlation c* that inputs which differ end up with, at a fixed point q.

    1 in the ordered phase, where χ₁ ≤ 1; below 1 in the chaotic one. None where q is 0.
    """
    if q <= 0.0:
        return None
    if weight_variance * recursion.at(q).slope_second <= 1.0 + 1e-9:
        return 1.0

    def change(c: float) -> float:
        return correlation_after(recursion, weight_variance, bias_variance, q, c) - c

    start = change(0.0)
    if abs(start) <= _SETTLED:
        return 0.0
    if start < 0.0:
        return root(change, -1.0, 0.0) if change(-1.0) > 0.0 else -1.0
    near = 1.0
    for power in range(1, 48):
        near = 1.0 - 2.0**-power
        if change(near) < 0.0:
            return root(change, 0.0, near)
    return near
