"""What an activation makes of a Gaussian: moments and saturated mass."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from actviz.analysis.moments import Moments
from actviz.analysis.portrait import Values, crossed, moments_at, studied
from actviz.analysis.saturation import Saturation, saturation_of


@dataclass(frozen=True, slots=True)
class Weighed:
    """Moments of f(z), and how much of z lies where f saturates."""

    moments: Moments
    saturation: Saturation


@lru_cache(maxsize=64)
def weighed(activation: str, values: Values, epsilon: float, mean: float, std: float) -> Weighed:
    """Weigh a curve under N(mean, std²); `epsilon` is the absolute bound of a small slope.

    Raises
    ------
    ValueError
        For a bad value.
    """
    curve, pieces = studied(activation, values)
    found = crossed(activation, values, epsilon)
    saturated = saturation_of(curve, epsilon, mean, std, pieces, found=found)
    return Weighed(moments_at(activation, values, mean, std), saturated)
