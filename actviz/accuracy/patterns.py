"""Numbers and their bits, in every dtype; bfloat16, which NumPy has not, is held as float32."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
WIDTHS = {"float16": 16, "bfloat16": 16, "float32": 32, "float64": 64}


def holder(dtype: str) -> np.dtype[Any]:
    """Name the NumPy dtype that numbers of a dtype are held in, exactly."""
    return np.dtype("float32" if dtype == "bfloat16" else dtype)


def numbers(bits: Array, dtype: str) -> Array:
    """Make the numbers of bit patterns, given as unsigned integers."""
    if dtype == "bfloat16":
        return (bits.astype(np.uint32) << np.uint32(16)).view(np.float32)
    return bits.astype(f"uint{WIDTHS[dtype]}", copy=False).view(dtype)


def rounded(x: Array, dtype: str) -> Array:
    """Round float64 numbers to a dtype, to nearest and ties to even."""
    with np.errstate(all="ignore"):
        if dtype != "bfloat16":
            return x.astype(dtype)
        unit = np.ldexp(1.0, np.maximum(np.frexp(x)[1] - 1, -126) - 7)
        return np.asarray(np.where(np.isfinite(x), np.rint(x / unit) * unit, x), np.float32)


def bits_of(x: float | np.floating[Any], dtype: str) -> int:
    """Give the bit pattern of a number of a dtype."""
    pattern = np.asarray(x, holder(dtype)).view(f"uint{holder(dtype).itemsize * 8}")
    return int(pattern) >> (16 if dtype == "bfloat16" else 0)


def number_of(bits: int, dtype: str) -> float:
    """Give the number of a bit pattern."""
    return float(numbers(np.array([bits], f"uint{WIDTHS[dtype]}"), dtype)[0])


def shown(bits: int, dtype: str) -> str:
    """Write a number as the shortest decimal that is read back as it, and its bits."""
    value = numbers(np.array([bits], f"uint{WIDTHS[dtype]}"), dtype)[0]
    return f"{value!s} (0x{bits:0{WIDTHS[dtype] // 4}x})"
