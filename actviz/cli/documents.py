"""`actviz layer`, `actviz convert` and `actviz check`: layer, model and session files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from actviz.cli.shared import activation_values, assignments

if TYPE_CHECKING:
    from actviz.layers import LayerConfig
    from actviz.param import Value


@click.command("layer")
@click.argument("name", metavar="LAYER")
@click.option("--set", "fields", multiple=True, metavar="FIELD=VALUE", help="A layer's field.")
@click.option("--activation", help="The activation in the layer's activation slot.")
@click.option("--set-activation", "values", multiple=True, metavar="NAME=VALUE")
@click.option("--recurrent-activation", "recurrent", help="That of the recurrent slot.")
@click.option("--set-recurrent", "recurrent_values", multiple=True, metavar="NAME=VALUE")
@click.option("--input-shape", "shape", metavar="N,N,…", help="Its input without the batch.")
@click.option("--dialect", default="keras", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write.")
def layer_command(
    *,
    name: str,
    fields: tuple[str, ...],
    activation: str | None,
    values: tuple[str, ...],
    recurrent: str | None,
    recurrent_values: tuple[str, ...],
    shape: str | None,
    dialect: str,
    output: Path | None,
) -> None:
    """Write LAYER with its fields and activations as a file that the framework loads."""
    from actviz.layers import LayerConfig, layer_row
    from actviz.layers.shapes import parse_shape

    row = layer_row(name)
    chosen = {
        "activation": (activation, values),
        "recurrent_activation": (recurrent, recurrent_values),
    }
    given = {
        slot: _slot(name, slot, word, pairs)
        for slot, (word, pairs) in chosen.items()
        if word is not None or pairs
    }
    values_given = assignments(fields, row.forms[-1].fields, name)
    chosen_shape = None if shape is None else parse_shape(row.bound(values_given), shape)
    config = LayerConfig(name, values_given, given, input_shape=chosen_shape)
    _give(config, dialect, output)


@click.command("convert")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dialect", required=True, help="The dialect to write.")
@click.option("--layer", metavar="NAME|NUMBER", help="Which layer of a model, counted from 1.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write.")
def convert_command(file: Path, dialect: str, layer: str | None, output: Path | None) -> None:
    """Write the layer in FILE, a layer or model file or a session, in another dialect.

    What its readers need or lose, and what was repaired on reading, goes to standard error.
    """
    from actviz.cli.picking import picked
    from actviz.formats import dialect_named

    chosen = dialect_named(dialect)
    config = picked(file, layer)
    said = [f"note: {remark}" for remark in chosen.remarks(config)]
    _give(config, dialect, output)
    for line in [*said, *(f"warning: {warning}" for warning in config.warnings)]:
        click.echo(f"{file}: {line}", err=True)


def _give(config: LayerConfig, dialect: str, output: Path | None) -> None:
    """Write a layer's file, or its content to standard output; bytes are kept off a terminal."""
    from actviz.files import write_atomic
    from actviz.formats import layer_file, write_layer

    content = layer_file(config, dialect)
    if output is not None:
        write_atomic(output, content)
        return
    if sys.stdout.isatty() and isinstance(write_layer(config, dialect), bytes):
        raise ValueError(f"standard output: a file of {dialect} is no text; name one with -o")
    click.echo(content, nl=False)


def _slot(
    layer: str, slot: str, word: str | None, pairs: tuple[str, ...]
) -> tuple[str, dict[str, Value]]:
    """Read one slot's activation; without a name the layer's own default is meant."""
    from actviz.layers import layer_row

    defaults = {entry.name: entry.default for entry in layer_row(layer).slots}
    if slot not in defaults:
        raise ValueError(f"{layer}: it has no {slot}; it has {', '.join(defaults)}")
    activation = defaults[slot] if word is None else word
    return activation_values(activation, None, pairs, f"{slot} {activation}")


@click.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check_command(files: tuple[Path, ...]) -> None:
    """Say what each layer, model or session file holds, or what is wrong with it."""
    bad = 0
    for path in files:
        try:
            for line in _description(path):
                click.echo(f"{path}: {line}")
        except ValueError as error:
            bad += 1
            click.echo(str(error), err=True)
    if bad:
        sys.exit(1)


def _description(path: Path) -> list[str]:
    from actviz.cli.picking import model_lines, read_file
    from actviz.formats import describe
    from actviz.layers import facts_lines
    from actviz.session import Session

    document = read_file(path)
    if isinstance(document, tuple):
        return model_lines(document)
    if not isinstance(document, Session):
        return describe(document)
    try:
        lines = describe(document.config, document.dialect)
    except ValueError as error:
        # A session may well hold what its dialect cannot: it is drawn, but not exported.
        said = [*document.config.summary(), *facts_lines(document.config)]
        lines = [*said, f"note: no {document.dialect} file of it: {error}"]
    return [f"a session with the lens {document.lens}", *lines]
