"""The number formats that f and f′ are computed and rounded in, one row each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class DType:
    """A binary number format.

    Parameters
    ----------
    name
        As in the `dtype` of a request.
    bits
        Significant binary digits, the leading one included.
    lowest, highest
        The exponents of the smallest normal number and of the largest number.
    digits
        Significant decimal digits that tell all numbers apart.
    precision
        The precision in which a device's kernels compute what is then rounded to this format.
    """

    name: str
    bits: int
    lowest: int
    highest: int
    digits: int
    precision: str

    @property
    def numpy(self) -> np.dtype[Any]:
        """NumPy's dtype; ml_dtypes, which brings bfloat16, is imported on first use."""
        if self.name != "bfloat16":
            return np.dtype(self.name)
        import ml_dtypes

        found: np.dtype[Any] = np.dtype(ml_dtypes.bfloat16)
        return found

    @property
    def largest(self) -> float:
        """The largest number."""
        return math.ldexp(2.0 - 2.0 ** (1 - self.bits), self.highest)

    def spacing(self, magnitude: float) -> float:
        """Give the distance from a number of this magnitude to the next larger one."""
        exponent = math.frexp(min(abs(magnitude), self.largest))[1] - 1
        below = exponent if magnitude else self.lowest
        return math.ldexp(1.0, max(below, self.lowest) - self.bits + 1)

    def rounded(self, x: NDArray[Any]) -> NDArray[Any]:
        """Round real numbers to this format once, in a new array of their shape.

        From float64 to bfloat16 ml_dtypes rounds twice, by way of float32.
        """
        with np.errstate(all="ignore"):  # a signalling NaN is an invalid cast
            if self.name == "bfloat16" and not _fits_float32(x.dtype):
                x = _to_odd(x.astype(np.float64))
            return x.astype(self.numpy, order="C")


def _fits_float32(dtype: np.dtype[Any]) -> bool:
    return is_bfloat16(dtype) or np.can_cast(dtype, np.float32)


def _to_odd(x: NDArray[np.float64]) -> NDArray[np.float32]:
    """Make float32 of float64, the last bit set where anything was cut off.

    A second rounding, to fewer digits, then gives what one rounding gives (Boldo, Melquiond 2005).
    """
    nearest = x.astype(np.float32, order="C")
    back = nearest.astype(np.float64)
    bits = nearest.view(np.uint32)
    bits -= np.abs(back) > np.abs(x)
    bits |= (back != x) & ~np.isnan(x)
    return nearest


def is_bfloat16(dtype: np.dtype[Any]) -> bool:
    """Tell whether a dtype is that of ml_dtypes: to NumPy it is no kind of number."""
    return dtype.kind == "V" and dtype.name == "bfloat16"


DTYPES: dict[str, DType] = {
    each.name: each
    for each in (
        DType("float16", 11, -14, 15, 5, "float32"),
        DType("bfloat16", 8, -126, 127, 4, "float32"),
        DType("float32", 24, -126, 127, 9, "float32"),
        DType("float64", 53, -1022, 1023, 17, "float64"),
    )
}
"""All formats by name, from the coarsest to the finest."""


def rounded(x: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Round float64 numbers once to the format that a NumPy dtype is."""
    return DTYPES[dtype.name].rounded(x)


def checked_dtype(name: str, allowed: tuple[str, ...], place: str) -> DType:
    """Find a format by its name; ValueError lists those that are allowed at a place."""
    if name not in allowed:
        words = ", ".join(allowed)
        raise ValueError(f"dtype: {name!r} is not allowed on {place}; it must be one of {words}")
    return DTYPES[name]
