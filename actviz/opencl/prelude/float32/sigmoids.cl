/* ---- Sigmoid, its slice of a softmax, tanh ------------------------------------------------ */

inline float av_sigmoid(float x)
{
    return av_logistic(av_ff_of(x, 0.0f));
}

inline float av_sigmoid_grad(float x)
{
    return av_logistic_grad(av_ff_of(x, 0.0f));
}

/* x - largest - rest for 0 <= rest < 10, which does not count where the function is flat. */
inline av_ff av_shifted(float x, av_real largest, av_real rest)
{
    const av_ff d = av_value(av_minus(x, largest));
    const av_ff z = av_add(d, av_value(av_minus(0.0f, rest)));
    return av_select(fabs(d.hi) < 1024.0f, z, d);
}

/* A softmax along one of its logits: sigmoid(x - log Σ e^z), the logarithm in two parts. */
inline float av_sigmoid_shifted(float x, av_real largest, av_real rest)
{
    const float v = av_logistic(av_shifted(x, largest, rest));
    return x != x ? x : v;
}

inline float av_sigmoid_shifted_grad(float x, av_real largest, av_real rest)
{
    const float v = av_logistic_grad(av_shifted(x, largest, rest));
    return x != x ? x : v;
}

/* tanh |x| = -E/(2 + E), E = e^(-2|x|) - 1, 2 + E = 1 + e^(-2|x|). Up to 2^-14 it is x(1 - x²/3), x
 * itself but for 2^-29: there the low part of the quotient might be subnormal, which some devices
 * take for 0. */
inline float av_tanh(float x)
{
    const av_ff a = av_times_power(av_magnitude(av_ff_of(x, 0.0f), 60.0f), 2.0f);
    const av_ff q = av_multiply(av_expm1(av_negate(a)), av_gate_of(a).inverse);
    return fabs(x) < 0x1p-14f ? x : av_with_sign(q.hi + q.lo, x);
}

/* 4t/(1 + t)², t = e^(-2|x|); 1 - tanh² would be 0 from 9 on. */
inline float av_tanh_grad(float x)
{
    const av_ff a = av_times_power(av_magnitude(av_ff_of(x, 0.0f), 60.0f), 2.0f);
    return av_gate_slope(av_gate_of(a), 4.0f);
}
