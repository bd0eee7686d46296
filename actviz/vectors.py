"""Softmax over whole vectors: what is asked, what is answered, and how NumPy computes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from actviz.dtypes import rounded
from actviz.param import Integer, Real
from actviz.reference.softmax import (
    softmax_diagonal,
    softmax_jacobian,
    softmax_terms,
    softmax_values,
)

if TYPE_CHECKING:
    from actviz.evaluation import Device

Array = NDArray[Any]
MOST_BYTES = 2 << 30
"""The largest Jacobian that is written out: 23,170 logits in float32."""
_PIECE = 1 << 16
"""Numbers that NumPy computes at once: their float64 temporaries stay in the processor's cache."""
_AXIS = Integer()
_TEMPERATURE = Real(low=0.0, low_open=True)


@dataclass(frozen=True, slots=True, eq=False)
class SoftmaxRequest:
    """Softmax of x/temperature along an axis of x, in x's dtype; x is contiguous."""

    x: Array
    axis: int
    temperature: float = 1.0

    @classmethod
    def of(cls, x: Array, axis: object, temperature: object = 1.0) -> SoftmaxRequest:
        """Check axis and temperature.

        Raises
        ------
        ValueError
            When x has no such axis, or the temperature is not a finite number above 0.
        """
        number = _AXIS.check(axis, "softmax.axis")
        assert isinstance(number, int)
        if x.ndim == 0:
            raise ValueError(
                f"softmax.axis: {number} is not allowed: a single number has no axis; "
                "it must be an array"
            )
        if not -x.ndim <= number < x.ndim:
            raise ValueError(
                f"softmax.axis: {number} is not allowed; it must be from {-x.ndim} to {x.ndim - 1}"
            )
        kelvin = _TEMPERATURE.check(temperature, "softmax.temperature")
        assert isinstance(kelvin, float)
        return cls(x, number % x.ndim, kelvin)

    @property
    def length(self) -> int:
        """The number of logits in a vector."""
        return int(self.x.shape[self.axis])

    def stacked(self, array: Array) -> Array:
        """See an array of x's shape as (outer, length, inner), the vectors along the middle."""
        before, after = self.x.shape[: self.axis], self.x.shape[self.axis + 1 :]
        return array.reshape(int(np.prod(before)), self.length, int(np.prod(after)))

    def listed(self) -> Array:
        """Give the vectors one after the other: shape (vectors, length)."""
        moved = np.moveaxis(self.x, self.axis, -1)
        return np.ascontiguousarray(moved).reshape(int(np.prod(moved.shape[:-1])), self.length)


@dataclass(frozen=True, eq=False)
class SoftmaxResult:
    """Softmax and its Jacobian, in the dtype that was asked for.

    Attributes
    ----------
    x
        The logits, rounded to the dtype.
    y
        The values, in the shape of the logits.
    diagonal
        ∂yᵢ/∂xᵢ, in the shape of the logits.
    device
        Who computed it.
    seconds
        How long y and the diagonal took.
    """

    y: Array
    diagonal: Array
    device: Device
    seconds: float
    request: SoftmaxRequest
    compute: Callable[[SoftmaxRequest], Array] = field(repr=False)

    @property
    def x(self) -> Array:
        """The logits, rounded to the dtype."""
        return self.request.x

    @cached_property
    def jacobian(self) -> Array:
        """∂yᵢ/∂xⱼ at [..., i, j]: the other axes first, then two of the vectors' length n.

        It is computed on the same device when it is first asked for.

        Raises
        ------
        ValueError
            When it would take more than 2 GiB.
        DeviceError
            When the device fails.
        """
        x, n = self.request.x, self.request.length
        size = x.size * n * x.itemsize
        if size > MOST_BYTES:
            raise ValueError(
                f"jacobian: {x.size // n} × {n} × {n} numbers of {x.dtype} are {size} bytes; it "
                f"must be at most {MOST_BYTES} (its diagonal is at hand as .diagonal)"
            )
        moved = np.moveaxis(x, self.request.axis, -1).shape
        return self.compute(self.request).reshape(*moved, n)


def pieces(shape: tuple[int, ...], most: int) -> Iterator[tuple[slice, slice]]:
    """Cut (outer, length, inner) into parts of whole vectors: which of outer, which of inner.

    A part has at most so many numbers, or it is a single vector.
    """
    outer, length, inner = shape
    columns = max(1, min(inner, most // length))
    rows = max(1, most // (length * inner)) if columns == inner else 1
    for first in range(0, outer, rows):
        for column in range(0, inner, columns):
            yield slice(first, first + rows), slice(column, column + columns)


def numpy_softmax(request: SoftmaxRequest) -> tuple[Array, Array]:
    """Compute values and diagonal in float64, rounded once, some vectors at a time."""
    y, diagonal = np.empty_like(request.x), np.empty_like(request.x)
    if not request.x.size:
        return y, diagonal
    x, *both = (request.stacked(each) for each in (request.x, y, diagonal))
    with np.errstate(all="ignore"):
        for outer, inner in pieces(x.shape, _PIECE):
            part = np.moveaxis(x[outer, :, inner], 1, 0).astype(np.float64, order="C")
            terms = softmax_terms(part, request.temperature)
            results = softmax_values(terms), softmax_diagonal(terms, request.temperature)
            for whole, result in zip(both, results, strict=True):
                whole[outer, :, inner] = np.moveaxis(rounded(result, x.dtype), 0, 1)
    return y, diagonal


def numpy_jacobian(request: SoftmaxRequest) -> Array:
    """Compute the Jacobians in float64, rounded once: shape (vectors, length, length)."""
    x, n = request.listed(), request.length
    out = np.empty((*x.shape, n), x.dtype)
    if not x.size:
        return out
    several, here = max(1, _PIECE // (n * n)), np.arange(n)
    with np.errstate(all="ignore"):
        for first in range(0, len(x), several):
            group = slice(first, first + several)
            terms = softmax_terms(x[group].T.astype(np.float64, order="C"), request.temperature)
            for row in range(0, n, max(1, _PIECE // n)):
                rows = slice(row, row + max(1, _PIECE // n))
                part = softmax_jacobian(terms, rows, request.temperature)
                out[group, rows] = np.moveaxis(rounded(part, x.dtype), -1, 0)
            diagonal = softmax_diagonal(terms, request.temperature)
            out[group, here, here] = rounded(diagonal, x.dtype).T
    return out
