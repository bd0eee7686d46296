/* ---- The exponential itself, and CELU ------------------------------------------------------- */

/* e^x: 0 and ∞ are reached well before |x| = 1000. */
inline double av_exponential(double x)
{
    const double near = x < -1000.0 ? -1000.0 : x > 1000.0 ? 1000.0 : x;
    const av_power t = av_exp(av_dd_of(near, 0.0));
    return x != x ? x : av_round(t.m, t.n);
}

inline double av_exponential_grad(double x)
{
    return av_exponential(x);
}

/* x/alpha to about 100 bits for x ≤ 0 and alpha > 0, cut off at -800. */
inline av_dd av_celu_ratio(double x, double alpha)
{
    const av_parts a = av_parts_of(x);
    const av_parts b = av_parts_of(alpha);
    const av_dd q = av_divide(av_dd_of(a.m, 0.0), av_dd_of(b.m, 0.0));
    av_scaled z;
    z.exponent = a.exponent - b.exponent;
    z.v = av_fast_two_sum(q.hi, q.lo);
    const av_dd value = av_value(z);
    return av_select(value.hi < -800.0, av_dd_of(-800.0, 0.0), value);
}

/* x for x > 0, else alpha·(e^(x/alpha) - 1), which is x itself below x/alpha = 2^-60. */
inline double av_celu(double x, double alpha)
{
    const av_parts b = av_parts_of(alpha);
    const av_dd z = av_celu_ratio(x > 0.0 ? 0.0 : x, alpha);
    const double v = z.hi > -0x1p-60 ? x : av_round(av_multiply_double(av_expm1_of(z), b.m),
                                                    b.exponent);
    return x > 0.0 || x != x ? x : v;
}

/* 1 for x > 0, else e^(x/alpha). */
inline double av_celu_grad(double x, double alpha)
{
    const av_power t = av_exp(av_celu_ratio(x > 0.0 ? 0.0 : x, alpha));
    return x != x ? x : x > 0.0 ? 1.0 : av_round(t.m, t.n);
}
