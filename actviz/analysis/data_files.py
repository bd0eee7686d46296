"""Numbers of a person's own, read from files a block at a time: .npy, .csv and .parquet.

No reader holds more than a block, unpickles anything, or evaluates text. What is no number is
counted, never guessed at.
"""

from __future__ import annotations

import math
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BLOCK = 1 << 18
"""Numbers, or for text bytes, that are read at once: some milliseconds' work."""
READ_WHOLE = 1 << 27
"""An array of more numbers than this is not read from end to end: places in it are drawn."""
_PLACES = 4096
_LONGEST_LINE = 1 << 24
_NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?|[+-]?(nan|inf|infinity)", re.I)
BROKEN = (
    *(ValueError, EOFError, SyntaxError, TokenError, RecursionError),
    *(TypeError, LookupError, OverflowError, MemoryError),
)
"""What NumPy raises for the header of a .npy file that is damaged."""
_MISSING = {b"", b"na", b"n/a", b"null", b"none", b"-", b"?"}


@dataclass(frozen=True, slots=True)
class Block:
    """Some numbers of a file, NaN where one is missing; how much of the file is read by now.

    `text` counts cells that are no numbers, `rows` those of the whole file, where that is known.
    `note` is what is to be said of the file.
    """

    numbers: Array
    done: float
    text: int = 0
    note: str = ""
    rows: int = 0


Draw = Callable[[int], NDArray[np.int64]]
"""Draws places out of so many."""


def blocks(path: Path, draw: Draw) -> Iterator[Block]:
    """Read a file by what its name ends in; `draw` chooses the places of a huge array.

    Raises
    ------
    ValueError
        Where it cannot be read, or holds something else than real numbers.
    """
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise ValueError(f"{path}: data must be a file that ends in {', '.join(READERS)}")
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ValueError(f"{path}: it is no file with data in it")
        yield from READERS[suffix](path, draw)
    except OSError as error:
        raise ValueError(f"{path}: it cannot be read: {error.strerror or error}") from None


# .npy


def _npy(path: Path, draw: Draw) -> Iterator[Block]:
    """Read an array of any shape, all its numbers alike.

    It is read and not mapped: a mapped file that grows shorter meanwhile ends the process.
    """
    with path.open("rb", buffering=0) as stream:
        dtype, size = _npy_header(path, stream)
        start = stream.tell()
        if path.stat().st_size - start < size * dtype.itemsize:
            raise ValueError(f"{path}: it ends before the {size} numbers that it announces")
        if size > READ_WHOLE:
            places = np.sort(draw(size))
            for first in range(0, places.size, _PLACES):
                some = places[first : first + _PLACES]
                read = _read_places(stream, start + some * dtype.itemsize, dtype.itemsize)
                numbers = _numbers(path, read, dtype, some.size)
                yield Block(numbers, (first + some.size) / places.size, rows=size)
            return
        for first in range(0, size, BLOCK):
            count = min(BLOCK, size - first)
            numbers = _numbers(path, stream.read(count * dtype.itemsize), dtype, count)
            yield Block(numbers, (first + count) / size, rows=size)


def _npy_header(path: Path, stream: BinaryIO) -> tuple[np.dtype[Any], int]:
    try:
        version = np.lib.format.read_magic(stream)
        if version not in ((1, 0), (2, 0)):
            raise ValueError(f"version {version[0]}.{version[1]}")
        reading = {1: np.lib.format.read_array_header_1_0, 2: np.lib.format.read_array_header_2_0}
        shape, _, dtype = reading[version[0]](stream)
    except BROKEN as error:
        said = str(error).partition("\n")[0]
        raise ValueError(f"{path}: it must be a .npy file of real numbers ({said})") from None
    if dtype.hasobject:
        raise ValueError(
            f"{path}: it holds Python objects, which are never unpickled; save numbers"
        )
    if dtype.kind not in "fiu" or dtype.subdtype is not None:
        raise ValueError(f"{path}: it holds {dtype}; it must hold real numbers (float or int)")
    return dtype, math.prod(shape)


def _read_places(stream: BinaryIO, places: NDArray[np.int64], size: int) -> bytes:
    parts = []
    for place in places.tolist():
        stream.seek(place)
        parts.append(stream.read(size))
    return b"".join(parts)


def _numbers(path: Path, read: bytes, dtype: np.dtype[Any], count: int) -> Array:
    if len(read) != count * dtype.itemsize:
        raise ValueError(f"{path}: it grew shorter while it was read")
    with np.errstate(all="ignore"):
        return np.frombuffer(read, dtype).astype(np.float64)


# .csv


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the lines of a text are cut into cells."""

    separator: bytes | None
    decimal_comma: bool
    skip_first_column: bool

    def cells(self, line: bytes) -> list[bytes]:
        found = line.split(self.separator) if self.separator else line.split()
        return found[1:] if self.skip_first_column else found


def _csv(path: Path, draw: Draw) -> Iterator[Block]:
    """Read cells between commas, semicolons, tabs or blanks, with or without a header."""
    size = max(path.stat().st_size, 1)
    with path.open("rb") as stream:
        rest, layout, read, note = b"", None, 0, ""
        while chunk := stream.read(BLOCK):
            read += len(chunk)
            if b"\0" in chunk:
                raise ValueError(f"{path}: it is no text; a .csv file must be text in UTF-8")
            text, _, rest = (rest + chunk).replace(b"\r", b"\n").rpartition(b"\n")
            if len(rest) > _LONGEST_LINE:
                raise ValueError(f"{path}: a line must have at most {_LONGEST_LINE:,} bytes")
            lines = [line for line in text.split(b"\n") if line.strip()]
            if lines and layout is None:
                layout, lines, note = _layout(lines)
            if lines and layout is not None:
                yield _block(lines, layout, read / size, note)
                note = ""
        lines = [line for line in rest.split(b"\n") if line.strip()]
        if lines:
            if layout is None:
                layout, lines, note = _layout(lines)
            yield _block(lines, layout, 1.0, note)


def _layout(lines: list[bytes]) -> tuple[_Layout, list[bytes], str]:
    """Find out how a text is laid out, by its first lines; gives the lines that hold data."""
    first = lines[0].removeprefix(b"\xef\xbb\xbf")
    separator = next((each for each in (b";", b"\t", b",") if each in first), None)
    layout = _Layout(separator, separator in (b";", b"\t"), False)
    cells = [each.strip().strip(b'"') for each in layout.cells(first)]
    if any(_number(each, layout.decimal_comma) is not None for each in cells if each):
        many = f"the cells of {len(cells)} columns together" if len(cells) > 1 else ""
        return layout, [first, *lines[1:]], many
    # what pandas writes: a column without a name counts the rows
    counts_rows = len(cells) > 1 and cells[0] == b""
    layout = _Layout(separator, layout.decimal_comma, counts_rows)
    names = [each.decode("utf-8", "replace") for each in cells[counts_rows:]]
    note = f"the columns {', '.join(names[:8])}{', …' if len(names) > 8 else ''} together"
    index = "; the first one, without a name, counts the rows and is left out"
    return layout, lines[1:], (note if len(names) > 1 else "") + (index if counts_rows else "")


def _block(lines: list[bytes], layout: _Layout, done: float, note: str) -> Block:
    cells = [cell for line in lines for cell in layout.cells(line)]
    try:
        # the usual case: all cells are plain numbers
        if layout.decimal_comma or b"_" in b"".join(cells):
            raise ValueError
        return Block(np.array([float(each) for each in cells]), done, note=note)
    except ValueError:
        read = [_number(each, layout.decimal_comma) for each in cells]
        numbers = [each for each in read if each is not None]
        return Block(np.array(numbers, np.float64), done, len(read) - len(numbers), note)


def _number(cell: bytes, decimal_comma: bool) -> float | None:
    """Read a cell: NaN where it is empty or says that it is missing, None where it is text."""
    stripped = cell.strip().strip(b'"').strip()
    if stripped.lower() in _MISSING:
        return math.nan
    if decimal_comma and b"." not in stripped:
        stripped = stripped.replace(b",", b".", 1)
    if len(stripped) > 400 or not _NUMBER.fullmatch(stripped):
        return None
    return float(stripped.lower().replace(b"d", b"e"))


# .parquet


def _parquet(path: Path, draw: Draw) -> Iterator[Block]:
    """Read all columns of numbers together; others are left out, and named."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ValueError(
            f"{path}: reading .parquet needs pyarrow (pip install 'actviz[cluster]'); "
            "or save the data as .npy or .csv"
        ) from None
    try:
        with parquet.ParquetFile(path, memory_map=False) as file:
            yield from _parquet_blocks(path, file, pyarrow.types)
    except pyarrow.ArrowException as error:
        said = str(error).partition("\n")[0]
        raise ValueError(f"{path}: it must be a Parquet file of numbers ({said})") from None


def _parquet_blocks(path: Path, file: Any, types: Any) -> Iterator[Block]:
    schema = file.schema_arrow
    good = [
        field.name
        for field in schema
        if (types.is_floating(field.type) or types.is_integer(field.type))
        and not field.name.startswith("__index_level_")
    ]
    left_out = [name for name in schema.names if name not in good]
    if not good:
        raise ValueError(f"{path}: no column holds real numbers: {', '.join(schema.names) or '-'}")
    note = f"the columns {', '.join(good[:8])} together" if len(good) > 1 else ""
    if left_out:
        note += f"{'; ' if note else ''}left out: {', '.join(left_out[:8])}"
    rows, read = max(file.metadata.num_rows, 1), 0
    for batch in file.iter_batches(max(BLOCK // len(good), 1), columns=good):
        read += batch.num_rows
        columns = [
            np.asarray(column.cast("float64", safe=False).to_numpy(zero_copy_only=False))
            for column in batch.columns
        ]
        yield Block(np.concatenate(columns).astype(np.float64), read / rows, note=note)
        note = ""


READERS: dict[str, Callable[[Path, Draw], Iterator[Block]]] = {
    ".npy": _npy,
    ".csv": _csv,
    ".parquet": _parquet,
}
"""How a file is read, by what its name ends in."""
