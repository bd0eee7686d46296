/* ---- Shrinks and threshold ------------------------------------------------------------------ */

/* size - threshold; where it is small it is exact before it is rounded. */
inline float av_beyond(float size, av_real threshold)
{
    if (threshold.ordinary) {
        const av_ff d = av_two_sum(size, -threshold.high);
        return d.hi + ((d.lo - threshold.low) - threshold.rest);
    }
    const av_scaled d = av_minus(size, threshold);
    return av_round(d.v, d.exponent);
}

/* |x| - threshold with the sign of x where that is above 0, else 0; for a threshold of 0, x. */
inline float av_soft_shrink(float x, av_real threshold)
{
    const float size = fabs(x);
    const float beyond = size == INFINITY ? x : av_with_sign(av_beyond(size, threshold), x);
    const float within = threshold.hi == 0.0f ? x : 0.0f;
    return x != x ? x : size > threshold.floor ? beyond : within;
}

/* x for |x| > threshold, else 0; for a threshold of 0, x. */
inline float av_hard_shrink(float x, av_real threshold)
{
    const float within = threshold.hi == 0.0f ? x : 0.0f;
    return x != x || fabs(x) > threshold.floor ? x : within;
}

/* 0 for -threshold < x ≤ threshold, else 1: both shrinks have this slope. */
inline float av_shrink_grad(float x, av_real threshold)
{
    return x != x ? x : x > threshold.floor || av_reaches(-x, threshold) ? 1.0f : 0.0f;
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
    return x != x || x > threshold.floor ? x : default_value.high;
}

inline float av_threshold_grad(float x, av_real threshold, av_real default_value)
{
    return x != x ? x : x > threshold.floor ? 1.0f : 0.0f;
}
