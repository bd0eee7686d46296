"""The ONNX dialect: a model of one layer with its weights, which ONNX Runtime runs.

Its bytes are written here (`onnx_proto`) and nothing of the onnx package is needed: nobody waits
for an import, and the same configuration gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import numpy as np

from actviz.formats.dialect import Loss
from actviz.formats.onnx_activations import WORDS, Step, chain
from actviz.formats.onnx_cells import write_cell
from actviz.formats.onnx_convolution import write_convolution
from actviz.formats.onnx_graph import Builder, Model
from actviz.formats.onnx_layer import Array, LayerWriter
from actviz.formats.onnx_listing import listing
from actviz.formats.onnx_proto import model_bytes
from actviz.formats.onnx_recurrent import KINDS, SAID, write_recurrent
from actviz.formats.onnx_weights import SEED, initial_weights
from actviz.layers import LayerConfig
from actviz.param import Value, refuse

__all__ = ["WORDS", "model_of", "remarks", "shown", "spoken", "write"]

LARGEST = 2**29
"""Bytes of weights in a file: half of what a protocol buffer can be long is kept for copies."""


def write(config: LayerConfig) -> bytes:
    """Write a layer as a model: the same configuration gives the same bytes.

    Raises
    ------
    ValueError
        For what ONNX or ONNX Runtime cannot compute, and for weights that no file should hold.
    """
    return model_bytes(model_of(config))


def shown(config: LayerConfig) -> str:
    """Write the model's graph as lines to be read; no weight is made.

    Raises
    ------
    ValueError
        As `write`.
    """
    return listing(model_of(config))


def model_of(config: LayerConfig, weights: Callable[[str], Array] | None = None) -> Model:
    """Make the model of a layer.

    Parameters
    ----------
    weights
        From a weight's name in Keras to its numbers in Keras's layout; otherwise the initializers
        make them, when the model is written.

    Raises
    ------
    ValueError
        As `write`.
    """
    layer = LayerWriter(config, weights or initial_weights(config))
    size = layer.facts.parameters * np.dtype(layer.stored).itemsize
    if size > LARGEST:
        allowed = f"one of at most {LARGEST:,} bytes in an ONNX file"
        raise refuse(f"{config.layer}.weights", size, allowed)
    try:
        _writer(config)(layer)
    except ValueError as error:
        placed = str(error).startswith(config.layer)
        raise ValueError(str(error) if placed else f"{config.layer}: {error}") from None
    doc = f"{config.layer}, weights as its initializers make them from seed {SEED}"
    metadata = {SAID: config.layer} if config.in_rnn else {}
    return Model(layer.graph(), layer.builder.opset, doc, metadata)


def _writer(config: LayerConfig) -> Callable[[LayerWriter], None]:
    if config.layer == "Dense":
        return _write_dense
    if config.layer in KINDS or config.in_rnn:
        return write_recurrent
    return write_cell if config.is_step else write_convolution


def _write_dense(layer: LayerWriter) -> None:
    """Write x·W + b along the last axis."""
    x = layer.input("x", *layer.facts.input_shape)
    shape = layer.shapes["kernel"]
    y = layer.builder.node("MatMul", x, layer.weight("kernel", shape))
    bias = layer.bias(shape[1:])
    if bias:
        y = layer.builder.node("Add", y, bias)
    layer.output("y", layer.activation("activation", y), *layer.facts.output_shape)


def spoken(config: LayerConfig, slot: str) -> str:
    """Name the operators that a slot's activation is, with their attributes.

    Raises
    ------
    ValueError
        As `write`.
    """
    model_of(config)
    steps = chain(Builder(_number_format(config)), *config.activations[slot])
    if steps is None:
        return "its formula, operator by operator"
    return " · ".join(map(_operator, steps)) or "nothing: the values as they are"


def _operator(step: Step) -> str:
    said = [f"{key}={value}" for key, value in step.attributes.items()]
    said += [f"{number:g}" for number in step.numbers if number is not None]
    return f"{step.op}({', '.join(said)})" if said else step.op


def _number_format(config: LayerConfig) -> str:
    return str(config.fields["dtype"]).removeprefix("mixed_")


_LOOP = "no recurrent operator computes this with these activations: the file holds a loop"


def remarks(config: LayerConfig) -> tuple[str, ...]:
    """Say what a reader of the file needs, and what ONNX cannot say, a sentence each.

    Raises
    ------
    ValueError
        As `write`.
    """
    model = model_of(config)
    loops = any(node.op == "Scan" for node in model.graph.nodes)
    return (
        f"needs operator set {model.opset} and version {model.ir_version} of the form or newer",
        *_written_out(config),
        *((_LOOP,) * loops),
        *_lost(config),
    )


def _written_out(config: LayerConfig) -> Iterator[str]:
    """Name the activations that are graphs of their formula."""
    for slot, (name, values) in config.activations.items():
        if chain(Builder(_number_format(config)), name, values) is None:
            yield f"{slot}: {name} with these values is no operator; its formula is written out"


def _lost(config: LayerConfig) -> Iterator[str]:
    """Name what is set in the layer and cannot be said in ONNX."""
    yield f"the weights are made by the initializers from seed {SEED}; put trained ones in"
    fields = config.fields
    if fields["dtype"] in ("float16", "mixed_float16"):
        yield "ONNX Runtime computes float16 in float32 on processors and rounds in between"
    if fields["dtype"] == "mixed_float16":
        yield "inputs and outputs are float16, the weights float32"
    for name, value in fields.items():
        if _training(name) and value is not None:
            yield Loss(f"{name}: ONNX has none; it is lost")
    for name, (idle, sentence) in _WITHOUT_FORM.items():
        if name in fields and fields[name] != idle:
            yield Loss(f"{name}: {sentence}")
    if any(name == "prelu" for name, _ in config.activations.values()):
        yield "prelu: its slope is an array of the file, one for all elements"


def _training(name: str) -> bool:
    return name.endswith(("_regularizer", "_constraint"))


_WITHOUT_FORM: Mapping[str, tuple[Value, str]] = MappingProxyType(
    {
        "trainable": (True, "ONNX does not say what training changes; it is lost"),
        "stateful": (False, "the file begins with states of 0 each time"),
        "dropout": (0.0, "the file is for inference, where nothing is dropped"),
        "recurrent_dropout": (0.0, "the file is for inference, where nothing is dropped"),
        "seed": (None, "nothing is dropped, so nothing is drawn; it is lost"),
        "zero_output_for_mask": (False, "the file has no mask; it is lost"),
        "unroll": (False, "the file says what is computed, not how; it is lost"),
        "lora_rank": (None, "the adaptation starts at 0 and is left out"),
    }
)
"""For fields that ONNX has no form for: the value of which nothing is lost, and what to say."""
