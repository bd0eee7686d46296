"""The Softmax bench: logits as bars to drag, and all that follows from them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from actviz import session as document
from actviz.activations import row
from actviz.analysis.bench import Bench, SigmoidOfTwo, shares_of, sigmoid_of_two
from actviz.analysis.curve import Array
from actviz.session import Session
from actviz.ui.board import (
    Bars,
    Board,
    Chart,
    Dots,
    Drawing,
    Line,
    Mark,
    Pick,
    Picture,
    Rule,
    Scale,
    Table,
    Words,
    at_once,
)
from actviz.ui.lenses.softmax_words import numbers, readings, sentence
from actviz.ui.look import Look
from actviz.ui.numbers import significant
from actviz.ui.plot_items import Stroke

_REACHES = (6.0, 12.0, 25.0, 50.0, 100.0, 250.0, 1000.0)
_MOST_WORDS, _MOST_PLACES = 10, 8
_OTHER = 90
_NARROW = 0.5
_SIGMOID_REACH, _FARTHEST = 8.0, 1e4
_LARGEST = 1e6
"""The largest logits that are still drawn."""


@dataclass(frozen=True, slots=True)
class Key:
    """What the bench depends on: the table's logits by rows, and which of its vectors is looked at.

    `axis` is 1 where each row sums to 1, 0 where each column does; `vector` counts from 0.
    """

    logits: tuple[float, ...]
    rows: int
    axis: int
    temperature: float
    vector: int


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The table's probabilities, and the bench of the vector that is looked at."""

    key: Key
    table: Array
    shares: Array
    bench: Bench
    of_two: SigmoidOfTwo | None


def key(session: Session) -> Key:
    """Take the logits, how they make a table, and the temperature."""
    settings = session.settings
    logits, rows, temperature = (settings[name] for name in ("logits", "table_rows", "temperature"))
    vector = settings["vector"]
    assert isinstance(logits, tuple)
    assert isinstance(rows, int)
    assert isinstance(vector, int)
    assert isinstance(temperature, float)
    axis = 1 if settings["axis"] == "rows" else 0
    return Key(tuple(map(float, logits)), rows, axis, temperature, vector - 1)


def find(wanted: Key) -> Found:
    """Compute the whole table, and the bench of one of its vectors."""
    count = len(wanted.logits)
    if count % wanted.rows:
        raise ValueError(
            f"{count} logits do not make a table of {wanted.rows} rows: choose as many logits as "
            "fill the rows, or another number of rows"
        )
    if max(map(abs, wanted.logits)) > _LARGEST:
        raise ValueError("logits beyond ±10⁶ are too large to be drawn: choose smaller ones")
    table = np.array(wanted.logits).reshape(wanted.rows, -1)
    vectors = table if wanted.axis == 1 else table.T
    chosen = vectors[min(wanted.vector, len(vectors) - 1)]
    bench = Bench.of(chosen, wanted.temperature)
    of_two = None
    if chosen.size > 1:
        of_two = sigmoid_of_two(float(chosen[0]), float(chosen[1]), wanted.temperature)
    return Found(wanted, table, shares_of(table, wanted.axis, wanted.temperature), bench, of_two)


def board(found: Found, session: Session, look: Look) -> Board:
    """Draw logits and probabilities, the Jacobian, the sigmoid beside, and the numbers."""
    above: tuple[Chart, ...] = (_logits(found, look), _probabilities(found, look))
    below: list[Chart | Table] = [_jacobian(found), _sigmoid(found, look)]
    if found.key.rows > 1:
        below.insert(0, _shares(found, look))
    return Board(
        (above, tuple(below), (numbers(found.bench),)),
        readings(found.bench, found.of_two),
        sentence(session.activation),
        (1.15, 1.0, 0.4 + 0.17 * min(len(found.bench.logits), 6)),
    )


def pick(session: Session, at: Pick) -> Session:
    """Set the logit whose bar is dragged; in the table choose the vector that is looked at."""
    wanted = key(session)
    columns = len(wanted.logits) // max(wanted.rows, 1)
    if at.chart == "shares":
        index = int(wanted.rows - 1 - min(max(math.floor(at.y), 0), wanted.rows - 1))
        if wanted.axis == 0:
            index = min(max(math.floor(at.x), 0), columns - 1)
        return document.set_lens_value(session, "vector", index + 1)
    if at.chart != "logits":
        return session
    index = min(max(round(at.began[0]) - 1, 0), len(wanted.logits) - 1)
    reach = _reach(wanted.logits)
    logits = list(wanted.logits)
    logits[index] = round(min(max(at.y, -reach), reach), 2) + 0.0
    return document.set_lens_value(session, "logits", tuple(logits))


DRAWING = Drawing(key=key, work=at_once(find), board=board, pick=pick)


def _reach(logits: tuple[float, ...]) -> float:
    """Say how far the axis of the logits reaches: a step that a drag does not leave."""
    largest = max(map(abs, logits))
    return next((each for each in _REACHES if largest <= each), largest)


def _chosen(found: Found) -> NDArray[np.bool_]:
    """Tell which entries of the table are of the vector that is looked at."""
    mask = np.zeros(found.table.shape, dtype=bool)
    lines = mask if found.key.axis == 1 else mask.T
    lines[min(found.key.vector, len(lines) - 1)] = True
    return mask.ravel()


def _both(found: Found, values: Array, color: QColor) -> list[Mark]:
    """Draw a bar for each entry of the table, those of other vectors pale."""
    places, chosen = np.arange(1.0, values.size + 1.0), _chosen(found)
    pale = QColor(color)
    pale.setAlpha(_OTHER)
    marks: list[Mark] = []
    if not chosen.all():
        marks.append(Bars(places[~chosen], values[~chosen], pale, name="other vectors"))
    marks.append(Bars(places[chosen], values[chosen], color))
    return marks


def _places(found: Found) -> Scale:
    """Give the scale of logits, numbered as row and column where they make a table."""
    count, columns = found.table.size, found.table.shape[1]
    names = [
        f"{index + 1}" if found.key.rows == 1 else f"{index // columns + 1},{index % columns + 1}"
        for index in range(count)
    ]
    pace = -(-count // _MOST_PLACES)
    words = tuple((index + 1.0, names[index]) for index in range(0, count, pace))
    return Scale("logit", 0.4, count + 0.6, words=words)


def _logits(found: Found, look: Look) -> Chart:
    reach = _reach(found.key.logits)
    marks = (*_both(found, found.table.ravel(), look.f), Rule(0.0, Stroke(look.axis, 1.0), False))
    return Chart(
        "logits",
        "Logits: drag a bar",
        _places(found),
        Scale("x", -reach, reach),
        marks,
        cursor=True,
    )


def _probabilities(found: Found, look: Look) -> Chart:
    marks = _both(found, found.shares.ravel(), look.df)
    places = np.arange(1.0, found.table.size + 1.0)[_chosen(found)]
    marks.append(
        Bars(
            places,
            found.bench.twice,
            look.text,
            _NARROW,
            name="softmax of these again",
            outlined=True,
        )
    )
    if found.table.size <= _MOST_WORDS:
        twice, shares = found.bench.twice.tolist(), found.bench.probabilities.tolist()
        for x, p, again in zip(places.tolist(), shares, twice, strict=True):
            marks.append(Words(x, max(p, again), significant(p, 3), look.text, 0))
    title = f"Probabilities at T = {significant(found.key.temperature, 4)}"
    return Chart("probabilities", title, _places(found), Scale("p", 0.0, 1.1), tuple(marks))


def _shares(found: Found, look: Look) -> Chart:
    """Picture the table's probabilities, its first row on top."""
    rows, columns = found.shares.shape
    picture = Picture(found.shares[::-1], (0.0, columns), (0.0, rows), 0.0, 1.0, name="p")
    title = "Each row sums to 1" if found.key.axis == 1 else "Each column sums to 1"
    across = tuple((index + 0.5, f"{index + 1}") for index in range(columns))
    up = tuple((rows - index - 0.5, f"{index + 1}") for index in range(rows))
    return Chart(
        "shares",
        title,
        Scale("column", 0.0, columns, words=across),
        Scale("row", 0.0, rows, words=up),
        (picture,),
        cursor=True,
    )


def _jacobian(found: Found) -> Chart:
    """Picture ∂pᵢ/∂xⱼ, its first row on top."""
    size = len(found.bench.logits)
    largest = float(np.max(np.abs(found.bench.jacobian), initial=0.0)) or 1.0
    picture = Picture(
        found.bench.jacobian[::-1],
        (0.0, size),
        (0.0, size),
        -largest,
        largest,
        centred=True,
        name="∂pᵢ/∂xⱼ",
    )
    words = tuple((index + 0.5, f"{index + 1}") for index in range(size))
    down = tuple((size - index - 0.5, f"{index + 1}") for index in range(size))
    return Chart(
        "jacobian",
        "Jacobian",
        Scale("j", 0.0, size, words=words),
        Scale("i", 0.0, size, words=down),
        (picture,),
    )


def _sigmoid(found: Found, look: Look) -> Chart:
    """Draw the sigmoid and the softmax of (x, 0) over each other."""
    apart = 0.0 if found.of_two is None else found.of_two.difference
    reach = max(_SIGMOID_REACH, min(1.15 * abs(apart), _FARTHEST))
    x = np.linspace(-reach, reach, 401)
    pairs = shares_of(np.stack([x, np.zeros_like(x)], axis=1), 1)[:, 0]
    sigmoid = row("sigmoid").evaluate(x)[0]
    marks: list[Mark] = [
        Line(x, sigmoid, Stroke(look.f, 4.5), "σ(x)"),
        Line(x, pairs, Stroke(look.text, 1.6, (5.0, 4.0)), "softmax(x, 0)"),
    ]
    if found.of_two is not None and abs(apart) <= reach:
        place = np.array([apart]), np.array([found.of_two.softmax[0]])
        marks.append(Dots(*place, look.df, "x₁ and x₂", radius=5.0))
    return Chart(
        "sigmoid", "Sigmoid: a softmax of two", Scale("(x₁ − x₂)/T"), Scale("p₁"), tuple(marks)
    )
