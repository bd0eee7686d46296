"""What the comments of the float32 prelude claim of its parts, measured on every device."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import numpy as np
import pyopencl as cl
import pytest
from numpy.typing import NDArray

from actviz import opencl
from actviz.opencl.devices import open_handle
from actviz.opencl.program import build
from actviz.opencl.source import prelude_text

FOLDER = Path(str(files(opencl)))
TEXT = "".join(path.read_text("utf-8") for path in (FOLDER / "prelude" / "float32").glob("*.cl"))
COUNT = 1 << 16
Array = NDArray[np.float64]

KERNEL = """
__kernel void try_parts(__global const float *x, __global const float *y, __global float *out)
{
    const size_t i = get_global_id(0);
    const av_ff a = av_ff_of(x[i], y[i]);
    const av_ff inverse = av_inverse(a), quotient = av_divide(AV_NUMERATOR, a);
    const av_power power = av_exp(av_times_power(a, -16.0f));
    const av_ff less = av_expm1(av_times_power(a, -0.125f));
    const av_roots roots = av_roots_of(a);
    const float parts[16] = {
        av_reciprocal(x[i]), 0.0f, inverse.hi, inverse.lo, quotient.hi, quotient.lo,
        power.m.hi, power.m.lo, power.n, 0.0f, less.hi, less.lo,
        roots.root.hi, roots.root.lo, roots.inverse.hi, roots.inverse.lo,
    };
    for (int k = 0; k < 16; ++k)
        out[16 * i + k] = parts[k];
}
"""
HIGH, LOW = np.float32(0.7), np.float32(1.2e-8)


@pytest.fixture(scope="module")
def parts(engine_id: str) -> tuple[Array, Array]:
    """Numbers 1 ≤ a < 4 of two floats, and what the prelude makes of them, a pair a column."""
    rng = np.random.default_rng(17)
    x = (1.0 + 3.0 * rng.random(COUNT)).astype(np.float32)
    y = (x * (rng.random(COUNT) - 0.5) * 2.0**-24).astype(np.float32)
    handle = open_handle(engine_id).handle
    context = cl.Context([handle])
    queue = cl.CommandQueue(context)
    head = (FOLDER / "head.cl").read_text("utf-8")
    numerator = f"#define AV_NUMERATOR av_ff_of({HIGH!s}f, {LOW!s}f)\n"
    text = "".join([head, prelude_text(), numerator, KERNEL])
    ascii_text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    kernel = cl.Kernel(build(engine_id, context, handle, ascii_text, ()), "try_parts")
    flags = cl.mem_flags
    given = [cl.Buffer(context, flags.COPY_HOST_PTR, hostbuf=each) for each in (x, y)]
    out = np.empty((COUNT, 16), np.float32)
    made = cl.Buffer(context, flags.WRITE_ONLY, out.nbytes)
    kernel.set_args(*given, made)
    cl.enqueue_nd_range_kernel(queue, kernel, (COUNT,), None)
    cl.enqueue_copy(queue, out, made)
    wide = out.astype(np.float64)
    return x.astype(np.float64) + y, wide[:, ::2] + wide[:, 1::2]


def claimed(name: str) -> float:
    """Read the bound in the comment above a definition of the prelude."""
    definition = rf"(?:inline \w+ {name}\(|typedef struct \{{[^}}]*\}} {name};)"
    (comment,) = re.findall(rf"/\*((?:(?!\*/).)*)\*/\n{definition}", TEXT, re.DOTALL)
    (bits,) = re.findall(r"within 2\^-(\d+)", comment)
    return 2.0 ** -int(bits)


@pytest.mark.parametrize(
    ("column", "name"),
    [(0, "av_reciprocal"), (1, "av_inverse"), (2, "av_divide"), (5, "av_expm1"), (7, "av_roots")],
)
def test_the_errors_are_those_that_the_comments_tell(
    parts: tuple[Array, Array], column: int, name: str
) -> None:
    """And not far below: a comment that tells too much misleads as well."""
    a, made = parts
    numerator = float(HIGH) + float(LOW)
    right = {0: 1 / a, 1: 1 / a, 2: numerator / a, 5: np.expm1(-a / 8), 7: 1 / np.sqrt(a)}
    error = float(np.max(np.abs(made[:, column] / right[column] - 1)))
    assert claimed(name) / 8 < error < claimed(name)


def test_the_exponential_is_what_its_comment_tells(parts: tuple[Array, Array]) -> None:
    a, made = parts
    error = np.abs(made[:, 3] * np.exp2(made[:, 4]) / np.exp(-16 * a) - 1)
    assert claimed("av_power") / 8 < np.max(error) < claimed("av_power")
    assert np.min(made[:, 3]) >= 0.70
    assert np.max(made[:, 3]) <= 1.42


def test_the_root_and_its_reciprocal_belong_together(parts: tuple[Array, Array]) -> None:
    a, made = parts
    assert np.max(np.abs(made[:, 6] / np.sqrt(a) - 1)) < claimed("av_roots")
