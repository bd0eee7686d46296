"""The crosshair: where it is, and f and f′ exactly there, with both one-sided limits at a kink."""

from __future__ import annotations

import math
from typing import NamedTuple

from PySide6.QtCore import QObject

from actviz.activations import Break
from actviz.evaluation import Grid, NumPyEngine, Request, Result
from actviz.ui.canvas import Canvas
from actviz.ui.crosshair import Crosshair, Reading
from actviz.ui.lenses.curve_picture import Picture
from actviz.ui.numbers import decimals, significant
from actviz.ui.trace import Trace

SNAP = 5.0
"""The crosshair snaps to a kink within this many pixels."""
_SAME = 0.5
_DIGITS = 6
_NAMES = ("f", "f′")
_MOST_DIGITS = {"float16": 5, "float32": 9, "float64": 17}
"""Significant digits that tell all numbers of a dtype apart."""
_ENGINE = NumPyEngine()


class _Read(NamedTuple):
    """What was read of one curve: the words, the height, and whether a point marks it."""

    text: str
    height: float
    marked: bool = True


def read(picture: Picture, pixel: float) -> Crosshair | None:
    """Read all curves at a pixel of the figure: at the kink there, else at a round x."""
    main, x = picture.main, picture.figure.x
    if main is None:
        return None
    pixel = min(max(pixel, x.first), x.last)
    kink = min(main.breaks, key=lambda each: abs(x.pixel(each.x) - pixel), default=None)
    if kink is not None and abs(x.pixel(kink.x) - pixel) <= SNAP and x.low <= kink.x <= x.high:
        return _at_kink(picture, kink)
    places = -math.floor(math.log10(x.per_pixel))
    return _at(picture, main, round(x.value(pixel), places), max(places, 0))


def evaluated(trace: Trace, x: float) -> Result:
    """Evaluate a curve at one x in its dtype: what an engine computes there."""
    request = trace.result.request
    point = Request.of(request.activation, dict(request.values), Grid(x, x, 1), request.dtype)
    return _ENGINE.run(point)


def _values(result: Result) -> tuple[float, float]:
    return float(result.y[0]), float(result.dy[0])


def _at(picture: Picture, main: Trace, x: float, places: int) -> Crosshair:
    result = evaluated(main, x)
    where = _place_words(float(result.x[0]), places)
    read = [
        _Read(f"{name}({where}) = {_words(picture, pane, value)}", value)
        for pane, (name, value) in enumerate(zip(_NAMES, _values(result), strict=True))
    ]
    return _crosshair(picture, x, where, read)


def _at_kink(picture: Picture, kink: Break) -> Crosshair:
    where = significant(kink.x, 7)
    read = [
        _limits(picture, 0, where, (kink.f_left, kink.f, kink.f_right)),
        _limits(picture, 1, where, (kink.df_left, kink.df, kink.df_right)),
    ]
    return _crosshair(picture, kink.x, where, read)


def _limits(picture: Picture, pane: int, where: str, around: tuple[float, float, float]) -> _Read:
    """Write the value, or where the curve jumps both one-sided limits, the taken one marked."""
    left, taken, right = around
    name = _NAMES[pane]
    if left == right:
        return _Read(f"{name}({where}) = {_words(picture, pane, taken)}", taken)
    lines = [
        f"{name}({where}{side}) = {_words(picture, pane, limit)}"
        + (f" = {name}({where})" if limit == taken else "")
        for side, limit in (("⁻", left), ("⁺", right))
    ]
    return _Read("\n".join(lines), taken, marked=False)


def _words(picture: Picture, pane: int, value: float) -> str:
    """Write a value with the digits that a pixel can tell apart, as far as the dtype has them."""
    most = _MOST_DIGITS[picture.session.dtype]
    per_pixel = picture.figure.panes[pane].y.per_pixel
    told = (
        1 + math.ceil(math.log10(max(abs(value) / per_pixel, 1.0))) if math.isfinite(value) else 1
    )
    return significant(value, min(max(told, _DIGITS), most))


def _place_words(x: float, places: int) -> str:
    """Write x as exactly as a pixel can tell; in full where that takes a power of ten."""
    return decimals(x, places) if places <= 9 and abs(x) < 1e9 else significant(x, 10)


def _crosshair(picture: Picture, x: float, where: str, read: list[_Read]) -> Crosshair:
    """Add the pinned curves' values to what was read in each pane."""
    look = picture.figure.look
    others = [(pin.label, _values(evaluated(trace, x))) for pin, trace in picture.pins]
    readings = []
    for pane, each in enumerate(read):
        lines = [each.text, *(f"{name}: {_words(picture, pane, y[pane])}" for name, y in others)]
        height = each.height if math.isfinite(each.height) else 0.0
        marked = each.marked and math.isfinite(each.height)
        readings.append(Reading("\n".join(lines), (look.f, look.df)[pane], height, marked))
    return Crosshair(picture.figure, x, f"x = {where}", readings)


class Reader(QObject):
    """Moves the crosshair of a canvas with the mouse or the keys, and reads a picture at it.

    It stays at its pixel while the curves move under it.
    """

    def __init__(self, picture: Picture, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._picture, self._canvas = picture, canvas
        self._pixel: float | None = None
        canvas.hovered.connect(self._move)
        canvas.left.connect(lambda: self._move(None))
        canvas.nudged.connect(self._nudge)
        canvas.leapt.connect(self._leap)

    def refresh(self) -> None:
        """Read again what has changed under the crosshair."""
        if self._pixel is not None or self._canvas.crosshair is not None:
            self._move(self._pixel)

    def _move(self, pixel: float | None) -> None:
        self._pixel = pixel
        self._canvas.show_crosshair(None if pixel is None else read(self._picture, pixel))

    def _nudge(self, pixels: int) -> None:
        """Move by whole pixels."""
        x = self._picture.figure.x
        self._move(min(max(self._at() + pixels, x.first), x.last))
        self._say()

    def _leap(self, direction: int) -> None:
        """Move to the next notable point in view on one side."""
        x, here = self._picture.figure.x, self._at()
        places = [x.pixel(each) for each in self._picture.notable() if x.low <= each <= x.high]
        ahead = [at for at in places if (at - here) * direction > _SAME]
        if ahead:
            self._move(min(ahead, key=lambda at: abs(at - here)))
            self._say()

    def _at(self) -> float:
        """Give the crosshair's pixel, the middle of the plot where there is none yet."""
        x = self._picture.figure.x
        return (x.first + x.last) / 2 if self._pixel is None else self._pixel

    def _say(self) -> None:
        """Tell screen readers what the crosshair reads."""
        shown = self._canvas.crosshair
        if shown is not None:
            words = [shown.text, *(reading.text for reading in shown.readings)]
            self._canvas.setAccessibleDescription("\n".join(words))
