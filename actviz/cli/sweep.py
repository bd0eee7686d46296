"""`actviz sweep`: many points, on all cores or on a cluster, into one table."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from actviz.cli.shared import complain, stopping

if TYPE_CHECKING:
    from actviz.sweep.plan import Plan
    from actviz.sweep.run import Sweep


@click.command("sweep")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler, as in tcp://host:8786.")
@click.option("--processes", type=click.IntRange(1, 1024), help="Instead of one for each core.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="A .parquet, .csv or .npz file."
)
@click.option("--json", "as_json", is_flag=True, help="A list of objects, one a point.")
def sweep_command(
    *,
    file: Path,
    scheduler: str | None,
    processes: int | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Compute all points that FILE describes, a .toml file, and write them as one table.

    Without -o the table has FILE's name, ending in .parquet. The same command goes on where a
    sweep was stopped; what was computed by then is in the table, and the rest is marked missing.
    """
    from actviz.sweep.plan import read_plan
    from actviz.sweep.run import Sweep
    from actviz.sweep.table import check_output

    target = output or (None if as_json else file.with_suffix(".parquet"))
    if target is not None:
        check_output(target)
    plan = read_plan(file)
    kept = target or file
    sweep = Sweep(
        plan, kept.with_name(kept.name + ".parts"), scheduler=scheduler, processes=processes
    )
    if sweep.damaged:
        click.echo(f"{sweep.parts.folder}: {sweep.damaged} damaged, computed again", err=True)
    trouble = _run(sweep)
    if trouble and sweep.count("missing") == plan.size:
        complain(trouble)
    _write(sweep, plan, target, as_json)
    _end(sweep, trouble)


def _run(sweep: Sweep) -> str:
    """Compute until all is done or the user or something else stops it; say what did."""
    before, size = sweep.done, sweep.plan.size
    new, steps = 0, sweep.run()
    with stopping() as stopped, _bar(size, before) as advance, contextlib.closing(steps):
        try:
            for found in steps:
                new += found
                advance(found)
                if stopped and before + new < size:
                    return "interrupted"
        except ValueError as error:
            return str(error)
    return ""


def _write(sweep: Sweep, plan: Plan, target: Path | None, as_json: bool) -> None:
    from actviz.files import write_atomic
    from actviz.sweep.table import encode, objects

    if target is not None:
        write_atomic(target, encode(plan, sweep.outcome, target.suffix.lower()))
    if as_json:
        click.echo(json.dumps(list(objects(plan, sweep.outcome)), ensure_ascii=False, indent=1))


def _end(sweep: Sweep, trouble: str) -> None:
    """Say what is missing and how to go on, or remove the parts."""
    missing, lost, refused = sweep.count("missing"), sweep.count("lost"), sweep.count("refused")
    if missing or lost:
        parts = [f"{missing:,} of {sweep.plan.size:,} points are missing"] if missing else []
        parts += [f"{lost:,} were lost"] if lost else []
        why = trouble or sweep.first_trouble()
        complain(
            f"{', '.join(parts)}: {why}; the same command goes on from there "
            f"(kept in {sweep.parts.folder})"
        )
    sweep.parts.discard()
    if refused:
        said = f"{refused:,} of {sweep.plan.size:,} points have no figures"
        click.echo(f"{said}: {sweep.first_trouble()}", err=True)


@contextlib.contextmanager
def _bar(size: int, done: int) -> Iterator[Any]:
    """Show the progress on stderr where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda points: None
        return
    with click.progressbar(length=size, label="points", file=sys.stderr, show_pos=True) as bar:
        bar.update(done)
        yield bar.update
