"""The lenses' drawings: one file a lens, found by the lens's name."""

from __future__ import annotations

from importlib import import_module

from actviz.lenses import CURVE, LENSES
from actviz.ui.board import Drawing

__all__ = ["DRAWN", "drawing"]

DRAWN = tuple(lens.name for lens in LENSES if lens is not CURVE)
"""The lenses that are drawn on a board; the Curve lens has a figure of its own."""


def drawing(name: str) -> Drawing:
    """Give the drawing of a lens: DRAWING in the module of its name, loaded when first looked at.

    Raises
    ------
    KeyError
        For a name that is not in `DRAWN`.
    """
    if name not in DRAWN:
        raise KeyError(name)
    found = import_module(f"{__name__}.{name}").DRAWING
    assert isinstance(found, Drawing)
    return found
