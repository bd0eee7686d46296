"""Softmax of vectors and its Jacobian on one OpenCL device: a small program of its own."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from actviz.dtypes import DTYPES
from actviz.evaluation import DeviceError
from actviz.opencl.softmax_kernels import Kernels, Place
from actviz.vectors import Array, SoftmaxRequest, SoftmaxResult, numpy_jacobian, numpy_softmax

_TRIAL = np.array(
    [
        [0.1, -0.7, 2.5, 2.4999998, 1e-30, -40.0, -75.0, 2.5],
        [80.0, 0.3, -0.2, 0.1, 0.0, -3.0, 0.3, -1e-40],
    ]
)
"""Vectors on which wrong arithmetic shows: tails, near ties, a subnormal, one far ahead."""
_SPREAD = {"float32": 1.0, "float64": 7.2}
_CLOSE = {"float32": 1.0, "float64": 8.0}
"""Units in the last place that a device and NumPy may be apart."""
_TEMPERATURE = 0.75


class Softmax:
    """Softmax on one device; a precision's program is built, and tried, when it is first needed."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._kernels: dict[str, Kernels] = {}

    def run(self, request: SoftmaxRequest) -> SoftmaxResult:
        """Compute values and diagonal, rounded to x's dtype; the Jacobian when it is asked for.

        Raises
        ------
        DeviceError
            When the device does not build the program, gives wrong numbers, or fails.
        """
        with self._place.using:
            kernels = self._kernels_for(request)
            start = perf_counter()
            y, diagonal = kernels.values(request)
            seconds = perf_counter() - start
        return SoftmaxResult(y, diagonal, self._place.device, seconds, request, self.jacobian)

    def jacobian(self, request: SoftmaxRequest) -> Array:
        """Compute the Jacobians of a request: shape (vectors, length, length)."""
        with self._place.using:
            return self._kernels_for(request).jacobian(request)

    def _kernels_for(self, request: SoftmaxRequest) -> Kernels:
        """Give the kernels that compute what is then rounded to x's dtype."""
        precision = DTYPES[request.x.dtype.name].precision
        if precision not in self._kernels:
            kernels = Kernels(self._place, precision)
            said = _fault(kernels, precision)
            if said:
                raise DeviceError(self._place.device.id, said)
            self._kernels[precision] = kernels
        return self._kernels[precision]


def _fault(kernels: Kernels, precision: str) -> str:
    """Compare the kernels with NumPy; say in one sentence what is wrong, or nothing."""
    x = (_SPREAD[precision] * _TRIAL).astype(precision)
    asked = SoftmaxRequest.of(x, 1, _TEMPERATURE)
    exact = SoftmaxRequest.of(x.astype(np.float64), 1, _TEMPERATURE)
    got = *kernels.values(asked), kernels.jacobian(asked)
    want = *numpy_softmax(exact), numpy_jacobian(exact)
    for name, here, there in zip(("", " diagonal", " Jacobian"), got, want, strict=True):
        unit = np.spacing(np.abs(there).astype(precision))
        wrong = ~(np.abs(here - there) <= _CLOSE[precision] * unit)
        if wrong.any():
            right, found = there[wrong][0], here[wrong][0]
            return f"it computes wrong numbers: softmax{name} is {right:.9g}, not {found:.9g}"
    return ""
