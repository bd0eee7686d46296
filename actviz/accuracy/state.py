"""A run that can be interrupted: what has been measured so far, in one file.

The file is JSON, written whole or not at all. It belongs to one run: the same functions, values,
dtype, subjects and inputs, on the same version of everything that the numbers come from.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import platformdirs

from actviz.accuracy.run import Job, Measurement
from actviz.accuracy.tally import Saved, Tally
from actviz.files import make_folder, read_bytes, sentence, shown, write_atomic
from actviz.resources import take_in_sources

VERSION = 1
_SOURCES = (
    "accuracy",
    "activations",
    "analysis",
    "evaluation.py",
    "expression",
    "opencl",
    "reference",
)


class Entry(msgspec.Struct, forbid_unknown_fields=True):
    """One function by one subject, as it stands in the file."""

    key: str
    blocks: int
    seconds: float
    f: Saved
    df: Saved | None = None


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    actviz_accuracy: int
    run: str
    entries: list[Entry] = []


class State:
    """What a run has found, kept in a file when there is one."""

    def __init__(self, path: Path | None, jobs: list[Job]) -> None:
        self._path = path
        self._run = identity(jobs)
        self._entries: dict[str, Entry] = {}
        if path is not None and path.exists():
            self._entries = self._read(path)

    @property
    def path(self) -> Path | None:
        """The file."""
        return self._path

    def found(self, job: Job) -> Measurement:
        """Give what has been measured of a job before, or nothing yet."""
        entry = self._entries.get(key_of(job))
        if entry is None:
            return Measurement(Tally(job.dtype))
        df = None if entry.df is None else Tally.restored(entry.df, job.dtype)
        return Measurement(Tally.restored(entry.f, job.dtype), df, entry.blocks, entry.seconds)

    def keep(self, job: Job, found: Measurement) -> None:
        """Write down what has been measured; a ValueError names a file that cannot be written."""
        df = None if found.df is None else found.df.saved()
        key = key_of(job)
        self._entries[key] = Entry(key, found.blocks, found.seconds, found.f.saved(), df)
        if self._path is not None:
            make_folder(self._path.parent)
            document = _Document(VERSION, self._run, list(self._entries.values()))
            write_atomic(self._path, msgspec.json.encode(document))

    def discard(self) -> None:
        """Remove the file: the run is complete."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _read(self, path: Path) -> dict[str, Entry]:
        """Read a state of this run; ValueError for another run's, or for what is none."""
        place = shown(path)
        try:
            document = msgspec.json.decode(read_bytes(path), type=_Document)
        except msgspec.ValidationError as error:
            raise ValueError(f"{place}: {sentence(error)}") from None
        except msgspec.DecodeError as error:
            raise ValueError(f"{place}: it is no state of a run ({error})") from None
        if document.actviz_accuracy != VERSION or document.run != self._run:
            raise ValueError(
                f"{place}: it is the state of another run: of other functions, values, inputs or "
                "devices, or of another version; name another file, or remove it"
            )
        return {entry.key: entry for entry in document.entries}


def key_of(job: Job) -> str:
    """Name a job within its run."""
    return f"{job.row.name} {job.subject.id}"


def identity(jobs: list[Job]) -> str:
    """Give a digest of all that must be the same for a run to be gone on with."""
    told: list[Any] = [
        (
            job.row.name,
            sorted(job.values.items()),
            job.dtype,
            job.subject.id,
            job.subject.name,
            len(job.inputs.sizes),
            job.inputs.points,
        )
        for job in jobs
    ]
    digest = hashlib.sha256(repr((VERSION, np.__version__, told)).encode())
    take_in_sources(_SOURCES, digest)
    return digest.hexdigest()


def default_path(jobs: list[Job]) -> Path:
    """Give the file in the user's cache where this run's state is kept."""
    folder = Path(platformdirs.user_cache_dir("actviz", appauthor=False)) / "accuracy"
    return folder / f"{identity(jobs)[:32]}.json"
