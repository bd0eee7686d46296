/* ---- Cut off on both sides ------------------------------------------------------------------ */

/* min(max(x, min_value), max_value): all max_value where that is below min_value. */
inline double av_hard_tanh(double x, double min_value, double max_value)
{
    const double low = min_value > max_value ? max_value : min_value;
    const double cut = x > max_value ? max_value : x;
    return x != x ? x : x > min_value ? cut : low;
}

/* 1 for min_value < x ≤ max_value, else 0. */
inline double av_hard_tanh_grad(double x, double min_value, double max_value)
{
    return x != x ? x : x > min_value && x <= max_value ? 1.0 : 0.0;
}
