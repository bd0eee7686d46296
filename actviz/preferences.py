"""What belongs to the person and not to the document: theme, device, window, recent files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal

import msgspec
import platformdirs

from actviz.files import make_folder, read_bytes, sentence, shown, write_atomic
from actviz.formats.strict_json import strict_json

MOST_RECENT = 10


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """One person's choices on one machine; they never travel with a document.

    `device` is a device's id, None for the best one; `geometry` and `layout` are the window's
    place and division as the window system wrote them, in hex; `recent` are paths, newest first;
    `locale` is None for the system's; `unknown` are the keys of a newer version, kept as they are.
    """

    theme: Literal["system", "dark", "light"] = "system"
    device: str | None = None
    geometry: str = ""
    layout: str = ""
    recent: tuple[str, ...] = ()
    locale: str | None = None
    unknown: dict[str, Any] = {}


_KNOWN = tuple(name for name in Preferences.__struct_fields__ if name != "unknown")


def preferences_path() -> Path:
    """Say where the preferences of this user are kept."""
    return Path(platformdirs.user_config_dir("actviz", appauthor=False)) / "preferences.json"


def _decoded(path: Path) -> Preferences:
    document = strict_json(read_bytes(path), shown(path))
    if not isinstance(document, dict):
        raise ValueError(f"{shown(path)}: it holds no preferences; an object is needed")
    known = {name: document[name] for name in _KNOWN if name in document}
    unknown = {name: value for name, value in document.items() if name not in _KNOWN}
    try:
        preferences = msgspec.convert({**known, "unknown": unknown}, Preferences)
    except msgspec.ValidationError as error:
        raise ValueError(f"{shown(path)}: {sentence(error)}") from None
    return msgspec.structs.replace(preferences, recent=preferences.recent[:MOST_RECENT])


def load(path: Path | None = None) -> tuple[Preferences, str]:
    """Read the preferences, and give a sentence for the user where that failed.

    A file that cannot be understood is set aside as `preferences.json.broken`, and the defaults
    hold: preferences never keep the program from starting.
    """
    file = preferences_path() if path is None else path
    if not file.exists():
        return Preferences(), ""
    try:
        return _decoded(file), ""
    except ValueError as error:
        return Preferences(), f"{error}; the defaults are used. {_set_aside(file)}"


def _set_aside(file: Path) -> str:
    aside = file.with_name(file.name + ".broken")
    try:
        os.replace(file, aside)
    except OSError:
        return "The file could not be set aside"
    return f"The file was set aside as {shown(aside)}"


def save(preferences: Preferences, path: Path | None = None) -> None:
    """Write the preferences, whole or not at all; raises a ValueError that names the file."""
    file = preferences_path() if path is None else path
    known = {name: getattr(preferences, name) for name in _KNOWN}
    text = json.dumps({**preferences.unknown, **known}, ensure_ascii=False, indent=2)
    make_folder(file.parent)
    write_atomic(file, text + "\n")


def remember(preferences: Preferences, path: str | os.PathLike[str]) -> Preferences:
    """Put a file at the head of the recent ones; the oldest beyond ten is forgotten."""
    new = os.path.abspath(path)
    others = tuple(old for old in preferences.recent if old != new)
    return msgspec.structs.replace(preferences, recent=(new, *others)[:MOST_RECENT])


def forget(preferences: Preferences, path: str | os.PathLike[str]) -> Preferences:
    """Take a file that is gone off the recent ones."""
    gone = os.path.abspath(path)
    recent = tuple(old for old in preferences.recent if old != gone)
    return msgspec.structs.replace(preferences, recent=recent)
