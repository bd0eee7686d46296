"""The figures of a person's own data under the Signal lens, with their errors."""

from __future__ import annotations

import math

from actviz.analysis.data import Data
from actviz.analysis.data_moments import DataMoments, Estimate
from actviz.ui.numbers import decimals, significant
from actviz.ui.readings import Reading


def estimated(found: DataMoments, data: Data) -> tuple[Reading, ...]:
    """Put what a curve makes of a sample into words."""
    given = f"over {data.name}, with the standard error of independent numbers"
    figures = (
        ("E f", found.mean, "The mean of the output"),
        ("E f²", found.second, "The output's second moment"),
        ("Var f", found.variance, "The output's variance"),
        ("E f′²", found.slope_second, "What a gradient's mean square keeps"),
        ("P(saturated)", found.saturated, "The share in saturated sides, |f′| < 0.01"),
        ("dead, P(f′ = 0)", found.dead, "The share where f′ is exactly 0"),
    )
    n = Reading("n", f"{data.values.size}", data.sentence)
    return (n, *(Reading(name, _with_error(each), f"{doc} {given}") for name, each, doc in figures))


def _with_error(found: Estimate) -> str:
    """Write a figure with no more digits than its error leaves: "0.3990 ± 0.0013"."""
    if not (math.isfinite(found.value) and math.isfinite(found.error)) or found.error == 0.0:
        return significant(found.value, 4)
    places = max(0, 1 - math.floor(math.log10(found.error)))
    return f"{decimals(found.value, places)} ± {decimals(found.error, places)}"
