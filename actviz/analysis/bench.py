"""Softmax on the bench: everything that follows from a vector of logits and a temperature."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from actviz.analysis.curve import Array
from actviz.param import Integer, refuse
from actviz.reference import TWINS
from actviz.vectors import SoftmaxRequest, numpy_jacobian, numpy_softmax

MOST_LOGITS = 64
"""What one can still tell apart as bars and as a picture."""
_CLASSES = Integer(low=1)


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """Softmax of one vector, in float64.

    Attributes
    ----------
    logits, temperature
        What it is of.
    probabilities
        pᵢ = e^(xᵢ/T)/Σ e^(x/T); shape (n,).
    log_probabilities
        ln pᵢ, which stay finite where pᵢ underflows.
    log_odds
        ln(pᵢ/(1 − pᵢ)), natural; +∞ for a single logit.
    jacobian
        ∂pᵢ/∂xⱼ = pᵢ·(δᵢⱼ − pⱼ)/T at [i, j]; symmetric, its rows sum to 0.
    eigenvalues
        Of the Jacobian, ascending; the first is 0, since shifting all logits changes nothing.
    entropy
        −Σ pᵢ·ln pᵢ in nats.
    twice
        The softmax, at T = 1, of the probabilities taken for logits, as a loss does that is given
        probabilities where it expects logits.
    """

    logits: Array
    temperature: float
    probabilities: Array
    log_probabilities: Array
    log_odds: Array
    jacobian: Array
    eigenvalues: Array
    entropy: float
    twice: Array

    @classmethod
    def of(cls, logits: Sequence[float] | Array, temperature: float = 1.0) -> Bench:
        """Compute it.

        Raises
        ------
        ValueError
            For no or more than 64 logits, one that is not finite, or a temperature that is not
            above 0.
        """
        x = _checked(np.asarray(logits, dtype=np.float64))
        request = SoftmaxRequest.of(x, -1, temperature)
        probabilities, _ = numpy_softmax(request)
        jacobian = numpy_jacobian(request)[0]
        log_odds = _log_odds(x, temperature)
        logs = np.asarray(TWINS["log_sigmoid"](log_odds))  # keeps its digits where pᵢ is nearly 1
        with np.errstate(all="ignore"):
            informative = np.where(probabilities > 0.0, -probabilities * logs, 0.0)
        # none is negative and the first is 0: rounding gives some ±1e-17
        eigenvalues = np.maximum(np.linalg.eigvalsh(jacobian), 0.0)
        eigenvalues[0] = 0.0
        return cls(
            logits=x,
            temperature=temperature,
            probabilities=probabilities,
            log_probabilities=logs,
            log_odds=log_odds,
            jacobian=jacobian,
            eigenvalues=eigenvalues,
            entropy=math.fsum(informative.tolist()),
            twice=numpy_softmax(SoftmaxRequest.of(probabilities, -1))[0],
        )

    @property
    def most_entropy(self) -> float:
        """The entropy of the uniform distribution, ln n."""
        return math.log(len(self.logits))

    @property
    def floor(self) -> float:
        """The least loss that a double softmax can reach with so many classes."""
        return double_floor(len(self.logits))

    def loss(self, target: int) -> float:
        """Give the cross-entropy −ln pₜ."""
        return -float(self.log_probabilities[target])


def _checked(x: Array) -> Array:
    if not (x.ndim == 1 and 1 <= x.size <= MOST_LOGITS):
        raise ValueError(
            f"logits: the shape {x.shape} is not allowed; it must be one row of 1 to {MOST_LOGITS}"
        )
    if not np.all(np.isfinite(x)):
        bad = float(x[~np.isfinite(x)][0])
        raise refuse("logits", bad, "finite numbers")
    return x


def _log_odds(x: Array, temperature: float) -> Array:
    """Compute xᵢ/T − ln Σ_{j≠i} e^(xⱼ/T): each logit beside the others, without cancellation."""
    found = np.full(x.size, math.inf)
    for index in range(x.size if x.size > 1 else 0):
        others = np.delete(x, index)
        top = float(others.max())
        with np.errstate(all="ignore"):
            rest = math.log(math.fsum(np.exp((others - top) / temperature).tolist()))
            found[index] = (x[index] - top) / temperature - rest
    return found


def double_floor(classes: int) -> float:
    """Give the least cross-entropy of a softmax over probabilities: −ln(e/(e + K − 1)).

    Raises
    ------
    ValueError
        For fewer than one class.
    """
    count = _CLASSES.check(classes, "classes")
    assert isinstance(count, int)
    return math.log1p((count - 1) / math.e)


@dataclass(frozen=True, slots=True)
class SigmoidOfTwo:
    """Softmax over two logits beside the sigmoid of their difference: the same, each computed."""

    difference: float
    softmax: tuple[float, float]
    sigmoid: tuple[float, float]


def sigmoid_of_two(first: float, second: float, temperature: float = 1.0) -> SigmoidOfTwo:
    """Compare softmax(a, b) with σ((a − b)/T) and σ((b − a)/T)."""
    bench = Bench.of((first, second), temperature)
    apart = (first - second) / temperature
    sigmoids = TWINS["sigmoid"](np.array([apart, -apart]))
    return SigmoidOfTwo(
        apart,
        (float(bench.probabilities[0]), float(bench.probabilities[1])),
        (float(sigmoids[0]), float(sigmoids[1])),
    )


def shares_of(table: Array, axis: int, temperature: float = 1.0) -> Array:
    """Compute the softmax of a table of logits along one of its axes; float64, the same shape.

    Raises
    ------
    ValueError
        For an axis that it does not have, or a bad temperature.
    """
    request = SoftmaxRequest.of(np.ascontiguousarray(table, dtype=np.float64), axis, temperature)
    return numpy_softmax(request)[0]
