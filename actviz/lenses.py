"""The catalogue of lenses: what each is called and which settings it has.

A setting's name means the same in every lens that has it (the same `Param`), so a threshold set
under one lens holds under the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from actviz.param import FINITE, POSITIVE, Flag, Param, Real, Value, complete, refuse

EPSILON = Param(
    "epsilon",
    0.01,
    domain=Real(low=0.0, high=1.0, low_open=True),
    slider=(0.001, 0.5),
    doc="Slopes smaller than this count as flat: |f′| < ε, an absolute bound",
    symbol=r"\varepsilon",
)
SHOW_SATURATION = Param(
    "show_saturation", True, domain=Flag(), doc="Shade the sides on which the curve saturates"
)
MEAN = Param(
    "mean",
    0.0,
    domain=FINITE,
    slider=(-3.0, 3.0),
    doc="The mean of the Gaussian input",
    symbol=r"\mu",
)
STD = Param(
    "std",
    1.0,
    domain=POSITIVE,
    slider=(0.05, 5.0),
    doc="The standard deviation of the Gaussian input",
    symbol=r"\sigma",
)


@dataclass(frozen=True, slots=True)
class Lens:
    """A way to look at an activation: its name in files, its title, its settings, a sentence."""

    name: str
    title: str
    params: tuple[Param, ...]
    doc: str


CURVE = Lens(
    "curve",
    "Curve",
    (EPSILON, SHOW_SATURATION),
    "f and f′ over one x axis, with kinks, readings and the saturated sides",
)
SATURATION = Lens(
    "saturation",
    "Saturation",
    (EPSILON, MEAN, STD),
    "Where f saturates, how (hard or soft), and how much of the input lands there",
)
LENSES: tuple[Lens, ...] = (CURVE, SATURATION)
"""All lenses, in the order of their tabs."""

_BY_NAME = {lens.name: lens for lens in LENSES}
SETTINGS: Mapping[str, Param] = {param.name: param for lens in LENSES for param in lens.params}
"""Every setting of any lens, by name."""


def complete_settings(settings: Mapping[str, object]) -> dict[str, Value]:
    """Check the settings of lenses, and fill in the defaults of all that are not there.

    Raises
    ------
    ValueError
        For a value outside its domain.
    """
    return complete(tuple(SETTINGS.values()), settings, "lens")


def lens(name: str) -> Lens:
    """Find a lens by its name; raises a ValueError that lists the names."""
    if name not in _BY_NAME:
        raise refuse("lens", name, ", ".join(_BY_NAME))
    return _BY_NAME[name]
