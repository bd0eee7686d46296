"""The kernels of softmax in one precision: what they are given, in which order they run."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pyopencl as cl

from actviz.evaluation import Device
from actviz.opencl.memory import Block
from actviz.opencl.program import build
from actviz.opencl.source import softmax_text
from actviz.vectors import Array, SoftmaxRequest, pieces

FAN = 64
"""Numbers that one work-item takes: AV_FAN of the program."""
MOST_VECTORS = 1 << 18
"""Vectors computed at once: what a device keeps of each takes nine numbers."""
_PEAK, _PAIR, _VECTOR, _ELEMENT = 3, 2, 4, 4
"""The sizes of the program's structs, in numbers."""


class Place(NamedTuple):
    """What a program needs of an engine: its device, and how the engine guards and fills it."""

    device: Device
    handle: Any
    context: Any
    queue: Any
    group: int
    most: int
    block: Callable[[int, str], Block]
    using: AbstractContextManager[None]


class Levels(NamedTuple):
    """One vector after the other is reduced by FAN until one number is left: the lengths."""

    outer: int
    inner: int
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, outer: int, length: int, inner: int) -> Levels:
        """Find the lengths: at least one step is made."""
        lengths = [length, -(-length // FAN)]
        while lengths[-1] > 1:
            lengths.append(-(-lengths[-1] // FAN))
        return cls(outer, inner, tuple(lengths))

    @property
    def vectors(self) -> int:
        """The number of vectors."""
        return self.outer * self.inner

    def steps(self) -> list[tuple[int, tuple[np.int32, ...]]]:
        """Give for each step the number of work-items, and (length, lanes, inner) for them."""
        pairs = zip(self.lengths, self.lengths[1:], strict=False)
        return [
            (self.vectors * lanes, (np.int32(length), np.int32(lanes), np.int32(self.inner)))
            for length, lanes in pairs
        ]


def inverse_of(temperature: float, precision: str = "float32") -> Array:
    """Split 1/T for the kernels: before, after, two powers of two, the inverse in two, exponent.

    The powers are such that neither a difference of logits overflows nor its product with 1/T loses
    digits before they are put on.
    """
    number = np.dtype(precision).type
    small, lift, most = (-64, 64, 252) if precision == "float32" else (-400, 600, 2040)
    mantissa, power = math.frexp(temperature)
    exact = Fraction(1, 2) / Fraction(mantissa)
    high = number(float(exact))
    low = number(float(exact - Fraction(float(high))))
    down, up = (2 if temperature > 1.0 else 0), (lift if power < small else 0)
    missing = min(max(1 - power + down - up, -most), most)
    half = missing // 2
    parts = [2.0**-down, 2.0**up, 2.0**half, 2.0 ** (missing - half), high, low, 1 - power, 0.0]
    return np.array(parts, precision)


class Kernels:
    """The program of softmax on one device in one precision; one call at a time.

    Raises
    ------
    DeviceError
        When the device does not build it; the log is in the error.
    """

    def __init__(self, place: Place, precision: str) -> None:
        self._place = place
        self._number = np.dtype(precision)
        text = softmax_text(precision)
        self._program = build(place.device.id, place.context, place.handle, text, ())
        self._kernels: dict[str, Any] = {}

    def values(self, request: SoftmaxRequest) -> tuple[Array, Array]:
        """Compute values and diagonal, some vectors at a time."""
        x = request.stacked(request.x)
        if not x.size:
            return np.empty_like(request.x), np.empty_like(request.x)
        given = inverse_of(request.temperature, self._number.name)
        most = min(self._place.most, MOST_VECTORS * request.length)
        block = self._block(min(x.size, max(most, request.length)))
        if x.size <= most and x.dtype == self._number:
            self._compute(block, x, given)
            y, diagonal = (row[: x.size].reshape(request.x.shape) for row in block.host[1:])
            return y, diagonal
        y, diagonal = np.empty_like(request.x), np.empty_like(request.x)
        both = request.stacked(y), request.stacked(diagonal)
        for outer, inner in pieces(x.shape, most):
            part = x[outer, :, inner]
            self._compute(block, part, given)
            with np.errstate(all="ignore"):
                for whole, row in zip(both, block.host[1:], strict=True):
                    whole[outer, :, inner] = row[: part.size].reshape(part.shape)
        return y, diagonal

    def jacobian(self, request: SoftmaxRequest) -> Array:
        """Compute the Jacobians: shape (vectors, length, length)."""
        x, n = request.listed(), request.length
        out = np.empty((*x.shape, n), x.dtype)
        if not x.size:
            return out
        given = inverse_of(request.temperature, self._number.name)
        several = min(len(x), MOST_VECTORS, max(1, self._place.most // (n * n)))
        block, elements = self._block(several * n), self._buffer(several * n * _ELEMENT)
        for first in range(0, len(x), several):
            part = x[first : first + several]
            vectors = self._solve(block, part[:, :, np.newaxis], given)
            sources = block.buffer, vectors, elements
            self._run("av_elements", part.size, *sources, np.int32(n), given)
            rows = out[first : first + several].reshape(part.size, n)
            self._fill(rows, elements, given)
        return out

    def _solve(self, block: Block, part: Array, given: Array) -> Any:
        """Find what the elements of each vector share, for a block of (outer, length, inner)."""
        levels = Levels.of(*part.shape)
        with np.errstate(all="ignore"):
            block.write(part.reshape(-1))
        peaks = self._reduced("av_peaks", levels, _PEAK, (block.buffer,))
        sums = self._reduced("av_sums", levels, _PAIR, (block.buffer, peaks), (given,))
        vectors = self._buffer(levels.vectors * _VECTOR)
        self._run("av_vectors", levels.vectors, peaks, sums, vectors, given)
        return vectors

    def _compute(self, block: Block, part: Array, given: Array) -> None:
        """Compute values and diagonal of such a block."""
        vectors = self._solve(block, part, given)
        stride, length, inner = (np.int32(n) for n in (block.stride, *part.shape[1:]))
        arguments = block.buffer, stride, vectors, length, inner, given
        done = self._run("av_softmax", part.size, *arguments)
        block.fetch(part.size, done)

    def _reduced(
        self, name: str, levels: Levels, size: int, inputs: tuple[Any, ...], last: Any = ()
    ) -> Any:
        """Reduce every vector to one struct of so many numbers, level by level."""
        (items, numbers), *further = levels.steps()
        found = self._buffer(items * size)
        self._run(name, items, *inputs, found, *numbers, *last)
        for items, numbers in further:
            higher = self._buffer(items * size)
            self._run(f"{name}_again", items, found, higher, *numbers)
            found = higher
        return found

    def _fill(self, rows: Array, elements: Any, given: Array) -> None:
        """Fill in the rows of the Jacobians of one block, some at a time."""
        n = rows.shape[1]
        several, lanes = max(1, self._place.most // n), -(-n // FAN)
        rounded = rows.dtype != self._number
        room = np.empty((min(several, len(rows)), n), self._number) if rounded else rows
        entries = self._buffer(min(several, len(rows)) * n)
        for first in range(0, len(rows), several):
            part = rows[first : first + several]
            here = room[: len(part)] if rounded else part
            numbers = (np.int32(n), np.int32(lanes), np.int32(first))
            self._run("av_jacobian", len(part) * lanes, elements, entries, *numbers, given)
            cl.enqueue_copy(self._place.queue, here, entries, is_blocking=True)
            if rounded:
                with np.errstate(all="ignore"):
                    part[...] = here

    def _block(self, points: int) -> Block:
        return self._place.block(points, self._number.name)

    def _buffer(self, numbers: int) -> Any:
        size = numbers * self._number.itemsize
        return cl.Buffer(self._place.context, cl.mem_flags.READ_WRITE, size)

    def _run(self, name: str, items: int, *arguments: Any) -> Any:
        """Enqueue a kernel over so many work-items; gives the event of its end."""
        if name not in self._kernels:
            self._kernels[name] = cl.Kernel(self._program, name)
        kernel, group = self._kernels[name], self._place.group
        kernel.set_args(np.int32(items), *arguments)
        size = -(-items // group) * group
        return cl.enqueue_nd_range_kernel(self._place.queue, kernel, (size,), (group,))
