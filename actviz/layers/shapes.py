"""A layer's input: its axes without the batch, in the order of the layer's data format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from actviz.layers.row import IN_RNN, LayerRow
from actviz.param import Integer, Value, refuse

Shape = tuple[int, ...]

_AXIS = Integer(low=1)
# A layer that takes any number of axes still needs an end for hostile files.
MOST_AXES = 8


def check_shape(row: LayerRow, shape: object, where: str = "") -> Shape:
    """Return the shape as a tuple of ints.

    Raises
    ------
    ValueError
        Names the layer's input_shape (or `where`) and how many axes are allowed.
    """
    place = where or f"{row.name}.input_shape"
    fits = isinstance(shape, Sequence) and not isinstance(shape, str)
    if not fits or not _axes_fit(row, len(shape)):  # type: ignore[arg-type]
        raise refuse(place, shape, describe(row))
    assert isinstance(shape, Sequence)
    checked = [_AXIS.check(axis, f"{place}[{at}]") for at, axis in enumerate(shape)]
    return tuple(axis for axis in checked if isinstance(axis, int))


def parse_shape(row: LayerRow, text: str, where: str = "") -> Shape:
    """Read a shape from text, its axes separated by a comma or by ×; errors as `check_shape`."""
    place = where or f"{row.name}.input_shape"
    words = [word for word in text.strip().strip("()").replace("×", ",").split(",") if word.strip()]
    if not _axes_fit(row, len(words)):
        raise refuse(place, text, describe(row))
    return check_shape(row, [_AXIS.parse(word, place) for word in words], place)


def describe(row: LayerRow) -> str:
    """Say which shapes are allowed."""
    count = len(row.input_shape)
    many = f"1 to {MOST_AXES} axes" if row.axes is None else f"{count} axes"
    many = "1 axis" if many == "1 axes" else many
    return f"{many} without the batch, each a whole number of at least 1"


def _axes_fit(row: LayerRow, count: int) -> bool:
    return 1 <= count <= MOST_AXES if row.axes is None else count == len(row.input_shape)


def channels_first(fields: Mapping[str, Value]) -> bool:
    """Say whether the channels are the first axis of the input."""
    return fields.get("data_format") == "channels_first"


def time_axes(fields: Mapping[str, Value]) -> int:
    """Say how many axes of time stand before those of which a data format speaks."""
    return int(bool(fields.get(IN_RNN)))


def to_channels_last(shape: Shape, fields: Mapping[str, Value]) -> Shape:
    """Give an input's shape in the order of its data format with the channels as its last axis."""
    at = time_axes(fields)
    return (*shape[:at], *shape[at + 1 :], shape[at]) if channels_first(fields) else shape


def in_format(shape: Shape, fields: Mapping[str, Value]) -> Shape:
    """Give an input's shape whose channels are last in the order of a data format."""
    at = time_axes(fields)
    return (*shape[:at], shape[-1], *shape[at:-1]) if channels_first(fields) else shape


def default_shape(row: LayerRow, fields: Mapping[str, Value]) -> Shape:
    """Give the row's input in the order of the data format."""
    return in_format(row.input_shape, fields)


def taken_over(row: LayerRow, fields: Mapping[str, Value], shape: Shape) -> Shape | None:
    """Give another layer's shape, channels last, as this one's; None where it does not fit."""
    return in_format(shape, fields) if _axes_fit(row, len(shape)) else None
