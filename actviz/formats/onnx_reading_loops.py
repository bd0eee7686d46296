"""Cells and loops over a step, as this dialect writes them, read off ONNX graphs.

A cell is a whole graph: from the input and the states to the new states. A loop is a Scan.
"""

from __future__ import annotations

from dataclasses import replace

from actviz.formats.onnx_found import Found, NotOursError, Tail
from actviz.formats.onnx_graph import Graph, Model, OnnxNode
from actviz.formats.onnx_reading_recurrent import SOME_STEPS, asked_for
from actviz.formats.onnx_reading_steps import read_step
from actviz.formats.onnx_step import Step, StepFound
from actviz.formats.onnx_wiring import Wiring, ints, whole
from actviz.layers import LayerConfig
from actviz.layers.facts import layer_facts

_OLDEST = 9
"""The operator set from which on a Scan takes the batch along."""


def read_cell(wiring: Wiring, tail: Tail) -> Found | None:
    """Read a whole graph as a cell; None where it is none."""
    inputs = [name for name in wiring.inputs if name not in wiring.tensors]
    if not 2 <= len(inputs) <= 3 or len(wiring.outputs) != len(inputs) - 1:
        return None
    x, *states = inputs
    try:
        step = _checked(Step(tail, x, tuple(states), wiring.outputs))
        found = read_step(step)
        layer = f"{found.layer}Cell"
        _check_ports(step, found)
    except ValueError:
        return None
    shape, nodes = found.input_shape, list(wiring.nodes)
    return Found(layer, found.fields, shape, found.slots, nodes, told=found.told)


def read_loop(wiring: Wiring, tail: Tail, node: OnnxNode) -> Found:
    """Read a Scan over a step of ours, along axis 1, from states of 0."""
    body = node.attributes.get("body")
    count = len(node.inputs) - 1
    if not isinstance(body, Graph) or not 1 <= count <= 2 or wiring.opset < _OLDEST:
        raise NotOursError(f"it is a loop with {count} states; a layer of ours has one or two")
    _check_loop(node, body, count)
    inner = Tail(Wiring(Model(body, wiring.opset), wiring), tail)
    names = inner.wiring.inputs, inner.wiring.outputs[:count]
    step = _checked(Step(inner, names[0][-1], names[0][:-1], names[1]))
    found = read_step(step)
    state = _check_ports(step, found)
    nodes, warnings = [node], []
    for name in dict.fromkeys(node.inputs[:-1]):
        zeros = _zeros(wiring, name, state)
        nodes += zeros
        if not zeros:
            warnings.append("Scan: a first state is given from outside; it is left out")
    steps = node.outputs[-1] if len(node.outputs) > count else ""
    every = steps if wiring.used(steps) else ""
    asked = asked_for(wiring, every, list(node.outputs[:count]), warnings)
    backwards = ints(node, "scan_input_directions", (0,)) == (1,)
    fields = {**found.fields, **asked, "go_backwards": backwards}
    if found.layer.startswith("ConvLSTM"):
        found = replace(found, layer=f"{found.layer}Cell")
        fields["in_rnn"] = True
    time = _time(wiring, node.inputs[-1])
    shape = (time or SOME_STEPS, *found.input_shape)
    told = found.told and time is not None
    return Found(found.layer, fields, shape, found.slots, nodes, warnings, told)


def _checked(step: Step) -> Step:
    """Refuse a step with names that are arrays of the file, or with one name twice."""
    names = (step.x, *step.states)
    if len(set(names)) != len(names) or any(name in step.wiring.tensors for name in names):
        raise NotOursError("its input and its states are not values of their own")
    return step


def _check_ports(step: Step, found: StepFound) -> tuple[int, ...]:
    """Hold what the file says of input and states against what the cell has; give a state's shape.

    Nothing but sizes is computed.
    """
    cell = LayerConfig(f"{found.layer}Cell", found.fields, found.slots, (), found.input_shape)
    facts = layer_facts(cell)
    names = (step.x, *step.states, *step.new)
    for name in names:
        wanted = facts.input_shape if name == step.x else facts.output_shape
        shape = step.wiring.shape(name)
        if shape is None:
            continue
        known = zip(shape[1:], wanted, strict=False)
        if len(shape) != len(wanted) + 1 or (
            found.told and any(isinstance(said, int) and said != size for said, size in known)
        ):
            raise NotOursError(f"{name[:40]!r} is {list(shape)}; {list(wanted)} is needed")
    return facts.output_shape if found.told else ()


def _check_loop(node: OnnxNode, body: Graph, count: int) -> None:
    """Refuse a loop that goes otherwise than a layer of ours: along axis 1, one way, over x."""
    results = len(body.outputs)
    whole_loop = whole(node, "num_scan_inputs", 0) == 1 and len(body.inputs) == count + 1
    if not whole_loop or results not in (count, count + 1) or len(node.outputs) > results:
        raise NotOursError("its body has other inputs and outputs than a step of ours")
    along = ints(node, "scan_input_axes", (0,)), ints(node, "scan_output_axes", (0,))
    ways = ints(node, "scan_input_directions", (0,)), ints(node, "scan_output_directions", (0,))
    given = results > count
    if along[0] != (1,) or (given and along[1] != (1,)):
        raise NotOursError("it does not go along axis 1")
    if ways[0] not in ((0,), (1,)) or ways[1] != (0,):
        raise NotOursError("it gives its steps in another order than it takes them")
    if given and not _same(body, body.outputs[-1].name, body.outputs[0].name):
        raise NotOursError("what it gives at a step is not its first state")


def _same(body: Graph, name: str, wanted: str) -> bool:
    """Tell whether a value is another one passed on."""
    makers = {output: node for node in body.nodes for output in node.outputs}
    node = makers.get(name)
    return name == wanted or (
        node is not None and node.op == "Identity" and node.inputs == (wanted,)
    )


def _zeros(wiring: Wiring, name: str, state: tuple[int, ...]) -> list[OnnxNode]:
    """Give the nodes that make a first state of zeros; none where it is something else."""
    node = wiring.maker.get(name)
    number = wiring.array(node.source) if node is not None and node.inputs else None
    if node is None or node.op != "Expand" or number is None or number.small != (0.0,):
        return []
    shape = wiring.maker.get(node.inputs[-1])
    sizes = wiring.array(shape.inputs[-1]) if shape is not None and shape.inputs else None
    if sizes is not None and state and sizes.small != tuple(map(float, state)):
        raise NotOursError(f"its first state is not of the shape {list(state)}")
    return [node]


def _time(wiring: Wiring, name: str) -> int | None:
    """Find how many steps there are, where the file says so."""
    shape = wiring.shape(name)
    time = shape[1] if shape is not None and len(shape) > 2 else None
    return time if isinstance(time, int) and time > 0 else None
