"""What formats of few bits lose: where 1 is reached, where slopes die, where exp overflows."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from actviz.activations import row
from actviz.analysis.precision import dead_from, zones
from actviz.analysis.published.check import Check
from actviz.analysis.published.solving import df_of, f_of, root
from actviz.analysis.stepwise import backward
from actviz.dtypes import DTYPES

_GRID = np.arange(0.0, 120.0, 1.0 / 64.0)
_OURS = "mpmath, 30 digits, in steps of 1/64"
_TT = "tenstorrent/tt-metal, issue 55724"


def _one_from(activation: str, dtype: str) -> float:
    """Give the first step of 1/64 at which f is rounded to 1."""
    f = DTYPES[dtype].rounded(f_of(activation)(_GRID)).astype(np.float64)
    return float(_GRID[np.argmax(f == 1.0)])


def _tanh_one_from() -> float:
    """Give the first step of 1/64 at which 1 − tanh = tanh′/(1 + tanh) is at most half an ULP."""
    left = df_of("tanh")(_GRID) / (1.0 + f_of("tanh")(_GRID))
    return float(_GRID[np.argmax(left <= 2.0**-54)])


def _usual_zero_from(dtype: str) -> float:
    """Give the first step of 1/64 at which s·(1 − s), each step rounded, is 0."""
    x = _GRID[DTYPES[dtype].rounded(_GRID).astype(np.float64) == _GRID]
    _, slopes = backward(row("sigmoid"), {}, x, dtype)
    return float(x[np.argmax(slopes == 0.0)])


def _zero_from(dtype: str) -> float:
    """Give the first step of 1/64 at which σ(x)·σ(−x), rounded once, is 0."""
    slopes = DTYPES[dtype].rounded(df_of("sigmoid")(_GRID)).astype(np.float64)
    return float(_GRID[np.argmax(slopes == 0.0)])


def _overflow(dtype: str) -> float:
    """Give the largest x whose exponential is not beyond the format's largest number."""
    exponential, largest = f_of("exponential"), DTYPES[dtype].largest

    def beyond(x: float) -> float:
        return -1.0 if float(exponential(np.array([x]))[0]) <= largest else 1.0

    return root(beyond, 1.0, 1000.0)


def _nan_from(dtype: str) -> float:
    """Give the x from which the gradient of a `where` over ELU's two branches is NaN."""
    lows = [each.low for each in zones(row("elu"), {}, dtype, "backward") if each.fault == "nan"]
    return min(lows, default=math.nan)


def _dead(dtype: str) -> float:
    right = dead_from(zones(row("sigmoid"), {}, dtype, "ours"))[1]
    return math.nan if right is None else right


def _rows(
    title: str, ours: Callable[[str], float], published: dict[str, str], source: str = _OURS
) -> tuple[Check, ...]:
    """Make a row for each format."""
    return tuple(
        Check(f"{title} in {dtype}", text, partial(ours, dtype), source)
        for dtype, text in published.items()
    )


_SIGMOID = {"float16": "8.33", "bfloat16": "6.25", "float32": "17.34", "float64": "36.75"}
_TANH = {"float16": "4.52", "bfloat16": "3.47", "float32": "9.02"}
_ZERO = {"float16": "17.34", "bfloat16": "92.9", "float32": "104.0"}
_EXP = {"float16": "11.0899", "bfloat16": "88.7189", "float32": "88.7228", "float64": "709.7827"}
CHECKS: tuple[Check, ...] = (
    *_rows("sigmoid is 1 from", partial(_one_from, "sigmoid"), _SIGMOID),
    Check("sigmoid is 1 from, in bfloat16", "6.25", lambda: _one_from("sigmoid", "bfloat16"), _TT),
    *_rows("tanh is 1 from", partial(_one_from, "tanh"), _TANH),
    Check(
        "tanh, rounded correctly, is 1 from in float64",
        "19.0625",
        _tanh_one_from,
        "closed form: 55·ln 2/2, in steps of 1/64",
        note="also quoted as 19.0, from a library that rounds earlier; NumPy's does from 18.72",
    ),
    *_rows(
        "s·(1 − s) is 0 from",
        _usual_zero_from,
        {k: v for k, v in _SIGMOID.items() if k != "float64"},
    ),
    *_rows("σ(x)·σ(−x) is 0 from", _zero_from, _ZERO),
    *_rows("e^x overflows beyond", _overflow, _EXP, "closed form: ln of the largest number"),
    Check(
        "gradient of where(x > 0, x, e^x − 1) is NaN from, in float32",
        "88.72",
        lambda: _nan_from("float32"),
        "the overflow of e^x: the x > 88.72 of many reports of NaN",
    ),
    Check(
        "sigmoid′ of ours is 0 from, in float32",
        "103.9721",
        lambda: _dead("float32"),
        "closed form: 150·ln 2, half the smallest subnormal number",
    ),
)
