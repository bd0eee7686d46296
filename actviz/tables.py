"""Numbers in files: x read from .npy, results written as .csv, .npy or .npz."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from actviz.analysis.data_files import BROKEN
from actviz.dtypes import is_bfloat16

if TYPE_CHECKING:
    from actviz.evaluation import Array, Result

SUFFIXES = (".csv", ".npy", ".npz")


def check_suffix(path: Path, allowed: tuple[str, ...]) -> None:
    """Raise a ValueError for a file name whose ending names none of the formats."""
    if path.suffix.lower() not in allowed:
        raise ValueError(f"{path}: the name must end in {', '.join(allowed)}")


def read_array(path: Path) -> Array:
    """Read an array of any shape from a .npy file; objects are never unpickled.

    Raises
    ------
    ValueError
        Where the file cannot be read or is no .npy file of numbers.
    """
    try:
        with path.open("rb") as stream:
            array: Array = np.lib.format.read_array(stream, allow_pickle=False)
    except OSError as error:
        raise ValueError(f"{path}: it cannot be read: {error.strerror}") from None
    except BROKEN as error:
        said = str(error).partition("\n")[0]
        raise ValueError(f"{path}: it must be a .npy file of real numbers ({said})") from None
    return array


def _told(result: Result) -> tuple[Array, ...]:
    """Give x, f and f′ in a dtype that files can name: bfloat16 as float32, which holds it."""
    told = (result.x, result.y, result.dy)
    return tuple(x.astype(np.float32) for x in told) if is_bfloat16(result.x.dtype) else told


def csv(result: Result) -> str:
    """Write x,f,df lines, each number as short as its dtype reads it back exactly.

    bfloat16 is written as float32.
    """
    columns = (each.ravel() for each in _told(result))
    lines = (f"{x!s},{y!s},{dy!s}" for x, y, dy in zip(*columns, strict=True))
    return "\n".join(["x,f,df", *lines]) + "\n"


def encode(result: Result, suffix: str) -> bytes:
    """Give the bytes of a .csv, .npy of shape (N, 3), or .npz with x, y and dy.

    bfloat16 is written as float32: a .npy file cannot name it.
    """
    if suffix == ".csv":
        return csv(result).encode()
    stream = io.BytesIO()
    x, y, dy = _told(result)
    if suffix == ".npz":
        np.savez(stream, x=x, y=y, dy=dy)
    else:
        np.save(stream, np.stack([x.ravel(), y.ravel(), dy.ravel()], axis=1))
    return stream.getvalue()
