"""Reading a layer from a file or a text, whoever wrote it."""

from __future__ import annotations

from pathlib import Path

from actviz.formats import dialect_named, haibal_reading, keras, keras_models
from actviz.formats.models import (
    ModelLayer,
    SeveralLayers,
    is_model_file,
    layers_in,
    model_layers,
    ours,
)
from actviz.formats.source import file_bytes, place_of
from actviz.formats.strict_json import strict_json
from actviz.layers import LayerConfig


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
