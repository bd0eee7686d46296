"""What Keras's initializers that scale by fans are: scale, fan and distribution, each said once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

CUT = 0.87962566103423978
"""The spread of a standard normal distribution that is cut at ±2: Keras divides by it."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """A variance of scale / fan, with which fan, drawn from which distribution."""

    scale: float
    mode: str
    distribution: str

    def variance(self, fan_in: int, fan_out: int) -> float:
        """Give the variance of a weight with these fans; a fan counts as at least 1."""
        fan = {"fan_in": fan_in, "fan_out": fan_out}.get(self.mode, (fan_in + fan_out) / 2)
        return self.scale / max(1.0, fan)


SCALED: Mapping[str, Scaling] = MappingProxyType(
    {
        "glorot_uniform": Scaling(1.0, "fan_avg", "uniform"),
        "glorot_normal": Scaling(1.0, "fan_avg", "truncated_normal"),
        "he_uniform": Scaling(2.0, "fan_in", "uniform"),
        "he_normal": Scaling(2.0, "fan_in", "truncated_normal"),
        "lecun_uniform": Scaling(1.0, "fan_in", "uniform"),
        "lecun_normal": Scaling(1.0, "fan_in", "truncated_normal"),
        "variance_scaling": Scaling(1.0, "fan_in", "truncated_normal"),
    }
)
"""The words that scale by fans; `variance_scaling` with what it has without arguments."""


def scaling(word: str, arguments: Mapping[str, object]) -> Scaling | None:
    """Say how a word with its arguments scales; None for one that knows no fans."""
    if word not in SCALED:
        return None
    own = SCALED[word]
    scale = arguments.get("scale", own.scale)
    assert isinstance(scale, (int, float))
    mode, distribution = (
        str(arguments.get(name, getattr(own, name))) for name in ("mode", "distribution")
    )
    return Scaling(float(scale), mode, distribution)
