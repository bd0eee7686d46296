/* ---- Softplus and the logarithm of the sigmoid ---------------------------------------------- */

/* (atanh(s)/s - 1)/s² as a polynomial in s² for 0 ≤ s² ≤ 1/9, within 2^-58.7 of atanh(s)/s,
 * constant term first. */
#define AV_ATANH_DEGREE 10
__constant double av_atanh_tail[11] = {
    0.3333333333333333, 0.19999999999999762, 0.1428571428580005, 0.11111111099118386,
    0.09090909948981357, 0.07692271982430275, 0.06667589315724629, 0.05867139530651599,
    0.05422589197440007, 0.03746071897775383, 0.07815288900461426,
};

/* ln(1 + t)·2^-t.n for t = e^-a, a ≥ 0: 2·atanh(s), s = t/(2 + t), as 2s(1 + s²·P(s²)). The
 * quotient is kept without the power of two of t, so that the far tail is not lost. */
inline av_dd av_log1p_of(av_power t)
{
    const av_dd s = av_divide(t.m, av_add_smaller(2.0, t.value));
    const double whole = s.hi * av_power_of_two(max(t.n, -1022));
    const double w = whole * whole;
    const double p = av_polynomial(av_atanh_tail, AV_ATANH_DEGREE, w);
    return av_fast_two_sum(2.0 * s.hi, 2.0 * fma(s.hi * w, p, s.lo));
}

/* max(x, 0) + ln(1 + e^-|z|)/beta, z = beta·x, beta > 0. A tiny beta keeps the tail up to
 * z = -1490. */
inline double av_softplus_beta(double x, double beta)
{
    const av_parts b = av_parts_of(beta);
    const av_dd z = av_value(av_times(beta, x));
    const av_power t = av_exp(av_negate(av_magnitude(z, 1600.0)));
    const av_dd bend = av_divide(av_log1p_of(t), av_dd_of(b.m, 0.0));
    const int bend_exponent = t.n - b.exponent;
    const av_parts a = av_parts_of(x > 0.0 ? x : 0.0);
    const int exponent = max(a.exponent, bend_exponent);
    av_dd sum = av_two_sum(av_aligned(a.m, a.exponent, exponent),
                           av_aligned(bend.hi, bend_exponent, exponent));
    sum.lo += av_aligned(bend.lo, bend_exponent, exponent);
    return x != x ? x : av_round(sum, exponent);
}

inline double av_softplus_beta_grad(double x, double beta)
{
    const double v = av_logistic(av_value(av_times(beta, x)));
    return x != x ? x : v;
}

/* ln(sigmoid(x)) = min(x, 0) - ln(1 + e^-|x|); right of 0 the power of two is put on last. */
inline double av_log_sigmoid(double x)
{
    const av_power t = av_exp(av_negate(av_magnitude(av_dd_of(x, 0.0), 800.0)));
    const av_dd bend = av_negate(av_log1p_of(t));
    const double left = x == -INFINITY ? x : av_plus_small(x, bend, t.n);
    return x != x ? x : x < 0.0 ? left : av_round(bend, t.n);
}

/* sigmoid(-x) */
inline double av_log_sigmoid_grad(double x)
{
    return av_logistic(av_dd_of(-x, 0.0));
}
