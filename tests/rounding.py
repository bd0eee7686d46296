"""How far a layer computed in float32 may be off: a bound that goes along with the exact numbers.

Every number carries what its float32 counterpart may differ by. A sum of n products is off by at
most γₙ Σ|w||x|, whatever the order of its terms (Higham, Accuracy and Stability, 2002, § 3.1); an
activation spreads the error of its input by its slope there and adds its own. That is what the
textbook forms lose, which subtract numbers as large as 1, as the input or as a parameter (GELU's
x·(1 + tanh), CELU's α·(eˣ − 1)). So a bound is derived for each output, none is put in by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import layer_reference as reference
import numpy as np
from numpy.typing import NDArray

from actviz.activations import row
from actviz.layers import LayerConfig

Array = NDArray[np.float64]
UNIT = 2.0**-23
"""Two roundings an operation: an operator may arrange them otherwise, as GRU z·(h − n) + n."""
RELATIVE, ABSOLUTE = 3e-6, 2 * UNIT
"""What an activation itself may be off by, the second times the largest number in its formula:
a function's rounding there and that of the sum behind it."""
_BETWEEN = np.linspace(-1, 1, 9)


@dataclass(frozen=True, eq=False)
class Bounded:
    """Exact numbers and a bound on how far float32's are off."""

    value: Array
    error: Array
    __array_ufunc__ = None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    def __getitem__(self, index: Any) -> Bounded:
        return Bounded(self.value[index], self.error[index])

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Let NumPy split, stack or turn numbers and bounds alike."""
        del types
        values, errors = (function(*_each(args, name), **kwargs) for name in ("value", "error"))
        if isinstance(values, list):
            return [Bounded(*pair) for pair in zip(values, errors, strict=True)]
        return Bounded(values, errors)

    def __add__(self, other: Any) -> Bounded:
        other = exact(other)
        return _rounded(self.value + other.value, self.error + other.error)

    def __mul__(self, other: Any) -> Bounded:
        other = exact(other)
        error = np.abs(self.value) * other.error + self.error * np.abs(other.value)
        return _rounded(self.value * other.value, error + self.error * other.error)

    def __rsub__(self, other: Any) -> Bounded:
        return exact(other) + Bounded(-self.value, self.error)

    __radd__, __rmul__ = __add__, __mul__

    def __matmul__(self, weights: Array) -> Bounded:
        size = np.abs(self.value) + self.error
        error = self.error @ np.abs(weights) + gamma(len(weights)) * (size @ np.abs(weights))
        return Bounded(self.value @ weights, error)

    def through(self, name: str, values: Mapping[str, Any]) -> Bounded:
        """Let an activation act on it."""
        if row(name).vector:
            return self._softmax(values["axis"])
        at = self.value + np.multiply.outer(_BETWEEN, self.error)
        f, slope = (np.asarray(each) for each in row(name).evaluate(at, dict(values))[:2])
        here = f[len(_BETWEEN) // 2]
        steep = np.nanmax(np.abs(slope), axis=0, initial=0.0) * self.error
        spread = np.maximum(np.abs(f - here).max(axis=0), steep)
        numbers = [abs(each) for each in values.values() if isinstance(each, (int, float))]
        largest = np.maximum(max([1.0, *numbers]), np.abs(self.value))
        return Bounded(here, spread + RELATIVE * (np.abs(here) + spread) + ABSOLUTE * largest)

    def _softmax(self, axis: int) -> Bounded:
        """Each power is off by e^±error, and their sum too."""
        powers = np.exp(self.value - self.value.max(axis=axis, keepdims=True))
        f = powers / powers.sum(axis=axis, keepdims=True)
        spread = f * np.expm1(2 * self.error.max(axis=axis, keepdims=True))
        return Bounded(f, spread + RELATIVE * f + ABSOLUTE)


def _each(value: Any, name: str) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(_each(part, name) for part in value)
    return getattr(value, name) if isinstance(value, Bounded) else value


def _rounded(value: Array, error: Array) -> Bounded:
    return Bounded(value, error + UNIT * (np.abs(value) + error))


def exact(value: Any) -> Bounded:
    """Take numbers that float32 holds as they are."""
    if isinstance(value, Bounded):
        return value
    numbers = np.asarray(value, np.float64)
    return Bounded(numbers, np.zeros_like(numbers))


def gamma(count: int) -> float:
    """Bound the relative error of a sum of so many products."""
    return count * UNIT / (1 - count * UNIT)


def bounded(
    config: LayerConfig, weights: Sequence[Array], x: Array, states: Sequence[Array] = ()
) -> tuple[Bounded, ...]:
    """Compute a layer exactly, with bounds: its output, then its states where it gives them."""
    weights, name = [np.asarray(each, np.float64) for each in weights], config.layer
    with np.errstate(all="ignore"):
        if config.in_rnn or name in reference.CELLS:
            return reference._along_time(config, weights, exact(x))
        if name.startswith("ConvLSTM"):
            return _conv_cell(config, weights, x, states)
        if name.endswith("Cell"):
            step = reference._STEPS[name.removesuffix("Cell")]
            return step(config, weights, exact(x), [exact(each) for each in states])
        z = _summed(config, weights, lambda c, w, v: reference.forward(c, w, v)[0], x)
        return (reference.activated(config, "activation", z),)


def _summed(
    config: LayerConfig, weights: Sequence[Array], compute: Callable[..., Array], *inputs: Array
) -> Bounded:
    """Compute sums of products, and the same sums of their sizes, which bound the rounding."""
    plain = config
    for slot in config.activations:
        plain = plain.with_activation(slot, "linear")
    sizes = compute(plain, [np.abs(each) for each in weights], *map(np.abs, inputs))
    terms = sum(prod(each.shape) // min(each.shape[-2:]) for each in weights if each.ndim > 1)
    value = compute(plain, weights, *(np.asarray(each, np.float64) for each in inputs))
    return Bounded(value, gamma(terms + len(weights)) * sizes)


def _conv_cell(
    config: LayerConfig, weights: Sequence[Array], x: Array, states: Sequence[Array]
) -> tuple[Bounded, ...]:
    """Sum up the gates, then let them act: see conv_lstm_step."""

    def gates(plain: LayerConfig, w: Sequence[Array], v: Array, h: Array) -> Array:
        ones = (1,) * (v.ndim - 2)
        seen = reference.convolved(reference._last(plain, v), w[0], *reference._window(plain))
        own = reference.convolved(reference._last(plain, h), w[1], ones, ones, "same")
        return reference._back(plain, reference._biased(plain, seen, w) + own)

    axis = 1 if config.fields["data_format"] == "channels_first" else -1
    summed = _summed(config, weights, gates, x, states[0])
    return reference._gated(config, summed, exact(states[1]), axis)
