"""Layer files: the dialects, and reading and writing a layer in one of them.

A dialect's file and the readers are loaded when they are first needed: the window's first picture
needs none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from actviz.formats.dialect import Dialect
from actviz.layers import LayerConfig, facts_lines
from actviz.param import refuse

if TYPE_CHECKING:
    from actviz.formats.models import (
        ModelLayer,
        SeveralLayers,
        is_model_file,
        model_layers,
        read_model,
    )
    from actviz.formats.reading import layer_of, read_layer

__all__ = [
    "DIALECTS",
    "Dialect",
    "ModelLayer",
    "SeveralLayers",
    "describe",
    "dialect_named",
    "is_model_file",
    "layer_file",
    "layer_of",
    "model_layers",
    "read_layer",
    "read_model",
    "shown_text",
    "write_layer",
]

_HOMES = {
    **dict.fromkeys(
        ("ModelLayer", "SeveralLayers", "is_model_file", "model_layers", "read_model"),
        "actviz.formats.models",
    ),
    **dict.fromkeys(("layer_of", "read_layer"), "actviz.formats.reading"),
}

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        each.name: each
        for each in (
            Dialect("keras", "Keras 3", ".json"),
            Dialect("keras_two_layer", "Keras 3 before 3.10", ".json"),
            Dialect("keras2", "Keras 2", ".json"),
            Dialect("haibal", "LabVIEW toolkit", ".haibal.json"),
            Dialect("torch", "PyTorch", ".py"),
            Dialect("onnx", "ONNX", ".onnx"),
        )
    }
)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def dialect_named(name: str) -> Dialect:
    """Look up a dialect.

    Raises
    ------
    ValueError
        For a name that is none of them; the message lists them all.
    """
    if name not in DIALECTS:
        raise refuse("dialect", name, f"one of {', '.join(DIALECTS)}")
    return DIALECTS[name]


def write_layer(config: LayerConfig, dialect: str = "keras") -> str | bytes:
    """Write a layer in a dialect: text, or bytes where its files are no text.

    Raises
    ------
    ValueError
        For an unknown dialect, and for an activation that the dialect cannot hold.
    """
    return dialect_named(dialect).write(config)


def layer_file(config: LayerConfig, dialect: str = "keras") -> bytes:
    """Give what stands in a layer's file; text ends with a new line.

    Raises
    ------
    ValueError
        As `write_layer`.
    """
    written = write_layer(config, dialect)
    return written if isinstance(written, bytes) else f"{written.rstrip()}\n".encode()


def shown_text(config: LayerConfig, dialect: str = "keras") -> str:
    """Give a layer in a dialect as a person is to see it.

    Raises
    ------
    ValueError
        As `write_layer`.
    """
    return dialect_named(dialect).shown(config)


def describe(config: LayerConfig, dialect: str = "keras") -> list[str]:
    """Say in plain lines what a layer file holds and follows, its readers' needs, and repairs.

    Raises
    ------
    ValueError
        As `write_layer`.
    """
    return [
        *config.summary(),
        *facts_lines(config),
        *(f"note: {remark}" for remark in dialect_named(dialect).remarks(config)),
        *(f"warning: {warning}" for warning in config.warnings),
    ]
