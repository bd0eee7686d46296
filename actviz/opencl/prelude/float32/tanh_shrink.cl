/* ---- Tanh shrink ---------------------------------------------------------------------------- */

/* (a - tanh a)/a³ as a polynomial in a² for 0 ≤ a ≤ AV_TANH_SHRINK_NEAR, within 2^-30.5:
 * {c0 high, c0 low, c1 … c6}. */
#define AV_TANH_SHRINK_NEAR 0.6875f
__constant av_scalar av_tanh_shrink_near_zero[8] = {
    0.33333334f, -1.0137525e-08f, -0.1333333f, 0.053966913f, -0.021851648f, 0.008749485f,
    -0.0032111856f, 0.0007813331f,
};

/* (tanh² a/a² - 1)/a² as a polynomial in a² for 0 ≤ a ≤ AV_TANH_SQUARE_NEAR, within 2^-32.7 of
 * tanh² a/a², constant term first. */
#define AV_TANH_SQUARE_NEAR 0.375f
__constant av_scalar av_tanh_square_near_zero[5] = {
    -0.6666666f, 0.37777415f, -0.196717f, 0.09606602f, -0.037925687f,
};

/* A power of two that keeps x³ and x² within float32 where x is tiny, and its reciprocal's square
 * and cube at once. */
#define AV_TINY 0x1p-18f
#define AV_TINY_UP 0x1p32f
#define AV_TINY_SQUARE_DOWN 0x1p-64f
#define AV_TINY_CUBE_DOWN 0x1p-96f

/* x - tanh x beside 0, where the difference would cancel: x³ times the polynomial. */
inline float av_tanh_shrink_near(float x)
{
    __constant const av_scalar *c = av_tanh_shrink_near_zero;
    const float u = x * x;
    float p = c[7];
    p = fma(u, p, c[6]);
    p = fma(u, p, c[5]);
    p = fma(u, p, c[4]);
    p = fma(u, p, c[3]);
    p = fma(u, p, c[2]);
    const bool tiny = fabs(x) < AV_TINY;
    const float m = tiny ? x * AV_TINY_UP : x;
    const av_ff factor = av_fast_two_sum(c[0], fma(u, p, c[1]));
    const av_ff v = av_multiply(av_multiply_float(av_two_product(m, m), m), factor);
    return (v.hi == 0.0f ? x * 0.0f : v.hi + v.lo) * (tiny ? AV_TINY_CUBE_DOWN : 1.0f);
}

/* |x| - 1 + 2t/(1 + t), t = e^(-2|x|), further out: |x| - 1 is exact. From 2^30 on it is x. */
inline float av_tanh_shrink(float x)
{
    const av_ff a = av_magnitude(av_ff_of(x, 0.0f), 0x1p30f);
    const av_gate g = av_gate_of(av_times_power(av_magnitude(av_ff_of(x, 0.0f), 60.0f), 2.0f));
    const av_ff rest = av_multiply(av_times_power(g.t.value, 2.0f), g.inverse);
    const av_ff far = av_add(av_two_sum(a.hi, -1.0f), rest);
    const bool near = a.hi < AV_TANH_SHRINK_NEAR;
    const float v = near ? av_tanh_shrink_near(x) : av_with_sign(far.hi + far.lo, x);
    return x != x || fabs(x) > 0x1p30f ? x : v;
}

/* tanh² x beside 0: x² times 1 + x²·P(x²). */
inline float av_tanh_square_near(float x)
{
    __constant const av_scalar *c = av_tanh_square_near_zero;
    const float u = x * x;
    float p = c[4];
    p = fma(u, p, c[3]);
    p = fma(u, p, c[2]);
    p = fma(u, p, c[1]);
    p = fma(u, p, c[0]);
    const bool tiny = fabs(x) < AV_TINY;
    const float m = tiny ? x * AV_TINY_UP : x;
    const av_ff v = av_multiply(av_two_product(m, m), av_fast_two_sum(1.0f, u * p));
    return (v.hi + v.lo) * (tiny ? AV_TINY_SQUARE_DOWN : 1.0f);
}

/* tanh² x = 1 - 4t/(1 + t)², t = e^(-2|x|), further out. */
inline float av_tanh_shrink_grad(float x)
{
    const av_ff a = av_magnitude(av_ff_of(x, 0.0f), 60.0f);
    const av_gate g = av_gate_of(av_times_power(a, 2.0f));
    const av_ff square = av_multiply(g.inverse, g.inverse);
    const av_ff slope = av_multiply(av_times_power(g.t.value, -4.0f), square);
    const av_ff far = av_add_smaller(1.0f, slope);
    const float v = a.hi < AV_TANH_SQUARE_NEAR ? av_tanh_square_near(x) : far.hi + far.lo;
    return x != x ? x : v;
}
