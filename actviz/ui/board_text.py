"""The numbers of a board as text: columns that a spreadsheet takes."""

from __future__ import annotations

import itertools

import numpy as np

from actviz.ui.board import (
    Area,
    Arrows,
    Bars,
    Board,
    Chart,
    Dots,
    Line,
    Mark,
    Picture,
    Table,
    charts,
)


def board_text(board: Board) -> str:
    """Write all readings and the numbers of all charts, separated by tabs; C's locale."""
    readings = "\n".join(f"{each.caption}\t{each.value}" for each in board.readings)
    parts = [readings, board.sentence, *(chart_text(each) for each in charts(board))]
    return "\n\n".join(part for part in parts if part) + "\n"


def chart_text(chart: Chart | Table) -> str:
    """Write the numbers of one chart: its title, then a column for each series."""
    if isinstance(chart, Table):
        return "\n".join([chart.title, *("\t".join(line) for line in (chart.columns, *chart.rows))])
    columns = [column for mark in chart.marks for column in _columns(mark, chart)]
    lines = itertools.zip_longest(*([head, *body] for head, body in columns), fillvalue="")
    return "\n".join([chart.title, *("\t".join(line) for line in lines)])


def _columns(mark: Mark, chart: Chart) -> list[tuple[str, list[str]]]:
    match mark:
        case Line() | Dots() | Bars() | Area():
            name = mark.name or chart.y.title
            found = [(chart.x.title, _numbers(mark.x)), (name, _numbers(mark.y))]
            if isinstance(mark, Dots):
                ends = (("low", mark.low), ("high", mark.high))
                found += [(f"{name}, {end}", _numbers(v)) for end, v in ends if v is not None]
            return found
        case Arrows():
            names = ("x", "y", "dx", "dy")
            return [(name, _numbers(np.ravel(getattr(mark, name)))) for name in names]
        case Picture():
            rows = np.atleast_2d(mark.values)
            return [(f"{mark.name} row {n}", _numbers(row)) for n, row in enumerate(rows)]
    return []


def _numbers(values: object) -> list[str]:
    """Write numbers so that they can be read back exactly."""
    return [repr(float(each)) for each in np.ravel(np.asarray(values, np.float64))]
