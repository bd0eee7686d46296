"""A sweep as a file describes it: TOML, checked to the last value, never evaluated."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from actviz.activations import FORMULA, LISTED, Row, row
from actviz.files import read_bytes, sentence, shown
from actviz.param import Integer, Param, Real, Value, refuse
from actviz.sweep.measures import MEASURES, SETTINGS, Point, Values

MOST_POINTS = 1_000_000
"""A sweep has no more points."""
_LARGEST = 1 << 20
_MOST_VALUES = 100_000


class _File(msgspec.Struct, forbid_unknown_fields=True):
    measure: str | list[str]
    activation: list[dict[str, Any]]
    over: dict[str, Any] = {}
    device: str | None = None


class _Span(msgspec.Struct, forbid_unknown_fields=True):
    """Numbers from one end to the other: `count` of them, or whole ones `step` apart."""

    start: float = msgspec.field(name="from")
    stop: float = msgspec.field(name="to")
    count: int | None = None
    step: int | None = None
    scale: Literal["linear", "log"] = "linear"


@dataclass(frozen=True, slots=True)
class Plan:
    """All points of a sweep, the last setting changing fastest.

    Parameters
    ----------
    measures
        What is measured, by name.
    subjects
        The activations, each with all its values.
    axes
        The settings that the measures depend on, each with the values it takes.
    device
        What computes f and f′ of networks; None leaves it to each worker.
    text
        The file's text.
    """

    measures: tuple[str, ...]
    subjects: tuple[tuple[str, Values], ...]
    axes: tuple[tuple[str, tuple[Value, ...]], ...]
    device: str | None
    text: str

    @property
    def size(self) -> int:
        """How many points there are."""
        return len(self.subjects) * math.prod(len(values) for _, values in self.axes)

    def point(self, index: int) -> Point:
        """Give the point with this number, from 0."""
        rest, settings = index, []
        for name, values in reversed(self.axes):
            rest, place = divmod(rest, len(values))
            settings.append((name, values[place]))
        activation, values_of_it = self.subjects[rest]
        return Point(index, activation, values_of_it, tuple(reversed(settings)))

    @property
    def points(self) -> Iterator[Point]:
        """All points in order."""
        return (self.point(index) for index in range(self.size))


def read_plan(path: Path) -> Plan:
    """Read a sweep's file.

    Raises
    ------
    ValueError
        Names the file, the place in it, and what is allowed there.
    """
    place, content = shown(path), read_bytes(path)
    if len(content) > _LARGEST:
        raise ValueError(f"{place}: it is larger than the {_LARGEST:,} bytes allowed")
    try:
        text = content.decode("utf-8")
        found = msgspec.convert(tomllib.loads(text), _File)
        return _plan(found, text)
    except UnicodeDecodeError:
        raise ValueError(f"{place}: it must be text in UTF-8") from None
    except msgspec.ValidationError as error:
        raise ValueError(f"{place}: {sentence(error)}") from None
    except RecursionError:
        raise ValueError(f"{place}: it is nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{place}: it must be TOML: {error}") from None
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None


def _plan(found: _File, text: str) -> Plan:
    measures = _measures(found.measure)
    wanted = {param.name: param for name in measures for param in MEASURES[name].settings}
    for name in found.over:
        if name not in wanted:
            allowed = ", ".join(wanted)
            other = "no measure here depends on it" if name in SETTINGS else "it is no setting"
            raise ValueError(f"over.{name}: {other}; allowed: {allowed}")
    axes = tuple(
        (name, _values(param, found.over.get(name, param.default), f"over.{name}"))
        for name, param in wanted.items()
    )
    points = math.prod(len(values) for _, values in axes)
    subjects: list[tuple[str, Values]] = []
    if not found.activation:
        raise ValueError("activation: there is none; at least one [[activation]] is needed")
    for number, entry in enumerate(found.activation):
        place = f"activation[{number}]"
        for subject in _subjects(entry, place):
            subjects.append(subject)
            if points * len(subjects) > MOST_POINTS:
                raise ValueError(f"{place}: there must be at most {MOST_POINTS:,} points in all")
    return Plan(measures, tuple(dict.fromkeys(subjects)), axes, found.device, text)


def _measures(given: str | list[str]) -> tuple[str, ...]:
    names = [given] if isinstance(given, str) else given
    for name in names or [""]:
        if name not in MEASURES:
            raise refuse("measure", name, f"one or more of {', '.join(MEASURES)}")
    return tuple(dict.fromkeys(names))


def _subjects(entry: dict[str, Any], place: str) -> Iterator[tuple[str, Values]]:
    """Give an activation at all values of its parameters."""
    given = dict(entry)
    name, formula = given.pop("name", None), given.pop("formula", None)
    if (name is None) == (formula is None):
        raise ValueError(f"{place}: it must have either a name or a formula")
    fixed: dict[str, Value] = {}
    if formula is not None:
        fixed[FORMULA.name] = FORMULA.params[0].check(formula, place)
    own = _row(FORMULA.name if name is None else name, place).bound(fixed)
    if own.vector:
        raise ValueError(f"{place}: {own.name} acts on vectors, so it has no scalar figures")
    params = {param.name: param for param in own.params}
    for other in given:
        if other not in params or other in fixed:
            allowed = ", ".join(each for each in params if each not in fixed) or "none"
            raise ValueError(f"{place}: there is no parameter {other!r}; allowed: {allowed}")
    lists = {key: _values(params[key], value, f"{place}.{key}") for key, value in given.items()}
    if math.prod(len(each) for each in lists.values()) > MOST_POINTS:
        raise ValueError(f"{place}: there must be at most {MOST_POINTS:,} points in all")
    yield from _products(own.name, fixed, lists)


def _row(name: object, place: str) -> Row:
    names = [each.name for each in LISTED]
    if name not in names:
        raise refuse(f"{place}.name", name, f"one of {', '.join(names)}")
    return row(str(name))


def _products(
    name: str, fixed: dict[str, Value], lists: dict[str, tuple[Value, ...]]
) -> Iterator[tuple[str, Values]]:
    own = row(name).bound(fixed)
    size = math.prod(len(each) for each in lists.values())
    for index in range(size):
        rest, values = index, dict(fixed)
        for key in reversed(lists):
            rest, place = divmod(rest, len(lists[key]))
            values[key] = lists[key][place]
        yield name, tuple(own.complete(values).items())


def _values(param: Param, given: object, place: str) -> tuple[Value, ...]:
    """Read the values of a setting or parameter: one, a list of them, or a span."""
    if isinstance(given, dict):
        found = _span(param, given, place)
    else:
        found = list(given) if isinstance(given, list) else [given]
    if not 1 <= len(found) <= _MOST_VALUES:
        raise ValueError(f"{place}: it must have 1 to {_MOST_VALUES:,} values")
    # TOML has no null: none is a word there
    optional = getattr(param.domain, "optional", False)
    given_values = [None if optional and each == "none" else each for each in found]
    return tuple(dict.fromkeys(param.domain.check(each, place) for each in given_values))


def _span(param: Param, given: dict[str, Any], place: str) -> list[Any]:
    try:
        span = msgspec.convert(given, _Span)
    except msgspec.ValidationError as error:
        raise ValueError(f"{place}: {sentence(error)}") from None
    for end, value in (("from", span.start), ("to", span.stop)):
        if not math.isfinite(value):
            raise refuse(f"{place}.{end}", value, "a finite number")
    if isinstance(param.domain, Integer):
        return _whole(param, span, place)
    if not isinstance(param.domain, Real):
        raise ValueError(f"{place}: it must be {param.domain.describe()}, or a list of such")
    if span.step is not None or span.count is None or not 1 <= span.count <= _MOST_VALUES:
        raise ValueError(f"{place}: it must have a count from 1 to {_MOST_VALUES:,}, and no step")
    if span.scale == "log" and not (span.start > 0.0 and span.stop > 0.0):
        raise ValueError(f"{place}: on a log scale both ends must be greater than 0")
    spaced = np.linspace if span.scale == "linear" else np.geomspace
    with np.errstate(all="ignore"):
        return list(spaced(span.start, span.stop, span.count).tolist())


def _whole(param: Param, span: _Span, place: str) -> list[int]:
    step = 1 if span.step is None else span.step
    if span.count is not None or span.scale != "linear":
        raise ValueError(f"{place}: whole numbers have a step, not a count or a scale")
    if step < 1 or not (span.start.is_integer() and span.stop.is_integer()):
        raise ValueError(f"{place}: both ends must be whole numbers, and the step at least 1")
    for end, value in (("from", span.start), ("to", span.stop)):
        param.domain.check(int(value), f"{place}.{end}")
    found = range(int(span.start), int(span.stop) + 1, step)
    if len(found) > _MOST_VALUES:
        raise ValueError(f"{place}: it must have 1 to {_MOST_VALUES:,} values")
    return list(found)
