from __future__ import annotations

import re
from itertools import pairwise

import pytest
from layer_cases import random_config, slots

from actviz.layers import GROUPS, ROWS, Layer, LayerConfig, layer_row
from actviz.param import Choice, text_of

PAGE = [
    "Dense",
    *("Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose"),
    *("DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D", "SimpleRNN", "GRU", "LSTM"),
    *("SimpleRNNCell", "GRUCell", "LSTMCell"),
    *("ConvLSTM1DCell", "ConvLSTM2DCell", "ConvLSTM3DCell"),
]
NAMES = [row.name for row in ROWS]


def test_the_nineteen_layers_of_the_page_in_its_order() -> None:
    assert NAMES == PAGE
    assert [layer.value for layer in Layer] == PAGE
    assert [layer.row.name for layer in Layer] == PAGE


def test_families_stand_together() -> None:
    families = [row.family for row in ROWS]
    assert len(set(families)) == 4
    changes = sum(a != b for a, b in pairwise(families))
    assert changes == len(set(families)) - 1


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
class TestRow:
    def test_defaults_are_allowed_and_complete(self, row) -> None:
        config = LayerConfig(row.name)
        assert list(config.fields) == [param.name for param in row.fields]
        assert config.fields == row.complete(config.fields)
        assert list(config.activations) == [slot.name for slot in row.slots]

    def test_every_field_stands_in_one_group_and_has_a_sentence(self, row) -> None:
        grouped = [name for _, names in row.groups for name in names]
        assert sorted(grouped) == sorted(param.name for param in row.fields)
        assert all(param.doc and not param.doc.endswith(".") for param in row.fields)
        assert all(slot.doc for slot in row.slots)
        assert row.groups[0][0] == "Size"

    def test_every_value_reads_back_from_its_text(self, row) -> None:
        for seed in range(5):
            config = random_config(row, seed)
            for name, value in config.fields.items():
                assert config.row.field(name).parse(text_of(value)) == value

    def test_unknown_field_and_slot_list_what_there_is(self, row) -> None:
        with pytest.raises(
            ValueError, match=f"{row.name}: there is no field 'time_major'; .*dtype"
        ):
            LayerConfig(row.name, {"time_major": True})
        with pytest.raises(ValueError, match=r"there is no activation slot 'output'; .*activation"):
            LayerConfig(row.name, activations={"output": ("elu", {})})


def test_groups_name_no_field_twice() -> None:
    names = [name for _, group in GROUPS for name in group]
    assert len(names) == len(set(names))


def test_slots() -> None:
    gated = {"GRU", "LSTM", "GRUCell", "LSTMCell", *(f"ConvLSTM{n}DCell" for n in (1, 2, 3))}
    assert {layer for layer, slot in slots() if slot == "recurrent_activation"} == gated
    assert [layer for layer, slot in slots() if slot == "activation"] == PAGE
    assert LayerConfig("LSTM").activations == {
        "activation": ("tanh", {}),
        "recurrent_activation": ("sigmoid", {}),
    }
    assert LayerConfig("Dense").activations == {"activation": ("linear", {})}


def test_unknown_layer_lists_them_all() -> None:
    with pytest.raises(
        ValueError, match="'Flatten' is not allowed; it must be one of Dense, Conv1D"
    ):
        layer_row("Flatten")


RULES = [
    ("Conv2D", {"filters": 8, "groups": 3}, "groups: 3 is not allowed; it must divide the 8"),
    (
        "Conv1D",
        {"strides": 2, "dilation_rate": 3},
        "dilation_rate: 3 is not allowed with strides 2",
    ),
    ("Conv3D", {"strides": (2, 1, 1), "dilation_rate": (1, 1, 2)}, "dilation_rate: 1, 1, 2 is not"),
    ("Conv2DTranspose", {"strides": 2, "dilation_rate": 2}, "must be 1 on every axis"),
    ("ConvLSTM2DCell", {"strides": 2, "dilation_rate": 2}, "must be 1 on every axis"),
    (
        "Conv2DTranspose",
        {"strides": (2, 3), "output_padding": (1, 3)},
        "output_padding: 1, 3 is not allowed with strides 2, 3; it must be smaller",
    ),
    ("Conv1DTranspose", {"output_padding": 1}, "smaller than the stride"),
    ("Dense", {"lora_alpha": 2}, "lora_alpha: 2 is not allowed without lora_rank"),
    ("Conv2D", {"lora_rank": 2, "kernel_constraint": "unit_norm"}, "one of them must be none"),
    ("GRU", {"reset_after": False, "bias_initializer": "identity"}, "unless reset_after is true"),
    ("GRUCell", {"reset_after": False, "bias_regularizer": "orthogonal_regularizer"}, "a matrix"),
]


@pytest.mark.parametrize(("layer", "fields", "sentence"), RULES)
def test_rules_between_fields(layer: str, fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)) as raised:
        LayerConfig(layer, fields)
    assert str(raised.value).startswith(f"{layer}.")


ALLOWED = [
    ("DepthwiseConv2D", {"strides": 2, "dilation_rate": 2}),
    ("SeparableConv1D", {"strides": 3, "dilation_rate": 2}),
    ("SeparableConv2D", {"strides": (2, 1), "dilation_rate": 2}),
    ("Conv2DTranspose", {"strides": (2, 3), "output_padding": (1, 2)}),
    ("Conv2DTranspose", {"output_padding": 0}),
    ("Conv1D", {"padding": "causal", "strides": 2}),
    ("Conv2D", {"filters": 9, "groups": 3}),
    ("GRU", {"bias_initializer": "orthogonal"}),
    ("Dense", {"lora_rank": 4, "lora_alpha": 2}),
]


@pytest.mark.parametrize(("layer", "fields"), ALLOWED)
def test_rules_leave_the_rest_alone(layer: str, fields: dict[str, object]) -> None:
    config = LayerConfig(layer, fields)
    assert all(config.fields[name] for name in fields if name != "output_padding")


def test_words_fit_the_shape_of_the_weight() -> None:
    def words(layer: str, field: str) -> tuple[str, ...]:
        domain = layer_row(layer).field(field).domain
        assert isinstance(domain, Choice)
        return domain.options

    assert "identity" in words("Dense", "kernel_initializer")
    assert "identity" not in words("Conv1D", "kernel_initializer")
    assert "orthogonal" in words("ConvLSTM1DCell", "recurrent_initializer")
    assert not {"orthogonal", "identity"} & set(words("LSTM", "bias_initializer"))
    assert "orthogonal_regularizer" in words("LSTM", "recurrent_regularizer")
    assert "orthogonal_regularizer" not in words("SeparableConv2D", "pointwise_regularizer")


@pytest.mark.parametrize(
    ("layer", "axis", "sentence"),
    [
        ("Dense", 0, "Dense.activation.axis: 0 is not allowed; it must be another axis than 0"),
        ("Conv2D", 0, "Conv2D.activation.axis: 0 is not allowed; it must be from -3 to 3"),
        ("Conv2D", -4, "-4 is not allowed"),
        ("Conv2D", 4, "4 is not allowed"),
        ("LSTM", 2, "2 is not allowed; it must be from -1 to 1 and not 0"),
    ],
)
def test_softmax_keeps_off_the_batch(layer: str, axis: int, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        LayerConfig(layer, activations={"activation": ("softmax", {"axis": axis})})


@pytest.mark.parametrize(("layer", "axis"), [("Dense", 5), ("Conv2D", -3), ("Conv3D", 4)])
def test_softmax_on_other_axes(layer: str, axis: int) -> None:
    config = LayerConfig(layer, activations={"activation": ("softmax", {"axis": axis})})
    assert config.activations["activation"][1]["axis"] == axis


@pytest.mark.parametrize("given", ["elu", ("elu",), ("elu", 0.7), ("elu", {}, {})])
def test_an_activation_is_a_name_and_values(given: object) -> None:
    with pytest.raises(ValueError, match=r"Dense\.activation: .* a name and its values"):
        LayerConfig("Dense", activations={"activation": given})  # type: ignore[dict-item]


def test_equal_by_content() -> None:
    one = LayerConfig("Conv2D", {"strides": 2}, {"activation": ("elu", {"alpha": 1})})
    other = LayerConfig(
        Layer.Conv2D, {"strides": (2, 2)}, {"activation": ("elu", {})}, warnings=("repaired",)
    )
    assert one == other
    assert hash(one) == hash(other)
    assert one != one.with_field("strides", 1)
    assert one != one.with_activation("activation", "elu", {"alpha": 0.5})


def test_changes_leave_the_old_one_alone() -> None:
    config = LayerConfig("Conv2D")
    config.with_field("filters", 8)
    config.with_activation("activation", "relu", {"max_value": 6})
    assert config == LayerConfig("Conv2D")
    with pytest.raises(ValueError, match=r"Conv2D\.filters: 0 is not allowed"):
        config.with_field("filters", 0)


def test_another_layer_takes_over_what_fits() -> None:
    config = LayerConfig(
        "Conv2D",
        {"filters": 9, "groups": 3, "kernel_size": 5, "strides": (2, 1), "name": "first"},
        {"activation": ("softmax", {"axis": 3, "logits": (1.0, 2.0)})},
    )
    spread = config.with_layer("Conv1DTranspose")
    assert spread.changed_fields() == {"filters": 9, "kernel_size": (5,), "name": "first"}
    assert spread.activations["activation"] == ("softmax", {"axis": -1, "logits": (1.0, 2.0)})
    assert config.with_layer("Conv2D") == config


def test_what_breaks_a_rule_is_not_taken_over() -> None:
    config = LayerConfig("SeparableConv2D", {"strides": 2, "dilation_rate": 2})
    assert config.with_layer("Conv2D").changed_fields() == {"strides": (2, 2)}


def test_slots_are_taken_over_by_name() -> None:
    config = LayerConfig("GRU", activations={"recurrent_activation": ("hard_sigmoid", {})})
    lstm = config.with_layer("LSTM")
    assert lstm.activations["recurrent_activation"][0] == "hard_sigmoid"
    assert list(lstm.with_layer("Dense").activations) == ["activation"]


def test_summary_says_what_is_off_its_default() -> None:
    config = LayerConfig("Conv2D", {"strides": 2}, {"activation": ("elu", {"alpha": 0.7})})
    assert config.summary()[1:] == [
        "fields: filters = 32, kernel_size = 3×3, strides = 2×2",
        "activation: elu with alpha = 0.7",
    ]
