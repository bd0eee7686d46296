"""How the JSON dialects write an activation, in few words: what stands for it in the file."""

from __future__ import annotations

import json
from collections.abc import Callable

from actviz.formats.dialect import Spoken
from actviz.formats.haibal_labels import labels_of
from actviz.layers import LayerConfig

_AROUND = ("name", "dtype", "trainable")


def in_config(write: Callable[[LayerConfig], str]) -> Spoken:
    """Look at what stands at the slot of a layer's JSON as `write` makes it."""

    def spoken(config: LayerConfig, slot: str) -> str:
        return _words(json.loads(write(config))["config"][slot])

    return spoken


def behind(write: Callable[[LayerConfig], str]) -> Spoken:
    """Look at the layers behind the first one of a Sequential as `write` makes it."""

    def spoken(config: LayerConfig, slot: str) -> str:
        layers = json.loads(write(config))["config"]["layers"]
        return " · ".join(map(_words, layers[1:])) or _words(layers[0]["config"][slot])

    return spoken


def in_cluster(write: Callable[[LayerConfig], str]) -> Spoken:
    """Look at the toolkit's parameter for the slot in the cluster that `write` makes."""

    def spoken(config: LayerConfig, slot: str) -> str:
        label = next(each.text for each in labels_of(config.row) if each.name == slot)
        cluster = json.loads(write(config))["Parameters"][label]
        if "Class" not in cluster:
            return str(cluster["enum"])
        values = dict(cluster["Class"])
        return f"{cluster['enum']}: {_call(str(values.pop('name')), values)}"

    return spoken


def _words(written: object) -> str:
    """Write a word as it is, an object as a call, a Sequential as its layers."""
    if not isinstance(written, dict):
        return str(written)
    values = {key: each for key, each in written["config"].items() if key not in _AROUND}
    if "layers" in values:
        return " · ".join(map(_words, values["layers"]))
    if set(values) == {"activation"}:
        return _words(values["activation"])
    return _call(written["class_name"], values)


def _call(name: str, values: dict[str, object]) -> str:
    said = [f"{key}={json.dumps(each)}" for key, each in values.items()]
    return f"{name}({', '.join(said)})"
