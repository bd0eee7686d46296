/* ---- The exponential ----------------------------------------------------------------------- */

/* 1/ln 2; the float nearest to ln 2, and by how much it is too large. */
#define AV_LOG2_E 1.442695f
#define AV_LN2_HI 0.6931472f  /* ln 2 = AV_LN2_HI - AV_LN2_LO */
#define AV_LN2_LO 1.9046542e-09f
#define AV_RINT 12582912.0f     /* 1.5·2^23: adding it leaves the nearest integer in the low bits */
#define AV_RINT_BITS 0x4b400000

/* a = n·ln 2 + (r + e), |a| ≤ 2000: n the nearest integer to a/ln 2, e small. |r| is at most 0.3466,
 * half of ln 2 and what the rounding of 1/ln 2 adds, and exact: a.hi and n·AV_LN2_HI are multiples
 * of 2^-25, so that their difference, below 1/2, has 24 bits. */
typedef struct {
    float r, e;
    int n;
} av_reduced;

inline av_reduced av_reduce(av_ff a)
{
    const float shifted = fma(a.hi, AV_LOG2_E, AV_RINT);
    const float k = shifted - AV_RINT;
    av_reduced q;
    q.n = as_int(shifted) - AV_RINT_BITS;
    q.r = fma(k, -AV_LN2_HI, a.hi);
    q.e = fma(k, AV_LN2_LO, a.lo);
    return q;
}

/* e^r - 1 - r for |r| ≤ 0.3466, within 2^-31.1 of e^r - 1: r²·P(r). */
inline float av_exp_tail(float r)
{
    float p = 0.00019760187f;
    p = fma(r, p, 0.0013932306f);
    p = fma(r, p, 0.008333548f);
    p = fma(r, p, 0.041666493f);
    p = fma(r, p, 0.16666666f);
    p = fma(r, p, 0.5f);
    return (r * r) * p;
}

/* e^a = m·2^n, 0.70 ≤ m.hi ≤ 1.42, within 2^-26, for |a| ≤ 2000. `value` is m·2^max(n, -126), to
 * be added to numbers near 1, for a ≤ 0. */
typedef struct {
    av_ff m, value;
    int n;
} av_power;

inline av_power av_exp(av_ff a)
{
    const av_reduced q = av_reduce(a);
    const float tail = av_exp_tail(q.r);
    const float h = 1.0f + q.r;
    float l = (1.0f - h) + q.r;
    l += fma(h + tail, q.e, tail); /* e^(r + e) = (1 + r + tail)(1 + e) */
    av_power p;
    p.n = q.n;
    p.m = av_fast_two_sum(h, l);
    p.value = av_times_power(p.m, av_power_of_two(max(p.n, -126)));
    return p;
}

/* e^a - 1 for a ≤ 0, within 2^-25: (2^n - 1) + 2^n (e^(r + e) - 1), exact but for the tail. */
inline av_ff av_expm1(av_ff a)
{
    const av_reduced q = av_reduce(a);
    const float tail = av_exp_tail(q.r);
    const float s = av_power_of_two(max(q.n, -126));
    const float whole = s - 1.0f;
    const float whole_lo = s - (whole + 1.0f);
    av_ff t = av_two_sum(whole, s * q.r);
    t.lo += fma(s, fma(q.e, q.r + tail, q.e) + tail, whole_lo);
    return av_fast_two_sum(t.hi, t.lo);
}
