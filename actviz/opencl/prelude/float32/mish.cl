/* ---- Mish ---------------------------------------------------------------------------------- */

/* t = e^-|x| as a power, 1/d and r = a/d, where a = 1 + 2t right of 0 and 2 + t left of it, and
 * d = a + 2t² and 2 + t·a. With u = 1 + e^x, tanh(ln u) = (u² - 1)/(u² + 1) is r and t·r. */
typedef struct {
    av_power t;
    av_ff inverse, r;
} av_mish_parts;

inline av_mish_parts av_mish_parts_of(float x)
{
    const bool right = x >= 0.0f;
    av_mish_parts p;
    p.t = av_exp(av_negate(av_magnitude(av_ff_of(x, 0.0f), AV_FAR)));
    const av_ff t = p.t.value;
    const av_ff twice = av_add_smaller(1.0f, av_times_power(t, 2.0f));
    const av_ff a = av_select(right, twice, av_add_smaller(2.0f, t));
    av_ff right_d = av_add_smaller(a.hi, av_times_power(av_multiply(t, t), 2.0f));
    right_d.lo += a.lo;
    const av_ff left_d = av_add_smaller(2.0f, av_multiply(t, a));
    p.inverse = av_inverse(av_select(right, right_d, left_d));
    p.r = av_multiply(a, p.inverse);
    return p;
}

/* x·r right of 0, x·t·r left of it, the power of two of t put on last. */
inline float av_mish(float x)
{
    const bool right = x >= 0.0f;
    const av_mish_parts p = av_mish_parts_of(x);
    const av_ff slope = av_select(right, p.r, av_multiply(p.t.m, p.r));
    const float v = av_times_once(slope, x);
    const float limit = right ? x : av_with_sign(0.0f, x);
    const float within = right ? v : av_lower(v, p.t.n);
    return x != x ? x : fabs(x) == INFINITY ? limit : within;
}

/* The zero of the derivative, -1.1924312145154952…, and mish'(zero + d)/d for
 * |d| ≤ AV_MISH_NEAR, within 2^-30.0. */
#define AV_MISH_ZERO av_ff_of(-1.1924312f, -3.0439375e-09f)
#define AV_MISH_NEAR 0.25f
__constant av_scalar av_mish_near_zero[9] = {
    0.26694793f, -1.1070083e-08f, 0.20473127f, 0.041907836f, -0.020272667f, -0.015822353f,
    -0.0033337488f, 0.0011241344f, 0.0007422927f,
};

/* tanh(ln u) + x·4u(u - 1)/(u² + 1)²: r + 4x(1 + t)t²/d² right of 0, t·(r + 4x(1 + t)/d²) left of
 * it. */
inline float av_mish_grad(float x)
{
    const bool right = x >= 0.0f;
    const float size = av_magnitude(av_ff_of(x, 0.0f), AV_FAR).hi;
    const av_mish_parts p = av_mish_parts_of(x);
    const av_ff t = p.t.value;
    const av_ff u = av_multiply_float(av_add_smaller(1.0f, t), 4.0f * (right ? size : -size));
    const av_ff weighted = av_select(right, av_multiply(u, av_multiply(t, t)), u);
    const av_ff square = av_multiply(p.inverse, p.inverse);
    const av_ff whole = av_add_plainly(p.r, av_multiply(weighted, square));
    const float left = av_round_lower(av_multiply(p.t.m, whole), p.t.n);
    const av_ff d = av_add(av_ff_of(-size, 0.0f), av_negate(AV_MISH_ZERO));
    const bool near = !right && fabs(d.hi) < AV_MISH_NEAR;
    const float v = near ? av_zero_times(d, av_mish_near_zero) : right ? whole.hi + whole.lo : left;
    return x != x ? x : v;
}
