"""Model files: the list of their layers, each as a configuration or with the reason why not.

A file may be a model's or a layer's JSON of Keras 3 or Keras 2, a `.keras` archive, or an ONNX
model. Nothing in it is executed, built or looked up, and one layer that cannot be read hides no
other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from actviz.formats import keras_archive, keras_models
from actviz.formats.keras_models import Found
from actviz.formats.onnx_reading import read_onnx
from actviz.formats.source import Source, opened, place_of
from actviz.formats.strict_json import LARGEST_TEXT, strict_json
from actviz.layers import LayerConfig
from actviz.layers.sizes import OpenShape

ONNX_BEGINS = b"\x08"
"""A model begins with the number of its form's version, whose tag this is; no text does."""


@dataclass(frozen=True, slots=True)
class ModelLayer:
    """One layer of a model file.

    Parameters
    ----------
    name
        Its name in the model; inside a nested model the outer names come first, with slashes.
    class_name
        Its class as the file says it.
    config
        What it is to us; None where it is none of ours or cannot be read.
    reason
        Why `config` is None; else empty.
    input_shape
        What the file says of its input, without the batch and in the order of its data format;
        None for an axis of any length, and for all of it where the file says nothing.
    """

    name: str
    class_name: str
    config: LayerConfig | None
    reason: str = ""
    input_shape: OpenShape | None = None


def model_layers(source: Source) -> tuple[ModelLayer, ...]:
    """List every layer of a model file (a Path) or of a model's JSON (a str), in its order.

    An activation layer that acts alone on what a layer without activation gives is shown as that
    layer's activation. A layer file is a model of one layer.

    Raises
    ------
    ValueError
        For a file that cannot be read as a whole: no JSON, no archive of Keras, no model.
    """
    place = place_of(source, "model")
    if isinstance(source, Path) and _begins(source) == ONNX_BEGINS:
        entries = read_onnx(source)
        return tuple(
            ModelLayer(e.name, e.operator, e.config, e.reason, e.input_shape or None)
            for e in entries
        )
    document, version = _document(source, place)
    return layers_in(document, place, version)


def layers_in(document: object, place: str, version: str = "") -> tuple[ModelLayer, ...]:
    """List every layer in a model's JSON that is read already; a ValueError begins with `place`.

    `version` is Keras's, where the file says it.
    """
    try:
        found = keras_models.layers_of(document, version)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None
    return tuple(_entry(each) for each in found)


class SeveralLayers(ValueError):  # noqa: N818 - it is no fault of the file
    """Where one layer is needed, a model has several: `layers` lists all it has."""

    def __init__(self, sentence: str, layers: tuple[ModelLayer, ...]) -> None:
        super().__init__(sentence)
        self.layers = layers


def read_model(source: Source) -> tuple[LayerConfig, ...]:
    """Read every layer of a model file that is one of ours; `model_layers` says why others are not.

    Raises
    ------
    ValueError
        As `model_layers`, and where no layer is one of ours.
    """
    return ours(model_layers(source), place_of(source, "model"))


def ours(entries: Sequence[ModelLayer], place: str) -> tuple[LayerConfig, ...]:
    """Give the layers of a list that are ours; where none is, a ValueError begins with `place`."""
    configs = tuple(entry.config for entry in entries if entry.config is not None)
    if not configs:
        reasons = "; ".join(f"{entry.name}: {entry.reason}" for entry in entries[:3])
        raise ValueError(f"{place}: none of its layers is one of ours ({reasons or 'it has none'})")
    return configs


def is_model_file(path: Path) -> bool:
    """Tell by its beginning whether a file is an archive of Keras or an ONNX model.

    False too where it cannot be read: whoever reads it then says why.
    """
    try:
        if not path.is_file():  # a pipe would be read empty
            return False
        with path.open("rb") as file:
            begin = file.read(len(keras_archive.MAGIC))
    except OSError:
        return False
    return begin == keras_archive.MAGIC or begin.startswith(ONNX_BEGINS)


def _begins(path: Path) -> bytes:
    """Read the first byte of a file, which tells ONNX models from text and archives."""
    with opened(path) as file:
        try:
            return file.read(1)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ValueError(f"{path.name or path}: it cannot be read: {reason}") from None


def _entry(found: Found) -> ModelLayer:
    shape = None if found.config is None else found.input_shape
    return ModelLayer(found.name, found.class_name, found.config, found.reason, shape)


def _document(source: Source, place: str) -> tuple[object, str]:
    """Read the JSON of a text, a file or an archive, and the version that an archive names."""
    if not isinstance(source, Path):
        return strict_json(source, place), ""
    with opened(source) as file:
        try:
            if file.read(4) == keras_archive.MAGIC:
                return keras_archive.architecture(file, place)
            file.seek(0)
            content = file.read(LARGEST_TEXT + 1)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ValueError(f"{place}: it cannot be read: {reason}") from None
    return strict_json(content, place), ""
