"""The functions behind the polynomials of the prelude and of actviz/reference, in mpmath."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from mpmath import mp, mpf

DIGITS = 60
Real = Callable[[mpf], mpf]
SELU_SCALE, SELU_ALPHA = mpf(1.0507009873554805), mpf(1.6732632423543772)
"""Keras's constants, the float64 numbers themselves."""


def exp_series(r: mpf) -> mpf:
    """Give (e^r − 1 − r)/r²."""
    return mp.fsum(r**k / mp.factorial(k + 2) for k in range(40))


def atanh_tail(w: mpf) -> mpf:
    """Give (atanh(s)/s − 1)/s² with w = s²."""
    s = mp.sqrt(w)
    return (mp.atanh(s) / s - 1) / w


def tanh_shrink_near(u: mpf) -> mpf:
    """Give (a − tanh a)/a³ with u = a²."""
    a = mp.sqrt(u)
    return (a - mp.tanh(a)) / a**3


def tanh_square(u: mpf) -> mpf:
    """Give tanh² a/a² with u = a²."""
    return mp.tanh(mp.sqrt(u)) ** 2 / u


def erfcx(x: mpf) -> mpf:
    return mp.exp(x * x) * mp.erfc(x)


def half_erfcx(a: mpf) -> mpf:
    """erfcx(a/√2)/2 = (1 − Φ(a))·e^(a²/2)."""
    return mp.exp(a * a / 2) * mp.erfc(a / mp.sqrt(2)) / 2


def mills_minus(a: mpf) -> mpf:
    """Mills(a) − a, Mills(a) = (1 − Φ(a))/φ(a): gelu′(−a) = φ(a)·(Mills(a) − a)."""
    return half_erfcx(a) * mp.sqrt(2 * mp.pi) - a


@cache
def gelu_zero() -> mpf:
    """Where gelu′(−a) is 0."""
    with mp.workdps(DIGITS):
        return mp.findroot(mills_minus, 0.75)


def gelu_quotient(a: mpf) -> mpf:
    """(Mills(a) − a)/((a₀ − a)·√(2π)): gelu′(−a) = e^(−a²/2)·(a₀ − a) times it."""
    return mills_minus(a) / ((gelu_zero() - a) * mp.sqrt(2 * mp.pi))


def gelu_slope(x: mpf) -> mpf:
    return mp.ncdf(x) + x * mp.npdf(x)


def gelu_tanh_c1() -> mpf:
    """c₁ of w = c₁·x + c₃·x³: (1 + tanh u)/2 = sigmoid(2u) with u = √(2/π)·(x + 0.044715·x³)."""
    return 2 * mp.sqrt(2 / mp.pi)


def gelu_tanh_c3() -> mpf:
    return gelu_tanh_c1() * mpf("0.044715")


def gelu_tanh_slope(x: mpf) -> mpf:
    c = mp.sqrt(2 / mp.pi)
    u, du = c * (x + mpf("0.044715") * x**3), c * (1 + 3 * mpf("0.044715") * x**2)
    return (1 + mp.tanh(u)) / 2 + x * du / mp.cosh(u) ** 2 / 2


@cache
def gelu_tanh_zero() -> mpf:
    with mp.workdps(DIGITS):
        return mp.findroot(gelu_tanh_slope, -0.75)


def swish_slope(z: mpf) -> mpf:
    t = mp.exp(z)
    return t * (1 + t + z) / (1 + t) ** 2


@cache
def swish_zero() -> mpf:
    """Give the z with swish′(−z) = 0: e^−z = z − 1, hence z = 1 + W(1/e), W Lambert's function."""
    with mp.workdps(DIGITS):
        return 1 + mp.lambertw(mp.exp(-1)).real


def mish_slope(x: mpf) -> mpf:
    gate = mp.log1p(mp.exp(x))
    return mp.tanh(gate) + x / (1 + mp.exp(-x)) / mp.cosh(gate) ** 2


@cache
def mish_zero() -> mpf:
    with mp.workdps(DIGITS):
        return mp.findroot(mish_slope, -1.2)


def beside(slope: Real, zero: mpf) -> Real:
    """slope(zero + d)/d, and its limit at d = 0."""
    return lambda d: slope(zero + d) / d if d else mp.diff(slope, zero)
