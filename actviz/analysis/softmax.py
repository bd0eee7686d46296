"""Softmax of whole vectors, with the Jacobian that its slices on a curve cannot show."""

from __future__ import annotations

from actviz.dtypes import DTYPES
from actviz.engines import ask
from actviz.evaluation import Array, Engine, NumPyEngine, points_of
from actviz.vectors import SoftmaxRequest, SoftmaxResult


def softmax(
    logits: Array,
    *,
    axis: int = -1,
    temperature: float = 1.0,
    dtype: str = "float32",
    device: str | None = None,
) -> SoftmaxResult:
    """Compute e^(x/T)/Σ e^(x/T) along an axis, and its derivatives by the logits.

    Logits that tie for the largest share, infinite ones too; beside +∞ any other has 0. A NaN
    makes its vector NaN.

    Parameters
    ----------
    logits
        An array of real numbers, at least one-dimensional.
    axis
        The axis along which the sum is 1; every vector along it is on its own.
    temperature
        T: a finite number above 0, used as float64. A large one makes all alike.
    dtype
        float16, bfloat16, float32 or float64: the logits are rounded to it, and so are the
        results, once.
    device
        An id as in `devices()`. None takes the best device, and NumPy for a dtype that it lacks;
        the result says which it was.

    Returns
    -------
    SoftmaxResult
        y and diagonal in the shape of the logits; jacobian, computed when it is asked for, in the
        shape of the other axes and then (n, n): ∂yᵢ/∂xⱼ = yᵢ·(δᵢⱼ − yⱼ)/T at [..., i, j].

    Raises
    ------
    ValueError
        For logits that are no array of real numbers, an axis they do not have, a bad temperature
        or dtype.
    DeviceError
        When the named device cannot be used or fails. Without a name NumPy takes over, with a
        warning that says why.
    """
    allowed = NumPyEngine.device.dtypes
    if dtype not in allowed:
        raise ValueError(f"dtype: {dtype!r} is not allowed; it must be one of {', '.join(allowed)}")
    x = DTYPES[dtype].rounded(points_of(logits, "logits"))
    request = SoftmaxRequest.of(x, axis, temperature)
    return ask(device, lambda engine: _answer(engine, request, device))


def _answer(engine: Engine, request: SoftmaxRequest, device: str | None) -> SoftmaxResult:
    """Let NumPy compute in a dtype that a device that was not named lacks."""
    if device is None and request.x.dtype.name not in engine.device.dtypes:
        return NumPyEngine().softmax(request)
    return engine.softmax(request)
