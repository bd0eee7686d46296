"""An ONNX model as text for a person: a line a node, with sizes instead of numbers."""

from __future__ import annotations

from collections.abc import Iterator

from actviz.formats.onnx_graph import Attribute, Graph, Model, OnnxNode, Port, Tensor
from actviz.param import number_text


def listing(model: Model) -> str:
    """Write inputs, outputs, arrays and nodes of a model; loops are indented."""
    head = f"model  operator set {model.opset}, form {model.ir_version}"
    said = [model.doc] if model.doc else []
    said += [f"{key} = {value}" for key, value in model.metadata.items()]
    return "\n".join([head, *(f"       {each}" for each in said), *_graph(model.graph)])


def _graph(graph: Graph, indent: str = "") -> Iterator[str]:
    yield f"{indent}graph {graph.name}"
    inner = f"{indent}  "
    yield from (f"{inner}input   {_port(each)}" for each in graph.inputs)
    yield from (f"{inner}weight  {_tensor(each)}" for each in graph.tensors)
    for node in graph.nodes:
        yield from _node(node, inner)
    yield from (f"{inner}output  {_port(each)}" for each in graph.outputs)


def _port(port: Port) -> str:
    shape = "?" if port.shape is None else ", ".join(map(str, port.shape))
    return f"{port.name}: {port.dtype}[{shape}]"


def _tensor(tensor: Tensor) -> str:
    return f"{tensor.name}: {tensor.dtype}[{', '.join(map(str, tensor.shape))}]"


def _node(node: OnnxNode, indent: str) -> Iterator[str]:
    plain = {key: value for key, value in node.attributes.items() if not isinstance(value, Graph)}
    written = ", ".join(f"{key} = {_attribute(value)}" for key, value in plain.items())
    inputs = ", ".join(name or "–" for name in node.inputs)
    yield f"{indent}{', '.join(node.outputs)} = {node.op}({inputs})" + (
        f" {{{written}}}" if written else ""
    )
    for value in node.attributes.values():
        if isinstance(value, Graph):
            yield from _graph(value, f"{indent}  ")


def _attribute(value: Attribute) -> str:
    match value:
        case tuple():
            return f"[{', '.join(_attribute(each) for each in value)}]"
        case int() | float():
            return number_text(value)
    return str(value)
