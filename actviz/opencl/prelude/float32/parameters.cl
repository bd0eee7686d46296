/* ---- Parameters: float64 numbers as they are ----------------------------------------------- */

/* The float64 (hi + mid + lo)·2^exponent, exactly, with 1/2 ≤ |hi| ≤ 1; 0 and ∞ are hi alone.
 * `high` is the nearest float32. Three parts, because alpha·x + beta may cancel all but the last
 * bits; an exponent, because a float64 may be far outside of float32 and its product with x not. */
typedef struct {
    float high, hi, mid, lo;
    int exponent;
} av_real;

/* An exponent below and one above all others: those of 0 and of ∞. */
#define AV_LOWEST -4000
#define AV_HIGHEST 4000

/* The kernel argument (hi, mid, lo, exponent) as a parameter. */
inline av_real av_real_of(float4 parts)
{
    av_real p;
    p.hi = parts.x;
    p.mid = parts.y;
    p.lo = parts.z;
    p.exponent = (int)parts.w;
    p.high = av_scale(p.hi, p.exponent);
    return p;
}

/* The mantissa 1/2 ≤ |hi| < 1 and the exponent of a float; ∞ is 1/2 with the highest exponent. */
inline av_real av_pair(float high, float low)
{
    const bool tiny = fabs(high) < 0x1p-100f; /* a subnormal has no exponent of its own */
    const uint bits = as_uint(tiny ? high * 0x1p64f : high);
    const int biased = (int)((bits >> 23) & 255u);
    const bool zero = high == 0.0f;
    av_real p;
    p.high = high;
    p.hi = zero ? high : as_float((bits & 0x807fffffu) | 0x3f000000u);
    p.exponent = zero ? AV_LOWEST : biased == 255 ? AV_HIGHEST : biased - (tiny ? 190 : 126);
    p.mid = low == 0.0f ? 0.0f : av_scale(low, -p.exponent);
    p.lo = 0.0f;
    return p;
}

/* The number v·2^exponent. */
typedef struct {
    av_ff v;
    int exponent;
} av_scaled;

/* s·2^(exponent - reference) for exponent ≤ reference; what is far below the reference does not
 * count, but keeps its sign. */
inline float av_aligned(float s, int exponent, int reference)
{
    return s * av_power_of_two(max(exponent - reference, -100));
}

/* x - p to about 70 bits: the sign is always right, 0 where they are equal. */
inline av_scaled av_minus(float x, av_real p)
{
    const av_real a = av_pair(x, 0.0f);
    av_scaled d;
    d.exponent = max(a.exponent, p.exponent);
    const float hi = av_aligned(p.hi, p.exponent, d.exponent);
    const float mid = av_aligned(p.mid, p.exponent, d.exponent);
    const float lo = av_aligned(p.lo, p.exponent, d.exponent);
    const av_ff first = av_two_sum(av_aligned(a.hi, a.exponent, d.exponent), -hi);
    const av_ff second = av_two_sum(first.hi, -mid);
    d.v = av_fast_two_sum(second.hi, second.lo + (first.lo - lo));
    return d;
}

/* x > p, for every float64 p and for ±∞. */
inline bool av_exceeds(float x, av_real p)
{
    return fabs(p.hi) == INFINITY ? x > p.hi : av_minus(x, p).v.hi > 0.0f;
}

/* a·x to about 48 bits. */
inline av_scaled av_times(av_real a, float x)
{
    const av_real b = av_pair(x, 0.0f);
    const av_ff p = av_multiply_float(av_ff_of(a.hi, a.mid), b.hi);
    av_scaled d;
    d.exponent = a.exponent + b.exponent;
    d.v = av_fast_two_sum(p.hi, p.lo);
    return d;
}

/* alpha·x + beta to about 70 bits: where they cancel, their last bits are what is left. */
inline av_scaled av_linear(float x, av_real alpha, av_real beta)
{
    const av_real a = av_pair(x, 0.0f);
    const int slope_exponent = alpha.exponent + a.exponent;
    av_scaled v;
    v.exponent = max(slope_exponent, beta.exponent);
    const float m = av_aligned(a.hi, slope_exponent, v.exponent);
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

/* The value of a scaled number: ±∞ beyond float32, and 0 below it, where it is only compared or
 * exponentiated. */
inline av_ff av_value(av_scaled a)
{
    return av_ff_of(av_scale(a.v.hi, a.exponent), av_scale(a.v.lo, a.exponent));
}
