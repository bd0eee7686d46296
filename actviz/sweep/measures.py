"""What a sweep measures at a point: a row a measure, with the settings that it depends on."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from actviz.analysis import saturation as normal
from actviz.analysis.curve import Curve
from actviz.analysis.figures import Forward
from actviz.analysis.meanfield import Recursion, mean_field_of
from actviz.analysis.moments import moments_of
from actviz.analysis.network import (
    BATCH,
    DEPTH,
    INITIALIZER,
    PRECISION,
    SEED,
    SIGMA_B,
    SIGMA_W,
    WIDTH,
    Network,
)
from actviz.analysis.portrait import dead_mass
from actviz.analysis.propagation import Backward, Overflowed, propagate
from actviz.analysis.saturation import saturation_of, scalar_curve
from actviz.analysis.survey import survey
from actviz.engines import devices, evaluate
from actviz.param import Param, Value

Cell = float | int | bool | str | None
Kind = Literal["real", "whole", "flag", "word"]
Values = tuple[tuple[str, Value], ...]
Beat = Callable[[], None]


class Point(NamedTuple):
    """One point of a sweep: its number, the activation with all values, and all settings."""

    number: int
    activation: str
    values: Values
    settings: Values


class Figure(NamedTuple):
    """A column: its name, what its cells are, and a sentence."""

    name: str
    kind: Kind
    doc: str


@dataclass(frozen=True, slots=True)
class Measure:
    """What can be measured at a point: of which settings, with which figures, and how.

    `run` is given the point, its settings by name, a device, and what it calls now and then to
    show that it lives.
    """

    name: str
    settings: tuple[Param, ...]
    figures: tuple[Figure, ...]
    run: Callable[[Point, dict[str, Value], str | None, Beat], tuple[Cell, ...]]
    doc: str


@lru_cache(maxsize=256)
def _curve(activation: str, values: Values) -> Curve:
    return scalar_curve(activation, dict(values))


@lru_cache(maxsize=8)
def _recursion(activation: str, values: Values) -> Recursion:
    return Recursion(_curve(activation, values))


def _number(settings: dict[str, Value], param: Param) -> float:
    value = settings[param.name]
    assert isinstance(value, (int, float))
    return value


def _mean_field(
    point: Point, settings: dict[str, Value], _device: str | None, _beat: Beat
) -> tuple[Cell, ...]:
    found = mean_field_of(
        _recursion(point.activation, point.values),
        _number(settings, SIGMA_W) ** 2,
        _number(settings, SIGMA_B) ** 2,
    )
    return found.q, found.chi, found.depth_scale, found.converged


def _moments(
    point: Point, settings: dict[str, Value], _device: str | None, _beat: Beat
) -> tuple[Cell, ...]:
    curve = _curve(point.activation, point.values)
    mean, std = _number(settings, normal.MEAN), _number(settings, normal.STD)
    found = moments_of(curve, mean, std)
    return found.mean, found.second, found.variance, found.slope_second, found.gain


def _saturation(
    point: Point, settings: dict[str, Value], _device: str | None, _beat: Beat
) -> tuple[Cell, ...]:
    curve = _curve(point.activation, point.values)
    mean, std = _number(settings, normal.MEAN), _number(settings, normal.STD)
    pieces = survey(curve)
    found = saturation_of(curve, _number(settings, normal.EPSILON), mean, std, pieces)
    dead = dead_mass(pieces, mean, std)
    return (
        *(found.left, found.right, found.left_edge, found.right_edge),
        *(found.probability, found.small_slope, dead),
    )


def _network(
    point: Point, settings: dict[str, Value], device: str | None, beat: Beat
) -> tuple[Cell, ...]:
    _curve(point.activation, point.values)  # which refuses a function of vectors
    given = {param.name: settings[param.name] for param in NETWORK.settings}
    network = Network(**given)  # type: ignore[arg-type]
    last, dead = Forward(0, math.nan, math.nan, math.nan, 0), 0
    gradient = overflow = None
    for event in propagate(network, point.activation, dict(point.values), device=device):
        beat()
        match event:
            case Forward():
                last, dead = event, dead + event.dead
            case Backward():
                gradient = event.log_norm
            case Overflowed():
                overflow = event.layer
    moments = (
        (last.second, last.output_second, last.output_mean) if overflow is None else (None,) * 3
    )
    share = dead / (network.width * max(last.layer, 1))
    chi = None if gradient is None else _factor(gradient, network.depth)
    return (*moments, share, gradient, chi, overflow, _named(device))


def _factor(log_norm: float, depth: int) -> float:
    """Give the factor of a gradient's mean square per layer: what χ₁ is at infinite width."""
    exponent = 2.0 * log_norm / depth
    return math.inf if exponent > 308.0 else 10.0**exponent


def _named(device: str | None) -> str:
    """Ask each time: NumPy takes over where the best device fails."""
    return evaluate("linear", 0.0, device=device).device.id


def device_for(number: int) -> str | None:
    """Give the device of a worker: all GPUs and accelerators in turn; None for the best one."""
    found = [each.id for each in devices() if each.usable and each.kind not in ("cpu", "numpy")]
    return found[number % len(found)] if found else None


def _real(name: str, doc: str) -> Figure:
    return Figure(name, "real", doc)


MEAN_FIELD = Measure(
    "mean_field",
    (SIGMA_W, SIGMA_B),
    (
        _real("q", "q*, the variance of pre-activations deep in the network; empty: none finite"),
        _real("chi", "χ₁, the factor of a gradient's mean square per layer"),
        _real("depth_scale", "ξ = −1/ln χ₁ in layers; negative where gradients grow"),
        Figure("converged", "flag", "whether q comes to q* geometrically"),
    ),
    _mean_field,
    "the fixed point at infinite width",
)
NETWORK = Measure(
    "network",
    (WIDTH, DEPTH, BATCH, INITIALIZER, SIGMA_W, SIGMA_B, SEED, PRECISION),
    (
        _real("q", "the mean square of z in the last layer"),
        _real("output_second", "the mean square of h in the last layer"),
        _real("output_mean", "the mean of h in the last layer"),
        _real("dead", "the share of units, of all layers, with f′ = 0 for the whole batch"),
        _real(
            "log_gradient", "log₁₀ of the norm of the input's gradient, that of the loss being 1"
        ),
        _real("chi", "the factor of a gradient's mean square per layer, over all layers"),
        Figure("overflow", "whole", "the layer from which on numbers are infinite or NaN"),
        Figure("device", "word", "what computed f and f′"),
    ),
    _network,
    "a network of finite width, forward and backward",
)
MOMENTS = Measure(
    "moments",
    (normal.MEAN, normal.STD),
    (
        _real("mean", "E f"),
        _real("second", "E f²"),
        _real("variance", "Var f"),
        _real("slope_second", "E f′²"),
        _real("gain", "1/√E f²"),
    ),
    _moments,
    "moments of f for a Gaussian input",
)
SATURATION = Measure(
    "saturation",
    (normal.MEAN, normal.STD, normal.EPSILON),
    (
        Figure("left", "word", "the class of the left side: hard, soft, none or unknown"),
        Figure("right", "word", "the class of the right side"),
        _real("left_edge", "where the outermost stretch of |f′| < ε ends on the left"),
        _real("right_edge", "where it begins on the right"),
        _real("probability", "the input's mass in these stretches"),
        _real("small_slope", "the input's mass wherever |f′| < ε"),
        _real("dead", "the input's mass in stretches on which f′ is exactly 0"),
    ),
    _saturation,
    "where f saturates, and how much of a Gaussian input lands there",
)
MEASURES = {each.name: each for each in (MEAN_FIELD, NETWORK, MOMENTS, SATURATION)}
"""All measures by name."""
SETTINGS = {param.name: param for each in MEASURES.values() for param in each.settings}
"""All settings that a sweep can go over, by name."""


def measured(
    measures: tuple[str, ...], point: Point, device: str | None, beat: Beat
) -> tuple[Cell, ...]:
    """Measure a point: the cells of all figures, measure by measure.

    Raises
    ------
    ValueError
        For what is refused at this point.
    DeviceError
        When the device fails.
    """
    settings = dict(point.settings)
    cells: list[Cell] = []
    for name in measures:
        cells += MEASURES[name].run(point, settings, device, beat)
        beat()
    return tuple(cells)
