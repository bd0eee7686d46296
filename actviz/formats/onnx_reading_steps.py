"""One step in time read off an ONNX graph: its products, gates and activations.

All is followed back from the new states, and every operation on the way has to be the one that
the layer has there: what is found computes what the layer computes.
"""

from __future__ import annotations

from dataclasses import replace

from actviz.formats.onnx_found import NotOursError, dtype_of
from actviz.formats.onnx_graph import OnnxNode
from actviz.formats.onnx_reading_layers import (
    bias_at,
    padding_of,
    place_at,
    some_space,
    weight_at,
    window_at,
)
from actviz.formats.onnx_step import Slots, Step, StepFound, slots_of
from actviz.formats.onnx_wiring import Held, whole


def read_step(step: Step) -> StepFound:
    """Read a step of SimpleRNN, GRU, LSTM or a ConvLSTM.

    Raises
    ------
    NotOursError
        For any other graph.
    """
    if len(step.states) == 2:
        return _lstm(step)
    return _gru(step) if any(node.op == "Split" for node in step.wiring.nodes) else _simple(step)


def _dense(
    layer: str, arrays: tuple[Held, ...], recurrent: tuple[Held, ...], slots: Slots, gates: int
) -> StepFound:
    """Put a step of matrix products together; `recurrent` are the parts of that kernel."""
    inputs, wide = arrays[0].shape
    units = recurrent[0].shape[0]
    widths = sum(each.shape[1] for each in recurrent if len(each.shape) == 2)
    rows = {each.shape[0] for each in recurrent if len(each.shape) == 2}
    if wide != gates * units or widths != wide or rows != {units}:
        raise NotOursError(f"its weights do not fit: {[each.shape for each in recurrent]}")
    fields: dict[str, object] = {
        "units": units,
        "use_bias": len(arrays) == 2,
        "dtype": dtype_of(*arrays, *recurrent),
    }
    return StepFound(layer, fields, slots, (inputs,))


def _simple(step: Step) -> StepFound:
    """Read f(x·W + b + h·U)."""
    (h,) = step.states
    recurrent = step.wiring.only_user(h)
    total = step.wiring.only_user(recurrent.result) if recurrent is not None else None
    if recurrent is None or total is None:
        raise NotOursError("its state is not taken once, as a step of ours does")
    of_x, of_h = step.made(total.result, "Add")
    arrays = step.product(of_x, step.x)
    kernels = _plain(step, of_h, h)
    activation = step.slot((total.result, step.new[0]))
    return _dense("SimpleRNN", arrays, kernels, slots_of(activation), 1)


def _plain(step: Step, value: str, source: str) -> tuple[Held, ...]:
    """Give the matrix of a product without a bias."""
    step.maker(value, "MatMul")
    return step.product(value, source)


def _gru(step: Step) -> StepFound:
    """Read z·h + (1 - z)·f(…), with r before or after the recurrent product."""
    (h,) = step.states
    of_x, of_h = step.splits(2)
    arrays = step.product(of_x.source, step.x)
    units = arrays[0].shape[1] // 3
    after = len(of_h.outputs) == 3
    xs, hs = step.split(of_x, 3, units), step.split(of_h, 3 if after else 2, units)
    recurrent = step.product(of_h.source, h)
    if len(recurrent) != (len(arrays) if after else 1):
        raise NotOursError("of its two biases one is there")
    z, (one_less, candidate) = _mixed(step, h)
    r, inner, kernels = _reset(step, h, xs[2], hs, recurrent)
    one, again = step.made(one_less, "Sub")
    number = step.wiring.array(one)
    if again != z or number is None or number.small != (1.0,):
        raise NotOursError("its new state is no mixture with z and 1 - z")
    sums = [_sum(step, *pair) for pair in zip(xs[:2], hs[:2], strict=True)]
    gates = step.slot((sums[0], z), (sums[1], r))
    slots = slots_of(step.slot((inner, candidate)), gates)
    found = _dense("GRU", arrays, kernels, slots, 3)
    found.fields["reset_after"] = after
    return found


def _mixed(step: Step, h: str) -> tuple[str, tuple[str, str]]:
    """Give z, and the two factors of what is added to z·h."""
    kept, rest = step.made(step.new[0], "Add")
    z, old = step.made(kept, "Mul")
    if old != h:
        raise NotOursError("what it keeps is not its state")
    return z, step.made(rest, "Mul")


def _reset(
    step: Step, h: str, of_x: str, of_h: tuple[str, ...], recurrent: tuple[Held, ...]
) -> tuple[str, str, tuple[Held, ...]]:
    """Give r, the value that the candidate's activation acts on, and the recurrent kernels."""
    total = step.wiring.only_user(of_x)
    if total is None:
        raise NotOursError("the candidate's part of the input is not taken once")
    first, reset = step.made(total.result, "Add")
    if first != of_x:
        raise NotOursError("the candidate is no sum of the input's part and the state's")
    if len(of_h) == 3:
        r, last = step.made(reset, "Mul")
        if last != of_h[2]:
            raise NotOursError("r does not act on the state's part of the candidate")
        return r, total.result, recurrent
    product, kernel = step.made(reset, "MatMul")
    r, old = step.made(product, "Mul")
    if old != h:
        raise NotOursError("r does not act on the state")
    held = step.array(kernel, 2)
    if held.shape[0] != held.shape[1]:
        raise NotOursError(f"the candidate's weights are {held.shape}, not square")
    return r, total.result, (*recurrent, held)


def _sum(step: Step, left: str, right: str) -> str:
    """Find the sum of two values, which nothing else takes."""
    node = step.wiring.only_user(left)
    if node is None or step.made(node.result, "Add") != (left, right):
        raise NotOursError("a gate of it is no sum of the input's part and the state's")
    return node.result


def _lstm(step: Step) -> StepFound:
    """Read an LSTM's step, whose products are those of matrices or convolutions."""
    (split,) = step.splits(1)
    of_x, of_h = step.made(split.source, "Add")
    node = step.wiring.maker.get(of_h)
    if node is not None and node.op == "Conv":
        return _convolved(step, step.maker(of_x, "Conv"), node, split)
    arrays, recurrent = step.product(of_x, step.x), _plain(step, of_h, step.states[0])
    slots = _gated(step, step.split(split, 4, arrays[0].shape[1] // 4))
    return _dense("LSTM", arrays, recurrent, slots, 4)


def _gated(step: Step, parts: tuple[str, ...]) -> Slots:
    """Read what an LSTM makes of the sums for its gates i, f, c, o."""
    h, c = map(step.turned_back, step.new)
    o, given = step.made(h, "Mul")
    kept, added = step.made(c, "Add")
    f, old = step.made(kept, "Mul")
    i, candidate = step.made(added, "Mul")
    if not step.stands_for(old, step.states[1]):
        raise NotOursError("what it keeps is not its cell state")
    gates = step.slot((parts[0], i), (parts[1], f), (parts[3], o))
    return slots_of(step.slot((parts[2], candidate), (c, given)), gates)


def _convolved(step: Step, of_x: OnnxNode, of_h: OnnxNode, split: OnnxNode) -> StepFound:
    """Read a ConvLSTM's step of one to three axes of space."""
    kernel = weight_at(step.wiring, of_x, 1)
    four, channels, *window = kernel.shape
    rank = len(window)
    if not 1 <= rank <= 3 or four % 4:
        raise NotOursError(f"its weights are {kernel.shape}, of no convolution of ours")
    place = place_at(step.wiring, of_x, rank, channels)
    turn = (0, rank + 1, *range(1, rank + 1)) if place.last else None
    step = replace(step, axes=place.axes(), turn=turn)
    sources = of_x.source, of_h.source
    if not all(map(step.stands_for, sources, (step.x, step.states[0]))):
        raise NotOursError("its convolutions are not those of its input and its state")
    arrays = (kernel, *bias_at(step.wiring, of_x))
    recurrent = _recurrent(step, of_h, (four, four // 4, *window))
    strides, dilation = window_at(of_x, tuple(window))
    fields: dict[str, object] = {
        "filters": four // 4,
        "kernel_size": tuple(window),
        "strides": strides,
        "dilation_rate": dilation,
        "padding": padding_of(of_x, tuple(window), strides, dilation, place.space),
        "data_format": "channels_last" if place.last else "channels_first",
        "use_bias": len(arrays) == 2,
        "dtype": dtype_of(*arrays, recurrent),
    }
    if whole(of_x, "group", 1) != 1 or any(each.shape != (four,) for each in arrays[1:]):
        raise NotOursError("its convolution is in groups, or its bias does not fit")
    slots = _gated(step, step.split(split, 4, four // 4))
    space = place.space or some_space(fields, rank)
    shape = (*space, channels) if place.last else (channels, *space)
    return StepFound(f"ConvLSTM{rank}D", fields, slots, shape, place.space is not None)


def _recurrent(step: Step, node: OnnxNode, shape: tuple[int, ...]) -> Held:
    """Give the kernel of the state's convolution, which keeps the state's size."""
    held, window = weight_at(step.wiring, node, 1), shape[2:]
    one = (1,) * len(window)
    if held.shape != shape or whole(node, "group", 1) != 1 or bias_at(step.wiring, node):
        raise NotOursError(f"the state's convolution has weights {held.shape}; {shape} are needed")
    padding = padding_of(node, window, one, one, None)
    if window_at(node, window) != (one, one) or (padding != "same" and window != one):
        raise NotOursError("the state's convolution does not keep its size")
    return held
