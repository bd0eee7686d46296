"""The architecture in a `.keras` archive: its config.json, and nothing else of it.

Nothing is unpacked to the disk and no weights are read. The directory at the end of the file is
measured before Python's reader makes objects of its entries.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from typing import BinaryIO

from actviz.formats.strict_json import LARGEST_TEXT, strict_json

MAGIC = b"PK\x03\x04"
MOST_MEMBERS = 1000
LARGEST_DIRECTORY = 1_000_000
LARGEST_RATIO = 200
_END = struct.Struct("<4s4H2LH")
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


def architecture(file: BinaryIO, place: str) -> tuple[object, str]:
    """Read what config.json holds, and the version of Keras that metadata.json names, or "".

    Raises
    ------
    ValueError
        For a file that is no such archive, is encrypted or damaged, or is beyond the limits on
        members, sizes, ratios and paths; names `place`, and what is allowed.
    """
    _check_directory(file, place)
    try:
        with zipfile.ZipFile(file) as archive:
            members = _members(archive, place)
            if "config.json" not in members:
                raise ValueError(f"{place}: there is no config.json in it; a .keras file has one")
            document = _json(archive, members["config.json"], place)
            said = members.get("metadata.json")
            metadata = _json(archive, said, place) if said else {}
    except _BROKEN as error:
        raise ValueError(f"{place}: the archive is damaged: {error}") from None
    version = metadata.get("keras_version") if isinstance(metadata, dict) else None
    return document, version if isinstance(version, str) else ""


def _check_directory(file: BinaryIO, place: str) -> None:
    """Hold the end of the file against the limits; Keras writes no comment behind it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END.size))
    tail = file.read(_END.size)
    if len(tail) < _END.size or not tail.startswith(b"PK\x05\x06"):
        raise ValueError(f"{place}: the archive's end is missing or goes on; a whole one is needed")
    _, _, _, _, members, length, offset, comment = _END.unpack(tail)
    if comment or members == 0xFFFF or 0xFFFFFFFF in (length, offset):
        raise ValueError(
            f"{place}: it is too large an archive; at most 4 GiB are read: save the model's "
            "architecture with to_json()"
        )
    if members > MOST_MEMBERS or length > LARGEST_DIRECTORY:
        raise ValueError(
            f"{place}: the archive holds {members:,} members in a directory of {length:,} bytes; "
            f"at most {MOST_MEMBERS:,} and {LARGEST_DIRECTORY:,} are allowed"
        )
    if size >= _END.size + 20:
        file.seek(size - _END.size - 20)
        if file.read(4) == b"PK\x06\x07":
            raise ValueError(f"{place}: its directory is in the zip64 form, which is not read")


def _members(archive: zipfile.ZipFile, place: str) -> dict[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        name = info.filename
        if name in members:
            raise ValueError(f"{place}: {name[:60]!r} stands in the archive twice; once is allowed")
        parts = name.replace("\\", "/").split("/")
        if name.startswith(("/", "\\")) or ".." in parts or ":" in name:
            raise ValueError(
                f"{place}: a member is called {name[:60]!r}; paths inside the archive are allowed"
            )
        members[name] = info
    return members


def _json(archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: str) -> object:
    where = f"{place}: {info.filename}"
    if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
        raise ValueError(f"{where}: it is encrypted or packed otherwise than Keras packs it")
    if info.file_size > LARGEST_TEXT:
        raise ValueError(
            f"{where}: it holds {info.file_size:,} bytes; at most {LARGEST_TEXT:,} are allowed"
        )
    if info.file_size > LARGEST_RATIO * max(info.compress_size, 1):
        raise ValueError(
            f"{where}: it unpacks to more than {LARGEST_RATIO} times its size, the most allowed"
        )
    with archive.open(info) as member:
        return strict_json(member.read(LARGEST_TEXT + 1), f"{place}, {info.filename}")
