"""What a recurrence is made of: activations with their pull-backs, and products with a kernel."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from actviz.activations import row
from actviz.analysis.curve import Curve
from actviz.layers import LayerConfig
from actviz.layers.shapes import channels_first
from actviz.reference.softmax import softmax_terms, softmax_values

Array = NDArray[np.float64]
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """An activation in a slot: `f` of a pre-activation, and what its Jacobian makes of a gradient.

    Arrays may have a leading axis of gates before those of the state; `back` takes the
    pre-activation, the value there and the gradient with respect to that value.
    """

    f: Callable[[Array], Array]
    back: Callable[[Array, Array, Array], Array]


def applied(config: LayerConfig, slot: str) -> Applied:
    """Take the activation of a slot; one of vectors acts along its axis of the layer's tensor."""
    name, values = config.activations[slot]
    if row(name).vector:
        return _softmax(_axis(config, values["axis"]))
    curve = Curve.of(row(name), values)
    return Applied(curve.f, lambda x, _, v: curve.df(x) * v)


def _axis(config: LayerConfig, axis: object) -> int:
    """Give an axis from the end of a state, channels last, that an axis with a batch means."""
    assert isinstance(axis, int)
    axes = config.row.axes or 2
    place = axis % axes
    if channels_first(config.fields):
        place = axes - 1 if place == 1 else place - 1
    return place - axes


def _softmax(axis: int) -> Applied:
    def f(x: Array) -> Array:
        moved = softmax_values(softmax_terms(np.moveaxis(x, axis, 0)))
        return np.moveaxis(moved, 0, axis)

    def back(x: Array, y: Array, v: Array) -> Array:
        found: Array = y * (v - (y * v).sum(axis=axis, keepdims=True))
        return found

    return Applied(f, back)


def margins(size: int, length: int, stride: int, dilation: int) -> tuple[int, int]:
    """Say how many zeros Keras's "same" padding puts before and after an axis."""
    reach = dilation * (size - 1) + 1
    total = max((-(-length // stride) - 1) * stride + reach - length, 0)
    return total // 2, total - total // 2


@dataclass(frozen=True)
class Window:
    """A convolution with a kernel (*size, channels, filters) of a tensor (…, *space, channels)."""

    kernel: Array
    space: Shape
    strides: Shape
    dilation: Shape
    same: bool

    @cached_property
    def _pads(self) -> list[tuple[int, int]]:
        if not self.same:
            return [(0, 0)] * len(self.space)
        each = zip(self.kernel.shape, self.space, self.strides, self.dilation, strict=False)
        return [margins(*numbers) for numbers in each]

    @cached_property
    def _cuts(self) -> list[tuple[Shape, tuple[slice, ...]]]:
        """Give for each element of the window what it sees of the padded tensor."""
        pads = self._pads
        axes = list(zip(self.kernel.shape, self.space, self.strides, self.dilation, strict=False))
        counts = [
            (n + sum(pad) - d * (k - 1) - 1) // s + 1
            for (k, n, s, d), pad in zip(axes, pads, strict=True)
        ]
        found = []
        for index in np.ndindex(*self.kernel.shape[:-2]):
            cut = [
                slice(i * d, i * d + (count - 1) * s + 1, s)
                for i, (_, _, s, d), count in zip(index, axes, counts, strict=True)
            ]
            found.append((index, (..., *cut, slice(None))))
        return found  # type: ignore[return-value]

    def forward(self, x: Array) -> Array:
        """Slide over x; axes before those of space are kept."""
        if not self.space:
            return x @ self.kernel
        before = x.ndim - len(self.space) - 1
        padded = np.pad(x, [(0, 0)] * before + self._pads + [(0, 0)])
        (index, cut), *rest = self._cuts
        total: Array = padded[cut] @ self.kernel[index]
        for index, cut in rest:
            total += padded[cut] @ self.kernel[index]
        return total

    def back(self, v: Array) -> Array:
        """Bring a gradient with respect to the output back to the input, which has no axis before.

        It is the transpose of `forward`.
        """
        if not self.space:
            return v @ self.kernel.T
        pads = self._pads
        padded = [n + sum(pad) for n, pad in zip(self.space, pads, strict=True)]
        found = np.zeros((*padded, self.kernel.shape[-2]))
        for index, cut in self._cuts:
            found[cut] += v @ self.kernel[index].T
        inner = tuple(slice(low, low + n) for n, (low, _) in zip(self.space, pads, strict=True))
        return found[inner]


def window(kernel: Array, space: Shape) -> Window:
    """Give the product with a recurrent kernel: without axes of space it is that of a matrix."""
    ones = (1,) * len(space)
    return Window(kernel, space, ones, ones, same=True)


def norm(values: Array) -> float:
    """Compute a Euclidean norm whose squares neither underflow nor overflow."""
    largest = float(np.max(np.abs(values), initial=0.0))
    if largest == 0.0 or not math.isfinite(largest):
        return largest
    return largest * float(np.linalg.norm(values / largest))
