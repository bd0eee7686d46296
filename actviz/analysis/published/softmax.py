"""Softmax: probabilities, entropies, eigenvalues of its Jacobian, the floor of a double softmax."""

from __future__ import annotations

from functools import partial

from actviz.analysis.bench import Bench, double_floor
from actviz.analysis.published.check import Check

_MPMATH = "mpmath, 30 digits"
_LOGITS = (1.0, 2.0, 3.0)
_CLOSED = "closed form: −ln(e/(e + K − 1))"


def _bench(temperature: float) -> Bench:
    return Bench.of(_LOGITS, temperature)


def _share(temperature: float, index: int) -> float:
    return float(_bench(temperature).probabilities[index])


def _shares(temperature: float, *published: str) -> tuple[Check, ...]:
    return tuple(
        Check(
            f"softmax(1, 2, 3), T = {temperature:g}: {index + 1}",
            text,
            partial(_share, temperature, index),
            _MPMATH,
        )
        for index, text in enumerate(published)
    )


def _entropy(temperature: float, published: str) -> Check:
    return Check(
        f"softmax(1, 2, 3): entropy, T = {temperature:g}",
        published,
        lambda: _bench(temperature).entropy,
        _MPMATH,
    )


def _diagonal(index: int) -> float:
    return float(_bench(1.0).jacobian[index, index])


def _eigenvalue(index: int) -> float:
    return float(_bench(1.0).eigenvalues[index])


def _twice(index: int) -> float:
    return float(_bench(1.0).twice[index])


def _floor(classes: int, published: str, source: str = _CLOSED) -> Check:
    return Check(
        f"double softmax, K = {classes}: loss floor",
        published,
        lambda: double_floor(classes),
        source,
    )


CHECKS: tuple[Check, ...] = (
    *_shares(0.5, "0.015876240", "0.117310428", "0.866813332"),
    _entropy(0.5, "0.441057444"),
    *_shares(1.0, "0.090030573", "0.244728471", "0.665240956"),
    _entropy(1.0, "0.832395582"),
    *_shares(2.0, "0.186323723", "0.307195886", "0.506480391"),
    _entropy(2.0, "1.020191337"),
    *(
        Check(
            f"softmax(1, 2, 3): Jacobian, diagonal {index + 1}",
            text,
            partial(_diagonal, index),
            _MPMATH,
        )
        for index, text in enumerate(("0.081925069", "0.184836447", "0.222695427"))
    ),
    *(
        Check(
            f"softmax(1, 2, 3): Jacobian, eigenvalue {index + 1}",
            text,
            partial(_eigenvalue, index),
            _MPMATH,
        )
        for index, text in enumerate(("0", "0.1185533", "0.3709036"))
    ),
    Check(
        "uniform over K = 4, T = 2: eigenvalue 1/(KT)",
        "0.125",
        lambda: float(Bench.of((0.0,) * 4, 2.0).eigenvalues[-1]),
        "closed form",
        exact=True,
    ),
    *(
        Check(f"softmax(softmax(1, 2, 3)): {index + 1}", text, partial(_twice, index), _MPMATH)
        for index, text in enumerate(("0.253497652", "0.295909144", "0.450593204"))
    ),
    _floor(4, "0.74", "SciCo, issue 2: “roughly 0.74”"),
    _floor(4, "0.7437", "openillumi: “0.7437 for [0,0,0,1]”"),
    _floor(2, "0.313262"),
    _floor(3, "0.551445"),
    _floor(4, "0.743668"),
    _floor(10, "1.461150"),
    _floor(100, "3.622207"),
    _floor(1000, "5.909472"),
)
