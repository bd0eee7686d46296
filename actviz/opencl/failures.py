"""Drivers that hung or ended their process, remembered for a day so that starts do not wait again.

A driver is known by its `.icd` file's name, the library it names, and that library's time and
size: an update of the driver, or of actviz, is tried at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import time

import msgspec

from actviz import __version__
from actviz.evaluation import Device
from actviz.opencl import cache

DAY = 86400.0
_FILE = "failures.json"
_KNOWN_LIBRARIES = Path("/etc/ld.so.cache")


class Failure(msgspec.Struct, frozen=True):
    """A driver, as it was found, and what is listed instead of its devices until `end`."""

    driver: tuple[str, ...]
    end: float
    devices: tuple[Device, ...]


def remembered(drivers: Mapping[str, str]) -> dict[str, tuple[Device, ...]]:
    """Give those of the drivers (`.icd` file: library) that failed within a day, by file name."""
    known = {each.driver: each for each in _read()}
    found = {}
    for name, library in drivers.items() if known else ():
        failure = known.get(_identity(name, library))
        if failure is not None:
            found[name] = tuple(_aged(each, failure.end) for each in failure.devices)
    return found


def remember(name: str, library: str, devices: tuple[Device, ...]) -> None:
    """Keep a driver that failed, with what is to be listed for it."""
    new = Failure(_identity(name, library), time() + DAY, devices)
    _write((*(each for each in _read() if each.driver != new.driver), new))


def forget() -> None:
    """Forget all failures: every driver is tried again."""
    if _read():
        _write(())


def _read() -> tuple[Failure, ...]:
    try:
        content = (cache.folder() / _FILE).read_bytes()
        failures = msgspec.json.decode(content, type=tuple[Failure, ...])
    except (OSError, msgspec.DecodeError):
        return ()
    now = time()
    return tuple(each for each in failures if now < each.end <= now + DAY)


def _write(failures: tuple[Failure, ...]) -> None:
    with suppress(OSError):  # without a place to write, nothing is remembered
        cache.write(cache.folder() / _FILE, msgspec.json.encode(failures))


def _identity(name: str, library: str) -> tuple[str, ...]:
    path = Path(library) if "/" in library else _located(library)
    try:
        status = path.stat()
    except OSError:
        return (__version__, name, library)
    return (__version__, name, library, str(status.st_mtime_ns), str(status.st_size))


def _located(library: str) -> Path:
    """Find a library that is named without its folder where the dynamic linker finds it."""
    try:
        listed = _KNOWN_LIBRARIES.read_bytes()
    except OSError:
        return Path(library)
    found = re.search(rb"[^\0]*/" + re.escape(library.encode()) + rb"(?=\0)", listed)
    return Path(found[0].decode(errors="surrogateescape")) if found else Path(library)


def _aged(device: Device, end: float) -> Device:
    hours = max(1, round((end - time()) / 3600))
    reason = f"{device.reason}; it is tried again in {hours} h"
    return msgspec.structs.replace(device, usable=False, reason=reason)
