"""What an engine does for a request: which kernels, with which arguments, at which points."""

from __future__ import annotations

from typing import NamedTuple

from actviz.activations import OwnRow, row
from actviz.dtypes import DType
from actviz.evaluation import Grid, Points, Request
from actviz.opencl.kernels import Launcher


class Way(NamedTuple):
    """How a row is computed in a dtype: its kernels, and the parameters that they take.

    `rounded` tells whether x and the results are rounded to a format no kernel computes in.
    """

    dtype: DType
    rounded: bool
    names: tuple[str, ...]
    at_points: Launcher
    on_grid: Launcher | None


class Job(NamedTuple):
    """What is to be done: which way, with which arguments, on a grid or at which points."""

    way: Way
    given: list[bytes]
    grid: Grid | None
    points: Points


def own_of(request: Request) -> OwnRow | None:
    """Give the row of a user's own formula, if the request is for one."""
    found = row(request.activation).bound(dict(request.values))
    return found if isinstance(found, OwnRow) else None
