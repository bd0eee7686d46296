"""The arguments in the config of a layer that Keras wrote: which are known, and what they say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from actviz.formats.keras_objects import SavedObject, kind_of, read_dtype, read_word, unknown_key
from actviz.param import Choice, Param, Value

# Written by Keras, but no field of ours: nothing stands in it, or Keras does nothing with it.
_DROPPED_WHEN_NULL = ("quantization_config", "activity_regularizer")
# SimpleRNN and the cells have it, and no loss ever comes of it there.
_WITHOUT_EFFECT = "activity_regularizer"
_MEANT_BY_NULL: Mapping[str, str] = MappingProxyType(
    {"dtype": "float32", "data_format": "channels_last"}
)


def only_known_keys(saved: SavedObject, allowed: Collection[str], warnings: list[str]) -> None:
    """Refuse keys that are no argument, as Keras does, but not those without an effect."""
    for key, value in saved.config.items():
        if key in allowed or (key in _DROPPED_WHEN_NULL and value is None):
            continue
        if key != _WITHOUT_EFFECT:
            raise unknown_key(saved.at(key), allowed)
        warnings.append(f"{saved.at(key)}: Keras 3 ignores it here; it is left out")


def read_field(param: Param, saved: SavedObject, warnings: list[str]) -> Value:
    """Read the argument of a parameter's name, which is there.

    Raises
    ------
    ValueError
        For a value outside its domain; names its place.
    """
    name = param.name
    value, path = saved.config[name], saved.at(name)
    kind = kind_of(name)
    if kind is not None:
        value = read_word(kind, value, path, param.domain)
    elif name == "dtype":
        value = read_dtype(value, path)
    elif isinstance(param.domain, Choice) and isinstance(value, str):
        value = value.lower()
    if value is None and name in _MEANT_BY_NULL:
        value = _MEANT_BY_NULL[name]
        warnings.append(f"{path}: null depends on the reader; {value} is taken")
    if value is None and kind == "initializer":
        value = "glorot_uniform"
        warnings.append(f"{path}: null is {value} to Keras")
    return param.domain.check(value, path)
