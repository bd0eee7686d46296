"""`actviz eval`: f and f′ as numbers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from actviz.cli.shared import activation_values

if TYPE_CHECKING:
    from actviz.evaluation import Array, Grid

GRID = {"low": -8.0, "high": 8.0, "count": 1001}


@click.command("eval")
@click.argument("activation", required=False)
@click.option("--formula", metavar="TEXT", help="Your own f(x), such as 'x * tanh(a*x)'.")
@click.option("--set", "pairs", multiple=True, metavar="NAME=VALUE", help="A parameter's value.")
@click.option("--from", "low", type=float, help="Where the range begins.")
@click.option("--to", "high", type=float, help="Where the range ends.")
@click.option("--count", type=int, help="How many points the range has.")
@click.option("--input", "source", type=click.Path(path_type=Path), help="x from a .npy file.")
@click.option(
    "--dtype", default="float32", show_default=True, help="float16, bfloat16, float32, float64."
)
@click.option("--device", help="A device's id, as `actviz devices` lists it.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A .csv, .npy or .npz file.")
def eval_command(
    *,
    activation: str | None,
    formula: str | None,
    pairs: tuple[str, ...],
    low: float | None,
    high: float | None,
    count: int | None,
    source: Path | None,
    dtype: str,
    device: str | None,
    output: Path | None,
) -> None:
    """Compute f and f′ of ACTIVATION, or of a formula, over a range or at the x of a file.

    Without -o the rows go to standard output as CSV. A .csv file has the header x,f,df;
    a .npy file has the shape (N, 3); a .npz file holds x, y and dy.
    """
    from actviz import tables
    from actviz.engines import evaluate

    if output is not None:
        tables.check_suffix(output, tables.SUFFIXES)
    name, values = activation_values(activation, formula, pairs)
    x = _points(low, high, count, source)
    result = evaluate(name, x, dtype=dtype, device=device, **values)
    if output is None:
        sys.stdout.write(tables.csv(result))
        sys.stdout.flush()
    else:
        from actviz.files import write_atomic

        write_atomic(output, tables.encode(result, output.suffix.lower()))
    click.echo(f"{result.y.size} points in {dtype}, computed by {result.device.name}", err=True)


def _points(
    low: float | None, high: float | None, count: int | None, source: Path | None
) -> Grid | Array:
    """Give the range, or the array in the file; both at once is an error."""
    from actviz.evaluation import Grid
    from actviz.tables import read_array

    if source is None:
        return Grid(
            GRID["low"] if low is None else low,
            GRID["high"] if high is None else high,
            int(GRID["count"]) if count is None else count,
        )
    if (low, high, count) != (None, None, None):
        raise ValueError("--input: it cannot stand beside --from, --to or --count; leave one out")
    return read_array(source)
