"""Which activation a formula is: its numbers are held against those of the catalogue's rows.

An activation can be put together in many ways (a Swish is Mul and Sigmoid, GELU is Erf with five
others, a ReLU6 is a Clip). What a row's values must be is read off the function itself, off the
numbers in it and off the defaults; then both are computed at many places and must agree.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from actviz.activations import FORMULA, row
from actviz.expression.nodes import Binary, Call, Choose, Compare, Negative, Node, Number, walk
from actviz.expression.numeric import evaluate
from actviz.expression.printing import text_of_node
from actviz.param import Value

Array = NDArray[np.float64]
Activation = tuple[str, dict[str, Value]]
Curve = Callable[[float], float]

_PLACES = np.concatenate([np.linspace(-9.73, 9.61, 43), [-60.0, -25.3, 24.9, 61.0, 0.0]])
_FAR = 1e6
_CLOSE, _NEAR = 3e-6, 3e-7
_SINGLE = 1.2e-7
_MOST_NUMBERS = 5

_ORDER = (
    *("linear", "relu", "relu6", "sigmoid", "tanh", "leaky_relu", "elu", "gelu", "swish", "selu"),
    *("hard_sigmoid", "hard_tanh", "softplus", "softsign", "mish", "hard_swish", "exponential"),
    *("thresholded_relu", "threshold", "soft_shrink", "hard_shrink", "tanh_shrink", "celu"),
    *("log_sigmoid", "squareplus", "sparse_plus"),
)
"""In which order rows are tried: where several are the same function, the plainest comes first."""
_NAMED = MappingProxyType(
    {
        "PRelu": "prelu",
        "Celu": "celu",
        "LeakyRelu": "leaky_relu",
        "ThresholdedRelu": "thresholded_relu",
    }
)
"""Operators whose own word is taken first."""


def matched(tree: Node, op: str) -> Activation | None:
    """Find the row that computes a tree in x, and its values; `op` is its last operator."""
    first = _NAMED.get(op)
    return _matched(tree, first)


@lru_cache(maxsize=256)
def _matched(tree: Node, first: str | None) -> Activation | None:
    constants = _constants(tree)
    beside = [
        side * each for each in constants for side in (-1.001, -0.999, -0.5, 0.5, 0.999, 1.001)
    ]
    places = np.concatenate([_PLACES, beside])
    wanted = _numbers(tree, places)
    if not np.isfinite(wanted).any():
        return None
    for name in (*((first,) if first else ()), *_ORDER):
        for values in _tried(name, _curve(tree), constants):
            if _same(name, values, places, wanted):
                return name, row(name).complete(values)
    return None


def own_formula(tree: Node) -> Activation | None:
    """Read a tree as a formula of one's own; None where the language has no words for it."""
    text = text_of_node(_as_typed(tree))
    try:
        return FORMULA.name, row(FORMULA.name).complete({FORMULA.name: text})
    except ValueError:
        return None


def bends(tree: Node) -> bool:
    """Tell whether a tree is more than a straight line."""
    y = _numbers(tree, np.array([-2.0, -1.0, 0.0, 1.0, 2.0]))
    return bool(np.isnan(y).any() or np.abs(np.diff(y, 2)).max() > 1e-9 * np.abs(y).max())


def _numbers(tree: Node, x: Array) -> Array:
    try:
        return np.asarray(np.broadcast_to(evaluate(tree, {"x": x}, 0), x.shape))
    except (ArithmeticError, ValueError):
        return np.full(x.shape, np.nan)


def _curve(tree: Node) -> Curve:
    return lambda x: float(_numbers(tree, np.array([x]))[0])


def _constants(tree: Node) -> tuple[float, ...]:
    """Give the numbers that occur in a tree, as float32 would be typed."""
    found = (part.value for part in walk(tree) if isinstance(part, Number))
    return tuple(dict.fromkeys(typed(abs(each)) for each in found))[:_MOST_NUMBERS]


def typed(value: float) -> float:
    """Give the shortest number that float32 rounds to this one, if it is a float32 at all."""
    with np.errstate(over="ignore"):
        single = np.float32(value)
    return float(str(single)) if float(single) == value else value


def _as_typed(tree: Node) -> Node:
    """Write the numbers in a tree as float32 would be typed."""
    match tree:
        case Number(value):
            return Number(typed(value))
        case Negative(operand):
            return Negative(_as_typed(operand))
        case Binary(symbol, left, right):
            return Binary(symbol, _as_typed(left), _as_typed(right))
        case Choose(Compare(symbol, left, right), then, otherwise):
            condition = Compare(symbol, _as_typed(left), _as_typed(right))
            return Choose(condition, _as_typed(then), _as_typed(otherwise))
        case Call(function, arguments):
            return Call(function, tuple(map(_as_typed, arguments)))
    return tree


def _same(name: str, values: Mapping[str, Value], places: Array, wanted: Array) -> bool:
    try:
        got = row(name).evaluate(places, values)[0]
    except ValueError:
        return False
    with np.errstate(all="ignore"):
        off = np.abs(got - wanted) <= _CLOSE * np.abs(got) + _NEAR
    return bool((off | (got == wanted)).all())


def _tried(name: str, curve: Curve, constants: tuple[float, ...]) -> Iterator[dict[str, Value]]:
    """Give the values that a row could have here."""
    fit = _FITS.get(name)
    if fit is None:
        yield {}
        return
    params = {param.name: param for param in row(name).params}
    candidates = fit(curve, constants)
    lists = [
        tuple(dict.fromkeys(_settled(each, params[key].default) for each in values))
        for key, values in candidates.items()
    ]
    for chosen in itertools.product(*lists):
        yield dict(zip(candidates, chosen, strict=True))


def _settled(value: Value, default: Value) -> Value:
    """Take a number as it would be typed, and for the default where float32 makes it that."""
    if not isinstance(value, float):
        return value
    if isinstance(default, float) and abs(value - default) <= _SINGLE * abs(default):
        return default
    near = typed(float(np.float32(value))) if math.isfinite(value) and abs(value) < 3e38 else value
    return near if abs(near - value) <= _SINGLE * abs(value) else value


Candidates = Mapping[str, tuple[Value, ...]]


def _relu(curve: Curve, constants: tuple[float, ...]) -> Candidates:
    slope = (curve(-_FAR) - curve(-2 * _FAR)) / _FAR
    limit = curve(_FAR)
    signed = tuple(each for c in constants for each in (c, -c))
    return {
        "negative_slope": (slope,),
        "max_value": (None if limit > _FAR / 2 else limit,),
        "threshold": (0.0, *signed),
    }


def _signed(name: str) -> Callable[[Curve, tuple[float, ...]], Candidates]:
    def fit(curve: Curve, constants: tuple[float, ...]) -> Candidates:
        return {name: (0.0, *(each for c in constants for each in (c, -c)))}

    return fit


def _hard_sigmoid(curve: Curve, constants: tuple[float, ...]) -> Candidates:
    steep = (curve(1e-4) - curve(-1e-4)) / 2e-4
    return {
        "alpha": tuple(each for each in (steep, *constants) if each > 0),
        "beta": (curve(0.0), *(each for c in constants for each in (c, -c))),
    }


def _swish(curve: Curve, constants: tuple[float, ...]) -> Candidates:
    share = curve(1.0)
    return {"beta": (math.log(share / (1.0 - share)),) if 0.0 < share < 1.0 else constants}


def _softplus(curve: Curve, constants: tuple[float, ...]) -> Candidates:
    height = curve(0.0)
    return {"beta": (math.log(2.0) / height,) if height > 0.0 else ()}


def _hard_tanh(curve: Curve, constants: tuple[float, ...]) -> Candidates:
    return {"min_value": (curve(-_FAR),), "max_value": (curve(_FAR),)}


def _threshold(curve: Curve, constants: tuple[float, ...]) -> Candidates:
    places = (0.0, *(each for c in constants for each in (c, -c)))
    return {"threshold": places, "default_value": (curve(-_FAR),)}


_FITS: Mapping[str, Callable[[Curve, tuple[float, ...]], Candidates]] = MappingProxyType(
    {
        "celu": lambda curve, constants: {"alpha": (-curve(-_FAR),)},
        "elu": lambda curve, constants: {"alpha": (-curve(-_FAR),)},
        "gelu": lambda curve, constants: {"approximate": ("none", "tanh")},
        "hard_shrink": _signed("threshold"),
        "hard_sigmoid": _hard_sigmoid,
        "hard_tanh": _hard_tanh,
        "leaky_relu": _relu,
        "prelu": lambda curve, constants: {"alpha": (-curve(-1.0),)},
        "relu": _relu,
        "soft_shrink": _signed("threshold"),
        "softplus": _softplus,
        "squareplus": lambda curve, constants: {"b": ((2.0 * curve(0.0)) ** 2,)},
        "swish": _swish,
        "thresholded_relu": _signed("theta"),
        "threshold": _threshold,
    }
)
"""For a row's values the numbers they could be, read off the function and the numbers in it."""
