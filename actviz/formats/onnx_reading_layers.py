"""Dense and convolution layers read off ONNX nodes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from actviz.formats.onnx_convolution import Window
from actviz.formats.onnx_found import Found, NotOursError, Tail, dtype_of, sizes, turned
from actviz.formats.onnx_graph import OnnxNode
from actviz.formats.onnx_wiring import Held, Wiring, ints, real, whole, word

Shape = tuple[int, ...]


def read_gemm(wiring: Wiring, tail: Tail, node: OnnxNode) -> Found:
    """Read a Gemm as Dense."""
    kernel = weight_at(wiring, node, 1, 2)
    for name, idle in (("alpha", 1.0), ("beta", 1.0)):
        if real(node, name, 1.0) != idle:
            raise NotOursError(f"its {name} is {real(node, name, 1.0):g}; Dense has none")
    if whole(node, "transA"):
        raise NotOursError("it turns its input; Dense does not")
    inputs, units = reversed(kernel.shape) if whole(node, "transB") else kernel.shape
    bias = wiring.array(node.inputs[2]) if len(node.inputs) > 2 and node.inputs[2] else None
    if len(node.inputs) > 2 and node.inputs[2] and bias is None:
        raise NotOursError("what it adds is no array of the file")
    arrays = (kernel,) if bias is None else (kernel, bias)
    return _dense(tail, node, arrays, inputs, units)


def read_matmul(wiring: Wiring, tail: Tail, node: OnnxNode) -> Found:
    """Read a product with a matrix of the file, and the bias that is added to it, as Dense."""
    kernel = weight_at(wiring, node, 1, 2)
    inputs, units = kernel.shape
    after = wiring.only_user(node.result)
    bias = _added(wiring, after, node.result, units)
    if bias is None or after is None:
        return _dense(tail, node, (kernel,), inputs, units)
    found = _dense(tail, after, (kernel, bias), inputs, units)
    found.nodes.insert(0, node)
    found.input_shape = _input_shape(wiring, node, inputs)
    return found


def _added(wiring: Wiring, node: OnnxNode | None, value: str, units: int) -> Held | None:
    """Find the bias that a node adds to a value."""
    if node is None or node.op != "Add" or len(node.inputs) != 2:
        return None
    others = [name for name in node.inputs if name != value]
    held = wiring.array(others[0]) if len(others) == 1 else None
    wide = held is not None and held.shape[-1:] == (units,) and max(held.shape[:-1], default=1) == 1
    return held if wide else None


def _dense(tail: Tail, node: OnnxNode, arrays: tuple[Held, ...], inputs: int, units: int) -> Found:
    activation, _, nodes = tail.activation(node.result)
    fields = {"units": units, "use_bias": len(arrays) == 2, "dtype": dtype_of(*arrays)}
    shape = _input_shape(tail.wiring, node, inputs)
    return Found("Dense", fields, shape, {"activation": activation}, [node, *nodes])


def _input_shape(wiring: Wiring, node: OnnxNode, inputs: int) -> Shape:
    known = sizes(wiring.shape(node.source))
    return known if known is not None and known[-1:] == (inputs,) else (inputs,)


def weight_at(wiring: Wiring, node: OnnxNode, at: int, rank: int | None = None) -> Held:
    """Give the weights that are a node's input; NotOursError where there are none."""
    held = wiring.array(node.inputs[at]) if len(node.inputs) > at else None
    if held is None:
        raise NotOursError("what it multiplies with is no array of the file")
    if rank is not None and len(held.shape) != rank:
        raise NotOursError(f"its weights have {len(held.shape)} axes; {rank} are needed")
    if min(held.shape, default=0) < 1:
        raise NotOursError(f"its weights are empty: {held.shape}")
    return held


@dataclass(frozen=True)
class Place:
    """Where a convolution stands: with the channels last around it, if it is turned so."""

    rank: int
    last: bool
    channels: int
    shape: Shape | None

    @property
    def space(self) -> Shape | None:
        """The input's sizes along the axes of space, as the node sees them."""
        return None if self.shape is None else self.shape[1:]

    def axes(self) -> Mapping[int, int]:
        """Say where Keras has the axes that the node has; the last one is -1."""
        count = self.rank + 2
        if not self.last:
            return {count - 1: -1}
        keras = {0: 0, 1: count - 1, **{axis: axis - 1 for axis in range(2, count)}}
        keras[1] = -1
        return {**keras, **{axis - count: keras[axis] for axis in range(1, count)}}


def place_at(wiring: Wiring, node: OnnxNode, rank: int, channels: int) -> Place:
    """Look at what stands before a convolution: a turn from channels last, and the sizes."""
    before = wiring.maker.get(node.source)
    last = turned(before) == (0, rank + 1, *range(1, rank + 1))
    shape = sizes(wiring.shape(node.source))
    if last and before is not None:
        outer = sizes(wiring.shape(before.source))
        shape = None if outer is None else (outer[-1], *outer[:-1])
    fits = shape is not None and len(shape) == rank + 1 and shape[0] == channels
    return Place(rank, last, channels, shape if fits else None)


def _finish(
    tail: Tail, node: OnnxNode, place: Place, layer: str, fields: dict[str, object]
) -> Found:
    """Read the activation and the turn back, and say the sizes."""
    channels = place.channels
    output = node.result
    after = tail.wiring.only_user(output)
    back = (0, *range(2, place.rank + 2), 1)
    nodes = [node]
    last = place.last
    first_turned = last and turned(after) == back
    if first_turned and after is not None:
        nodes.append(after)
        output = after.result
    activation, end, more = tail.activation(output, None if first_turned else place.axes())
    nodes += more
    behind = tail.wiring.only_user(end)
    if last and not first_turned:
        last = turned(behind) == back
        if last and behind is not None:
            nodes.append(behind)
    before = tail.wiring.maker.get(node.source)
    if last and before is not None and tail.wiring.only_user(before.result) is not None:
        nodes.insert(0, before)
    fields["data_format"] = "channels_last" if last else "channels_first"
    space = place.space or some_space(fields, place.rank)
    shape = (*space, channels) if last else (channels, *space)
    told = place.space is not None
    return Found(layer, fields, shape, {"activation": activation}, nodes, told=told)


def some_space(fields: Mapping[str, object], rank: int) -> Shape:
    """Make sizes that the window fits into, where the file says none."""
    kernel, dilation = fields["kernel_size"], fields["dilation_rate"]
    assert isinstance(kernel, tuple)
    assert isinstance(dilation, tuple)
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    return tuple(max(8, each) for each in reach)


def bias_at(wiring: Wiring, node: OnnxNode) -> tuple[Held, ...]:
    """Give the bias of a convolution, if it has one; NotOursError where it is no array."""
    if len(node.inputs) < 3 or not node.inputs[2]:
        return ()
    held = wiring.array(node.inputs[2])
    if held is None:
        raise NotOursError("its bias is no array of the file")
    return (held,)


def window_at(node: OnnxNode, kernel: Shape) -> tuple[Shape, Shape]:
    """Give strides and dilation; NotOursError where they do not fit the kernel."""
    ones = (1,) * len(kernel)
    strides, dilation = ints(node, "strides", ones), ints(node, "dilations", ones)
    told = ints(node, "kernel_shape", kernel)
    if told != kernel or len(strides) != len(kernel) or len(dilation) != len(kernel):
        raise NotOursError("its window does not fit its weights")
    if min(strides + dilation) < 1:
        raise NotOursError("its strides and dilations are not all at least 1")
    return strides, dilation


def read_conv(wiring: Wiring, tail: Tail, node: OnnxNode) -> Found:
    """Read a Conv as a plain, depthwise or separable convolution."""
    kernel = weight_at(wiring, node, 1)
    filters, per_group, *window = kernel.shape
    rank, groups = len(window), whole(node, "group", 1)
    if not 1 <= rank <= 3 or groups < 1:
        raise NotOursError(f"it has {rank} axes of space and {groups} groups")
    channels = per_group * groups
    strides, dilation = window_at(node, tuple(window))
    place = place_at(wiring, node, rank, channels)
    arrays = (kernel, *bias_at(wiring, node))
    fields: dict[str, object] = {
        "kernel_size": tuple(window),
        "strides": strides,
        "dilation_rate": dilation,
        "padding": padding_of(node, tuple(window), strides, dilation, place.space),
        "use_bias": len(arrays) == 2,
        "dtype": dtype_of(*arrays),
    }
    if groups > 1 and per_group == 1 and filters % groups == 0:
        several = {"depth_multiplier": filters // groups}
        mixture = _mixture(wiring, node, filters) if rank < 3 and len(arrays) == 1 else None
        if mixture is not None:
            return _separable(tail, node, mixture, place, fields | several)
        if rank == 2:
            fields |= several
            return _finish(tail, node, place, "DepthwiseConv2D", fields)
    fields |= {"filters": filters, "groups": groups}
    return _finish(tail, node, place, f"Conv{rank}D", fields)


def _mixture(wiring: Wiring, node: OnnxNode, between: int) -> OnnxNode | None:
    """Find the mixture of channels behind a depthwise convolution without a bias."""
    after = wiring.only_user(node.result)
    if after is None or after.op != "Conv" or after.source != node.result:
        return None
    held = wiring.array(after.inputs[1]) if len(after.inputs) > 1 else None
    if held is None or held.shape[1:2] != (between,) or whole(after, "group", 1) != 1:
        return None
    plain = set(held.shape[2:]) == {1} and set(ints(after, "strides", (1,))) == {1}
    return after if plain and not any(ints(after, "pads")) else None


def _separable(
    tail: Tail,
    node: OnnxNode,
    mixture: OnnxNode,
    place: Place,
    fields: dict[str, object],
) -> Found:
    wiring = tail.wiring
    kernel = weight_at(wiring, mixture, 1)
    bias = bias_at(wiring, mixture)
    fields |= {
        "filters": kernel.shape[0],
        "use_bias": bool(bias),
        "dtype": dtype_of(weight_at(wiring, node, 1), kernel, *bias),
    }
    layer = f"SeparableConv{place.rank}D"
    found = _finish(tail, mixture, place, layer, fields)
    before = wiring.maker.get(node.source)
    outer = [before] if place.last and before is not None else []
    found.nodes = [*outer, node, *found.nodes]
    return found


def padding_of(
    node: OnnxNode, kernel: Shape, strides: Shape, dilation: Shape, space: Shape | None
) -> str:
    """Say which padding of Keras a node's is; NotOursError where it is none."""
    rank = len(kernel)
    how = word(node, "auto_pad", "NOTSET")
    pads = ints(node, "pads", (0,) * (2 * rank))
    if how == "VALID" or (how == "NOTSET" and not any(pads)):
        return "valid"
    if how == "SAME_UPPER":
        return "same"
    names = ("same", "causal") if rank == 1 else ("same",)
    for name in names:
        window = Window(kernel, strides, dilation, name)
        known = space if space is not None else (64,) * rank
        if max(strides) == 1 or space is not None or name == "causal":
            wanted = window.pads(known)
            even = wanted[:rank] == wanted[rank:]
            if (how == "NOTSET" and pads == wanted) or (how == "SAME_LOWER" and even):
                return name
    unknown = (
        "" if space is not None or max(strides) == 1 else ", and the input's size is not known"
    )
    said = how if how != "NOTSET" else f"{list(pads)}"
    raise NotOursError(
        f"its padding {said} is none of Keras's (valid, {', '.join(names)}){unknown}"
    )


def read_transposed(wiring: Wiring, tail: Tail, node: OnnxNode) -> Found:
    """Read a ConvTranspose; its cuts must be those of a padding of Keras's."""
    kernel = weight_at(wiring, node, 1)
    channels, filters, *window = kernel.shape
    rank = len(window)
    if not 1 <= rank <= 3 or whole(node, "group", 1) != 1:
        raise NotOursError(f"it has {rank} axes of space and {whole(node, 'group', 1)} groups")
    strides, dilation = window_at(node, tuple(window))
    place = place_at(wiring, node, rank, channels)
    arrays = (kernel, *bias_at(wiring, node))
    padding, added = _cut(node, tuple(window), strides, dilation)
    fields: dict[str, object] = {
        "filters": filters,
        "kernel_size": tuple(window),
        "strides": strides,
        "dilation_rate": dilation,
        "padding": padding,
        "output_padding": added,
        "use_bias": len(arrays) == 2,
        "dtype": dtype_of(*arrays),
    }
    return _finish(tail, node, place, f"Conv{rank}DTranspose", fields)


def _cut(
    node: OnnxNode, kernel: Shape, strides: Shape, dilation: Shape
) -> tuple[str, Shape | None]:
    """Find Keras's padding and output_padding that cut and add what a node does."""
    rank = len(kernel)
    how = word(node, "auto_pad", "NOTSET")
    none = (0,) * rank
    wanted = ints(node, "pads", none + none), ints(node, "output_padding", none)
    if "output_shape" in node.attributes or how not in ("NOTSET", "VALID", "SAME_UPPER"):
        raise NotOursError("its output's size is given otherwise than Keras does")
    if how == "SAME_UPPER" and not any(wanted[1]):
        return "same", None
    choices: list[Shape | None] = [None]
    if max(strides) <= 8:
        choices += itertools.product(*(range(stride) for stride in strides))
    for padding, added in itertools.product(("valid", "same"), choices):
        cut = Window(kernel, strides, dilation, padding).transposed(added)
        if (cut["pads"], cut["output_padding"]) == wanted:
            return padding, added
    raise NotOursError(f"its padding {list(wanted[0])} and {list(wanted[1])} is none of Keras's")
