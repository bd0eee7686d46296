"""What several commands need: parameters from their words, and the one line of complaint."""

from __future__ import annotations

import sys
from collections.abc import Sequence
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


def row_named(name: str) -> Row:
    """Give the catalogue's row of this name; ValueError lists the names."""
    from actviz.activations import row

    return row(name)


def complain(sentence: str) -> NoReturn:
    """End the program with one line on stderr and status 1."""
    click.echo(f"actviz: {' '.join(sentence.split())}", err=True)
    sys.exit(1)
