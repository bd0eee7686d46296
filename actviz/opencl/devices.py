"""The OpenCL devices of this machine, by stable ids, and which one is taken first."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from typing import Any, NamedTuple

from actviz.dtypes import DTYPES
from actviz.evaluation import Device, DeviceError
from actviz.opencl import icd

KINDS = ("gpu", "cpu", "accelerator")
_VENDORS = {
    "intel": "intel",
    "nvidia": "nvidia",
    "advanced micro devices": "amd",
    "apple": "apple",
    "mesa": "mesa",
    "qualcomm": "qualcomm",
    "pocl": "pocl",
    "oclgrind": "oclgrind",
}
_FASTEST_CPU = "intel"
"""The vendor whose CPU runtime goes first: a launch costs a third of PoCL's, vectors are wider."""
_LAST = 9


class Found(NamedTuple):
    """A device as listed, not yet tried, pyopencl's handle for it, and its `.icd` file's name."""

    device: Device
    handle: Any
    rank: tuple[int, int]
    driver: str


def find() -> tuple[Found, ...]:
    """List the devices in this process, the one to take first in front; nothing is built.

    Ids are the vendor and the kind, with -2, -3 … for further ones. Without a platform or a device
    the list is empty.

    Raises
    ------
    ImportError or OSError
        When pyopencl cannot be imported.
    """
    icd.prepare()
    import pyopencl as cl

    drivers = icd.system_drivers()
    try:
        platforms = sorted(cl.get_platforms(), key=lambda each: (each.name, each.version))
    except cl.Error:
        return ()  # the loader's way of saying that there is none
    found: list[Found] = []
    for platform in platforms:
        try:
            handles = platform.get_devices()
        except cl.Error:
            continue  # likewise
        driver = _driver_of(platform, drivers)
        for handle in handles:
            taken = {each.device.id for each in found}
            found.append(_describe(platform, handle, taken, driver))
    return tuple(sorted(found, key=lambda each: each.rank))


def open_handle(device_id: str, name: str = "") -> Found:
    """Find one device in this process, which may see fewer drivers than the one that listed it.

    Ids depend on what else there is, so that a device's `name`, where it is given, decides.

    Raises
    ------
    DeviceError
        When it is not there, with the devices that are.
    """
    found = find()
    called = [each for each in found if name in ("", each.device.name)]
    same = [each for each in called if each.device.id == device_id]
    if same or (name and called):
        return (same or called)[0]
    seen = ", ".join(each.device.id for each in found) or "no device"
    raise DeviceError(
        device_id, f"it is not there: OpenCL as it was first used in this process sees {seen}"
    )


def silent_drivers(found: tuple[Found, ...]) -> tuple[Device, ...]:
    """List the drivers that have none of the found devices, with the reason.

    The list is empty when a device's driver is not known, because it may be any of them.
    """
    used = {each.driver for each in found}
    silent = {} if "" in used else icd.system_drivers()
    return tuple(
        driver_entry(name, library, _why_silent(library))
        for name, library in silent.items()
        if name not in used
    )


def driver_entry(name: str, library: str, reason: str) -> Device:
    """Make what is listed for a driver whose devices are not known."""
    stem = name.removesuffix(".icd")
    return Device(f"driver-{stem}", f"{name} ({library})", "cpu", False, reason)


def _why_silent(library: str) -> str:
    """Load a library again that the loader has loaded or failed to load, and says nothing of."""
    try:
        ctypes.CDLL(library, mode=os.RTLD_LAZY)
    except OSError as error:
        return f"its library cannot be loaded ({error})"
    return "it finds no device"


class _Symbol(ctypes.Structure):
    """What dladdr tells of an address: first of all the file that was loaded there."""

    _fields_ = (
        ("file", ctypes.c_char_p),
        ("base", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
    )


def _driver_of(platform: Any, drivers: icd.Drivers) -> str:
    """Name the `.icd` file that a platform comes from, or nothing where that cannot be told.

    As the ICD extension has it, the platform begins with a pointer to a table of the driver's
    functions, the second of which is clGetPlatformInfo.
    """
    table = ctypes.c_void_p.from_address(platform.int_ptr).value
    if sys.platform != "linux" or table is None:
        return ""
    function = ctypes.c_void_p.from_address(table + ctypes.sizeof(ctypes.c_void_p))
    symbol = _Symbol()
    if not ctypes.CDLL(None).dladdr(function, ctypes.byref(symbol)) or symbol.file is None:
        return ""
    file = os.fsdecode(symbol.file)
    names = (name for name, library in drivers.items() if _is_same(library, file))
    return next(names, "")


def _is_same(library: str, file: str) -> bool:
    if os.sep in library:
        return os.path.realpath(library) == os.path.realpath(file)
    return library == os.path.basename(file)


def _describe(platform: Any, handle: Any, taken: set[str], driver: str) -> Found:
    import pyopencl as cl

    types = cl.device_type
    bits = {"gpu": types.GPU, "cpu": types.CPU, "accelerator": types.ACCELERATOR}
    kinds = [kind for kind, bit in bits.items() if handle.type & bit]
    # a device that says it is everything is a simulator
    kind = kinds[0] if len(kinds) == 1 else "cpu"
    vendor = _vendor(f"{platform.vendor} {platform.name}")
    rank = KINDS.index(kind) if len(kinds) == 1 else _LAST
    slower = int(kind == "cpu" and vendor != _FASTEST_CPU)
    name = _plain(f"{handle.name} ({platform.name})")
    identifier = _unique(f"{vendor}-{kind}", taken)
    double = "cl_khr_fp64" in handle.extensions
    dtypes = tuple(each.name for each in DTYPES.values() if double or each.precision != "float64")
    device = Device(identifier, name, kind, dtypes=dtypes)
    return Found(device, handle, (rank, slower), driver)


def _vendor(text: str) -> str:
    lowered = text.lower()
    for part, slug in _VENDORS.items():
        if part in lowered:
            return slug
    words = re.findall(r"[a-z0-9]+", lowered)
    return words[0] if words else "opencl"


def _unique(stem: str, taken: set[str]) -> str:
    number, name = 1, stem
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return name


def _plain(name: str) -> str:
    """Leave out trademark signs and double blanks."""
    return " ".join(re.sub(r"\((R|TM|C)\)", "", name, flags=re.IGNORECASE).split())
