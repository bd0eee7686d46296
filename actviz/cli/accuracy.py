"""`actviz accuracy`: errors of f and f′ in units in the last place."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from actviz.cli.shared import assignments, complain, row_named, stopping

if TYPE_CHECKING:
    from actviz.accuracy.run import Job, Measurement
    from actviz.accuracy.state import State
    from actviz.accuracy.subjects import Subject
    from actviz.activations.row import Row
    from actviz.param import Value

_KEEP_EVERY = 15.0
"""Seconds after which the state is written down again."""


@click.command("accuracy")
@click.argument("activations", nargs=-1, metavar="[ACTIVATION]…")
@click.option("--set", "pairs", multiple=True, metavar="NAME=VALUE", help="A parameter's value.")
@click.option(
    "--dtype", default="float32", show_default=True, help="float16, bfloat16, float32, float64."
)
@click.option("--device", help="A device's id, as `actviz devices` lists it.")
@click.option("--exhaustive", is_flag=True, help="All 2³² float32 (2¹⁶ of a type of 16 bits).")
@click.option("--against", multiple=True, help="Also torch, keras, jax or onnxruntime.")
@click.option("--json", "as_json", is_flag=True, help="A list of objects, one a function.")
@click.option("--markdown", is_flag=True, help="A table in Markdown.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write.")
@click.option("--resume", type=click.Path(path_type=Path), help="Where to keep what is done.")
def accuracy_command(
    *,
    activations: tuple[str, ...],
    pairs: tuple[str, ...],
    dtype: str,
    device: str | None,
    exhaustive: bool,
    against: tuple[str, ...],
    as_json: bool,
    markdown: bool,
    output: Path | None,
    resume: Path | None,
) -> None:
    """Measure f and f′ of each ACTIVATION, or of all, in units in the last place.

    Inputs are a sweep over all that is hard, or every number there is. The same command goes on
    where an exhaustive run was interrupted.
    """
    from actviz.accuracy import tables
    from actviz.accuracy.state import State, default_path

    if as_json and markdown:
        raise ValueError("--json: it cannot stand beside --markdown; leave one out")
    rows = _rows(activations, pairs)
    jobs = _jobs(rows, _subjects(device, dtype, against), dtype, exhaustive)
    path = resume or (default_path(jobs) if exhaustive else None)
    state = State(path, jobs)
    results = [(job, _measured(job, state)) for job in jobs]
    write = tables.as_json if as_json else tables.as_markdown if markdown else tables.text
    if output is None:
        click.echo(write(results), nl=False)
    else:
        from actviz.files import write_atomic

        write_atomic(output, write(results))
    state.discard()


def _rows(names: tuple[str, ...], pairs: tuple[str, ...]) -> list[tuple[Row, dict[str, Value]]]:
    """Give the rows, all without a name, with their values."""
    from actviz.activations import ROWS

    rows = [row_named(name) for name in dict.fromkeys(names)] or list(ROWS)
    if pairs and len(rows) != 1:
        raise ValueError("--set: it needs exactly one activation, which has the parameter")
    return [(row, row.complete(assignments(pairs, row.params, row.name))) for row in rows]


def _subjects(device: str | None, dtype: str, against: tuple[str, ...]) -> list[Subject]:
    """Open the device, then the frameworks."""
    from actviz.accuracy.frameworks import open_framework
    from actviz.accuracy.subjects import engine_subject
    from actviz.dtypes import DTYPES

    if dtype not in DTYPES:
        raise ValueError(f"--dtype: {dtype!r} is not allowed; it must be {', '.join(DTYPES)}")
    frameworks = [open_framework(name) for name in dict.fromkeys(against)]
    return [engine_subject(device, dtype), *frameworks]


def _jobs(
    rows: list[tuple[Row, dict[str, Value]]],
    subjects: list[Subject],
    dtype: str,
    exhaustive: bool,
) -> list[Job]:
    """Say what is to be measured: each activation by the device, then by each framework."""
    from actviz.accuracy import inputs
    from actviz.accuracy.run import Job

    jobs = []
    for row, values in rows:
        chosen = inputs.exhaustive(row, dtype) if exhaustive else inputs.sweep(row, values, dtype)
        for subject in subjects:
            if subject.offers(row, values, dtype):
                jobs.append(Job(row, values, dtype, subject, chosen))
            else:
                click.echo(f"{subject.id}: it has no {row.name} like this in {dtype}", err=True)
    return jobs


def _measured(job: Job, state: State) -> Measurement:
    """Measure one job to its end, or as far as the user lets it: then say so and end."""
    found = state.found(job)
    last = found.seconds
    sizes = job.inputs.sizes
    with (
        stopping(state.path is not None) as stopped,
        _bar(job, sum(sizes[: found.blocks])) as advance,
    ):
        for points in job.measure(found):
            advance(points)
            if found.seconds - last > _KEEP_EVERY:
                state.keep(job, found)
                last = found.seconds
            if stopped and found.blocks < len(sizes):
                break
    state.keep(job, found)
    if found.blocks < len(sizes):
        done = 100.0 * found.blocks / len(sizes)
        complain(
            f"interrupted in {job.row.name} at {done:.0f} %; the same command goes on from there "
            f"(kept in {state.path})"
        )
    return found


@contextlib.contextmanager
def _bar(job: Job, done: int) -> Iterator[Any]:
    """Show the progress on stderr where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda points: None
        return
    label = f"{job.row.name} by {job.subject.id}"
    with click.progressbar(length=job.inputs.points, label=label, file=sys.stderr) as bar:
        bar.update(done)
        yield bar.update
