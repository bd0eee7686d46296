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

/* 2/3 */
#define AV_TWO_THIRDS av_ff_of(0.6666667f, -1.9868216e-08f)

/* x·(x + 3)/6 for -3 < x ≤ 3, 0 left and x right of that; x + 3 is exact, a sixth is 2/3·2^-2, and
 * the exponent of x is put on last. */
inline float av_hard_swish(float x)
{
    const av_real a = av_pair(x, 0.0f);
    const av_ff product = av_multiply_float(av_two_sum(x, 3.0f), a.hi);
    const float inside = av_round(av_multiply(product, AV_TWO_THIRDS), a.exponent - 2);
    return x > 3.0f || x != x ? x : x > -3.0f ? inside : 0.0f;
}

/* (2x + 3)/6 for -3 < x ≤ 3, with 2x + 3 exact beside its zero -1.5; 0 left and 1 right of that. */
inline float av_hard_swish_grad(float x)
{
    const av_ff line = av_two_sum(2.0f * x, 3.0f);
    const float inside = av_round(av_multiply(line, AV_TWO_THIRDS), -2);
    return x != x ? x : x > 3.0f ? 1.0f : x > -3.0f ? inside : 0.0f;
}

/* (x + 1)²/4 for -1 < x < 1, 0 left and x right of that; x + 1 is exact. */
inline float av_sparse_plus(float x)
{
    const av_ff up = av_two_sum(x, 1.0f);
    const float inside = av_round(av_multiply(up, up), -2);
    return x >= 1.0f || x != x ? x : x > -1.0f ? inside : 0.0f;
}

/* (x + 1)/2 for -1 < x < 1: the sparse sigmoid. */
inline float av_sparse_plus_grad(float x)
{
    const float inside = av_round(av_two_sum(x, 1.0f), -1);
    return x != x ? x : x >= 1.0f ? 1.0f : x > -1.0f ? inside : 0.0f;
}
