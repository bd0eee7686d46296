"""The tables of the prelude: every polynomial against its function, with mpmath's digits."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from mpmath import mp, mpf

from actviz.opencl.source import prelude_text

TEXT = prelude_text()
Real = Callable[[mpf], mpf]

# A unit in the last place of float32 is at least 2^-24 of the value: a quarter of one.
GOOD = mpf(2) ** -26


def table(name: str) -> list[mpf]:
    """Read the numbers of a table as the float32 they are."""
    found = re.search(name + r"\[\d+\] = \{(.*?)\}", TEXT, re.DOTALL)
    assert found, name
    words = re.findall(r"-?[\d.]+(?:e-?\d+)?(?=f)", found.group(1))
    return [mpf(float(np.float32(word))) for word in words]


def constant(name: str) -> mpf:
    """Read a constant given as a number, av_ff_of(high, low) or (float4)(…, exponent)."""
    found = re.search(rf"#define {name} (\S.*)", TEXT)
    assert found, name
    arguments = found.group(1).split("(")[-1]
    words = re.findall(r"-?[\d.]+(?:e-?\d+)?(?=f)", arguments)
    numbers = [mpf(float(np.float32(word))) for word in words]
    if "float4" in found.group(1):
        return mp.fsum(numbers[:3]) * mpf(2) ** int(numbers[3])
    return mp.fsum(numbers)


def horner(coefficients: list[mpf], d: mpf) -> mpf:
    """The first coefficient is in two parts."""
    total = mpf(0)
    for c in reversed(coefficients[2:]):
        total = total * d + c
    return coefficients[0] + coefficients[1] + total * d


def half_erfcx(a: mpf) -> mpf:
    return mp.exp(a * a / 2) * mp.erfc(a / mp.sqrt(2)) / 2


def mills_minus(a: mpf) -> mpf:
    return half_erfcx(a) * mp.sqrt(2 * mp.pi) - a


def gelu_slope(a: mpf) -> mpf:
    zero = mp.findroot(mills_minus, 0.75)
    return mills_minus(a) / ((zero - a) * mp.sqrt(2 * mp.pi))


@pytest.mark.parametrize(
    ("name", "function"),
    [("av_half_erfcx", lambda a: half_erfcx(a) * (a + 2)), ("av_gelu_slope", gelu_slope)],
)
def test_the_polynomials_of_gelu(name: str, function: Real) -> None:
    coefficients, centre, far = table(name), constant("AV_GELU_CENTRE"), constant("AV_GELU_FAR")
    with mp.workdps(40):
        for k in range(201):
            a = far * (k / mpf(200)) ** 2
            d = 1 / (a + 2) - centre
            assert abs(horner(coefficients, d) / function(a) - 1) < GOOD


def swish_slope(z: mpf) -> mpf:
    t = mp.exp(z)
    return t * (1 + t + z) / (1 + t) ** 2


def gelu_tanh_slope(x: mpf) -> mpf:
    c = mp.sqrt(2 / mp.pi)
    u, slope = c * (x + mpf("0.044715") * x**3), c * (1 + mpf("0.134145") * x**2)
    return (1 + mp.tanh(u)) / 2 + x / 2 * slope / mp.cosh(u) ** 2


def mish_slope(x: mpf) -> mpf:
    gate = mp.log1p(mp.exp(x))
    return mp.tanh(gate) + x / (1 + mp.exp(-x)) / mp.cosh(gate) ** 2


@pytest.mark.parametrize(
    ("stem", "start", "sign", "slope"),
    [
        ("av_mish", -1.19, 1, mish_slope),
        ("av_swish", -1.28, -1, swish_slope),
        ("av_gelu_tanh", -0.75, 1, gelu_tanh_slope),
    ],
)
def test_the_polynomials_beside_the_zeros(stem: str, start: float, sign: int, slope: Real) -> None:
    coefficients = table(f"{stem}_near_zero")
    reach = re.search(rf"#define {stem.upper()}_NEAR ([\d.]+)f", TEXT)
    assert reach
    with mp.workdps(40):
        zero = mp.findroot(slope, start)
        assert abs(sign * constant(f"{stem.upper()}_ZERO") / zero - 1) < mpf(2) ** -47
        for k in range(1, 41):
            d = mpf(reach.group(1)) * (k - mpf("20.5")) / 20
            assert abs(horner(coefficients, d) * d / slope(zero + d) - 1) < GOOD


def polynomial(coefficients: list[mpf], u: mpf) -> mpf:
    return mp.fsum(c * u**power for power, c in enumerate(coefficients))


def test_the_polynomials_beside_0() -> None:
    atanh, square = table("av_atanh_tail"), table("av_tanh_square_near_zero")
    high, low, *rest = table("av_tanh_shrink_near_zero")
    shrink = [high + low, *rest]
    with mp.workdps(40):
        for k in range(1, 41):
            s, a, b = mpf(k) / 120, mpf(k) * mpf("0.375") / 40, mpf(k) * mpf("0.6875") / 40
            assert abs(s * (1 + s * s * polynomial(atanh, s * s)) / mp.atanh(s) - 1) < GOOD
            assert abs((1 + a * a * polynomial(square, a * a)) * (a / mp.tanh(a)) ** 2 - 1) < GOOD
            assert abs(b**3 * polynomial(shrink, b * b) / (b - mp.tanh(b)) - 1) < GOOD


def test_the_other_constants() -> None:
    with mp.workdps(40):
        zero = mp.findroot(mills_minus, 0.75)
        c1 = 2 * mp.sqrt(2 / mp.pi)
        right = {
            "AV_GELU_ZERO": zero,
            "AV_GELU_TANH_C1": c1,
            "AV_GELU_TANH_C3": c1 * mpf("0.044715"),
            "AV_SELU_SCALE": mpf("1.0507009873554805"),
            "AV_SELU_LEFT": mpf("1.0507009873554805") * mpf("1.6732632423543772"),
        }
        for name, value in right.items():
            assert abs(constant(name) / value - 1) < mpf(2) ** -47, name


def test_the_exponential_is_good_beyond_float32() -> None:
    body = re.search(r"float av_exp_tail.*?\n}", TEXT, re.DOTALL)
    assert body
    words = re.findall(r"(-?[\d.]+(?:e-?\d+)?)f[;)]", body.group(0))
    coefficients = [mpf(float(np.float32(word))) for word in words]
    with mp.workdps(40):
        for k in range(-100, 101):
            r = mpf(k) * mpf("0.003466")
            total = mpf(0)
            for c in coefficients:
                total = total * r + c
            assert abs((1 + r + r * r * total) / mp.exp(r) - 1) < mpf(2) ** -32


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_names_do_not_collide_with_those_of_a_driver(precision: str) -> None:
    text = prelude_text(precision)
    names = re.findall(r"^(?:inline|__constant) \w+ (\w+)", text, re.MULTILINE)
    names += re.findall(r"#define (\w+)", text)
    assert len(names) > 60
    assert all(name.lower().startswith("av_") for name in names)


@pytest.mark.parametrize(
    ("precision", "casts"),
    [
        ("float32", {"as_float", "as_uint", "as_int"}),
        ("float64", {"as_double", "as_ulong", "as_long"}),
    ],
)
def test_the_prelude_uses_no_built_in_that_differs_between_devices(
    precision: str, casts: set[str]
) -> None:
    text = prelude_text(precision)
    called = set(re.findall(r"\b([a-z]\w*)\(", text)) - {"return", "for"}
    allowed = {"fma", "fabs", "min", "max", *casts}
    assert {name for name in called if not name.startswith("av_")} == allowed
    # only that of doubles is rounded correctly everywhere
    assert precision == "float64" or "/" not in text
    assert "OPENCL FP_CONTRACT OFF" in text
