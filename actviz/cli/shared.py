"""What several commands need: parameters from their words, and the one line of complaint."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from actviz.activations.row import Row
    from actviz.param import Param, Value


def assignments(pairs: Sequence[str], params: Sequence[Param], place: str) -> dict[str, Value]:
    """Read `name=value` words against the parameters they name; ValueError otherwise."""
    known = {param.name: param for param in params}
    values: dict[str, Value] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or name not in known:
            allowed = ", ".join(f"{key}=…" for key in known) or "nothing: it has no parameters"
            raise ValueError(f"{place}: {pair!r} is not allowed; it must be {allowed}")
        values[name] = known[name].parse(text, place)
    return values


def activation_values(
    name: str | None, formula: str | None, pairs: Sequence[str], place: str = ""
) -> tuple[str, dict[str, Value]]:
    """Read which activation is meant, by its name or as a formula, and its `name=value` words.

    Raises
    ------
    ValueError
        For both a name and a formula; for a bad formula, with the column.
    """
    from actviz.activations import FORMULA

    if name is None and formula is None:
        raise click.UsageError("Missing argument 'ACTIVATION', or a formula with --formula.")
    if name is not None and formula is not None:
        raise ValueError("--formula: it cannot stand beside the name of an activation")
    chosen = FORMULA if name is None else row_named(name)
    values: dict[str, Value] = {} if formula is None else {FORMULA.name: formula}
    own = [pair for pair in pairs if chosen is FORMULA and pair.startswith(f"{FORMULA.name}=")]
    values |= assignments(own, FORMULA.params[:1], FORMULA.name)
    values = {key: FORMULA.params[0].check(text) for key, text in values.items()}
    rest, params = [pair for pair in pairs if pair not in own], chosen.bound(values).params
    return chosen.name, values | assignments(rest, params, place or chosen.name)


def row_named(name: str) -> Row:
    """Give the catalogue's row of this name; ValueError lists the names."""
    from actviz.activations import row

    return row(name)


def complain(sentence: str) -> NoReturn:
    """End the program with one line on stderr and status 1."""
    click.echo(f"actviz: {' '.join(sentence.split())}", err=True)
    sys.exit(1)


@contextlib.contextmanager
def stopping(wanted: bool = True) -> Iterator[list[int]]:
    """Let Ctrl+C and a polite end be noticed, as entries of a list, between two steps."""
    stopped: list[int] = []
    signals = (signal.SIGINT, signal.SIGTERM) if wanted else ()
    before = {
        each: signal.signal(each, lambda number, _: stopped.append(number)) for each in signals
    }
    try:
        yield stopped
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
