"""The rules between fields: what stock Keras refuses, at once or only when the layer is built."""

from __future__ import annotations

from collections.abc import Mapping

from actviz.layers.words import constraints
from actviz.param import Value, text_of

Fields = Mapping[str, Value]


def groups_divide_filters(fields: Fields) -> str | None:
    """Give each group the same number of filters."""
    groups, filters = fields["groups"], fields["filters"]
    assert isinstance(groups, int)
    assert isinstance(filters, int)
    if filters % groups == 0:
        return None
    return f"groups: {groups} is not allowed; it must divide the {filters} filters"


def not_strided_and_dilated(fields: Fields) -> str | None:
    """Refuse a stride and a dilation above one together, on whichever axes, as Keras does."""
    strides, dilation = _sizes(fields["strides"]), _sizes(fields["dilation_rate"])
    if max(strides) == 1 or max(dilation) == 1:
        return None
    return (
        f"dilation_rate: {text_of(dilation)} is not allowed with strides {text_of(strides)}; "
        "one of the two must be 1 on every axis"
    )


def output_padding_below_strides(fields: Fields) -> str | None:
    """Keep what is added at the end shorter than one step."""
    strides, added = _sizes(fields["strides"]), fields["output_padding"]
    if added is None:
        return None
    if all(extra < step for extra, step in zip(_sizes(added), strides, strict=True)):
        return None
    return (
        f"output_padding: {text_of(added)} is not allowed with strides {text_of(strides)}; "
        "it must be smaller than the stride on every axis, or none"
    )


def lora_alpha_with_rank(fields: Fields) -> str | None:
    """Refuse a scale without a low-rank adaptation: Keras drops it without a word."""
    if fields["lora_alpha"] is None or fields["lora_rank"] is not None:
        return None
    alpha = text_of(fields["lora_alpha"])
    return f"lora_alpha: {alpha} is not allowed without lora_rank; it must be none"


def lora_without_constraint(fields: Fields) -> str | None:
    """Refuse to constrain the kernel that an adaptation freezes: Keras fails when it is built."""
    if fields["lora_rank"] is None or fields["kernel_constraint"] is None:
        return None
    rank = text_of(fields["lora_rank"])
    return f"lora_rank: {rank} is not allowed with a kernel_constraint; one of them must be none"


def matrix_bias_only_with_reset_after(fields: Fields) -> str | None:
    """Treat a GRU's bias as a matrix only where the reset gate acts after the product."""
    if fields["reset_after"]:
        return None
    for name in ("bias_initializer", "bias_regularizer"):
        word = str(fields[name]).partition("(")[0]
        if word in ("orthogonal", "identity", "orthogonal_regularizer"):
            return f"{name}: {word!r} is not allowed unless reset_after is true: it needs a matrix"
    value = fields["bias_constraint"]
    if isinstance(value, str):
        try:
            constraints(1).check(value, "bias_constraint")
        except ValueError as error:
            return f"{error} unless reset_after is true"
    return None


def _sizes(value: Value) -> tuple[int, ...]:
    assert isinstance(value, tuple)
    return tuple(int(item) for item in value)
