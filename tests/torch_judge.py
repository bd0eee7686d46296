"""Written torch source, run: the class in it, and its answers beside stock Keras's."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch

from actviz.formats import write_layer
from actviz.formats.torch import class_of
from actviz.layers import LayerConfig


def module(config: LayerConfig) -> Any:
    """Make the module that a configuration's source defines."""
    scope: dict[str, Any] = {"__name__": "written"}
    exec(compile(write_layer(config, "torch"), "written", "exec"), scope)
    return scope[class_of(config)]()


def answers(layer: Any, *inputs: Any) -> list[np.ndarray]:
    """Run a module; give its results one after the other, in float64."""
    with warnings.catch_warnings(), torch.no_grad():
        found = layer(*inputs)
    return [each.double().numpy() for each in flat(found)]


def flat(found: Any) -> list[Any]:
    """Give the tensors in a result."""
    if isinstance(found, (tuple, list)):
        return [each for part in found for each in flat(part)]
    return [found]
