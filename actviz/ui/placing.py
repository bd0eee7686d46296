"""Where labels go: beside what they name, never on a curve, never on each other.

Pure NumPy, no Qt. A pane is divided into small cells; curves and labels occupy cells, and a label
takes the free place nearest to where it would like to be.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from actviz.ui.sampling import Piece

CELL = 4.0
_MARGIN = 3.0
"""Pixels kept free between a label and a curve, beyond the cells that the curve touches."""

Box = tuple[float, float, float, float]
"""left, top, width, height in pixels."""


class Room:
    """The free room of a pane of so many pixels; x to the right, y down, from its corner."""

    def __init__(self, width: float, height: float) -> None:
        self._columns, self._rows = max(int(width / CELL), 1), max(int(height / CELL), 1)
        self._taken = np.zeros((self._rows, self._columns), dtype=bool)

    def add_line(self, line: Piece) -> None:
        """Take the cells that a line with ascending x touches."""
        x, y = line
        edges = np.arange(self._columns + 1) * CELL
        heights = np.interp(edges, x, y)
        first = np.searchsorted(x, edges[:-1], "left")
        last = np.searchsorted(x, edges[1:], "right")
        lows, highs = np.minimum(heights[:-1], heights[1:]), np.maximum(heights[:-1], heights[1:])
        column = np.clip((x / CELL).astype(np.intp), 0, self._columns - 1)
        np.minimum.at(lows, column, y)
        np.maximum.at(highs, column, y)
        reached = (edges[1:] >= x[0]) & (edges[:-1] <= x[-1]) & (last >= first)
        row = np.arange(self._rows)[:, None] * CELL
        touched = (row <= highs + _MARGIN) & (row + CELL >= lows - _MARGIN)
        self._taken |= touched & reached

    def add_box(self, box: Box) -> None:
        """Take the cells that a box touches."""
        left, top, width, height = box
        columns = slice(max(int(left / CELL), 0), max(int(np.ceil((left + width) / CELL)), 0))
        rows = slice(max(int(top / CELL), 0), max(int(np.ceil((top + height) / CELL)), 0))
        self._taken[rows, columns] = True

    def is_free(self, box: Box) -> bool:
        """Say whether a box lies inside the pane and touches nothing."""
        left, top, width, height = box
        if left < 0 or top < 0:
            return False
        if left + width > self._columns * CELL or top + height > self._rows * CELL:
            return False
        columns = slice(int(left / CELL), int(np.ceil((left + width) / CELL)))
        rows = slice(int(top / CELL), int(np.ceil((top + height) / CELL)))
        return not self._taken[rows, columns].any()

    def place(
        self, width: float, height: float, near: tuple[float, float], within: Box | None = None
    ) -> Box | None:
        """Find the free place for a box whose corner is nearest to `near`, and take it.

        With `within`, only places inside that box count. None when there is no free place.
        """
        across, down = int(np.ceil(width / CELL)), int(np.ceil(height / CELL))
        if across > self._columns or down > self._rows:
            return None
        free = self._free_corners(across, down)
        if within is not None:
            self._restrict(free, within, width, height)
        rows, columns = np.nonzero(free)
        if not len(rows):
            return None
        distance = np.hypot(columns * CELL - near[0], rows * CELL - near[1])
        best = int(np.argmin(distance))
        box = (float(columns[best]) * CELL, float(rows[best]) * CELL, width, height)
        self.add_box(box)
        return box

    def _free_corners(self, across: int, down: int) -> NDArray[np.bool_]:
        """For each cell, say whether a box with its corner there would touch nothing."""
        total = np.zeros((self._rows + 1, self._columns + 1), dtype=np.int32)
        np.cumsum(np.cumsum(self._taken, axis=0, dtype=np.int32), axis=1, out=total[1:, 1:])
        inside = (
            total[down:, across:]
            - total[:-down, across:]
            - total[down:, :-across]
            + total[:-down, :-across]
        )
        return np.asarray(inside == 0)

    @staticmethod
    def _restrict(free: NDArray[np.bool_], within: Box, width: float, height: float) -> None:
        left, top, room_width, room_height = within
        columns = np.arange(free.shape[1]) * CELL
        rows = np.arange(free.shape[0]) * CELL
        free &= (columns >= left) & (columns + width <= left + room_width)
        free &= ((rows >= top) & (rows + height <= top + room_height))[:, None]
