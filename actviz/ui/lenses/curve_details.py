"""The analysis behind the picture, computed after the curve is painted, and its words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from actviz.activations import Break, row
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
        """Say whether this is about the activation of an evaluation, at whatever values."""
        return self.key[0] == request.activation


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
        Reading("gain 1/√E f²", significant(found.moments.gain, 4), "Keeps E f² = 1"),
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


def mean_words(mean: float) -> str:
    """Write a mean; what is smaller than the quadrature's error is noise and shown as 0."""
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
    value = significant(found.value, 4)
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
    """Write the jumps: of f where f jumps, else of f′; none where the curve is smooth."""
    jumps = [(each.x, each.f_right - each.f_left) for each in breaks if each.jump]
    name = "f" if jumps else "f′"
    jumps = jumps or [(each.x, each.df_right - each.df_left) for each in breaks if each.corner]
    if not jumps:
        return []
    digits = 4 if len(jumps) == 1 else 3
    places = "; ".join(significant(x, digits) for x, _ in jumps)
    sizes = "; ".join(signed(size, digits) for _, size in jumps)
    hint = "Right-hand limit minus left-hand limit"
    return [Reading(f"{name} jumps at {places}", sizes, hint)]


def percent(share: float) -> str:
    """Write a share of 1 in percent; a very small one as such, never as 0."""
    if share == 0.0:
        return "0 %"
    return f"{significant(100 * share, 2 if share < _FEWEST_SHOWN else 3)} %"
