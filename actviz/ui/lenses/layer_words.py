"""The words of the Layer lens, and what they are about: its key and its findings."""

from __future__ import annotations

import math
from dataclasses import dataclass

from actviz.activations import row
from actviz.analysis.curve import Array
from actviz.analysis.fans import LayerSignal, Spread
from actviz.analysis.weighing import Weighed
from actviz.layers import LayerConfig
from actviz.session import Session
from actviz.ui.board import Shown
from actviz.ui.numbers import significant
from actviz.ui.readings import Reading

NAMES = {
    "kernel": "kernel W",
    "recurrent_kernel": "kernel U",
    "depthwise_kernel": "depthwise",
    "pointwise_kernel": "pointwise",
}


@dataclass(frozen=True, slots=True)
class Key:
    """What the lens depends on: `state` is the standard deviation of a recurrent layer's state."""

    config: LayerConfig
    slot: str
    curves: tuple[Shown, ...]
    epsilon: float
    mean: float
    std: float
    state: float
    seed: int


@dataclass(frozen=True, slots=True)
class Group:
    """Gates of the edited slot whose pre-activations are spread alike; what each curve makes of z.

    `letters` name the gates, none for a layer without. Nothing is weighed where the pre-activation
    is one number, or unknown.
    """

    letters: str
    z: Spread
    weighed: tuple[Weighed, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The layer's signal, the groups of gates that the edited activation sees, curves in view."""

    key: Key
    signal: LayerSignal
    groups: tuple[Group, ...]
    view: tuple[float, float]
    curves: tuple[tuple[Array, Array], ...]
    singular: tuple[float, float] | None


def normal_words(z: Spread) -> str:
    """Write how a pre-activation is spread."""
    if math.isnan(z.variance):
        return "unknown, as the gates of a softmax depend on each other, or numbers are too large"
    if not z.known:
        return "too large for float64"
    return f"mean {significant(z.mean, 4)}, variance {significant(z.variance, 5)}"


def readings(found: Found) -> tuple[Reading, ...]:
    """Put the fans and the ratios of the edited slot's first gate into words."""
    gate = next(each for each in found.signal.gates if each.row.slot == found.key.slot)
    given: list[Reading] = []
    for passage in gate.passages:
        name = NAMES[passage.weight].removeprefix("kernel ")
        fans = f"{passage.fan_in}; true {significant(passage.true_fan_in, 6)}"
        given.append(Reading(f"{name} fan-in", fans, _FANS))
        believed = "—" if passage.believed is None else significant(passage.believed, 5)
        ratio = f"{believed}; true {significant(passage.true, 5)}"
        given.append(
            Reading(f"{name} Var z / E {_inputs(name)}²", ratio, f"{passage.initializer}: {_RATIO}")
        )
        if passage.unfused is not None:
            given.append(Reading(f"{name} unfused", significant(passage.unfused, 5), _UNFUSED))
    for group in found.groups:
        caption = f"z {group.letters} mean; variance".replace("  ", " ")
        mean, variance = (significant(each, 5) for each in (group.z.mean, group.z.variance))
        given.append(Reading(caption, f"{mean}; {variance}", _Z))
    if found.singular is not None:
        low, high = (significant(each, 3) for each in found.singular)
        caption = f"singular values, {gate.row.letter}: U"
        given.append(Reading(caption, f"{low} … {high}", _SINGULAR))
    return tuple(given)


def _inputs(name: str) -> str:
    return "h" if name == "U" else "x"


_FANS = "What the initializer reads off the weight's shape, and how many inputs one output sums"
_RATIO = (
    "variance of one output over the mean square of its inputs, if the believed fan-in were "
    "summed, and as it is"
)
_UNFUSED = "What the same initializer would give a gate with a weight of its own; Keras fuses them"
_Z = "The pre-activation of one output unit; Gaussian for many inputs"
_SINGULAR = (
    "Smallest and largest of the first gate's part of the recurrent kernel, one draw with the "
    "session's seed; an orthogonal matrix has all at its gain"
)


def sentence(found: Found, session: Session) -> str:
    """Explain the layer's fans, and say what was assumed."""
    start = "The curve is a slice of softmax. " if row(session.activation).vector else ""
    before = ""
    if any(
        each.weight == "recurrent_kernel" for gate in found.signal.gates for each in gate.passages
    ):
        state = significant(found.key.state, 3)
        before = f" State before: N(0, {state}²); at the first step it is 0."
    edges = "; outputs away from padded edges" if "padding" in found.key.config.fields else ""
    return (
        f"{start}{found.signal.sentence} Keras's initialisation is shown as it is. Inputs: many, "
        f"alike, independent{edges}.{before}"
    )
