"""The commands; `actviz` alone opens the window, `actviz FILE` opens the file in it."""

from actviz.cli.program import main

__all__ = ["main"]
