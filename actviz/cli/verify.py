"""`actviz verify`: published numbers, recomputed."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from actviz.analysis.published import Finding, Verdict

_COLOURS: dict[Finding, str | None] = {"pass": None, "fail": "red", "heuristic": "cyan"}


@click.command("verify")
@click.option("--json", "as_json", is_flag=True, help="A list of objects, one a number.")
def verify_command(*, as_json: bool) -> None:
    """Recompute the published numbers about activations, and compare.

    Each line has our value, the published one, how far they lie apart, and the source. The status
    is 1 where one fails. Rules of thumb are shown beside ours and not judged.
    """
    from actviz.analysis.published import summary, verify

    found = verify()
    if as_json:
        click.echo(json.dumps([as_object(each) for each in found], indent=2, ensure_ascii=False))
    else:
        for line in _lines(found):
            click.echo(line)
        click.echo(summary(found))
    if any(each.finding == "fail" for each in found):
        click.echo(f"actviz: {summary(found)}", err=True)
        sys.exit(1)


def as_object(verdict: Verdict) -> dict[str, object]:
    """Give a verdict as an object of JSON; infinite numbers are words."""
    from actviz.analysis.published import shown

    check = verdict.check
    finite = isinstance(verdict.value, float) and abs(verdict.value) < float("inf")
    return {
        "group": verdict.group,
        "name": check.name,
        "value": verdict.value if finite else shown(verdict),
        "published": check.published,
        "deviation": verdict.deviation if finite else None,
        "tolerance": check.tolerance,
        "finding": verdict.finding,
        "source": check.source,
        "note": check.note,
        "trouble": verdict.trouble,
    }


def _lines(found: tuple[Verdict, ...]) -> list[str]:
    """Write a table in columns, a heading for each group, notes under what they are about."""
    from actviz.analysis.published import cells

    rows = [cells(each) for each in found]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    lines: list[str] = []
    for index, (verdict, row) in enumerate(zip(found, rows, strict=True)):
        if not index or found[index - 1].group != verdict.group:
            lines += ["", verdict.group] if index else [verdict.group]
        padded = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)]
        text = "  ".join(["", *padded, row[-1]])
        lines.append(click.style(text, fg=_COLOURS[verdict.finding]))
        lines += [f"    {said}" for said in (verdict.check.note, verdict.trouble) if said]
    return lines
