"""The layers in a model's JSON, of Keras 3 or Keras 2, nested models included.

An activation layer that alone follows a feed-forward layer without activation is taken as that
layer's activation: together they compute what one layer with it computes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from actviz.formats import keras, keras_older
from actviz.formats.keras_origin import undecided
from actviz.formats.keras_shapes import (
    INPUT,
    keeps_the_shape,
    output_shape,
    own_shape,
    shaped,
)
from actviz.formats.keras_wiring import links
from actviz.layers import LayerConfig
from actviz.layers.sizes import OpenShape

Object = dict[str, object]

MODELS = ("Sequential", "Functional", "Model")
ACTIVATIONS = ("Activation", "ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax", "ThresholdedReLU")
_PARTS = (*ACTIVATIONS, "Rescaling")
_LONGEST_FORM = 3
_AROUND = ("inbound_nodes", "build_config", "compile_config", "name", "shared_object_id")
_LONGEST = 80
FEED_FORWARD = ("Dense", "Conv", "Depthwise", "Separable")


@dataclass(frozen=True, slots=True)
class Found:
    """A layer as it stands in a model: read, or with the reason why not."""

    name: str
    class_name: str
    config: LayerConfig | None
    reason: str = ""
    input_shape: OpenShape | None = None


def is_model(document: object) -> bool:
    """Tell a model from a layer."""
    return isinstance(document, dict) and document.get("class_name") in MODELS


def layers_of(document: object, version: str = "", *, old: bool = False) -> list[Found]:
    """List the layers of a model, or the one of a layer's JSON.

    Raises
    ------
    ValueError
        For what is neither.
    """
    if not isinstance(document, dict) or not isinstance(document.get("class_name"), str):
        raise ValueError("it is no model; an object with class_name and config is needed")
    keras_2 = old or version.startswith(("1.", "2.")) or keras_older.is_keras_2(document)
    if not is_model(document):
        return [_found(document, "", keras_2, alone=True)]
    return _Model(document, "", keras_2).layers()


MOST_LAYERS = 10_000
"""Layers of a model that are read: more take longer than anybody waits."""


def _layer_list(model: Mapping[str, object]) -> list[object]:
    config = model.get("config")
    # the first Keras 2 wrote a Sequential's config as the list itself
    layers = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(layers, list):
        raise ValueError(f"{_short(model.get('class_name'))}: it has no list of layers")
    if len(layers) > MOST_LAYERS:
        raise ValueError(
            f"{_short(model.get('class_name'))}: it has {len(layers):,} layers; at most "
            f"{MOST_LAYERS:,} are allowed"
        )
    shape = config.get("build_input_shape") if isinstance(config, dict) else None
    if shape and layers and isinstance(layers[0], dict) and "build_config" not in layers[0]:
        return [{**layers[0], "build_config": {"input_shape": shape}}, *layers[1:]]
    return layers


def _short(value: object) -> str:
    text = value if isinstance(value, str) else ""
    shown = text if text.isprintable() else ascii(text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def _name_of(layer: Mapping[str, object]) -> str:
    config = layer.get("config")
    own = config.get("name") if isinstance(config, dict) else None
    return _short(own if isinstance(own, str) else layer.get("name"))


def _class_of(layer: object) -> str:
    return _short(layer.get("class_name")) if isinstance(layer, dict) else ""


class _Model:
    """One model, flat or nested, being read."""

    def __init__(self, model: Mapping[str, object], prefix: str, keras_2: bool) -> None:
        self.items = _layer_list(model)
        self.prefix = prefix
        self.keras_2 = keras_2
        self.links = links(model, self.items)
        self.flows: dict[int, OpenShape | None] = {}

    def layers(self) -> list[Found]:
        found: list[Found] = []
        taken: set[int] = set()
        for index, item in enumerate(self.items):
            if index not in taken:
                found += self._at(index, item, taken)
        return found

    def _told(self, index: int) -> OpenShape | None:
        """Give a layer's input, where the file says it or what flows into it."""
        before = self.links.before.get(index)
        item = self.items[index]
        own = own_shape(item) if isinstance(item, dict) else None
        return own or (None if before is None else self.flows.get(before))

    def _at(self, index: int, item: object, taken: set[int]) -> list[Found]:
        if not isinstance(item, dict):
            return [Found(f"{self.prefix}{index}", "", None, "it is no object with a class_name")]
        name = f"{self.prefix}{_name_of(item) or index}"
        if item.get("class_name") == INPUT:
            self.flows[index] = own_shape(item)
            return []
        if is_model(item):
            try:
                return _Model(item, f"{name}/", self.keras_2).layers()
            except ValueError as error:
                return [Found(name, _class_of(item), None, str(error))]
        inner = _inside(item)
        if inner is not None:
            return self._wrapped(item, inner, name)
        if _takes_an_activation(item):
            merged = self._with_what_follows(index, item, name, taken)
            if merged is not None:
                return [merged]
        told = self._told(index)
        found = _found(item, name, self.keras_2, told)
        if found.config is not None:
            self.flows[index] = output_shape(found.config, told)
        elif keeps_the_shape(found.class_name):
            self.flows[index] = told
        return [found]

    def _wrapped(self, item: Object, inner: Object, name: str) -> list[Found]:
        """Give the layer inside a wrapper, which changes how it is applied, not what it is."""
        own = f"{name}/{_name_of(inner) or 0}"
        found = _found(inner, own, self.keras_2)
        if found.config is not None:
            note = f"{own}: the {_class_of(item)} around it is left out"
            found = replace(found, config=_with_notes(found.config, [note]))
        return [found]

    def _with_what_follows(
        self, index: int, item: Object, name: str, taken: set[int]
    ) -> Found | None:
        """Take the activation layers behind a layer as its activation, as many as there are."""
        behind: list[int] = []
        told = self._told(index)
        at = self.links.next.get(index)
        while at is not None and len(behind) < _LONGEST_FORM:
            if _class_of(self.items[at]) not in _PARTS:
                break
            behind.append(at)
            at = self.links.next.get(at)
        for count in range(len(behind), 0, -1):
            steps = [self.items[each] for each in behind[:count]]
            try:
                config = _together(item, steps, self.keras_2, told)
            except ValueError:
                continue
            taken.update(behind[:count])
            self.flows[behind[count - 1]] = output_shape(config, told)
            names = ", ".join(_name_of(s) or _class_of(s) for s in steps if isinstance(s, dict))
            note = f"{name}: what follows it ({names}) is taken as its activation"
            noted = _with_notes(config, [note])
            return Found(name, _class_of(item), noted, input_shape=told)
        return None


def _together(
    item: Object, steps: list[object], keras_2: bool, given: OpenShape | None
) -> LayerConfig:
    """Read a layer with the layers behind it put where its activation stands."""
    config = item["config"]
    assert isinstance(config, dict)
    dtype = config.get("dtype", "float32")
    put = [_step(step, dtype, keras_2) for step in steps]
    inner: Object = {"name": "composed", "dtype": dtype, "layers": put}
    whole = {"module": "keras", "class_name": "Sequential", "config": inner}
    plain = {**config, "activation": "linear"}
    layer, said = _plain({**item, "config": plain}, keras_2)
    ours = layer["config"]
    assert isinstance(ours, dict)
    inner["dtype"] = ours.get("dtype", dtype)
    ours["activation"] = put[0] if len(put) == 1 else whole
    return _with_notes(_shaped(keras.read(layer), item, given), said)


def _step(step: object, dtype: object, keras_2: bool) -> object:
    assert isinstance(step, dict)
    stripped = {key: value for key, value in step.items() if key not in _AROUND}
    if not keras_2:
        return stripped
    return keras_older.activation(stripped, dtype, "activation", [])


def _takes_an_activation(item: Mapping[str, object]) -> bool:
    """Tell a feed-forward layer that has none yet; behind a recurrence it is another function."""
    config = item.get("config")
    if not isinstance(config, dict) or not _class_of(item).startswith(FEED_FORWARD):
        return False
    return config.get("activation", "linear") in (None, "linear")


def _inside(item: Mapping[str, object]) -> Object | None:
    """Give what TimeDistributed or Bidirectional wraps."""
    if item.get("class_name") not in ("TimeDistributed", "Bidirectional"):
        return None
    config = item.get("config")
    inner = config.get("layer") if isinstance(config, dict) else None
    return inner if isinstance(inner, dict) else None


def _plain(item: Mapping[str, object], keras_2: bool) -> tuple[Object, list[str]]:
    stripped = {key: value for key, value in item.items() if key not in _AROUND}
    if not keras_2 and not keras_older.is_keras_2(stripped):
        return stripped, []
    return keras_older.as_keras_3(stripped)


def read_one(
    document: Mapping[str, object],
    *,
    keras_2: bool = False,
    given: OpenShape | None = None,
    alone: bool = True,
) -> LayerConfig:
    """Read one layer's JSON of Keras 3 or Keras 2; raises a ValueError as `keras.read`.

    `given` is the input that the model gives it, where its own part of the file says none; a
    layer that is not `alone` stands in a model, which tells the version of Keras.
    """
    layer, said = _plain(document, keras_2)
    if alone and not keras_2 and not keras_older.is_keras_2(document):
        said = undecided(document)
    return _with_notes(_shaped(keras.read(layer), document, given), said)


def _shaped(
    config: LayerConfig, document: Mapping[str, object], given: OpenShape | None = None
) -> LayerConfig:
    """Take over for which input a file says the layer was built, where that fits."""
    return shaped(config, own_shape(document) or given)


def _with_notes(config: LayerConfig, said: list[str]) -> LayerConfig:
    return replace(config, warnings=(*config.warnings, *said)) if said else config


def _found(
    item: Mapping[str, object],
    name: str,
    keras_2: bool,
    given: OpenShape | None = None,
    *,
    alone: bool = False,
) -> Found:
    class_name = _class_of(item)
    name = name or _name_of(item) or class_name
    try:
        config = read_one(item, keras_2=keras_2, given=given, alone=alone)
        return Found(name, class_name, config, input_shape=own_shape(item) or given)
    except ValueError as error:
        reason = str(error)
        if class_name in _PARTS:
            reason = "an activation on its own, without a layer that it alone follows"
        elif reason.startswith("class_name:"):
            reason = f"{class_name or 'it'} is not one of ours: it is listed, never loaded"
        return Found(name, class_name, None, reason)
