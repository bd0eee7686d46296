"""The fans of a layer in one sentence: what its initializers count, and what an output sums."""

from __future__ import annotations

import math

from actviz.analysis.gates import family, gates, weight_of
from actviz.layers import LayerConfig, LayerFacts
from actviz.layers.facts import Weight


def sentence(config: LayerConfig, facts: LayerFacts) -> str:
    """Explain the fans of a layer with its numbers."""
    recurrent = family(config)
    if recurrent:
        return _recurrent(config, facts, recurrent)
    kernel = weight_of(facts, "kernel")
    if "depth_multiplier" in config.fields:
        return _depthwise(config, facts)
    assert kernel is not None
    if "output_padding" in config.fields:
        return _transposed(config, kernel)
    if "groups" in config.fields:
        return _convolution(config, kernel)
    return (
        f"Each of the {kernel.shape[-1]} outputs sums all {kernel.shape[0]} inputs of its "
        "position, and that is the fan-in that the initializer reads off the kernel's shape."
    )


def _window(kernel: Weight) -> str:
    return "·".join(map(str, kernel.shape[:-2]))


def _convolution(config: LayerConfig, kernel: Weight) -> str:
    groups, seen = config.fields["groups"], kernel.shape[-2]
    fan = f"{_window(kernel)}·{seen} = {kernel.fan_in}"
    if groups == 1:
        return (
            f"Each output sums a window of {fan} inputs, and that is the fan-in that the "
            "initializer reads off the kernel's shape."
        )
    return (
        f"Each output sums a window of {fan} inputs, those of its own group; the kernel holds no "
        f"others, so the fan-in is right, but its fan-out {kernel.fan_out} counts the filters of "
        f"all {groups} groups."
    )


def _transposed(config: LayerConfig, kernel: Weight) -> str:
    filters, channels = kernel.shape[-2:]
    strides = config.fields["strides"]
    assert isinstance(strides, tuple)
    steps = math.prod(int(each) for each in strides)
    over = f" / {steps} (the strides)" if steps > 1 else ""
    reach = math.prod(kernel.shape[:-2])
    uneven = any(size % step for size, step in zip(kernel.shape, map(int, strides), strict=False))
    average = ", on average as the strides do not divide the window" if uneven else ""
    return (
        f"A transposed kernel has its axes swapped: the initializer takes the filters for inputs "
        f"and believes in {reach}·{filters} = {kernel.fan_in}, but away from the edges an output "
        f"sums {reach}·{channels}{over} = {kernel.true_fan_in:.6g} inputs{average}."
    )


def _depthwise(config: LayerConfig, facts: LayerFacts) -> str:
    kernel = weight_of(facts, "depthwise_kernel") or weight_of(facts, "kernel")
    assert kernel is not None
    first = (
        f"Each output of a depthwise kernel sees one channel, {_window(kernel)} = "
        f"{kernel.true_fan_in:.6g} inputs, but the initializer counts all {kernel.shape[-2]} "
        f"channels: {kernel.fan_in}"
    )
    point = weight_of(facts, "pointwise_kernel")
    if point is None:
        return f"{first}."
    return (
        f"{first}; the pointwise kernel then sums {point.fan_in} of them, as its initializer "
        "believes."
    )


def _recurrent(config: LayerConfig, facts: LayerFacts, recurrent: str) -> str:
    kernel, own = weight_of(facts, "kernel"), weight_of(facts, "recurrent_kernel")
    assert kernel is not None
    assert own is not None
    many = len(gates(config))
    if many == 1:
        return (
            f"A unit sums {kernel.fan_in} inputs and {own.fan_in} states, as the initializers "
            "believe; one square recurrent kernel can be orthogonal."
        )
    what = "positions and channels" if recurrent == "ConvLSTM" else "inputs"
    return (
        f"A unit sums {kernel.true_fan_in:.6g} {what} and {own.true_fan_in:.6g} of the state, but "
        f"its {many} gates share one kernel: the initializer reads a fan-out of {kernel.fan_out} "
        f"where one gate has {kernel.fan_out // many}, and one that uses it gives each gate less; "
        f"{_orthogonal(own)}."
    )


def _orthogonal(own: Weight) -> str:
    """Say what becomes of an orthogonal recurrent kernel when gates share it."""
    rows, columns = math.prod(own.shape[:-1]), own.shape[-1]
    if rows < columns:
        return (
            f"a recurrent kernel that is orthogonal as a whole, {rows}×{columns}, is not so in any "
            "gate"
        )
    return (
        f"an orthogonal recurrent kernel, {rows}×{columns} seen as a matrix, has orthonormal "
        "columns in each gate"
    )
