/* ---- Mish ---------------------------------------------------------------------------------- */

/* t = e^-|x| as a power, and the numbers both parts are made of: a = 1 + 2t right of 0 and 2 + t
 * left of it, d = a + 2t² and 2 + t·a. With them tanh(ln(1 + e^x)) is a/d and t·a/d. */
typedef struct {
    av_power t;
    av_ff a, d;
} av_mish_parts;

inline av_mish_parts av_mish_parts_of(float size, bool right)
{
    av_mish_parts p;
    p.t = av_exp(av_ff_of(-size, 0.0f));
    const av_ff t = p.t.value;
    const av_ff twice = av_add_smaller(1.0f, av_times_power(t, 2.0f));
    p.a = av_select(right, twice, av_add_smaller(2.0f, t));
    const av_ff right_d = av_add(p.a, av_times_power(av_multiply(t, t), 2.0f));
    p.d = av_select(right, right_d, av_add_smaller(2.0f, av_multiply(t, p.a)));
    return p;
}

/* x·a/d right of 0, x·t·a/d left of it; the exponent of x is put on last. */
inline float av_mish(float x)
{
    const bool right = x >= 0.0f;
    const av_real m = av_pair(x, 0.0f);
    const av_mish_parts p = av_mish_parts_of(av_magnitude(av_ff_of(x, 0.0f), 260.0f).hi, right);
    const av_ff top = av_multiply_float(av_select(right, p.a, av_multiply(p.t.m, p.a)), m.hi);
    const float v = av_round(av_divide(top, p.d), m.exponent + (right ? 0 : p.t.n));
    const float limit = right ? x : av_with_sign(0.0f, x);
    return x != x ? x : fabs(x) == INFINITY ? limit : v;
}

/* The zero of the derivative, -1.1924312145154952…, and mish'(zero + d)/d for
 * |d| ≤ AV_MISH_NEAR, within 2^-30.0. */
#define AV_MISH_ZERO av_ff_of(-1.1924312f, -3.0439375e-09f)
#define AV_MISH_NEAR 0.25f
__constant float av_mish_near_zero[9] = {
    0.26694793f, -1.1070083e-08f, 0.20473127f, 0.041907836f, -0.020272667f, -0.015822353f,
    -0.0033337488f, 0.0011241344f, 0.0007422927f,
};

/* (a·d + 4x(1 + t)t²)/d² right of 0, t·(a·d + 4x(1 + t))/d² left of it. */
inline float av_mish_grad(float x)
{
    const bool right = x >= 0.0f;
    const float size = av_magnitude(av_ff_of(x, 0.0f), 130.0f).hi;
    const av_mish_parts p = av_mish_parts_of(size, right);
    const av_ff t = p.t.value;
    const av_ff u = av_multiply_float(av_add_smaller(1.0f, t), 4.0f * (right ? size : -size));
    const av_ff product = av_multiply(p.a, p.d);
    const av_ff right_top = av_add(product, av_multiply(u, av_multiply(t, t)));
    const av_ff top = av_select(right, right_top, av_multiply(p.t.m, av_add(product, u)));
    const av_ff q = av_divide(top, av_multiply(p.d, p.d));
    const av_ff d = av_add(av_ff_of(-size, 0.0f), av_negate(AV_MISH_ZERO));
    const bool near = !right && fabs(d.hi) < AV_MISH_NEAR;
    const float v = near ? av_zero_times(d, av_mish_near_zero) : av_round(q, right ? 0 : p.t.n);
    return x != x ? x : v;
}
