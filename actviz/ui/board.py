"""What a lens shows, as frozen values: charts with marks on their scales, readings, a sentence.

A drawing makes a `Board` from what its analysis found; the window and `actviz render` paint it.
All places are in the units of the chart's scales, and nothing here is painted.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from actviz.pins import curve_label
from actviz.session import Session
from actviz.ui.look import Look
from actviz.ui.plot_items import Stroke
from actviz.ui.readings import Reading
from actviz.ui.typed import shown

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scale:
    """What an axis shows.

    Parameters
    ----------
    title
        The quantity with its unit.
    low, high
        The range; None fits the marks.
    log
        Logarithmic: what is not positive is left out, and 1e-300 can be seen.
    words
        Ticks with words of their own instead of numbers: (place, word).
    """

    title: str
    low: float | None = None
    high: float | None = None
    log: bool = False
    words: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, broken where one is not finite; `name` stands in the legend."""

    x: Array
    y: Array
    stroke: Stroke
    name: str = ""


@dataclass(frozen=True, slots=True)
class Dots:
    """Points, filled or open, with error bars from `low` to `high` where these are given."""

    x: Array
    y: Array
    color: QColor
    name: str = ""
    low: Array | None = None
    high: Array | None = None
    filled: bool = True
    radius: float = 3.0


@dataclass(frozen=True, slots=True)
class Area:
    """The area between a line and a level, or another line, in one colour."""

    x: Array
    y: Array
    color: QColor
    base: Array | float = 0.0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """Upright bars from `base`, each `width` wide and centred at x."""

    x: Array
    y: Array
    color: QColor
    width: float = 0.8
    base: float = 0.0
    name: str = ""
    outlined: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A heat map: values of shape (rows from bottom to top, columns) over a rectangle.

    Values from `low` to `high` (None: their own range) go through the colours from dark to
    bright; with `centred` from one hue through the ground to another, 0 in the middle. What is
    not finite is left blank. `name` says what the colour means.
    """

    values: Array
    x: tuple[float, float]
    y: tuple[float, float]
    low: float | None = None
    high: float | None = None
    centred: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line across the chart at one value, with words at its end."""

    at: float
    stroke: Stroke
    upright: bool = True
    words: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A shaded range of x (or of y), with words in it, at the top or in the middle."""

    low: float
    high: float
    color: QColor
    upright: bool = True
    words: str = ""
    middle: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Words at a point: ending (`align` −1) or beginning (1) there, over (0) or under it (2)."""

    x: float
    y: float
    text: str
    color: QColor
    align: int = 1


@dataclass(frozen=True, slots=True)
class Arrows:
    """Arrows from (x, y) to (x + dx, y + dy), in the units of the scales."""

    x: Array
    y: Array
    dx: Array
    dy: Array
    color: QColor
    name: str = ""


NamedMark = Line | Dots | Area | Bars | Picture | Arrows
Mark = NamedMark | Rule | Span | Words


@dataclass(frozen=True, slots=True)
class Chart:
    """One plot: its marks, painted in their order, over two scales.

    `key` names it for clicks; `share` is its part of the width of its row; with `cursor` its
    points can be picked, and the mouse shows so. `square` gives both scales the same unit.
    """

    key: str
    title: str
    x: Scale
    y: Scale
    marks: tuple[Mark, ...]
    share: float = 1.0
    cursor: bool = False
    square: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Lines of words in columns, in the place of a chart; those in `bad` are marked as wrong."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bad: frozenset[int] = frozenset()
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Board:
    """All that a lens shows: rows of charts with their parts of the height, figures, a sentence."""

    rows: tuple[tuple[Chart | Table, ...], ...]
    readings: tuple[Reading, ...] = ()
    sentence: str = ""
    heights: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What an analysis has found so far; `done` grows to 1, where it is complete."""

    done: float
    found: Any


@dataclass(frozen=True, slots=True)
class Pick:
    """A place in a chart that was clicked, or dragged to; `began` is where the drag began."""

    chart: str
    x: float
    y: float
    began: tuple[float, float]


class _Key(Protocol):
    def __call__(self, session: Session, /) -> Hashable: ...


def _nowhere(session: Session) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a lens is drawn: pure functions from a session to a board.

    Parameters
    ----------
    key
        All that the work depends on, as a hashable value.
    work
        The analysis: yields ever more of what is found, at last with `done` 1. No Qt; it may run
        in a thread, and is given up between two yields when its key is no longer wanted. A
        ValueError is the sentence for what cannot be shown.
    board
        What is drawn of it.
    live
        Whether the work is quick enough to be done in the frame of a slider; it may depend on the
        key.
    pick
        What a click or drag in a chart with a cursor changes.
    refusal
        Why there is nothing to show for a session, with what to choose instead; mostly empty.
    """

    key: _Key
    work: Callable[[Any], Iterator[Part]]
    board: Callable[[Any, Session, Look], Board]
    live: bool | Callable[[Any], bool] = True
    pick: Callable[[Session, Pick], Session] | None = None
    refusal: Callable[[Session], str] = field(default=_nowhere)

    def is_live(self, key: Any) -> bool:
        """Say whether the work for a key is done in the frame."""
        return self.live(key) if callable(self.live) else self.live


@dataclass(frozen=True, slots=True)
class Shown:
    """A curve that a lens is about: the live one, whose style is None, or a pinned one."""

    label: str
    activation: str
    values: tuple[tuple[str, Any], ...]
    style: int | None = None

    def stroke(self, look: Look, width: float = 2.0) -> Stroke:
        """Give the line that it is drawn with in every lens."""
        return Stroke(look.f, width) if self.style is None else look.pin(self.style)


def curves_of(session: Session) -> tuple[Shown, ...]:
    """List the live curve and the pinned ones that are visible."""
    live = Shown(
        curve_label(session.activation, session.values, shown),
        session.activation,
        tuple(session.values.items()),
    )
    pinned = (
        Shown(pin.label, pin.activation, tuple(pin.values.items()), pin.style)
        for pin in session.pins
        if pin.visible
    )
    return (live, *pinned)


def at_once(find: Callable[[Any], Any]) -> Callable[[Any], Iterator[Part]]:
    """Make the work of a lens whose analysis has a single step."""

    def work(key: Any) -> Iterator[Part]:
        yield Part(1.0, find(key))

    return work


def charts(board: Board) -> Sequence[Chart | Table]:
    """List the charts and tables of a board, as they are read."""
    return [each for row in board.rows for each in row]
