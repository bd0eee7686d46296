"""Which layer of a file a command means: the only one, the session's, or one of a model's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from actviz.param import refuse

if TYPE_CHECKING:
    from actviz.formats import ModelLayer
    from actviz.layers import LayerConfig
    from actviz.session import Session

_MOST_LISTED = 12


def read_file(path: Path) -> Session | LayerConfig | tuple[ModelLayer, ...]:
    """Read a session, a layer, or the layers of a model with several, whichever a file holds.

    Raises
    ------
    ValueError
        Names the file and what is wrong with it.
    """
    from actviz.files import read_document
    from actviz.formats import model_layers

    try:
        return read_document(path)
    except ValueError as error:
        try:
            entries = model_layers(path)
        except ValueError:
            raise error from None
        if len(entries) < 2:
            raise
        return entries


def picked(path: Path, wanted: str | None) -> LayerConfig:
    """Give the layer of a file that is wanted by its name or its number, counted from 1.

    Raises
    ------
    ValueError
        Where none or several are meant, with the list; where it is none of ours, with the reason.
    """
    from actviz.formats import model_layers
    from actviz.session import Session

    if wanted is None:
        document = read_file(path)
        if isinstance(document, Session):
            return document.config
        if not isinstance(document, tuple):
            return document
        raise ValueError(
            f"{path}: it holds several layers; name one with --layer: {_list(document)}"
        )
    entries = model_layers(path)
    for number, entry in enumerate(entries, 1):
        if wanted in (entry.name, str(number)):
            if entry.config is None:
                raise ValueError(f"{path}: {entry.name}: {entry.reason}")
            return entry.config
    raise refuse(f"{path}: --layer", wanted, f"one of {_list(entries)}")


def _list(entries: tuple[ModelLayer, ...]) -> str:
    shown = [f"{number} {each.name}" for number, each in enumerate(entries, 1)]
    rest = len(shown) - _MOST_LISTED
    return ", ".join(shown[:_MOST_LISTED]) + (f" and {rest} more" if rest > 0 else "")


def model_lines(entries: tuple[ModelLayer, ...]) -> list[str]:
    """Say of every layer of a model what it holds, or why it is none of ours."""
    from actviz.layers import facts_lines

    lines = [f"a model with {len(entries)} layers"]
    for number, entry in enumerate(entries, 1):
        if entry.config is None:
            lines.append(f"{number} {entry.name}: {entry.class_name}: not read: {entry.reason}")
            continue
        said = [*entry.config.summary()[1:], *facts_lines(entry.config, entry.input_shape)]
        kept = [line for line in said if line != "fields: "]
        if entry.input_shape is None:
            kept.append("the file does not say its input")
        lines.append(f"{number} {entry.name}: {entry.config.layer}: {'; '.join(kept)}")
        lines += [f"{number} {entry.name}: warning: {each}" for each in entry.config.warnings]
    return lines
