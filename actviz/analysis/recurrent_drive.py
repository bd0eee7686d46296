"""What goes into a run of a recurrent layer: its input, its loss and its weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from actviz.analysis.gates import initializer, weight_of
from actviz.analysis.recurrent_parts import Array, norm
from actviz.analysis.starts import Start
from actviz.layers import LayerConfig, LayerFacts, layer_facts
from actviz.param import Choice, Integer, Param, Real

MOST_STEPS = 2000
INPUTS = ("impulse", "step", "constant", "noise", "sine")
INPUT = Param(
    "time_input",
    "noise",
    domain=Choice(INPUTS),
    doc="What comes in: 1 at the first step, 1 from a quarter on, 1, random numbers or a sine",
)
STEPS_PARAM = Param(
    "time_steps", 100, domain=Integer(low=1, high=MOST_STEPS), doc="How many steps there are"
)
WEIGHTS_SEED = Param(
    "weights_seed",
    0,
    domain=Integer(low=0, high=2**32 - 1),
    doc="Where the random numbers of the weights, of noise and of the loss start",
)
AMPLITUDE = Param(
    "amplitude", 1.0, domain=Real(), slider=(0.0, 5.0), doc="By what the input is multiplied"
)
PERIOD = Param(
    "period",
    20.0,
    domain=Real(low=0.0, low_open=True),
    slider=(2.0, 100.0),
    doc="After how many steps a sine is where it was",
)


@dataclass(frozen=True, slots=True)
class Drive:
    """What comes in, for how many steps, and where random numbers start."""

    kind: str = "noise"
    steps: int = 100
    amplitude: float = 1.0
    period: float = 20.0
    seed: int = 0

    def __post_init__(self) -> None:
        INPUT.check(self.kind, "time")
        STEPS_PARAM.check(self.steps, "time")
        AMPLITUDE.check(self.amplitude, "time")
        PERIOD.check(self.period, "time")
        WEIGHTS_SEED.check(self.seed, "time")

    def sequence(self, shape: tuple[int, ...]) -> Array:
        """Give the inputs, shape (steps, *shape); all but noise are the same everywhere."""
        with np.errstate(over="ignore"):
            return self.amplitude * self._wave(shape)

    def _wave(self, shape: tuple[int, ...]) -> Array:
        t = np.arange(self.steps)
        if self.kind == "noise":
            rng = np.random.default_rng([self.seed, 1])
            return rng.standard_normal((self.steps, *shape))
        wave = {
            "impulse": (t == 0).astype(np.float64),
            "step": (t >= self.steps // 4).astype(np.float64),
            "constant": np.ones(self.steps),
            "sine": np.sin(2.0 * np.pi * t / self.period),
        }[self.kind]
        column = wave.reshape(-1, *(1 for _ in shape))
        return np.broadcast_to(column, (self.steps, *shape))

    def direction(self, shape: tuple[int, ...]) -> Array:
        """Give the gradient of the loss with respect to the last h: of length 1, any direction."""
        drawn = np.random.default_rng([self.seed, 2]).standard_normal(shape)
        return drawn / norm(drawn)


def draw_weights(config: LayerConfig, seed: int) -> dict[str, Array]:
    """Draw all weights of a layer as its initializers spread them, by Keras's names; read-only."""
    # activations have no part in it: one draw serves all curves
    return dict(_draw(_plain(config.cell), seed))


def _plain(config: LayerConfig) -> LayerConfig:
    return LayerConfig(config.layer, config.fields, input_shape=config.input_shape)


@lru_cache(maxsize=4)
def _draw(config: LayerConfig, seed: int) -> Mapping[str, Array]:
    facts = layer_facts(config)
    drawn = {
        each.name: _drawn(config, facts, each.name, np.random.default_rng([seed, 0, at]))
        for at, each in enumerate(facts.weights)
    }
    for each in drawn.values():
        each.setflags(write=False)
    return drawn


def _drawn(config: LayerConfig, facts: LayerFacts, name: str, rng: np.random.Generator) -> Array:
    weight = weight_of(facts, name)
    assert weight is not None
    named = initializer(config, weight)
    if name != "bias" or not config.fields.get("unit_forget_bias"):
        return Start.of(named, weight.shape).draw(rng)
    # Keras makes this bias in three parts: i, ones for f, and c with o
    units = weight.shape[0] // 4
    first, last = (Start.of(named, (many * units,)).draw(rng) for many in (1, 2))
    return np.concatenate([first, np.ones(units), last])
