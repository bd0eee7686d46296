"""What the dialects' words mean, against the frameworks' documented defaults."""

from __future__ import annotations

import pytest

from actviz.activations import row
from actviz.analysis.dialects import meanings


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
