"""Where OpenCL drivers come from: the system's, and the CPU runtime that pip installed.

On Linux the loader reads one folder of `.icd` files, each naming a driver's library. The `.icd` in
the wheel of Intel's CPU runtime names a path of the machine it was built on, so a folder is written
in the user's cache that holds the right one beside copies of the system's own, and
`OCL_ICD_VENDORS` is pointed at it. Nothing of this has an effect once a process has used OpenCL,
which is when the loader reads the variable and loads every driver.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from actviz.opencl import cache

SYSTEM_FOLDER = Path("/etc/OpenCL/vendors")
VENDORS = "OCL_ICD_VENDORS"
_RUNTIME = "intel-opencl-rt"
_LIBRARIES = {"linux": "libintelocl.so", "win32": "intelocl64.dll"}
Drivers = Mapping[str, str]


def prepare() -> None:
    """Make the installed CPU runtime visible beside the system's drivers, before OpenCL is used."""
    library = installed_runtime()
    if sys.platform == "win32":
        _prepare_windows(library)
    elif sys.platform == "linux" and not _is_ours(os.environ.get(VENDORS, "")):
        drivers = system_drivers()
        if library is not None and not any(library.name in each for each in drivers.values()):
            chosen = folder_of({**drivers, "actviz-cpu.icd": str(library)})
            if chosen:
                os.environ[VENDORS] = chosen


@contextmanager
def only(drivers: Drivers) -> Iterator[None]:
    """Let OpenCL load these drivers alone if this process uses it for the first time inside.

    The variable is put back afterwards: children and a later look for devices see all drivers.
    """
    before = os.environ.get(VENDORS)
    chosen = folder_of(drivers) if drivers else ""
    if chosen:
        os.environ[VENDORS] = chosen
    try:
        yield
    finally:
        if chosen:
            os.environ.pop(VENDORS)
            os.environ.update({} if before is None else {VENDORS: before})


def folder_of(drivers: Drivers) -> str:
    """Give a folder of exactly these drivers, as `OCL_ICD_VENDORS` wants it.

    One with the same content is used again. Empty where nothing can be written at all.
    """
    text = "\n".join(f"{name}\n{library}" for name, library in sorted(drivers.items()))
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    folder = cache.folder() / f"actviz-vendors-{digest}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder, drivers)
    except OSError:
        return ""
    return f"{folder}{os.sep}"


def system_drivers() -> dict[str, str]:
    """Read the `.icd` files that the loader would read: file name and the library it names.

    `OCL_ICD_VENDORS` may name a folder, one `.icd` file, or a library, as ocl-icd has it.
    """
    chosen = os.environ.get(VENDORS, "")
    path = Path(chosen) if chosen else SYSTEM_FOLDER
    if path.is_dir():
        return _read(sorted(path.glob("*.icd")))
    if path.suffix == ".icd":
        return _read([path if "/" in chosen else SYSTEM_FOLDER / path])
    return {"chosen.icd": chosen} if chosen else {}


def installed_runtime() -> Path | None:
    """Find the library of Intel's CPU runtime among the installed packages."""
    name = _LIBRARIES.get(sys.platform)
    try:
        installed = files(_RUNTIME) or []
    except PackageNotFoundError:
        return None
    found = (
        Path(str(each.locate())).resolve().parent / name for each in installed if each.name == name
    )
    return next((path for path in found if path.is_file()), None)


def _prepare_windows(library: Path | None) -> None:
    """Name the runtime to Khronos's loader, which reads the registry and this variable.

    Untested: no Windows machine was at hand. The loader ignores the variable in processes with
    raised rights.
    """
    if library is not None and not os.environ.get("OCL_ICD_FILENAMES"):
        os.environ["OCL_ICD_FILENAMES"] = str(library)


def _read(paths: list[Path]) -> dict[str, str]:
    drivers = {}
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        except OSError:
            continue  # the loader skips what it cannot read, too
        if lines and lines[0].strip():
            drivers[path.name] = lines[0].strip()
    return drivers


def _is_ours(chosen: str) -> bool:
    """Tell whether a parent process has prepared this already."""
    return "actviz-vendors-" in chosen


def _write(folder: Path, drivers: Drivers) -> None:
    for name, library in drivers.items():
        target = folder / name
        content = f"{library}\n".encode("utf-8", "surrogateescape")
        if not target.is_file() or target.read_bytes() != content:
            cache.write(target, content)
