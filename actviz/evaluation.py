"""What is asked of an engine and what it answers, and the engine that is always there: NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from actviz.param import Value

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
    `dtypes` are those it computes in.
    """

    id: str
    name: str
    kind: str
    usable: bool = True
    reason: str = ""
    dtypes: tuple[str, ...] = ("float32",)


class Grid(msgspec.Struct, frozen=True):
    """Equally spaced points: x_i = low + i·step in float64, rounded to the dtype afterwards."""

    low: float
    high: float
    count: int

    def __post_init__(self) -> None:
        if not (np.isfinite(self.low) and np.isfinite(self.high) and self.low <= self.high):
            raise ValueError(
                f"grid: from {self.low!r} to {self.high!r} is not allowed; "
                "it must be two finite numbers, the smaller one first"
            )
        if not 1 <= self.count <= 2**31 - 1:
            raise ValueError(f"grid: {self.count} points; it must be from 1 to {2**31 - 1}")

    @property
    def step(self) -> float:
        """The spacing, in float64; 0 for a single point."""
        return (self.high - self.low) / (self.count - 1) if self.count > 1 else 0.0

    def points(self) -> NDArray[np.float64]:
        """Give the points, shape (count,), in float64 before any rounding."""
        return self.low + np.arange(self.count, dtype=np.float64) * self.step


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
    """f and f′ at x: arrays of x's shape in the request's dtype, who computed them, how long."""

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

    def close(self) -> None:
        """Give back what the engine holds; it is not used afterwards."""
