"""Convolutions: plain, transposed, depthwise and separable."""

from __future__ import annotations

from actviz.layers import fields, rules
from actviz.layers.feedforward import OUTPUT
from actviz.layers.row import LayerRow
from actviz.param import Param

FAMILY = "Convolution"


def _axes(rank: int) -> int:
    """Count the axes of a tensor with a batch, `rank` axes of space and channels."""
    return rank + 2


def convolution(rank: int) -> LayerRow:
    """Make the row of Conv1D, Conv2D or Conv3D; only Conv1D can be causal."""
    return LayerRow(
        f"Conv{rank}D",
        FAMILY,
        fields=(
            *fields.BASE,
            fields.FILTERS,
            fields.kernel_size(rank),
            fields.strides(rank),
            fields.CAUSAL_PADDING if rank == 1 else fields.PADDING,
            fields.DATA_FORMAT,
            fields.dilation_rate(rank),
            fields.GROUPS_FIELD,
            fields.USE_BIAS,
            *fields.weights(_axes(rank), "kernel"),
            *fields.LORA,
        ),
        slots=(OUTPUT,),
        doc=f"A window slides along {_named(rank)}",
        axes=_axes(rank),
        input_shape=fields.input_shape(rank),
        rules=(
            rules.groups_divide_filters,
            rules.not_strided_and_dilated,
            rules.lora_alpha_with_rank,
            rules.lora_without_constraint,
        ),
    )


def transposed(rank: int) -> LayerRow:
    """Make the row of Conv1DTranspose, Conv2DTranspose or Conv3DTranspose."""
    return LayerRow(
        f"Conv{rank}DTranspose",
        FAMILY,
        fields=(
            *fields.BASE,
            fields.FILTERS,
            fields.kernel_size(rank),
            fields.strides(rank),
            fields.PADDING,
            fields.output_padding(rank),
            fields.DATA_FORMAT,
            fields.dilation_rate(rank),
            fields.USE_BIAS,
            *fields.weights(_axes(rank), "kernel"),
        ),
        slots=(OUTPUT,),
        doc=f"A convolution's shapes run backwards: it spreads each input along {_named(rank)}",
        axes=_axes(rank),
        input_shape=fields.input_shape(rank),
        rules=(rules.not_strided_and_dilated, rules.output_padding_below_strides),
    )


def _window(rank: int) -> tuple[Param, ...]:
    return (
        fields.kernel_size(rank),
        fields.strides(rank),
        fields.PADDING,
        fields.DATA_FORMAT,
        fields.dilation_rate(rank),
        fields.USE_BIAS,
    )


def separable(rank: int) -> LayerRow:
    """Make the row of SeparableConv1D or SeparableConv2D; strides and dilation go together."""
    return LayerRow(
        f"SeparableConv{rank}D",
        FAMILY,
        fields=(
            *fields.BASE,
            fields.DEPTH_MULTIPLIER,
            fields.FILTERS,
            *_window(rank),
            *fields.weights(_axes(rank), "depthwise", "pointwise"),
        ),
        slots=(OUTPUT,),
        doc="A window for each channel of its own, then a mixture of the channels",
        axes=_axes(rank),
        input_shape=fields.input_shape(rank),
    )


def _named(rank: int) -> str:
    return ("one axis", "two axes", "three axes")[rank - 1]


DEPTHWISE_CONV_2D = LayerRow(
    "DepthwiseConv2D",
    FAMILY,
    fields=(
        *fields.BASE,
        fields.DEPTH_MULTIPLIER,
        *_window(2),
        *fields.weights(_axes(2), "depthwise"),
    ),
    slots=(OUTPUT,),
    doc="A window for each channel of its own",
    axes=_axes(2),
    input_shape=fields.input_shape(2),
)

ROWS = (
    convolution(1),
    transposed(1),
    convolution(2),
    transposed(2),
    convolution(3),
    transposed(3),
    DEPTHWISE_CONV_2D,
    separable(1),
    separable(2),
)
