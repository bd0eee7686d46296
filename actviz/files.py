"""Documents on disk: one codec for sessions, with a version; reading that refuses, atomic writing.

Session files (`.actviz`) are JSON in UTF-8: `{"actviz": 1, "layer": …, "view": …, …}`. All values
are written out, so that a file keeps its meaning when a default changes; whatever is left out of
a file has its default when it is read.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from actviz.formats.strict_json import LARGEST_TEXT, strict_json
from actviz.layers import LayerConfig
from actviz.param import refuse
from actviz.session import Pin, Session, View, checked

VERSION = 1
"""The version of session files that is written; older ones are read, newer ones refused."""
SESSION_SUFFIX = ".actviz"
LAYER_SUFFIX = ".json"


class _Activation(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    values: dict[str, Any] = {}


class _Layer(msgspec.Struct, forbid_unknown_fields=True):
    type: str
    fields: dict[str, Any] = {}
    activations: dict[str, _Activation] = {}
    input_shape: tuple[int, ...] | None = None


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    """A session as it stands in a file."""

    actviz: int
    layer: _Layer | None = None
    slot: str = ""
    view: View = View()
    lens: str = ""
    lens_values: dict[str, Any] = {}
    pins: tuple[Pin, ...] = ()
    dialect: str = ""
    dtype: str = ""
    seed: int = 0
    lesson: str | None = None
    step: int = 0


def shown(path: str | os.PathLike[str]) -> str:
    """Write a path so that it can be printed, whatever bytes are in its name."""
    return os.fspath(path).encode(errors="replace").decode(errors="replace")


def failure(path: str | os.PathLike[str], what: str, error: OSError) -> ValueError:
    """Make the sentence for a file that the system refuses: the file, what failed, why."""
    reason = error.strerror or str(error)
    return ValueError(f"{shown(path)}: {what}: {reason[:1].lower()}{reason[1:]}")


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """Read a file whole.

    Raises
    ------
    ValueError
        Names the file: it is not there, may not be read, is a directory or a device, or is larger
        than any document.
    """
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            kind = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
            raise ValueError(f"{shown(path)}: it is {kind}; a file is needed")
        with open(path, "rb") as file:
            data = file.read(LARGEST_TEXT + 1)
    except OSError as error:
        raise failure(path, "it cannot be read", error) from error
    if len(data) > LARGEST_TEXT:
        raise ValueError(f"{shown(path)}: it is larger than the {LARGEST_TEXT:,} bytes allowed")
    return data


# Writing


def make_folder(folder: Path) -> None:
    """Make a folder of this user's own, if it is not there; a ValueError says why it cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise failure(folder, "the folder cannot be made", error) from error


def write_atomic(path: str | os.PathLike[str], data: bytes | str, *, flush: bool = True) -> None:
    """Write a file whole or not at all: whatever fails, what was there stays.

    The data go to a new file in the same folder, which is flushed to the disk (unless `flush` is
    false) and renamed over the old one. The old file's permissions are kept; a symbolic link
    keeps pointing at its file. Pipes and devices are written to directly.

    Raises
    ------
    ValueError
        Names the file and says why it cannot be written.
    """
    content = data.encode() if isinstance(data, str) else data
    try:
        target = Path(os.path.realpath(path))
        mode = _mode_of(target)
        if mode is None or stat.S_ISREG(mode):
            _replace(target, content, mode, flush)
        elif stat.S_ISDIR(mode):
            raise ValueError(f"{shown(path)}: it is a directory; a file is needed")
        else:
            with open(path, "wb") as stream:
                stream.write(content)
    except OSError as error:
        raise failure(path, "it cannot be written", error) from error


def _mode_of(target: Path) -> int | None:
    """Give the mode of a file, None where there is none; one that is read-only is an OSError."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISREG(mode) and not os.access(target, os.W_OK):
        raise PermissionError(13, "the file is read-only")
    return mode


def _replace(target: Path, content: bytes, mode: int | None, flush: bool) -> None:
    temporary = target.with_name(f".actviz-{secrets.token_hex(8)}.tmp")
    # 0o666 is what the user's umask is meant to be taken from
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, 0o666)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            if flush:
                file.flush()
                os.fsync(file.fileno())
        if mode is not None:
            temporary.chmod(stat.S_IMODE(mode))
        os.replace(temporary, target)
    finally:
        with contextlib.suppress(OSError):  # after the renaming it is not there any more
            temporary.unlink(missing_ok=True)
    if flush:
        _flush_folder(target.parent)


def _flush_folder(folder: Path) -> None:
    """Make a rename last through a power failure, where the system has a way to."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):  # some network file systems have none
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


# Sessions


def session_document(session: Session) -> dict[str, Any]:
    """Give a session as the object that a session file holds, all values in it."""
    good = checked(session)
    config = good.config
    layer = _Layer(
        config.layer,
        dict(config.fields),
        {slot: _Activation(name, dict(v)) for slot, (name, v) in config.activations.items()},
        config.input_shape,
    )
    parts = {name: getattr(good, name) for name in _Document.__struct_fields__[2:]}
    document: dict[str, Any] = msgspec.to_builtins(_Document(VERSION, layer, **parts))
    return document


def session_text(session: Session) -> str:
    """Write a session as the text of a session file."""
    document = session_document(session)
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def session_of(document: object, place: str) -> Session:
    """Make a session of what a session file holds, as read by `strict_json`.

    Raises
    ------
    ValueError
        Names `place`, the part of the file, and what is allowed there: another version, unknown
        keys, wrong types, values outside their domain.
    """
    names = _check_version(document, place)
    try:
        return checked(_assemble(msgspec.convert(document, _Document), names))
    except msgspec.ValidationError as error:
        raise ValueError(f"{place}: {sentence(error)}") from None
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None


def _check_version(document: object, place: str) -> dict[str, Any]:
    if not isinstance(document, dict) or "actviz" not in document:
        raise ValueError(f'{place}: it is no session; an object with the key "actviz" is needed')
    version = document["actviz"]
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise refuse(f"{place}: actviz", version, f"a version number from 1 to {VERSION}")
    if version > VERSION:
        raise ValueError(
            f"{place}: the session is of version {version}, made by a newer actviz; "
            f"this one reads versions up to {VERSION}"
        )
    return document


def sentence(error: msgspec.ValidationError) -> str:
    """Put msgspec's words into our order: the place first."""
    what, _, path = str(error).replace("`", "").partition(" - at ")
    place = path.removeprefix("$").removeprefix(".")
    words = what[:1].lower() + what[1:]
    return f"{place}: {words}" if place else words


def _assemble(parts: _Document, names: Iterable[str]) -> Session:
    """Build a session of the parts that the file names; the others have their defaults."""
    given = {name: getattr(parts, name) for name in names if name not in ("actviz", "layer")}
    if parts.layer is not None:
        activations = {slot: (a.name, a.values) for slot, a in parts.layer.activations.items()}
        config = LayerConfig(
            parts.layer.type,
            fields=parts.layer.fields,
            activations=activations,
            input_shape=parts.layer.input_shape,
        )
        given = {"slot": next(iter(config.activations)), **given, "config": config}
    return Session(**given)


def write_session(path: str | os.PathLike[str], session: Session) -> None:
    """Write a session file, whole or not at all; raises a ValueError that names the file."""
    write_atomic(path, session_text(session))


def read_session(path: str | os.PathLike[str]) -> Session:
    """Read a session file; raises a ValueError that names the file and the place in it."""
    place = shown(path)
    return session_of(strict_json(read_bytes(path), place), place)


def read_document(path: str | os.PathLike[str]) -> Session | LayerConfig:
    """Read a session file or a layer file, whichever its content says it is.

    Raises
    ------
    ValueError
        Names the file and the place in it that is not allowed.
    """
    # A start without a file reads none.
    from actviz.formats import is_model_file, layer_of, read_layer

    if is_model_file(Path(path)):
        return read_layer(Path(path))
    place = shown(path)
    content = read_bytes(path)
    document = strict_json(content, place)
    # Layer files may carry an "actviz" object of their own; a session carries its version there.
    marker = document.get("actviz") if isinstance(document, dict) else None
    if marker is not None and not isinstance(marker, dict):
        return session_of(document, place)
    return layer_of(document, Path(path).name or place)
