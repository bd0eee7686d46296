/* The activations and their derivatives in float64, each within 1 unit in the last place (ULP).
 *
 * The same algebra as in float32: sums of two numbers instead of one, powers of two put on last in
 * one rounding, so that nothing underflows on the way and subnormal results keep their digits.
 * Only + - * / fma, comparisons and integer arithmetic are used. For doubles OpenCL asks for all of
 * these, division included, to be rounded correctly, and for subnormals: every device with
 * cl_khr_fp64 gives the same bits. No built-in exp, erf or tanh: they may be 3 to 16 ULP off.
 *
 * The source must not be built with -cl-fast-relaxed-math or its parts: they take the two-sums
 * apart. fmin, fmax and clamp lose NaN and are not used on data. A NaN is never made an int.
 * At a kink the derivative is the left-hand one. tools/make_float64_tables.py makes the constants.
 */
#pragma OPENCL FP_CONTRACT OFF

/* ---- Sums of two doubles ------------------------------------------------------------------- */

/* The number hi + lo, |lo| at most half an ULP of hi. */
typedef struct {
    double hi, lo;
} av_dd;

inline av_dd av_dd_of(double hi, double lo)
{
    av_dd a;
    a.hi = hi;
    a.lo = lo;
    return a;
}

inline av_dd av_select(bool first, av_dd a, av_dd b)
{
    return av_dd_of(first ? a.hi : b.hi, first ? a.lo : b.lo);
}

inline av_dd av_negate(av_dd a)
{
    return av_dd_of(-a.hi, -a.lo);
}

/* a·s for a power of two s. */
inline av_dd av_times_power(av_dd a, double s)
{
    return av_dd_of(a.hi * s, a.lo * s);
}

/* a + b exactly, for |a| ≥ |b| or a = 0. */
inline av_dd av_fast_two_sum(double a, double b)
{
    const double s = a + b;
    return av_dd_of(s, b - (s - a));
}

/* a + b exactly. */
inline av_dd av_two_sum(double a, double b)
{
    const double s = a + b;
    const double b_part = s - a;
    return av_dd_of(s, (a - (s - b_part)) + (b - b_part));
}

/* a·b exactly. */
inline av_dd av_two_product(double a, double b)
{
    const double p = a * b;
    return av_dd_of(p, fma(a, b, -p));
}

inline av_dd av_add(av_dd a, av_dd b)
{
    const av_dd s = av_two_sum(a.hi, b.hi);
    return av_fast_two_sum(s.hi, s.lo + (a.lo + b.lo));
}

/* a + b for a ≥ |b|. */
inline av_dd av_add_smaller(double a, av_dd b)
{
    av_dd s = av_fast_two_sum(a, b.hi);
    s.lo += b.lo;
    return s;
}

inline av_dd av_multiply(av_dd a, av_dd b)
{
    av_dd p = av_two_product(a.hi, b.hi);
    p.lo = fma(a.hi, b.lo, fma(a.lo, b.hi, p.lo));
    return p;
}

inline av_dd av_multiply_double(av_dd a, double b)
{
    av_dd p = av_two_product(a.hi, b);
    p.lo = fma(a.lo, b, p.lo);
    return p;
}

/* a/d for 2^-900 < |d.hi| < 2^900: a quotient and what it leaves over, divided in turn. */
inline av_dd av_divide(av_dd a, av_dd d)
{
    const double r = 1.0 / d.hi;
    const double q = a.hi * r;
    const double rest = fma(-q, d.hi, a.hi) + fma(-q, d.lo, a.lo);
    return av_dd_of(q, rest * r);
}

/* c[0] + c[1]·x + … + c[degree]·x^degree; the degree is a constant: the loop is unrolled. */
inline double av_polynomial(__constant const double *c, int degree, double x)
{
    double p = c[degree];
    for (int k = degree - 1; k >= 0; --k)
        p = fma(x, p, c[k]);
    return p;
}

/* The same with a first coefficient c[0] + c[1] in two parts, and c[degree + 1] the last one. */
inline av_dd av_fine_polynomial(__constant const double *c, int degree, double x)
{
    return av_fast_two_sum(c[0], fma(x, av_polynomial(c + 2, degree - 1, x), c[1]));
}

/* ---- Powers of two ------------------------------------------------------------------------- */

/* 2^n for -1022 ≤ n ≤ 1023. */
inline double av_power_of_two(int n)
{
    return as_double((long)(n + 1023) << 52);
}

/* v·2^n in one rounding, for any n and 2^-900 ≤ |v| ≤ 2^900, or v = 0, ∞, NaN. */
inline double av_scale(double v, int n)
{
    n = min(max(n, -2040), 2040);
    const int half_n = n >> 1;
    return v * av_power_of_two(half_n) * av_power_of_two(n - half_n);
}

/* (hi + lo)·2^n, rounded to 53 bits, and once more where it becomes subnormal: at most 0.75 ULP.
 * A zero keeps the sign of hi. */
inline double av_round(av_dd a, int n)
{
    return av_scale(a.hi == 0.0 ? a.hi : a.hi + a.lo, n);
}

/* The magnitude of v with the sign of x. */
inline double av_with_sign(double v, double x)
{
    return as_double((as_ulong(v) & 0x7fffffffffffffffUL) | (as_ulong(x) & 0x8000000000000000UL));
}

/* x + r·2^n, for n ≤ 0 and |r·2^n| of about x's size at most. */
inline double av_plus_small(double x, av_dd r, int n)
{
    const double s = av_power_of_two(min(max(n, -1022), 0));
    const av_dd sum = av_two_sum(x, r.hi * s);
    return sum.hi + (sum.lo + r.lo * s);
}
