"""The ruler: errors in units in the last place, and what is wrong beyond any unit.

An error is |computed − truth| over the unit in the last place of the dtype at the truth, which is
not rounded before; a correctly rounded number is at most 1/2 off. Below the smallest normal number
the unit is the smallest subnormal.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from actviz.dtypes import DTYPES, DType

Array = NDArray[Any]
Mask = NDArray[np.bool_]


def overflow(dtype: str) -> float:
    """Give the magnitude from which numbers are rounded to infinity; for float64 that itself."""
    form = DTYPES[dtype]
    return form.largest + 0.5 * form.spacing(form.largest)


def unit(truth: Array, dtype: str) -> Array:
    """Give the unit in the last place of a dtype at finite float64 numbers, in float64."""
    form = DTYPES[dtype]
    return np.asarray(np.ldexp(1.0, _exponent(truth, form) - (form.bits - 1)))


def _exponent(truth: Array, form: DType) -> Array:
    """Give the exponents of the binades, that of the smallest normal number at least."""
    exponent = np.maximum(np.frexp(truth)[1] - 1, form.lowest)
    return np.where(truth == 0.0, form.lowest, exponent)


def errors_in_ulp(computed: Array, truth: Array, dtype: str, rest: Array | float = 0.0) -> Array:
    """Measure numbers of a dtype in units in its last place at the truth; float64, same shape.

    Infinite where only one of both is NaN, and where an infinity is invented or missed.

    Parameters
    ----------
    truth
        In float64.
    rest
        What float64 cannot hold of the truth, in units in the last place at `truth`.
    """
    form = DTYPES[dtype]
    with np.errstate(all="ignore"):
        computed = computed.astype(np.float64)
        distance = np.ldexp(computed - truth, form.bits - 1 - _exponent(truth, form))
        error: Array = np.abs(distance - rest)
        # the usual case is quick: no NaN, no infinity, nothing that is rounded to one
        if not (np.max(error, initial=0.0) < np.inf and _largest(truth) < overflow(form.name)):
            same = _same_infinity(computed, truth, form) | (np.isnan(computed) & np.isnan(truth))
            error = np.where(same, 0.0, np.where(np.isnan(error), np.inf, error))
            error = np.where(_invented(computed, truth, form), np.inf, error)
    return error


def _largest(truth: Array) -> float:
    return float(np.max(np.abs(truth), initial=0.0))


def _same_infinity(computed: Array, truth: Array, form: DType) -> Mask:
    same = np.isinf(computed) & (np.abs(truth) >= overflow(form.name))
    return np.asarray(same & (np.sign(computed) == np.sign(truth)))


def _invented(computed: Array, truth: Array, form: DType) -> Mask:
    """Tell where one is infinite and the other, rounded to the format, is not or not this one."""
    known = ~(np.isnan(computed) | np.isnan(truth))
    either = np.isinf(computed) | (np.abs(truth) >= overflow(form.name))
    return np.asarray(known & either & ~_same_infinity(computed, truth, form))


class Faults(NamedTuple):
    """Where numbers are wrong in kind; a number has at most one of the faults.

    zeros
        0 where the truth is at least the smallest subnormal number (in float64, twice that).
    infinities
        Infinite where the truth, rounded, is finite, or the other way round.
    signs
        Of the opposite sign, neither being 0.
    nans
        NaN where the truth is a number, or the other way round.
    """

    zeros: Mask
    infinities: Mask
    signs: Mask
    nans: Mask


def faults(computed: Array, truth: Array, dtype: str) -> Faults:
    """Find what is wrong in kind; every such number is at least one unit off."""
    form = DTYPES[dtype]
    with np.errstate(all="ignore"):
        computed = computed.astype(np.float64)
        infinities = _invented(computed, truth, form)
        # the smallest float64 may be half of it, rounded up: the rest tells
        least = form.spacing(0.0) * (2.0 if dtype == "float64" else 1.0)
        zeros = (computed == 0.0) & (np.abs(truth) >= least) & ~infinities
        signs = np.sign(computed) * np.sign(truth) < 0.0
        nans = np.isnan(computed) != np.isnan(truth)
    return Faults(zeros, infinities, np.asarray(signs & ~infinities), nans)
