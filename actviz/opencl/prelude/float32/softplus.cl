/* ---- Softplus and the logarithm of the sigmoid ---------------------------------------------- */

/* (atanh(s)/s - 1)/s² for 0 ≤ s² ≤ 1/9, within 2^-33.0 of atanh(s)/s, constant term first. */
__constant av_scalar av_atanh_tail[5] = {
    0.33333337f, 0.19999474f, 0.14307606f, 0.10721927f, 0.12122797f,
};

/* ln(1 + t)·2^-t.n for t = e^-a, a ≥ 0: 2·atanh(s), s = t/(2 + t), as 2s(1 + s²·P(s²)). The
 * quotient is kept without the power of two of t, so that the far tail is not lost. */
inline av_ff av_log1p_of(av_power t)
{
    const av_ff q = av_multiply(t.m, av_inverse(av_add_smaller(2.0f, t.value)));
    const av_ff s = av_fast_two_sum(q.hi, q.lo);
    const float whole = s.hi * av_power_of_two(max(t.n, -126));
    const float w = whole * whole;
    float p = av_atanh_tail[4];
    p = fma(w, p, av_atanh_tail[3]);
    p = fma(w, p, av_atanh_tail[2]);
    p = fma(w, p, av_atanh_tail[1]);
    p = fma(w, p, av_atanh_tail[0]);
    return av_fast_two_sum(2.0f * s.hi, 2.0f * fma(s.hi * w, p, s.lo));
}

/* max(x, 0) + ln(1 + e^-|z|)/beta, z = beta·x, beta > 0. */
inline float av_softplus_ordinary(float x, av_real beta)
{
    const av_power t = av_exp(av_negate(av_magnitude(av_times(beta, x), AV_FAR)));
    const av_ff inverse = av_inverse(av_ff_of(beta.high, beta.low));
    const av_ff bend = av_multiply(av_log1p_of(t), inverse);
    return x == INFINITY ? x : x > 0.0f ? av_plus(x, bend, t.n) : av_round_lower(bend, t.n);
}

/* The same with all exponents apart: a tiny beta keeps the tail up to z = -850. */
inline float av_softplus_beta(float x, av_real beta)
{
    if (beta.ordinary)
        return av_softplus_ordinary(x, beta);
    const av_ff z = av_value(av_times_scaled(beta, x));
    const av_power t = av_exp(av_negate(av_magnitude(z, 1200.0f)));
    const av_ff bend = av_divide(av_log1p_of(t), av_ff_of(beta.hi, beta.mid));
    const int bend_exponent = t.n - beta.exponent;
    const av_split a = av_split_of(x > 0.0f ? x : 0.0f);
    const int exponent = max(a.exponent, bend_exponent);
    av_ff sum = av_two_sum(av_aligned(a.m, a.exponent, exponent),
                           av_aligned(bend.hi, bend_exponent, exponent));
    sum.lo += av_aligned(bend.lo, bend_exponent, exponent);
    return x != x ? x : av_round(sum, exponent);
}

inline float av_softplus_beta_grad(float x, av_real beta)
{
    const float v = av_logistic(av_times(beta, x));
    return x != x ? x : v;
}

/* ln(sigmoid(x)) = min(x, 0) - ln(1 + e^-|x|); right of 0 the power of two is put on last. */
inline float av_log_sigmoid(float x)
{
    const av_power t = av_exp(av_negate(av_magnitude(av_ff_of(x, 0.0f), AV_FAR)));
    const av_ff bend = av_negate(av_log1p_of(t));
    const float value = x < 0.0f ? av_plus(x, bend, t.n) : av_round_lower(bend, t.n);
    return x != x || x == -INFINITY ? x : value;
}

/* sigmoid(-x) */
inline float av_log_sigmoid_grad(float x)
{
    return av_gate_value(av_gate_of(av_magnitude(av_ff_of(x, 0.0f), AV_FAR)), x <= 0.0f);
}
