"""A dense layer's step on a device that works in the host's memory: f, f′ and figures at once.

The matrix products are the host's; what comes after one is one pass over its result instead of six.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Template
from struct import Struct
from typing import Any

import numpy as np
import pyopencl as cl

from actviz.activations import OwnRow, Row
from actviz.evaluation import Array
from actviz.opencl.guard import Guard
from actviz.opencl.kernels import Shape
from actviz.opencl.memory import Sharing
from actviz.opencl.program import build
from actviz.opencl.source import (
    filled,
    given,
    head_text,
    helpers,
    missing,
    parameters,
    prelude_text,
)

_PARTS = 16
"""Parts of the rows, each a row of work-items: enough for the cores of a processor."""
_INT, _FLOAT = Struct("i").pack, Struct("f").pack
_BYTES = """
#if AV_LANES == 1
#define AV_STORE_BYTES(v, place) (*(place) = (uchar)(v))
#else
#define AV_STORE_BYTES(v, place) AV_WIDE(vstore)(AV_WIDE(convert_uchar)(v), 0, place)
#endif
"""


def layer_text(row: Row) -> str:
    """Write the program of one row's layers, in float32."""
    kernel = filled(Template(head_text("layer.cl")), row, "float32")
    parts = (head_text("head.cl"), _BYTES, prelude_text("float32"))
    return "\n".join((*parts, helpers([row], "float32"), kernel))


@dataclass(frozen=True, slots=True)
class Stepped:
    """Sums over all inputs, of a layer's z², h² and h; how many units had f′ = 0 for each.

    `bins` is the number of each h's bin, from 1; 0 and the last one are outside.
    """

    second: float
    output_second: float
    output: float
    dead: int
    bins: Array


class LayerPrograms:
    """The layer programs of a device; each is built, and its numbers are tried, when first needed.

    Parameters
    ----------
    place
        The device's id, the pyopencl context, and the device in it.
    queue, options, using
        The queue, what is for every build, and what is held while the device computes.
    sharing
        How the device gets at the host's memory: it must work in it.
    """

    def __init__(
        self,
        place: tuple[str, Any, Any],
        queue: Any,
        options: tuple[str, ...],
        using: Guard,
        sharing: Sharing,
    ) -> None:
        self._place, self._queue, self._using = place, queue, using
        self._shape = Shape.of(place[2], "float32")
        self._options = (*options, *self._shape.options)
        self._able = sharing is Sharing.DIRECT
        self._programs: dict[str, Any] = {}

    def of(self, row: Row, values: Mapping[str, object], size: tuple[int, int]) -> Layers | None:
        """Give the step of an activation's layers of so many inputs and units.

        None where the device does not work in the host's memory, lacks the activation, cannot
        divide the units among its lanes, or computes other numbers than NumPy.

        Raises
        ------
        DeviceError
            When the driver does not build the program, or fails.
        """
        lanes = self._shape.lanes
        own = isinstance(row, OwnRow) or row.vector or missing(row, "float32")
        if not self._able or own or size[1] % lanes:
            return None
        if row.name not in self._programs:
            self._programs[row.name] = build(*self._place, layer_text(row), self._options)
        kernel = cl.Kernel(self._programs[row.name], f"av_layer_{row.name}")
        numbers = row.numbers(values)
        arguments = [given(numbers[name], "float32") for name in parameters(row)]
        made = Layers(kernel, (self._queue, self._using), arguments, size, lanes)
        return made if _right(made, row, values, size) else None

    def close(self) -> None:
        """Let go of the programs."""
        self._programs.clear()


def _right(layers: Layers, row: Row, values: Mapping[str, object], size: tuple[int, int]) -> bool:
    """Compare a layer with NumPy, first and last rows of it."""
    z = np.linspace(-4.0, 4.0, size[0] * size[1], dtype=np.float32).reshape(size)
    bias = np.linspace(-0.5, 0.5, size[1], dtype=np.float32)
    h, df = np.empty_like(z), np.empty_like(z)
    found = layers.run(z, bias, h, df, (-1.0, 1.0, 8))
    few = z + bias
    f, slope = row.evaluate(few[[0, -1]].astype(np.float64), values)
    sums = (np.sum(each.astype(np.float64)) for each in (few**2, h**2, h))
    places = np.clip((h + 1.0) * 4.0 + 1.0, 0.0, 9.0).astype(np.uint8)
    return bool(
        np.allclose(h[[0, -1]], f, rtol=1e-5, atol=1e-6)
        and np.allclose(df[[0, -1]], slope, rtol=1e-5, atol=1e-6)
        and np.allclose((found.second, found.output_second, found.output), [*sums], 1e-4, 1e-2)
        and np.mean(places != found.bins) < 1e-2
    )


class Layers:
    """The step of one activation's layers of one size; `LayerPrograms` makes them."""

    def __init__(
        self,
        kernel: Any,
        place: tuple[Any, Guard],
        values: Sequence[bytes],
        size: tuple[int, int],
        lanes: int,
    ) -> None:
        self._kernel, self._values = kernel, values
        self._queue, self._using = place
        batch, width = size
        self._range = width // lanes, parts_of(batch)
        self._sums = np.empty((4, self._range[1], width), np.float32)
        self._bins = np.empty(size, np.uint8)

    def run(
        self, z: Array, bias: Array, h: Array, df: Array, bins: tuple[float, float, int]
    ) -> Stepped:
        """Fill h and df from z without its bias; all are float32 in one piece.

        Parameters
        ----------
        bins
            Low, high, and how many: at most 253.

        Raises
        ------
        DeviceError
            When the device fails.
        """
        low, high, count = bins
        batch, width = z.shape
        numbers = (_INT(width), _INT(batch // self._range[1]))
        places = (_FLOAT(low), _FLOAT(count / (high - low)), _FLOAT(count + 1.0))
        with self._using:
            for index, array in enumerate((z, bias, h, df, self._sums, self._bins)):
                self._kernel.set_arg(index, cl.SVM(array))
            for index, content in enumerate((*numbers, *places, *self._values), start=6):
                self._kernel._set_arg_buf(index, content)
            cl.enqueue_nd_range_kernel(self._queue, self._kernel, self._range, None).wait()
        with np.errstate(all="ignore"):
            second, output_second, output = self._sums[:3].sum(axis=(1, 2), dtype=np.float64)
        dead = int(np.count_nonzero(~self._sums[3].any(axis=0)))
        return Stepped(float(second), float(output_second), float(output), dead, self._bins)


def parts_of(batch: int) -> int:
    """Give the largest number of equal parts of the rows that is no more than enough."""
    return max(parts for parts in range(1, _PARTS + 1) if batch % parts == 0)
