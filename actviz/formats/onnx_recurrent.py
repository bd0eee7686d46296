"""Recurrences in ONNX: an operator where it takes the activations, else a loop over a step.

A cell in an RNN layer is written as the recurrent layer that computes the same.

RNN, GRU and LSTM take a fixed list of activations in ONNX Runtime. Their `activation_alpha` and
`activation_beta` hold numbers for those functions only that need them: one given to another would
be taken by the next (keras.md 3.4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from actviz.formats.onnx_activations import chain
from actviz.formats.onnx_cells import CANDIDATE, GATES, NAMES, gates_reordered, step
from actviz.formats.onnx_graph import Attribute, Builder, Graph, Port
from actviz.formats.onnx_layer import BATCH, Array, LayerWriter

TAKEN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Elu": ("alpha",),
        "HardSigmoid": ("alpha", "beta"),
        "LeakyRelu": ("alpha",),
        "Relu": (),
        "Sigmoid": (),
        "Softplus": (),
        "Softsign": (),
        "Tanh": (),
        "ThresholdedRelu": ("alpha",),
    }
)
"""The operators that are names of activations in recurrent ones, and the numbers each takes."""


@dataclass(frozen=True, slots=True)
class Named:
    """An activation as a recurrent operator takes it."""

    name: str
    numbers: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Kind:
    """A recurrent operator: its gates, which slot each of its functions is, its bias."""

    op: str
    gates: int
    functions: tuple[str, ...]
    states: int
    reorder: Callable[[Array], Array] | None = None


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "SimpleRNN": Kind("RNN", 1, (CANDIDATE,), 1),
        "GRU": Kind("GRU", 3, (GATES, CANDIDATE), 1),
        "LSTM": Kind("LSTM", 4, (GATES, CANDIDATE, CANDIDATE), 2, gates_reordered),
    }
)
SAID = "actviz.layer"
"""Under which key a file of a cell in an RNN layer names it: its graph is the layer's too."""
_CONVOLUTIONS = Kind("", 4, (), 2)
"""A ConvLSTM cell in an RNN layer, for which ONNX has no operator."""


def write_recurrent(layer: LayerWriter) -> None:
    """Write a recurrence with its outputs: y, and the last states where asked for."""
    kind = KINDS.get(layer.config.layer.removesuffix("Cell"), _CONVOLUTIONS)
    x = layer.input("x", *layer.facts.input_shape)
    functions = [named(layer.builder, layer, slot) for slot in kind.functions]
    if kind.op and layer.builder.runs(kind.op) and all(functions):
        y, states = _operator(layer, kind, x, [each for each in functions if each])
    else:
        y, states = _loop(layer, kind, x)
    layer.output("y", y, *layer.facts.output_shape)
    if layer.fields["return_state"]:
        for name, value in zip(NAMES, states, strict=False):
            layer.output(f"{name}_last", value, *_state(layer))


def _state(layer: LayerWriter) -> tuple[int, ...]:
    """Give the shape of a state, which is that of a step's output."""
    return layer.step.output_shape if layer.config.in_rnn else layer.facts.output_shape[-1:]


def named(builder: Builder, layer: LayerWriter, slot: str) -> Named | None:
    """Give a slot's activation as a recurrent operator takes it; None where it does not."""
    name, values = layer.config.activations[slot]
    steps = chain(builder, name, values)
    if steps == ():
        return Named("Affine", {"alpha": 1.0, "beta": 0.0})
    if steps is None or len(steps) != 1 or steps[0].op not in TAKEN:
        return None
    taken = {key: steps[0].attributes[key] for key in TAKEN[steps[0].op]}
    return Named(steps[0].op, {key: each for key, each in taken.items() if isinstance(each, float)})


def _operator(
    layer: LayerWriter, kind: Kind, x: str, functions: list[Named]
) -> tuple[str, tuple[str, ...]]:
    """Write the operator; time comes first in it, and a direction second in what it gives."""
    builder, units = layer.builder, layer.shapes["recurrent_kernel"][0]
    backwards, every = bool(layer.fields["go_backwards"]), bool(layer.fields["return_sequences"])
    inputs = [builder.node("Transpose", x, perm=(1, 0, 2)), *_weights(layer, kind, units)]
    attributes = _functions(functions)
    if kind.op == "GRU":
        attributes["linear_before_reset"] = int(bool(layer.fields["reset_after"]))
    states = kind.states if layer.fields["return_state"] else int(not every)
    names = builder.nodes_of(
        kind.op,
        *(inputs if inputs[-1] else inputs[:-1]),
        outputs=1 + states,
        hidden_size=units,
        direction="reverse" if backwards else "forward",
        **attributes,
    )
    last = tuple(builder.node("Squeeze", name, builder.integers(0)) for name in names[1:])
    if not every:
        return last[0], last
    y = builder.node("Squeeze", names[0], builder.integers(1))
    if backwards:  # ONNX gives the outputs in the order of the inputs, Keras in that of the steps
        ends = (builder.integers(-1), builder.integers(-(2**63)), builder.integers(0))
        y = builder.node("Slice", y, *ends, builder.integers(-1))
    return builder.node("Transpose", y, perm=(1, 0, 2)), last


def _functions(functions: list[Named]) -> dict[str, Attribute]:
    written: dict[str, Attribute] = {"activations": tuple(each.name for each in functions)}
    for key in ("alpha", "beta"):
        numbers = tuple(each.numbers[key] for each in functions if key in each.numbers)
        if numbers:
            written[f"activation_{key}"] = numbers
    return written


def _weights(layer: LayerWriter, kind: Kind, units: int) -> tuple[str, str, str]:
    """Hold kernel, recurrent kernel and bias as the operator has them; "" for no bias."""
    reorder = kind.reorder or (lambda kernel: kernel)
    wide = kind.gates * units

    def kernel(array: Array) -> Array:
        return reorder(array).T[None]

    def bias(array: Array) -> Array:
        """Put the state's bias behind the input's; only a GRU may have one in Keras."""
        rows = array if array.ndim == 2 else np.stack([array, np.zeros_like(array)])
        return reorder(rows).reshape(1, -1)

    return (
        layer.weight("kernel", (1, wide, layer.shapes["kernel"][0]), kernel),
        layer.weight("recurrent_kernel", (1, wide, units), kernel),
        layer.bias((1, 2 * wide), bias),
    )


def _loop(layer: LayerWriter, kind: Kind, x: str) -> tuple[str, tuple[str, ...]]:
    """Write the recurrence as a Scan along axis 1; it takes the last step first if asked to."""
    builder = layer.builder
    body = _body(layer, NAMES[: kind.states])
    given = builder.nodes_of(
        "Scan",
        *[_zeros(builder, x, *_state(layer))] * kind.states,
        x,
        outputs=len(body.outputs),
        body=body,
        num_scan_inputs=1,
        scan_input_axes=(1,),
        scan_input_directions=(int(bool(layer.fields["go_backwards"])),),
        **({"scan_output_axes": (1,)} if layer.fields["return_sequences"] else {}),
    )
    states = given[: kind.states]
    return given[-1] if layer.fields["return_sequences"] else states[0], states


def _body(layer: LayerWriter, names: tuple[str, ...]) -> Graph:
    """Write the loop's body: from states and a step of the input to new states, and the output."""
    body, state = Builder(layer.dtype, layer.builder), _state(layer)

    def port(name: str, shape: tuple[int, ...] = state) -> Port:
        return Port(name, layer.dtype, (BATCH, *shape))

    new = step(layer, body, "x_step", names)
    results = [body.result(value, f"{name}_next") for name, value in zip(names, new, strict=True)]
    if layer.fields["return_sequences"]:
        results.append(body.result(results[0], "y_step"))
    inputs = (*map(port, names), port("x_step", layer.facts.input_shape[1:]))
    return body.graph("step", inputs, tuple(map(port, results)))


def _zeros(builder: Builder, x: str, *state: int) -> str:
    """Write the states before the first step, as many as there are rows in the batch."""
    rows = builder.node("Gather", builder.node("Shape", x), builder.integers(0), axis=0)
    shape = builder.node("Concat", rows, builder.integers(*state), axis=0)
    return builder.node("Expand", builder.number(0.0), shape)
