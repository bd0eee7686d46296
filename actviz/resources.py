"""Where the files beside the code are, as lessons and icons, and a digest of the code itself."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent


def resource(*parts: str) -> Path:
    """Find a file or folder of `resources/`: inside the package when installed, else beside it.

    Raises
    ------
    FileNotFoundError
        When the installation lacks it.
    """
    inside = _PACKAGE / "resources"
    root = inside if inside.is_dir() else _PACKAGE.parent / "resources"
    path = root.joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(f"{path}: this file of the program is missing; install it again")
    return path


def take_in_sources(places: Iterable[str], digest: Any) -> None:
    """Add files of the program, or all Python and OpenCL text below folders, to a digest."""
    from importlib.resources import files

    for place in places:
        _take_in(files("actviz").joinpath(place), digest)


def _take_in(place: Traversable, digest: Any) -> None:
    if place.is_file():
        if place.name.endswith((".py", ".cl")):
            digest.update(place.name.encode() + b"\0" + place.read_bytes())
        return
    for each in sorted(place.iterdir(), key=lambda each: each.name):
        if each.name != "__pycache__":
            _take_in(each, digest)
