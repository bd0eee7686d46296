"""What the Curve lens draws: two panes filled from a session, answers and their analysis.

No widget: the lens shows the picture in the window, and `render` paints it into files.
"""

from __future__ import annotations

import math

from actviz.activations import row, subject
from actviz.evaluation import Request, Result
from actviz.param import Value
from actviz.pins import Pin
from actviz.session import Session
from actviz.ui.axis import fitted
from actviz.ui.lenses.curve_details import Details, peaks
from actviz.ui.lenses.curve_gap import Gap, Measured, measured, pair_of
from actviz.ui.lenses.curve_words import (
    bands,
    beyond_label,
    pane_titles,
    pin_labels,
    saturation_labels,
    slice_labels,
    steps_label,
    turning_dots,
    turning_labels,
)
from actviz.ui.look import Look
from actviz.ui.plot import Figure, Pane
from actviz.ui.plot_items import Curve, Label, Stroke
from actviz.ui.sampling import sample_grid
from actviz.ui.trace import PANES, Trace
from actviz.view import View

MAIN = "curve"
_FLATTEST = 8.0
"""Pinned curves may make the main curve so many times lower, not more."""


def pin_key(pin: Pin) -> str:
    """Name the answers of a pinned curve; its style is its own while it lives."""
    return f"{MAIN} pin {pin.style}"


def _limits_in(view: View, pane: int) -> tuple[float, float] | None:
    """Give a pane's vertical range where the user chose one."""
    low, high = ((view.f_low, view.f_high), (view.df_low, view.df_high))[pane]
    return None if low is None or high is None else (low, high)


def _values(session: Session) -> tuple[tuple[str, Value], ...]:
    return tuple(session.values.items())


class Picture:
    """The figure of the Curve lens and what it is made of."""

    def __init__(self, session: Session, look: Look) -> None:
        self.session = session
        self._both = (Pane("f(x)", 2.0), Pane("f′(x)", 1.0))
        self._difference = Pane("difference", 0.8)
        self.figure = Figure(self._both, look)
        self.figure.view = (session.view.low, session.view.high)
        self.traces: dict[str, Trace] = {}
        self.details: Details | None = None
        self._measured: Measured | None = None
        self._narrow: set[str] = set()
        self.ready = False
        """Whether fitted ranges and margin may stay as they are: not before all is known of a
        new activation, or of a view that was asked for by name."""

    @property
    def main(self) -> Trace | None:
        """The curve of the session's activation; None before its first answer."""
        return self.traces.get(MAIN)

    @property
    def pins(self) -> list[tuple[Pin, Trace]]:
        """The pinned curves that are shown."""
        return [
            (pin, self.traces[pin_key(pin)])
            for pin in self.session.pins
            if pin.visible and pin_key(pin) in self.traces
        ]

    @property
    def compared(self) -> tuple[Pin, Trace] | None:
        """The pinned curve that the difference is drawn to; None before its first answer."""
        return next((each for each in self.pins if each[0].compared), None)

    def measure(self) -> bool:
        """Look for the largest difference to the compared curve; say whether it is news.

        It may take some tens of milliseconds.
        """
        compared, main = self.compared, self.main
        if compared is None or main is None:
            return False
        requests = main.result.request, compared[1].result.request
        if self._measured is not None and self._measured.pair == pair_of(*requests):
            return False
        self._measured = measured(*requests)
        return True

    def show(self, session: Session) -> None:
        """Take another session; curves that it does not have are forgotten."""
        subjects = {subject(each.activation, each.values) for each in (session, self.session)}
        self.ready = self.ready and len(subjects) == 1
        self.session = session
        shown = any(pin.compared and pin.visible for pin in session.pins)
        panes = (*self._both, self._difference) if shown else self._both
        if len(panes) != len(self.figure.panes):
            self.figure.panes, self.figure.fresh = panes, True
            self.figure.lay_out()
        self.figure.view = (session.view.low, session.view.high)
        wanted = {MAIN, *(pin_key(pin) for pin in session.pins if pin.visible)}
        self.traces = {key: trace for key, trace in self.traces.items() if key in wanted}

    def requests(self) -> dict[str, Request]:
        """Say what has to be evaluated: one sample in each pixel column, for each curve."""
        session = self.session
        grid = sample_grid(session.view.low, session.view.high, self.figure.columns)
        curves = {MAIN: (session.activation, session.values)} | {
            pin_key(pin): (pin.activation, pin.values) for pin in session.pins if pin.visible
        }
        return {
            key: Request.of(name, values, grid, session.dtype)
            for key, (name, values) in curves.items()
        }

    def take(self, key: str, result: Result) -> None:
        """Take an answer."""
        self.traces[key] = Trace(result)

    def _sharpen(self, *, moving: bool) -> None:
        """Give all curves the extrema that lie between their samples.

        A curve that moves gets them only where it had missed some: they take a while to find.
        """
        if self.details is None:
            # The first picture does not wait for the analysis.
            return
        for key, trace in self.traces.items():
            if not trace.sharp and not (moving and key not in self._narrow):
                request = trace.result.request
                trace.sharpen(peaks(request.activation, request.values, request.dtype))
                (self._narrow.add if trace.narrow else self._narrow.discard)(key)

    @property
    def turning_points(self) -> tuple[float, ...]:
        """Where f′ of the main curve crosses 0, as far as it is known."""
        known = self.details
        if known is None or known.key[:2] != (self.session.activation, _values(self.session)):
            return ()
        return known.readings.saturation.turning_points

    def notable(self) -> list[float]:
        """List the kinks, turning points and edges of saturation, from left to right."""
        found: list[float] = [each.x for each in self.main.breaks] if self.main else []
        if self.main and self.details and self.details.fits(self.main.result.request):
            saturation = self.details.readings.saturation
            found += saturation.turning_points
            edges = (saturation.left_edge, saturation.right_edge)
            found += [edge for edge in edges if edge is not None and math.isfinite(edge)]
        return sorted(found)

    def compose(self, *, shrink: bool = True, words: bool = True, complete: bool = True) -> None:
        """Fill the panes; without `shrink` fitted ranges only grow, without `words` labels stay.

        `complete` says that all answers are there for what is to be shown.
        """
        main = self.main
        if main is None:
            return
        self._sharpen(moving=not words)
        titles = pane_titles(row(main.result.request.activation))
        for index, pane in enumerate(self._both):
            pane.title = titles[index]
            self._fit(index, shrink)
        gap = self._gap(main)
        if gap is not None:
            present = self._difference.range if self.ready else None
            self._difference.range = fitted(*gap.limits, present, shrink=shrink)
        self.figure.fresh = self.figure.fresh or not self.ready
        self.figure.lay_out()
        fresh = self.details if self.details and self.details.fits(main.result.request) else None
        self._fill_difference(gap, words=words)
        for index in range(PANES):
            self._fill(index, main, fresh)
            if words:
                self.figure.panes[index].labels = self._words(index, main, fresh)
        self.ready = self.ready or (complete and fresh is not None)
        shaded = fresh if self.session.settings["show_saturation"] else None
        self.figure.bands = bands(shaded, self.figure.look)

    def _fit(self, index: int, shrink: bool) -> None:
        """Choose a pane's vertical range: the user's, or the one that fits all curves."""
        pane = self.figure.panes[index]
        chosen = _limits_in(self.session.view, index)
        pane.fixed = chosen is not None
        limits = self._limits(index)
        if index == 1 and limits is not None:
            # A slope is compared to 0: on a cut axis 0.3 looks like none.
            limits = min(limits[0], 0.0), max(limits[1], 0.0)
        if chosen is not None:
            pane.range = chosen
        elif limits is not None:
            pane.range = fitted(*limits, pane.range if self.ready else None, shrink=shrink)

    def _limits(self, index: int) -> tuple[float, float] | None:
        """Span the main curve, and the pinned ones unless they would flatten it."""
        main = self.main.limits(index) if self.main else None
        if main is None:
            return None
        low, high = main
        for _, trace in self.pins:
            other = trace.limits(index)
            if other is not None:
                low, high = min(low, other[0]), max(high, other[1])
        own = fitted(*main)
        return (low, high) if high / 2 - low / 2 <= _FLATTEST * (own[1] / 2 - own[0] / 2) else main

    def _fill(self, index: int, main: Trace, fresh: Details | None) -> None:
        pane, look, x = self.figure.panes[index], self.figure.look, self.figure.x
        colour = (look.f, look.df)[index]
        pins = self.pins
        pane.curves = [
            main.curve(index, x, pane.y, Stroke(colour)),
            *(trace.curve(index, x, pane.y, look.pin(pin.style)) for pin, trace in pins),
        ]
        dots = [
            dot for pin, trace in pins for dot in trace.dots(index, x, look.pin(pin.style).color)
        ]
        turning = turning_dots(fresh, index, look)
        pane.dots = [*dots, *turning, *main.dots(index, x, colour)]

    def _gap(self, main: Trace) -> Gap | None:
        """Give the difference to the compared curve, where both are sampled alike."""
        compared = self.compared
        gap = None if compared is None else Gap(main, compared[1])
        return gap if gap is not None and gap.known else None

    def _fill_difference(self, gap: Gap | None, *, words: bool) -> None:
        """Draw the difference with its maximum marked and said."""
        pane, compared = self._difference, self.compared
        if gap is None or compared is None:
            return
        color = self.figure.look.pin(compared[0].style).color
        pane.curves = [Curve(gap.pieces, Stroke(color))]
        known = self._measured
        known = known if known is not None and known.pair == gap.pair else None
        pane.dots = gap.dots(known, color)
        if words:
            pane.labels = gap.labels(known, (self.figure.x, pane.y), color)

    def _words(self, index: int, main: Trace, fresh: Details | None) -> list[Label]:
        pane, look, x = self.figure.panes[index], self.figure.look, self.figure.x
        shaded = fresh if self.session.settings["show_saturation"] else None
        steps = steps_label(main, index, x, pane.y, look)
        beyond = beyond_label(main, index, (x, pane.y), look)
        found = [label for label in (steps, beyond) if label]
        found += saturation_labels(shaded, index, main, (x, pane.y), look)
        if index == 0:
            request = main.result.request
            chosen = row(request.activation)
            found += slice_labels(chosen, dict(request.values), (x, pane.y), look)
            found += turning_labels(fresh, (x, pane.y), look)
            found += pin_labels(main, self.pins, (x, pane.y), look)
        return found
