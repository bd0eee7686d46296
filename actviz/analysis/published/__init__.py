"""Published numbers, recomputed by this program: what `actviz verify` shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from actviz.analysis.published import (
    depth,
    functions,
    gains,
    layers,
    precision,
    saturation,
    selu,
    softmax,
    time,
)
from actviz.analysis.published.check import Check, Finding, Verdict, verdict

__all__ = [
    "COLUMNS",
    "GROUPS",
    "Check",
    "Finding",
    "Verdict",
    "cells",
    "shown",
    "summary",
    "verified",
    "verify",
]

GROUPS: Mapping[str, tuple[Check, ...]] = {
    "Functions": functions.CHECKS,
    "SELU": selu.CHECKS,
    "Gains": gains.CHECKS,
    "Saturation": saturation.CHECKS,
    "Precision": precision.CHECKS,
    "Softmax": softmax.CHECKS,
    "Layers": layers.CHECKS,
    "Depth": depth.CHECKS,
    "Time": time.CHECKS,
}
"""All checks, by what they are about."""
COLUMNS = ("finding", "quantity", "ours", "published", "deviation", "source")
"""What `cells` gives."""


def verified() -> Iterator[Verdict]:
    """Recompute every published number, one after the other."""
    for group, checks in GROUPS.items():
        for check in checks:
            yield verdict(group, check)


def verify() -> tuple[Verdict, ...]:
    """Recompute every published number: takes some seconds."""
    return tuple(verified())


def shown(found: Verdict) -> str:
    """Write our value: two digits more than are published, and what is no number as it is."""
    value, text = found.value, found.check.published
    if isinstance(value, str):
        return value
    mantissa = text.lower().partition("e")[0].lstrip("-0.").replace(".", "")
    return f"{value + 0.0:.{min(max(len(mantissa) + 2, 6), 17)}g}"


def cells(found: Verdict) -> tuple[str, ...]:
    """Give a row of the table, in the order of COLUMNS."""
    deviation = found.deviation
    return (
        found.finding,
        found.check.name,
        shown(found),
        found.check.published,
        "" if deviation is None else f"{deviation:.1e}" if deviation else "0",
        found.check.source,
    )


def summary(found: Sequence[Verdict]) -> str:
    """Say how many passed and failed."""
    count = {
        finding: sum(each.finding == finding for each in found)
        for finding in ("pass", "fail", "heuristic")
    }
    return (
        f"{len(found)} published numbers: {count['pass']} pass, {count['fail']} fail, "
        f"{count['heuristic']} rules of thumb are not judged"
    )
