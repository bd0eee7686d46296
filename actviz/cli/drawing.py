"""`actviz render`: a lens as a picture."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import click

from actviz.cli.shared import activation_values


@click.command("render")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path))
@click.option("--activation", help="Which activation to draw.")
@click.option("--formula", metavar="TEXT", help="Your own f(x), such as 'x * tanh(a*x)'.")
@click.option("--set", "pairs", multiple=True, metavar="NAME=VALUE", help="A parameter's value.")
@click.option("--lens", default="curve", show_default=True)
@click.option("--theme", default="light", show_default=True, help="light or dark.")
@click.option("--size", default="1200x800", show_default=True, metavar="WxH")
def render_command(
    *,
    file: Path | None,
    output: Path,
    activation: str | None,
    formula: str | None,
    pairs: tuple[str, ...],
    lens: str,
    theme: str,
    size: str,
) -> None:
    """Draw a lens into a .png, .svg or .pdf file, with no display needed."""
    from actviz import session as document
    from actviz.tables import check_suffix

    check_suffix(output, (".png", ".svg", ".pdf"))
    state = _session(file)
    if activation is None and formula is None:
        activation = state.activation
        pairs = (*_own_text(state), *pairs)
    name, values = activation_values(activation, formula, pairs)
    state = document.choose_activation(state, name)
    for key, value in values.items():
        state = document.set_value(state, key, value)
    state = document.set_lens(state, lens)
    # Files need no display, so none is looked for, and no missing one is stumbled over.
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from actviz.evaluation import NumPyEngine
    from actviz.ui.render import render_session

    render_session(state, theme, _size(size), output)
    click.echo(f"{output}: drawn in {state.dtype}, computed by {NumPyEngine.device.name}", err=True)


def _own_text(state: Any) -> tuple[str, ...]:
    """Give the words that name the formula of a session, which its parameters belong to."""
    from actviz.activations import FORMULA

    own = state.activation == FORMULA.name
    return (f"{FORMULA.name}={state.values[FORMULA.name]}",) if own else ()


def _session(path: Path | None) -> Any:
    from actviz.files import read_document
    from actviz.session import Session, open_layer

    if path is None:
        return Session()
    read = read_document(path)
    return read if isinstance(read, Session) else open_layer(Session(), read)


def _size(text: str) -> tuple[int, int]:
    """Read 1200x800; each side from 100 to 20000 pixels."""
    match = re.fullmatch(r"(\d{3,5})[x×](\d{3,5})", text)
    sides = (int(match[1]), int(match[2])) if match else (0, 0)
    if not all(100 <= side <= 20000 for side in sides):
        raise ValueError(f"--size: {text!r} is not allowed; it must be like 1200x800, 100 to 20000")
    return sides
