"""What the dialects' words mean, against the frameworks' documented defaults."""

from __future__ import annotations

import pytest

from actviz.activations import row
from actviz.analysis.dialects import meanings, standings
from actviz.formats import DIALECTS, shown_text
from actviz.layers import ROWS, LayerConfig


def meant(activation: str, **values: object) -> dict[str, object]:
    found = meanings(activation, row(activation).complete(values))
    return {each.dialect: each for each in found}


def test_hard_sigmoid_is_another_function_in_keras_2():
    found = meant("hard_sigmoid")
    assert found["keras"].difference == 0.0
    for dialect in ("keras2", "onnx", "haibal"):
        assert found[dialect].values["alpha"] == 0.2
        # 1 at 2.5, where x/6 + 1/2 is 11/12
        assert found[dialect].difference == pytest.approx(1 / 12, rel=1e-12)
        assert abs(found[dialect].at) == 2.5
    assert found["torch"].difference == 0.0


def test_the_slope_of_leaky_relu_is_four_things():
    found = meant("leaky_relu", negative_slope=0.3)
    slopes = {name: each.values["negative_slope"] for name, each in found.items()}
    assert slopes["keras"] == 0.2
    assert slopes["haibal"] == 0.3
    assert slopes["torch"] == slopes["onnx"] == 0.01
    assert found["torch"].difference == pytest.approx(2.9)
    assert found["torch"].at == -10.0


def test_vectors_and_formulas_have_no_meanings_of_words():
    assert meant("softmax") == {}
    assert meanings("formula", {"formula": "x*x"}) == ()


@pytest.mark.parametrize("layer", ROWS, ids=lambda each: each.name)
@pytest.mark.parametrize("activation", ["tanh", "swish", "hard_sigmoid", "softmax", "formula"])
def test_a_layer_stands_in_every_dialect_written_or_refused(layer, activation):
    for slot in (each.name for each in layer.slots):
        config = LayerConfig(layer.name, {}, {slot: (activation, {})})
        found = standings(config, slot)
        assert [each.dialect for each in found] == list(DIALECTS)
        for each in found:
            assert bool(each.refusal) != bool(each.written)
            assert set(each.losses) <= set(each.remarks)
            if each.refusal:
                with pytest.raises(ValueError, match=r".") as refused:
                    shown_text(config, each.dialect)
                assert str(refused.value) == each.refusal
            else:
                word = each.written.partition("(")[0].partition(" ")[0].removeprefix("nn.")
                if word not in ("its", "nothing:") and not each.written.endswith("has it"):
                    assert word.rstrip(":") in shown_text(config, each.dialect)


def test_what_is_lost_is_told_from_what_is_needed():
    fields = {"kernel_regularizer": "l2", "bias_constraint": "non_neg", "trainable": False}
    config = LayerConfig("Dense", fields, {"activation": ("elu", {"alpha": 0.5})})
    found = {each.dialect: each for each in standings(config, "activation")}
    assert found["keras"].losses == ()
    assert found["keras"].remarks == (
        "activation: needs Keras 3.10 or newer: it is a nested object",
    )
    assert found["keras"].written == "ELU(alpha=0.5)"
    assert len(found["torch"].losses) == 2
    assert len(found["onnx"].losses) == 3
    assert ["bias_constraint" in each for each in found["haibal"].losses] == [True]
    assert found["haibal"].written == "CustomActivation: ELU(alpha=0.5)"
    assert found["onnx"].word == {"alpha": 1.0}
    mixed = LayerConfig("Dense", {"dtype": "float64"}, {"activation": ("swish", {"beta": 2.0})})
    keras = standings(mixed, "activation")[0]
    assert [each.startswith("activation: Keras rounds") for each in keras.losses] == [True]
