"""Singular values of one gate's part of a recurrent kernel, as drawn."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from actviz.analysis.gates import gates, initializer, weight_of
from actviz.analysis.starts import Start
from actviz.layers import LayerConfig, layer_facts

_MOST_UNITS = 128


def gate_singular_values(config: LayerConfig, seed: int) -> tuple[float, float] | None:
    """Draw the recurrent kernel, and give the first gate's smallest and largest singular value.

    None for a layer without one, for one of convolutions, and for more units than a slider waits
    for.
    """
    own = weight_of(layer_facts(config), "recurrent_kernel")
    if own is None or len(own.shape) > 2 or own.shape[0] > _MOST_UNITS:
        return None
    return _extremes(initializer(config, own), own.shape, len(gates(config)), seed)


@lru_cache(maxsize=64)
def _extremes(named: str, shape: tuple[int, ...], many: int, seed: int) -> tuple[float, float]:
    kernel = Start.of(named, shape).draw(np.random.default_rng([seed, 0, 1]))
    values = np.linalg.svd(np.split(kernel, many, axis=1)[0], compute_uv=False)
    return float(values[-1]), float(values[0])
