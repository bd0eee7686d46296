"""What the ONNX writers of all layers share: weights in Keras's layout, number formats, ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actviz.formats.onnx_activations import write_activation
from actviz.formats.onnx_graph import Builder, Dimension, Graph, Port
from actviz.formats.onnx_proto import ELEMENT_TYPES
from actviz.layers import LayerConfig
from actviz.layers.facts import layer_facts
from actviz.param import refuse

Array = NDArray[Any]
Weights = Mapping[str, Array]
Layout = Callable[[Array], Array]

BATCH = "batch"
STORED = {
    "float32": "float32",
    "float16": "float16",
    "float64": "float64",
    "mixed_float16": "float32",
}
"""In which format a layer of a dtype keeps its weights; dtypes that are not here are refused."""


class LayerWriter:
    """One layer being written.

    Parameters
    ----------
    config
        The layer.
    weights
        From a weight's name in Keras to its numbers in Keras's layout; looked at only when the
        file is written.

    What follows from the layer is `facts`, and `step` for the cell in an RNN layer.
    """

    def __init__(self, config: LayerConfig, weights: Callable[[str], Array]) -> None:
        self.config = config
        self.fields = config.fields
        self.facts = layer_facts(config)
        self.step = layer_facts(config.cell)
        self.shapes = {each.name: each.shape for each in self.facts.weights}
        self._weights = weights
        self.stored, self.dtype = _formats(config)
        self.builder = Builder(self.dtype)
        self.inputs: list[Port] = []
        self.outputs: list[Port] = []

    def weight(
        self, name: str, shape: tuple[int, ...], layout: Layout | None = None, part: str = ""
    ) -> str:
        """Hold a weight, or a part of it, in another layout; give its value in the layer's format.

        `part` is the name of the array in the file, where it is not the whole weight.
        """

        def data() -> Array:
            array = np.asarray(self._weights(name))
            laid_out = array if layout is None else layout(array)
            return laid_out.reshape(shape).astype(self.stored)

        held = self.builder.tensor(part or name, shape, data, self.stored)
        if self.stored == self.dtype:
            return held
        return self.builder.node("Cast", held, to=ELEMENT_TYPES[self.dtype])

    def bias(self, shape: tuple[int, ...], layout: Layout | None = None) -> str:
        """Hold the bias; "" where there is none."""
        return self.weight("bias", shape, layout) if "bias" in self.shapes else ""

    def activation(self, slot: str, x: str, axis: int | None = None) -> str:
        """Write the activation of a slot; `axis` is where a softmax acts, if not as it says."""
        return self.activation_in(self.builder, slot, x, axis)

    def activation_in(self, builder: Builder, slot: str, x: str, axis: int | None = None) -> str:
        """Write the activation of a slot into a loop's body."""
        try:
            return write_activation(builder, x, self.config.activations[slot], axis)
        except ValueError as error:
            name = self.config.activations[slot][0]
            raise ValueError(f"{self.config.layer}.{slot}: {name}: {error}") from None

    def input(self, name: str, *shape: Dimension) -> str:
        """Declare an input; the batch comes first."""
        self.inputs.append(Port(name, self.dtype, (BATCH, *shape)))
        return name

    def output(self, name: str, value: str, *shape: Dimension) -> None:
        """Make a value an output."""
        self.builder.result(value, name)
        self.outputs.append(Port(name, self.dtype, (BATCH, *shape)))

    def graph(self) -> Graph:
        """Give the whole graph, named as the layer."""
        name = str(self.config.name or self.config.layer)
        return self.builder.graph(name, tuple(self.inputs), tuple(self.outputs))


def _formats(config: LayerConfig) -> tuple[str, str]:
    """Give the formats of the weights and of the computation."""
    dtype = str(config.fields["dtype"])
    if dtype not in STORED:
        allowed = f"{', '.join(STORED)}: ONNX Runtime computes no bfloat16 on processors"
        raise refuse(f"{config.layer}.dtype", dtype, allowed)
    return STORED[dtype], dtype.removeprefix("mixed_")
