"""The OpenCL devices of this machine, by stable ids, and which one is taken first."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

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
    """A device as listed, not yet tried, and pyopencl's handle for it."""

    device: Device
    handle: Any
    rank: tuple[int, int]


def find() -> tuple[Found, ...]:
    """List the devices in this process, the one to take first in front; nothing is built.

    Ids are the vendor and the kind, with -2, -3 … for further ones. Without pyopencl, a loader, a
    platform or a device the list is empty.
    """
    icd.prepare()
    try:
        import pyopencl as cl
    except ImportError:
        return ()
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
        for handle in handles:
            taken = {each.device.id for each in found}
            found.append(_describe(platform, handle, taken))
    return tuple(sorted(found, key=lambda each: each.rank))


def open_handle(device_id: str) -> Found:
    """Find one device in this process; DeviceError when it is not there any more."""
    for each in find():
        if each.device.id == device_id:
            return each
    raise DeviceError(device_id, "it is not there")


def _describe(platform: Any, handle: Any, taken: set[str]) -> Found:
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
    return Found(Device(identifier, name, kind, dtypes=("float32",)), handle, (rank, slower))


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
