"""Layers and activations off their defaults, for the tests of layers and of layer files."""

from __future__ import annotations

import random
from typing import Any

from actviz.activations import ROWS as ACTIVATIONS
from actviz.formats import write_layer
from actviz.formats.keras_activations import HELD
from actviz.layers import ROWS, LayerConfig, LayerRow
from actviz.layers.named import Named
from actviz.layers.words import Axes, Single
from actviz.param import Choice, Flag, Integer, Param, Real, Sizes, Text

_OFF_DEFAULTS: dict[str, list[dict[str, Any]]] = {
    "celu": [{"alpha": 0.5}, {"alpha": 2.5}],
    "elu": [{"alpha": 0.7}, {"alpha": 0.0}, {"alpha": -0.5}, {"alpha": 2.5}],
    "gelu": [{"approximate": "tanh"}],
    "hard_sigmoid": [{"alpha": 0.2}, {"alpha": 0.3, "beta": -0.2}],
    "hard_shrink": [{"threshold": 2.0}, {"threshold": 0.0}],
    "leaky_relu": [
        {"negative_slope": 0.2},
        {"negative_slope": 0.0},
        {"negative_slope": -0.5},
        {"negative_slope": 0.1, "max_value": 2.0, "threshold": 1.0},
        {"negative_slope": -0.3, "threshold": -1.5},
    ],
    "prelu": [{"alpha": 0.0}, {"alpha": -0.5}],
    "relu": [
        {"max_value": 6.0},
        {"max_value": 0.0},
        {"negative_slope": 0.25},
        {"negative_slope": 0.2, "max_value": 4.0, "threshold": 0.5},
        {"threshold": 1.5},
        {"threshold": 2.5, "max_value": 1.0},
        {"threshold": -1.5},
        {"negative_slope": -0.4, "max_value": 3.0},
    ],
    "soft_shrink": [{"threshold": 2.0}, {"threshold": 0.0}],
    "softmax": [{"logits": (0.5, -2.0)}, {"axis": 1, "logits": (1.0,)}],
    "softplus": [{"beta": 2.0}, {"beta": 0.3}],
    "squareplus": [{"b": 0.0}, {"b": 1.5}],
    "swish": [{"beta": 2.0}, {"beta": 0.3}, {"beta": -1.5}, {"beta": 0.0}],
    "threshold": [{"threshold": 1.5}, {"threshold": 0.0}, {"threshold": -0.5}],
    "thresholded_relu": [{"theta": 0.0}, {"theta": 2.5}, {"theta": -1.0}],
}

SETTINGS: dict[str, list[dict[str, Any]]] = {
    each.name: [{}, *_OFF_DEFAULTS.get(each.name, [])] for each in ACTIVATIONS if each.name in HELD
}
"""For each activation that Keras has a form for its defaults and values off them."""

DTYPES = ("float32", "float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16")


def slots() -> list[tuple[str, str]]:
    """Every activation slot of every layer."""
    return [(row.name, slot.name) for row in ROWS for slot in row.slots]


def random_config(row: LayerRow, seed: int) -> LayerConfig:
    """A configuration that Keras can hold, with most fields off their defaults and small sizes.

    Cells stand alone where the seed is even, and in an RNN layer where it is odd.
    """
    draw = random.Random(f"{row.name} {seed}")
    form = row.forms[seed % len(row.forms)]
    while True:
        fields = {
            param.name: _random_value(param, draw) for param in form.fields if draw.random() < 0.6
        }
        if row.in_rnn is not None:
            fields["in_rnn"] = form is row.in_rnn
        activations = {}
        for slot in row.slots:
            name = draw.choice(sorted(SETTINGS))
            activations[slot.name] = (name, draw.choice(SETTINGS[name]))
        try:
            config = LayerConfig(row.name, fields, activations)
            write_layer(config)
        except ValueError:
            continue
        return config


def seeds(row: LayerRow, count: int) -> range:
    """Seeds for `random_config`, as many for each form of a layer."""
    return range(count * len(row.forms))


def _random_value(param: Param, draw: random.Random) -> object:
    domain = param.domain
    if getattr(domain, "optional", False) and draw.random() < 0.4:
        return None
    match domain:
        case Flag():
            return draw.random() < 0.5
        case Named() | Axes() | Single():
            return _random_part(domain, draw)
        case Choice():
            return draw.choice(domain.options)
        case Integer():
            return max(domain.low, draw.choice((1, 2, 3, 4, 6)))
        case Real():
            return draw.choice((0.25, 1.0) if domain.low_open else (0.0, 0.25, 1.0))
        case Sizes():
            return tuple(domain.low + draw.choice((0, 0, 1)) for _ in range(domain.rank))
        case Text():
            return draw.choice(("first", "Höhe 2", "a.b-c_d"))
    raise AssertionError(domain)


def _random_part(domain: Named | Axes | Single, draw: random.Random) -> object:
    """A word, mostly with arguments, or one of the arguments that only words have."""
    if isinstance(domain, Single):
        return draw.choice((0.0, 0.001, 0.25))
    if isinstance(domain, Axes):
        axes = draw.sample(range(domain.rank), draw.randint(1, domain.rank))
        return axes[0] if len(axes) == 1 else tuple(axes)
    name = draw.choice(domain.options)
    params = domain.word(name).arguments
    chosen = {each.name: _random_value(each, draw) for each in params}
    return _spelled(domain, name, chosen) if draw.random() < 0.6 else name


def _spelled(domain: Named, name: str, chosen: dict[str, Any]) -> str:
    """Spell a word with arguments; with none where two of them are in the wrong order."""
    try:
        return domain.spell(name, chosen, "")
    except ValueError:
        return name
