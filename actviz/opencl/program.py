"""Building the program on a device, and keeping what was built for the next start."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyopencl as cl
from pyopencl.characterize import has_src_build_cache

from actviz.evaluation import DeviceError
from actviz.opencl import cache

_DIGEST = hashlib.sha256
_DIGEST_SIZE = 32
_LONGEST = 120
_QUIET = "-w"
"""Some drivers count their compiler's warnings on stderr: PoCL those of macros called inline."""


def build(
    device_id: str,
    context: Any,
    handle: Any,
    text: str,
    options: tuple[str, ...],
    *,
    keep: bool = True,
) -> Any:
    """Build a program for one device, from the cache where it was built before.

    What is not to be kept is built anew, and leaves nothing behind.

    pyopencl's lower layer is used: its upper one warns about every driver that says anything
    while it builds, and its cache stalls for a minute behind a lock that a killed process left.

    Raises
    ------
    DeviceError
        When the driver does not build it, with the build log.
    """
    joined = " ".join((*options, _QUIET)).encode()
    path = None if has_src_build_cache(handle) or not keep else _path(handle, text, joined)
    cached = _load(path, context, handle, joined)
    if cached is not None:
        return cl.Program(cached)
    program = cl._cl._Program(context, text.encode())
    try:
        program._build(joined, [handle])
    except cl.Error as error:
        log = _log(program, handle)
        reason = f"its driver does not build the program ({_fault(log) or _words(error)})"
        raise DeviceError(device_id, reason, log) from None
    _save(path, program)
    return cl.Program(program)


def _words(error: Exception) -> str:
    """Give the first line of a driver's error."""
    return str(error).strip().partition("\n")[0]


def _fault(log: str) -> str:
    """Find the first line of a build log that tells of an error."""
    lines = (line.strip() for line in log.splitlines() if "error" in line.lower())
    return next(lines, "")[:_LONGEST]


def _log(program: Any, handle: Any) -> str:
    try:
        return str(program.get_build_info(handle, cl.program_build_info.LOG)).strip()
    except cl.Error as error:
        return f"no build log: {_words(error)}"


def _path(handle: Any, text: str, options: bytes) -> Path:
    """Name the file that holds what this device and driver made of this program."""
    platform = handle.platform
    key = (
        *(cl.VERSION_TEXT, platform.vendor, platform.name, platform.version),
        *(handle.vendor, handle.name, handle.version, handle.driver_version),
        options.decode(),
        text,
    )
    name = _DIGEST("\0".join(key).encode()).hexdigest()[:32]
    return cache.folder() / f"{name}.bin"


def _load(path: Path | None, context: Any, handle: Any, options: bytes) -> Any | None:
    """Build from a cached binary; None where there is none, or none the driver still takes."""
    if path is None:
        return None
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, binary = content[:_DIGEST_SIZE], content[_DIGEST_SIZE:]
    if _DIGEST(binary).digest() != digest:
        return None
    try:
        program = cl._cl._Program(context, [handle], [binary])
        program._build(options, [handle])
    except cl.Error:
        return None
    return program


def _save(path: Path | None, program: Any) -> None:
    """Keep a binary, with its digest in front; without a place to write there is no cache."""
    if path is None:
        return
    binary = program.get_info(cl.program_info.BINARIES)[0]
    with suppress(OSError):
        cache.write(path, _DIGEST(binary).digest() + binary)
