"""A precision's OpenCL program: its prelude and, for every row, two kernels made of formulas."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Template
from struct import Struct

from actviz.activations import ROWS, Row
from actviz.expression import FUNCTIONS
from actviz.expression.nodes import Call, Name, walk

FOUNDATION = ("arithmetic", "parameters", "exponential", "logistic", "near_zero")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_DOUBLE = "#ifdef cl_khr_fp64\n#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n#endif\n"
_FUNCTION = re.compile(r"^inline (?:float|double) av_(\w+)\(", re.MULTILINE)
FORMS = {
    "float32": (
        "av_scalar",
        "float",
        "AV_ROUNDED",
        "float8 av_given_{0}",
        "av_given_{0}",
        "    const av_real {0} = av_real_of(av_given_{0}, av_ordinary);",
        "av_is_ordinary((av_count)av_given_{0}.s3)",
    ),
    "float64": ("double", "double", "", "double {0}", "{0}", "", ""),
}
"""For each precision its type, and a parameter as formal, as argument, how it is unpacked, and how
the kernel tells that it is ordinary."""
_FARTHEST = 4000  # AV_HIGHEST of the prelude
_FLOAT, _BITS, _EIGHT, _ONE_DOUBLE = Struct("f"), Struct("i"), Struct("8f"), Struct("d")
_SIXTH = 1.0 / 6.0
_TWO_THIRDS = (0.6666666865348816, -1.9868215517249155e-08, 5.921189641132699e-16)


def parameters(row: Row) -> tuple[str, ...]:
    """Name the arguments that a row's kernels take, in their order: those its formulas use."""
    used = {name for formula in row.kernel_pair for name in formula.names}
    return tuple(name for name in row.arguments if name in used)


def packed(value: float) -> bytes:
    """Make the float32 kernel argument of a parameter: eight floats, without loss.

    The first four are its parts and their exponent, value = (high + middle + low)·2^exponent with
    1/2 ≤ |high| ≤ 1; 0 and ∞ are high alone. The others are the three parts as they are in the sum,
    as far as float32 reaches, and the largest float32 that is not above the value.
    """
    high, middle, low, exponent = _split(value)
    nearest = _single(value)
    rest = math.ldexp(middle, exponent), math.ldexp(low, exponent)
    floor = _below(nearest) if nearest > value else nearest
    return _EIGHT.pack(high, middle, low, exponent, nearest, *rest, floor)


def _split(value: float) -> tuple[float, float, float, int]:
    """Split a float64 into three floats and an exponent.

    float64(1/6) stands for the sixth itself: beside −3 the rounded one is far off.
    """
    if value == _SIXTH:
        return (*_TWO_THIRDS, -2)
    if value == 0.0 or math.isinf(value):
        return value, 0.0, 0.0, _FARTHEST if value else -_FARTHEST
    mantissa, exponent = math.frexp(value)
    high = _single(mantissa)
    middle = _single(mantissa - high)
    return high, middle, mantissa - high - middle, exponent


def _single(value: float) -> float:
    """Round to float32."""
    try:
        rounded: float = _FLOAT.unpack(_FLOAT.pack(value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)
    return rounded


def _below(single: float) -> float:
    """Give the next float32 below one."""
    if single == 0.0:
        return -(2.0**-149)
    (bits,) = _BITS.unpack(_FLOAT.pack(single))
    (below,) = _FLOAT.unpack(_BITS.pack(bits + (1 if single < 0.0 else -1)))
    return float(below)


def given(value: float, precision: str) -> bytes:
    """Make the kernel argument of a parameter: in float32 eight floats, in float64 a double."""
    return packed(value) if precision == "float32" else _ONE_DOUBLE.pack(value)


def missing(row: Row, precision: str) -> tuple[str, ...]:
    """Name the functions that a row calls and that the prelude of a precision does not hold."""
    return tuple(sorted(called(row) - _defined(precision)))


def called(row: Row) -> frozenset[str]:
    """Name the functions of the prelude that a row calls."""
    return frozenset(
        node.function
        for formula in row.kernel_pair
        for node in walk(formula.tree)
        if isinstance(node, Call) and FUNCTIONS[node.function].prelude
    )


@cache
def _defined(precision: str) -> frozenset[str]:
    """Find the names of the functions that a prelude holds, without their `av_`."""
    return frozenset(_FUNCTION.findall(prelude_text(precision)))


def filled(template: Template, row: Row, precision: str) -> str:
    """Fill in the template for one row."""
    scalar, real, rounded, formal, argument, unpack, ordinary = FORMS[precision]
    names = parameters(row)
    pair = row.kernel_pair
    whole = _taken_whole(row) if ordinary else ()
    return template.substitute(
        name=row.name,
        scalar=scalar,
        real=real,
        rounded=rounded,
        formals="".join(f", {formal.format(name)}" for name in names),
        actuals="".join(f", {argument.format(name)}" for name in names),
        unpack="\n".join(unpack.format(name) for name in names),
        ordinary=" && ".join(ordinary.format(name) for name in whole) or "1",
        f=pair.f.opencl(precision),
        df=pair.df.opencl(precision),
    )


def _taken_whole(row: Row) -> tuple[str, ...]:
    """Name the parameters that functions of the prelude take."""
    taken = {
        argument.name
        for formula in row.kernel_pair
        for node in walk(formula.tree)
        if isinstance(node, Call) and FUNCTIONS[node.function].prelude
        for argument in node.arguments[1:]
        if isinstance(argument, Name)
    }
    return tuple(name for name in parameters(row) if name in taken)


def helpers(rows: Iterable[Row], precision: str) -> str:
    """Collect the functions outside the prelude that the formulas call, each once."""
    lines = {
        line: None
        for row in rows
        for formula in row.kernel_pair
        for line in formula.opencl_helpers(precision).splitlines()
    }
    return "\n".join(lines)


@cache
def program_text(rows: tuple[Row, ...] = ROWS, precision: str = "float32") -> str:
    """Write the program of all rows that are `missing` nothing in a precision.

    Kernels: `av_points_<name>` at given x and, where AV_DOUBLE is defined, `av_grid_<name>` at
    x that the device makes itself. Comments are left out, so it is plain ASCII.
    """
    head, template = head_text("head.cl"), head_text("evaluate.cl")
    able = [row for row in rows if not missing(row, precision)]
    kernels = (filled(Template(template), row, precision) for row in able)
    parts = (head, prelude_text(precision), helpers(able, precision), *kernels)
    return "\n".join(parts)


@cache
def head_text(name: str) -> str:
    """Read a file that stands beside the preludes, without comments."""
    text = _read(files("actviz.opencl").joinpath(name))
    return _DOUBLE + text if name == "head.cl" else text


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
def softmax_text(precision: str = "float32") -> str:
    """Write the program of softmax over whole vectors in a precision, without comments."""
    head, text = (
        _read(files("actviz.opencl").joinpath(name)) for name in ("head.cl", "softmax.cl")
    )
    chosen = f"{_DOUBLE}#define AV_{precision.upper()}\n"
    return "\n".join([chosen, head, prelude_text(precision), text])


def _read(file: Traversable) -> str:
    return _COMMENT.sub("", file.read_text(encoding="utf-8"))
