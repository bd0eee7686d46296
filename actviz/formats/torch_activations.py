"""Activations as torch modules: torch's own where it has them, else a class written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from actviz.activations import FORMULA, row
from actviz.expression import Formula
from actviz.formats.dialect import Words
from actviz.formats.torch_expression import lines_of, number
from actviz.formats.torch_source import docstring
from actviz.param import Value, text_of

Values = Mapping[str, Value]

WORDS: Words = MappingProxyType(
    {
        "celu": {"alpha": 1.0},
        "elu": {"alpha": 1.0},
        "gelu": {"approximate": "none"},
        "hard_shrink": {"threshold": 0.5},
        "hard_sigmoid": {"alpha": 1 / 6, "beta": 0.5},
        "hard_swish": {},
        "hard_tanh": {"min_value": -1.0, "max_value": 1.0},
        "leaky_relu": {"negative_slope": 0.01, "max_value": None, "threshold": 0.0},
        "linear": {},
        "log_sigmoid": {},
        "mish": {},
        "prelu": {"alpha": 0.25},
        "relu": {"negative_slope": 0.0, "max_value": None, "threshold": 0.0},
        "relu6": {},
        "selu": {},
        "sigmoid": {},
        "soft_shrink": {"threshold": 0.5},
        "softplus": {"beta": 1.0},
        "softsign": {},
        "swish": {"beta": 1.0},
        "tanh": {},
        "tanh_shrink": {},
    }
)
"""What torch.nn's modules mean when they are given nothing."""

_CLASSES = {
    "hard_swish": "Hardswish",
    "linear": "Identity",
    "log_sigmoid": "LogSigmoid",
    "mish": "Mish",
    "relu6": "ReLU6",
    "selu": "SELU",
    "sigmoid": "Sigmoid",
    "softsign": "Softsign",
    "tanh": "Tanh",
    "tanh_shrink": "Tanhshrink",
}
# What the textbook form cancels away in float32, a row's own text keeps.
_STABLE = {
    "squareplus": "b / (2 * (sqrt(x ** 2 + b) - x)) if x < 0 else (x + sqrt(x ** 2 + b)) / 2"
}


@dataclass(frozen=True)
class Written:
    """How an activation is made, and the lines of the class that this needs, if any."""

    made: str
    lines: tuple[str, ...] = ()


def write_activation(
    name: str, values: Values, place: str, class_name: str, axis: int | None = None
) -> Written:
    """Write an activation; `axis` is softmax's in the tensor that it acts on.

    Raises
    ------
    ValueError
        For a formula with a function that torch does not have.
    """
    if name == "softmax":
        return Written(f"nn.Softmax(dim={values['axis'] if axis is None else axis})")
    own = _own_module(name, values)
    if own:
        return Written(own)
    return Written(f"{class_name}()", _class(name, values, place, class_name))


def class_name_of(name: str, slot: str) -> str:
    """Name the class of an activation in a slot."""
    words = "own_formula" if name == FORMULA.name else name
    return "".join(each.title() for each in words.split("_")) + (
        "Gate" if slot == "recurrent_activation" else ""
    )


def _own_module(name: str, values: Values) -> str:
    """Write the module of torch that computes exactly this; empty where there is none."""
    if name in _CLASSES:
        return f"nn.{_CLASSES[name]}()"
    return _WITH_VALUES[name](values) if name in _WITH_VALUES else ""


def _real(values: Values, key: str) -> float:
    value = values[key]
    assert isinstance(value, (int, float))
    return float(value)


def _one(class_name: str, key: str, torch_key: str = "") -> Callable[[Values], str]:
    """Make the writer of a module with one number."""
    return lambda values: f"nn.{class_name}({torch_key or key}={number(_real(values, key))})"


def _gelu(values: Values) -> str:
    return f'nn.GELU(approximate="{values["approximate"]}")'


def _hard_sigmoid(values: Values) -> str:
    plain = (values["alpha"], values["beta"]) == (1 / 6, 0.5)
    return "nn.Hardsigmoid()" if plain else ""


def _hard_tanh(values: Values) -> str:
    low, high = _real(values, "min_value"), _real(values, "max_value")
    if low >= high:
        return ""
    return f"nn.Hardtanh(min_val={number(low)}, max_val={number(high)})"


def _relu(values: Values) -> str:
    slope, threshold = _real(values, "negative_slope"), _real(values, "threshold")
    limit = values["max_value"]
    match slope, limit, threshold:
        case 0.0, None, 0.0:
            return "nn.ReLU()"
        case 0.0, 6.0, 0.0:
            return "nn.ReLU6()"
        case _, None, 0.0:
            return f"nn.LeakyReLU(negative_slope={number(slope)})"
        case 0.0, None, _:
            return f"nn.Threshold({number(threshold)}, 0.0)"
        case 0.0, float() as limit, 0.0 if limit > 0.0:
            return f"nn.Hardtanh(min_val=0.0, max_val={number(limit)})"
    return ""


def _softplus(values: Values) -> str:
    return f"nn.Softplus(beta={number(_real(values, 'beta'))}, threshold=40.0)"


def _swish(values: Values) -> str:
    return "nn.SiLU()" if values["beta"] == 1.0 else ""


def _threshold(values: Values) -> str:
    at, default = _real(values, "threshold"), _real(values, "default_value")
    return f"nn.Threshold({number(at)}, {number(default)})"


_WITH_VALUES: Mapping[str, Callable[[Values], str]] = MappingProxyType(
    {
        "celu": _one("CELU", "alpha"),
        "elu": _one("ELU", "alpha"),
        "gelu": _gelu,
        "hard_shrink": _one("Hardshrink", "threshold", "lambd"),
        "hard_sigmoid": _hard_sigmoid,
        "hard_tanh": _hard_tanh,
        "leaky_relu": _relu,
        "prelu": _one("PReLU", "alpha", "init"),
        "relu": _relu,
        "soft_shrink": _one("Softshrink", "threshold", "lambd"),
        "softplus": _softplus,
        "swish": _swish,
        "threshold": _threshold,
        "thresholded_relu": lambda values: f"nn.Threshold({number(_real(values, 'theta'))}, 0.0)",
    }
)


def _class(name: str, values: Values, place: str, class_name: str) -> tuple[str, ...]:
    """Write a module out from the formula's tree."""
    chosen = row(name).bound(values)
    formula = chosen.textbook_pair.f
    if name in _STABLE:
        formula = Formula.parse(_STABLE[name], ("x", *chosen.arguments), place=place)
    numbers = chosen.numbers(values)
    if name != FORMULA.name:
        formula = formula.resolve(numbers)
    body = lines_of(formula.tree, numbers, place)
    said = [f"{key} = {text_of(value)}" for key, value in values.items() if key != FORMULA.name]
    title = "The formula of the user" if name == FORMULA.name else chosen.title
    return (
        f"class {class_name}(nn.Module):",
        *docstring(f"{title}, which torch.nn does not have with these values.", said),
        "",
        "    def forward(self, x: Tensor) -> Tensor:",
        '        """Compute it element by element."""',
        *(f"        {line}" for line in body),
    )
