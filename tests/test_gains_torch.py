"""The gain that torch assumes, against torch."""

from __future__ import annotations

import pytest
from torch.nn.init import calculate_gain

from actviz.activations import row
from actviz.analysis.gains import torch_gain


@pytest.mark.parametrize(
    ("activation", "name", "slope"),
    [
        ("linear", "linear", None),
        ("sigmoid", "sigmoid", None),
        ("tanh", "tanh", None),
        ("relu", "relu", None),
        ("leaky_relu", "leaky_relu", 0.3),
        ("leaky_relu", "leaky_relu", -1.5),
        ("selu", "selu", None),
    ],
)
def test_torchs_gain_is_torchs(activation: str, name: str, slope: float | None) -> None:
    given = {} if slope is None else {"negative_slope": slope}
    ours = torch_gain(activation, row(activation).complete(given))
    assert ours == pytest.approx(calculate_gain(name, slope), abs=1e-15)
