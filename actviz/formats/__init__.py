"""Layer files: the dialects, and reading and writing a layer in one of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from actviz.formats import (
    haibal,
    haibal_reading,
    keras,
    keras2,
    keras_models,
    keras_two_layer,
    onnx,
    spoken,
    torch,
)
from actviz.formats.dialect import Dialect
from actviz.formats.models import (
    ModelLayer,
    SeveralLayers,
    is_model_file,
    layers_in,
    model_layers,
    ours,
    read_model,
)
from actviz.formats.source import file_bytes, place_of
from actviz.formats.strict_json import strict_json
from actviz.layers import LayerConfig, facts_lines
from actviz.param import refuse

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


DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        each.name: each
        for each in (
            Dialect(
                "keras",
                "Keras 3",
                ".json",
                keras.write,
                keras.remarks,
                spoken.in_config(keras.write),
                words=keras.WORDS,
            ),
            Dialect(
                "keras_two_layer",
                "Keras 3 before 3.10",
                ".json",
                keras_two_layer.write,
                keras_two_layer.remarks,
                spoken.behind(keras_two_layer.write),
                words=keras_two_layer.WORDS,
            ),
            Dialect(
                "keras2",
                "Keras 2",
                ".json",
                keras2.write,
                keras2.remarks,
                spoken.in_config(keras2.write),
                words=keras2.WORDS,
            ),
            Dialect(
                "haibal",
                "LabVIEW toolkit",
                ".haibal.json",
                haibal.write,
                haibal.remarks,
                spoken.in_cluster(haibal.write),
                words=haibal.WORDS,
            ),
            Dialect(
                "torch",
                "PyTorch",
                ".py",
                torch.write,
                torch.remarks,
                torch.spoken,
                words=torch.WORDS,
            ),
            Dialect(
                "onnx",
                "ONNX",
                ".onnx",
                onnx.write,
                onnx.remarks,
                onnx.spoken,
                onnx.shown,
                onnx.WORDS,
            ),
        )
    }
)


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
    chosen = dialect_named(dialect)
    written = (chosen.shown or chosen.write)(config)
    assert isinstance(written, str)
    return written


def read_layer(source: Path | str, dialect: str | None = None) -> LayerConfig:
    """Read a layer from a file (a Path) or from text (a str).

    What was repaired or dropped stands in the configuration's `warnings`.

    Raises
    ------
    ValueError
        For a file that cannot be read, for text that is not JSON or no layer of ours; the
        sentence begins with the file's name and says where in it, what, and what is allowed.
    """
    dialect_named(dialect or "keras")
    place = place_of(source, "layer")
    if isinstance(source, Path) and is_model_file(source):
        return _only_layer(model_layers(source), place)
    text = file_bytes(source) if isinstance(source, Path) else source
    return layer_of(strict_json(text, place), place, dialect)


def layer_of(document: object, place: str, dialect: str | None = None) -> LayerConfig:
    """Read a layer from its JSON, which is read already; errors as `read_layer`."""
    try:
        if haibal_reading.is_ours(document):
            return haibal_reading.read(document)
        if keras_models.is_model(document):
            return _only_layer(layers_in(document, place), place)
        if isinstance(document, dict):
            return keras_models.read_one(document, keras_2=dialect == "keras2")
        return keras.read(document)
    except SeveralLayers:
        raise
    except ValueError as error:
        known = str(error).startswith(f"{place}: ")
        raise ValueError(str(error) if known else f"{place}: {error}") from None


def _only_layer(entries: tuple[ModelLayer, ...], place: str) -> LayerConfig:
    """Give the layer of a model that holds one, such as a layer and its activation layer."""
    configs = ours(entries, place)
    if len(configs) != 1:
        raise SeveralLayers(
            f"{place}: it is a model with {len(configs)} layers of ours; a file of one layer is "
            "needed, or open it as a model and pick one",
            entries,
        )
    return configs[0]


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
