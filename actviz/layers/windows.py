"""How far a window reaches: the lengths that convolutions give along each axis, as Keras's."""

from __future__ import annotations

from collections.abc import Mapping

from actviz.param import Value

Shape = tuple[int, ...]
Fields = Mapping[str, Value]


def sizes(value: Value) -> Shape:
    """Take a field of sizes as whole numbers."""
    assert isinstance(value, tuple)
    return tuple(int(item) for item in value)


def number(value: Value) -> int:
    """Take a field as a whole number."""
    assert isinstance(value, int)
    return value


def convolved(fields: Fields, space: Shape, place: str) -> Shape:
    """Give the lengths after a convolution.

    Raises
    ------
    ValueError
        Where no whole window fits, which Keras refuses only when the layer is built.
    """
    steps, dilation = sizes(fields["strides"]), sizes(fields["dilation_rate"])
    lengths = []
    for n, k, s, d in zip(space, sizes(fields["kernel_size"]), steps, dilation, strict=True):
        reach = d * (k - 1) + 1
        if fields["padding"] == "valid" and reach > n:
            raise ValueError(
                f"{place}.kernel_size: a window over {reach} positions does not fit the {n} of the "
                f"input; with valid padding it must reach over at most {n}"
            )
        lengths.append((n - reach) // s + 1 if fields["padding"] == "valid" else (n - 1) // s + 1)
    return tuple(lengths)


def spread(fields: Fields, space: Shape, place: str) -> Shape:
    """Give the lengths after a transposed convolution.

    Raises
    ------
    ValueError
        Where nothing would be left of an axis.
    """
    steps, dilation = sizes(fields["strides"]), sizes(fields["dilation_rate"])
    added = fields["output_padding"]
    extra = (None,) * len(space) if added is None else sizes(added)
    lengths = []
    for n, k, s, d, more in zip(
        space, sizes(fields["kernel_size"]), steps, dilation, extra, strict=True
    ):
        reach = d * (k - 1) + 1
        if more is None:
            length = n * s + (max(reach - s, 0) if fields["padding"] == "valid" else 0)
        else:
            kept = reach if fields["padding"] == "valid" else reach % 2
            length = (n - 1) * s + kept + more
        if length < 1:
            raise ValueError(
                f"{place}.output_padding: {more} leaves nothing of the {n} positions of the input;"
                " it must leave at least 1"
            )
        lengths.append(length)
    return tuple(lengths)
