"""Reads tests/golden/activations.json, and measures errors in units in the last place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
GOLDEN = Path(__file__).parent / "golden" / "activations.json"


@dataclass(frozen=True)
class Golden:
    """What an activation must give: f and df at x, rounded to float64 from 60 digits."""

    activation: str
    values: dict[str, object]
    dtype: str
    x: Array
    f: Array
    df: Array

    @property
    def label(self) -> str:
        values = ",".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.activation}({values})-{self.dtype}"


@cache
def golden_cases(dtype: str | None = None) -> tuple[Golden, ...]:
    """Give all cases, or those of one dtype (float32, float64)."""

    def numbers(values: list[float | str]) -> Array:
        return np.array([float(value) for value in values])

    read = json.loads(GOLDEN.read_text("utf-8"))["cases"]
    return tuple(
        Golden(
            case["activation"],
            case["values"],
            case["dtype"],
            *(numbers(case[part]) for part in ("x", "f", "df")),
        )
        for case in read
        if dtype in (None, case["dtype"])
    )


def errors_in_ulp(computed: Array, truth: Array, dtype: str) -> Array:
    """Measure |computed − truth| in units in the last place of the truth in that dtype.

    Infinite where one of them is NaN and the other is not, where an overflow is missed or
    invented, and where a result that is not the smallest subnormal has the wrong sign.
    """
    info = np.finfo(dtype)
    computed = np.asarray(computed).astype(np.float64)
    with np.errstate(all="ignore"):
        rounded = truth.astype(dtype).astype(np.float64)
        exponent = np.floor(np.log2(np.where(truth == 0.0, 1.0, np.abs(truth))))
        unit = np.maximum(2.0 ** (exponent - info.nmant), float(info.smallest_subnormal))
        error = np.abs(computed - truth) / unit
        wrong = np.isnan(computed) != np.isnan(truth)
        wrong |= np.isinf(computed) != np.isinf(rounded)
        clear = np.abs(rounded) > float(info.smallest_subnormal)
        wrong |= clear & (np.sign(computed) != np.sign(rounded))
    error[np.isnan(truth) | (np.isinf(rounded) & (computed == rounded))] = 0.0
    error[wrong] = np.inf
    return error


def worst(computed: Array, truth: Array, dtype: str) -> float:
    """Give the largest error in units in the last place."""
    return float(np.max(errors_in_ulp(computed, truth, dtype)))
