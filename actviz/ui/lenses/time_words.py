"""The words of the Time lens, and what they are about: its key and its findings."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from actviz.activations import row
from actviz.analysis.dialects import meanings
from actviz.analysis.gates import family
from actviz.analysis.memory import REMEMBERING, forget_bias, memory, memory_of
from actviz.analysis.recurrence import Trace
from actviz.analysis.recurrent_drive import Drive
from actviz.layers import LayerConfig
from actviz.pins import curve_label
from actviz.ui.board import Shown
from actviz.ui.numbers import significant
from actviz.ui.readings import Reading
from actviz.ui.typed import shown

_GATES = "recurrent_activation"


@dataclass(frozen=True, slots=True)
class Key:
    """What the runs depend on."""

    config: LayerConfig
    slot: str
    curves: tuple[Shown, ...]
    drive: Drive


@dataclass(frozen=True, slots=True)
class Found:
    """The runs that are done, the live curve's first."""

    key: Key
    traces: tuple[Trace, ...]


def family_of(found: Found) -> str:
    """Say which recurrence it is."""
    return family(found.key.config)


def readings(found: Found) -> tuple[Reading, ...]:
    """Put memory, half-life and the gradient's way back into words."""
    if not found.traces:
        return ()
    live = found.traces[0]
    return (
        *_bias_memory(found),
        *_dialects(found),
        *_measured(found, live),
        *_gradient(live),
        *_convention(found),
    )


def _bias_memory(found: Found) -> list[Reading]:
    """Say what the remembering gate keeps at its bias alone, for each curve that acts on it."""
    bias = forget_bias(found.key.config)
    if bias is None:
        return []
    if found.key.slot == _GATES:
        curves = [(each.label, each.activation, dict(each.values)) for each in found.key.curves]
    else:
        name, values = found.key.config.activations[_GATES]
        curves = [(curve_label(name, values, shown), name, dict(values))]
    given = []
    for label, name, values in curves:
        if row(name).vector:
            continue
        kept = memory_of(name, values, bias)
        hint = (
            f"{label} at the gate's mean bias {significant(bias, 4)}: the gate, −1/ln gate and the "
            f"half-life {significant(kept.half_life, 7)} in steps; after 100 steps "
            f"{significant(kept.after(100), 3)} is left"
        )
        words = f"{significant(kept.gate, 5)}; {significant(kept.tau, 5)}"
        caption = "gate at its bias; τ" if label == curves[0][0] else f"τ, {label}"
        given.append(Reading(caption, words, hint))
        if caption.startswith("gate"):
            half = significant(kept.half_life, 6)
            given.append(Reading("half-life", half, "Steps after which the gate keeps ½; C9"))
    return given


def _dialects(found: Found) -> list[Reading]:
    """Say how long a gate remembers whose activation goes by the same word in another dialect."""
    bias = forget_bias(found.key.config)
    if bias is None:
        return []
    name, values = found.key.config.activations[_GATES]
    alike: dict[float, list[str]] = {}
    for meaning in meanings(name, values):
        if meaning.difference > 0.0:
            gate = memory_of(name, meaning.values, bias).gate
            alike.setdefault(gate, []).append(meaning.title)
    given = []
    for gate, titles in alike.items():
        words = f"{significant(gate, 5)}; {significant(memory(gate).tau, 5)}"
        hint = f"What the bare word {name} means in {', '.join(titles)}: the gate, and τ"
        given.append(Reading(f"τ of {titles[0]}'s word", words, hint))
    if family_of(found) == "ConvLSTM":
        kept = memory_of("hard_sigmoid", {"alpha": 0.2}, bias)
        words = f"{significant(kept.gate, 5)}; {significant(kept.tau, 5)}"
        hint = "tf-keras 2's ConvLSTM has hard_sigmoid with slope 0.2 here, Keras 3's has sigmoid"
        given.append(Reading("τ of Keras 2's default", words, hint))
    return given


def _measured(found: Found, live: Trace) -> list[Reading]:
    """Say what the remembering gate kept in this run."""
    name = REMEMBERING.get(family_of(found))
    if name is None:
        return []
    values = live.gates[name]
    with np.errstate(all="ignore"):
        mean = float(np.exp(np.mean(np.log(values)))) if (values > 0.0).all() else math.nan
    kept = memory(mean)
    hint = f"Geometric mean of the {name} over this run's units and steps, and its −1/ln"
    if math.isnan(mean):
        share = float(np.mean(values <= 0.0))
        words = f"closed in {significant(100.0 * share, 3)} %"
        return [
            Reading(name, words, f"Where the {name} is 0 or less, nothing of the state is kept")
        ]
    return [Reading(f"{name}; τ", f"{significant(mean, 4)}; {significant(kept.tau, 4)}", hint)]


def _gradient(live: Trace) -> list[Reading]:
    steps = live.paths["total"].size
    if live.overflow is not None:
        words = f"at step {live.overflow + 1}"
        return [Reading("overflow", words, "The first step with a number that float64 cannot hold")]
    shrinkage, left = live.shrinkage, float(live.paths["total"][0])
    tau = memory(shrinkage).tau if shrinkage <= 1.0 else math.nan
    given = [
        Reading(
            "gradient per step",
            significant(shrinkage, 5),
            "By what the gradient with respect to h (a GRU's and a plain recurrence's state) is "
            "multiplied each step back, on geometric average as far as float64 holds it",
        ),
        Reading(
            f"left after {steps} steps",
            significant(left, 4) if left else "0 in float64",
            "Norm of the whole gradient with respect to the first state; the loss's is 1",
        ),
    ]
    if math.isfinite(tau):
        hint = "−1/ln of the gradient's factor per step"
        given.insert(1, Reading("gradient τ", significant(tau, 5), hint))
    if "cell path" in live.paths:
        cell = significant(float(live.paths["cell path"][0]), 4)
        own = significant(float(live.paths["recurrent kernel"][0]), 4)
        hint = "Of it the product of gates alone, and what passed the recurrent kernel"
        given.append(Reading("cell path; kernel", f"{cell}; {own}", hint))
    return given


def _convention(found: Found) -> list[Reading]:
    """Name which way round a GRU's update gate is, and where its reset gate stands."""
    if family_of(found) != "GRU":
        return []
    after = found.key.config.fields["reset_after"]
    reset = "after the product (reset_after)" if after else "before the product"
    return [
        Reading(
            "Keras's GRU",
            "z keeps h₋₁",
            f"h = z·h₋₁ + (1 − z)·h̃; some texts have z the other way. r acts {reset}",
        )
    ]


def sentence(found: Found) -> str:
    """Say what was run, and what the paths are."""
    drive = found.key.drive
    cell = {
        "SimpleRNN": "All of the gradient passes the recurrent kernel at every step.",
        "GRU": "Keras's GRU: h = z·h₋₁ + (1 − z)·h̃. The cell path is the product of the update "
        "gates z alone; the rest passes the recurrent kernel at least once.",
    }.get(
        family_of(found),
        "Paths to c: the cell path is the product of the forget gates alone; the rest passes the "
        "recurrent kernel at least once.",
    )
    pinned = " Pinned curves: all paths, and thinly the cell path." if found.key.curves[1:] else ""
    return (
        f"{cell}{pinned} One sequence in float64, dropout off; weights spread as Keras's "
        f"initializers make them, seed {drive.seed}, not Keras's own random numbers. The loss is "
        "the last h along a random direction of length 1."
    )
