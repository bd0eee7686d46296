"""What each framework calls our activations: one line a function.

Functions are those of torch.nn.functional (else torch), jax.nn (else jax.numpy),
keras.activations, and the ONNX operators.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from actviz.param import Value

_SIXTH = 1.0 / 6.0


class Call(NamedTuple):
    """A framework's function: which of our parameters it takes, under which of its names.

    Parameters
    ----------
    passed
        Its keyword and our parameter.
    only
        Our parameters that it has not, and the value it holds for them.
    constants
        Keywords that are always given.
    """

    function: str
    passed: Mapping[str, str] = {}
    only: Mapping[str, Value] = {}
    constants: Mapping[str, float] = {}

    def offers(self, values: Mapping[str, Value]) -> bool:
        """Tell whether the function is ours at these values."""
        return all(values[name] == value for name, value in self.only.items())

    def keywords(self, values: Mapping[str, Value]) -> dict[str, object]:
        """Give the keywords to call it with."""
        return {**self.constants, **{theirs: values[ours] for theirs, ours in self.passed.items()}}


_ALPHA = {"alpha": "alpha"}
_SLOPE = {"negative_slope": "negative_slope"}
_UNCUT: dict[str, Value] = {"max_value": None, "threshold": 0.0}
_PLAIN: dict[str, Value] = {"negative_slope": 0.0, **_UNCUT}
_HARD: dict[str, Value] = {"alpha": _SIXTH, "beta": 0.5}
_STEEPNESS_1: dict[str, Value] = {"beta": 1.0}
_UNIT: dict[str, Value] = {"min_value": -1.0, "max_value": 1.0}
_THRESHOLD = {"threshold": "threshold"}
_LOGITS = Call("softmax")

CALLS: dict[str, dict[str, Call]] = {
    "torch": {
        "elu": Call("elu", _ALPHA),
        "gelu": Call("gelu", {"approximate": "approximate"}),
        "hard_sigmoid": Call("hardsigmoid", only=_HARD),
        "leaky_relu": Call("leaky_relu", _SLOPE, only=_UNCUT),
        "relu": Call("relu", only=_PLAIN),
        "selu": Call("selu"),
        "sigmoid": Call("sigmoid"),
        "softmax": _LOGITS,
        "swish": Call("silu", only=_STEEPNESS_1),
        "thresholded_relu": Call("threshold", {"threshold": "theta"}, constants={"value": 0.0}),
        "tanh": Call("tanh"),
        "celu": Call("celu", _ALPHA),
        "exponential": Call("exp"),
        "hard_shrink": Call("hardshrink", {"lambd": "threshold"}),
        "hard_swish": Call("hardswish"),
        "hard_tanh": Call("hardtanh", {"min_val": "min_value", "max_val": "max_value"}),
        "log_sigmoid": Call("logsigmoid"),
        "mish": Call("mish"),
        "relu6": Call("relu6"),
        "soft_shrink": Call("softshrink", {"lambd": "threshold"}),
        "softplus": Call("softplus", {"beta": "beta"}),
        "softsign": Call("softsign"),
        "tanh_shrink": Call("tanhshrink"),
        "threshold": Call("threshold", {"threshold": "threshold", "value": "default_value"}),
    },
    "jax": {
        "elu": Call("elu", _ALPHA),
        "gelu": Call("gelu", {"approximate": "approximate"}),
        "hard_sigmoid": Call("hard_sigmoid", only=_HARD),
        "leaky_relu": Call("leaky_relu", _SLOPE, only=_UNCUT),
        "relu": Call("relu", only=_PLAIN),
        "selu": Call("selu"),
        "sigmoid": Call("sigmoid"),
        "softmax": _LOGITS,
        "swish": Call("silu", only=_STEEPNESS_1),
        "tanh": Call("tanh"),
        "celu": Call("celu", _ALPHA),
        "exponential": Call("exp"),
        "hard_swish": Call("hard_swish"),
        "hard_tanh": Call("hard_tanh", only=_UNIT),
        "log_sigmoid": Call("log_sigmoid"),
        "mish": Call("mish"),
        "relu6": Call("relu6"),
        "softplus": Call("softplus", only=_STEEPNESS_1),
        "softsign": Call("soft_sign"),
        "sparse_plus": Call("sparse_plus"),
        "sparse_sigmoid": Call("sparse_sigmoid"),
        "squareplus": Call("squareplus", {"b": "b"}),
    },
    "keras": {
        "elu": Call("elu", _ALPHA),
        "gelu": Call("gelu", {"approximate": "approximate"}),
        "hard_sigmoid": Call("hard_sigmoid", only=_HARD),
        "leaky_relu": Call("leaky_relu", _SLOPE, only=_UNCUT),
        "relu": Call("relu", {**_SLOPE, "max_value": "max_value", "threshold": "threshold"}),
        "selu": Call("selu"),
        "sigmoid": Call("sigmoid"),
        "softmax": _LOGITS,
        "swish": Call("silu", only=_STEEPNESS_1),
        "thresholded_relu": Call(
            "threshold", {"threshold": "theta"}, constants={"default_value": 0.0}
        ),
        "tanh": Call("tanh"),
        "celu": Call("celu", _ALPHA),
        "exponential": Call("exponential"),
        "hard_shrink": Call("hard_shrink", _THRESHOLD),
        "hard_swish": Call("hard_silu"),
        "hard_tanh": Call("hard_tanh", only=_UNIT),
        "log_sigmoid": Call("log_sigmoid"),
        "mish": Call("mish"),
        "relu6": Call("relu6"),
        "soft_shrink": Call("soft_shrink", _THRESHOLD),
        "softplus": Call("softplus", only=_STEEPNESS_1),
        "softsign": Call("softsign"),
        "sparse_plus": Call("sparse_plus"),
        "sparse_sigmoid": Call("sparse_sigmoid"),
        "squareplus": Call("squareplus", {"b": "b"}),
        "tanh_shrink": Call("tanh_shrink"),
        "threshold": Call("threshold", {**_THRESHOLD, "default_value": "default_value"}),
    },
    "onnxruntime": {
        "elu": Call("Elu", _ALPHA),
        "gelu": Call("Gelu", {"approximate": "approximate"}),
        "hard_sigmoid": Call("HardSigmoid", {"alpha": "alpha", "beta": "beta"}),
        "leaky_relu": Call("LeakyRelu", {"alpha": "negative_slope"}, only=_UNCUT),
        "relu": Call("Relu", only=_PLAIN),
        "selu": Call("Selu"),
        "sigmoid": Call("Sigmoid"),
        "softmax": Call("Softmax"),
        "thresholded_relu": Call("ThresholdedRelu", {"alpha": "theta"}),
        "tanh": Call("Tanh"),
        "celu": Call("Celu", _ALPHA),
        "exponential": Call("Exp"),
        "hard_shrink": Call("Shrink", {"lambd": "threshold"}),
        "hard_swish": Call("HardSwish"),
        "mish": Call("Mish"),
        "soft_shrink": Call("Shrink", {"lambd": "threshold", "bias": "threshold"}),
        "softplus": Call("Softplus", only=_STEEPNESS_1),
        "softsign": Call("Softsign"),
    },
}
