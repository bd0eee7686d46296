"""What was measured, as a table to read, as Markdown and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

from actviz.accuracy.patterns import number_of, shown
from actviz.accuracy.run import Job, Measurement
from actviz.accuracy.tally import FAULTS, Tally

Results = Sequence[tuple[Job, Measurement]]
HEADER = (
    "activation",
    "by",
    "of",
    "max ULP",
    "at",
    "99.99 %",
    "false 0",
    "false ∞",
    "sign",
    "NaN",
    "points",
)


def ulp(error: float) -> str:
    """Write an error in units in the last place: four decimals, or two digits of a large one."""
    if error == 0.0:
        return "0"
    return f"{error:.4f}" if error < 1000.0 else f"{error:.1e}"


def cells(results: Results) -> list[tuple[str, ...]]:
    """Give a row for each f and f′, in the order of HEADER."""
    return [
        (
            title(job),
            job.subject.id,
            what,
            ulp(tally.worst),
            "" if tally.at is None else shown(tally.at, tally.dtype),
            ulp(tally.percentile()),
            *(f"{tally.faults[name].count:,}" for name in FAULTS),
            f"{tally.points:,}",
        )
        for job, found in results
        for what, tally in _parts(found)
    ]


def title(job: Job) -> str:
    """Name an activation, with the values that are not its defaults."""
    defaults = job.row.complete()
    changed = [f"{name}={value}" for name, value in job.values.items() if value != defaults[name]]
    return f"{job.row.name} {' '.join(changed)}".strip()


def _parts(found: Measurement) -> Iterable[tuple[str, Tally]]:
    yield "f", found.f
    if found.df is not None:
        yield "f′", found.df


def text(results: Results) -> str:
    """Write a table in columns; whoever measured is named below it."""
    rows = [HEADER, *cells(results)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADER))]
    lines = [
        "  ".join(
            cell.ljust(width) if i < 3 or i == 4 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    names = {job.subject.id: job.subject.name for job, _ in results}
    seconds = sum(found.seconds for _, found in results)
    told = [f"{identifier}: {name}" for identifier, name in names.items()]
    dtypes = ", ".join({job.dtype: None for job, _ in results})
    return "\n".join([*lines, "", *told, f"{dtypes}, {seconds:.0f} s", ""])


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def as_markdown(results: Results) -> str:
    """Write the rows of `cells` as a table in Markdown."""
    return markdown(HEADER, cells(results))


def as_json(results: Results) -> str:
    """Write a list of objects, one a function and subject; an infinite 99.99 % point is null."""
    return json.dumps([_object(job, found) for job, found in results], indent=2) + "\n"


def _object(job: Job, found: Measurement) -> dict[str, Any]:
    return {
        "activation": job.row.name,
        "values": job.values,
        "dtype": job.dtype,
        "by": job.subject.id,
        "name": job.subject.name,
        "seconds": round(found.seconds, 1),
        "f": _tally_object(found.f),
        "df": None if found.df is None else _tally_object(found.df),
    }


def _tally_object(tally: Tally) -> dict[str, Any]:
    most = tally.percentile()
    counted = {
        name: {"count": fault.count, "nearest": _input(fault.nearest, tally.dtype)}
        for name, fault in tally.faults.items()
    }
    return {
        "points": tally.points,
        "max_ulp": tally.worst,
        "worst_input": _input(tally.at, tally.dtype),
        "ulp_99_99": most if math.isfinite(most) else None,
        **counted,
    }


def _input(bits: int | None, dtype: str) -> dict[str, str] | None:
    if bits is None:
        return None
    decimal, _, pattern = shown(bits, dtype).partition(" ")
    return {"decimal": decimal, "hex": pattern.strip("()"), "exact": number_of(bits, dtype).hex()}
