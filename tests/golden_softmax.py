"""Reads tests/golden/softmax.json, and makes the vectors that are too long to stand in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from golden_numbers import Array
from numpy.typing import NDArray

GOLDEN = Path(__file__).parent / "golden" / "softmax.json"
_PRIME = 1_000_003


def ramp(length: int, span: float, dtype: str) -> NDArray[Any]:
    """Make a vector of different logits in a mixed order, from −span/2 to span/2."""
    mixed = np.arange(length, dtype=np.int64) * 7919 % _PRIME
    return (span * (mixed / _PRIME - 0.5)).astype(dtype)


@dataclass(frozen=True)
class GoldenSoftmax:
    """A vector, and what must come out at the picked elements; `pairs` are indices into `picked`.

    `f` and `df` are the values and the Jacobian's diagonal, `off` its entries at the pairs.
    """

    label: str
    dtype: str
    temperature: float
    x: NDArray[Any]
    picked: NDArray[np.int64]
    f: Array
    df: Array
    pairs: NDArray[np.int64]
    off: Array


@cache
def softmax_cases(dtype: str) -> tuple[GoldenSoftmax, ...]:
    """Give all cases of float32 or float64."""
    read = json.loads(GOLDEN.read_text("utf-8"))["cases"]
    chosen = [each for each in read if each["dtype"] == dtype]
    return tuple(_case(number, each) for number, each in enumerate(chosen))


def _case(number: int, given: dict[str, Any]) -> GoldenSoftmax:
    x, picked = _vector(given)
    label = f"{given['dtype']}-{number}-length={len(x)}-T={given['temperature']:.3g}"
    numbers = {name: np.array([float(v) for v in given[name]]) for name in ("f", "df", "off")}
    pairs = np.array(given["pairs"], np.int64).reshape(-1, 2)
    return GoldenSoftmax(
        label, given["dtype"], given["temperature"], x, picked, pairs=pairs, **numbers
    )


def _vector(given: dict[str, Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Make the vector, and say where the elements stand that are checked."""
    if "ramp" in given:
        return ramp(*given["ramp"], given["dtype"]), np.array(given["picked"])
    values = np.array(given["values"], given["dtype"])
    if not given["counts"]:
        return values, np.arange(len(values))
    order = np.random.default_rng(len(values)).permutation(sum(given["counts"]))
    x = np.repeat(values, given["counts"])[order]
    return x, np.array([int(np.flatnonzero(x == value)[0]) for value in values])
