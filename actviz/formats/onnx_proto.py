"""An ONNX model's bytes (onnx.proto, versions 7 to 10 of its form), written message by message."""

from __future__ import annotations

from actviz.formats.onnx_graph import Attribute, Graph, Model, OnnxNode, Port, Tensor
from actviz.formats.onnx_wire import block, single, text, whole

PRODUCER = "actviz"

ELEMENT_TYPES = {
    "float32": 1,
    "uint8": 2,
    "int8": 3,
    "int32": 6,
    "int64": 7,
    "string": 8,
    "bool": 9,
    "float16": 10,
    "float64": 11,
    "bfloat16": 16,
}
"""TensorProto.DataType."""
FLOAT, INT, STRING, TENSOR, GRAPH, FLOATS, INTS, STRINGS = 1, 2, 3, 4, 5, 6, 7, 8
"""AttributeProto.AttributeType."""


def model_bytes(model: Model) -> bytes:
    """Write a model (ModelProto); only now are its arrays' numbers made."""
    return b"".join(
        (
            whole(1, model.ir_version),
            text(2, PRODUCER),
            text(6, model.doc),
            _graph(7, model.graph),
            block(8, text(1, ""), whole(2, model.opset)),
            *(block(14, text(1, key), text(2, value)) for key, value in model.metadata.items()),
        )
    )


def _graph(number: int, graph: Graph) -> bytes:
    """Write a GraphProto."""
    return block(
        number,
        *(_node(each) for each in graph.nodes),
        text(2, graph.name),
        *(_tensor(each) for each in graph.tensors),
        *(_port(11, each) for each in graph.inputs),
        *(_port(12, each) for each in graph.outputs),
    )


def _node(node: OnnxNode) -> bytes:
    """Write a NodeProto, named by its first output."""
    return block(
        1,
        *(text(1, each) for each in node.inputs),
        *(text(2, each) for each in node.outputs),
        text(3, f"{node.op}:{node.outputs[0]}"),
        text(4, node.op),
        *(_attribute(name, value) for name, value in node.attributes.items()),
    )


def _attribute(name: str, value: Attribute) -> bytes:
    """Write an AttributeProto."""
    kind, parts = _value(value)
    return block(5, text(1, name), whole(20, kind), *parts)


def _value(value: Attribute) -> tuple[int, tuple[bytes, ...]]:
    match value:
        case int():
            return INT, (whole(3, value),)
        case float():
            return FLOAT, (single(2, value),)
        case str():
            return STRING, (text(4, value),)
        case Graph():
            return GRAPH, (_graph(6, value),)
        case Tensor():
            return TENSOR, (_tensor(value),)
    return _list(value)


def _list(
    items: tuple[int, ...] | tuple[float, ...] | tuple[str, ...],
) -> tuple[int, tuple[bytes, ...]]:
    if isinstance(items[0], str):
        return STRINGS, tuple(text(9, str(each)) for each in items)
    if isinstance(items[0], int):
        return INTS, tuple(whole(8, int(each)) for each in items)
    return FLOATS, tuple(single(7, float(each)) for each in items)


def _tensor(tensor: Tensor) -> bytes:
    """Write a TensorProto with its numbers, little end first."""
    assert tensor.data is not None
    array = tensor.data()
    assert (array.shape, array.dtype.name) == (tensor.shape, tensor.dtype), tensor.name
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return block(
        5,
        *(whole(1, size) for size in tensor.shape),
        whole(2, ELEMENT_TYPES[tensor.dtype]),
        text(8, tensor.name),
        block(9, array.tobytes()),
    )


def _port(number: int, port: Port) -> bytes:
    """Write a ValueInfoProto; without a shape where it is unknown."""
    shape = b""
    if port.shape is not None:
        sizes = (text(2, each) if isinstance(each, str) else whole(1, each) for each in port.shape)
        shape = block(2, *(block(1, each) for each in sizes))
    kind = block(1, whole(1, ELEMENT_TYPES[port.dtype]), shape)
    return block(number, text(1, port.name), block(2, kind))
