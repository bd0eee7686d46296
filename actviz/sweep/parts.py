"""Parts of a sweep on disk, so that it can be gone on with: files of outcomes, written whole."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from time import monotonic

import msgspec

from actviz.files import make_folder, read_bytes, shown, write_atomic
from actviz.sweep.outcome import Outcome

SUFFIX = ".part"
_VERSION = 1
_MOST = 512
_SECONDS = 5.0


class _Part(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    outcomes: list[Outcome]


class Parts:
    """A folder of outcomes; what is added is written after some seconds, or some hundred."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._new: list[Outcome] = []
        self._written = monotonic()

    def read(self) -> tuple[dict[str, Outcome], int]:
        """Give the outcomes by their keys, and how many files were damaged and are left out.

        Raises
        ------
        ValueError
            For a folder that cannot be read.
        """
        found: dict[str, Outcome] = {}
        damaged = 0
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            try:
                part = msgspec.msgpack.decode(read_bytes(path), type=_Part)
            except msgspec.MsgspecError:
                damaged += 1
                continue
            if part.version == _VERSION:
                found |= {each.key: each for each in part.outcomes}
        return found, damaged

    def add(self, outcome: Outcome) -> None:
        """Take an outcome; ValueError where the folder cannot be written."""
        self._new.append(outcome)
        if len(self._new) >= _MOST or monotonic() - self._written > _SECONDS:
            self.write()

    def write(self) -> None:
        """Write down what is new."""
        if self._new:
            if self.folder.exists() and not self.folder.is_dir():
                raise ValueError(f"{shown(self.folder)}: it is a file; a folder is needed there")
            make_folder(self.folder)
            name = hashlib.sha256("".join(each.key for each in self._new).encode()).hexdigest()[:32]
            part = msgspec.msgpack.encode(_Part(_VERSION, self._new))
            write_atomic(self.folder / f"{name}{SUFFIX}", part)
            self._new = []
        self._written = monotonic()

    def discard(self) -> None:
        """Remove the parts: the sweep is complete. Other files in the folder stay, and it too."""
        for path in self.folder.glob(f"*{SUFFIX}"):
            path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()
