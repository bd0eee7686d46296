"""What is measured: one of our engines, at one activation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from actviz.activations import Row
from actviz.engines import open_engine
from actviz.evaluation import Array, Engine, Grid, NumPyEngine, Request
from actviz.param import Value


class Computed(NamedTuple):
    """x as it was taken, and f and f′ there; no f′ where there is no derivative."""

    x: Array
    f: Array
    df: Array | None


class Subject(Protocol):
    """Something that computes an activation in a dtype: what is measured."""

    id: str
    name: str
    kinks_count: bool
    """Whether its values at kinks are to be ours; frameworks have other conventions."""

    def offers(self, row: Row, values: Mapping[str, Value], dtype: str) -> bool:
        """Tell whether it has the function, at these values and in this dtype."""

    def run(self, row: Row, values: Mapping[str, Value], x: Grid | Array, dtype: str) -> Computed:
        """Compute f and f′ of a function that it offers."""


class EngineSubject:
    """An engine of ours."""

    kinks_count = True

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.id = engine.device.id
        self.name = engine.device.name

    def offers(self, row: Row, values: Mapping[str, Value], dtype: str) -> bool:
        """Say yes: what a device lacks is an error of the user's."""
        return True

    def run(self, row: Row, values: Mapping[str, Value], x: Grid | Array, dtype: str) -> Computed:
        """Compute f and f′ as `evaluate` does; ValueError for a dtype that the device lacks."""
        result = self._engine.run(Request.of(row.name, values, x, dtype))
        return Computed(result.x, result.y, result.dy)


def engine_subject(device: str | None, dtype: str) -> EngineSubject:
    """Open a device; without a name the best one, and NumPy where that lacks the dtype.

    Raises
    ------
    DeviceError
        When the named device is not there or not usable.
    """
    engine = open_engine(device)
    if device is None and dtype not in engine.device.dtypes:
        engine = NumPyEngine()
    return EngineSubject(engine)
