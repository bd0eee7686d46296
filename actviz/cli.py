"""The commands; `actviz` alone opens the window, `actviz FILE` opens the file in it.

Exit status: 0 done; 1 a value, a file or a device is bad (one line on stderr, nothing written);
2 unknown option or command. Numbers are read and written in C's locale.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from actviz.activations.row import Row
    from actviz.evaluation import Array, Grid
    from actviz.layers import LayerConfig
    from actviz.param import Param, Value

GRID = {"low": -8.0, "high": 8.0, "count": 1001}


class Commands(click.Group):
    """The commands, where a first word that names a file opens that file in the window."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Turn `actviz FILE` into the hidden command that opens it."""
        words = [word for word in args if not word.startswith("-")]
        if words and args[0] == words[0] and words[0] not in self.commands:
            if not Path(words[0]).exists():
                raise click.UsageError(f"there is no command and no file {words[0]!r}", ctx)
            args = ["open", *args]
        return super().parse_args(ctx, args)


@click.group(cls=Commands, invoke_without_command=True)
@click.version_option(package_name="actviz", message="actviz %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """See activation functions and their derivatives; export the layer that uses them.

    Without a command the window opens; `actviz FILE` opens a session or a layer file in it.
    """
    if ctx.invoked_subcommand is None:
        _open_window(None)


@cli.command("open", hidden=True)
@click.argument("file", type=click.Path(path_type=Path))
def open_file(file: Path) -> None:
    """Open FILE in the window."""
    _open_window(file)


def _open_window(path: Path | None) -> None:
    from actviz.ui.app import run_window

    sys.exit(run_window(path))


def _assignments(pairs: Sequence[str], params: Sequence[Param], place: str) -> dict[str, Value]:
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


def _row(name: str) -> Row:
    from actviz.activations import row

    return row(name)


@cli.command("eval")
@click.argument("activation")
@click.option("--set", "pairs", multiple=True, metavar="NAME=VALUE", help="A parameter's value.")
@click.option("--from", "low", type=float, help="Where the range begins.")
@click.option("--to", "high", type=float, help="Where the range ends.")
@click.option("--count", type=int, help="How many points the range has.")
@click.option("--input", "source", type=click.Path(path_type=Path), help="x from a .npy file.")
@click.option("--dtype", default="float32", show_default=True, help="float16, float32, float64.")
@click.option("--device", help="A device's id, as `actviz devices` lists it.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A .csv, .npy or .npz file.")
def eval_command(
    *,
    activation: str,
    pairs: tuple[str, ...],
    low: float | None,
    high: float | None,
    count: int | None,
    source: Path | None,
    dtype: str,
    device: str | None,
    output: Path | None,
) -> None:
    """Compute f and f′ of ACTIVATION over a range, or at the x of a file.

    Without -o the rows go to standard output as CSV. A .csv file has the header x,f,df;
    a .npy file has the shape (N, 3); a .npz file holds x, y and dy.
    """
    from actviz import tables
    from actviz.engines import evaluate

    if output is not None:
        tables.check_suffix(output, tables.SUFFIXES)
    values = _assignments(pairs, _row(activation).params, activation)
    x = _points(low, high, count, source)
    result = evaluate(activation, x, dtype=dtype, device=device, **values)
    if output is None:
        sys.stdout.write(tables.csv(result))
        sys.stdout.flush()
    else:
        from actviz.files import write_atomic

        write_atomic(output, tables.encode(result, output.suffix.lower()))
    click.echo(f"{result.y.size} points in {dtype}, computed by {result.device.name}", err=True)


def _points(
    low: float | None, high: float | None, count: int | None, source: Path | None
) -> Grid | Array:
    """Give the range, or the array in the file; both at once is an error."""
    from actviz.evaluation import Grid
    from actviz.tables import read_array

    if source is None:
        return Grid(
            GRID["low"] if low is None else low,
            GRID["high"] if high is None else high,
            int(GRID["count"]) if count is None else count,
        )
    if (low, high, count) != (None, None, None):
        raise ValueError("--input: it cannot stand beside --from, --to or --count; leave one out")
    return read_array(source)


@cli.command("layer")
@click.argument("name", metavar="LAYER")
@click.option("--set", "fields", multiple=True, metavar="FIELD=VALUE", help="A layer's field.")
@click.option("--activation", help="The activation in the layer's activation slot.")
@click.option("--set-activation", "values", multiple=True, metavar="NAME=VALUE")
@click.option("--recurrent-activation", "recurrent", help="That of the recurrent slot.")
@click.option("--set-recurrent", "recurrent_values", multiple=True, metavar="NAME=VALUE")
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
    dialect: str,
    output: Path | None,
) -> None:
    """Write LAYER with its fields and activations as JSON that the framework loads."""
    from actviz.formats import write_layer
    from actviz.layers import LayerConfig, layer_row

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
    config = LayerConfig(name, fields=_assignments(fields, row.fields, name), activations=given)
    text = write_layer(config, dialect)
    if output is None:
        click.echo(text)
        return
    from actviz.files import write_atomic

    write_atomic(output, text + "\n")


def _slot(
    layer: str, slot: str, word: str | None, pairs: tuple[str, ...]
) -> tuple[str, dict[str, Value]]:
    """Read one slot's activation; without a name the layer's own default is meant."""
    from actviz.layers import layer_row

    defaults = {entry.name: entry.default for entry in layer_row(layer).slots}
    if slot not in defaults:
        raise ValueError(f"{layer}: it has no {slot}; it has {', '.join(defaults)}")
    activation = defaults[slot] if word is None else word
    return activation, _assignments(pairs, _row(activation).params, f"{slot} {activation}")


@cli.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check_command(files: tuple[Path, ...]) -> None:
    """Say what each layer or session file holds, or what is wrong with it."""
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
    from actviz.files import read_document
    from actviz.formats import describe
    from actviz.session import Session

    document = read_document(path)
    if isinstance(document, Session):
        return [f"a session with the lens {document.lens}", *describe(document.config)]
    config: LayerConfig = document
    return [*describe(config), *(f"warning: {warning}" for warning in config.warnings)]


@cli.command("render")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path))
@click.option("--activation", help="Which activation to draw.")
@click.option("--set", "pairs", multiple=True, metavar="NAME=VALUE", help="A parameter's value.")
@click.option("--lens", default="curve", show_default=True)
@click.option("--theme", default="light", show_default=True, help="light or dark.")
@click.option("--size", default="1200x800", show_default=True, metavar="WxH")
def render_command(
    *,
    file: Path | None,
    output: Path,
    activation: str | None,
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
    if activation is not None:
        state = document.choose_activation(state, activation)
    for name, value in _assignments(pairs, _row(state.activation).params, state.activation).items():
        state = document.set_value(state, name, value)
    state = document.set_lens(state, lens)
    # Files need no display, so none is looked for, and no missing one is stumbled over.
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from actviz.evaluation import NumPyEngine
    from actviz.ui.render import render_session

    render_session(state, theme, _size(size), output)
    click.echo(f"{output}: drawn in {state.dtype}, computed by {NumPyEngine.device.name}", err=True)


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


@cli.command("devices")
@click.option("--json", "as_json", is_flag=True, help="A list of objects, one a device.")
@click.option("--refresh", is_flag=True, help="Try drivers again that failed in the last 24 h.")
def devices_command(as_json: bool, refresh: bool) -> None:
    """List the devices, usable or not, with the reason; the first usable one is used."""
    import msgspec

    from actviz.engines import devices

    found = devices(refresh)
    if as_json:
        click.echo(json.dumps([msgspec.to_builtins(device) for device in found], indent=2))
        return
    width = max(len(device.id) for device in found)
    for device in found:
        state = ", ".join(device.dtypes) if device.usable else f"not usable: {device.reason}"
        click.echo(f"{device.id:<{width}}  {device.kind:<11}  {device.name}  ({state})")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a bad value, file or device is one line on stderr and status 1."""
    from actviz.evaluation import DeviceError

    try:
        cli.main(args=None if arguments is None else list(arguments), prog_name="actviz")
    except (ValueError, DeviceError) as error:
        _complain(str(error))
    except MemoryError:
        _complain("there is not enough memory for that many points; take a smaller --count")
    except OSError as error:
        # Reading and writing of files complain for themselves: this is standard output. Closed,
        # it is not tried again when Python ends.
        with contextlib.suppress(OSError):
            sys.stdout.close()
        _complain(f"standard output: it cannot be written: {error.strerror}")


def _complain(sentence: str) -> NoReturn:
    click.echo(f"actviz: {' '.join(sentence.split())}", err=True)
    sys.exit(1)
