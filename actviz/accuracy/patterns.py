"""Numbers and their bits, in every dtype."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from actviz.dtypes import DTYPES

Array = NDArray[Any]


def width(dtype: str) -> int:
    """Give the number of bits of a number."""
    return 8 * DTYPES[dtype].numpy.itemsize


def numbers(bits: Array, dtype: str) -> Array:
    """Make the numbers of bit patterns, given as unsigned integers."""
    return bits.astype(f"uint{width(dtype)}", copy=False).view(DTYPES[dtype].numpy)


def bits_of(x: float | np.generic, dtype: str) -> int:
    """Give the bit pattern of a number of a dtype."""
    return int(np.asarray(x, DTYPES[dtype].numpy).view(f"uint{width(dtype)}"))


def number_of(bits: int, dtype: str) -> float:
    """Give the number of a bit pattern."""
    return float(numbers(np.array([bits], f"uint{width(dtype)}"), dtype)[0])


def shown(bits: int, dtype: str) -> str:
    """Write a number as the shortest decimal that is read back as it, and its bits."""
    value = numbers(np.array([bits], f"uint{width(dtype)}"), dtype)[0]
    return f"{value!s} (0x{bits:0{width(dtype) // 4}x})"
