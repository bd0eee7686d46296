"""What an activation makes of a Gaussian: moments and saturated mass, its survey kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from actviz.activations import row
from actviz.analysis.curve import Curve
from actviz.analysis.moments import Moments, moments_of
from actviz.analysis.saturation import Saturation, saturation_of
from actviz.analysis.survey import Piece, survey
from actviz.param import Value

Values = tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """Moments of f(z), and how much of z lies where f saturates."""

    moments: Moments
    saturation: Saturation


@lru_cache(maxsize=32)
def surveyed(activation: str, values: Values) -> tuple[Curve, tuple[Piece, ...]]:
    """Survey a curve, once; raises a ValueError for bad values."""
    curve = Curve.of(row(activation), dict(values))
    return curve, survey(curve)


@lru_cache(maxsize=256)
def weighed(activation: str, values: Values, epsilon: float, mean: float, std: float) -> Weighed:
    """Weigh a curve under N(mean, std²); `epsilon` is the absolute bound of a small slope."""
    curve, pieces = surveyed(activation, values)
    return Weighed(moments_of(curve, mean, std), saturation_of(curve, epsilon, mean, std, pieces))
