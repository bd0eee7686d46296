"""Dense and convolutional layers in torch, with Keras's padding, sizes and order of axes."""

from __future__ import annotations

from collections.abc import Mapping

from actviz.formats.torch_source import Parts
from actviz.formats.torch_starts import Weight
from actviz.layers import LayerConfig
from actviz.param import Value, refuse

_WINDOW = {1: "length", 2: "height, width", 3: "depth, height, width"}
Pairs = list[tuple[int, int]]


def sizes(fields: Mapping[str, Value], name: str) -> tuple[int, ...]:
    """Give a field of sizes."""
    value = fields[name]
    assert isinstance(value, tuple)
    return tuple(int(item) for item in value)


def whole(fields: Mapping[str, Value], name: str) -> int:
    """Give a field that is a whole number."""
    value = fields[name]
    assert isinstance(value, int)
    return value


def extents(fields: Mapping[str, Value]) -> tuple[int, ...]:
    """Give how far a window reaches along each axis, the gaps of its dilation included."""
    kernel, dilation = sizes(fields, "kernel_size"), sizes(fields, "dilation_rate")
    return tuple((k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True))


def bias(config: LayerConfig, size: int) -> list[Weight]:
    """Give the bias among the weights, where there is one."""
    if not config.fields["use_bias"]:
        return []
    start = config.fields["bias_initializer"]
    return [Weight("bias", (size,), "outputs", start, dtype_of(config))]


def dtype_of(config: LayerConfig) -> str:
    """Give the format of the weights; a mixed one keeps them in float32."""
    dtype = str(config.fields["dtype"])
    return "float32" if dtype.startswith("mixed_") else dtype


def kernel(config: LayerConfig, name: str, shape: tuple[int, ...], axes: str) -> Weight:
    """Give a kernel among the weights."""
    word = {"kernel": "kernel", "recurrent_kernel": "recurrent"}.get(name, name.partition("_")[0])
    return Weight(name, shape, axes, config.fields[f"{word}_initializer"], dtype_of(config))


def dense(config: LayerConfig, shape: tuple[int, ...]) -> Parts:
    """Write Dense."""
    units = whole(config.fields, "units")
    loads = ["self.linear.weight.copy_(kernel.T)"]
    return Parts(
        setup=conv("linear = Linear", shape[-1], units, no_bias(config)),
        weights=[
            kernel(config, "kernel", (shape[-1], units), "inputs, outputs"),
            *bias(config, units),
        ],
        loads=loads + _bias_load(config, "linear"),
        forward=["return self.activation(self.linear(x))"],
    )


def no_bias(config: LayerConfig) -> str:
    """Write the word that a layer without a bias needs."""
    return "" if config.fields["use_bias"] else "bias=False"


def _bias_load(config: LayerConfig, part: str) -> list[str]:
    return [f"self.{part}.bias.copy_(bias)"] if config.fields["use_bias"] else []


def channels_of(config: LayerConfig, shape: tuple[int, ...]) -> int:
    """Give the input's channels."""
    return shape[0 if config.fields["data_format"] == "channels_first" else -1]


def first(config: LayerConfig, name: str) -> list[str]:
    """Write how a tensor's channels come to where torch has them."""
    return [] if _channels_first(config) else [f"{name} = {name}.movedim(-1, 1)"]


def back(config: LayerConfig, name: str) -> list[str]:
    """Write how they go back to where the layer has them."""
    return [] if _channels_first(config) else [f"{name} = {name}.movedim(1, -1)"]


def _channels_first(config: LayerConfig) -> bool:
    return config.fields["data_format"] == "channels_first"


def _permuted(rank: int, *leading: int) -> str:
    """Write the axes of a Keras kernel in torch's order: channels, then the window."""
    return ", ".join(map(str, (*leading, *range(rank))))


def check_window(config: LayerConfig, shape: tuple[int, ...]) -> None:
    """Refuse a window that is larger than the input without padding; ValueError names both."""
    space = shape[1:] if _channels_first(config) else shape[:-1]
    reach = extents(config.fields)
    if config.fields["padding"] == "valid" and any(map(int.__gt__, reach, space)):
        allowed = f"no larger than the input, {space}: the window reaches {reach}"
        raise refuse(f"{config.layer}.kernel_size", config.fields["kernel_size"], allowed)


def padding(config: LayerConfig, name: str = "x") -> list[str]:
    """Write the zeros that Keras adds at the edges: the odd one at the end."""
    fields, reach = config.fields, extents(config.fields)
    strides = sizes(fields, "strides")
    if fields["padding"] == "valid" or set(reach) == {1} == set(strides):
        return []
    if fields["padding"] == "causal":
        return [f"{name} = functional.pad({name}, ({reach[0] - 1}, 0))"]
    if set(strides) == {1}:
        return fixed_padding(reach, name)
    return [
        '# Keras\'s "same": as many windows as fit, the odd zero at the end of an axis.',
        "pads: list[int] = []",
        f"for size, reach, stride in zip({name}.shape[2:], {reach}, {strides}, strict=True):",
        "    missing = max((math.ceil(size / stride) - 1) * stride + reach - size, 0)",
        "    pads = [missing // 2, missing - missing // 2, *pads]",
        f"{name} = functional.pad({name}, pads)",
    ]


def fixed_padding(reach: tuple[int, ...], name: str) -> list[str]:
    """Write the zeros around a window with steps of one, which keep the size."""
    if set(reach) == {1}:
        return []
    pads = [side for each in reversed(reach) for side in ((each - 1) // 2, each // 2)]
    return [f"{name} = functional.pad({name}, ({', '.join(map(str, pads))}))"]


def window(config: LayerConfig) -> list[str]:
    """Write the window's arguments of a convolution."""
    words = [f"{sizes(config.fields, 'kernel_size')}"]
    for name, word in (("strides", "stride"), ("dilation_rate", "dilation")):
        values = sizes(config.fields, name)
        words += [f"{word}={values}"] if set(values) != {1} else []
    return words


def convolution(config: LayerConfig, shape: tuple[int, ...]) -> Parts:
    """Write Conv1D, Conv2D and Conv3D."""
    size = sizes(config.fields, "kernel_size")
    check_window(config, shape)
    rank, filters = len(size), whole(config.fields, "filters")
    channels, groups = channels_of(config, shape), whole(config.fields, "groups")
    if channels % groups:
        raise ValueError(
            f"{config.layer}.groups: {groups} is not allowed with {channels} input channels; "
            "it must divide them"
        )
    more = f"groups={groups}" if groups > 1 else ""
    words = (*window(config), more, no_bias(config))
    return Parts(
        setup=conv(f"conv = Conv{rank}d", channels, filters, *words),
        weights=[
            kernel(
                config,
                "kernel",
                (*size, channels // groups, filters),
                f"{_WINDOW[rank]}, inputs{' of a group' if groups > 1 else ''}, filters",
            ),
            *bias(config, filters),
        ],
        loads=[
            f"self.conv.weight.copy_(kernel.permute({_permuted(rank, rank + 1, rank)}))",
            *_bias_load(config, "conv"),
        ],
        forward=_forward(config, ["y = self.conv(x)"]),
    )


def conv(kind: str, *words: object) -> list[str]:
    """Write the making of a part, over several lines where one would be long."""
    part, call = kind.split(" = ")
    given = [str(each) for each in words if each != ""]
    text = ", ".join(given)
    if len(part) + len(call) + len(text) < 84:
        return [f"self.{part} = nn.{call}({text})"]
    inside = [text] if len(text) < 86 else [f"{each}," for each in given]
    return [f"self.{part} = nn.{call}(", *(f"    {line}" for line in inside), ")"]


def _forward(config: LayerConfig, lines: list[str], *, padded: bool = True) -> list[str]:
    return [
        *first(config, "x"),
        *(padding(config) if padded else []),
        *lines,
        *back(config, "y"),
        "return self.activation(y)",
    ]


def depthwise(config: LayerConfig, shape: tuple[int, ...]) -> Parts:
    """Write DepthwiseConv2D: as many groups as channels."""
    parts = _depthwise(config, shape, "kernel", "depthwise", no_bias(config))
    outputs = channels_of(config, shape) * whole(config.fields, "depth_multiplier")
    parts.weights += bias(config, outputs)
    parts.loads += _bias_load(config, "depthwise")
    parts.forward = _forward(config, ["y = self.depthwise(x)"])
    return parts


def _depthwise(
    config: LayerConfig, shape: tuple[int, ...], name: str, part: str, more: str
) -> Parts:
    check_window(config, shape)
    size = sizes(config.fields, "kernel_size")
    rank, channels = len(size), channels_of(config, shape)
    many = whole(config.fields, "depth_multiplier")
    axes = f"{_WINDOW[rank]}, inputs, outputs of each"
    start = config.fields["depthwise_initializer"]
    words = (*window(config), f"groups={channels}", more)
    return Parts(
        setup=conv(f"{part} = Conv{rank}d", channels, channels * many, *words),
        weights=[Weight(name, (*size, channels, many), axes, start, dtype_of(config))],
        loads=[
            f"{name} = {name}.permute({_permuted(rank, rank, rank + 1)}).flatten(0, 1)",
            f"self.{part}.weight.copy_({name}[:, None])",
        ],
    )


def separable(config: LayerConfig, shape: tuple[int, ...]) -> Parts:
    """Write SeparableConv1D and SeparableConv2D: a depthwise and a pointwise convolution."""
    parts = _depthwise(config, shape, "depthwise_kernel", "depthwise", "bias=False")
    rank, filters = len(sizes(config.fields, "kernel_size")), whole(config.fields, "filters")
    between = channels_of(config, shape) * whole(config.fields, "depth_multiplier")
    parts.setup += conv(f"pointwise = Conv{rank}d", between, filters, 1, no_bias(config))
    axes = f"{_WINDOW[rank]}, outputs of the first, filters"
    shape_two = (*(1,) * rank, between, filters)
    parts.weights += [
        kernel(config, "pointwise_kernel", shape_two, axes),
        *bias(config, filters),
    ]
    turned = f"pointwise_kernel.permute({_permuted(rank, rank + 1, rank)})"
    parts.loads += [f"self.pointwise.weight.copy_({turned})", *_bias_load(config, "pointwise")]
    parts.forward = _forward(config, ["y = self.pointwise(self.depthwise(x))"])
    return parts


def transposed(config: LayerConfig, shape: tuple[int, ...]) -> Parts:
    """Write Conv1DTranspose, Conv2DTranspose and Conv3DTranspose."""
    size = sizes(config.fields, "kernel_size")
    rank, filters, channels = (
        len(size),
        whole(config.fields, "filters"),
        channels_of(config, shape),
    )
    cuts = _cuts(config)
    added = tuple(max(start - end, 0) for start, end in cuts)
    left_over = tuple(max(end - start, 0) for start, end in cuts)
    words = window(config)
    for word, values in (("padding", tuple(start for start, _ in cuts)), ("output_padding", added)):
        words += [f"{word}={values}"] if any(values) else []
    lines = ["y = self.conv(x)"]
    if any(left_over):
        lines.append("# torch cuts both ends alike; Keras cuts the end by more.")
    for axis, extra in enumerate(left_over):
        if extra:
            lines.append(f"y = y.narrow({axis + 2}, 0, y.shape[{axis + 2}] - {extra})")
    return Parts(
        setup=conv(f"conv = ConvTranspose{rank}d", channels, filters, *words, no_bias(config)),
        weights=[
            kernel(
                config, "kernel", (*size, filters, channels), f"{_WINDOW[rank]}, filters, inputs"
            ),
            *bias(config, filters),
        ],
        loads=[
            f"self.conv.weight.copy_(kernel.permute({_permuted(rank, rank + 1, rank)}))",
            *_bias_load(config, "conv"),
        ],
        forward=_forward(config, lines, padded=False),
    )


def _cuts(config: LayerConfig) -> Pairs:
    """Give how much of the whole result is cut at both ends of each axis; negative is added.

    The sizes are Keras's (keras.ops.conv_transpose): of n inputs n·s + max(reach − s, 0) for
    "valid" and n·s for "same", unless `output_padding` is given.
    """
    fields = config.fields
    strides, added = sizes(fields, "strides"), fields["output_padding"]
    given = sizes(fields, "output_padding") if added is not None else (None,) * len(strides)
    cuts = []
    for reach, stride, extra in zip(extents(fields), strides, given, strict=True):
        if fields["padding"] == "valid":
            cuts.append((0, -(max(stride - reach, 0) if extra is None else extra)))
            continue
        total = (stride if extra is None else reach % 2 + extra) + reach - 2
        before = min((total + 1) // 2, reach - 1)
        cuts.append((reach - 1 - before, reach - 1 - (total - before)))
    return cuts
