/* The activations and their derivatives in float32, each within 1 unit in the last place (ULP).
 *
 * Only + - * fma, comparisons and integer arithmetic are used: OpenCL rounds all of these
 * correctly, so every conforming device gives the same bits. No built-in exp, erf or tanh, no
 * division, no double. What a single float cannot hold is carried as an unevaluated sum of two
 * (Dekker 1971; Knuth, TAOCP 2, 4.2.2), and powers of two are put on last, in one rounding, so
 * that nothing underflows on the way.
 *
 * The source must not be built with -cl-fast-relaxed-math or its parts: they take the two-sums
 * apart. fmin, fmax and clamp lose NaN and are not used on data. A NaN is never made an int.
 * At a kink the derivative is the left-hand one. tools/make_float32_tables.py makes the constants:
 * the best polynomials whose coefficients are floats; "within" tells their relative error.
 */
#pragma OPENCL FP_CONTRACT OFF

/* ---- Sums of two floats -------------------------------------------------------------------- */

/* The number hi + lo, where lo is far smaller than hi: half an ULP of it at most, or 2^-16 of it in
 * quotients and products of quotients. */
typedef struct {
    float hi, lo;
} av_ff;

inline av_ff av_ff_of(float hi, float lo)
{
    av_ff a;
    a.hi = hi;
    a.lo = lo;
    return a;
}

inline av_ff av_select(bool first, av_ff a, av_ff b)
{
    return av_ff_of(first ? a.hi : b.hi, first ? a.lo : b.lo);
}

inline av_ff av_negate(av_ff a)
{
    return av_ff_of(-a.hi, -a.lo);
}

/* a·s for a power of two s. */
inline av_ff av_times_power(av_ff a, float s)
{
    return av_ff_of(a.hi * s, a.lo * s);
}

/* a + b exactly, for |a| ≥ |b| or a = 0. */
inline av_ff av_fast_two_sum(float a, float b)
{
    const float s = a + b;
    return av_ff_of(s, b - (s - a));
}

/* a + b exactly. */
inline av_ff av_two_sum(float a, float b)
{
    const float s = a + b;
    const float b_part = s - a;
    return av_ff_of(s, (a - (s - b_part)) + (b - b_part));
}

/* a·b exactly. */
inline av_ff av_two_product(float a, float b)
{
    const float p = a * b;
    return av_ff_of(p, fma(a, b, -p));
}

inline av_ff av_add(av_ff a, av_ff b)
{
    const av_ff s = av_two_sum(a.hi, b.hi);
    return av_fast_two_sum(s.hi, s.lo + (a.lo + b.lo));
}

/* a + b where hardly anything cancels: lo is left as it comes. */
inline av_ff av_add_plainly(av_ff a, av_ff b)
{
    av_ff s = av_two_sum(a.hi, b.hi);
    s.lo += a.lo + b.lo;
    return s;
}

/* a + b for a ≥ |b|. */
inline av_ff av_add_smaller(float a, av_ff b)
{
    av_ff s = av_fast_two_sum(a, b.hi);
    s.lo += b.lo;
    return s;
}

inline av_ff av_multiply(av_ff a, av_ff b)
{
    av_ff p = av_two_product(a.hi, b.hi);
    p.lo = fma(a.hi, b.lo, fma(a.lo, b.hi, p.lo));
    return p;
}

inline av_ff av_multiply_float(av_ff a, float b)
{
    av_ff p = av_two_product(a.hi, b);
    p.lo = fma(a.lo, b, p.lo);
    return p;
}

/* 1/d within 2^-17, for 2^-100 < |d| < 2^100: the bits of d subtracted from a constant are 1/d
 * within 5.1 %, and each Newton step squares that error. A device's own division may be off by
 * 2.5 ULP in its own way; this one is the same everywhere. */
inline float av_reciprocal(float d)
{
    float r = as_float(0x7ef31000u - as_uint(d));
    r = fma(r, fma(-d, r, 1.0f), r);
    return fma(r, fma(-d, r, 1.0f), r);
}

/* 1/d for 2^-100 < d.hi < 2^100, within 2^-39: r·(1 + e + e²), e what r·d leaves of 1. */
inline av_ff av_inverse(av_ff d)
{
    const float r = av_reciprocal(d.hi);
    const float e = fma(-r, d.lo, fma(-r, d.hi, 1.0f));
    return av_ff_of(r, fma(e, e, e) * r);
}

/* a/d for 2^-100 < d.hi < 2^100, within 2^-33: a quotient and what it leaves over, divided in
 * turn. */
inline av_ff av_divide(av_ff a, av_ff d)
{
    const float r = av_reciprocal(d.hi);
    const float q = a.hi * r;
    const float rest = fma(-q, d.hi, a.hi) + fma(-q, d.lo, a.lo);
    return av_ff_of(q, rest * r);
}

/* ---- Powers of two ------------------------------------------------------------------------- */

/* 2^n for -126 ≤ n ≤ 127; 0 for n = -127. */
inline float av_power_of_two(int n)
{
    return as_float((n + 127) << 23);
}

/* v·2^n in one rounding, for any n and 2^-100 ≤ |v| ≤ 2^100, or v = 0, ∞, NaN. */
inline float av_scale(float v, int n)
{
    n = min(max(n, -252), 252);
    const int half_n = n >> 1;
    return v * av_power_of_two(half_n) * av_power_of_two(n - half_n);
}

/* (hi + lo)·2^n, rounded to 24 bits, and once more where it becomes subnormal: at most 0.75 ULP.
 * A zero keeps the sign of hi. */
inline float av_round(av_ff a, int n)
{
    return av_scale(a.hi == 0.0f ? a.hi : a.hi + a.lo, n);
}

/* The magnitude of v with the sign of x. */
inline float av_with_sign(float v, float x)
{
    return as_float((as_uint(v) & 0x7fffffffu) | (as_uint(x) & 0x80000000u));
}

/* v·2^n for n ≤ 0, by two factors: the first is that of `value` in av_power, the second is 0 for
 * n < -252. Where v is rounded already, and v·2^n is subnormal, it is off by 0.75 ULP at most. */
inline float av_lower(float v, int n)
{
    const int first = max(n, -126);
    return v * av_power_of_two(first) * av_power_of_two(max(n - first, -127));
}

/* (hi + lo)·2^n likewise. */
inline float av_round_lower(av_ff a, int n)
{
    return av_lower(a.hi + a.lo, n);
}

/* a·x in one rounding, also where it is subnormal, for 2^-30 ≤ |a| ≤ 2^40. */
inline float av_times_once(av_ff a, float x)
{
    const bool tiny = fabs(x) < 0x1p-90f;
    const float m = tiny ? x * 0x1p64f : x;
    const float v = fma(a.hi, m, a.lo * m);
    return tiny ? v * 0x1p-64f : v;
}

/* a·b likewise. */
inline float av_multiply_once(av_ff a, av_ff b)
{
    const bool tiny = fabs(b.hi) < 0x1p-90f;
    const float hi = tiny ? b.hi * 0x1p64f : b.hi;
    const float lo = tiny ? b.lo * 0x1p64f : b.lo;
    const float v = fma(a.hi, hi, fma(a.hi, lo, a.lo * hi));
    return tiny ? v * 0x1p-64f : v;
}

/* x + r·2^n for n ≤ 0. */
inline float av_plus(float x, av_ff r, int n)
{
    const float s = av_power_of_two(max(n, -126));
    const av_ff sum = av_two_sum(x, r.hi * s);
    return sum.hi + (sum.lo + r.lo * s);
}

/* The same for |r·2^n| ≤ |x|. */
inline float av_plus_small(float x, av_ff r, int n)
{
    const float s = av_power_of_two(max(n, -126));
    const av_ff sum = av_fast_two_sum(x, r.hi * s);
    return sum.hi + (sum.lo + r.lo * s);
}
