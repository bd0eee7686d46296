"""Marks that several lenses draw alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QColor

from actviz.activations import Break
from actviz.ui.board import Dots, Mark


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
