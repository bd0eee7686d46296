"""The crosshair: where it is, and f and f′ exactly there, with both one-sided limits at a kink."""

from __future__ import annotations

import math
from typing import NamedTuple

from PySide6.QtCore import QObject

from actviz.activations import Break
from actviz.dtypes import DTYPES
from actviz.evaluation import Grid, NumPyEngine, Request, Result
from actviz.ui.canvas import Canvas
from actviz.ui.crosshair import Crosshair, Reading
from actviz.ui.lenses.curve_picture import Picture
from actviz.ui.lenses.curve_words import elided
from actviz.ui.numbers import decimals, significant
from actviz.ui.trace import PANES, Trace

SNAP = 5.0
"""The crosshair snaps to a kink within this many pixels."""
_SAME = 0.5
_EXACT = 10
"""Significant digits of the x of a notable point."""
_LARGEST_PLAIN = 9
"""The power of ten from which x is written with one."""
_HIDDEN = 10.0**-7
"""Share of x by which rounding may move it before the digits shown tell."""
_DIGITS = 6
_NAMES = ("f", "f′")
_ENGINE = NumPyEngine()


class _Read(NamedTuple):
    """What was read of one curve: the words, the height, and whether a point marks it."""

    text: str
    height: float
    marked: bool = True


def read(picture: Picture, pixel: float, place: float | None = None) -> Crosshair | None:
    """Read all curves at a pixel of the figure: at the kink there, else at a round x.

    With `place` they are read exactly there: at a notable point that lies in this pixel.
    """
    main, x = picture.main, picture.figure.x
    if main is None:
        return None
    pixel = min(max(pixel, x.first), x.last)
    kink = min(main.breaks, key=lambda each: abs(x.pixel(each.x) - pixel), default=None)
    if place is not None and (kink is None or kink.x != place):
        return _at(picture, main, place, None)
    if kink is not None and abs(x.pixel(kink.x) - pixel) <= SNAP and x.low <= kink.x <= x.high:
        return _at_kink(picture, kink)
    places = -math.floor(math.log10(x.per_pixel))
    return _at(picture, main, round(x.value(pixel), places), places)


def evaluated(trace: Trace, x: float) -> Result:
    """Evaluate a curve at one x in its dtype: what an engine computes there."""
    request = trace.result.request
    point = Request.of(request.activation, dict(request.values), Grid(x, x, 1), request.dtype)
    return _ENGINE.run(point)


def _values(result: Result) -> tuple[float, float]:
    return float(result.y[0]), float(result.dy[0])


def _at(picture: Picture, main: Trace, x: float, places: int | None) -> Crosshair:
    """Read at an x of so many decimals, or at one that is meant exactly."""
    result = evaluated(main, x)
    where = significant(x, _EXACT) if places is None else _place_words(result, x, places)
    f, df = _values(result)
    if x in picture.turning_points:
        # Its x is rounded to a float64, and to the dtype; the slope there is 0 all the same.
        df = 0.0
    read = [
        _Read(f"{name}({where}) = {_words(picture, pane, value)}", value)
        for pane, (name, value) in enumerate(zip(_NAMES, (f, df), strict=True))
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
    if left == right and math.isnan(taken):
        words = f"{name}({where}) is not defined, its limit is {_words(picture, pane, left)}"
        return _Read(words, left, marked=False)
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
    most = DTYPES[picture.session.dtype].digits
    per_pixel = picture.figure.panes[pane].y.per_pixel
    told = (
        1 + math.ceil(math.log10(max(abs(value) / per_pixel, 1.0))) if math.isfinite(value) else 1
    )
    return significant(value, min(max(told, _DIGITS), most))


def _place_words(result: Result, x: float, places: int) -> str:
    """Write the x that the values are computed at, so that pixels and values can tell it.

    It gets a decimal for each that a pixel has, and all digits of its dtype where x was rounded
    to it by more than the digits of the values hide.
    """
    taken, most = float(result.x[0]), DTYPES[result.request.dtype].digits
    power = math.floor(math.log10(abs(taken))) if taken and math.isfinite(taken) else 0
    told = max(places + power + 1, 1)
    if told > most or abs(taken - x) > _HIDDEN * abs(x):
        return significant(taken, most)
    plain = places <= most and power < _LARGEST_PLAIN
    return decimals(taken, max(places, 0)) if plain else significant(taken, told)


def _crosshair(picture: Picture, x: float, where: str, read: list[_Read]) -> Crosshair:
    """Add the pinned curves' values to what was read in each pane."""
    look = picture.figure.look
    others = [(elided(pin.label), _values(evaluated(trace, x))) for pin, trace in picture.pins]
    colors = tuple(look.pin(pin.style).color for pin, _ in picture.pins)
    readings = []
    for pane, each in enumerate(read):
        lines = [each.text, *(f"{name}: {_words(picture, pane, y[pane])}" for name, y in others)]
        height = each.height if math.isfinite(each.height) else 0.0
        marked = each.marked and math.isfinite(each.height)
        readings.append(Reading("\n".join(lines), (look.f, look.df)[pane], height, marked, colors))
    readings += _difference(picture, x, where, read[0])
    return Crosshair(picture.figure, x, f"x = {where}", readings)


def _difference(picture: Picture, x: float, where: str, main: _Read) -> list[Reading]:
    """Read the difference to the curve that is compared, where its pane is shown."""
    if len(picture.figure.panes) <= PANES:
        return []
    pin, trace = picture.compared or (None, None)
    if pin is None or trace is None:
        return [Reading("", picture.figure.look.text, 0.0, marked=False)]
    apart = _values(evaluated(trace, x))[0] - main.height
    known = math.isfinite(apart)
    text = f"difference({where}) = {_words(picture, PANES, apart)}" if known else ""
    color = picture.figure.look.pin(pin.style).color
    return [Reading(text, color, apart if known else 0.0, known)]


class Reader(QObject):
    """Moves the crosshair of a canvas with the mouse or the keys, and reads a picture at it.

    It stays at its pixel while the curves move under it.
    """

    def __init__(self, picture: Picture, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._picture, self._canvas = picture, canvas
        self._pixel: float | None = None
        self._place: float | None = None
        canvas.hovered.connect(self._move)
        canvas.left.connect(lambda: self._move(None))
        canvas.nudged.connect(self._nudge)
        canvas.leapt.connect(self._leap)

    def refresh(self) -> None:
        """Read again what has changed under the crosshair."""
        if self._pixel is not None or self._canvas.crosshair is not None:
            self._move(self._pixel, self._place)

    def _move(self, pixel: float | None, place: float | None = None) -> None:
        x = self._picture.figure.x
        if pixel is None or (place is not None and abs(x.pixel(place) - pixel) > _SAME):
            place = None
        self._pixel, self._place = pixel, place
        self._canvas.show_crosshair(None if pixel is None else read(self._picture, pixel, place))

    def _nudge(self, pixels: int) -> None:
        """Move by whole pixels."""
        x = self._picture.figure.x
        self._move(min(max(self._at() + pixels, x.first), x.last))
        self._say()

    def _leap(self, direction: int) -> None:
        """Move to the next notable point in view on one side, exactly there."""
        x, here = self._picture.figure.x, self._at()
        places = [each for each in self._picture.notable() if x.low <= each <= x.high]
        ahead = [each for each in places if (x.pixel(each) - here) * direction > _SAME]
        if ahead:
            place = min(ahead, key=lambda each: abs(x.pixel(each) - here))
            self._move(x.pixel(place), place)
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
