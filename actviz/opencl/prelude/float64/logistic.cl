/* ---- The logistic function ------------------------------------------------------------------ */

/* |z|, cut off at `far`, where all that depends on it has reached its limit. */
inline av_dd av_magnitude(av_dd z, double far)
{
    const bool negative = z.hi < 0.0;
    const double hi = negative ? -z.hi : z.hi;
    return av_select(hi > far, av_dd_of(far, 0.0), av_dd_of(hi, negative ? -z.lo : z.lo));
}

/* sigmoid(z) = (z ≥ 0 ? 1 : t)/(1 + t), t = e^-|z|. */
inline double av_logistic(av_dd z)
{
    const av_power t = av_exp(av_negate(av_magnitude(z, 800.0)));
    const bool right = z.hi >= 0.0;
    const av_dd top = av_select(right, av_dd_of(1.0, 0.0), t.m);
    const av_dd q = av_divide(top, av_add_smaller(1.0, t.value));
    return av_round(q, right ? 0 : t.n);
}

/* 2^power·t/(1 + t)², t = e^-|z|; s·(1 - s) would be 0 from z = 37 on. */
inline double av_logistic_grad(av_dd z, int power)
{
    const av_power t = av_exp(av_negate(av_magnitude(z, 800.0)));
    const av_dd bottom = av_add_smaller(1.0, t.value);
    return av_round(av_divide(t.m, av_multiply(bottom, bottom)), t.n + power);
}
