/* ---- GELU by tanh: x·sigmoid(w), w = c1·x + c3·x³ ------------------------------------------ */

#define AV_GELU_TANH_FAR 11.9f
#define AV_GELU_TANH_C1 av_ff_of(1.5957692f, -4.534068e-08f)   /* 2√(2/π) */
#define AV_GELU_TANH_C3 av_ff_of(0.071354814f, 2.3988325e-09f)  /* 0.044715·c1 */
#define AV_GELU_TANH_ZERO av_ff_of(-0.75246143f, 1.1339628e-08f)
/* gelu_tanh'(zero + d)/d for |d| ≤ AV_GELU_TANH_NEAR, within 2^-30.4. */
#define AV_GELU_TANH_NEAR 0.19f
__constant float av_gelu_tanh_near_zero[9] = {
    0.4304001f, -1.2293705e-08f, 0.38751844f, -0.01578287f, -0.11394226f, -0.01661698f,
    0.019563302f, 0.005171887f, -0.0005938098f,
};

inline float av_gelu_tanh(float x)
{
    const float a = av_magnitude(av_ff_of(x, 0.0f), AV_GELU_TANH_FAR).hi;
    const av_ff c3_square = av_multiply(AV_GELU_TANH_C3, av_two_product(a, a));
    const av_ff w = av_multiply_float(av_add(AV_GELU_TANH_C1, c3_square), a);
    const av_power t = av_exp(av_negate(w));
    const bool right = x >= 0.0f;
    const av_ff top = av_select(right, av_ff_of(x, 0.0f), av_multiply_float(t.m, -a));
    const av_ff q = av_divide(top, av_add_smaller(1.0f, t.value));
    const float v = av_round(q, right ? 0 : t.n);
    return x > AV_GELU_TANH_FAR ? x : v;
}

/* t·(1 + t - a·w')/(1 + t)² at x = -a, t = e^-w, w' = c1 + 3·c3·a²; 1 minus that on the right. */
inline float av_gelu_tanh_grad(float x)
{
    const float a = av_magnitude(av_ff_of(x, 0.0f), AV_GELU_TANH_FAR).hi;
    const av_ff c3_square = av_multiply(AV_GELU_TANH_C3, av_two_product(a, a));
    const av_ff w = av_multiply_float(av_add(AV_GELU_TANH_C1, c3_square), a);
    const av_power t = av_exp(av_negate(w));
    const av_ff slope = av_add(AV_GELU_TANH_C1, av_multiply_float(c3_square, 3.0f));
    const av_ff bracket = av_add(av_ff_of(1.0f, 0.0f), av_multiply_float(slope, -a));
    const av_ff bottom = av_add_smaller(1.0f, t.value);
    const av_ff top = av_multiply(t.m, av_add(bracket, t.value));
    const av_ff left = av_divide(top, av_multiply(bottom, bottom));
    const av_ff d = av_add(av_ff_of(-a, 0.0f), av_negate(AV_GELU_TANH_ZERO));
    const bool near = fabs(d.hi) < AV_GELU_TANH_NEAR;
    const float left_value = near ? av_zero_times(d, av_gelu_tanh_near_zero) : av_round(left, t.n);
    return x >= 0.0f ? av_plus_small(1.0f, av_negate(left), t.n) : left_value;
}
