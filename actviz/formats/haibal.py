"""The dialect of the LabVIEW toolkit: a layer's parameters under its labels, in its order.

The toolkit has no file for a single layer: its parameters are clusters on a front panel. This is
the JSON of such a cluster, for people to set the panel by and for programs to read. Enums are
given by their labels. What the toolkit has no parameter for is refused where it changes what the
layer computes; where it only changes how it is trained it stands in "actviz" beside the cluster,
with the marker that makes this reader know its own files.
"""

from __future__ import annotations

from actviz.formats.dialect import Loss
from actviz.formats.haibal_activations import activation_cluster
from actviz.formats.haibal_labels import (
    CELL,
    CUSTOM,
    EXPLICIT,
    FIXED,
    INITIALIZERS,
    NO_REGULARIZER,
    PADDINGS,
    REGULARIZERS,
    RNN,
    RNN_LABELS,
    WORDS,
    Label,
    labels_of,
)
from actviz.formats.json_text import json_text
from actviz.formats.keras_objects import kind_of
from actviz.formats.spoken import in_cluster
from actviz.layers import LayerConfig
from actviz.layers.named import Named
from actviz.layers.row import IN_RNN
from actviz.param import Value, Values, refuse, text_of

__all__ = ["WORDS", "document_of", "label_of_word", "left_out", "remarks", "spoken", "write"]

DIALECT = "haibal"
VERSION = 1
MARKER = "actviz"
INPUT_SHAPE = "input_shape"
_CHANGING = {
    "groups": (1, "the toolkit's convolutions have no groups"),
    "output_padding": (None, "the toolkit's transposed convolutions have no output padding"),
    "return_state": (False, "the toolkit gives no states"),
    "go_backwards": (False, "the toolkit runs forwards in time only"),
    "zero_output_for_mask": (False, "the toolkit has no masks"),
    "dilation_rate": (None, "its ConvLSTM has no dilation rate"),
}
"""Fields without a label that change what comes out: the one value that is meant, and why."""
_RESET = (
    "the toolkit's pages do not say whether its GRU resets after the product (reset_after true) "
    "or before it"
)


def write(config: LayerConfig) -> str:
    """Write a layer's cluster; the text is stable.

    Raises
    ------
    ValueError
        For what the toolkit has no parameter for, with the reason.
    """
    return json_text(document_of(config))


spoken = in_cluster(write)
"""How a slot's activation is written, in few words."""


def document_of(config: LayerConfig) -> dict[str, object]:
    """Give what stands in the file; raises as `write`."""
    labels = labels_of(config.row)
    _refuse_what_changes_it(config)
    cluster: dict[str, object] = {label.text: _written(config, label) for label in labels}
    layer = RNN if config.in_rnn else config.layer
    if config.in_rnn:
        around = {label.text: _written(config, label) for label in RNN_LABELS}
        cluster = {CELL: {"layer": config.layer, "Parameters": cluster}, **around}
    beside = {name: config.fields[name] for name in left_out(config)}
    marker: dict[str, object] = {"dialect": DIALECT, "version": VERSION}
    if beside:
        marker["not carried"] = {name: _plain(value) for name, value in beside.items()}
    if config.input_shape != config.default_input_shape:
        marker[INPUT_SHAPE] = list(config.input_shape)
    return {
        MARKER: marker,
        "layer": layer,
        "Parameters": cluster,
        "name (optional)": "" if config.name is None else config.name,
    }


def _shown(config: LayerConfig) -> set[str]:
    """Name the fields and slots that have a place in the file."""
    around = RNN_LABELS if config.in_rnn else ()
    names = {label.name for label in (*labels_of(config.row), *around)}
    return names | {IN_RNN, "rnn_name" if config.in_rnn else "name"}


def remarks(config: LayerConfig) -> tuple[str, ...]:
    """Say how the panel is set and what the toolkit does not get to know, a sentence each.

    Raises
    ------
    ValueError
        As `write`.
    """
    written = document_of(config)["Parameters"]
    assert isinstance(written, dict)
    written = written[CELL]["Parameters"] if config.in_rnn else written
    said = ["the toolkit reads no file of a layer: set its panel by these labels"]
    for label in labels_of(config.row):
        value = written[label.text]
        if isinstance(value, dict) and value.get("enum") == CUSTOM:
            said.append(f"{label.text}: choose {CUSTOM} and wire the class beside it")
    for name in left_out(config):
        value = text_of(config.fields[name])
        lost = f"{name} = {value} is not carried: the toolkit has no parameter for it"
        said.append(Loss(lost))
    if "reset_after" in config.fields:
        said.append(Loss(_RESET))
    return tuple(said)


def left_out(config: LayerConfig) -> tuple[str, ...]:
    """Name the fields off their defaults that have no label here, and only matter in training."""
    shown = _shown(config)
    changed = config.changed_fields()
    untold = [name for name in changed if name not in shown]
    return (*untold, *(name for name in changed if name in shown and _untellable(config, name)))


def _untellable(config: LayerConfig, name: str) -> bool:
    """Whether a regularizer is one that the toolkit's enum lacks."""
    return kind_of(name) == "regularizer" and _regularizer(config, name) is None


def _refuse_what_changes_it(config: LayerConfig) -> None:
    shown = _shown(config)
    if config.in_rnn and "units" not in config.fields:
        allowed = "false: the toolkit's RNN layer takes steps and features, no axes of space"
        raise refuse(f"{config.layer}.{IN_RNN}", True, allowed)
    for name, (meant, reason) in _CHANGING.items():
        value = config.fields.get(name)
        if name in shown or name not in config.fields or value == meant:
            continue
        if isinstance(value, tuple) and name == "dilation_rate" and set(value) == {1}:
            continue
        raise refuse(f"{config.layer}.{name}", value, f"{_spoken(meant)}: {reason}")
    if "output_padding" in config.fields:
        _refuse_a_longer_output(config.fields, config.layer)


def _spoken(meant: Value) -> str:
    return "1 on every axis" if meant is None else text_of(meant)


def _refuse_a_longer_output(fields: Values, layer: str) -> None:
    """Refuse where Keras adds rows that no window reaches: the toolkit cannot be told to."""
    sizes, strides, rates = (fields[key] for key in ("kernel_size", "strides", "dilation_rate"))
    assert isinstance(sizes, tuple)
    assert isinstance(strides, tuple)
    assert isinstance(rates, tuple)
    reach = [(size - 1) * rate + 1 for size, rate in zip(sizes, rates, strict=True)]
    if any(step > length for step, length in zip(strides, reach, strict=True)):
        allowed = "at most the window's extent: Keras pads the output beyond it"
        raise refuse(f"{layer}.strides", strides, allowed)


def _written(config: LayerConfig, label: Label) -> object:
    """Write one parameter of the cluster."""
    if label.text == "explicit padding":
        return _explicit_padding(config.fields)
    if not label.name:
        return FIXED[label.text]
    if label.name in config.activations:
        name, values = config.activations[label.name]
        return activation_cluster(name, values, config.row, f"{config.layer}.{label.name}")
    value = config.fields[label.name]
    kind = kind_of(label.name)
    if kind == "initializer":
        return _initializer(config, label.name)
    if kind == "regularizer":
        return _regularizer(config, label.name) or {"enum": NO_REGULARIZER}
    if label.name == "padding":
        return EXPLICIT if value == "causal" else PADDINGS[str(value)]
    return _plain(value)


def _plain(value: Value) -> object:
    """Write sizes as arrays, and one of a single axis as a number."""
    if isinstance(value, tuple):
        return list(value) if len(value) > 1 else value[0]
    return value


def _explicit_padding(fields: Values) -> list[int]:
    """Write the zeros before the first and after the last; a causal window has them all before."""
    if fields.get("padding") != "causal":
        return []
    size, rate = fields["kernel_size"], fields["dilation_rate"]
    assert isinstance(size, tuple)
    assert isinstance(rate, tuple)
    return [int((size[0] - 1) * rate[0]), 0]


def label_of_word(word: str) -> str:
    """Give the label for one of Keras's words: GlorotUniform for glorot_uniform."""
    return "".join(part.capitalize() for part in word.split("_")).replace("l2", "L2")


def _initializer(config: LayerConfig, name: str) -> dict[str, object]:
    """Write an initializer: its label, and the arguments that are off their defaults."""
    word, arguments = _word(config, name)
    label = label_of_word(word)
    if label not in INITIALIZERS:
        place = f"{config.layer}.{name}"
        raise refuse(place, word, f"one that the toolkit has: {', '.join(INITIALIZERS)}")
    defaults = {each.name: each.default for each in words_of(config, name).word(word).arguments}
    changed = {key: _plain(own) for key, own in arguments.items() if own != defaults[key]}
    return {"enum": label, **changed}


def _regularizer(config: LayerConfig, name: str) -> dict[str, object] | None:
    """Write a penalty with its coefficients; None for none, or for one that the toolkit lacks."""
    if config.fields[name] is None:
        return None
    word, arguments = _word(config, name)
    label = label_of_word(word)
    return {"enum": label, **arguments} if label in REGULARIZERS else None


def _word(config: LayerConfig, name: str) -> tuple[str, Values]:
    return words_of(config, name).split(str(config.fields[name]))


def words_of(config: LayerConfig, name: str) -> Named:
    """Give the words, with their arguments, that a field may hold."""
    domain = config.row.field(name).domain
    assert isinstance(domain, Named)
    return domain
