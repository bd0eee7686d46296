"""The one OpenCL program: the prelude and, for every row, two kernels made from its formulas."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Template

import numpy as np
from numpy.typing import NDArray

from actviz.activations import ROWS, Row

FOUNDATION = ("arithmetic", "parameters", "exponential", "logistic", "near_zero")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_DOUBLE = "#ifdef cl_khr_fp64\n#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n#endif\n"
_FARTHEST = 4000.0  # AV_HIGHEST of the prelude
_SIXTH = 1.0 / 6.0
_TWO_THIRDS = (0.6666666865348816, -1.9868215517249155e-08, 5.921189641132699e-16)


def parameters(row: Row) -> tuple[str, ...]:
    """Name the arguments that a row's kernels take, in their order: those its formulas use."""
    used = {name for formula in row.kernel_pair for name in formula.names}
    return tuple(name for name in row.arguments if name in used)


def packed(value: float) -> NDArray[np.float32]:
    """Split a float64 into the kernel argument (high, middle, low, exponent), without loss.

    value = (high + middle + low)·2^exponent with 1/2 ≤ |high| ≤ 1; 0 and ∞ are high alone.
    float64(1/6) stands for the sixth itself: beside −3 the rounded one is far off.
    """
    if value == _SIXTH:
        return np.array([*_TWO_THIRDS, -2.0], np.float32)
    if value == 0.0 or math.isinf(value):
        return np.array([value, 0.0, 0.0, _FARTHEST if value else -_FARTHEST], np.float32)
    mantissa, exponent = math.frexp(value)
    high = float(np.float32(mantissa))
    middle = float(np.float32(mantissa - high))
    return np.array([high, middle, mantissa - high - middle, exponent], np.float32)


def _kernels(template: Template, row: Row) -> str:
    """Fill in the template for one row."""
    names = parameters(row)
    pair = row.kernel_pair
    return template.substitute(
        name=row.name,
        formals="".join(f", float4 av_given_{name}" for name in names),
        actuals="".join(f", av_given_{name}" for name in names),
        unpack="\n".join(f"    const av_real {n} = av_real_of(av_given_{n});" for n in names),
        f=pair.f.opencl("float32"),
        df=pair.df.opencl("float32"),
    )


def _helpers(rows: Iterable[Row]) -> str:
    """Collect the functions outside the prelude that the formulas call, each once."""
    lines = {
        line: None
        for row in rows
        for formula in row.kernel_pair
        for line in formula.opencl_helpers("float32").splitlines()
    }
    return "\n".join(lines)


@cache
def program_text(rows: tuple[Row, ...] = ROWS) -> str:
    """Write the program of all rows; comments are left out, so it is plain ASCII.

    Kernels: `av_points_<name>` at given x and, where AV_DOUBLE is defined, `av_grid_<name>` at
    x that the device makes itself.
    """
    inlining, template = (
        _read(files("actviz.opencl").joinpath(name)) for name in ("inlining.cl", "evaluate.cl")
    )
    kernels = (_kernels(Template(template), row) for row in rows)
    return "\n".join([_DOUBLE, inlining, prelude_text(), _helpers(rows), *kernels])


@cache
def prelude_text(precision: str = "float32") -> str:
    """Join the files of a precision's prelude, without comments.

    What all pairs are built on comes first; the others are families that do not know each other.
    """
    folder = files("actviz.opencl").joinpath("prelude", precision)
    names = {
        each.name.removesuffix(".cl") for each in folder.iterdir() if each.name.endswith(".cl")
    }
    ordered = (*FOUNDATION, *sorted(names - set(FOUNDATION)))
    return "\n".join(_read(folder.joinpath(f"{name}.cl")) for name in ordered)


@cache
def softmax_text() -> str:
    """Write the program of softmax over whole vectors, without comments."""
    inlining, text = (
        _read(files("actviz.opencl").joinpath(name)) for name in ("inlining.cl", "softmax.cl")
    )
    return "\n".join([inlining, prelude_text(), text])


def _read(file: Traversable) -> str:
    return _COMMENT.sub("", file.read_text(encoding="utf-8"))
