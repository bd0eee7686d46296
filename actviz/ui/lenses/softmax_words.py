"""The Softmax bench in numbers: the table of a vector, its figures, and the sentence."""

from __future__ import annotations

import math

import numpy as np

from actviz.activations import row
from actviz.analysis.bench import Bench, SigmoidOfTwo
from actviz.ui.board import Table
from actviz.ui.numbers import significant
from actviz.ui.readings import Reading


def numbers(bench: Bench) -> Table:
    """List all numbers of the vector."""
    columns = (
        bench.logits,
        bench.probabilities,
        bench.log_probabilities,
        bench.log_odds,
        bench.twice,
        bench.eigenvalues,
    )
    lines = zip(*(each.tolist() for each in columns), strict=True)
    return Table(
        "numbers",
        "",
        ("", "logit", "p", "ln p", "log-odds", "softmax again", "eigenvalues of J"),
        tuple(
            (f"{index}", *(significant(each, 7) for each in line))
            for index, line in enumerate(lines, 1)
        ),
    )


def readings(bench: Bench, of_two: SigmoidOfTwo | None) -> tuple[Reading, ...]:
    """Put the vector's figures into words."""
    largest = significant(float(bench.eigenvalues[-1]), 6)
    bits = significant(bench.entropy / math.log(2.0), 5)
    bound = 0.5 / bench.temperature
    top = int(np.argmax(bench.probabilities))
    given = [
        Reading(
            "entropy",
            f"{significant(bench.entropy, 6)} of {significant(bench.most_entropy, 3)}",
            f"−Σ p·ln p = {significant(bench.entropy, 12)} nats ({bits} bits); at most ln n",
        ),
        Reading(
            "J's eigenvalues",
            f"0 … {largest}",
            f"All within [0, 1/(2T)] = [0, {significant(bound, 5)}]: softmax's Lipschitz constant",
        ),
        Reading(
            f"loss, class {top + 1}",
            significant(bench.loss(top), 7),
            "Cross-entropy −ln p of the most probable class",
        ),
        Reading(
            "… softmax twice",
            significant(-math.log(float(bench.twice[top])), 7),
            "The same, of a loss that is given probabilities where it expects logits",
        ),
        Reading(
            "… never below",
            significant(bench.floor, 7),
            f"−ln(e/(e + K − 1)) with K = {len(bench.logits)}: the floor of a double softmax",
        ),
    ]
    if of_two is not None:
        two, one = (significant(each, 5) for each in (of_two.softmax[0], of_two.sigmoid[0]))
        hint = "The first of softmax over the first two logits, and the sigmoid of (x₁ − x₂)/T"
        given.append(Reading("softmax of two = σ", two if two == one else f"{two} ≠ {one}", hint))
    return tuple(given)


def sentence(activation: str) -> str:
    """Say what the bench is about, whatever activation is chosen."""
    other = row(activation).title
    start = "" if activation == "softmax" else f"This bench is about softmax, not {other}. "
    return (
        f"{start}pᵢ = e^(xᵢ/T)/Σ e^(xⱼ/T), in float64. J = (diag(p) − p·pᵀ)/T: its rows sum to 0, "
        "so one eigenvalue is 0. Log-odds are ln(p/(1 − p))."
    )
