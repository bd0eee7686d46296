"""actviz: activation functions and their derivatives, computed exactly, drawn and exported.

Every public name is loaded on first use, so that `import actviz` brings neither Qt nor OpenCL.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from actviz.activations import Activation
    from actviz.analysis.meanfield import MeanField, mean_field
    from actviz.analysis.moments import Moments, moments
    from actviz.analysis.saturation import Saturation, saturation
    from actviz.analysis.softmax import softmax
    from actviz.engines import devices, evaluate
    from actviz.evaluation import Device, DeviceError, Result
    from actviz.expression import Formula, FormulaError
    from actviz.formats import ModelLayer, model_layers, read_layer, read_model, write_layer
    from actviz.layers import Layer, LayerConfig, LayerFacts, layer_facts
    from actviz.vectors import SoftmaxResult

_HOMES = {
    "Activation": "actviz.activations",
    "Device": "actviz.evaluation",
    "DeviceError": "actviz.evaluation",
    "Formula": "actviz.expression",
    "FormulaError": "actviz.expression",
    "Layer": "actviz.layers",
    "LayerConfig": "actviz.layers",
    "LayerFacts": "actviz.layers",
    "MeanField": "actviz.analysis.meanfield",
    "ModelLayer": "actviz.formats",
    "Moments": "actviz.analysis.moments",
    "Result": "actviz.evaluation",
    "Saturation": "actviz.analysis.saturation",
    "SoftmaxResult": "actviz.vectors",
    "devices": "actviz.engines",
    "evaluate": "actviz.engines",
    "layer_facts": "actviz.layers",
    "mean_field": "actviz.analysis.meanfield",
    "model_layers": "actviz.formats",
    "moments": "actviz.analysis.moments",
    "read_layer": "actviz.formats",
    "read_model": "actviz.formats",
    "saturation": "actviz.analysis.saturation",
    "softmax": "actviz.analysis.softmax",
    "write_layer": "actviz.formats",
}

__all__ = [
    "Activation",
    "Device",
    "DeviceError",
    "Formula",
    "FormulaError",
    "Layer",
    "LayerConfig",
    "LayerFacts",
    "MeanField",
    "ModelLayer",
    "Moments",
    "Result",
    "Saturation",
    "SoftmaxResult",
    "devices",
    "evaluate",
    "layer_facts",
    "mean_field",
    "model_layers",
    "moments",
    "read_layer",
    "read_model",
    "saturation",
    "softmax",
    "write_layer",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'actviz' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
