/* ---- The exponential itself, and CELU ------------------------------------------------------- */

/* e^x: 0 and ∞ are reached well before |x| = 200. */
inline float av_exponential(float x)
{
    const float near = x < -200.0f ? -200.0f : x > 200.0f ? 200.0f : x;
    const av_power t = av_exp(av_ff_of(near, 0.0f));
    return x != x ? x : av_scale(t.m.hi + t.m.lo, t.n);
}

inline float av_exponential_grad(float x)
{
    return av_exponential(x);
}

/* x/alpha to about 39 bits for x ≤ 0 and alpha > 0, cut off at -120. */
inline av_ff av_celu_ratio(float x, av_real alpha)
{
    const av_ff inverse = av_inverse(av_ff_of(alpha.hi, alpha.mid));
    av_ff z;
    if (alpha.ordinary) {
        z = av_multiply_float(av_times_power(inverse, av_power_of_two(-alpha.exponent)), x);
    } else {
        const av_split a = av_split_of(x);
        av_scaled ratio;
        ratio.v = av_multiply_float(inverse, a.m);
        ratio.exponent = a.exponent - alpha.exponent;
        z = av_value(ratio);
    }
    z = av_select(z.hi < -120.0f, av_ff_of(-120.0f, 0.0f), z);
    return av_fast_two_sum(z.hi, z.lo);
}

/* x for x > 0, else alpha·(e^(x/alpha) - 1), which is x itself below x/alpha = 2^-60. */
inline float av_celu(float x, av_real alpha)
{
    const av_ff z = av_celu_ratio(x > 0.0f ? 0.0f : x, alpha);
    const float v = z.hi > -0x1p-60f ? x : av_product_of(av_expm1(z), alpha);
    return x > 0.0f || x != x ? x : v;
}

/* 1 for x > 0, else e^(x/alpha). */
inline float av_celu_grad(float x, av_real alpha)
{
    const av_power t = av_exp(av_celu_ratio(x > 0.0f ? 0.0f : x, alpha));
    return x != x ? x : x > 0.0f ? 1.0f : av_round_lower(t.m, t.n);
}
