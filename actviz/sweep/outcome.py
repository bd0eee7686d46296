"""What came of a point, under a key that says all that its figures depend on."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Literal

import msgspec
import numpy as np

from actviz.evaluation import DeviceError
from actviz.resources import take_in_sources
from actviz.sweep.measures import Beat, Cell, Point, measured

State = Literal["done", "refused", "lost", "missing"]
_SOURCES = (
    *("activations", "analysis", "engines.py", "evaluation.py", "expression", "opencl"),
    *("reference", "sweep/measures.py"),
)


class Job(msgspec.Struct, frozen=True):
    """What is done at every point: the measures, the device, and by which code."""

    measures: tuple[str, ...]
    device: str | None
    code: str


class Outcome(msgspec.Struct, frozen=True, array_like=True):
    """What came of a point.

    Parameters
    ----------
    key
        Of the point.
    state
        done; refused: there are no figures for such a point, `trouble` says why; lost: the worker
        ended twice; missing: not computed yet.
    cells
        The figures, measure by measure; none where the state is not done.
    """

    key: str
    state: State
    trouble: str = ""
    cells: tuple[Cell, ...] = ()


@cache
def code_digest() -> str:
    """Give a digest of the code that figures come from, NumPy's version included."""
    digest = hashlib.sha256(np.__version__.encode())
    take_in_sources(_SOURCES, digest)
    return digest.hexdigest()


def key_of(job: Job, point: Point) -> str:
    """Give the digest of all that a point's figures depend on; its number is not among it."""
    told = (job.code, job.measures, job.device, *point[1:])
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:32]


def outcome_of(job: Job, point: Point, device: str | None, beat: Beat) -> Outcome:
    """Measure a point; what is refused becomes its outcome.

    Raises
    ------
    DeviceError
        Where the device fails.
    """
    key = key_of(job, point)
    try:
        with np.errstate(all="ignore"):
            cells = measured(job.measures, point, job.device or device, beat)
        return Outcome(key, "done", cells=cells)
    except (ValueError, MemoryError) as error:
        return Outcome(key, "refused", " ".join(str(error).split()) or "not enough memory")
    except DeviceError as error:
        return Outcome(key, "lost", " ".join(str(error).split()))
