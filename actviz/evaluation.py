"""What is asked of an engine and what it answers, and the engine that is always there: NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Integral, Real
from time import perf_counter
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from actviz.activations import Row, row
from actviz.dtypes import DTYPES, DType, checked_dtype, is_bfloat16
from actviz.param import Value
from actviz.vectors import SoftmaxRequest, SoftmaxResult, numpy_jacobian, numpy_softmax

_PIECE = 1 << 16
"""Points that NumPy computes at once: their float64 temporaries stay in the processor's cache."""
_MOST = 2**31 - 1
Array = NDArray[Any]


class DeviceError(RuntimeError):
    """A device cannot be used: names it, gives the reason, and carries the build log."""

    def __init__(self, device: str, reason: str, log: str = "") -> None:
        super().__init__(f"{device}: {reason}")
        self.device = device
        self.reason = reason
        self.log = log


class Device(msgspec.Struct, frozen=True):
    """A place where functions can be computed.

    `kind` is gpu, cpu, accelerator or numpy; `reason` says why a device is not `usable`;
    `dtypes` are those it computes; `warning` says what a usable device does otherwise than others.
    """

    id: str
    name: str
    kind: str
    usable: bool = True
    reason: str = ""
    dtypes: tuple[str, ...] = ("float32",)
    warning: str = ""

    def with_warning(self, more: str) -> Device:
        """Give this device with one warning more, if there is one."""
        said = "; ".join(each for each in (self.warning, more) if each)
        return msgspec.structs.replace(self, warning=said)


class Grid(msgspec.Struct, frozen=True):
    """Equally spaced points: x_i = low + i·step in float64, rounded to the dtype afterwards."""

    low: float
    high: float
    count: int

    def __post_init__(self) -> None:
        low, high = _number(self.low), _number(self.high)
        if not (low <= high and np.isfinite(high - low)):
            raise ValueError(
                f"grid: from {self.low!r} to {self.high!r} is not allowed; it must be two finite "
                "numbers with a finite difference, the smaller one first"
            )
        whole = isinstance(self.count, Integral) and not isinstance(self.count, bool)
        if not (whole and 1 <= self.count <= _MOST):
            raise ValueError(
                f"grid: {self.count!r} points; it must be a whole number from 1 to {_MOST}"
            )
        for name, value in (("low", low), ("high", high), ("count", int(self.count))):
            msgspec.structs.force_setattr(self, name, value)

    @property
    def step(self) -> float:
        """The spacing, in float64; 0 for a single point."""
        return (self.high - self.low) / (self.count - 1) if self.count > 1 else 0.0

    def points(self, first: int = 0, count: int | None = None) -> NDArray[np.float64]:
        """Give the points in float64 before any rounding: all, or `count` of them from `first`."""
        stop = self.count if count is None else first + count
        return self.low + np.arange(first, stop, dtype=np.float64) * self.step


def _number(value: object) -> float:
    """Give a real number as a float; NaN for anything else."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return np.nan
    try:
        return float(value)
    except OverflowError:
        return np.nan


@dataclass(frozen=True, slots=True)
class Request:
    """One evaluation of f and f′: which activation, with which values, where, in which dtype.

    A request over a `Grid` can be compared and hashed: that is how a late answer is recognised.
    """

    activation: str
    values: tuple[tuple[str, Value], ...]
    x: Grid | Array = field(hash=True)
    dtype: str = "float32"

    @classmethod
    def of(
        cls, activation: str, values: Mapping[str, Value], x: Grid | Array, dtype: str = "float32"
    ) -> Request:
        """Build a request from a mapping of values, which may leave out defaults."""
        return cls(activation, tuple(values.items()), x, dtype)


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """f and f′ at x: arrays of x's shape in the request's dtype, who computed them, how long.

    `x` may share memory with the array that was given.
    """

    x: Array
    y: Array
    dy: Array
    device: Device
    seconds: float
    request: Request


class Engine(Protocol):
    """Something that evaluates requests on one device."""

    device: Device

    def run(self, request: Request) -> Result:
        """Evaluate f and f′; raises ValueError for bad data, DeviceError when the device fails."""

    def refusal(self, request: Request) -> str:
        """Say why a request that is right is not computed on this device, or nothing."""

    def softmax(self, request: SoftmaxRequest) -> SoftmaxResult:
        """Compute the softmax of vectors; raises as `run` does."""

    def close(self) -> None:
        """Give back what the engine holds; it is not used afterwards."""


class NumPyEngine:
    """The engine that is always there: float64 with the rows' NumPy twins, rounded once.

    x is rounded to the dtype, f and f′ are computed from that x in float64 and rounded to the
    dtype; in float64 they are left as computed. Large arrays are computed piece by piece.
    """

    device = Device("numpy", f"NumPy {np.__version__}", "numpy", dtypes=tuple(DTYPES))

    def run(self, request: Request) -> Result:
        """Evaluate f and f′ at the request's points, in x's shape.

        A softmax over a `Grid` is the slice along one logit; over an array it acts along `axis`,
        and f′ is then the diagonal of its Jacobian.

        Raises
        ------
        ValueError
            For an unknown activation, a bad value, a dtype that is not one of DTYPES, or an x
            that does not hold real numbers.
        """
        activation, values = row(request.activation), dict(request.values)
        dtype = checked_dtype(request.dtype, self.device.dtypes, self.device.id)
        activation.complete(values)
        if acts_on_vectors(request):
            return map_vectors(self, request)
        start = perf_counter()
        with np.errstate(all="ignore"):  # a signalling NaN is an invalid cast
            x = _rounded(request.x, dtype)
            y, dy = np.empty_like(x), np.empty_like(x)
            _map_points(activation, values, (x, y, dy), dtype)
        return Result(x, y, dy, self.device, perf_counter() - start, request)

    def softmax(self, request: SoftmaxRequest) -> SoftmaxResult:
        """Compute the softmax of vectors; the Jacobian when it is asked for."""
        start = perf_counter()
        y, diagonal = numpy_softmax(request)
        seconds = perf_counter() - start
        return SoftmaxResult(y, diagonal, self.device, seconds, request, numpy_jacobian)

    def refusal(self, request: Request) -> str:
        """Refuse nothing."""
        return ""

    def close(self) -> None:
        """Do nothing: there is nothing to give back."""


def acts_on_vectors(request: Request) -> bool:
    """Tell whether a request is for vectors along an axis of an array, not for single numbers."""
    return row(request.activation).vector and not isinstance(request.x, Grid)


def map_vectors(engine: Engine, request: Request) -> Result:
    """Answer a request for the softmax of an array's vectors; f′ is the Jacobian's diagonal."""
    axis = row(request.activation).complete(dict(request.values))["axis"]
    x = _rounded(request.x, DTYPES[request.dtype])
    found = engine.softmax(SoftmaxRequest.of(x, axis))
    return Result(x, found.y, found.diagonal, found.device, found.seconds, request)


def points_of(x: Grid | Array | float, place: str = "x") -> Array:
    """Give the points as an array of real numbers; ValueError names the place they come from."""
    if isinstance(x, Grid):
        return x.points()
    if isinstance(x, np.ma.MaskedArray):
        raise ValueError(
            f"{place}: a masked array is not allowed; it must be an array of real numbers, "
            f"such as {place}.filled(nan)"
        )
    try:
        points = np.asarray(x)
    except ValueError:
        raise ValueError(
            f"{place}: rows of different lengths; it must be an array of real numbers"
        ) from None
    if points.dtype.kind not in "iuf" and not is_bfloat16(points.dtype):
        raise ValueError(
            f"{place}: {points.dtype} is not allowed; it must be an array of real numbers"
        )
    return points


class Points:
    """The x of a request, to be taken piece by piece: no copy is made of all.

    Raises
    ------
    ValueError
        For an x that does not hold real numbers.
    """

    def __init__(self, x: Grid | Array) -> None:
        self.shape: tuple[int, ...]
        self._source: Grid | Array | np.flatiter[Array]
        if isinstance(x, Grid):
            self._source, self.shape, self.size = x, (x.count,), x.count
        else:
            points = points_of(x)
            self._source = points.reshape(-1) if points.flags.c_contiguous else points.flat
            self.shape, self.size = points.shape, points.size

    def whole(self, dtype: DType) -> Array | None:
        """Give all points in one row, without a copy: None where they must be rounded or moved."""
        source = self._source
        if not isinstance(source, np.ndarray) or source.dtype != dtype.numpy:
            return None
        return source if source.flags.aligned and source.flags.writeable else None

    def piece(self, first: int, count: int) -> Array:
        """Give `count` points from the one with the number `first`, as they are before rounding."""
        if isinstance(self._source, Grid):
            return self._source.points(first, count)
        return self._source[first : first + count]


def _rounded(x: Grid | Array, dtype: DType) -> Array:
    """Give the points in a new array of the dtype."""
    points = Points(x)
    rounded = np.empty(points.shape, dtype.numpy)
    flat = rounded.reshape(-1)
    for first in range(0, points.size, _PIECE):
        count = min(_PIECE, points.size - first)
        flat[first : first + count] = dtype.rounded(points.piece(first, count))
    return rounded


def _map_points(
    activation: Row, values: Mapping[str, Value], arrays: tuple[Array, ...], dtype: DType
) -> None:
    """Fill in f and f′ of every number, piece by piece."""
    x, y, dy = (each.reshape(-1) for each in arrays)
    for first in range(0, x.size, _PIECE):
        piece = slice(first, first + _PIECE)
        both = activation.evaluate(x[piece].astype(np.float64), values)
        y[piece], dy[piece] = (dtype.rounded(each) for each in both)
