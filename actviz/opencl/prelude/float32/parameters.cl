/* ---- Parameters: float64 numbers as they are ----------------------------------------------- */

/* The float64 (hi + mid + lo)·2^exponent, exactly, with 1/2 ≤ |hi| ≤ 1; 0 and ∞ are hi alone.
 * Three parts, because alpha·x + beta may cancel all but the last bits; an exponent, because a
 * float64 may be far outside of float32 and its product with x not. `high` is the nearest float32
 * and `floor` the largest one that is not above: x > p is x > floor for every float32 x.
 * high + low + rest is the number once more, as exact where it is ordinary. */
typedef struct {
    av_scalar high, low, rest, floor, hi, mid, lo;
    av_count exponent, ordinary;
} av_real;

/* An exponent below and one above all others: those of 0 and of ∞. */
#define AV_LOWEST -4000
#define AV_HIGHEST 4000

/* Tells whether 2^-32 ≤ |p| < 2^32: nearly every parameter is `ordinary`, and then exponents need
 * not be kept apart. What follows takes a short way for it; the choice is the same for all x. */
inline av_count av_is_ordinary(av_count exponent)
{
    return exponent > -32 && exponent <= 32;
}

/* The kernel argument (hi, mid, lo, exponent, high, low, rest, floor) as a parameter; a kernel that
 * knows it to be ordinary says so, and is compiled without the long ways. */
inline av_real av_real_of(float8 parts, av_count ordinary)
{
    av_real p;
    p.hi = parts.s0;
    p.mid = parts.s1;
    p.lo = parts.s2;
    p.exponent = (av_count)parts.s3;
    p.high = parts.s4;
    p.low = parts.s5;
    p.rest = parts.s6;
    p.floor = parts.s7;
    p.ordinary = ordinary || av_is_ordinary(p.exponent);
    return p;
}

/* The ordinary number (hi, mid, lo, exponent) as a parameter. */
inline av_real av_real_of_parts(float4 parts)
{
    av_real p;
    p.hi = parts.x;
    p.mid = parts.y;
    p.lo = parts.z;
    p.exponent = (av_count)parts.w;
    const av_scalar power = av_scalar_of((av_word)(p.exponent + 127) << 23);
    p.high = p.hi * power;
    p.low = p.mid * power;
    p.rest = p.lo * power;
    p.floor = p.high; /* not compared with */
    p.ordinary = 1;
    return p;
}

/* A float32 as a parameter. */
inline av_real av_real_of_float(av_scalar v)
{
    const av_count tiny = fabs(v) < 0x1p-100f; /* a subnormal has no exponent of its own */
    const av_word bits = av_word_of(tiny ? v * 0x1p64f : v);
    const av_count biased = (av_count)((bits >> 23) & 255u);
    const av_scalar mantissa = av_scalar_of((bits & 0x807fffffu) | 0x3f000000u);
    av_real p;
    p.high = p.floor = v;
    p.low = p.rest = p.mid = p.lo = 0.0f;
    p.hi = v == 0.0f ? v : mantissa;
    p.exponent = v == 0.0f ? AV_LOWEST : biased - (tiny ? 190 : 126);
    p.ordinary = av_is_ordinary(p.exponent);
    return p;
}

/* The mantissa 1/2 ≤ |m| < 1 and the exponent of a float; ∞ is 1/2 with the highest exponent. */
typedef struct {
    float m;
    int exponent;
} av_split;

inline av_split av_split_of(float x)
{
    const bool tiny = fabs(x) < 0x1p-100f; /* a subnormal has no exponent of its own */
    const uint bits = as_uint(tiny ? x * 0x1p64f : x);
    const int biased = as_int((bits >> 23) & 255u);
    const bool zero = x == 0.0f;
    av_split a;
    a.m = zero ? x : as_float((bits & 0x807fffffu) | 0x3f000000u);
    a.exponent = zero ? AV_LOWEST : biased == 255 ? AV_HIGHEST : biased - (tiny ? 190 : 126);
    return a;
}

/* The number v·2^exponent. */
typedef struct {
    av_ff v;
    int exponent;
} av_scaled;

/* The value of a scaled number: ±∞ beyond float32, and 0 below it, where it is only compared or
 * exponentiated. */
inline av_ff av_value(av_scaled a)
{
    return av_ff_of(av_scale(a.v.hi, a.exponent), av_scale(a.v.lo, a.exponent));
}

/* s·2^(exponent - reference) for exponent ≤ reference; what is far below the reference does not
 * count, but keeps its sign. */
inline float av_aligned(float s, int exponent, int reference)
{
    return s * av_power_of_two(max(exponent - reference, -100));
}

/* ---- Sums and products with parameters ----------------------------------------------------- */

/* x - p to about 70 bits: the sign is always right, 0 where they are equal. */
inline av_scaled av_minus(float x, av_real p)
{
    const av_split a = av_split_of(x);
    av_scaled d;
    d.exponent = max(a.exponent, p.exponent);
    const float hi = av_aligned(p.hi, p.exponent, d.exponent);
    const float mid = av_aligned(p.mid, p.exponent, d.exponent);
    const float lo = av_aligned(p.lo, p.exponent, d.exponent);
    const av_ff first = av_two_sum(av_aligned(a.m, a.exponent, d.exponent), -hi);
    const av_ff second = av_two_sum(first.hi, -mid);
    d.v = av_fast_two_sum(second.hi, second.lo + (first.lo - lo));
    return d;
}

/* x ≥ p, for every float64 p. */
inline bool av_reaches(float x, av_real p)
{
    if (p.ordinary || p.hi == 0.0f)
        return p.low == 0.0f ? x >= p.floor : x > p.floor;
    return av_minus(x, p).v.hi >= 0.0f;
}

/* a·x to about 48 bits, its exponent apart. */
inline av_scaled av_times_scaled(av_real a, float x)
{
    const av_split b = av_split_of(x);
    const av_ff p = av_multiply_float(av_ff_of(a.hi, a.mid), b.m);
    av_scaled d;
    d.exponent = a.exponent + b.exponent;
    d.v = av_fast_two_sum(p.hi, p.lo);
    return d;
}

/* a·x to about 46 bits, to be compared or exponentiated; beyond float32 hi is ±∞ and lo may be
 * NaN. */
inline av_ff av_times(av_real a, float x)
{
    if (a.ordinary)
        return av_multiply_float(av_ff_of(a.high, a.low), x);
    return av_value(av_times_scaled(a, x));
}

/* a·x in one rounding, for a other than 0; a zero has the sign of the product. */
inline float av_product(av_real a, float x)
{
    const float plain = x * a.hi;
    const bool exact = x + x == x; /* 0 or ∞ */
    if (a.ordinary)
        return exact ? plain : av_times_once(av_ff_of(a.high, a.low), x);
    const av_scaled product = av_times_scaled(a, x);
    return exact ? plain : av_round(product.v, product.exponent);
}

/* e·a: in one rounding where a is ordinary, else with its exponent put on last. */
inline float av_product_of(av_ff e, av_real a)
{
    if (a.ordinary)
        return av_multiply_once(av_ff_of(a.high, a.low), e);
    return av_round(av_multiply(e, av_ff_of(a.hi, a.mid)), a.exponent);
}

/* alpha·x + beta to about 70 bits: where they cancel, their last bits are what is left. */
inline av_scaled av_linear(float x, av_real alpha, av_real beta)
{
    const av_split a = av_split_of(x);
    const int slope_exponent = alpha.exponent + a.exponent;
    av_scaled v;
    v.exponent = max(slope_exponent, beta.exponent);
    const float m = av_aligned(a.m, slope_exponent, v.exponent);
    const float beta_hi = av_aligned(beta.hi, beta.exponent, v.exponent);
    const float beta_mid = av_aligned(beta.mid, beta.exponent, v.exponent);
    const float beta_lo = av_aligned(beta.lo, beta.exponent, v.exponent);
    const av_ff p = av_two_product(alpha.hi, m);
    const av_ff q = av_two_product(alpha.mid, m);
    /* the terms by size: p.hi + beta_hi, then p.lo + q.hi + beta_mid, then the rest */
    const av_ff s1 = av_two_sum(p.hi, beta_hi);
    const av_ff s2 = av_two_sum(p.lo, q.hi);
    const av_ff s3 = av_two_sum(s2.hi, beta_mid);
    const av_ff s4 = av_two_sum(s1.lo, s3.hi);
    const av_ff s5 = av_two_sum(s1.hi, s4.hi);
    const float rest = s4.lo + (s3.lo + (s2.lo + (q.lo + fma(alpha.lo, m, beta_lo))));
    v.v = av_fast_two_sum(s5.hi, s5.lo + rest);
    return v;
}

/* alpha·x + beta to 24 bits of what is left where they cancel to 2^-24 of them or less. The eight
 * terms are exact; each pass of two-sums, from the smallest up, leaves the largest part of the sum
 * in front and the rest behind it (Ogita, Rump, Oishi 2005), so that four of them bear a
 * cancellation of all bits that there are. */
inline av_scaled av_line_cancelled(float x, av_real alpha, av_real beta)
{
    const av_split a = av_split_of(x);
    const int slope_exponent = alpha.exponent + a.exponent;
    av_scaled v;
    v.exponent = max(slope_exponent, beta.exponent);
    const float m = av_aligned(a.m, slope_exponent, v.exponent);
    const av_ff p = av_two_product(alpha.hi, m);
    const av_ff q = av_two_product(alpha.mid, m);
    const av_ff r = av_two_product(alpha.lo, m);
    float terms[8];
    terms[0] = p.hi + av_aligned(beta.hi, beta.exponent, v.exponent);
    terms[1] = p.lo;
    terms[2] = q.hi;
    terms[3] = av_aligned(beta.mid, beta.exponent, v.exponent);
    terms[4] = q.lo;
    terms[5] = r.hi;
    terms[6] = av_aligned(beta.lo, beta.exponent, v.exponent);
    terms[7] = r.lo;
    for (av_count pass = 0; pass < 4; pass++)
        for (av_count i = 6; i >= 0; i--) {
            const av_ff s = av_two_sum(terms[i], terms[i + 1]);
            terms[i] = s.hi;
            terms[i + 1] = s.lo;
        }
    float rest = 0.0f;
    for (av_count i = 7; i >= 1; i--)
        rest += terms[i];
    v.v = av_fast_two_sum(terms[0], rest);
    return v;
}

/* alpha·x + beta where alpha·x is between -beta/2 and -2beta, as a number, for ordinary alpha and beta;
 * elsewhere it is only of about that size. The sum of the high parts is exact. */
inline av_ff av_line_near_zero(float x, av_real alpha, av_real beta)
{
    const av_ff p = av_two_product(alpha.high, x);
    const av_ff q = av_two_product(alpha.low, x);
    const av_ff s2 = av_two_sum(p.lo, beta.low);
    const av_ff s3 = av_two_sum(s2.hi, q.hi);
    const av_ff s4 = av_fast_two_sum(p.hi + beta.high, s3.hi);
    const float rest = s2.lo + (s3.lo + (q.lo + fma(alpha.rest, x, beta.rest)));
    return av_fast_two_sum(s4.hi, s4.lo + rest);
}

/* The number hi + mid + lo, to about 70 bits. */
typedef struct {
    float hi, mid, lo;
} av_three;

/* beta/alpha for ordinary alpha and ordinary beta or 0: three quotients, the first within half an
 * ULP, and what they leave over. The same for all x. */
inline av_three av_ratio(av_real beta, av_real alpha)
{
    const float r = av_reciprocal(alpha.high);
    const float about = beta.high * r;
    const float near = fma(fma(-about, alpha.high, beta.high), r, about);
    av_three q;
    q.hi = fma(fma(-near, alpha.high, beta.high), r, near);
    const av_ff product = av_two_product(-q.hi, alpha.low);
    const av_ff s1 = av_two_sum(fma(-q.hi, alpha.high, beta.high), product.hi);
    const av_ff s2 = av_two_sum(s1.hi, beta.low);
    const float rest = s2.lo + (s1.lo + (product.lo + fma(-q.hi, alpha.rest, beta.rest)));
    const float second = s2.hi * r;
    q.mid = fma(fma(-second, alpha.high, s2.hi), r, second);
    q.lo = (fma(-q.mid, alpha.high, s2.hi) + fma(-q.mid, alpha.low, rest)) * r;
    return q;
}

/* x + c: the low part of the sum is 0 where the high one cancels, so that it need not be added to
 * c.mid exactly. */
inline av_ff av_add_three(float x, av_three c)
{
    const av_ff s1 = av_two_sum(x, c.hi);
    const av_ff s2 = av_fast_two_sum(s1.hi, s1.lo + c.mid);
    return av_ff_of(s2.hi, s2.lo + c.lo);
}
