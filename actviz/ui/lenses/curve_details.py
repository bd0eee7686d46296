"""The analysis behind the picture, computed after the curve is painted, and its words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from actviz.activations import Break, row, subject
from actviz.evaluation import Grid, NumPyEngine, Request
from actviz.param import Value
from actviz.session import Session
from actviz.ui.numbers import signed, significant
from actviz.ui.readings import Reading
from actviz.ui.trace import Peaks

if TYPE_CHECKING:
    from actviz.analysis.readings import Interval, Range, Readings, Steepest

Key = tuple[str, tuple[tuple[str, Value], ...], float]
_FEWEST_SHOWN = 1e-3
_NEAR_ZERO = 1e-9
_UNKNOWN = "?"
"""Of what is not there, or was not found."""
_MOST_PLACES = 4
_ANY_EPSILON = 1.0
MOMENT_ERROR = 1e-10
"""What `actviz.moments` promises."""


@dataclass(frozen=True, slots=True)
class Details:
    """The figures of one curve, and which curve and which ε they belong to."""

    key: Key
    readings: Readings
    turning_points: tuple[tuple[float, float], ...]
    """x and f(x) wherever f′ crosses 0."""

    @property
    def epsilon(self) -> float:
        """The bound of |f′| below which a slope counts as small."""
        return self.key[2]

    def fits(self, request: Request) -> bool:
        """Say whether this is about the function of an evaluation, at whatever values."""
        return subject(self.key[0], dict(self.key[1])) == subject_of(request)


def subject_of(request: Request) -> tuple[str, object]:
    """Say which function an evaluation is of."""
    return subject(request.activation, dict(request.values))


def key_of(session: Session) -> Key:
    """Say which curve and which ε a session wants to know about."""
    epsilon = session.settings["epsilon"]
    assert isinstance(epsilon, float)
    return session.activation, tuple(session.values.items()), epsilon


def details(key: Key) -> Details:
    """Compute the figures: a few milliseconds."""
    # The first picture is painted before this is needed, and sooner without it.
    from actviz.analysis.readings import readings

    activation, values, epsilon = key
    chosen = row(activation)
    found = readings(chosen, dict(values), epsilon=epsilon)
    places = np.array(found.saturation.turning_points)
    heights = chosen.evaluate(places, dict(values))[0]
    turning = tuple(zip(places.tolist(), heights.tolist(), strict=True))
    return Details(key, found, turning)


@lru_cache(maxsize=64)
def peaks(activation: str, values: tuple[tuple[str, Value], ...], dtype: str) -> Peaks:
    """Evaluate a curve at the extrema of f and f′: a few milliseconds, once for each curve."""
    from actviz.analysis.crossings import crossings
    from actviz.analysis.curve import Curve
    from actviz.analysis.survey import survey

    curve = Curve.of(row(activation), dict(values))
    pieces = survey(curve)
    turning = crossings(curve, pieces, _ANY_EPSILON).zeros
    places = np.unique(np.concatenate([*(piece.extrema for piece in pieces), turning]))
    engine, found = NumPyEngine(), []
    for x in places.tolist():
        # One by one: an array would be the vector that a softmax acts on.
        told = engine.run(Request.of(activation, dict(values), Grid(x, x, 1), dtype))
        found.append((float(told.x[0]), float(told.y[0]), float(told.dy[0])))
    columns = np.array(found).reshape(-1, 3)
    return Peaks(*columns[np.isfinite(columns).all(axis=1)].T)


def footer(details: Details) -> list[Reading]:
    """Put the figures into words, in the order of the footer."""
    found = details.readings
    share = found.saturation.probability
    epsilon = significant(details.epsilon)
    return [
        *_slice(details),
        Reading("range of f", range_words(found.range), "The values that f takes"),
        Reading("max |f′|", _steepest(details), "Supremum of |f′|, and where it is"),
        *_jumps(found.breaks),
        Reading("mean, x~N(0,1)", mean_words(found.moments.mean), "E f(x) for x ~ N(0, 1)"),
        Reading("gain 1/√E f²", _gain(found.moments.gain), "Keeps E f² = 1"),
        Reading(
            "saturated share",
            percent(share),
            f"P(x in a saturated side), x ~ N(0, 1): the outermost stretch of |f′| < {epsilon}",
        ),
    ]


def _slice(details: Details) -> list[Reading]:
    """Say of a vector function what the figures are about."""
    if not row(details.key[0]).vector:
        return []
    hint = "pₖ as a function of its own logit zₖ, the other logits fixed"
    return [Reading("these figures", "of this slice", hint)]


def _steepest(details: Details) -> str:
    """Write the largest slope, with the ends of its stretch where f′ has that value there too."""
    found = details.readings.steepest
    ends = np.array([found.low, found.high])
    taken = [False, False]
    if found.low < found.high:
        slopes = row(details.key[0]).evaluate(ends, dict(details.key[1]))[1]
        taken = (np.isfinite(ends) & (np.abs(slopes) == found.value)).tolist()
    return steepest_words(found, *taken)


def _gain(gain: float) -> str:
    return _UNKNOWN if math.isnan(gain) else significant(gain, 4)


def mean_words(mean: float) -> str:
    """Write a mean; what is smaller than the quadrature's error is noise and shown as 0."""
    if math.isnan(mean):
        return _UNKNOWN
    return "0" if abs(mean) < MOMENT_ERROR else signed(mean)


def range_words(found: Range) -> str:
    """Write the intervals that f fills: "{0} ∪ (1; ∞)"; "?" for an end that is not known."""
    return " ∪ ".join(_interval_words(part) for part in found.parts)


def _interval_words(part: Interval) -> str:
    low = "?" if part.low is None else significant(part.low, 4)
    high = "?" if part.high is None else significant(part.high, 4)
    if part.low == part.high and part.low is not None:
        return f"{{{low}}}"
    return f"{'[' if part.low_attained else '('}{low}; {high}{']' if part.high_attained else ')'}"


def steepest_words(found: Steepest, at_low: bool = False, at_high: bool = False) -> str:
    """Write the largest slope and where it is: "1.3 at 0⁻", "1 for x > 0".

    `at_low` and `at_high` say that f′ has it at the ends of its stretch too: "1 for x ≥ 0".
    """
    if math.isnan(found.value):
        return _UNKNOWN
    value = ("" if found.known else "at least ") + significant(found.value, 4)
    low, high = _tidy(found.low), _tidy(found.high)
    if low == high and math.isinf(low):
        return f"{value} as x → {significant(low)}"
    if low == high:
        return f"{value} at {significant(low, 4)}{('', '⁺', '⁻')[found.side]}"
    if math.isinf(low) and math.isinf(high):
        return f"{value} everywhere"
    if math.isinf(high):
        return f"{value} for x {'≥' if at_low else '>'} {significant(low, 4)}"
    if math.isinf(low):
        return f"{value} for x {'≤' if at_high else '<'} {significant(high, 4)}"
    return f"{value} from {significant(low, 4)} to {significant(high, 4)}"


def _tidy(x: float) -> float:
    return 0.0 if abs(x) < _NEAR_ZERO else x


def _jumps(breaks: tuple[Break, ...]) -> list[Reading]:
    """Write the poles, the ends and the jumps: of f where f jumps, else of f′; none if smooth."""
    poles, ends, jumps = [], [], []
    for each in breaks:
        if math.isinf(each.f_left) or math.isinf(each.f_right):
            poles.append(each)
        elif math.isnan(each.f_left) or math.isnan(each.f_right):
            ends.append(each)
        elif each.jump:
            jumps.append(each)
    found = [*_poles(poles), *_ends(ends)]
    if jumps:
        return [*found, _sizes("f", [(each.x, each.f_right - each.f_left) for each in jumps])]
    corners = [(each.x, each.df_right - each.df_left) for each in breaks if each.corner]
    corners = [(x, size) for x, size in corners if math.isfinite(size)]
    return found if found or not corners else [_sizes("f′", corners)]


def _poles(poles: list[Break]) -> list[Reading]:
    if not poles:
        return []
    limits = [f"{significant(each.f_left)} | {significant(each.f_right)}" for each in poles]
    words = limits[0] if len(set(limits)) == 1 else "±∞"
    name = "pole" if len(poles) == 1 else "poles"
    hint = "What f tends to from the left and from the right"
    return [Reading(f"{name} at {_places([each.x for each in poles])}", words, hint)]


def _ends(ends: list[Break]) -> list[Reading]:
    if not ends:
        return []
    hint = "Where f is defined on one side only, or on neither tends to anything"
    return [Reading("f ends at", _places([each.x for each in ends]), hint)]


def _sizes(name: str, jumps: list[tuple[float, float]]) -> Reading:
    """Write the jumps nearest to 0 with their sizes."""
    nearest = sorted(sorted(jumps, key=lambda each: abs(each[0]))[:_MOST_PLACES])
    sizes = "; ".join(signed(size, 4 if len(jumps) == 1 else 3) for _, size in nearest)
    more = "; …" if len(jumps) > len(nearest) else ""
    hint = "Right-hand limit minus left-hand limit"
    return Reading(f"{name} jumps at {_places([x for x, _ in jumps])}", sizes + more, hint)


def _places(places: list[float]) -> str:
    """Write the places nearest to 0, from left to right."""
    nearest = sorted(sorted(places, key=abs)[:_MOST_PLACES])
    digits = 4 if len(places) == 1 else 3
    more = "; …" if len(places) > len(nearest) else ""
    return "; ".join(significant(x, digits) for x in nearest) + more


def percent(share: float) -> str:
    """Write a share of 1 in percent; a very small one as such, never as 0."""
    if share == 0.0:
        return "0 %"
    return f"{significant(100 * share, 2 if share < _FEWEST_SHOWN else 3)} %"
