"""The LabVIEW toolkit's dialect: labels as on its pages, what it cannot hold, and reading back."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import numpy as np
import pytest
from layer_cases import SETTINGS, random_config

from actviz.engines import evaluate
from actviz.formats import describe, read_layer, write_layer
from actviz.formats.haibal_labels import labels_of
from actviz.layers import ROWS, LayerConfig, LayerRow, layer_row

TAIL = ["training?", "store?", "update?", "lda coeff"]
PAGES = {
    "Dense": "units|Activation|use bias?|Weight Initializer|Bias Initializer|Weight Regularizer|"
    "Bias Regularizer",
    "Conv3DTranspose": "filters|size|stride|dilation rate|explicit padding|Activation|use bias?|"
    "padding|data format|Filter Initializer|Bias Initializer|Filter Regularizer|Bias Regularizer",
    "SeparableConv2D": "filters|size|stride|explicit padding|dilation rate|depth multiplier|"
    "Activation|use bias?|padding|data format|Depthwise Filter Initializer|"
    "Pointwise Filter Initializer|Bias Initializer|Depthwise Filter Regularizer|"
    "Pointwise Filter Regularizer|Bias Regularizer",
    "LSTM": "units|Activation|Output Activation|Recurrent Activation|use bias?|"
    "Input Weight Initializer|Hidden Weight Initializer|Bias Initializer|unit forget bias?|dropout|"
    "recurrent dropout|return sequences?|stateful?|Input Weight Regularizer|"
    "Hidden Weight Regularizer|Bias Regularizer",
}
"""The labels on the toolkit's pages, in their order; all end with the same four."""


@pytest.mark.parametrize("name", PAGES)
def test_labels_stand_as_on_the_toolkits_pages(name: str) -> None:
    written = json.loads(write_layer(LayerConfig(name), "haibal"))
    assert list(written["Parameters"]) == [*PAGES[name].split("|"), *TAIL]


def test_a_cells_labels_stand_as_on_its_page() -> None:
    cell = [label.text for label in labels_of(layer_row("LSTMCell"))]
    layer = [label.text for label in labels_of(layer_row("LSTM"))]
    assert cell == [
        text for text in layer if text not in ("return sequences?", "stateful?", TAIL[3])
    ]


def holdable(row: LayerRow, seed: int) -> LayerConfig:
    """A random configuration that the toolkit can hold."""
    draw = random.Random(f"haibal {row.name} {seed}")
    while True:
        config = random_config(row, draw.randrange(10**9))
        kept = {"groups", "output_padding", "return_state", "go_backwards", "zero_output_for_mask"}
        fields = {name: v for name, v in config.fields.items() if name not in kept}
        slots = {slot.name: ("elu", {"alpha": draw.choice((0.7, 1.0))}) for slot in row.slots}
        try:
            made = LayerConfig(row.name, fields, slots)
            write_layer(made, "haibal")
        except ValueError:
            continue
        return made


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_is_written_is_read_back_as_it_was(row: LayerRow) -> None:
    for seed in range(15):
        config = holdable(row, seed)
        assert read_layer(write_layer(config, "haibal")) == config


@pytest.mark.parametrize("name", SETTINGS)
def test_an_activation_is_refused_or_means_the_same_when_it_is_read(name: str) -> None:
    x = np.linspace(-9, 9, 61)
    for values in SETTINGS[name]:
        config = LayerConfig("Conv2D", activations={"activation": (name, values)})
        try:
            text = write_layer(config, "haibal")
        except ValueError as error:
            assert str(error).startswith("Conv2D.activation")  # noqa: PT017
            continue
        found, meant = read_layer(text).activations["activation"]
        if name == "softmax":
            assert (found, meant["axis"]) == (name, config.activations["activation"][1]["axis"] % 4)
            continue
        ours = evaluate(name, x, dtype="float64", device="numpy", **values)
        theirs = evaluate(found, x, dtype="float64", device="numpy", **meant)
        assert np.array_equal(ours.y, theirs.y)


@pytest.mark.parametrize(
    ("activation", "cluster"),
    [
        (("hard_sigmoid", {"alpha": 0.2}), {"enum": "HardSigmoid"}),
        (("leaky_relu", {}), {"enum": "LeakyReLU"}),
        (("softmax", {"axis": 1}), {"enum": "SoftMax"}),
        (("softmax", {}), {"enum": "CustomActivation", "Class": {"name": "Softmax", "axis": 3}}),
        (
            ("leaky_relu", {"negative_slope": 0.2}),
            {"enum": "CustomActivation", "Class": {"name": "LeakyReLU", "alpha": 0.2}},
        ),
        (
            ("relu", {"threshold": 2.5}),
            {"enum": "CustomActivation", "Class": {"name": "ThresholdedReLU", "theta": 2.5}},
        ),
    ],
)
def test_words_and_classes(activation: tuple[str, Any], cluster: dict[str, object]) -> None:
    config = LayerConfig("Conv2D", activations={"activation": activation})
    assert json.loads(write_layer(config, "haibal"))["Parameters"]["Activation"] == cluster


@pytest.mark.parametrize(
    ("layer", "fields", "activation", "sentence"),
    [
        ("Conv2D", {"groups": 2}, None, "Conv2D.groups: 2 is not allowed; it must be 1: the tool"),
        ("Conv2DTranspose", {"strides": 4}, None, "Conv2DTranspose.strides: (4, 4) is not allowed"),
        ("LSTM", {"go_backwards": True}, None, "LSTM.go_backwards: True is not allowed"),
        ("ConvLSTM1DCell", {"dilation_rate": 2}, None, "has no dilation rate"),
        ("Dense", {}, ("hard_sigmoid", {}), "it must be 0.2: the toolkit's HardSigmoid"),
        ("Dense", {}, ("swish", {"beta": 2}), "it must be 1.0: the toolkit's Swish"),
        ("Dense", {}, ("gelu", {"approximate": "tanh"}), "it must be none: the toolkit's GELU"),
        ("Dense", {}, ("leaky_relu", {"negative_slope": 2}), "a number from 0 to 1"),
        ("Dense", {}, ("relu", {"max_value": 6}), "max_value: 6.0 is not allowed; it must be none"),
        ("Dense", {}, ("mish", {}), "mish is not in the toolkit; allowed: elu, "),
        ("Dense", {}, ("formula", {"formula": "x"}), "a formula of your own has no form"),
    ],
)
def test_what_the_toolkit_cannot_hold(
    layer: str, fields: dict[str, Any], activation: tuple[str, Any] | None, sentence: str
) -> None:
    slots = {"activation": activation} if activation else {}
    with pytest.raises(ValueError, match=re.escape(sentence)):
        write_layer(LayerConfig(layer, fields, slots), "haibal")


def test_a_causal_window_is_an_explicit_padding() -> None:
    config = LayerConfig("Conv1D", {"padding": "causal", "kernel_size": 4, "dilation_rate": 2})
    text = write_layer(config, "haibal")
    parameters = json.loads(text)["Parameters"]
    assert (parameters["padding"], parameters["explicit padding"]) == ("EXPLICIT", [6, 0])
    assert read_layer(text) == config


def test_what_only_training_sees_is_said_and_kept_beside() -> None:
    config = LayerConfig("GRU", {"seed": 3, "kernel_constraint": "non_neg"})
    lines = describe(config, "haibal")
    assert "note: seed = 3 is not carried: the toolkit has no parameter for it" in lines
    assert any("do not say whether its GRU resets after" in line for line in lines)
    marker = json.loads(write_layer(config, "haibal"))["actviz"]
    assert marker["not carried"] == {"kernel_constraint": "non_neg", "seed": 3}


def edited(layer: str, **parameters: object) -> str:
    document = json.loads(write_layer(LayerConfig(layer), "haibal"))
    for text, value in parameters.items():
        if value is None:
            del document["Parameters"][text.replace("_", " ")]
        else:
            document["Parameters"][text.replace("_", " ")] = value
    return json.dumps(document)


def test_what_is_left_out_has_the_toolkits_default() -> None:
    cell = read_layer(edited("ConvLSTM2DCell", Recurrent_Activation=None))
    assert cell.activations["recurrent_activation"] == ("hard_sigmoid", {"alpha": 0.2, "beta": 0.5})
    assert read_layer(edited("Conv2D", data_format=None)).fields["data_format"] == "channels_first"
    told = read_layer(edited("Dense", lda_coeff=2)).warnings
    assert told == ("Parameters.lda coeff: it is left out; nothing here depends on it",)


@pytest.mark.parametrize(
    ("layer", "parameters", "sentence"),
    [
        ("Dense", {"units": None}, "Parameters.units: it is missing; Dense needs it"),
        ("Dense", {"units": True}, "Parameters.units: True is not allowed"),
        ("Dense", {"Activation": {"enum": 3}}, "Parameters.Activation.enum: 3 is not allowed"),
        ("Dense", {"colour": 1}, "Parameters.colour: there is no such key; allowed: units, "),
        ("Conv2D", {"padding": "SAME_LOWER"}, "Keras's layers have no other"),
        (
            "Conv2D",
            {"padding": "EXPLICIT", "explicit_padding": [1, 1]},
            "no other explicit padding",
        ),
        ("LSTM", {"Output_Activation": {"enum": "ReLU"}}, "Keras's LSTM has one for both"),
    ],
)
def test_files_that_cannot_be_a_layer(layer: str, parameters: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read_layer(edited(layer, **parameters))


def test_arguments_stand_beside_their_label() -> None:
    kernel, penalty = "variance_scaling(scale=2, mode=fan_avg)", "l2(l2=0.5)"
    config = LayerConfig("Dense", {"kernel_initializer": kernel, "kernel_regularizer": penalty})
    text = write_layer(config, "haibal")
    parameters = json.loads(text)["Parameters"]
    wanted = {"enum": "VarianceScaling", "scale": 2.0, "mode": "fan_avg"}
    assert parameters["Weight Initializer"] == wanted
    assert parameters["Weight Regularizer"] == {"enum": "L2", "l2": 0.5}
    assert read_layer(text) == config


def test_the_input_is_carried_beside() -> None:
    config = LayerConfig("Conv2D", {"data_format": "channels_first"}, input_shape=(3, 28, 20))
    document = json.loads(str(write_layer(config, "haibal")))
    assert document["actviz"]["input_shape"] == [3, 28, 20]
    assert read_layer(json.dumps(document)) == config
    document["actviz"]["input_shape"] = [3, 28]
    with pytest.raises(ValueError, match=r"actviz\.input_shape: \[3, 28\] is not allowed"):
        read_layer(json.dumps(document))
