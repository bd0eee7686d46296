"""All commands as one program: where the first word leads, how a bad value or device ends.

Exit status: 0 done; 1 a value, a file or a device is bad (one line on stderr, nothing written);
2 unknown option or command. Numbers are read and written in C's locale.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from actviz.cli.accuracy import accuracy_command
from actviz.cli.devices import devices_command
from actviz.cli.documents import check_command, convert_command, layer_command
from actviz.cli.drawing import render_command
from actviz.cli.shared import complain
from actviz.cli.sweep import sweep_command
from actviz.cli.values import eval_command
from actviz.cli.verify import verify_command


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


for _command in (
    eval_command,
    layer_command,
    convert_command,
    check_command,
    render_command,
    devices_command,
    accuracy_command,
    verify_command,
    sweep_command,
):
    cli.add_command(_command)


def _open_window(path: Path | None) -> None:
    from actviz.ui.app import run_window

    sys.exit(run_window(path))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a bad value, file or device is one line on stderr and status 1."""
    from actviz.evaluation import DeviceError

    try:
        cli.main(args=None if arguments is None else list(arguments), prog_name="actviz")
    except (ValueError, DeviceError) as error:
        complain(str(error))
    except MemoryError:
        complain("there is not enough memory for that many points; take a smaller --count")
    except OSError as error:
        # Reading and writing of files complain for themselves: this is standard output. Closed,
        # it is not tried again when Python ends.
        with contextlib.suppress(OSError):
            sys.stdout.close()
        complain(f"standard output: it cannot be written: {error.strerror}")
