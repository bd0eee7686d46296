"""The table of a sweep: a row a point, in .csv, .npz or .parquet, or as JSON's objects."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from actviz import __version__
from actviz.activations import row
from actviz.files import shown
from actviz.param import Flag, Integer, Param, Real, text_of
from actviz.sweep.measures import MEASURES, SETTINGS, Cell, Kind, Point, Values
from actviz.sweep.outcome import Outcome
from actviz.sweep.plan import Plan
from actviz.tables import check_suffix

SUFFIXES = (".parquet", ".csv", ".npz")
_GROUP = 1 << 16


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what its cells are, and where it takes them from."""

    name: str
    kind: Kind
    cell: Callable[[Point, Outcome], Cell]


def columns(plan: Plan) -> tuple[Column, ...]:
    """Give the columns: activation, parameters, settings, figures, and what came of the point.

    A parameter's name has "activation." before it, a figure's that of its measure.
    """
    found = [Column("activation", "word", lambda point, _: point.activation)]
    params = {
        param.name: param for name, values in plan.subjects for param in _params(name, values)
    }
    found += [
        _of_values(f"activation.{name}", param, lambda point: point.values)
        for name, param in params.items()
    ]
    found += [
        _of_values(name, SETTINGS[name], lambda point: point.settings) for name, _ in plan.axes
    ]
    figures = [(name, figure) for name in plan.measures for figure in MEASURES[name].figures]
    found += [
        Column(f"{name}.{figure.name}", figure.kind, _figure(place))
        for place, (name, figure) in enumerate(figures)
    ]
    found.append(Column("state", "word", lambda _, outcome: outcome.state))
    found.append(Column("trouble", "word", lambda _, outcome: outcome.trouble))
    return tuple(found)


def _params(name: str, values: Values) -> tuple[Param, ...]:
    return row(name).bound(dict(values)).params


def _of_values(name: str, param: Param, values: Callable[[Point], Values]) -> Column:
    kinds: dict[type, Kind] = {Real: "real", Integer: "whole", Flag: "flag"}
    own = param.name

    def cell(point: Point, _: Outcome) -> Cell:
        value = dict(values(point)).get(own)
        return text_of(value) if isinstance(value, tuple) else value

    return Column(name, kinds.get(type(param.domain), "word"), cell)


def _figure(place: int) -> Callable[[Point, Outcome], Cell]:
    return lambda _, outcome: outcome.cells[place] if outcome.cells else None


def encode(plan: Plan, outcomes: Callable[[Point], Outcome], suffix: str) -> bytes:
    """Give the bytes of a table.

    Raises
    ------
    ValueError
        For .parquet without pyarrow.
    """
    write = {".csv": _csv, ".npz": _npz, ".parquet": _parquet}[suffix]
    return write(plan, lambda: ((point, outcomes(point)) for point in plan.points))


def check_output(path: Path) -> None:
    """Refuse a file name that the table cannot be written to, before anything is computed."""
    check_suffix(path, SUFFIXES)
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise ValueError(f"{shown(path)}: its folder must be there, and writable")
    if path.suffix.lower() == ".parquet":
        _arrow()


def objects(plan: Plan, outcomes: Callable[[Point], Outcome]) -> Iterator[dict[str, Cell]]:
    """Give each row as an object of JSON; numbers that are not finite are words."""
    layout = columns(plan)
    for point in plan.points:
        outcome = outcomes(point)
        yield {each.name: _json(each.cell(point, outcome)) for each in layout}


def _json(cell: Cell) -> Cell:
    return str(cell) if isinstance(cell, float) and not math.isfinite(cell) else cell


Stream = Callable[[], Iterator[tuple[Point, Outcome]]]


def _csv(plan: Plan, rows: Stream) -> bytes:
    """Write text; a cell without a value is empty, and numbers are read back exactly."""
    layout, stream = columns(plan), io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([each.name for each in layout])
    for point, outcome in rows():
        writer.writerow([_text(each.cell(point, outcome)) for each in layout])
    return stream.getvalue().encode()


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else repr(cell) if isinstance(cell, float) else str(cell)


def _npz(plan: Plan, rows: Stream) -> bytes:
    """Write an array a column: numbers as float64 with NaN for none, flags too, words as text."""
    stream, found = io.BytesIO(), list(rows())
    arrays = {}
    for each in columns(plan):
        cells = [each.cell(point, outcome) for point, outcome in found]
        if each.kind == "word":
            arrays[each.name] = np.array(["" if cell is None else str(cell) for cell in cells])
        else:
            numbers = [math.nan if cell is None else float(cell) for cell in cells]
            arrays[each.name] = np.array(numbers, np.float64)
    np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    return stream.getvalue()


def _arrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise ValueError(
            "writing .parquet needs pyarrow (pip install 'actviz[cluster]'); "
            "or name a .csv or .npz file with -o"
        ) from None
    return pyarrow


def _parquet(plan: Plan, rows: Stream) -> bytes:
    """Write typed columns with nulls, and the sweep's file among the metadata."""
    arrow, layout = _arrow(), columns(plan)
    types = {
        "real": arrow.float64(),
        "whole": arrow.int64(),
        "flag": arrow.bool_(),
        "word": arrow.string(),
    }
    metadata = {"actviz": __version__, "actviz.sweep": plan.text}
    schema = arrow.schema([(each.name, types[each.kind]) for each in layout], metadata)
    stream, group = io.BytesIO(), []
    with arrow.parquet.ParquetWriter(stream, schema) as writer:
        for number, found in enumerate(rows(), 1):
            group.append(found)
            if len(group) == _GROUP or number == plan.size:
                cells = [[each.cell(*pair) for pair in group] for each in layout]
                arrays = [
                    arrow.array(part, types[each.kind])
                    for part, each in zip(cells, layout, strict=True)
                ]
                writer.write_table(arrow.table(arrays, schema=schema))
                group = []
    return stream.getvalue()
