"""The program's own icons, in one grey that can be read on both looks."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QIcon

from actviz.resources import resource


@cache
def icon(name: str) -> QIcon:
    """Give an icon by the name of its file."""
    return QIcon(icon_path(name))


def icon_path(name: str) -> str:
    """Give the path of an icon as a stylesheet writes it."""
    return resource("icons", f"{name}.svg").as_posix()
