"""Where the files beside the code are: lessons, schemas, fonts, icons, translations."""

from __future__ import annotations

from pathlib import Path

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
