/* ---- Swish --------------------------------------------------------------------------------- */

/* 1.2784645427610738…, of which -1 times is the zero */
#define AV_SWISH_ZERO (float4)(0.6392323f, -6.4896413e-09f, -5.628733e-17f, 1.0f)
/* swish'(d - zero)/d for |d| ≤ AV_SWISH_NEAR, within 2^-31.0. */
#define AV_SWISH_NEAR 0.25f
__constant av_scalar av_swish_near_zero[9] = {
    0.2178117f, 2.0427833e-09f, 0.1466488f, 0.018874811f, -0.015222335f, -0.0066063255f,
    0.00011676334f, 0.0007923712f, 0.00027098754f,
};

/* x·slope·2^n for n ≤ 0, for z = beta·x: a tiny beta has a large x beside a small power. */
inline float av_swish_left(float x, av_real beta, av_ff slope, int n)
{
    if (beta.ordinary)
        return av_lower(av_times_once(slope, x), n);
    const av_split a = av_split_of(x);
    return av_round(av_multiply_float(slope, a.m), a.exponent + n);
}

/* x·(z ≥ 0 ? 1 : t)/(1 + t), z = beta·x, t = e^-|z|; x/2 at beta = 0. The products with x are made
 * in one rounding, so that a subnormal x needs no scaling; the power of two of t is put on last. */
inline float av_swish(float x, av_real beta)
{
    const av_ff z = av_times(beta, x);
    const av_gate g = av_gate_of(av_magnitude(z, AV_FAR));
    const float left_value = av_swish_left(x, beta, g.left, g.t.n);
    const float right_value = av_times_once(g.inverse, x);
    const float limit = z.hi >= 0.0f ? x : av_with_sign(0.0f, x);
    return x != x ? x : fabs(x) == INFINITY ? limit : z.hi >= 0.0f ? right_value : left_value;
}

/* beta·x + 1.278… where it is small; elsewhere it only is not. */
inline av_ff av_swish_distance(float x, av_real beta)
{
    const av_real zero = av_real_of_parts(AV_SWISH_ZERO);
    if (beta.ordinary)
        return av_line_near_zero(x, beta, zero);
    return av_value(av_linear(x, beta, zero));
}

/* t·(1 + t - a)/(1 + t)², a = |beta·x|, t = e^-a, for beta·x < 0; 1 minus that for beta·x > 0. */
inline float av_swish_grad(float x, av_real beta)
{
    const av_ff z = av_times(beta, x);
    const av_ff a = av_magnitude(z, AV_FAR);
    const av_gate g = av_gate_of(a);
    const av_ff bracket = av_add_plainly(g.sum, av_negate(a));
    const av_ff left = av_multiply(g.left, av_multiply(bracket, g.inverse));
    const av_ff d = av_swish_distance(x, beta);
    const bool near = fabs(d.hi) < AV_SWISH_NEAR;
    const float beside_zero = av_zero_times(d, av_swish_near_zero);
    const float left_value = near ? beside_zero : av_round_lower(left, g.t.n);
    const float right_value = av_plus_small(1.0f, av_negate(left), g.t.n);
    return x != x ? x : z.hi >= 0.0f ? right_value : left_value;
}
