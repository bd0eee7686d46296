/* ---- Shrinks and threshold ------------------------------------------------------------------ */

/* |x| - threshold with the sign of x where that is above 0, else 0; for a threshold of 0, x. */
inline double av_soft_shrink(double x, double threshold)
{
    const double beyond = av_with_sign(fabs(x) - threshold, x);
    const double within = threshold == 0.0 ? x : 0.0;
    return x != x ? x : fabs(x) > threshold ? beyond : within;
}

/* x for |x| > threshold, else 0; for a threshold of 0, x. */
inline double av_hard_shrink(double x, double threshold)
{
    const double within = threshold == 0.0 ? x : 0.0;
    return x != x || fabs(x) > threshold ? x : within;
}

/* 0 for -threshold < x ≤ threshold, else 1: both shrinks have this slope. */
inline double av_shrink_grad(double x, double threshold)
{
    return x != x ? x : x > -threshold && x <= threshold ? 0.0 : 1.0;
}

inline double av_soft_shrink_grad(double x, double threshold)
{
    return av_shrink_grad(x, threshold);
}

inline double av_hard_shrink_grad(double x, double threshold)
{
    return av_shrink_grad(x, threshold);
}

/* x for x > threshold, else default_value. */
inline double av_threshold(double x, double threshold, double default_value)
{
    return x != x || x > threshold ? x : default_value;
}

inline double av_threshold_grad(double x, double threshold, double default_value)
{
    return x != x ? x : x > threshold ? 1.0 : 0.0;
}
