"""The folder in which what was built and found is kept for the next start.

It is in the user's cache; where that cannot be written, in a temporary folder that the process
which made it removes, and that its children share. Drivers and pyopencl are told of it then,
because they fail without a place to write.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache as once
from pathlib import Path

import platformdirs

_SHARED = "ACTVIZ_TEMPORARY_CACHE"
"""The variable that names a parent's temporary folder to its children."""
_NOWHERE = Path(os.devnull) / "actviz"
_BLOCK = bytes(4096)


def folder() -> Path:
    """Give the folder, which exists unless there is no place at all that can be written."""
    cache = Path(platformdirs.user_cache_dir("actviz", appauthor=False))
    others = tuple(cache.parent / name for name in ("pocl", "pytools"))
    kept = cache / "opencl"
    return kept if _can_write(kept) and all(map(_may_write, others)) else _temporary()


def write(path: Path, content: bytes) -> None:
    """Write a file in one step, because others may be reading it; OSError where that fails."""
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(path)
    except OSError:
        if partial.is_file():
            partial.unlink()
        raise


@once
def _can_write(place: Path) -> bool:
    """Tell by trying: permissions do not tell of full disks, nor of what root may do."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(_BLOCK)
    except OSError:
        return False
    return True


def _may_write(place: Path) -> bool:
    """Tell whether a folder of another program may be written, or made, without making it."""
    existing = next(each for each in (place, *place.parents) if each.exists())
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)


def _temporary() -> Path:
    """Give the folder of a parent, or make one that is removed when this process ends."""
    shared = os.environ.get(_SHARED, "")
    if shared and Path(shared).is_dir():
        return Path(shared)
    try:
        made = Path(tempfile.mkdtemp(prefix="actviz-"))
    except OSError:
        return _NOWHERE
    atexit.register(_remove, made, os.getpid())
    os.environ[_SHARED] = str(made)
    os.environ.setdefault("POCL_CACHE_DIR", str(made / "pocl"))
    os.environ.setdefault("PYOPENCL_NO_CACHE", "1")
    return made


def _remove(made: Path, maker: int) -> None:
    if os.getpid() == maker:  # and not in a fork of it
        shutil.rmtree(made, ignore_errors=True)
