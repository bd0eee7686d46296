"""A user's own formula on a device: a small program each, built off the path, a few are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from string import Template
from typing import Any

import numpy as np

from actviz.activations import OwnRow
from actviz.evaluation import Array, DeviceError, Grid
from actviz.expression.statements import statements
from actviz.opencl.kernels import Launcher, Shape
from actviz.opencl.program import build
from actviz.opencl.source import FORMS, called, head_text, missing, parameters, prelude_text

TRIED = Grid(-4.03125, 3.96875, 257)
"""Where a program's numbers are compared with NumPy's."""
_ROUGH, _FEW = 1e-3, 0.1
MOST = 16
"""Programs that are kept: more than there are curves to see at once."""
_EXACT = "#pragma OPENCL FP_CONTRACT OFF"
_AS_IT_IS = "    return av_value;"
_ROUNDED = """\
    const float av_nearest = (float)av_value;
    const double av_back = av_nearest;
    if (!av_odd || av_back == av_value || av_value != av_value)
        return av_nearest;
    const uint av_bits = as_uint(av_nearest) - (fabs(av_back) > fabs(av_value) ? 1u : 0u);
    return as_float(av_bits | 1u);"""
_ASIDE = {
    "float64": ("0x1p-40", "0x1p-1000", "0x1p-26"),
    "float32": ("0x1p-20f", "0x1p-120f", "0x1p-12f"),
}
"""How far left of x comparisons at equality are decided: see numeric.left_of."""


@cache
def _template(text: str) -> Template:
    return Template(text)


def own_text(row: OwnRow, work: str, kept: str) -> str:
    """Write the program of a formula that is computed in one precision and kept in another."""
    _, real, _, formal, argument, unpack, _ = FORMS[work]
    names = parameters(row)
    pair = row.kernel_pair
    written = statements([(each.tree, each.left_hand) for each in pair], work, row.name)
    nearest, least, farther = _ASIDE[work]
    kernels = _template(head_text("own.cl")).substitute(
        work=real,
        real=FORMS[kept][1],
        kept=_AS_IT_IS if work == kept else _ROUNDED,
        formals="".join(f", {formal.format(name)}" for name in names),
        actuals="".join(f", {argument.format(name)}" for name in names),
        unpack="\n".join(unpack.format(name) for name in names),
        lines="\n".join(f"    {line}" for line in written.lines),
        nearest=nearest,
        least=least,
        farther=farther,
        f=written.results[0],
        df=written.results[1],
    )
    prelude = prelude_text(work) if called(row) or (names and work == "float32") else ""
    return "\n".join([_EXACT, head_text("head.cl"), prelude, written.helpers, kernels])


def difference(own: OwnRow, x: Array, y: Array, dy: Array) -> str:
    """Say where a program's numbers are not NumPy's, or nothing if they are but for rounding."""
    right = own.evaluate(x.astype(np.float64))
    for name, got, want in zip(("f", "f′"), (y, dy), right, strict=True):
        with np.errstate(all="ignore"):
            close = np.abs(got - want) <= _ROUGH * (1.0 + np.abs(want))
            same = close | (got == want.astype(got.dtype)) | (np.isnan(got) & np.isnan(want))
        if np.mean(~same) > _FEW:
            where = int(np.argmin(same))
            return f"{name}({x[where]:.6g}) is {want[where]:.6g}, not {got[where]:.6g}"
    return ""


class Program:
    """The kernels of one formula, the parameters they take, and the precision they compute in."""

    def __init__(self, program: Any, names: tuple[str, ...], work: str, shape: Shape) -> None:
        self.names = names
        self.work = work
        self._shape = shape
        self._program = program
        self._launchers: dict[str, Launcher] = {}

    def launcher(self, kind: str) -> Launcher:
        """Give a kernel: of kind points or grid."""
        if kind not in self._launchers:
            self._launchers[kind] = Launcher(self._program, f"av_{kind}_own", self._shape)
        return self._launchers[kind]


class Programs:
    """The programs of the formulas that were asked for last.

    Parameters
    ----------
    place
        The device's id, which errors name, the pyopencl context, and the device in it.
    options
        For every build.
    double
        The device has doubles, and computes in them.
    fault
        Says what is wrong with a program's numbers, or nothing.
    """

    def __init__(
        self,
        place: tuple[str, Any, Any],
        options: tuple[str, ...],
        double: bool,
        fault: Callable[[OwnRow, Program, str], str],
    ) -> None:
        self._place = place
        self._options = options
        self._double = double
        self._fault = fault
        self._building = threading.Lock()
        self._keeping = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Program | str] = OrderedDict()

    def found(self, row: OwnRow, precision: str) -> Program | str | None:
        """Give a program, or why there is none; None before it has been built."""
        key = row.f, precision
        with self._keeping:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def prepare(self, row: OwnRow, precision: str) -> Program | str:
        """Build a program and try it, unless that has been done; or say why there is none.

        A driver's own words stay in the log: they are about a text that the user never saw.
        """
        found = self.found(row, precision)
        if found is not None:
            return found
        with self._building:
            found = self.found(row, precision)
            if found is None:
                found = self._built(row, precision)
                with self._keeping:
                    self._kept[row.f, precision] = found
                    while len(self._kept) > MOST:
                        self._kept.popitem(last=False)
        return found

    def _built(self, row: OwnRow, precision: str) -> Program | str:
        work = "float64" if self._double else precision
        device = self._place[0]
        lacking = missing(row, work)
        if lacking:
            return f"{device} has no {work} form of {' and '.join(lacking)}"
        text = own_text(row, work, precision)
        try:
            built = build(*self._place, text, self._options, keep=False)
            one_by_one = Shape.of(self._place[2], "float64")
            program = Program(built, parameters(row), work, one_by_one)
            reason = self._fault(row, program, precision)
        except DeviceError:
            return f"the driver of {device} does not build your formula"
        return f"{device} computes other numbers for your formula: {reason}" if reason else program

    def close(self) -> None:
        """Let go of all programs."""
        with self._keeping:
            self._kept.clear()
