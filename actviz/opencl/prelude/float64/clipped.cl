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

/* x·(x + 3)/6 for -3 < x ≤ 3, 0 left and x right of that; x + 3 is exact, and the exponent of x is
 * put on last. */
inline double av_hard_swish(double x)
{
    const av_parts a = av_parts_of(x);
    const av_dd product = av_multiply_double(av_two_sum(x, 3.0), a.m);
    const double inside = av_round(av_divide(product, av_dd_of(6.0, 0.0)), a.exponent);
    return x > 3.0 || x != x ? x : x > -3.0 ? inside : 0.0;
}

/* (2x + 3)/6 for -3 < x ≤ 3, with 2x + 3 exact beside its zero -1.5; 0 left and 1 right of that. */
inline double av_hard_swish_grad(double x)
{
    const av_dd line = av_divide(av_two_sum(2.0 * x, 3.0), av_dd_of(6.0, 0.0));
    const double inside = line.hi + line.lo;
    return x != x ? x : x > 3.0 ? 1.0 : x > -3.0 ? inside : 0.0;
}

/* (x + 1)²/4 for -1 < x < 1, 0 left and x right of that; x + 1 is exact. */
inline double av_sparse_plus(double x)
{
    const av_dd up = av_two_sum(x, 1.0);
    const double inside = av_round(av_multiply(up, up), -2);
    return x >= 1.0 || x != x ? x : x > -1.0 ? inside : 0.0;
}

/* (x + 1)/2 for -1 < x < 1: the sparse sigmoid. */
inline double av_sparse_plus_grad(double x)
{
    const double inside = av_round(av_two_sum(x, 1.0), -1);
    return x != x ? x : x >= 1.0 ? 1.0 : x > -1.0 ? inside : 0.0;
}
