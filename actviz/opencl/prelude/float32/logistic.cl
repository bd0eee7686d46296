/* ---- The logistic function ------------------------------------------------------------------ */

/* |z|, cut off at `far`, where all that depends on it has reached its limit. */
inline av_ff av_magnitude(av_ff z, float far)
{
    const bool negative = z.hi < 0.0f;
    const float hi = negative ? -z.hi : z.hi;
    return av_select(hi > far, av_ff_of(far, 0.0f), av_ff_of(hi, negative ? -z.lo : z.lo));
}

/* sigmoid(z) = (z ≥ 0 ? 1 : t)/(1 + t), t = e^-|z|. */
inline float av_logistic(av_ff z)
{
    const av_power t = av_exp(av_negate(av_magnitude(z, 120.0f)));
    const bool right = z.hi >= 0.0f;
    const av_ff top = av_select(right, av_ff_of(1.0f, 0.0f), t.m);
    const av_ff q = av_divide(top, av_add_smaller(1.0f, t.value));
    return av_round(q, right ? 0 : t.n);
}

/* 2^power·t/(1 + t)², t = e^-|z|; s·(1 - s) would be 0 from z = 17 on. */
inline float av_logistic_grad(av_ff z, int power)
{
    const av_power t = av_exp(av_negate(av_magnitude(z, 120.0f)));
    const av_ff bottom = av_add_smaller(1.0f, t.value);
    return av_round(av_divide(t.m, av_multiply(bottom, bottom)), t.n + power);
}
