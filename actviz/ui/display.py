"""Whether Qt can open a window here: found out beforehand, as Qt itself would abort."""

from __future__ import annotations

import ctypes
import os
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QLibraryInfo

_X_BASE_PORT = 6000
_X_SOCKETS = "/tmp/.X11-unix/X"  # noqa: S108 - where every X server listens
_PATIENCE = 2.0


def display_problem(environment: Mapping[str, str] | None = None) -> str:
    """Say in one sentence why no window can be opened; nothing where one can.

    Only Linux and its like are looked at: elsewhere there always is a display.
    """
    given = os.environ if environment is None else environment
    if sys.platform in ("win32", "darwin"):
        return ""
    platform = given.get("QT_QPA_PLATFORM", "").partition(";")[0].partition(":")[0]
    if platform and platform not in ("xcb", "wayland"):
        return _plugin_problem(platform)
    if not platform and not given.get("DISPLAY") and not given.get("WAYLAND_DISPLAY"):
        return "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set"
    if platform == "wayland" or (not platform and _is_wayland(given)):
        return _plugin_problem("wayland")
    return _x_problem(given.get("DISPLAY", "")) or _plugin_problem("xcb")


def _is_wayland(given: Mapping[str, str]) -> bool:
    name = given.get("WAYLAND_DISPLAY", "")
    return bool(name) and Path(given.get("XDG_RUNTIME_DIR", "/"), name).exists()


def _plugin_problem(platform: str) -> str:
    """Load Qt's plugin for a platform, as Qt will, to learn which library it misses."""
    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "platforms"
    plugin = folder / f"libq{platform}.so"
    if not plugin.exists():
        return f"QT_QPA_PLATFORM: Qt has no platform {platform!r} here"
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        missing = re.match(r"[\w.+-]+\.so[\w.]*", str(error))
        what = missing[0] if missing else str(error)
        return f"Qt cannot open a window, as the system library {what} is missing"
    return ""


def _x_problem(display: str) -> str:
    """Knock at the X server that DISPLAY names."""
    match = re.fullmatch(r"(?:unix)?(?P<host>[^:]*):(?P<number>\d+)(?:\.\d+)?", display)
    if not match:
        return f"DISPLAY: {display!r} is not a display; it must be like :0"
    number = int(match["number"])
    try:
        if match["host"]:
            socket.create_connection((match["host"], _X_BASE_PORT + number), _PATIENCE).close()
        else:
            _knock(number)
    except OSError:
        return f"there is no display: no X server answers at DISPLAY {display}"
    return ""


def _knock(number: int) -> None:
    """Connect to a server of this machine, by the socket's file or its abstract name."""
    path = f"{_X_SOCKETS}{number}"
    for address in (path, "\0" + path):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knocking:
            try:
                knocking.connect(address)
            except OSError:
                continue
            return
    raise ConnectionRefusedError(path)
