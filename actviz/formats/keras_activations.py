"""Activations as stock Keras 3 reads them: a plain string where that is exact, else an object.

An object repeats the layer's dtype, without which Keras would compute it in float32. Writing and
reading share one table of what Keras means by its strings, so neither can drift from the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from actviz.activations import FORMULA, ROWS, row
from actviz.formats.dialect import Loss
from actviz.formats.keras_objects import written_object
from actviz.param import Value, number_text, refuse

Values = Mapping[str, Value]
Activation = tuple[str, dict[str, Value]]
Written = str | dict[str, object]

LAYERS = "keras.layers"
MODELS = "keras"
INITIALIZERS = "keras.initializers"
NN_OPS = "keras.src.ops.nn"
ACTIVATION_OPS = "keras.src.activations.activations"

_RELU: Values = {"negative_slope": 0.0, "max_value": None, "threshold": 0.0}
_PLAIN_RECTIFIERS: Mapping[str, Values] = MappingProxyType(
    {"relu": _RELU, "relu6": {**_RELU, "max_value": 6.0}}
)

STRINGS: Mapping[str, tuple[str, Values]] = MappingProxyType(
    {
        "linear": ("linear", {}),
        "tanh": ("tanh", {}),
        "sigmoid": ("sigmoid", {}),
        "hard_sigmoid": ("hard_sigmoid", {"alpha": 1 / 6, "beta": 0.5}),
        "relu": ("relu", _RELU),
        "relu6": ("relu6", {}),
        "leaky_relu": ("leaky_relu", {**_RELU, "negative_slope": 0.2}),
        "elu": ("elu", {"alpha": 1.0}),
        "selu": ("selu", {}),
        "gelu": ("gelu", {"approximate": "none"}),
        "silu": ("swish", {"beta": 1.0}),
        "swish": ("swish", {"beta": 1.0}),
        "softmax": ("softmax", {"axis": -1}),
        "celu": ("celu", {"alpha": 1.0}),
        "exponential": ("exponential", {}),
        "hard_shrink": ("hard_shrink", {"threshold": 0.5}),
        "hard_silu": ("hard_swish", {}),
        "hard_swish": ("hard_swish", {}),
        "hard_tanh": ("hard_tanh", {"min_value": -1.0, "max_value": 1.0}),
        "log_sigmoid": ("log_sigmoid", {}),
        "mish": ("mish", {}),
        "soft_shrink": ("soft_shrink", {"threshold": 0.5}),
        "softplus": ("softplus", {"beta": 1.0}),
        "softsign": ("softsign", {}),
        "sparse_plus": ("sparse_plus", {}),
        "sparse_sigmoid": ("sparse_sigmoid", {}),
        "squareplus": ("squareplus", {"b": 4.0}),
        "tanh_shrink": ("tanh_shrink", {}),
    }
)
"""What Keras 3 means by its plain strings; the first one of a meaning is the one written."""

VIEWING: Mapping[str, tuple[str, ...]] = MappingProxyType({"softmax": ("logits",)})
"""Parameters that belong to the picture and not to the layer."""

_LARGEST = MappingProxyType(
    {
        "float16": 65504.0,
        "bfloat16": 3.3895313892515355e38,
        "float32": 3.4028234663852886e38,
        "float64": 1.7976931348623157e308,
    }
)
# β·x and x/β must neither overflow nor vanish for inputs within a few powers of ten of 1.
_SCALE_RANGE = MappingProxyType(
    {"float16": 1e3, "bfloat16": 1e30, "float32": 1e30, "float64": 1e300}
)


def meaning(name: str, values: Values) -> Values:
    """Leave out the values that belong to the picture and not to the layer."""
    viewing = VIEWING.get(name, ())
    return {key: value for key, value in values.items() if key not in viewing}


def write_activation(name: str, values: Values, dtype: str, path: str) -> Written:
    """Write an activation for a layer of this dtype.

    Raises
    ------
    ValueError
        Where Keras has no form that holds these values; names `path` and the reason.
    """
    meant = meaning(name, values)
    for word, (own_name, own_values) in STRINGS.items():
        if (own_name, own_values) == (name, meant):
            return word
    if name == FORMULA.name:
        raise ValueError(
            f"{path}: a formula of your own has no form in Keras, whose files hold functions by "
            f"their names; allowed: {', '.join(HELD)}"
        )
    if name not in _FORMS:
        these = " with these values" if name in HELD else ""
        raise ValueError(f"{path}: {name} has no form in Keras{these}; allowed: {', '.join(HELD)}")
    computed = dtype.removeprefix("mixed_")
    for key, value in meant.items():
        if isinstance(value, float) and abs(value) > _LARGEST[computed]:
            allowed = f"at most {_LARGEST[computed]:.4g} in size, the largest {computed}"
            raise refuse(f"{path}.{name}.{key}", value, allowed)
    return _FORMS[name](meant, dtype, f"{path}.{name}")


def _layer(class_name: str, name: str, dtype: str, **config: object) -> dict[str, object]:
    return written_object(LAYERS, class_name, {"name": name, "dtype": dtype, **config})


def _operation(module: str, class_name: str, **config: object) -> dict[str, object]:
    """Write an operation; it has no dtype of its own and computes in that of its input."""
    return written_object(module, class_name, config, class_name)


def _sequence(name: str, dtype: str, *layers: object) -> dict[str, object]:
    config = {"name": name, "dtype": dtype, "layers": list(layers)}
    return written_object(MODELS, "Sequential", config)


def _celu(values: Values, dtype: str, path: str) -> Written:
    alpha, widest = _number(values["alpha"]), _SCALE_RANGE[dtype.removeprefix("mixed_")]
    if alpha < 1 / widest:
        allowed = f"at least {1 / widest:.0e}: Keras divides by it"
        raise refuse(f"{path}.alpha", alpha, f"{allowed} in {dtype}")
    return _operation(NN_OPS, "Celu", alpha=alpha)


def _elu(values: Values, dtype: str, path: str) -> Written:
    return _layer("ELU", "elu", dtype, alpha=values["alpha"])


def _gelu(values: Values, dtype: str, path: str) -> Written:
    return _operation(NN_OPS, "Gelu", approximate=values["approximate"] == "tanh")


def _hard_sigmoid(values: Values, dtype: str, path: str) -> Written:
    line = _layer("Rescaling", "rescaling", dtype, scale=values["alpha"], offset=values["beta"])
    return _sequence("hard_sigmoid", dtype, line, _relu_layer({**_RELU, "max_value": 1.0}, dtype))


def _hard_tanh(values: Values, dtype: str, path: str) -> Written:
    """Refuse the bounds for which there is no string."""
    held = STRINGS["hard_tanh"][1]
    for key, value in values.items():
        if value != held[key]:
            allowed = f"{number_text(_number(held[key]))}: Keras's hard_tanh has no other bounds"
            raise refuse(f"{path}.{key}", value, allowed)
    return "hard_tanh"


def _leaky_relu(values: Values, dtype: str, path: str) -> Written:
    slope = _number(values["negative_slope"])
    if values["max_value"] is not None or values["threshold"] != 0:
        return _rectifier(values, dtype, path)
    if slope < 0:
        return _operation(NN_OPS, "LeakyRelu", negative_slope=slope)
    return _layer("LeakyReLU", "leaky_relu", dtype, negative_slope=slope)


def _threshold(values: Values, dtype: str, path: str) -> Written:
    if values["default_value"] != 0:
        allowed = "0: Keras 3.10 calls the two numbers of its Threshold otherwise than newer ones"
        raise refuse(f"{path}.default_value", values["default_value"], allowed)
    return _rectifier({**_RELU, "threshold": values["threshold"]}, dtype, path)


def _thresholded_relu(values: Values, dtype: str, path: str) -> Written:
    return _rectifier({**_RELU, "threshold": values["theta"]}, dtype, path)


def _rectifier(values: Values, dtype: str, path: str) -> Written:
    """Write Keras's ReLU: the layer, or the operation behind it where the layer refuses."""
    for word, meant in _PLAIN_RECTIFIERS.items():
        if meant == values:
            return word
    slope, threshold = _number(values["negative_slope"]), _number(values["threshold"])
    limit = values["max_value"]
    if limit is not None and _number(limit) < 0:
        raise refuse(f"{path}.max_value", limit, "at least 0 or none: Keras clips to 0…max_value")
    if limit is not None and threshold < 0:
        allowed = "at least 0 with a max_value: Keras then clips away what lies below 0"
        raise refuse(f"{path}.threshold", threshold, allowed)
    if slope < 0 or threshold < 0:
        return _operation(ACTIVATION_OPS, "ReLU", **values)
    return _relu_layer(values, dtype)


def _relu_layer(values: Values, dtype: str) -> dict[str, object]:
    parts = {key: values[key] for key in ("max_value", "negative_slope", "threshold")}
    return _layer("ReLU", "relu", dtype, **parts)


def _prelu(values: Values, dtype: str, path: str) -> Written:
    """Write a PReLU, whose slopes begin at alpha and are then learned."""
    initializer = written_object(INITIALIZERS, "Constant", {"value": values["alpha"]})
    return _layer("PReLU", "prelu", dtype, alpha_initializer=initializer)


def _softmax(values: Values, dtype: str, path: str) -> Written:
    return _layer("Softmax", "softmax", dtype, axis=values["axis"])


def _swish(values: Values, dtype: str, path: str) -> Written:
    """Write x·sigmoid(βx) as silu(βx)/β, which is exact; Keras has no β."""
    beta = _number(values["beta"])
    if beta == 0:
        return _sequence("swish", dtype, _rescaling("rescaling", 0.5, dtype))
    return _scaled("swish", "silu", beta, dtype, path)


def _softplus(values: Values, dtype: str, path: str) -> Written:
    """Write ln(1 + e^βx)/β as softplus(βx)/β; Keras has no β."""
    return _scaled("softplus", "softplus", _number(values["beta"]), dtype, path)


def _scaled(name: str, word: str, beta: float, dtype: str, path: str) -> Written:
    """Write word(βx)/β as three layers."""
    widest = _SCALE_RANGE[dtype.removeprefix("mixed_")]
    if not 1 / widest <= abs(beta) <= widest:
        zero = "0 or " if name == "swish" else ""
        allowed = f"{zero}from {1 / widest:.0e} to {widest:.0e} in size"
        raise refuse(f"{path}.beta", beta, f"{allowed}: it is written as {word}(βx)/β in {dtype}")
    return _sequence(
        name,
        dtype,
        _rescaling("rescaling", beta, dtype),
        _layer("Activation", word, dtype, activation=word),
        _rescaling("rescaling_1", 1 / beta, dtype),
    )


def _rescaling(name: str, scale: float, dtype: str) -> dict[str, object]:
    return _layer("Rescaling", name, dtype, scale=scale, offset=0.0)


def _same_operation(class_name: str) -> Callable[[Values, str, str], Written]:
    """Make the writer of an operation whose numbers are called as ours."""

    def write(values: Values, dtype: str, path: str) -> Written:
        return _operation(NN_OPS, class_name, **values)

    return write


def _number(value: Value) -> float:
    assert isinstance(value, (int, float))
    return float(value)


_FORMS: Mapping[str, Callable[[Values, str, str], Written]] = MappingProxyType(
    {
        "celu": _celu,
        "elu": _elu,
        "gelu": _gelu,
        "hard_shrink": _same_operation("HardShrink"),
        "hard_sigmoid": _hard_sigmoid,
        "hard_tanh": _hard_tanh,
        "leaky_relu": _leaky_relu,
        "prelu": _prelu,
        "relu": _rectifier,
        "soft_shrink": _same_operation("SoftShrink"),
        "softmax": _softmax,
        "softplus": _softplus,
        "squareplus": _same_operation("Squareplus"),
        "swish": _swish,
        "threshold": _threshold,
        "thresholded_relu": _thresholded_relu,
    }
)


HELD: tuple[str, ...] = tuple(
    each.name
    for each in ROWS
    if each.name in _FORMS or any(each.name == name for name, _ in STRINGS.values())
)
"""The activations that Keras has a form for: those only in `STRINGS` with no other values."""


def remarks(written: Written, dtype: str) -> tuple[str, ...]:
    """Say what a reader of this form needs, and where Keras is less exact than it says."""
    if isinstance(written, str):
        return ()
    needs = "needs Keras 3.10 or newer: it is a nested object"
    if written["class_name"] == "PReLU":
        return (needs, "Keras learns a slope for every element, each beginning at this one")
    if written["module"] == LAYERS:
        return (needs,)
    if written["module"] == MODELS:
        rounded = Loss("Keras rounds the input of its first call to float32")
        return (needs, rounded) if dtype == "float64" else (needs,)
    private = f"{written['module']}.{written['class_name']}"
    return (needs, f"uses {private}, a private part of Keras that 3.10 to 3.15 have")


def plain(name: str, values: Values) -> Activation:
    """Complete an activation that Keras's content alone describes."""
    return name, row(name).complete(values)
