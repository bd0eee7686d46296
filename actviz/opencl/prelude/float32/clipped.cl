/* ---- Cut off on both sides ------------------------------------------------------------------ */

/* min(max(x, min_value), max_value): all max_value where that is below min_value. */
inline float av_hard_tanh(float x, av_real min_value, av_real max_value)
{
    const av_scalar low = min_value.high > max_value.high ? max_value.high : min_value.high;
    const float cut = x > max_value.floor ? max_value.high : x;
    return x != x ? x : x > min_value.floor ? cut : low;
}

/* 1 for min_value < x ≤ max_value, else 0. */
inline float av_hard_tanh_grad(float x, av_real min_value, av_real max_value)
{
    const float below = x > min_value.floor ? 1.0f : 0.0f;
    return x != x ? x : x > max_value.floor ? 0.0f : below;
}

/* 1/6 */
#define AV_SIXTH av_ff_of(0.16666667f, -4.967054e-09f)

/* x·(x + 3)/6 for -3 < x ≤ 3, 0 left and x right of that; x + 3 is exact, and the product with x is
 * one rounding. */
inline float av_hard_swish(float x)
{
    const av_ff slope = av_multiply(av_two_sum(x, 3.0f), AV_SIXTH);
    const float inside = av_times_once(slope, x);
    return x > 3.0f || x != x ? x : x == 0.0f ? 0.5f * x : x > -3.0f ? inside : 0.0f;
}

/* (2x + 3)/6 for -3 < x ≤ 3, with 2x + 3 exact beside its zero -1.5; 0 left and 1 right of that. */
inline float av_hard_swish_grad(float x)
{
    const av_ff slope = av_multiply(av_two_sum(2.0f * x, 3.0f), AV_SIXTH);
    return x != x ? x : x > 3.0f ? 1.0f : x > -3.0f ? slope.hi + slope.lo : 0.0f;
}

/* (x + 1)²/4 for -1 < x < 1, 0 left and x right of that; x + 1 is exact. */
inline float av_sparse_plus(float x)
{
    const av_ff up = av_two_sum(x, 1.0f);
    const av_ff square = av_multiply(up, up);
    const float inside = 0.25f * (square.hi + square.lo);
    return x >= 1.0f || x != x ? x : x > -1.0f ? inside : 0.0f;
}

/* (x + 1)/2 for -1 < x < 1: the sparse sigmoid. */
inline float av_sparse_plus_grad(float x)
{
    const float inside = 0.5f * (x + 1.0f);
    return x != x ? x : x >= 1.0f ? 1.0f : x > -1.0f ? inside : 0.0f;
}
