"""A study of depth: the mean field as lines, and networks of finite width that come in one by one.

Everything is found for one curve after another; what has been found is handed on about twenty
times a second, so that whoever draws it can show it, or stop it, at any moment.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actviz.analysis.correlation import correlation_after
from actviz.analysis.curve import Curve
from actviz.analysis.figures import Bins, Forward
from actviz.analysis.jacobian import Singular, singular_values
from actviz.analysis.meanfield import MeanField, Recursion, layers, mean_field_of
from actviz.analysis.network import Network
from actviz.analysis.propagation import Backward, Drawn, propagate
from actviz.analysis.saturation import scalar_curve
from actviz.param import Value

Array = NDArray[Any]
WIDEST_JACOBIAN = 512
"""Up to so many units singular values are computed: beyond, a decomposition takes seconds."""
_PAUSE = 0.05
_BINS = 72
_CORRELATIONS = np.sort(
    np.concatenate([np.linspace(0.0, 0.9, 13), 1.0 - 0.1 ** np.arange(1.3, 4.0, 0.6), [1.0]])
)
_REACH, _GROWN = 3.0, 1e6
_NARROWEST = 1e-30
"""Activations closer together than this share one bin: a bin's inverse would overflow float32."""
_MOST_JOINTS = 32
Subject = tuple[str, tuple[tuple[str, Value], ...]]
"""An activation's name, and its values."""


@dataclass(frozen=True, slots=True)
class Theory:
    """The mean field of a curve: arrays over layers; not finite where it overflows.

    `q` is that of z in layer 1 … depth; `gradient` log₁₀ of the gradient's norm at h of layer
    0 … depth, over that at the last layer.
    """

    q: Array
    gradient: Array
    fixed: MeanField


@dataclass(frozen=True, slots=True)
class Measured:
    """What networks have shown so far; NaN where nothing was found (yet).

    `second` is the mean square of z and `dead` the share of dead units, shape (networks, depth);
    `gradient` has the shape (networks, depth + 1). `density` is the share of activations h in
    each bin, the mean over networks, shape (bins, depth). `overflow` has the layers from which
    on numbers were not finite.
    """

    second: Array
    gradient: Array
    dead: Array
    density: Array
    bins: Bins
    overflow: tuple[int, ...] = ()
    singular: Singular | None = None


@dataclass(frozen=True, slots=True)
class Studied:
    """A curve with what is known of it; None is what has not been found yet.

    `correlation` is c from 0 to 1 and c′ after one more layer, as deep as the network is.
    """

    theory: Theory
    measured: Measured | None = None
    correlation: tuple[Array, Array] | None = None


Study = tuple[Studied, ...]


def study(
    subjects: Sequence[Subject], network: Network, networks: int, device: str = "numpy"
) -> Iterator[tuple[float, Study]]:
    """Study several curves; yields how much is done, up to 1, and what has been found.

    Parameters
    ----------
    network
        The first network; the others have the seeds that follow.

    Raises
    ------
    ValueError
        For a bad value, and for an activation that acts on vectors.
    """
    curves = [scalar_curve(name, dict(values)) for name, values in subjects]
    found = [Studied(_theory(Recursion(each), network)) for each in curves]
    yield 0.0, tuple(found)
    for index, curve in enumerate(curves):
        yield from _correlations(index, curve, network, found)
    last = perf_counter()
    for index, (subject, curve) in enumerate(zip(subjects, curves, strict=True)):
        run = _Measuring(subject, curve, network, networks, device)
        for done in run.steps():
            if perf_counter() - last < _PAUSE:
                continue
            found[index] = replace(found[index], measured=run.measured())
            yield min(0.999, (index + done) / len(curves)), tuple(found)
            last = perf_counter()
        found[index] = replace(found[index], measured=run.measured())
    yield 1.0, tuple(found)


def _correlations(
    index: int, curve: Curve, network: Network, found: list[Studied]
) -> Iterator[tuple[float, Study]]:
    """Find a curve's correlation map point by point; there is none where q is 0 or infinite.

    Nor of a curve with so many joints that a point would take seconds.
    """
    finite = found[index].theory.q[np.isfinite(found[index].theory.q)]
    recursion, weight, bias = Recursion(curve), network.weight_variance, network.sigma_b**2
    after: list[float] = []
    for c in _CORRELATIONS:
        if not finite.size or len(curve.joints) > _MOST_JOINTS:
            return
        after.append(correlation_after(recursion, weight, bias, float(finite[-1]), float(c)))
        yield 0.0, tuple(found)
    found[index] = replace(found[index], correlation=(_CORRELATIONS, np.array(after)))
    yield 0.0, tuple(found)


def _theory(recursion: Recursion, network: Network) -> Theory:
    weight, bias = network.weight_variance, network.sigma_b**2
    pairs = list(layers(recursion, weight, bias, network.depth))
    q, chi = (np.array(each) for each in zip(*pairs, strict=True))
    with np.errstate(all="ignore"):
        halves = np.log10(chi) / 2
    gradient = np.concatenate([np.cumsum(halves[::-1])[::-1], [0.0]])
    return Theory(q, gradient, mean_field_of(recursion, weight, bias))


def bins_for(curve: Curve, network: Network) -> Bins:
    """Choose bins that hold nearly all activations of most layers, and nothing f never takes."""
    recursion = Recursion(curve)
    q = [each for each, _ in layers(recursion, network.weight_variance, network.sigma_b**2, 12)]
    seconds = [recursion.at(each).second for each in q if math.isfinite(each)]
    first = seconds[0] if seconds and math.isfinite(seconds[0]) else 1.0
    usual = [each for each in seconds if 0.0 < each < _GROWN * first]
    reach = _REACH * math.sqrt(max(usual, default=0.0)) or 1.0
    widest = max((each for each in q if each < _GROWN * q[0]), default=1.0)
    with np.errstate(all="ignore"):
        f = curve.f(np.linspace(-6.0, 6.0, 601) * math.sqrt(widest))
    taken = f[np.isfinite(f)]
    low = max(-reach, float(taken.min(initial=math.inf)))
    high = min(reach, float(taken.max(initial=-math.inf)))
    if not high - low > _NARROWEST:
        room = max(1.0, abs(low) / 1000.0)
        low, high = low - room, low + room
    margin = (high - low) / 30
    return Bins(low - margin, high + margin, _BINS)


def over_networks(logs: Array, power: float = 1.0) -> Array:
    """Give log₁₀ of the mean over networks (axis 0), of the root mean square for the power 2.

    It is these means that the mean field is about; computed in logarithms, they have any size.
    Networks without a number are left out; NaN where none has one.
    """
    with np.errstate(all="ignore"):
        largest = np.nanmax(np.where(np.isnan(logs), -np.inf, logs), axis=0)
        ground = np.where(np.isfinite(largest), largest, 0.0)
        mean = np.nansum(10.0 ** (power * (logs - ground)), axis=0) / (~np.isnan(logs)).sum(axis=0)
        return np.asarray(ground + np.log10(mean) / power)


class _Measuring:
    """Networks of one curve, whose figures are gathered as they come."""

    def __init__(
        self, subject: Subject, curve: Curve, network: Network, networks: int, device: str
    ) -> None:
        self.name, self.values = subject[0], dict(subject[1])
        self.network, self.networks, self.device = network, networks, device
        self.bins = bins_for(curve, network)
        depth = network.depth
        self._second = np.full((networks, depth), np.nan)
        self._dead = np.full((networks, depth), np.nan)
        self._gradient = np.full((networks, depth + 1), np.nan)
        self._counts = np.zeros((self.bins.count, depth))
        self._seen = np.zeros(depth)
        self._overflow: tuple[int, ...] = ()
        self._singular: Singular | None = None

    def steps(self) -> Iterator[float]:
        """Run all networks; yields after each layer which share is done."""
        whole = self.networks * (2 * self.network.depth + 1) + self.network.depth
        for number in range(self.networks):
            own = replace(self.network, seed=self.network.seed + number)
            drawn = Drawn(own)
            events = propagate(
                own, self.name, self.values, bins=self.bins, device=self.device, layers=drawn
            )
            for step, event in enumerate(events):
                if isinstance(event, Forward):
                    self._take_forward(number, event)
                elif isinstance(event, Backward):
                    self._gradient[number, event.layer] = event.log_norm
                else:
                    self._overflow = (*self._overflow, event.layer)
                yield (number * (2 * self.network.depth + 1) + step) / whole
            if number == 0 and own.width <= WIDEST_JACOBIAN:
                yield from self._take_singular(own, drawn, whole)

    def _take_forward(self, number: int, event: Forward) -> None:
        place = event.layer - 1
        self._second[number, place] = event.second
        self._dead[number, place] = event.dead / self.network.width
        self._counts[:, place] += event.density
        self._seen[place] += 1

    def _take_singular(self, network: Network, drawn: Drawn, whole: int) -> Iterator[float]:
        for each in singular_values(network, self.name, self.values, drawn, device=self.device):
            self._singular = each if each.layer == network.depth else None
            yield (2 * network.depth + 1) / whole

    def measured(self) -> Measured:
        """Give what is known now, in arrays of its own."""
        with np.errstate(all="ignore"):
            density = self._counts / self._seen
        return Measured(
            self._second.copy(),
            self._gradient.copy(),
            self._dead.copy(),
            density,
            self.bins,
            self._overflow,
            self._singular,
        )
