/* ---- The exponential ----------------------------------------------------------------------- */

#define AV_LOG2_E 1.4426950408889634
#define AV_LN2_HI 0.6931471805599453     /* ln 2 = AV_LN2_HI + AV_LN2_LO */
#define AV_LN2_LO 2.3190468138462996e-17
#define AV_RINT 6755399441055744.0       /* 1.5·2^52: adding it leaves the nearest integer */

/* a = n·ln 2 + (r + e): n the nearest integer to a/ln 2, r exact and at most 0.3466, e small. */
typedef struct {
    double r, e;
    int n;
} av_reduced;

inline av_reduced av_reduce(av_dd a)
{
    const double shifted = fma(a.hi, AV_LOG2_E, AV_RINT);
    const double k = shifted - AV_RINT;
    av_reduced q;
    q.n = (int)(as_long(shifted) - as_long(AV_RINT));
    q.r = fma(k, -AV_LN2_HI, a.hi);
    q.e = fma(k, -AV_LN2_LO, a.lo);
    return q;
}

/* (e^r - 1 - r)/r² for |r| ≤ 0.3466, within 2^-60.0 of (e^r - 1)/r², constant term first. */
#define AV_EXP_DEGREE 10
__constant double av_exp_series[11] = {
    0.5, 0.1666666666666667, 0.04166666666666667, 0.008333333333326136, 0.001388888888888375,
    0.00019841269874815834, 2.480158732554432e-05, 2.7557255406285044e-06, 2.7557273647451087e-07,
    2.5105214474751413e-08, 2.0914685161418067e-09,
};

/* e^r - 1 - r for |r| ≤ 0.3466. */
inline double av_exp_tail(double r)
{
    return (r * r) * av_polynomial(av_exp_series, AV_EXP_DEGREE, r);
}

/* e^a = m·2^n, 0.70 ≤ m.hi ≤ 1.42, within 2^-55, for |a| ≤ 10^6. `value` is m·2^max(n, -1022), to
 * be added to numbers near 1 (for a ≤ 0 only). */
typedef struct {
    av_dd m, value;
    int n;
} av_power;

inline av_power av_exp(av_dd a)
{
    const av_reduced q = av_reduce(a);
    const double tail = av_exp_tail(q.r);
    const double h = 1.0 + q.r;
    double l = (1.0 - h) + q.r;
    l += fma(h + tail, q.e, tail); /* e^(r + e) = (1 + r + tail)(1 + e) */
    av_power p;
    p.n = q.n;
    p.m = av_fast_two_sum(h, l);
    p.value = av_times_power(p.m, av_power_of_two(min(max(p.n, -1022), 0)));
    return p;
}

/* e^a - 1 for a ≤ 0: (2^n - 1) + 2^n (e^(r + e) - 1), both exact but for the last term. */
inline av_dd av_expm1_of(av_dd a)
{
    const av_reduced q = av_reduce(a);
    const double tail = av_exp_tail(q.r);
    const double s = av_power_of_two(min(max(q.n, -1022), 0));
    const double whole = s - 1.0;
    const double whole_lo = s - (whole + 1.0);
    av_dd t = av_two_sum(whole, s * q.r);
    t.lo += fma(s, fma(q.e, q.r + tail, q.e) + tail, whole_lo);
    return av_fast_two_sum(t.hi, t.lo);
}

inline av_dd av_expm1(double x)
{
    return av_expm1_of(av_dd_of(x, 0.0));
}
