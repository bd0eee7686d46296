/* ---- Cut off on both sides ------------------------------------------------------------------ */

/* min(max(x, min_value), max_value): all max_value where that is below min_value. */
inline float av_hard_tanh(float x, av_real min_value, av_real max_value)
{
    const bool crossed = min_value.high > max_value.high;
    const float low = crossed ? max_value.high : min_value.high;
    const float cut = av_exceeds(x, max_value) ? max_value.high : x;
    return x != x ? x : av_exceeds(x, min_value) ? cut : low;
}

/* 1 for min_value < x ≤ max_value, else 0. */
inline float av_hard_tanh_grad(float x, av_real min_value, av_real max_value)
{
    const bool inside = av_exceeds(x, min_value) && !av_exceeds(x, max_value);
    return x != x ? x : inside ? 1.0f : 0.0f;
}
