"""The Depth lens in words: a fixed point, or that there is none; sizes that no float holds."""

from __future__ import annotations

import math

import numpy as np

from actviz.analysis.depth import WIDEST_JACOBIAN, Measured, Studied, over_networks
from actviz.analysis.initial import INITIALIZERS
from actviz.analysis.jacobian import Singular
from actviz.analysis.meanfield import MeanField
from actviz.analysis.network import Network
from actviz.ui.axis import power_of_ten
from actviz.ui.lenses.curve_details import percent
from actviz.ui.lenses.depth_found import Found, Key
from actviz.ui.numbers import significant
from actviz.ui.readings import Reading


def chi_words(fixed: MeanField) -> str:
    """Write χ₁."""
    return "none" if fixed.chi is None else significant(fixed.chi, 5)


def q_words(fixed: MeanField) -> tuple[str, str]:
    """Write q* and say in a sentence how the recursion comes to it."""
    if fixed.q is None:
        return "none", (
            "There is no finite fixed point: q grows from layer to layer, or an integral does not "
            "exist; the last layer's value is none"
        )
    value = significant(fixed.q, 5)
    if fixed.converged:
        return value, "The variance of z deep in the network, solved and not iterated"
    return f"{value}, not converged", (
        "The fixed point, solved; the recursion comes there only algebraically, or leaves it, so "
        "no finite depth has this value"
    )


def scale_words(fixed: MeanField) -> tuple[str, str]:
    """Write ξ = −1/ln χ₁ in layers."""
    scale = fixed.depth_scale
    if scale is None:
        return "none", "ξ = −1/ln χ₁ needs a fixed point"
    if math.isinf(scale):
        return "∞", "χ₁ = 1: critical, gradients keep their mean square at any depth"
    if scale < 0.0:
        size = significant(-scale, 3)
        return f"−{size} layers", f"Chaotic: a gradient's mean square grows e-fold in {size} layers"
    size = significant(scale, 3)
    return f"{size} layers", (
        f"Ordered: a gradient's mean square decays e-fold in {size} layers; networks train to "
        "about 6ξ (Schoenholz 2017)"
    )


def initial_words(network: Network) -> tuple[str, str]:
    """Name the initialiser with the σw² that it means."""
    chosen = INITIALIZERS[network.initializer]
    variance = significant(network.weight_variance, 4)
    whose = "set by σw" if chosen.weight_variance is None else "the initialiser's own"
    return (
        f"{chosen.title}, σw² = {variance}",
        f"σw² is fan-in times the variance of a weight, {whose}; weights as Keras draws them",
    )


def size_words(log: float) -> str:
    """Write 10^log, also where it is smaller or larger than any float."""
    if not math.isfinite(log):
        return "0" if log < 0.0 else "not defined" if math.isnan(log) else "∞"
    if -300.0 < log < 300.0:
        return significant(10.0**log, 3)
    whole = math.floor(log)
    return f"{significant(10.0 ** (log - whole), 2)}·{power_of_ten(whole)}"


def span_words(singular: Singular) -> str:
    """Write the least and the largest singular value."""
    if not singular.logs:
        return "all 0"
    least = "0" if singular.lost else size_words(singular.logs[-1])
    return f"{least} to {size_words(singular.logs[0])}"


def readings(found: Found) -> tuple[Reading, ...]:
    """Put the figures of the live curve into words."""
    live, key = found.study[0], found.key
    fixed, measured = live.theory.fixed, live.measured
    return (
        Reading("χ₁ (mean field)", chi_words(fixed), _CHI),
        Reading("q* (mean field)", *q_words(fixed)),
        Reading("depth scale ξ", *scale_words(fixed)),
        _gradient_reading(live, key.network.depth),
        _dead_reading(measured),
        _singular_reading(measured, key.network),
        Reading("initialiser", *initial_words(key.network)),
        _networks_reading(measured, key),
    )


_CHI = (
    "χ₁ = σw²·E f′(√q* z)²: the factor of a gradient's mean square per layer at q*; 1 is critical"
)


def _gradient_reading(live: Studied, depth: int) -> Reading:
    first = 1 if depth > 1 else 0
    theory = size_words(float(live.theory.gradient[first]))
    hint = f"‖∂L/∂h‖ at layer {first} over that at layer {depth}; the mean field says {theory}"
    caption = f"gradient, layer {first}/{depth}"
    if live.measured is None:
        return Reading(caption, "…", hint)
    logs = live.measured.gradient[:, first]
    logs = logs[~np.isnan(logs)]
    if not logs.size:
        return Reading(caption, "none" if live.measured.overflow else "…", hint)
    middle = size_words(float(over_networks(logs[:, None], 2.0)[0]))
    ends = f"from {size_words(float(logs.min()))} to {size_words(float(logs.max()))}"
    return Reading(caption, middle, f"{hint}; {logs.size} networks: {ends}, root mean square")


def _dead_reading(measured: Measured | None) -> Reading:
    hint = "f′ = 0 for every input of the batch, so that no gradient passes the unit"
    dead = np.array([]) if measured is None else measured.dead
    if not np.isfinite(dead).any():
        return Reading("dead units", "…", hint)
    means = np.nanmean(dead[:, np.isfinite(dead).any(axis=0)], axis=0)
    worst = int(np.argmax(means))
    value = percent(float(means[worst]))
    where = f"; most of them in layer {worst + 1}" if means[worst] > 0.0 else " in any layer"
    return Reading("dead units", f"{value}", f"{hint}{where}; mean over the networks")


def _singular_reading(measured: Measured | None, network: Network) -> Reading:
    hint = (
        "Of ∂h at the last layer by ∂x, at one input of the first network: all near 1 would be "
        "dynamical isometry, which χ₁ = 1 does not promise (Pennington 2017)"
    )
    if network.width > WIDEST_JACOBIAN:
        return Reading("singular values", f"only up to {WIDEST_JACOBIAN} units", hint)
    if measured is None or measured.singular is None:
        return Reading("singular values", "…", hint)
    lost = measured.singular.lost
    more = f"; {lost} are 0, or less than float64 resolves beside the largest" if lost else ""
    return Reading("singular values", span_words(measured.singular), hint + more)


def _networks_reading(measured: Measured | None, key: Key) -> Reading:
    ended = 0 if measured is None else int(np.isfinite(measured.second[:, 0]).sum())
    over = () if measured is None else measured.overflow
    value = f"{ended} of {key.networks}"
    if over:
        value += f", {len(over)} overflow"
    first = key.network.seed
    hint = f"Seeds {first} to {first + key.networks - 1}, in {key.network.dtype}"
    return Reading("networks", value, hint)


def sentence(key: Key) -> str:
    """Say what lines and dots assume."""
    network = key.network
    taken = INITIALIZERS[network.initializer].weight_variance
    fixed = "" if taken is None else f" {INITIALIZERS[network.initializer].title} sets σw itself."
    last = network.seed + key.networks - 1
    seeds = f"seed {last}" if key.networks == 1 else f"seeds {network.seed} to {last}"
    return (
        "Lines: mean field (infinite width, independent weights, inputs with E x² = 1). Dots: "
        f"{key.networks} networks of {network.width} dense units, {network.batch} inputs, "
        f"{seeds}; bars: lowest to highest. The loss is ⟨G, h⟩, G random.{fixed}"
    )
