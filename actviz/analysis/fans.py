"""What truly reaches one output unit of a layer, and what its initializers believe does.

Keras reads an initializer's fans off a weight's shape. What an output truly sums is another thing
for transposed, depthwise and fused weights; both are given, and nothing is corrected. Inputs are
taken as independent and alike, weights as drawn; outputs at the edges of padded axes sum less.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from actviz.activations import row
from actviz.analysis.curve import Curve
from actviz.analysis.fan_words import sentence
from actviz.analysis.gates import OUTPUT, GateRow, family, gates, initializer, weight_of
from actviz.analysis.moments import moments_of
from actviz.analysis.starts import Start
from actviz.layers import LayerConfig, LayerFacts, layer_facts
from actviz.layers.facts import Weight
from actviz.param import Param, Real

MEAN = Param("mean", 0.0, Real(-1e6, 1e6), doc="the mean of the layer's inputs")
STD = Param("std", 1.0, Real(0.0, 1e6), doc="the standard deviation of the layer's inputs")
STATE = Param("state", 0.0, Real(0.0, 1e6), doc="the standard deviation of the state before")
_RECURRENT = "recurrent_kernel"
_ALMOST_NONE = 1e-12


@dataclass(frozen=True, slots=True)
class Spread:
    """The mean and the variance of a number; infinite or NaN where float64 does not hold them."""

    mean: float
    variance: float

    @property
    def known(self) -> bool:
        """Whether both are finite."""
        return math.isfinite(self.mean) and math.isfinite(self.variance)

    @property
    def second(self) -> float:
        """The mean of its square."""
        return self.mean * self.mean + self.variance

    def plus(self, other: Spread) -> Spread:
        """Add an independent number."""
        return Spread(self.mean + other.mean, self.variance + other.variance)

    def times(self, first: float, second: float) -> Spread:
        """Multiply by an independent number with these moments."""
        mean = first * self.mean
        return Spread(mean, max(0.0, second * self.second - mean * mean))


@dataclass(frozen=True, slots=True)
class Passage:
    """One kernel, or one gate's part of a fused one, on the way to an output unit.

    Attributes
    ----------
    weight, gate
        The weight's name in Keras, and the gate whose columns these are.
    initializer
        As the layer spells it.
    fan_in, fan_out
        What the initializer reads off the whole weight's shape.
    true_fan_in
        How many inputs one output sums.
    mean, second
        E w and E w² of one entry.
    unfused
        The ratio that the same initializer would give one gate in a weight of its own; None
        where the weight is not fused.
    believed
        Var z / E x² if an output summed what the initializer believes; None for an initializer
        that knows nothing of fans.
    """

    weight: str
    gate: str
    initializer: str
    fan_in: int
    fan_out: int
    true_fan_in: float
    mean: float
    second: float
    unfused: float | None
    believed: float | None
    single: bool = False

    @property
    def true(self) -> float:
        """Var z / E x² as it is, for inputs with mean 0."""
        return self.true_fan_in * self.second

    def through(self, given: Spread) -> Spread:
        """Sum `true_fan_in` products of inputs and weights."""
        mean = self.true_fan_in * self.mean * given.mean
        if self.single:  # one input alone, or none
            return Spread(mean, self.true * given.second - mean * mean)
        first = self.mean * given.mean
        each = self.second * given.second - first * first
        return Spread(mean, max(0.0, self.true_fan_in * each))


@dataclass(frozen=True, slots=True)
class Gate:
    """The pre-activation of one kind of output unit: through what it comes, and how it spreads.

    `z` is Gaussian for many inputs. Of an LSTM's or GRU's gates it is z before that gate's
    activation, at the first step where the state before is 0.
    """

    row: GateRow
    passages: tuple[Passage, ...]
    bias: Spread
    z: Spread


@dataclass(frozen=True, slots=True)
class LayerSignal:
    """All pre-activations of a layer, and a sentence that explains its fans."""

    gates: tuple[Gate, ...]
    sentence: str


def layer_signal(
    config: LayerConfig, *, mean: float = 0.0, std: float = 1.0, state: float = 0.0
) -> LayerSignal:
    """Follow the variance of a layer's inputs to the pre-activation of one unit of each gate.

    Parameters
    ----------
    config
        The layer, with its input's shape.
    mean, std
        Of the inputs.
    state
        The standard deviation of a recurrent layer's state before this step.

    Raises
    ------
    ValueError
        For a bad number, and for a layer that does not fit its input.
    """
    MEAN.check(mean, "layer")
    STD.check(std, "layer")
    STATE.check(state, "layer")
    layer = _Layer(config, layer_facts(config), Spread(mean, std * std), Spread(0.0, state * state))
    found: list[Gate] = []
    for at, gate in enumerate(gates(config)):
        found.append(_gate(layer, at, gate, found))
    return LayerSignal(tuple(found), sentence(config, layer.facts))


@dataclass(frozen=True, slots=True)
class _Layer:
    """A layer, its inputs, and its state before."""

    config: LayerConfig
    facts: LayerFacts
    given: Spread
    before: Spread


def _gate(layer: _Layer, at: int, gate: GateRow, known: list[Gate]) -> Gate:
    config = layer.config
    kernels = [each for each in layer.facts.weights if each.name.endswith("kernel")]
    passages = tuple(_passage(config, each, at, gate) for each in kernels)
    z = layer.given
    for passage in passages:
        if passage.weight != _RECURRENT:
            z = passage.through(z)
    bias, inner = _biases(config, layer.facts, at)
    own = next((each for each in passages if each.weight == _RECURRENT), None)
    if own is None:
        return Gate(gate, passages, bias, z.plus(bias))
    if family(config) == "GRU" and gate.name == "candidate":
        z = z.plus(bias).plus(_reset(layer, known[1], own, inner))
        return Gate(gate, passages, bias, z)
    bias = bias.plus(inner)
    return Gate(gate, passages, bias, z.plus(bias).plus(own.through(layer.before)))


def _passage(config: LayerConfig, weight: Weight, at: int, gate: GateRow) -> Passage:
    named = initializer(config, weight)
    start = Start.of(named, weight.shape)
    fused = len(gates(config))
    wide = weight.shape[-1] // fused
    columns = slice(at * wide, (at + 1) * wide) if fused > 1 else slice(None)
    first, second = start.moments(columns)
    alone = None
    if fused > 1:
        alone = weight.true_fan_in * Start.of(named, (*weight.shape[:-1], wide)).moments()[1]
    believed = None
    if start.scales_by_fans:
        believed = start.fan_in * second
    elif start.word in ("orthogonal", "identity"):
        believed = start.gain**2
    return Passage(
        weight.name,
        "" if gate.name == OUTPUT else gate.name,
        named,
        weight.fan_in,
        weight.fan_out,
        weight.true_fan_in,
        first,
        second,
        alone,
        believed,
        start.word == "identity",
    )


def _biases(config: LayerConfig, facts: LayerFacts, at: int) -> tuple[Spread, Spread]:
    """Give a gate's bias, and the one that a GRU adds to its recurrent product."""
    bias, none = weight_of(facts, "bias"), Spread(0.0, 0.0)
    if bias is None:
        return none, none
    named, fused = str(config.fields["bias_initializer"]), len(gates(config))
    wide = bias.shape[-1] // fused
    if config.fields.get("unit_forget_bias"):
        # Keras makes this bias in three parts: i, ones for f, and c with o
        if at == 1:
            return Spread(1.0, 0.0), none
        part = Start.of(named, (wide if at == 0 else 2 * wide,))
        return _spread(part.moments()), none
    start, columns = Start.of(named, bias.shape), slice(at * wide, (at + 1) * wide)
    if len(bias.shape) == 1:
        return _spread(start.moments(columns)), none
    return _spread(start.moments(columns, 0)), _spread(start.moments(columns, 1))


def _spread(moments: tuple[float, float]) -> Spread:
    return Spread(moments[0], max(0.0, moments[1] - moments[0] * moments[0]))


def _reset(layer: _Layer, reset: Gate, own: Passage, inner: Spread) -> Spread:
    """Give what a GRU's reset gate lets through to the candidate, gate and state independent."""
    product = own.through(layer.before).plus(inner)
    if product == Spread(0.0, 0.0):
        return product
    name, values = layer.config.activations[reset.row.slot]
    if row(name).vector or not reset.z.known:
        return Spread(math.nan, math.nan)  # the gates of a softmax depend on each other
    spread = math.sqrt(reset.z.variance) or _ALMOST_NONE
    r = moments_of(Curve.of(row(name), values), reset.z.mean, spread)
    if layer.config.fields["reset_after"]:
        return product.times(r.mean, r.second)
    return own.through(layer.before.times(r.mean, r.second))
