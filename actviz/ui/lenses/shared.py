"""Marks that several lenses draw alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QColor

from actviz.activations import Break
from actviz.ui.board import Dots, Mark
from actviz.ui.numbers import significant


def jump_dots(breaks: Sequence[Break], color: QColor) -> list[Mark]:
    """Mark what f takes at its jumps with filled dots, limits that it does not with open ones."""
    marks: list[Mark] = []
    for at in breaks:
        if not at.jump:
            continue
        x = np.array([at.x])
        open_ends = [y for y in (at.f_left, at.f_right) if y != at.f]
        marks += [Dots(x, np.array([y]), color, filled=False, radius=4.0) for y in open_ends]
        marks.append(Dots(x, np.array([at.f]), color, radius=4.0))
    return marks


def normal_name(mean: float, std: float) -> str:
    """Write N(mean, std²): a power of ten in brackets, as its exponent ate the square."""
    spread = significant(std, 3)
    spread = f"({spread})" if "10" in spread and "·" in spread else spread
    return f"N({significant(mean, 3)}, {spread}²)"
