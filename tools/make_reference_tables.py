"""Print the coefficients in actviz/reference: errorfunction.py, gated.py, mish.py, tanh_shrink.py.

Every polynomial interpolates its function at Chebyshev nodes with 60 digits (mpmath); the degree
is the smallest whose largest relative error, measured on a fine grid, is below 2⁻⁵⁸.
"""

from __future__ import annotations

from collections.abc import Callable

from mpmath import mp, mpf

mp.dps = 60
SMALLEST_ERROR = mpf(2) ** -58
PIECES = 4
Real = Callable[[mpf], mpf]


def chebyshev(function: Real, degree: int) -> list[mpf]:
    """Interpolate on [-1, 1]; gives the coefficients of T_0 … T_degree."""
    count = degree + 1
    nodes = [mp.cos(mp.pi * (2 * k + 1) / (2 * count)) for k in range(count)]
    values = [function(node) for node in nodes]
    coefficients = []
    for j in range(count):
        terms = (
            value * mp.cos(mp.pi * j * (2 * k + 1) / (2 * count)) for k, value in enumerate(values)
        )
        coefficients.append(2 * mp.fsum(terms) / count)
    coefficients[0] /= 2
    return coefficients


def clenshaw(coefficients: list[mpf], u: mpf) -> mpf:
    """Sum a Chebyshev series."""
    b1 = b2 = mpf(0)
    for c in reversed(coefficients[1:]):
        b1, b2 = c + 2 * u * b1 - b2, b1
    return coefficients[0] + u * b1 - b2


def to_powers(coefficients: list[mpf], scale: mpf) -> list[mpf]:
    """Turn a Chebyshev series in u = scale·d into a polynomial in d, constant term first."""
    before, now = [mpf(1)], [mpf(0), mpf(1)]
    total = [mpf(0)] * len(coefficients)
    for n, c in enumerate(coefficients):
        polynomial = before if n == 0 else now
        for i, p in enumerate(polynomial):
            total[i] += c * p
        if n > 0:
            following = [mpf(0), *(2 * p for p in now)]
            for i, p in enumerate(before):
                following[i] -= p
            before, now = now, following
    return [t * scale**i for i, t in enumerate(total)]


def fit(function: Real, degree: int = 0) -> list[mpf]:
    """Find the shortest Chebyshev series on [-1, 1] that is good to SMALLEST_ERROR."""
    for n in [degree] if degree else range(4, 60):
        series = chebyshev(function, n)
        points = [mpf(k - 100) / mpf("100.001") for k in range(201)]
        worst = max(abs(clenshaw(series, u) / function(u) - 1) for u in points)
        if worst < SMALLEST_ERROR:
            return series
    raise AssertionError("no degree is enough")


def show(name: str, coefficients: list[mpf]) -> None:
    print(f"{name} = (")
    for c in coefficients:
        print(f"    {float(c)!r},")
    print(")")


def rounded(coefficient: mpf, factor: mpf) -> str:
    """Write a coefficient with the digits that matter to a sum near 1, times its factor."""
    digits = min(17, 19 + int(mp.floor(mp.log10(abs(coefficient * factor)))))
    return repr(float(mp.nstr(coefficient, digits)))


def pair(name: str, value: mpf) -> None:
    """Print a constant as a high and a low double."""
    high = float(value)
    print(f"{name} = ({high!r}, {float(value - mpf(high))!r})")


def erfcx(x: mpf) -> mpf:
    return mp.exp(x * x) * mp.erfc(x)


def flat_erfcx(u: mpf) -> mpf:
    """(1 + 2x)·erfcx(x) with u = 2x/(x + 3.75): nearly constant for all x ≥ 0, 0 ≤ u < 2."""
    x = mpf(15) / 4 * u / (2 - u)
    return (1 + 2 * x) * erfcx(x)


def flat_erfcx_pieces() -> list[list[mpf]]:
    """Fit flat_erfcx on PIECES equal parts of [0, 2], as polynomials in u − centre of the part."""
    half = mpf(1) / PIECES

    def part(index: int) -> Real:
        return lambda v: flat_erfcx(half * (2 * index + 1 + v))

    degree = max(len(fit(part(index))) - 1 for index in range(PIECES))
    return [to_powers(fit(part(index), degree), 1 / half) for index in range(PIECES)]


def near_root(slope: Real, root: mpf, radius: mpf) -> list[mpf]:
    """Fit slope(root + d)/d as a polynomial in d, |d| ≤ radius."""

    def quotient(u: mpf) -> mpf:
        d = u * radius
        return slope(root + d) / d if d else mp.diff(slope, root)

    return to_powers(fit(quotient), 1 / radius)


def small_erf(u: mpf) -> mpf:
    """erf(x)/x with u = 2x² − 1."""
    x = mp.sqrt((u + 1) / 2)
    return mp.erf(x) / x


def small_tanh_shrink(u: mpf) -> mpf:
    """(x − tanh x)/x³ with u = 2x² − 1."""
    x = mp.sqrt((u + 1) / 2)
    return (x - mp.tanh(x)) / x**3


def mish_slope(x: mpf) -> mpf:
    gate = mp.log1p(mp.exp(x))
    return mp.tanh(gate) + x / (1 + mp.exp(-x)) / mp.cosh(gate) ** 2


def gelu_slope(x: mpf) -> mpf:
    return mp.ncdf(x) + x * mp.npdf(x)


def gelu_tanh_slope(x: mpf) -> mpf:
    c = mp.sqrt(2 / mp.pi)
    u, du = c * (x + mpf("0.044715") * x**3), c * (1 + 3 * mpf("0.044715") * x**2)
    return (1 + mp.tanh(u)) / 2 + x * du / mp.cosh(u) ** 2 / 2


def main() -> None:
    print("_FLAT_ERFCX = np.array([  # a row a power, a column a part")
    for power, row in enumerate(zip(*flat_erfcx_pieces(), strict=True)):
        print(f"    [{', '.join(rounded(c, mpf(1) / PIECES**power) for c in row)}],")
    print("])")
    show("_SMALL_ERF", to_powers(fit(small_erf), mpf(1)))
    gelu_root = mp.findroot(gelu_slope, -0.75)
    pair("_GELU_ROOT", gelu_root)
    show("_GELU_NEAR_ROOT", near_root(gelu_slope, gelu_root, mpf("0.3")))
    tanh_root = mp.findroot(gelu_tanh_slope, -0.75)
    pair("_GELU_TANH_ROOT", tanh_root)
    show("_GELU_TANH_NEAR_ROOT", near_root(gelu_tanh_slope, tanh_root, mpf("0.25")))
    w = mp.lambertw(mp.exp(-1)).real
    pair("_SWISH_ROOT", -1 - w)
    print(f"_SWISH_T0 = {float(w)!r}")
    mish_root = mp.findroot(mish_slope, -1.2)
    pair("_MISH_ROOT", mish_root)
    print(f"_MISH_T0 = {float(mp.exp(mish_root))!r}")
    show("_SMALL_TANH_SHRINK", to_powers(fit(small_tanh_shrink), mpf(1)))
    pair("_TANH_1", 2 * mp.sqrt(2 / mp.pi))
    pair("_TANH_3", 2 * mp.sqrt(2 / mp.pi) * mpf("0.044715"))


if __name__ == "__main__":
    main()
