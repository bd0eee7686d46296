/* ---- Swish --------------------------------------------------------------------------------- */

/* 1.2784645427610738…, of which -1 times is the zero */
#define AV_SWISH_ZERO (float4)(0.6392323f, -6.4896413e-09f, -5.628733e-17f, 1.0f)
/* swish'(d - zero)/d for |d| ≤ AV_SWISH_NEAR, within 2^-31.0. */
#define AV_SWISH_NEAR 0.25f
__constant float av_swish_near_zero[9] = {
    0.2178117f, 2.0427833e-09f, 0.1466488f, 0.018874811f, -0.015222335f, -0.0066063255f,
    0.00011676334f, 0.0007923712f, 0.00027098754f,
};

/* x·(z ≥ 0 ? 1 : t)/(1 + t), z = beta·x, t = e^-|z|; x/2 at beta = 0. The mantissa of x takes part,
 * its exponent is put on last. */
inline float av_swish(float x, av_real beta)
{
    const av_real a = av_pair(x, 0.0f);
    const av_ff z = av_value(av_times(beta, x));
    const av_power t = av_exp(av_negate(av_magnitude(z, 260.0f)));
    const bool right = z.hi >= 0.0f;
    const av_ff top = av_select(right, av_ff_of(a.hi, 0.0f), av_multiply_float(t.m, a.hi));
    const av_ff q = av_divide(top, av_add_smaller(1.0f, t.value));
    const float v = av_round(q, a.exponent + (right ? 0 : t.n));
    const float limit = right ? x : av_with_sign(0.0f, x);
    return x != x ? x : fabs(x) == INFINITY ? limit : v;
}

/* t·(1 + t - a)/(1 + t)², a = |beta·x|, t = e^-a, for beta·x < 0; 1 minus that for beta·x > 0. */
inline float av_swish_grad(float x, av_real beta)
{
    const av_ff z = av_value(av_times(beta, x));
    const av_ff a = av_magnitude(z, 130.0f);
    const av_power t = av_exp(av_negate(a));
    av_ff one_minus_a = av_two_sum(1.0f, -a.hi);
    one_minus_a.lo -= a.lo;
    const av_ff bottom = av_add_smaller(1.0f, t.value);
    const av_ff top = av_multiply(t.m, av_add(one_minus_a, t.value));
    const av_ff left = av_divide(top, av_multiply(bottom, bottom));
    const av_ff d = av_value(av_linear(x, beta, av_real_of(AV_SWISH_ZERO)));
    const bool near = fabs(d.hi) < AV_SWISH_NEAR;
    const float left_value = near ? av_zero_times(d, av_swish_near_zero) : av_round(left, t.n);
    const float right_value = av_plus_small(1.0f, av_negate(left), t.n);
    return x != x ? x : z.hi >= 0.0f ? right_value : left_value;
}
