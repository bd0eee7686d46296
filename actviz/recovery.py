"""The state of two seconds ago: each running window keeps it in a file, found after a crash.

Every process holds a lock on a file of its own for as long as it lives. A state whose lock is
free belongs to a process that has ended without closing: it can be offered again. (The number of
a process alone would not do: after a restart of the machine another process may bear it.)
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from actviz.files import (
    failure,
    make_folder,
    read_bytes,
    session_document,
    session_of,
    shown,
    write_atomic,
)
from actviz.formats.strict_json import strict_json
from actviz.session import Session

_SUFFIX = ".recovery"
_LOCK = ".lock"


def recovery_folder() -> Path:
    """Say where the states of this user's windows are kept."""
    return Path(platformdirs.user_state_dir("actviz", appauthor=False)) / "recovery"


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A state that a crashed process left behind: the session, the file it was opened from.

    `origin` is None for a session that had no file; `seconds` is when it was written, in
    seconds since 1970.
    """

    session: Session
    origin: str | None
    seconds: float
    file: Path

    def discard(self) -> None:
        """Remove what was left behind: it was taken over, or is not wanted."""
        _remove(self.file)
        _remove(_lock_of(self.file))


class Recovery:
    """The state file of this process, there only while something could be lost.

    `save` it every two seconds while the document is modified, `clear` it when it was saved and
    when the process ends as it should.
    """

    def __init__(self, folder: Path | None = None) -> None:
        name = f"{os.getpid()}-{secrets.token_hex(4)}{_SUFFIX}"
        self.file = (recovery_folder() if folder is None else folder) / name
        self._lock: int | None = None
        self._last: tuple[Session, str | None] | None = None

    def save(self, session: Session, origin: str | os.PathLike[str] | None = None) -> None:
        """Write the state down, unless it is the one that was written last.

        It is not flushed to the disk: it is there for a crash of the program, not of the machine.

        Raises
        ------
        ValueError
            Names the file and says why it cannot be written.
        """
        state = (session, None if origin is None else os.fspath(origin))
        if state == self._last:
            return
        if self._lock is None:
            self._lock = _lock(_lock_of(self.file))
        document = {"origin": state[1], "session": session_document(session)}
        write_atomic(self.file, json.dumps(document, allow_nan=False), flush=False)
        self._last = state

    def clear(self) -> None:
        """Remove the state and give back the lock."""
        self._last = None
        _remove(self.file)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        _remove(_lock_of(self.file))


def abandoned(folder: Path | None = None) -> list[Abandoned]:
    """Find the states of processes that ended without closing, newest first.

    A state that cannot be read is set aside as `.broken` and not offered.
    """
    where = recovery_folder() if folder is None else folder
    found = []
    for file in sorted(where.glob(f"*{_SUFFIX}")):
        if _is_free(_lock_of(file)):
            with contextlib.suppress(OSError):
                found += _read(file)
    return sorted(found, key=lambda state: -state.seconds)


def _read(file: Path) -> list[Abandoned]:
    try:
        document = strict_json(read_bytes(file), shown(file))
        if not isinstance(document, dict):
            raise ValueError(f"{shown(file)}: it holds no state")
        session = session_of(document.get("session"), shown(file))
    except ValueError:
        os.replace(file, file.with_name(file.name + ".broken"))
        return []
    origin = document.get("origin")
    written = file.stat().st_mtime
    return [Abandoned(session, origin if isinstance(origin, str) else None, written, file)]


def _lock_of(file: Path) -> Path:
    return file.with_name(file.name + _LOCK)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _lock(path: Path) -> int:
    """Create the file and lock it for as long as this process lives, or until it is closed."""
    make_folder(path.parent)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _take(descriptor)
        except OSError:
            os.close(descriptor)
            raise
    except OSError as error:
        raise failure(path, "it cannot be locked", error) from error
    return descriptor


def _is_free(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        _take(descriptor)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def _take(descriptor: int) -> None:
    """Lock an open file; an OSError where another process, or another open file, holds it."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
