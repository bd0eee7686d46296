"""Where a document comes from: a file or a text, with the name it has in messages."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from actviz.formats.strict_json import LARGEST_TEXT

Source = Path | str
"""A Path is a file, a str is the text itself."""


def place_of(source: Source, otherwise: str) -> str:
    """Name a source in messages: a file by its name."""
    return (source.name or str(source)) if isinstance(source, Path) else otherwise


def opened(path: Path) -> BinaryIO:
    """Open a regular file; a ValueError says by name what is wrong with it."""
    try:
        if path.exists() and not path.is_file():
            raise ValueError(f"{path.name or path}: it is not a file; a layer file is needed")
        return path.open("rb")
    except OSError as error:
        reason = error.strerror or str(error)
        raise ValueError(f"{path.name or path}: it cannot be read: {reason}") from None


def file_bytes(path: Path) -> bytes:
    """Read a file, but hardly more of it than is allowed; a ValueError as `opened`."""
    with opened(path) as file:
        try:
            return file.read(LARGEST_TEXT + 1)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ValueError(f"{path.name or path}: it cannot be read: {reason}") from None
