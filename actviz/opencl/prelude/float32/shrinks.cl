/* ---- Shrinks and threshold ------------------------------------------------------------------ */

/* |x| - threshold with the sign of x where that is above 0, else 0; for a threshold of 0, x. */
inline float av_soft_shrink(float x, av_real threshold)
{
    const av_scaled d = av_minus(fabs(x), threshold);
    const float beyond = av_with_sign(av_round(d.v, d.exponent), x);
    const float within = threshold.hi == 0.0f ? x : 0.0f;
    return x != x ? x : d.v.hi > 0.0f ? beyond : within;
}

/* x for |x| > threshold, else 0; for a threshold of 0, x. */
inline float av_hard_shrink(float x, av_real threshold)
{
    const float within = threshold.hi == 0.0f ? x : 0.0f;
    return x != x || av_exceeds(fabs(x), threshold) ? x : within;
}

/* 0 for -threshold < x ≤ threshold, else 1: both shrinks have this slope. */
inline float av_shrink_grad(float x, av_real threshold)
{
    const bool within = av_minus(-x, threshold).v.hi < 0.0f && !av_exceeds(x, threshold);
    return x != x ? x : within ? 0.0f : 1.0f;
}

inline float av_soft_shrink_grad(float x, av_real threshold)
{
    return av_shrink_grad(x, threshold);
}

inline float av_hard_shrink_grad(float x, av_real threshold)
{
    return av_shrink_grad(x, threshold);
}

/* x for x > threshold, else default_value. */
inline float av_threshold(float x, av_real threshold, av_real default_value)
{
    return x != x || av_exceeds(x, threshold) ? x : default_value.high;
}

inline float av_threshold_grad(float x, av_real threshold, av_real default_value)
{
    return x != x ? x : av_exceeds(x, threshold) ? 1.0f : 0.0f;
}
